'use client';

import { useState } from 'react';
import { sessionStore } from '@/api/session';
import type { Member } from '@/api/types';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Listing } from '@/shell/Listing';
import { ListTools } from '@/shell/ListTools';
import type { Sorting } from '@/shell/sorting';
import { Badge } from '@/ui/Badge';
import { InOrder } from '@/ui/InOrder';
import { EmptyState } from '@/ui/states';
import { useStore } from '@/ui/store';
import { type Column, Table } from '@/ui/Table';
import { InvitationsCard } from './InvitationsCard';
import { InviteUser } from './InviteUser';
import { Secret } from './Secret';
import { SystemFrame } from './SystemFrame';
import { AddUser } from './UserForms';
import { UserSteps } from './UserSteps';
import { useMembers } from './useMembers';

interface TableProps extends Sorting {
  users: readonly Member[];
  stale: boolean;
  onSecret: (secret: string) => void;
}

function UserTable({ users, stale, onSecret, ...sorting }: TableProps) {
  const { t, format } = useWords();
  const session = useStore(sessionStore);
  const own = session.phase === 'in' ? session.user.id : null;
  const columns: Column<Member>[] = [
    {
      key: 'user',
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
      key: 'state',
      head: t('users.state'),
      sort: 'state',
      cell: (row) => (
        <span className="flex flex-wrap gap-1">
          <Badge tone={row.state === 'active' ? 'good' : 'neutral'}>
            {t(`users.state.${row.state}`)}
          </Badge>
          {row.must_change_password && <Badge tone="warn">{t('users.waiting')}</Badge>}
        </span>
      ),
    },
    {
      key: 'since',
      head: t('users.since'),
      figure: true,
      from: 'lg',
      sort: 'created_at',
      cell: (row) => fmt.day(format, row.created_at.slice(0, 10)),
    },
    {
      key: 'do',
      head: t('jobs.do'),
      cell: (row) =>
        row.id === own ? (
          <span className="text-ink-2">{t('users.you')}</span>
        ) : (
          <UserSteps user={row} onSecret={onSecret} />
        ),
    },
  ];
  return (
    <Table
      label={t('system.users')}
      columns={columns}
      rows={users}
      rowKey={(row) => row.id}
      stale={stale}
      {...sorting}
    />
  );
}

export function UsersPage() {
  const { t } = useWords();
  const list = useMembers();
  const [invited, setInvited] = useState<string | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  return (
    <SystemFrame
      here="/system/users/"
      text="users.text"
      actions={
        <div className="flex flex-wrap gap-2">
          <AddUser onAdded={setSecret} />
          <InviteUser onInvited={setInvited} />
        </div>
      }
    >
      <InOrder className="grid gap-4">
        <InvitationsCard sent={invited} onSent={setInvited} />
        <div>
          <ListTools
            rows={list}
            label={t('system.users')}
            name="users"
            usual={t('list.usual')}
            orders={[
              ['name', t('users.user')],
              ['email', t('customer.email')],
              ['role', t('users.role')],
              ['state', t('users.state')],
              ['created_at', t('users.since')],
            ]}
          />
          <Listing
            {...list}
            none={<EmptyState title={t(list.find ? 'list.noMatch' : 'users.none')} />}
          >
            {(rows, stale) => (
              <UserTable users={rows} stale={stale} onSecret={setSecret} {...list.sorting} />
            )}
          </Listing>
        </div>
      </InOrder>
      <Secret
        title={t('users.oneTime')}
        text={t('users.oneTime.text')}
        secret={secret}
        onClose={() => setSecret(null)}
      />
    </SystemFrame>
  );
}
