'use client';

import { sessionStore } from '@/api/session';
import { Door } from '@/features/auth/Door';
import { useWords } from '@/i18n/locale';
import { useParam } from '@/shell/useUrlState';
import { PageTitle } from '@/ui/PageTitle';
import { Progress } from '@/ui/Progress';
import { EmptyState } from '@/ui/states';
import { useStore } from '@/ui/store';
import { useErasure } from './usePrivacy';

/** Stands outside the signed-in pages: the account ends while it is looked at. */
export function GoodbyePage() {
  const { t } = useWords();
  const id = useParam('id');
  const session = useStore(sessionStore);
  const { data } = useErasure(id, session.phase === 'in');
  const done = session.phase === 'out' || data?.state === 'done';
  if (done) {
    return (
      <Door>
        <PageTitle title={t('goodbye.done')} hidden />
        <EmptyState icon="check" title={t('goodbye.done')} text={t('goodbye.done.text')} />
      </Door>
    );
  }
  return (
    <Door>
      <div className="grid gap-3">
        <PageTitle title={t('goodbye.busy')} />
        <p className="-mt-4 text-ink-2 text-sm">{t('goodbye.busy.text')}</p>
        <Progress label={t('goodbye.progress')} done={data?.done ?? 0} total={data?.total ?? 0} />
      </div>
    </Door>
  );
}
