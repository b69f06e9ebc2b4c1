import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { type Column, Table } from '../Table';
import { readings } from './read';
import type { ChartData } from './types';

/** The figures behind a chart: days newest first, other points in their order. */
export function ChartTable({ title, data }: { title: string; data: ChartData }) {
  const { t, format } = useWords();
  const order = data.days.map((_, i) => i);
  const rows = data.point ? order : order.reverse();
  const columns: Column<number>[] = [
    {
      key: 'day',
      head: data.point?.head ?? t('col.day'),
      names: true,
      cell: (row) => {
        const day = data.days[row] ?? '';
        const open = day === data.open?.day ? ` (${data.open.name})` : '';
        return (data.point ? data.point.name(day) : fmt.day(format, day)) + open;
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
