import { useWords } from '@/i18n/locale';
import { AppLink } from '@/ui/AppLink';
import { Card } from '@/ui/Card';
import { cut } from './events';
import type { Answer } from './useAsk';

/** An answer; each figure leads to the page that shows it. */
export function AnswerCard({ question, answer }: { question: string; answer: Answer }) {
  const { t } = useWords();
  const citations = answer.citations ?? [];
  const by = answer.by === 'model' ? t('ask.by.model') : t('ask.by.narrator');
  return (
    <Card title={question} text={by}>
      <p lang="en" dir="auto" className="max-w-prose leading-relaxed">
        {cut(answer.text, citations).map((part, place) => {
          const cited = part.at === null ? undefined : citations[part.at];
          const key = `${place}`;
          if (!cited) return <span key={key}>{part.text}</span>;
          return cited.link ? (
            <AppLink key={key} href={cited.link} title={cited.label} className="figures">
              {part.text}
            </AppLink>
          ) : (
            <span key={key} title={cited.label} className="figures font-medium">
              {part.text}
            </span>
          );
        })}
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
