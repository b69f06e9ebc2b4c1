import type { ReactNode } from 'react';

export interface Tile {
  readonly name: string;
  readonly value: ReactNode;
  /** What the figure rests on, in small print. */
  readonly note?: ReactNode;
}

/** Names, figures and notes of tiles in one row stand in line; what holds them has no row gap. */
export const TILE =
  'row-span-3 mb-3 grid min-w-0 grid-rows-subgrid rounded-card border border-line bg-surface px-3.5 pt-2 pb-2.5 shadow-card';

/** The few figures of a page that matter most. */
export function Tiles({ label, tiles }: { label: string; tiles: readonly Tile[] }) {
  return (
    <section aria-label={label}>
      <dl className="-mb-3 grid grid-cols-2 gap-x-3 lg:grid-cols-4">
        {tiles.map((tile) => (
          <div key={tile.name} className={TILE}>
            <dt className="text-balance text-ink-2 text-label">{tile.name}</dt>
            <dd className="row-span-2 grid grid-rows-subgrid">
              <span className="figures font-semibold text-xl tracking-tight">{tile.value}</span>
              <span className="figures text-ink-2 text-xs">{tile.note}</span>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
