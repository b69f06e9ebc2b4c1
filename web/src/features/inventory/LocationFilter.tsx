'use client';

import { useWords } from '@/i18n/locale';
import { changeUrl } from '@/shell/useUrlState';
import { SelectField } from '@/ui/Field';
import { useLocations } from './useLocations';

/** Chooses one location in the address, or all of them unless there must be one. */
export function LocationFilter({ value, one = false }: { value: string; one?: boolean }) {
  const { t } = useWords();
  const locations = useLocations().data?.items ?? [];
  return (
    <SelectField
      label={t('col.location')}
      value={value}
      options={[
        ...(one ? [] : [{ value: '', label: t('list.all') }]),
        ...locations.map(({ id, name }) => ({ value: id, label: name })),
      ]}
      onChange={(location) => changeUrl({ location, cursor: null })}
    />
  );
}
