'use client';

import { createStore, useStore } from './store';

/** So that what is said is not taken away by what follows before it was spoken. */
const KEPT = 3;

interface Said {
  readonly turn: number;
  readonly text: string;
}

const announced = createStore<readonly Said[]>([]);

/** Tells a screen reader something that happened by itself; said once it has finished speaking. */
export function announce(text: string): void {
  const before = announced.get();
  const turn = (before.at(-1)?.turn ?? 0) + 1;
  announced.set([...before.slice(1 - KEPT), { turn, text }]);
}

export function Announcer() {
  const said = useStore(announced);
  return (
    <div aria-live="polite" className="sr-only" data-announcer="">
      {/* A new element each time: the same words twice are two events. */}
      {said.map(({ turn, text }) => (
        <p key={turn}>{text}</p>
      ))}
    </div>
  );
}
