'use client';

import { useRouter } from 'next/navigation';
import { acceptInvitation } from '@/api/open';
import { login } from '@/api/session';
import { useWords } from '@/i18n/locale';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { PageTitle } from '@/ui/PageTitle';
import { useReason } from '@/ui/states';
import { CodeField } from './CodeField';
import { checkTwice, missing } from './checks';
import { Door } from './Door';
import { NewPasswordFields } from './NewPasswordFields';
import { useForm } from './useForm';
import { useMailedCode } from './useMailedCode';

/** The invited choose a password, and are in. */
export function InvitationPage() {
  const { t } = useWords();
  const why = useReason();
  const router = useRouter();
  const code = useMailedCode();
  const { busy, general, onSubmit, message } = useForm(
    (values) => ({ ...missing(values, 'token'), ...checkTwice(values) }),
    async (values) => {
      const password = String(values.get('new_password'));
      const email = await acceptInvitation(String(values.get('token')).trim(), password);
      await login(email, password);
      router.replace('/login/');
    },
  );
  return (
    <Door>
      <form noValidate onSubmit={onSubmit} className="grid gap-4">
        <PageTitle title={t('access.invitation.title')} />
        <p className="-mt-4 text-ink-2 text-sm">{t('access.invitation.text')}</p>
        {general !== null && (
          <Banner tone="bad" alert>
            {why(general)}
          </Banner>
        )}
        <CodeField code={code} error={message('token')} />
        <NewPasswordFields
          message={(field) =>
            message(field) ?? (field === 'new_password' ? message('password') : undefined)
          }
        />
        <Button type="submit" kind="primary" busy={busy}>
          {t('access.invitation.submit')}
        </Button>
      </form>
    </Door>
  );
}
