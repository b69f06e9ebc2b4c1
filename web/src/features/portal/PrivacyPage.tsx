'use client';

import { useState } from 'react';
import { useWords } from '@/i18n/locale';
import { AppLink } from '@/ui/AppLink';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { PageTitle } from '@/ui/PageTitle';
import { useReason } from '@/ui/states';
import { EraseCard } from './EraseCard';
import { Mine } from './Mine';
import { everything } from './usePrivacy';

export function PrivacyPage() {
  const { t } = useWords();
  return (
    <>
      <PageTitle title={t('privacy.title')} text={t('privacy.text')} />
      <Mine>
        {(id) => (
          <div className="grid gap-4">
            <ExportCard id={id} />
            <Card title={t('privacy.consent')}>
              <AppLink href="/my/preferences/">{t('privacy.consent.go')}</AppLink>
            </Card>
            <EraseCard id={id} />
          </div>
        )}
      </Mine>
    </>
  );
}

function save(records: readonly unknown[]): void {
  const file = new Blob([JSON.stringify(records, null, 2)], { type: 'application/json' });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = 'my-data.json';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

function ExportCard({ id }: { id: string }) {
  const { t } = useWords();
  const why = useReason();
  const [count, setCount] = useState<number | null>(null);
  const [state, setState] = useState<'rest' | 'busy' | 'done'>('rest');
  const [error, setError] = useState<unknown>(null);
  const run = async () => {
    setState('busy');
    setError(null);
    try {
      save(await everything(id, setCount));
      setState('done');
    } catch (cause) {
      setError(cause);
      setState('rest');
    }
  };
  return (
    <Card title={t('privacy.export')} text={t('privacy.export.text')}>
      <div className="grid gap-3">
        {error !== null && (
          <Banner tone="bad" alert>
            {why(error)}
          </Banner>
        )}
        {state === 'done' && (
          <Banner tone="good" alert>
            {t('privacy.export.done', { n: count ?? 0 })}
          </Banner>
        )}
        <div className="flex flex-wrap items-center gap-3">
          <Button icon="down" busy={state === 'busy'} onClick={() => void run()}>
            {t('privacy.export.do')}
          </Button>
          {state === 'busy' && count !== null && (
            <span className="figures text-ink-2 text-sm">
              {t('privacy.export.busy', { n: count })}
            </span>
          )}
        </div>
      </div>
    </Card>
  );
}
