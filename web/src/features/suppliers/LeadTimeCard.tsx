'use client';

import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Card } from '@/ui/Card';
import { FactList } from '@/ui/FactList';
import { ErrorState, Loading } from '@/ui/states';
import { useLeadTime } from './useSuppliers';

/** What the supplier says, and what its deliveries have taught. */
export function LeadTimeCard({ id }: { id: string }) {
  const { t, format } = useWords();
  const { data, error, refetch } = useLeadTime(id);
  const spread = (days: number, deviation: number) =>
    t('suppliers.spread', {
      n: fmt.count(format, days, 1),
      spread: fmt.decimal(format, deviation, 1),
    });
  return (
    <Card title={t('suppliers.leadTime')} text={t('suppliers.leadTime.text')}>
      {error && <ErrorState error={error} retry={() => void refetch()} />}
      {!error && !data && <Loading className="h-32" />}
      {data && (
        <>
          <p className="figures mb-2">
            <strong className="font-semibold text-2xl">
              {spread(data.days, data.deviation_days)}
            </strong>{' '}
            <span className="text-ink-2 text-sm">{t('suppliers.days')}</span>
          </p>
          <FactList
            facts={[
              {
                name: t('suppliers.told'),
                value: spread(data.told_days, data.told_deviation_days),
              },
              { name: t('suppliers.counted'), value: fmt.count(format, data.deliveries) },
            ]}
          />
          {data.deliveries === 0 && (
            <p className="mt-2 text-ink-2 text-sm">{t('suppliers.untaught')}</p>
          )}
        </>
      )}
    </Card>
  );
}
