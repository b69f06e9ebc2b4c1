'use client';

import { useWords } from '@/i18n/locale';
import { useTyped } from '@/shell/useTyped';
import { changeUrl } from '@/shell/useUrlState';
import { SearchField, SelectField } from '@/ui/Field';
import { useCategories } from './useCategories';
import { type ProductFilters as Filters, STATUSES } from './useProducts';

export function ProductFilters({ filters }: { filters: Filters }) {
  const { t } = useWords();
  const [typed, setTyped] = useTyped(filters.search);
  const categories = useCategories().data?.items ?? [];
  return (
    // biome-ignore lint/a11y/useSemanticElements: <search> is not known to all browsers yet
    <form
      role="search"
      onSubmit={(event) => event.preventDefault()}
      className="mb-4 grid items-end gap-3 sm:grid-cols-3 lg:grid-cols-[minmax(16rem,2fr)_1fr_1fr_1fr]"
    >
      <div className="sm:col-span-3 lg:col-span-1">
        <SearchField
          label={t('products.search')}
          placeholder={t('products.search.hint')}
          value={typed}
          dir="auto"
          onChange={(event) => setTyped(event.target.value)}
        />
      </div>
      <SelectField
        label={t('products.category')}
        value={filters.category}
        options={[
          { value: '', label: t('products.all') },
          ...categories.map(({ name }) => ({ value: name, label: name })),
        ]}
        // A category lists its active products by name; the server has no other order for it.
        onChange={(category) => changeUrl({ category, status: null, sort: null, cursor: null })}
      />
      <SelectField
        label={t('products.status')}
        value={filters.status}
        options={STATUSES.map((value) => ({ value, label: t(`products.${value}`) }))}
        onChange={(status) =>
          changeUrl({ status: status === 'active' ? null : status, category: null, cursor: null })
        }
      />
      <SelectField
        label={t('products.sort')}
        value={filters.sort}
        disabled={filters.search !== ''}
        options={[
          { value: 'name', label: t('products.sort.name') },
          { value: '-created_at', label: t('products.sort.newest') },
        ]}
        onChange={(sort) =>
          changeUrl({ sort: sort === 'name' ? null : sort, category: null, cursor: null })
        }
      />
    </form>
  );
}
