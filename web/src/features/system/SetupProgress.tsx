'use client';

import type { Status } from '@/api/types';
import { useWords } from '@/i18n/locale';
import { Banner } from '@/ui/Banner';
import { PageTitle } from '@/ui/PageTitle';
import { Progress } from '@/ui/Progress';

export function SetupProgress({ setup }: { setup: Status['setup'] }) {
  const { t, said } = useWords();
  const step = said(`setup.${setup.step}`, setup.step);
  const failed = setup.state === 'failed';
  const now = t('setup.step', { step, done: setup.done, total: setup.total });
  return (
    <div className="mx-auto mt-[6vh] max-w-xl rounded-card border border-line bg-surface p-6 shadow-card sm:p-8">
      <PageTitle title={t(failed ? 'setup.failed' : 'setup.title')} />
      {failed ? (
        <Banner tone="bad" alert>
          {t('setup.failed.text', { step })}
        </Banner>
      ) : (
        <div className="grid gap-4">
          <p className="text-ink-2">{t('setup.text')}</p>
          <Progress label={t('setup.title')} done={setup.done} total={setup.total} />
          <p className="figures text-sm" role="status">
            {now}
          </p>
        </div>
      )}
    </div>
  );
}
