'use client';

import { useWords } from '@/i18n/locale';
import { AppLink } from '@/ui/AppLink';
import { Card } from '@/ui/Card';
import { PageTitle } from '@/ui/PageTitle';

function Command({ text }: { text: string }) {
  return (
    <pre
      dir="ltr"
      className="overflow-x-auto rounded-control bg-surface-3 px-3 py-2 font-mono text-sm"
    >
      <code>{text}</code>
    </pre>
  );
}

/** A shop without data: the two ways to get some. */
export function EmptyShop() {
  const { t } = useWords();
  return (
    <div className="mx-auto mt-[4vh] max-w-2xl">
      <PageTitle title={t('empty.title')} text={t('empty.text')} />
      <div className="grid gap-4">
        <Card title={t('empty.import')} text={t('empty.import.text')}>
          <div className="grid justify-items-start gap-3">
            <AppLink href="/import/" className="font-medium">
              {t('empty.import.open')}
            </AppLink>
            <p className="text-ink-2 text-sm">{t('empty.command')}</p>
            <Command text="omnix import orders.csv" />
          </div>
        </Card>
        <Card title={t('empty.demo')} text={t('empty.command')}>
          <Command text="omnix demo" />
        </Card>
      </div>
    </div>
  );
}
