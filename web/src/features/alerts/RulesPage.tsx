'use client';

import { useState } from 'react';
import { useMay } from '@/features/auth/usePermissions';
import { useStatus } from '@/features/system/useStatus';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Listing } from '@/shell/Listing';
import { ListTools } from '@/shell/ListTools';
import type { Sorting } from '@/shell/sorting';
import { oneOf } from '@/shell/url';
import { changeUrl, useParam } from '@/shell/useUrlState';
import { AppLink } from '@/ui/AppLink';
import { Ask } from '@/ui/Ask';
import { Badge } from '@/ui/Badge';
import { Button } from '@/ui/Button';
import { ButtonLink } from '@/ui/ButtonLink';
import { CheckField } from '@/ui/Choice';
import { SelectField } from '@/ui/Field';
import { PageTitle } from '@/ui/PageTitle';
import { EmptyState, useReason } from '@/ui/states';
import { type Column, Table } from '@/ui/Table';
import { AlertTabs } from './AlertTabs';
import { SEVERITY_TONES } from './tones';
import { KINDS } from './useAlerts';
import { type Rule, type RuleWithTally, useDropRule, useRules, useSwitchRule } from './useRules';

const EDIT = '/alerts/rule/';

interface TableProps extends Sorting {
  rows: readonly RuleWithTally[];
  onDrop: (rule: Rule) => void;
}

function RuleTable({ rows, onDrop, ...sorting }: TableProps) {
  const { t, said, format } = useWords();
  const why = useReason();
  const may = useMay('alert-rules:write');
  const currency = useStatus().data?.shop.currency ?? 'EUR';
  const change = useSwitchRule();
  const nameOf = (rule: Rule) => said(`alert.rule.${rule.id}`, rule.name);
  const columns: Column<RuleWithTally>[] = [
    {
      key: 'rule',
      head: t('rules.rule'),
      names: true,
      sort: 'name',
      cell: ({ rule }) => (
        <span className="grid">
          <AppLink href={`${EDIT}?id=${encodeURIComponent(rule.id)}`} className="font-medium">
            <bdi>{nameOf(rule)}</bdi>
          </AppLink>
          <bdi className="text-ink-2 text-xs">{rule.text}</bdi>
          {change.error && change.variables?.id === rule.id && (
            <span role="alert" className="text-bad text-xs">
              {why(change.error)}
            </span>
          )}
        </span>
      ),
    },
    {
      key: 'kind',
      head: t('alerts.about'),
      sort: 'kind',
      from: 'lg',
      cell: ({ rule }) => t(`alerts.kind.${rule.kind}`),
    },
    {
      key: 'severity',
      head: t('rules.severity'),
      from: 'md',
      cell: ({ rule }) => {
        const severity = rule.severity ?? 'warning';
        return <Badge tone={SEVERITY_TONES[severity]}>{t(`alerts.severity.${severity}`)}</Badge>;
      },
    },
    {
      key: 'opened',
      head: t('rules.opened'),
      figure: true,
      sort: 'opened',
      from: 'sm',
      cell: ({ tally }) => fmt.count(format, tally.opened ?? 0),
    },
    {
      key: 'avoided',
      head: t('rules.avoided'),
      figure: true,
      sort: 'avoided_minor',
      from: 'lg',
      cell: ({ tally }) => fmt.money(format, tally.avoided_minor ?? 0, currency),
    },
    {
      key: 'on',
      head: t('rules.on'),
      sort: 'enabled',
      cell: ({ rule }) => (
        <CheckField
          bare
          label={t('rules.onOf', { name: nameOf(rule) })}
          checked={rule.enabled ?? true}
          disabled={!may || change.isPending}
          onChange={() => change.mutate(rule)}
        />
      ),
    },
  ];
  const mine = (rule: Rule) => may && (!rule.built_in || (rule.version ?? 0) > 0);
  if (rows.some(({ rule }) => mine(rule))) {
    columns.push({
      key: 'do',
      head: t('jobs.do'),
      cell: ({ rule }) =>
        mine(rule) && (
          <Button
            small
            kind="quiet"
            aria-label={`${t(rule.built_in ? 'rules.reset' : 'rules.delete')}: ${nameOf(rule)}`}
            onClick={() => onDrop(rule)}
          >
            {t(rule.built_in ? 'rules.reset' : 'rules.delete')}
          </Button>
        ),
    });
  }
  return (
    <Table
      label={t('rules.title')}
      columns={columns}
      rows={rows}
      rowKey={({ rule }) => rule.id}
      {...sorting}
    />
  );
}

/** Every rule, with what came of it; each can be switched off at once. */
export function RulesPage() {
  const { t, said } = useWords();
  const may = useMay('alert-rules:write');
  const kind = oneOf(useParam('kind'), ['', ...KINDS]);
  const list = useRules(kind);
  const drop = useDropRule();
  const [asked, setAsked] = useState<Rule | null>(null);
  const what = asked?.built_in ? 'rules.reset' : 'rules.delete';
  const close = () => {
    setAsked(null);
    drop.reset();
  };
  return (
    <>
      <AlertTabs here="/alerts/rules/" />
      <PageTitle
        title={t('rules.title')}
        text={t('rules.text')}
        actions={may && <ButtonLink href={EDIT}>{t('rules.new')}</ButtonLink>}
      />
      <ListTools
        rows={list}
        label={t('rules.title')}
        name="alert-rules"
        usual={t('list.usual')}
        orders={[
          ['name', t('rules.rule')],
          ['opened', t('rules.opened')],
          ['avoided_minor', t('rules.avoided')],
        ]}
      >
        <SelectField
          label={t('alerts.about')}
          value={kind}
          options={[
            { value: '', label: t('list.all') },
            ...KINDS.map((value) => ({ value, label: t(`alerts.kind.${value}`) })),
          ]}
          onChange={(value) => changeUrl({ kind: value })}
        />
      </ListTools>
      <Listing {...list} none={<EmptyState title={t('rules.none')} text={t('list.none.text')} />}>
        {(rows) => <RuleTable rows={rows} onDrop={setAsked} {...list.sorting} />}
      </Listing>
      <Ask
        title={t(what)}
        text={
          <>
            <p className="font-medium">
              <bdi>{asked && said(`alert.rule.${asked.id}`, asked.name)}</bdi>
            </p>
            <p className="mt-1 text-ink-2">{t(`${what}.text`)}</p>
          </>
        }
        confirm={t(what)}
        open={asked !== null}
        busy={drop.isPending}
        error={drop.error}
        onConfirm={() => asked && drop.mutate(asked.id, { onSuccess: close })}
        onClose={close}
      />
    </>
  );
}
