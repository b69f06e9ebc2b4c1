'use client';

import { useRef, useState } from 'react';
import { axis } from './scale';
import { useWidth } from './useWidth';

export interface Bubble {
  readonly key: string;
  /** Of its row in the table beside. */
  readonly number: number;
  readonly name: string;
  /** From 0 to 1, left to right. */
  readonly x: number;
  readonly y: number;
  readonly size: number;
  /** What stands above the map while it is pointed at, and is read out. */
  readonly text: string;
}

interface Props {
  title: string;
  bubbles: readonly Bubble[];
  xName: string;
  yName: string;
  xTick: (value: number) => string;
  yTick: (value: number) => string;
}

const HEIGHT = 320;
/** Above the top and below 0 half of the largest bubble has room. */
const EDGE = { left: 56, right: 16, top: 38, bottom: 58 };
const LARGEST = 34;
const SMALLEST = 9;
const SHARES = [0, 0.25, 0.5, 0.75, 1];

/**
 * Groups by two figures, each as large as it has members. Bubbles bear the numbers of the rows of
 * the table that stands beside the map and holds the same figures.
 */
export function BubbleMap({ title, bubbles, xName, yName, xTick, yTick }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const [active, setActive] = useState<string | null>(null);
  const shown = bubbles.find((bubble) => bubble.key === active);
  const { top, ticks } = axis(Math.max(...bubbles.map((bubble) => bubble.y), 0));
  const most = Math.max(...bubbles.map((bubble) => bubble.size), 1);
  // Room for half a bubble on both sides of the shares, so that none lies on the axis.
  const x = (share: number) =>
    EDGE.left + LARGEST + share * (width - EDGE.left - EDGE.right - 2 * LARGEST);
  const y = (value: number) =>
    HEIGHT - EDGE.bottom - (value / top) * (HEIGHT - EDGE.top - EDGE.bottom);
  const radius = (size: number) => Math.max(Math.sqrt(size / most) * LARGEST, SMALLEST);
  // The largest lie beneath, so that each can be pointed at.
  const order = bubbles.toSorted((a, b) => b.size - a.size);
  return (
    <div dir="ltr">
      <p dir="auto" className="figures min-h-11 text-sm sm:min-h-6">
        {shown ? (
          <>
            <span className="font-medium">{shown.name}</span>{' '}
            <span className="text-ink-2">{shown.text}</span>
          </>
        ) : (
          <span className="text-ink-2">
            ↑ {yName} · → {xName}
          </span>
        )}
      </p>
      <div ref={box} className="h-[320px]">
        {width > 0 && (
          // biome-ignore lint/a11y/useSemanticElements: a drawing, not a part of a form
          <svg role="group" aria-label={title} width={width} height={HEIGHT} className="block">
            {ticks.map((tick) => (
              <g key={tick}>
                <line
                  x1={EDGE.left}
                  x2={width - EDGE.right}
                  y1={y(tick)}
                  y2={y(tick)}
                  className="stroke-line"
                />
                <text
                  x={EDGE.left - 6}
                  y={y(tick) + 4}
                  textAnchor="end"
                  className="fill-ink-2 text-xs"
                >
                  {yTick(tick)}
                </text>
              </g>
            ))}
            {SHARES.map((share) => (
              <text
                key={share}
                x={x(share)}
                y={HEIGHT - 12}
                textAnchor="middle"
                className="fill-ink-2 text-xs"
              >
                {xTick(share)}
              </text>
            ))}
            {order.map((bubble) => (
              // biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: read out, not pressed
              <g
                key={bubble.key}
                role="img"
                aria-label={`${bubble.name}: ${bubble.text}`}
                tabIndex={0}
                onFocus={() => setActive(bubble.key)}
                onBlur={() => setActive(null)}
                onPointerEnter={() => setActive(bubble.key)}
                onPointerLeave={() => setActive(null)}
              >
                <circle
                  cx={x(Math.min(Math.max(bubble.x, 0), 1))}
                  cy={y(bubble.y)}
                  r={radius(bubble.size)}
                  className={`fill-accent-soft stroke-accent ${active === bubble.key ? 'stroke-3' : 'stroke-[1.5]'}`}
                  fillOpacity={0.8}
                />
                <text
                  x={x(Math.min(Math.max(bubble.x, 0), 1))}
                  // In large ones near the top, where smaller ones that lie upon them seldom hide it.
                  y={y(bubble.y) + 4 - Math.max(radius(bubble.size) - 16, 0)}
                  textAnchor="middle"
                  className="pointer-events-none fill-accent-strong font-semibold text-xs"
                >
                  {bubble.number}
                </text>
              </g>
            ))}
          </svg>
        )}
      </div>
    </div>
  );
}
