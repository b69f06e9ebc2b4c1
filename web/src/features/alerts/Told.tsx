'use client';

import { useWords } from '@/i18n/locale';
import { CheckField } from '@/ui/Choice';
import { TextField } from '@/ui/Field';
import { useEveryChannel } from './useChannels';

interface ToldProps {
  legend: string;
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}

/** Channels to choose among. */
export function Told({ legend, chosen, onChange }: ToldProps) {
  const { t } = useWords();
  const channels = useEveryChannel().data?.items ?? [];
  return (
    <fieldset>
      <legend className="font-medium text-sm">{legend}</legend>
      {channels.length === 0 && <p className="text-ink-2 text-sm">{t('rules.told.none')}</p>}
      <div className="flex flex-wrap gap-x-4">
        {channels.map(({ id, name }) => (
          <CheckField
            key={id}
            label={name}
            checked={chosen.includes(id)}
            onChange={() =>
              onChange(chosen.includes(id) ? chosen.filter((c) => c !== id) : [...chosen, id])
            }
          />
        ))}
      </div>
    </fieldset>
  );
}

interface EscalationProps extends Omit<ToldProps, 'legend'> {
  minutes: string;
  error: string | undefined;
  onMinutes: (minutes: string) => void;
}

/** After how long an alert that nobody looked after becomes critical, and who is told then. */
export function Escalation({ minutes, error, onMinutes, chosen, onChange }: EscalationProps) {
  const { t } = useWords();
  return (
    <div className="grid items-start gap-3 sm:grid-cols-3">
      <TextField
        label={t('rules.escalate')}
        hint={t('rules.escalate.hint')}
        inputMode="numeric"
        value={minutes}
        error={error}
        onChange={(event) => onMinutes(event.target.value)}
      />
      {minutes.trim() !== '' && (
        <div className="sm:col-span-2">
          <Told legend={t('rules.escalate.to')} chosen={chosen} onChange={onChange} />
        </div>
      )}
    </div>
  );
}
