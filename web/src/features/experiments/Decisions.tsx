'use client';

import { useState } from 'react';
import { reasonAt } from '@/api/problem';
import type { Experiment, ExperimentResults } from '@/api/types';
import { useWords } from '@/i18n/locale';
import { Ask } from '@/ui/Ask';
import { Button } from '@/ui/Button';
import { SelectField, TextField } from '@/ui/Field';
import { type Step, useStep } from './useExperiments';

type What = Step['what'];

function possible(status: Experiment['status']): readonly What[] {
  if (status === 'draft') return ['start'];
  if (status === 'running') return ['ship', 'stop'];
  return status === 'stopped' ? ['ship'] : [];
}

type Verdict = ExperimentResults['verdict'];

/** What the figures advise, which is offered first. */
function advised(verdict: Verdict | undefined): What {
  if (verdict?.state === 'better') return 'ship';
  return verdict && ['worse', 'harmed'].includes(verdict.state) ? 'stop' : 'start';
}

interface Props {
  experiment: Experiment;
  verdict: Verdict | undefined;
}

/** Start, stop or ship: each says what it means for the shop's visitors, and asks first. */
export function Decisions({ experiment, verdict }: Props) {
  const { t } = useWords();
  const step = useStep(experiment.id);
  const [asking, setAsking] = useState<What | null>(null);
  const [reason, setReason] = useState('');
  const [chosen, setChosen] = useState<string | null>(null);
  const best = verdict?.state === 'better' ? verdict.variant : null;
  const variant = chosen ?? best ?? experiment.variants[0]?.key ?? '';
  const close = () => {
    setAsking(null);
    step.reset();
  };
  const take = () => {
    if (asking === null) return;
    const wanted: Record<What, Step> = {
      start: { what: 'start' },
      stop: { what: 'stop', reason: reason.trim() },
      ship: { what: 'ship', variant },
    };
    step.mutate(wanted[asking], { onSuccess: close });
  };
  const text = asking && (
    <div className="grid gap-3">
      <p>{t(`exp.ask.${asking}`)}</p>
      {asking === 'ship' && !best && <p className="font-medium">{t('exp.ask.ship.early')}</p>}
      {asking === 'stop' && (
        <TextField
          label={t('exp.why')}
          dir="auto"
          maxLength={1000}
          error={reasonAt(step.error, 'reason')}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      )}
      {asking === 'ship' && (
        <SelectField
          label={t('exp.ship.which')}
          value={variant}
          options={experiment.variants.map(({ key, name }) => ({ value: key, label: name || key }))}
          onChange={setChosen}
        />
      )}
    </div>
  );
  return (
    <div className="flex flex-wrap gap-2">
      {possible(experiment.status).map((what) => (
        <Button
          key={what}
          kind={what === advised(verdict) ? 'primary' : 'plain'}
          onClick={() => setAsking(what)}
        >
          {t(`exp.do.${what}`)}
        </Button>
      ))}
      <Ask
        title={asking ? t(`exp.do.${asking}`) : ''}
        text={text}
        confirm={asking ? t(`exp.do.${asking}`) : ''}
        open={asking !== null}
        busy={step.isPending}
        error={reasonAt(step.error, 'reason') ? null : step.error}
        onConfirm={take}
        onClose={close}
      />
    </div>
  );
}
