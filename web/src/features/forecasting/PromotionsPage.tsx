'use client';

import { useState } from 'react';
import type { Promotion } from '@/api/types';
import { useMay } from '@/features/auth/usePermissions';
import { useStatus } from '@/features/system/useStatus';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Listing } from '@/shell/Listing';
import { ListTools } from '@/shell/ListTools';
import { oneOf } from '@/shell/url';
import { changeUrl, useParam } from '@/shell/useUrlState';
import { AppLink } from '@/ui/AppLink';
import { Ask } from '@/ui/Ask';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { PageTitle } from '@/ui/PageTitle';
import { Segmented } from '@/ui/Segmented';
import { EmptyState } from '@/ui/states';
import { ForecastTabs } from './ForecastTabs';
import { PromotionForm } from './PromotionForm';
import { PromotionTable } from './PromotionTable';
import { usePromotions, useRemovePromotion } from './usePromotions';

/** Price cuts, past and planned: what forecasts learn from and what they expect. */
export function PromotionsPage() {
  const { t } = useWords();
  const show = oneOf(useParam('show'), ['all', 'ahead']);
  const timeZone = useStatus().data?.shop.time_zone ?? 'UTC';
  const list = usePromotions(show === 'ahead' ? fmt.today(timeZone) : null);
  const may = useMay('forecasts:write');
  const mayImport = useMay('imports:write');
  const [form, setForm] = useState<{ promotion: Promotion | null } | null>(null);
  const [asked, setAsked] = useState<Promotion | null>(null);
  const remove = useRemovePromotion();
  const close = () => {
    setAsked(null);
    remove.reset();
  };
  return (
    <>
      <ForecastTabs here="/forecasts/promotions/" />
      <PageTitle
        title={t('promotions.title')}
        text={t('promotions.text')}
        actions={
          may && (
            <Button kind="primary" onClick={() => setForm({ promotion: null })}>
              {t('promotions.plan')}
            </Button>
          )
        }
      />
      <div className="mb-4 flex flex-wrap items-center justify-between gap-3">
        <Segmented
          label={t('happened.show')}
          value={show}
          options={[
            { value: 'all', label: t('list.all') },
            { value: 'ahead', label: t('promotions.ahead') },
          ]}
          onChange={(value) => changeUrl({ show: value === 'all' ? null : value, cursor: null })}
        />
        {mayImport && (
          <AppLink href="/import/?kind=promotions" className="text-sm">
            {t('promotions.import')}
          </AppLink>
        )}
      </div>
      <ListTools
        rows={list}
        label={t('promotions.title')}
        name="promotions"
        usual={t('list.usual.last')}
        orders={[
          ['name', t('promotions.one')],
          ['percent_off', t('promotions.off.short')],
          ['first_day', t('list.firstDay')],
          ['last_day', t('list.lastDay')],
        ]}
      />
      <Listing
        {...list}
        none={
          list.find ? (
            <EmptyState icon="search" title={t('list.noMatch')} />
          ) : (
            <EmptyState
              title={t(show === 'ahead' ? 'promotions.none.ahead' : 'promotions.none')}
              text={t('promotions.none.text')}
            />
          )
        }
      >
        {(rows, stale) => (
          <PromotionTable
            rows={rows}
            stale={stale}
            onEdit={(promotion) => setForm({ promotion })}
            onRemove={setAsked}
            {...list.sorting}
          />
        )}
      </Listing>
      <Dialog
        title={t(form?.promotion ? 'promotions.change' : 'promotions.plan')}
        open={form !== null}
        onClose={() => setForm(null)}
      >
        {form && <PromotionForm promotion={form.promotion} onClose={() => setForm(null)} />}
      </Dialog>
      <Ask
        title={t('promotions.remove.ask')}
        text={
          <>
            <p className="font-medium">
              <bdi>{asked?.name}</bdi>
            </p>
            <p>{t('promotions.remove.text')}</p>
          </>
        }
        confirm={t('promotions.remove')}
        open={asked !== null}
        busy={remove.isPending}
        error={remove.error}
        onConfirm={() => asked && remove.mutate(asked.id, { onSuccess: close })}
        onClose={close}
      />
    </>
  );
}
