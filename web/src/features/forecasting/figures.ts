import type { BacktestFigures } from '@/api/types';
import * as fmt from '@/i18n/format';
import type { Translate } from '@/i18n/locale';
import type { Column } from '@/ui/Table';

export const KINDS = ['category', 'class', 'pattern', 'location'] as const;
export type Kind = (typeof KINDS)[number];

/** A share in percent, or a dash where it is not defined. */
export function share(format: string, value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : fmt.share(format, value);
}

/** A share with its sign: above and below zero mean different things. */
export function signedShare(format: string, value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  return fmt.signedShare(format, value);
}

/** A plain figure, or a dash. */
export function plain(format: string, value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : fmt.decimal(format, value, 3);
}

/** The columns of figures and of what is behind them, for rows that hold them. */
export function figureColumns<Row>(
  t: Translate,
  format: string,
  of: (row: Row) => BacktestFigures,
): Column<Row>[] {
  const column = (
    key: string,
    head: string,
    cell: (figures: BacktestFigures) => string,
    sort: string,
    from?: 'sm' | 'md' | 'lg',
  ): Column<Row> => ({
    key,
    head,
    figure: true,
    sort,
    cell: (row) => cell(of(row)),
    ...(from && { from }),
  });
  return [
    column('wape', t('accuracy.wape'), (f) => share(format, f.wape), 'wape'),
    column('bias', t('accuracy.bias'), (f) => signedShare(format, f.bias), 'bias'),
    column('rmsse', t('accuracy.rmsse'), (f) => plain(format, f.rmsse), 'rmsse', 'lg'),
    column('wql', t('accuracy.wql'), (f) => share(format, f.wql), 'wql', 'lg'),
    column(
      'coverage',
      t('accuracy.coverage'),
      (f) => share(format, f.coverage_80),
      'coverage_80',
      'md',
    ),
    column('added', t('accuracy.added'), (f) => signedShare(format, f.value_added), 'value_added'),
    column('series', t('accuracy.series'), (f) => fmt.count(format, f.series), 'series', 'sm'),
    column('origins', t('accuracy.origins'), (f) => fmt.count(format, f.origins), 'origins', 'sm'),
    column(
      'days',
      t('accuracy.observations'),
      (f) => fmt.count(format, f.observations),
      'observations',
      'lg',
    ),
  ];
}
