'use client';

import { useState } from 'react';
import { Secret } from '@/features/system/Secret';
import { useWords } from '@/i18n/locale';
import { Listing } from '@/shell/Listing';
import { ListTools } from '@/shell/ListTools';
import { Ask } from '@/ui/Ask';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState } from '@/ui/states';
import { AlertTabs } from './AlertTabs';
import { ChannelForm } from './ChannelForm';
import { ChannelItem } from './ChannelItem';
import { type Channel, useChannels, useDropChannel } from './useChannels';

export function ChannelsPage() {
  const { t } = useWords();
  const list = useChannels();
  const drop = useDropChannel();
  const [edited, setEdited] = useState<Channel | 'new' | null>(null);
  const [asked, setAsked] = useState<Channel | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const close = () => {
    setAsked(null);
    drop.reset();
  };
  return (
    <>
      <AlertTabs here="/alerts/channels/" />
      <PageTitle
        title={t('channels.title')}
        text={t('channels.text')}
        actions={
          <Button kind="primary" onClick={() => setEdited('new')}>
            {t('channels.add')}
          </Button>
        }
      />
      <ListTools
        rows={list}
        label={t('channels.title')}
        name="alert-channels"
        usual={t('list.usual')}
        orders={[
          ['name', t('products.sort.name')],
          ['kind', t('channels.kind')],
        ]}
      />
      <Listing
        {...list}
        none={
          list.find ? (
            <EmptyState icon="search" title={t('list.noMatch')} />
          ) : (
            <EmptyState title={t('channels.none')} text={t('channels.none.text')} />
          )
        }
      >
        {(rows) => (
          <ul aria-label={t('channels.title')} className="divide-y divide-line">
            {rows.map((channel) => (
              <ChannelItem
                key={channel.id}
                channel={channel}
                onChange={() => setEdited(channel)}
                onDrop={() => setAsked(channel)}
              />
            ))}
          </ul>
        )}
      </Listing>
      <Dialog
        title={edited === 'new' ? t('channels.add') : (edited?.name ?? '')}
        open={edited !== null}
        onClose={() => setEdited(null)}
      >
        <ChannelForm
          channel={edited === 'new' ? null : edited}
          onClose={() => setEdited(null)}
          onSaved={(made) => {
            setEdited(null);
            setSecret(made);
          }}
        />
      </Dialog>
      <Secret
        title={t('channels.secret')}
        text={t('channels.secret.text')}
        secret={secret}
        onClose={() => setSecret(null)}
      />
      <Ask
        title={t('channels.drop.ask', { name: asked?.name ?? '' })}
        text={t('channels.drop.text')}
        confirm={t('rules.delete')}
        open={asked !== null}
        busy={drop.isPending}
        error={drop.error}
        onConfirm={() => asked && drop.mutate(asked.id, { onSuccess: close })}
        onClose={close}
      />
    </>
  );
}
