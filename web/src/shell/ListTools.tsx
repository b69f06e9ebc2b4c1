'use client';

import type { ReactNode } from 'react';
import { useWords } from '@/i18n/locale';
import { SearchField, SelectField } from '@/ui/Field';
import { ExportButton } from './ExportButton';
import type { RowsState } from './useRows';
import { useTyped } from './useTyped';

interface Props {
  rows: Pick<RowsState<never>, 'find' | 'sorting' | 'onFind' | 'onSort' | 'file'>;
  /** What the list is called where it is searched. */
  label: string;
  /** The name of the file. */
  name: string;
  /** How the list is ordered when no order was chosen. */
  usual: string;
  /** What it can be ordered by, and what that is called. */
  orders: ReadonlyArray<readonly [fact: string, label: string]>;
  /** The list's own filters. */
  children?: ReactNode;
  /** Inside a card that has a frame already. */
  bare?: boolean;
}

/** What finds, filters, orders and exports a list, above it. */
export function ListTools({ rows, label, name, usual, orders, children, bare = false }: Props) {
  const { t } = useWords();
  const [typed, setTyped] = useTyped(rows.find, rows.onFind);
  const options = orders.flatMap(([fact, of]) => [
    { value: fact, label: t('list.up', { name: of }) },
    { value: `-${fact}`, label: t('list.down', { name: of }) },
  ]);
  return (
    <div className={`flex flex-wrap items-end gap-3 ${bare ? 'px-4 pb-3 sm:px-5' : 'mb-4'}`}>
      <div className="min-w-40 flex-1 basis-48 sm:max-w-72">
        <SearchField
          label={t('list.find', { list: label })}
          placeholder={t('list.find.hint')}
          value={typed}
          dir="auto"
          onChange={(event) => setTyped(event.target.value)}
        />
      </div>
      {children}
      <div className="min-w-40">
        <SelectField
          label={t('products.sort')}
          value={rows.sorting.sort ?? ''}
          options={[{ value: '', label: usual }, ...options]}
          onChange={rows.onSort}
        />
      </div>
      <div className="ms-auto">
        <ExportButton name={name} file={rows.file} />
      </div>
    </div>
  );
}
