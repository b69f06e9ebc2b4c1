import type { ReactNode } from 'react';

export interface Fact {
  readonly name: string;
  readonly value: ReactNode;
}

/** Names and their values, one under the other. */
export function FactList({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className="grid max-w-lg text-sm">
      {facts.map((fact) => (
        <div
          key={fact.name}
          className="flex items-baseline justify-between gap-4 border-line border-b py-1.5 last:border-0"
        >
          <dt className="text-ink-2">{fact.name}</dt>
          <dd className="figures text-end font-medium">{fact.value}</dd>
        </div>
      ))}
    </dl>
  );
}
