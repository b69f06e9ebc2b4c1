'use client';

import { Button } from './Button';
import { SearchField } from './Field';

export interface Match {
  readonly id: string;
  readonly name: string;
  readonly note?: string;
}

interface Props {
  label: string;
  placeholder: string;
  typed: string;
  onType: (text: string) => void;
  matches: readonly Match[];
  /** Said where nothing matches. */
  none: string;
  onPick: (id: string) => void;
}

/** Finds one of many by its words: what matches stands below as buttons. */
export function Picker({ label, placeholder, typed, onType, matches, none, onPick }: Props) {
  return (
    <div className="grid gap-2">
      <p aria-hidden="true" className="font-medium text-sm">
        {label}
      </p>
      <SearchField
        label={label}
        placeholder={placeholder}
        value={typed}
        dir="auto"
        onChange={(event) => onType(event.target.value)}
      />
      {matches.length === 0 && <p className="text-ink-2 text-sm">{none}</p>}
      <ul className="flex flex-wrap gap-2">
        {matches.map((match) => (
          <li key={match.id} className="max-w-full">
            <Button small className="max-w-full" onClick={() => onPick(match.id)}>
              <bdi className="truncate">{match.name}</bdi>
              {match.note && <span className="truncate text-ink-2 text-xs">{match.note}</span>}
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
