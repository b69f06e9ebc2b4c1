'use client';

import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { TextField } from '@/ui/Field';
import { type DraftVariant, variantKeys, weights } from './plan';

const MOST = 10;
const LEAST = 2;

interface Props {
  variants: readonly DraftVariant[];
  error: string | undefined;
  onChange: (variants: readonly DraftVariant[]) => void;
}

/** What is compared: the first is what everybody sees today. All get as many people. */
export function VariantFields({ variants, error, onChange }: Props) {
  const { t, format } = useWords();
  const keys = variantKeys(variants);
  const shares = weights(variants.length);
  const change = (at: number, next: Partial<DraftVariant>) =>
    onChange(variants.map((one, n) => (n === at ? { ...one, ...next } : one)));
  return (
    <Card title={t('exp.variants')} text={t('exp.variants.text')}>
      <div className="grid gap-4">
        {variants.map((variant, n) => (
          <fieldset
            // biome-ignore lint/suspicious/noArrayIndexKey: drafts have no other identity
            key={n}
            className="grid items-start gap-3 sm:grid-cols-[minmax(0,1fr)_minmax(0,1fr)_auto]"
          >
            <legend className="mb-1 text-ink-2 text-sm">
              {t(n === 0 ? 'exp.variant.control' : 'exp.variant.other', {
                n: n + 1,
                share: fmt.percent(format, (shares[n] ?? 0) / 10_000),
              })}
            </legend>
            <TextField
              label={t('segment.name')}
              dir="auto"
              maxLength={200}
              value={variant.name}
              hint={t('exp.variant.key', { key: keys[n] ?? '' })}
              onChange={(event) => change(n, { name: event.target.value })}
            />
            <TextField
              label={t('exp.variant.value')}
              dir="ltr"
              value={variant.value}
              placeholder={keys[n] ?? ''}
              onChange={(event) => change(n, { value: event.target.value })}
            />
            {variants.length > LEAST && n > 0 && (
              <Button
                small
                kind="quiet"
                className="sm:mt-7"
                onClick={() => onChange(variants.filter((_, at) => at !== n))}
              >
                {t('rule.remove')}
              </Button>
            )}
          </fieldset>
        ))}
        {error && (
          <p role="alert" className="text-bad text-sm">
            {error}
          </p>
        )}
        <div>
          <Button
            small
            disabled={variants.length >= MOST}
            onClick={() => onChange([...variants, { name: '', value: '' }])}
          >
            {t('exp.variant.add')}
          </Button>
        </div>
      </div>
    </Card>
  );
}
