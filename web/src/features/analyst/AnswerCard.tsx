import { useWords } from '@/i18n/locale';
import { AppLink } from '@/ui/AppLink';
import { Card } from '@/ui/Card';
import { Cited } from './Cited';
import type { Answer } from './useAsk';

/** An answer; each figure leads to the page that shows it. */
export function AnswerCard({ question, answer }: { question: string; answer: Answer }) {
  const { t } = useWords();
  const by = answer.by === 'model' ? t('ask.by.model') : t('ask.by.narrator');
  const told = answer.cached ? `${by} ${t('ask.kept')}` : by;
  return (
    <Card title={question} text={told}>
      <p lang="en" dir="auto" className="max-w-prose leading-relaxed">
        <Cited text={answer.text} citations={answer.citations ?? []} />
      </p>
      {(answer.notes ?? []).map((note) => (
        <p key={note.code} lang="en" dir="auto" className="mt-2 text-ink-2 text-sm">
          {note.text}
        </p>
      ))}
      {(answer.results ?? []).length > 0 && (
        <>
          <h3 className="mt-4 font-medium text-sm">{t('ask.sources')}</h3>
          <ul className="mt-1 grid gap-1 text-sm">
            {(answer.results ?? []).map((result) => (
              <li key={result.id} lang="en" dir="auto">
                {result.link ? <AppLink href={result.link}>{result.title}</AppLink> : result.title}
              </li>
            ))}
          </ul>
        </>
      )}
    </Card>
  );
}
