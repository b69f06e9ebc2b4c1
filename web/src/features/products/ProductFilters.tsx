'use client';

import { useWords } from '@/i18n/locale';
import { useTyped } from '@/shell/useTyped';
import { changeUrl } from '@/shell/useUrlState';
import { SearchField, SelectField } from '@/ui/Field';
import { useCategories } from './useCategories';
import { type ProductFilters as Filters, STATUSES } from './useProducts';

interface Props {
  filters: Filters;
  onSort: (next: string) => void;
}

export function ProductFilters({ filters, onSort }: Props) {
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
        onChange={(category) =>
          changeUrl({
            category,
            status: null,
            cursor: null,
            ...(!filters.sort.endsWith('name') && { sort: null }),
          })
        }
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
          { value: '-name', label: t('sort.nameDown') },
          { value: '-created_at', label: t('products.sort.newest') },
          { value: 'created_at', label: t('sort.oldest') },
          { value: 'price_minor', label: t('sort.priceUp') },
          { value: '-price_minor', label: t('sort.priceDown') },
        ]}
        onChange={onSort}
      />
    </form>
  );
}
