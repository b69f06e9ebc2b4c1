import { share } from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Icon } from './Icon';

/** For figures where more is worse (returns, products out of stock) `good` is 'down'. */
export type GoodDirection = 'up' | 'down' | 'neither';

/** A relative change: arrow, size, and the direction in words for screen readers. */
export function Delta({ change, good = 'up' }: { change: number; good?: GoodDirection }) {
  const { t, format } = useWords();
  const direction = Math.abs(change) < 0.0005 ? 'same' : change > 0 ? 'up' : 'down';
  const neutral = direction === 'same' || good === 'neither';
  const tone = neutral ? 'text-ink-2' : direction === good ? 'text-good' : 'text-bad';
  // Small ones have a digit more, and all of them the same, since they stand in columns.
  const size = share(format, Math.abs(change), Math.abs(change) < 0.1 ? 1 : 0);
  return (
    <span
      className={`inline-flex items-center gap-0.5 whitespace-nowrap font-medium text-sm ${tone}`}
    >
      <Icon name={direction} size={14} />
      <span aria-hidden="true" className="figures">
        {size}
      </span>
      <span className="sr-only">{t(`change.${direction}`, { change: size })}</span>
    </span>
  );
}
