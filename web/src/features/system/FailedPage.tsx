'use client';

import { type ReactNode, useState } from 'react';
import type { DeadLetter, PoisonedEvent } from '@/api/types';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Listing } from '@/shell/Listing';
import { ListTools } from '@/shell/ListTools';
import { Ask } from '@/ui/Ask';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { Disclosure } from '@/ui/Disclosure';
import { InOrder } from '@/ui/InOrder';
import { EmptyState, useReason } from '@/ui/states';
import { SystemFrame } from './SystemFrame';
import { useDeadLetters, usePoisonedEvents, usePoisonedStep, useRedriveLetter } from './useFailed';
import { useStatus } from './useStatus';

interface FailureProps {
  title: string;
  about: string;
  error: string;
  failed: unknown;
  content: unknown;
  children: ReactNode;
}

function Failure({ title, about, error, failed, content, children }: FailureProps) {
  const { t } = useWords();
  const why = useReason();
  return (
    <li className="grid gap-2 px-4 py-3 sm:px-5">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0 flex-1 basis-60">
          <h3 className="font-medium">
            <bdi>{title}</bdi>
          </h3>
          <p className="text-ink-2 text-sm">{about}</p>
        </div>
        <div className="flex flex-wrap gap-2">{children}</div>
      </div>
      <p dir="auto" className="break-words text-bad text-sm">
        {error}
      </p>
      {failed != null && (
        <Banner tone="bad" alert>
          {why(failed)}
        </Banner>
      )}
      <Disclosure summary={t('failed.content')}>
        <pre dir="ltr" className="whitespace-pre-wrap break-all text-xs">
          {JSON.stringify(content, null, 2)}
        </pre>
      </Disclosure>
    </li>
  );
}

function useWhen() {
  const { format } = useWords();
  const timeZone = useStatus().data?.shop.time_zone ?? 'UTC';
  return (iso: string) => fmt.moment(format, iso, timeZone);
}

function Letter({ letter }: { letter: DeadLetter }) {
  const { t, said } = useWords();
  const when = useWhen();
  const redrive = useRedriveLetter();
  return (
    <Failure
      title={said(`job.${letter.name}`, letter.name)}
      about={t('failed.letter', { when: when(letter.at), n: letter.attempts })}
      error={letter.error}
      failed={redrive.error}
      content={letter.payload}
    >
      <Button
        small
        kind="primary"
        busy={redrive.isPending}
        aria-label={`${t('failed.again')}: ${letter.name}`}
        onClick={() => redrive.mutate(letter.id)}
      >
        {t('failed.again')}
      </Button>
    </Failure>
  );
}

function Poisoned({ event }: { event: PoisonedEvent }) {
  const { t } = useWords();
  const when = useWhen();
  const step = usePoisonedStep(event);
  const [asking, setAsking] = useState(false);
  const name = `${event.type}, ${event.consumer}`;
  return (
    <Failure
      title={event.type}
      about={t('failed.event', { consumer: event.consumer, when: when(event.laid_aside_at) })}
      error={event.error}
      failed={asking ? null : step.error}
      content={event.data}
    >
      <Button
        small
        kind="primary"
        busy={step.isPending}
        aria-label={`${t('failed.again')}: ${name}`}
        onClick={() => step.mutate('redrive')}
      >
        {t('failed.again')}
      </Button>
      <Button
        small
        kind="quiet"
        aria-label={`${t('failed.discard')}: ${name}`}
        onClick={() => setAsking(true)}
      >
        {t('failed.discard')}
      </Button>
      <Ask
        title={t('failed.discard.ask')}
        text={t('failed.discard.text')}
        confirm={t('failed.discard')}
        open={asking}
        busy={step.isPending}
        error={step.error}
        onConfirm={() => step.mutate('discard', { onSuccess: () => setAsking(false) })}
        onClose={() => setAsking(false)}
      />
    </Failure>
  );
}

export function FailedPage() {
  const { t } = useWords();
  const letters = useDeadLetters();
  const events = usePoisonedEvents();
  return (
    <SystemFrame here="/system/failed/" text="failed.text">
      <InOrder className="grid gap-4">
        <Card title={t('failed.letters')} text={t('failed.letters.text')} flush>
          <ListTools
            bare
            rows={letters}
            label={t('failed.letters')}
            name="dead-letters"
            usual={t('list.usual')}
            orders={[
              ['at', t('jobs.asked')],
              ['name', t('jobs.job')],
            ]}
          />
          <Listing
            bare
            {...letters}
            none={
              <EmptyState
                icon={letters.find ? 'search' : 'check'}
                title={t(letters.find ? 'list.noMatch' : 'failed.letters.none')}
              />
            }
          >
            {(rows) => (
              <ul className="divide-y divide-line">
                {rows.map((letter) => (
                  <Letter key={letter.id} letter={letter} />
                ))}
              </ul>
            )}
          </Listing>
        </Card>
        <Card title={t('failed.events')} text={t('failed.events.text')} flush>
          <ListTools
            bare
            rows={events}
            label={t('failed.events')}
            name="laid-aside-events"
            usual={t('list.usual')}
            orders={[
              ['laid_aside_at', t('audit.when')],
              ['type', t('audit.what')],
            ]}
          />
          <Listing
            bare
            {...events}
            none={
              <EmptyState
                icon={events.find ? 'search' : 'check'}
                title={t(events.find ? 'list.noMatch' : 'failed.events.none')}
              />
            }
          >
            {(rows) => (
              <ul className="divide-y divide-line">
                {rows.map((event) => (
                  <Poisoned key={`${event.consumer} ${event.event_id}`} event={event} />
                ))}
              </ul>
            )}
          </Listing>
        </Card>
      </InOrder>
    </SystemFrame>
  );
}
