/** שאלות במילים. */
export const heAsk = {
  'nav.ask': 'שאלות',
  'ask.title': 'שאלות',
  'ask.text': 'שאלות על החנות, במילים. כל נתון מוביל לדף שמציג אותו.',
  'ask.question': 'השאלה שלך (באנגלית)',
  'ask.send': 'לשאול',
  'ask.working': 'מחפש תשובה…',
  'ask.by.model': 'נוסח בידי מודל שפה; כל הנתונים מ־OMNIX.',
  'ask.by.narrator': 'נענה בידי OMNIX.',
  'ask.sources': 'המקורות לתשובה',
  'ask.suggestions': 'אפשר לשאול',
};
