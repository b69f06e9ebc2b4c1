'use client';

import { useWords } from '@/i18n/locale';
import { Button } from '@/ui/Button';
import { changeUrl } from './useUrlState';

interface Props {
  shown: number;
  cursor: string | null;
  next: string | null;
  /** The name of the place in the address, where a page has more lists than one. */
  place?: string;
}

/** Turns the pages of a list whose place stands in the address. */
export function Pager({ shown, cursor, next, place = 'cursor' }: Props) {
  const { t } = useWords();
  const turn = (to: string | null) => {
    changeUrl({ [place]: to }, 'push');
    if (place === 'cursor') scrollTo({ top: 0 });
  };
  return (
    <div className="flex flex-wrap items-center justify-between gap-3 border-line border-t px-4 py-3 sm:px-5">
      <p className="text-ink-2 text-sm">{t('list.shown', { n: shown })}</p>
      <div className="flex gap-2">
        <Button small disabled={!cursor} onClick={() => turn(null)}>
          {t('products.first')}
        </Button>
        <Button small disabled={!next} onClick={() => turn(next)}>
          {t('products.next')}
        </Button>
      </div>
    </div>
  );
}
