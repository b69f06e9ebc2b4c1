'use client';

import type { Proposal } from '@/api/types';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Card } from '@/ui/Card';
import { Disclosure } from '@/ui/Disclosure';
import { FactList } from '@/ui/FactList';
import { Notes } from '@/ui/Notes';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { useProposals } from './useProposals';

const INPUTS = [
  'available',
  'on_order',
  'lead_time_days',
  'review_days',
  'service_level',
  'demand_mean',
  'demand_quantile',
  'safety_stock',
  'reorder_point',
  'target',
] as const;

interface OneProps {
  proposal: Proposal;
  currency: string;
  today: string;
}

function OneProposal({ proposal, currency, today }: OneProps) {
  const { t, format } = useWords();
  const { order_by, supplier, expected_cost_minor: cost } = proposal;
  const details =
    proposal.quantity > 0
      ? [
          order_by &&
            (order_by <= today
              ? t('proposal.today')
              : t('proposal.by', { day: fmt.day(format, order_by) })),
          supplier && t('proposal.from', { supplier }),
          cost !== null && t('proposal.cost', { cost: fmt.money(format, cost, currency, 'whole') }),
        ].filter(Boolean)
      : [];
  const { quantity, location_name: location } = proposal;
  return (
    <li className="grid gap-2 border-line border-b pb-4 last:border-0 last:pb-0">
      {quantity > 0 ? (
        <p className="figures font-semibold text-lg">
          {t('proposal.order', { units: t('proposal.units', { n: quantity }), location })}
        </p>
      ) : (
        <p>{t('proposal.enough', { location })}</p>
      )}
      {details.length > 0 && (
        <p className="figures text-ink-2 text-sm first-letter:uppercase">{details.join(' · ')}</p>
      )}
      <p dir="auto" className="max-w-prose text-sm">
        {proposal.reason}
      </p>
      <Disclosure summary={t('proposal.why')}>
        <FactList
          facts={INPUTS.map((name) => ({
            name: t(`proposal.input.${name}`),
            value:
              name === 'service_level'
                ? fmt.percent(format, proposal.inputs[name])
                : fmt.count(format, proposal.inputs[name], 1),
          }))}
        />
      </Disclosure>
      <Notes title={t('proposal.assumptions')} notes={proposal.assumptions} />
    </li>
  );
}

interface Props {
  productId: string;
  currency: string;
  /** The shop's day now. */
  today: string;
}

export function ProposalCard({ productId, currency, today }: Props) {
  const { t } = useWords();
  const { data, error, refetch } = useProposals(productId);
  const proposals = data?.items.filter((proposal) => proposal.product_id === productId) ?? [];
  return (
    <Card title={t('proposal.title')}>
      {error && <ErrorState error={error} retry={() => void refetch()} />}
      {!error && !data && <Loading className="h-24" />}
      {data && proposals.length === 0 && <EmptyState icon="check" title={t('proposal.none')} />}
      {proposals.length > 0 && (
        <ul className="grid gap-4">
          {proposals.map((proposal) => (
            <OneProposal
              key={proposal.location_id}
              proposal={proposal}
              currency={currency}
              today={today}
            />
          ))}
        </ul>
      )}
    </Card>
  );
}
