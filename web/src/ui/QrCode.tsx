'use client';

import { qrCode } from './qr';

const QUIET = 4;

/** Always dark on light, as cameras expect. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const rows = qrCode(text);
  const size = rows.length + 2 * QUIET;
  const path = rows
    .flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : '')))
    .join('');
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${size} ${size}`}
      className="w-48 max-w-full rounded-control bg-on-code"
      shapeRendering="crispEdges"
    >
      <path d={path} className="fill-code" />
    </svg>
  );
}
