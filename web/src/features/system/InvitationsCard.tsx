'use client';

import { useState } from 'react';
import type { Invitation } from '@/api/types';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { ExportButton } from '@/shell/ExportButton';
import { Listing } from '@/shell/Listing';
import { Ask } from '@/ui/Ask';
import { Badge } from '@/ui/Badge';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { Loading } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { useInvitations, useSendAgain, useWithdraw } from './useInvitations';

function Steps({ row, onSent }: { row: Invitation; onSent: (email: string) => void }) {
  const { t } = useWords();
  const [asked, setAsked] = useState<'send' | 'withdraw' | null>(null);
  const send = useSendAgain();
  const withdraw = useWithdraw();
  const close = () => {
    setAsked(null);
    send.reset();
    withdraw.reset();
  };
  const run = () => {
    if (asked === 'withdraw') withdraw.mutate(row.id, { onSuccess: close });
    else
      send.mutate(row.id, {
        onSuccess: () => {
          close();
          onSent(row.email);
        },
      });
  };
  const label = asked ? t(`invited.${asked}`) : '';
  return (
    <>
      <div className="flex flex-wrap gap-1">
        {(['send', 'withdraw'] as const).map((step) => (
          <Button
            key={step}
            small
            kind={step === 'send' ? 'plain' : 'quiet'}
            aria-label={`${t(`invited.${step}`)}: ${row.name}`}
            onClick={() => setAsked(step)}
          >
            {t(`invited.${step}`)}
          </Button>
        ))}
      </div>
      <Ask
        title={label}
        text={
          <>
            <p className="font-medium">
              <bdi>{row.name}</bdi> · <bdi dir="ltr">{row.email}</bdi>
            </p>
            <p className="mt-1 text-ink-2">{asked && t(`invited.${asked}.text`)}</p>
          </>
        }
        confirm={label}
        open={asked !== null}
        busy={send.isPending || withdraw.isPending}
        error={send.error ?? withdraw.error}
        onConfirm={run}
        onClose={close}
      />
    </>
  );
}

/** Who was asked to join and has not come yet; nothing where there is nobody. */
export function InvitationsCard({
  sent,
  onSent,
}: {
  sent: string | null;
  onSent: (email: string) => void;
}) {
  const { t, format } = useWords();
  const list = useInvitations();
  const zone = fmt.ownZone();
  const columns: Column<Invitation>[] = [
    {
      key: 'who',
      head: t('users.user'),
      names: true,
      sort: 'name',
      cell: (row) => (
        <span className="grid">
          <bdi className="font-medium">{row.name}</bdi>
          <bdi dir="ltr" className="break-all text-ink-2 text-xs">
            {row.email}
          </bdi>
        </span>
      ),
    },
    {
      key: 'role',
      head: t('users.role'),
      sort: 'role',
      cell: (row) => t(`users.role.${row.role}`),
    },
    {
      key: 'until',
      head: t('invited.until'),
      from: 'md',
      sort: 'expires_at',
      cell: (row) =>
        row.state === 'expired' ? (
          <Badge tone="warn">{t('invited.expired')}</Badge>
        ) : (
          fmt.moment(format, new Date(row.expires_at * 1000).toISOString(), zone)
        ),
    },
    { key: 'do', head: t('jobs.do'), cell: (row) => <Steps row={row} onSent={onSent} /> },
  ];
  const nobody = list.query.data?.items.length === 0 && !list.cursor;
  if (!list.query.data && !list.query.error && !sent) return <Loading className="h-40" />;
  if (nobody && !sent) return null;
  return (
    <Card
      title={t('invited.title')}
      text={t('invited.text')}
      actions={<ExportButton name="invitations" file={list.file} />}
      flush
    >
      {sent && (
        <div className="px-4 pb-3 sm:px-5">
          <Banner tone="good" alert>
            {t('invited.sent', { email: sent })}
          </Banner>
        </div>
      )}
      {!nobody && (
        <Listing bare {...list} none={null}>
          {(rows, stale) => (
            <Table
              label={t('invited.title')}
              columns={columns}
              rows={rows}
              rowKey={(row) => row.id}
              stale={stale}
              {...list.sorting}
            />
          )}
        </Listing>
      )}
    </Card>
  );
}
