/** Questions in words. */
export const enAsk = {
  'nav.ask': 'Ask',
  'ask.title': 'Ask',
  'ask.text': 'Questions about the shop, in words. Each figure leads to the page that shows it.',
  'ask.question': 'Your question (in English)',
  'ask.send': 'Ask',
  'ask.working': 'Looking it up…',
  'ask.by.model': 'Worded by a language model; every figure comes from OMNIX.',
  'ask.by.narrator': 'Answered by OMNIX.',
  'ask.sources': 'Where this comes from',
  'ask.suggestions': 'You could ask',
};
