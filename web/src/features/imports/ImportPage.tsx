'use client';

import { useState } from 'react';
import { useMay } from '@/features/auth/usePermissions';
import { useWords } from '@/i18n/locale';
import { oneOf } from '@/shell/url';
import { changeUrl, useParam } from '@/shell/useUrlState';
import { Banner } from '@/ui/Banner';
import { Card } from '@/ui/Card';
import { SelectField } from '@/ui/Field';
import { FileField } from '@/ui/FileField';
import { InOrder } from '@/ui/InOrder';
import { PageTitle } from '@/ui/PageTitle';
import { ErrorState, Loading } from '@/ui/states';
import { ImportsCard } from './ImportsCard';
import { MappingCard } from './MappingCard';
import { KINDS, type Kind } from './plan';
import { RunCard } from './RunCard';
import { usePlan } from './useImport';

/** One file under one kind: how it is read, then what would come in. */
function Chosen({ file, kind }: { file: File; kind: Kind }) {
  const { t } = useWords();
  const [mapping, setMapping] = useState<Readonly<Record<string, string>>>({});
  const [layout, setLayout] = useState<string>(kind);
  const choice = { layout, mapping };
  const { data: plan, error, refetch, isPlaceholderData } = usePlan(file, choice);
  if (error) return <ErrorState error={error} retry={() => void refetch()} />;
  if (plan === undefined) return <Loading className="h-60" />;
  if (plan === null) {
    return (
      <>
        <Banner tone="accent">{t('imports.large')}</Banner>
        <RunCard file={file} choice={choice} />
      </>
    );
  }
  return (
    <>
      <MappingCard
        plan={plan}
        stale={isPlaceholderData}
        onMap={(field, column) => {
          setLayout(plan.layout);
          setMapping({ ...mapping, [field]: column });
        }}
      />
      {plan.missing.length === 0 && (
        <RunCard key={JSON.stringify(choice)} file={file} choice={choice} />
      )}
    </>
  );
}

/** Brings a file in: chosen, understood, checked, and only then imported. */
export function ImportPage() {
  const { t } = useWords();
  const kind = oneOf(useParam('kind'), ['', ...KINDS]);
  const may = useMay('imports:write');
  const [file, setFile] = useState<File | null>(null);
  return (
    <>
      <PageTitle title={t('imports.title')} text={t('imports.text')} />
      <InOrder className="grid gap-4">
        {may && (
          <Card title={t('imports.choose')}>
            <div className="grid items-start gap-4 sm:grid-cols-2">
              <FileField
                label={t('imports.file')}
                hint={t('imports.file.hint')}
                accept=".csv,.tsv,.txt,.xlsx,.parquet,.jsonl,.ndjson,.gz"
                onPick={setFile}
              />
              <SelectField
                label={t('imports.what')}
                hint={t(kind ? `imports.hint.${kind}` : 'imports.hint')}
                value={kind}
                options={[
                  { value: '', label: t('imports.kind') },
                  ...KINDS.map((value) => ({ value, label: t(`imports.kind.${value}`) })),
                ]}
                onChange={(value) => changeUrl({ kind: value })}
              />
            </div>
          </Card>
        )}
        {file && (
          <Chosen
            key={`${file.name} ${file.size} ${file.lastModified} ${kind}`}
            file={file}
            kind={kind}
          />
        )}
        <ImportsCard />
      </InOrder>
    </>
  );
}
