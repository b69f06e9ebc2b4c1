'use client';

import type { Recommendations, Recommended } from '@/api/types';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { AppLink } from '@/ui/AppLink';
import { Badge } from '@/ui/Badge';
import { Bar } from '@/ui/Bar';
import { Disclosure } from '@/ui/Disclosure';
import { FactList } from '@/ui/FactList';

/** The figures behind one product's place: what each reason adds to its chance. */
function Why({ item }: { item: Recommended }) {
  const { t, format } = useWords();
  const facts = item.contributions.map((one) => ({
    name: t(`rec.reason.${one.reason}`),
    value: t('rec.points', { n: fmt.signed(format, one.share * 100, 1) }),
  }));
  return (
    <Disclosure summary={t('rec.why')}>
      <FactList
        facts={[...facts, { name: t('rec.score'), value: fmt.percent(format, item.score) }]}
      />
    </Disclosure>
  );
}

/** The API words reasons in English; other languages name the strongest one. */
function useShortReason(item: Recommended): string {
  const { t, locale } = useWords();
  const strongest = item.contributions.toSorted((a, b) => b.share - a.share)[0];
  return locale === 'en' || !strongest ? item.reason : t(`rec.reason.${strongest.reason}`);
}

interface EntryProps {
  item: Recommended;
  place: number;
  chances: boolean;
}

function Entry({ item, place, chances }: EntryProps) {
  const { t, format } = useWords();
  const reason = useShortReason(item);
  return (
    <li className="grid gap-1 px-4 py-2.5 sm:px-5">
      <div className="flex items-start justify-between gap-3">
        <div className="flex min-w-0 gap-3">
          <span aria-hidden="true" className="figures w-5 shrink-0 text-end text-ink-2 text-sm">
            {fmt.count(format, place)}
          </span>
          <div className="min-w-0">
            <AppLink
              href={`/product/?id=${encodeURIComponent(item.product_id)}`}
              dir="auto"
              className="line-clamp-2 font-medium text-sm rtl:text-right"
            >
              {item.name}
            </AppLink>
            <p className="text-ink-2 text-sm">{reason}</p>
          </div>
        </div>
        {chances && (
          <div className="w-20 shrink-0 text-end text-sm">
            <span className="figures block">
              {fmt.percent(format, item.score, item.score < 0.1 ? 1 : 0)}
            </span>
            <Bar share={item.score} />
          </div>
        )}
      </div>
      <div className="flex flex-wrap items-center gap-2 ps-8">
        <span className="figures text-sm">
          {fmt.money(format, item.price_minor, item.currency)}
        </span>
        {item.bought_before && <Badge>{t('rec.own')}</Badge>}
        {item.available !== null && item.available <= 0 && (
          <Badge tone="warn">{t('rec.soldOut')}</Badge>
        )}
        {item.explored && <Badge tone="accent">{t('rec.explored')}</Badge>}
        {chances && <Why item={item} />}
      </div>
    </li>
  );
}

interface Props {
  label: string;
  of: Recommendations;
  stale?: boolean;
}

/** Products in the order in which a customer sees them, each with its reason and its chance. */
export function RecommendedList({ label, of, stale = false }: Props) {
  return (
    <ol aria-label={label} className={`divide-y divide-line ${stale ? 'opacity-60' : ''}`}>
      {of.items.map((item, n) => (
        // Scores of a fallback are ranks and no chances.
        <Entry key={item.product_id} item={item} place={n + 1} chances={!of.fallback} />
      ))}
    </ol>
  );
}
