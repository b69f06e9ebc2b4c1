'use client';

import { createStore, useStore } from './store';

const announced = createStore({ text: '', turn: 0 });

/** Tells a screen reader something that happened by itself; said once it has finished speaking. */
export function announce(text: string): void {
  announced.set({ text, turn: announced.get().turn + 1 });
}

export function Announcer() {
  const { text, turn } = useStore(announced);
  return (
    <div aria-live="polite" className="sr-only" data-announcer="">
      {/* A new element each time: the same words twice are two events. */}
      <span key={turn}>{text}</span>
    </div>
  );
}
