'use client';

import { useRouter } from 'next/navigation';
import { ApiError } from '@/api/problem';
import { useStatus } from '@/features/system/useStatus';
import { useWords } from '@/i18n/locale';
import { useParam } from '@/shell/useUrlState';
import { AppLink } from '@/ui/AppLink';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { RuleForm } from './RuleForm';
import { useKinds, useRule } from './useRules';

const LIST = '/alerts/rules/';

/** A rule to be changed, or, without an id, one to be written. */
export function RulePage() {
  const { t, said } = useWords();
  const id = useParam('id') ?? '';
  const rule = useRule(id);
  const kinds = useKinds();
  const currency = useStatus().data?.shop.currency;
  const router = useRouter();
  const found = rule.data?.rule;
  const error = rule.error ?? kinds.error;
  const title = id ? (found ? said(`alert.rule.${id}`, found.name) : id) : t('rules.new');
  const [first, ...rest] = kinds.data?.items ?? [];
  const ready = first && currency && (!id || found);
  const missing = error instanceof ApiError && error.status === 404;
  return (
    <>
      <AppLink href={LIST} className="mb-2 inline-block text-sm">
        {t('rules.title')}
      </AppLink>
      <PageTitle title={title} />
      {missing && <EmptyState title={t('list.missing')} />}
      {error && !missing && (
        <ErrorState
          error={error}
          retry={() => {
            void rule.refetch();
            void kinds.refetch();
          }}
        />
      )}
      {!error && !ready && <Loading className="h-96" />}
      {ready && (
        <RuleForm
          key={id}
          rule={found ?? null}
          kinds={[first, ...rest]}
          currency={currency}
          onSaved={() => router.push(LIST)}
        />
      )}
    </>
  );
}
