import { useWords } from '@/i18n/locale';
import { Icon } from './Icon';
import { nextSort } from './sort';

interface Props {
  head: string;
  name: string;
  figure: boolean;
  sort: string | undefined;
  onSort: (next: string) => void;
}

/** A column's head that puts the list in its order. */
export function SortHead({ head, name, figure, sort, onSort }: Props) {
  const { t } = useWords();
  const up = sort === name;
  const active = up || sort === `-${name}`;
  return (
    <button
      type="button"
      aria-label={t('list.sortBy', { name: head })}
      onClick={() => onSort(nextSort(sort, name, figure))}
      className={`-mx-1 inline-flex items-center gap-1 rounded-control px-1 font-medium hover:text-ink ${figure ? 'flex-row-reverse' : ''} ${active ? 'text-ink' : ''}`}
    >
      <span>{head}</span>
      <span className={active ? '' : 'opacity-45'}>
        <Icon name={active ? (up ? 'up' : 'down') : 'sort'} size={14} />
      </span>
    </button>
  );
}
