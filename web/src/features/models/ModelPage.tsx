'use client';

import { ApiError } from '@/api/problem';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { ExportButton } from '@/shell/ExportButton';
import { Listing } from '@/shell/Listing';
import { useParam } from '@/shell/useUrlState';
import { AppLink } from '@/ui/AppLink';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { Foundation } from './Foundation';
import { metricName } from './judged';
import { Champion, Decisions, Drift, Versions } from './ModelTables';
import { RollBack } from './RollBack';
import { useChanges, useModel, useTrain, useVersions } from './useModels';

function VersionsCard({ name }: { name: string }) {
  const { t } = useWords();
  const list = useVersions(name);
  return (
    <Card
      title={t('models.versions')}
      actions={<ExportButton name={`${name}-versions`} file={list.file} />}
      flush
    >
      <Listing bare few {...list} none={<EmptyState title={t('models.untrained')} />}>
        {(rows) => <Versions versions={rows} {...list.sorting} />}
      </Listing>
    </Card>
  );
}

function DecisionsCard({ name }: { name: string }) {
  const { t } = useWords();
  const list = useChanges(name);
  return (
    <Card
      title={t('models.decisions')}
      actions={<ExportButton name={`${name}-decisions`} file={list.file} />}
      flush
    >
      <Listing bare few {...list} none={<EmptyState title={t('models.decisions.none')} />}>
        {(rows) => <Decisions changes={rows} {...list.sorting} />}
      </Listing>
    </Card>
  );
}

function ByName({ name }: { name: string }) {
  const { t, said, format } = useWords();
  const { data, error, refetch } = useModel(name);
  const train = useTrain(name);
  if (error instanceof ApiError && error.status === 404) return <Nothing missing />;
  if (error) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!data) return <Loading className="h-96" />;
  const { model } = data;
  return (
    <>
      <AppLink href="/models/" className="mb-2 inline-block text-sm">
        {t('models.title')}
      </AppLink>
      <PageTitle
        title={said(`model.${name}`, model.title)}
        text={`${t('models.gate')}: ${t('models.gate.text', {
          metric: metricName(model.metric),
          margin: fmt.percent(format, model.margin, 0),
          n: model.least_origins,
        })}`}
        actions={
          <div className="flex flex-wrap gap-2">
            {(model.standing.before ?? []).length > 0 && <RollBack name={name} />}
            <Button busy={train.isPending} onClick={() => train.mutate()}>
              {t('models.train')}
            </Button>
          </div>
        }
      />
      {train.isSuccess && <Banner tone="good">{t('models.asked')}</Banner>}
      {train.error && <ErrorState error={train.error} retry={() => train.mutate()} />}
      <div className="mt-4 grid items-start gap-4 lg:grid-cols-2">
        <div className="grid min-w-0 gap-4">
          {data.champions.length === 0 && <EmptyState title={t('models.untrained')} />}
          {data.champions.map((version) => (
            <Champion key={version.version} version={version} />
          ))}
          <Drift watched={data.watched} />
          {name === 'forecast' && <Foundation />}
        </div>
        <div className="grid min-w-0 gap-4">
          <DecisionsCard name={name} />
          <VersionsCard name={name} />
        </div>
      </div>
    </>
  );
}

function Nothing({ missing = false }: { missing?: boolean }) {
  const { t } = useWords();
  return (
    <>
      <PageTitle title={t('models.title')} hidden />
      <EmptyState
        title={t(missing ? 'list.missing' : 'list.noId')}
        action={<AppLink href="/models/">{t('models.title')}</AppLink>}
      />
    </>
  );
}

export function ModelPage() {
  const name = useParam('name');
  return name ? <ByName key={name} name={name} /> : <Nothing />;
}
