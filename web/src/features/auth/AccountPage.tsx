'use client';

import { DigestCard } from '@/features/system/DigestCard';
import { useWords } from '@/i18n/locale';
import { Card } from '@/ui/Card';
import { InOrder } from '@/ui/InOrder';
import { PageTitle } from '@/ui/PageTitle';
import { ErrorState, Loading } from '@/ui/states';
import { EmailCard } from './EmailForm';
import { FactorCard } from './FactorCard';
import { NameForm, PasswordForm } from './OwnForms';
import { SessionsCard } from './SessionsCard';
import { useProfile } from './useAccount';

/** One's own account: what one is called, signs in with, and where one is signed in. */
export function AccountPage() {
  const { t } = useWords();
  const { data, error, refetch } = useProfile();
  return (
    <>
      <PageTitle
        title={t('account.title')}
        text={
          data && (
            <span dir="ltr" className="break-all">
              {data.email}
            </span>
          )
        }
      />
      {error && <ErrorState error={error} retry={() => void refetch()} />}
      {!error && !data && <Loading className="h-96" />}
      {data && (
        <InOrder narrow className="grid items-start gap-4 lg:grid-cols-2">
          <InOrder className="grid min-w-0 gap-4">
            <Card title={t('account.name')}>
              <NameForm name={data.name} />
            </Card>
            <Card title={t('account.password')} text={t('account.password.text')}>
              <PasswordForm email={data.email} />
            </Card>
            <DigestCard />
          </InOrder>
          <InOrder className="grid min-w-0 gap-4">
            <FactorCard />
            <Card title={t('account.email')} text={t('account.email.text')}>
              <EmailCard />
            </Card>
            <SessionsCard />
          </InOrder>
        </InOrder>
      )}
    </>
  );
}
