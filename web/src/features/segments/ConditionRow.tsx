'use client';

import { useCategories } from '@/features/products/useCategories';
import { useWords } from '@/i18n/locale';
import { Button } from '@/ui/Button';
import { CheckField } from '@/ui/Choice';
import { SelectField, TextField } from '@/ui/Field';
import {
  ATTRIBUTES,
  type Attribute,
  type Draft,
  draftOf,
  LIFECYCLES,
  type Operator,
  operatorsOf,
} from './rules';

interface Props {
  draft: Draft;
  currency: string;
  error: string | undefined;
  onChange: (draft: Draft) => void;
  /** Null where it is the only one. */
  onRemove: (() => void) | null;
}

function Value({ draft, currency, error, onChange }: Omit<Props, 'onRemove'>) {
  const { t } = useWords();
  const kind = ATTRIBUTES[draft.attribute];
  const categories = useCategories().data?.items ?? [];
  const set = (value: string) => onChange({ ...draft, value });
  if (kind === 'lifecycle') {
    return (
      <SelectField
        label={t('rule.value')}
        value={draft.value}
        options={LIFECYCLES.map((value) => ({ value, label: t(`lifecycle.${value}`) }))}
        onChange={set}
      />
    );
  }
  if (kind === 'category') {
    return (
      <div>
        <SelectField
          label={t('rule.value')}
          value={draft.value}
          options={[
            { value: '', label: '–' },
            ...categories.map(({ name }) => ({ value: name, label: name })),
          ]}
          onChange={set}
        />
        {error && <p className="text-bad text-sm">{error}</p>}
      </div>
    );
  }
  const unit = kind === 'money' ? ` (${currency})` : kind === 'share' ? ' (%)' : '';
  return (
    <TextField
      label={t('rule.value') + unit}
      inputMode="decimal"
      dir="ltr"
      value={draft.value}
      error={error}
      onChange={(event) => set(event.target.value)}
    />
  );
}

/** One comparison of what is known of a customer. */
export function ConditionRow(props: Props) {
  const { draft, onChange, onRemove } = props;
  const { t } = useWords();
  return (
    <div className="grid items-start gap-3 sm:grid-cols-[minmax(0,2fr)_minmax(0,1fr)_minmax(0,1fr)_auto]">
      <SelectField<Attribute>
        label={t('rule.attribute')}
        value={draft.attribute}
        options={(Object.keys(ATTRIBUTES) as Attribute[]).map((value) => ({
          value,
          label: t(`rule.attribute.${value}`),
        }))}
        onChange={(attribute) => onChange(draftOf(attribute))}
      />
      <SelectField<Operator>
        label={t('rule.operator')}
        value={draft.operator}
        options={operatorsOf(draft.attribute).map((value) => ({
          value,
          label: t(`rule.operator.${value}`),
        }))}
        onChange={(operator) => onChange({ ...draft, operator })}
      />
      <Value {...props} />
      <div className="flex items-center gap-2 sm:pt-7">
        <CheckField
          label={t('rule.negate')}
          checked={draft.negate}
          onChange={(event) => onChange({ ...draft, negate: event.target.checked })}
        />
        {onRemove && (
          <Button small kind="quiet" onClick={onRemove}>
            {t('rule.remove')}
          </Button>
        )}
      </div>
    </div>
  );
}
