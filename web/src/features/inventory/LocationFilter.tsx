'use client';

import { useWords } from '@/i18n/locale';
import { changeUrl } from '@/shell/useUrlState';
import { SelectField } from '@/ui/Field';
import { useLocations } from './useLocations';

/** Chooses one location, or all of them, in the address. */
export function LocationFilter({ value }: { value: string }) {
  const { t } = useWords();
  const locations = useLocations().data?.items ?? [];
  return (
    <SelectField
      label={t('col.location')}
      value={value}
      options={[
        { value: '', label: t('list.all') },
        ...locations.map(({ id, name }) => ({ value: id, label: name })),
      ]}
      onChange={(location) => changeUrl({ location, cursor: null })}
    />
  );
}
