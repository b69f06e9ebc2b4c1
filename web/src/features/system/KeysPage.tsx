'use client';

import { useState } from 'react';
import type { ApiKey } from '@/api/types';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Listing } from '@/shell/Listing';
import { ListTools } from '@/shell/ListTools';
import type { Sorting } from '@/shell/sorting';
import { Ask } from '@/ui/Ask';
import { Badge } from '@/ui/Badge';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { Disclosure } from '@/ui/Disclosure';
import { EmptyState } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { KeyForm } from './KeyForm';
import { Secret } from './Secret';
import { SystemFrame } from './SystemFrame';
import { useKeys, useRevokeKey } from './useKeys';
import { useActorName } from './useMembers';

interface TableProps extends Sorting {
  keys: readonly ApiKey[];
  stale: boolean;
  onRevoke: (key: ApiKey) => void;
}

function KeyTable({ keys, stale, onRevoke, ...sorting }: TableProps) {
  const { t, format } = useWords();
  const nameOf = useActorName();
  const day = (iso: string) => fmt.day(format, iso.slice(0, 10));
  const now = new Date().toISOString();
  const columns: Column<ApiKey>[] = [
    {
      key: 'name',
      head: t('keys.name'),
      names: true,
      sort: 'name',
      cell: (row) => (
        <span className="grid gap-0.5">
          <bdi className="font-medium">{row.name}</bdi>
          <Disclosure summary={t('keys.may', { n: row.permissions.length })}>
            <span dir="ltr" className="block max-w-md text-ink-2 text-xs">
              {row.permissions.join(', ')}
            </span>
          </Disclosure>
        </span>
      ),
    },
    {
      key: 'owner',
      head: t('keys.owner'),
      from: 'lg',
      cell: (row) => <bdi>{nameOf(row.owner)}</bdi>,
    },
    {
      key: 'used',
      head: t('keys.used'),
      figure: true,
      sort: 'last_used_at',
      from: 'md',
      cell: (row) => (row.last_used_at ? day(row.last_used_at) : t('keys.never')),
    },
    {
      key: 'ends',
      head: t('keys.ends'),
      figure: true,
      sort: 'expires_at',
      cell: (row) =>
        row.expires_at < now ? <Badge tone="bad">{t('keys.ended')}</Badge> : day(row.expires_at),
    },
    {
      key: 'do',
      head: t('jobs.do'),
      cell: (row) => (
        <Button small aria-label={`${t('keys.revoke')}: ${row.name}`} onClick={() => onRevoke(row)}>
          {t('keys.revoke')}
        </Button>
      ),
    },
  ];
  return (
    <Table
      label={t('system.keys')}
      columns={columns}
      rows={keys}
      rowKey={(row) => row.id}
      stale={stale}
      {...sorting}
    />
  );
}

export function KeysPage() {
  const { t } = useWords();
  const list = useKeys();
  const revoke = useRevokeKey();
  const [making, setMaking] = useState(false);
  const [asked, setAsked] = useState<ApiKey | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const close = () => {
    setAsked(null);
    revoke.reset();
  };
  return (
    <SystemFrame
      here="/system/keys/"
      text="keys.text"
      actions={
        <Button kind="primary" onClick={() => setMaking(true)}>
          {t('keys.make')}
        </Button>
      }
    >
      <ListTools
        rows={list}
        label={t('system.keys')}
        name="api-keys"
        usual={t('list.usual')}
        orders={[
          ['name', t('keys.name')],
          ['last_used_at', t('keys.used')],
          ['expires_at', t('keys.ends')],
        ]}
      />
      <Listing
        {...list}
        none={
          list.find ? (
            <EmptyState icon="search" title={t('list.noMatch')} />
          ) : (
            <EmptyState title={t('keys.none')} text={t('keys.none.text')} />
          )
        }
      >
        {(rows, stale) => (
          <KeyTable keys={rows} stale={stale} onRevoke={setAsked} {...list.sorting} />
        )}
      </Listing>
      <Dialog title={t('keys.make')} open={making} onClose={() => setMaking(false)}>
        <KeyForm
          onClose={() => setMaking(false)}
          onMade={(key) => {
            setMaking(false);
            setSecret(key);
          }}
        />
      </Dialog>
      <Secret
        title={t('keys.made')}
        text={t('keys.made.text')}
        secret={secret}
        onClose={() => setSecret(null)}
      />
      <Ask
        title={t('keys.revoke.ask', { name: asked?.name ?? '' })}
        text={t('keys.revoke.text')}
        confirm={t('keys.revoke')}
        open={asked !== null}
        busy={revoke.isPending}
        error={revoke.error}
        onConfirm={() => asked && revoke.mutate(asked.id, { onSuccess: close })}
        onClose={close}
      />
    </SystemFrame>
  );
}
