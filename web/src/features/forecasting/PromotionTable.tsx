'use client';

import type { Promotion } from '@/api/types';
import { useMay } from '@/features/auth/usePermissions';
import { ProductById } from '@/features/products/ProductById';
import { useActorName } from '@/features/system/useMembers';
import { useStatus } from '@/features/system/useStatus';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import type { Sorting } from '@/shell/sorting';
import { Badge, type Tone } from '@/ui/Badge';
import { Button } from '@/ui/Button';
import { type Column, Table } from '@/ui/Table';
import { type When, whenIs } from './promotions';

const TONES: Record<When, Tone> = { planned: 'accent', running: 'good', over: 'neutral' };
const SHOWN = 2;
/** Who brings files in. */
const SYSTEM = 'system';

function Scope({ promotion }: { promotion: Promotion }) {
  const { t } = useWords();
  const { category, product_ids: ids } = promotion;
  if (category) return <bdi>{t('promotions.all', { category })}</bdi>;
  return (
    <span className="grid gap-1">
      {ids.slice(0, SHOWN).map((id) => (
        <ProductById key={id} id={id} />
      ))}
      {ids.length > SHOWN && (
        <span className="text-ink-2 text-xs">
          {t('promotions.more', { n: ids.length - SHOWN })}
        </span>
      )}
    </span>
  );
}

interface Props extends Sorting {
  rows: readonly Promotion[];
  stale: boolean;
  onEdit: (promotion: Promotion) => void;
  onRemove: (promotion: Promotion) => void;
}

export function PromotionTable({ rows, stale, onEdit, onRemove, ...sorting }: Props) {
  const { t, format } = useWords();
  const may = useMay('forecasts:write');
  const nameOf = useActorName();
  const timeZone = useStatus().data?.shop.time_zone ?? 'UTC';
  const today = fmt.today(timeZone);
  const days = (row: Promotion) =>
    t('dashboard.period', {
      from: fmt.day(format, row.first_day, 'tick'),
      to: fmt.day(format, row.last_day),
    });
  const columns: Column<Promotion>[] = [
    {
      key: 'name',
      head: t('promotions.one'),
      names: true,
      sort: 'name',
      cell: (row) => (
        <span className="grid gap-0.5">
          <bdi className="font-medium">{row.name}</bdi>
          <Scope promotion={row} />
          <span className="text-xs @min-[34rem]:hidden">{days(row)}</span>
          {row.author !== SYSTEM && <bdi className="text-ink-2 text-xs">{nameOf(row.author)}</bdi>}
        </span>
      ),
    },
    {
      key: 'off',
      head: t('promotions.off.short'),
      figure: true,
      sort: 'percent_off',
      cell: (row) => fmt.percent(format, row.percent_off / 100, 0),
    },
    { key: 'days', head: t('overrides.days'), from: 'md', sort: 'last_day', cell: days },
    {
      key: 'state',
      head: t('jobs.state'),
      from: 'sm',
      cell: (row) => {
        const when = whenIs(row, today);
        return <Badge tone={TONES[when]}>{t(`promotions.is.${when}`)}</Badge>;
      },
    },
    ...(may
      ? [
          {
            key: 'do',
            head: t('jobs.do'),
            cell: (row: Promotion) => (
              <span className="flex flex-wrap gap-1.5 @min-[34rem]:flex-nowrap">
                <Button
                  small
                  aria-label={`${t('promotions.edit')}: ${row.name}`}
                  onClick={() => onEdit(row)}
                >
                  {t('promotions.edit')}
                </Button>
                <Button
                  small
                  kind="quiet"
                  aria-label={`${t('promotions.remove')}: ${row.name}`}
                  onClick={() => onRemove(row)}
                >
                  {t('promotions.remove')}
                </Button>
              </span>
            ),
          },
        ]
      : []),
  ];
  return (
    <Table
      label={t('promotions.title')}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      stale={stale}
      {...sorting}
    />
  );
}
