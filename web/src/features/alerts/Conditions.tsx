'use client';

import { useWords } from '@/i18n/locale';
import { Button } from '@/ui/Button';
import { SelectField, TextField } from '@/ui/Field';
import {
  firstLine,
  isMoney,
  type Line,
  type Lines,
  OPERATORS,
  type ReasonAt,
  typedValue,
} from './draft';
import type { Kind } from './useRules';

/** `is` and its opposite for words; comparisons for numbers. */
function useOperators() {
  const { t } = useWords();
  return (type: string | undefined) => {
    const plain = type === 'text' ? (['is'] as const) : OPERATORS;
    return plain.flatMap((operator) => [
      { value: operator, label: t(`rules.op.${operator}`) },
      { value: `not ${operator}`, label: t(`rules.op.not.${operator}`) },
    ]);
  };
}

interface RowProps {
  line: Line;
  kind: Kind;
  currency: string;
  tried: boolean;
  reasonAt: (part?: 'attribute' | 'operator' | 'value') => string | undefined;
  onChange: (line: Line) => void;
  onDrop: (() => void) | null;
}

function Row({ line, kind, currency, tried, reasonAt, onChange, onDrop }: RowProps) {
  const { t, said } = useWords();
  const operators = useOperators();
  const attribute = kind.attributes.find(({ name }) => name === line.attribute);
  const nameOf = (name: string) =>
    said(`attribute.${name}`, name.replace(/_minor$/, '').replaceAll('_', ' '));
  const bad = tried && typedValue(line, attribute, currency) === null;
  const choose = (name: string) => {
    const next = kind.attributes.find((each) => each.name === name);
    const operator = next?.type === 'text' ? 'is' : 'at_least';
    onChange({ attribute: name, operator, negate: false, text: '' });
  };
  return (
    <div className="grid gap-2 border-line border-b pb-3 last:border-0 last:pb-0">
      <div className="grid items-start gap-2 sm:grid-cols-[minmax(0,1fr)_minmax(0,1fr)_8rem_auto]">
        <SelectField
          label={t('rules.what')}
          value={line.attribute}
          error={reasonAt('attribute')}
          options={kind.attributes.map(({ name }) => ({ value: name, label: nameOf(name) }))}
          onChange={choose}
        />
        <SelectField
          label={t('rules.how')}
          value={`${line.negate ? 'not ' : ''}${line.operator}`}
          error={reasonAt('operator')}
          options={operators(attribute?.type)}
          onChange={(value) =>
            onChange({
              ...line,
              negate: value.startsWith('not '),
              operator: value.replace('not ', '') as Line['operator'],
            })
          }
        />
        <TextField
          label={isMoney(line.attribute) ? t('rules.money', { currency }) : t('rules.value')}
          value={line.text}
          inputMode={attribute?.type === 'text' ? 'text' : 'decimal'}
          error={bad ? t('rules.value.bad') : (reasonAt('value') ?? reasonAt())}
          onChange={(event) => onChange({ ...line, text: event.target.value })}
        />
        {onDrop && (
          <Button
            kind="quiet"
            icon="close"
            className="sm:mt-6"
            aria-label={`${t('rules.drop')}: ${nameOf(line.attribute)}`}
            onClick={onDrop}
          />
        )}
      </div>
      <p dir="auto" className="text-ink-2 text-sm">
        {said(`attribute.${line.attribute}.text`, attribute?.description ?? '')}
      </p>
    </div>
  );
}

interface Props {
  lines: Lines;
  kind: Kind;
  currency: string;
  /** Whether what is missing is told already. */
  tried: boolean;
  reasonAt: ReasonAt;
  onChange: (lines: Lines) => void;
}

/** Groups of conditions: any group whose conditions all hold makes the rule speak. */
export function Conditions({ lines, kind, currency, tried, reasonAt, onChange }: Props) {
  const { t } = useWords();
  const setGroup = (at: number, group: readonly Line[]) =>
    onChange(
      group.length === 0
        ? lines.filter((_, i) => i !== at)
        : lines.map((each, i) => (i === at ? group : each)),
    );
  return (
    <div className="grid gap-3">
      {lines.map((group, g) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: groups have no name but their place
        <fieldset key={g} className="grid gap-3 rounded-control border border-line p-3">
          <legend className="px-1 font-medium text-sm">
            {t(g === 0 ? 'rules.when' : 'rules.or')}
          </legend>
          {group.map((line, i) => (
            <Row
              // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no name but their place
              key={i}
              line={line}
              kind={kind}
              currency={currency}
              tried={tried}
              reasonAt={(part) => reasonAt(g, i, part)}
              onChange={(next) => setGroup(g, group.with(i, next))}
              onDrop={
                group.length > 1 || lines.length > 1
                  ? () =>
                      setGroup(
                        g,
                        group.filter((_, at) => at !== i),
                      )
                  : null
              }
            />
          ))}
          <div>
            <Button small onClick={() => setGroup(g, [...group, firstLine(kind)])}>
              {t('rules.and')}
            </Button>
          </div>
        </fieldset>
      ))}
      <div>
        <Button small kind="quiet" onClick={() => onChange([...lines, [firstLine(kind)]])}>
          {t('rules.else')}
        </Button>
      </div>
    </div>
  );
}
