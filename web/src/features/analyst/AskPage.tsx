'use client';

import { type FormEvent, useState } from 'react';
import { reasonAt } from '@/api/problem';
import { useWords } from '@/i18n/locale';
import { announce } from '@/ui/Announcer';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { TextField } from '@/ui/Field';
import { PageTitle } from '@/ui/PageTitle';
import { ErrorState } from '@/ui/states';
import { AnswerCard } from './AnswerCard';
import { DraftsCard } from './DraftsCard';
import { useAsk, useSuggestions } from './useAsk';

/** A question, the answer as it comes, and what else can be asked. */
export function AskPage() {
  const { t } = useWords();
  const [question, setQuestion] = useState('');
  const ask = useAsk();
  const suggestions = useSuggestions();
  const send = (words: string) => {
    setQuestion(words);
    ask.mutate(words, { onSuccess: (answer) => announce(answer.text) });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (question.trim()) send(question.trim());
  };
  const offered = ask.data?.suggestions?.length
    ? ask.data.suggestions
    : (suggestions.data?.first ?? []);
  return (
    <>
      <PageTitle title={t('ask.title')} text={t('ask.text')} />
      <DraftsCard />
      <form onSubmit={submit} className="mb-4 grid items-end gap-3 sm:grid-cols-[1fr_auto]">
        <TextField
          label={t('ask.question')}
          value={question}
          maxLength={1000}
          error={reasonAt(ask.error, 'question')}
          autoComplete="off"
          dir="auto"
          onChange={(event) => setQuestion(event.target.value)}
        />
        <Button type="submit" kind="primary" busy={ask.isPending}>
          {t('ask.send')}
        </Button>
      </form>
      {ask.isPending && (
        <Card title={ask.variables} text={t('ask.working')} className="mb-4">
          <ul className="text-ink-2 text-sm">
            {ask.progress.tools.map((title) => (
              <li key={title} lang="en" dir="auto">
                {title}
              </li>
            ))}
          </ul>
          <p lang="en" dir="auto" className="max-w-prose">
            {ask.progress.text}
          </p>
        </Card>
      )}
      {ask.error && !reasonAt(ask.error, 'question') && (
        <ErrorState error={ask.error} retry={() => send(ask.variables ?? question)} />
      )}
      {ask.data && <AnswerCard question={ask.variables ?? ''} answer={ask.data} />}
      {offered.length > 0 && (
        <section className="mt-6" aria-label={t('ask.suggestions')}>
          <h2 className="mb-2 font-semibold text-base">{t('ask.suggestions')}</h2>
          <ul className="flex flex-wrap gap-2">
            {offered.map((words) => (
              <li key={words}>
                <Button
                  small
                  lang="en"
                  dir="ltr"
                  disabled={ask.isPending}
                  onClick={() => send(words)}
                >
                  {words}
                </Button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
