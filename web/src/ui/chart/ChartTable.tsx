import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { type Column, Table } from '../Table';
import { readings } from './read';
import type { ChartData } from './types';

/** The figures behind a chart, newest first. */
export function ChartTable({ title, data }: { title: string; data: ChartData }) {
  const { t, format } = useWords();
  const rows = data.days.map((_, i) => i).reverse();
  const columns: Column<number>[] = [
    {
      key: 'day',
      head: t('col.day'),
      names: true,
      cell: (row) => {
        const day = data.days[row] ?? '';
        const open = day === data.open?.day ? ` (${data.open.name})` : '';
        return fmt.day(format, day) + open;
      },
    },
    ...readings(data, null).map(
      (reading, i): Column<number> => ({
        key: reading.name,
        head: reading.name,
        figure: true,
        cell: (row) => readings(data, row)[i]?.value ?? '–',
      }),
    ),
  ];
  if (data.shade) {
    const { name, on } = data.shade;
    columns.push({ key: 'shade', head: name, cell: (row) => (on[row] ? name : '') });
  }
  return <Table label={title} columns={columns} rows={rows} rowKey={String} tall />;
}
