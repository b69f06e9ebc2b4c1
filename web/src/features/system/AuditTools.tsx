'use client';

import { useState } from 'react';
import { useWords } from '@/i18n/locale';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { useReason } from '@/ui/states';
import { useExportAudit, useVerify, type Verdict } from './useAudit';

function Outcome({ verdict }: { verdict: Verdict }) {
  const { t } = useWords();
  if (!verdict.intact) {
    return (
      <Banner tone="bad" alert>
        {t('audit.broken', { n: verdict.wrong ?? 0, reason: verdict.reason })}
      </Banner>
    );
  }
  return (
    <Banner tone="good">
      <p>{t('audit.intact', { n: verdict.last })}</p>
      <p dir="ltr" className="break-all font-mono text-xs">
        {verdict.hash}
      </p>
    </Banner>
  );
}

/** Checks the chain of the log from its first entry on, and hands out the whole of it. */
export function AuditTools() {
  const { t } = useWords();
  const why = useReason();
  const [far, setFar] = useState(0);
  const verify = useVerify(setFar);
  const save = useExportAudit();
  const failed = verify.error ?? save.error;
  return (
    <Card title={t('audit.check')} text={t('audit.check.text')}>
      <div className="grid gap-3">
        <div className="flex flex-wrap gap-2">
          <Button
            kind="primary"
            busy={verify.isPending}
            onClick={() => {
              setFar(0);
              verify.mutate();
            }}
          >
            {verify.isPending && far > 0 ? t('audit.checking', { n: far }) : t('audit.verify')}
          </Button>
          <Button busy={save.isPending} onClick={() => save.mutate('csv')}>
            {t('audit.csv')}
          </Button>
          <Button busy={save.isPending} onClick={() => save.mutate('jsonl')}>
            {t('audit.jsonl')}
          </Button>
        </div>
        {verify.data && !verify.isPending && <Outcome verdict={verify.data} />}
        {failed != null && (
          <Banner tone="bad" alert>
            {why(failed)}
          </Banner>
        )}
      </div>
    </Card>
  );
}
