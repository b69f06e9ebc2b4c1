import type { ReactNode } from 'react';

export interface Tile {
  readonly name: string;
  readonly value: ReactNode;
  /** What the figure rests on, in small print. */
  readonly note?: ReactNode;
}

/** The few figures of a page that matter most. */
export function Tiles({ label, tiles }: { label: string; tiles: readonly Tile[] }) {
  return (
    <section aria-label={label}>
      <dl className="grid grid-cols-2 gap-3 lg:grid-cols-4">
        {tiles.map((tile) => (
          <div
            key={tile.name}
            className="min-w-0 rounded-card border border-line bg-surface px-3.5 pt-2 pb-2.5 shadow-card"
          >
            <dt className="text-balance text-ink-2 text-label">{tile.name}</dt>
            <dd>
              <span className="figures block font-semibold text-xl tracking-tight">
                {tile.value}
              </span>
              {tile.note && <span className="figures block text-ink-2 text-xs">{tile.note}</span>}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
