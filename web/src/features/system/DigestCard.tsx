'use client';

import { useProfile } from '@/features/auth/useAccount';
import { useMay } from '@/features/auth/usePermissions';
import { useWords } from '@/i18n/locale';
import { Banner } from '@/ui/Banner';
import { Card } from '@/ui/Card';
import { Segmented } from '@/ui/Segmented';
import { ErrorState, Loading, useReason } from '@/ui/states';
import { EVERY, useAskForDigest, useDigest } from './useDigest';
import { useStatus } from './useStatus';

/** The shop's figures by mail, for oneself: each asks for his own. */
export function DigestCard() {
  const may = useMay('dashboard:read');
  return may ? <Digest /> : null;
}

function Digest() {
  const { t } = useWords();
  const why = useReason();
  const { data, error, refetch } = useDigest();
  const ask = useAskForDigest();
  const email = useProfile().data?.email ?? '';
  const zone = useStatus().data?.shop.time_zone ?? '';
  const every = data?.every ?? 'never';
  return (
    <Card title={t('digest.title')} text={t('digest.text')}>
      {error && <ErrorState error={error} retry={() => void refetch()} />}
      {!error && !data && <Loading className="h-16" />}
      {data && (
        <div className="grid justify-items-start gap-2">
          <Segmented
            label={t('digest.title')}
            value={ask.isPending ? ask.variables : every}
            options={EVERY.map((value) => ({ value, label: t(`digest.${value}`) }))}
            onChange={(value) => ask.mutate(value)}
          />
          <p role="status" className="text-ink-2 text-sm">
            {every === 'never' ? (
              t('digest.none')
            ) : (
              <>
                {t(every === 'day' ? 'digest.told.day' : 'digest.told.week', { zone })}{' '}
                <bdi className="wrap-anywhere">{email}</bdi>
              </>
            )}
          </p>
          {ask.error && (
            <Banner tone="bad" alert>
              {why(ask.error)}
            </Banner>
          )}
        </div>
      )}
    </Card>
  );
}
