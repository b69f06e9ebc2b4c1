interface Props {
  low: number;
  high: number;
  value: number;
  /** The ends of the scale, which all bars of a table share. */
  scale: { readonly low: number; readonly high: number };
  tone: 'good' | 'bad' | 'open';
}

const FILL = { good: 'fill-good', bad: 'fill-bad', open: 'fill-ink-2' };

/** An interval on a scale with a line at 0, beside the figures that it pictures. */
export function IntervalBar({ low, high, value, scale, tone }: Props) {
  const at = (x: number) => {
    const share = (x - scale.low) / (scale.high - scale.low);
    return Math.min(Math.max(Number.isNaN(share) ? 0 : share, 0), 1) * 100;
  };
  const left = at(low);
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 100 16"
      preserveAspectRatio="none"
      className="h-4 w-full min-w-24"
    >
      <rect x={at(0) - 0.25} width={0.5} height={16} className="fill-line-strong" />
      <rect
        x={left}
        y={6}
        width={Math.max(at(high) - left, 0.5)}
        height={4}
        className={`${FILL[tone]} opacity-45`}
      />
      <rect x={at(value) - 0.6} y={3} width={1.2} height={10} className={FILL[tone]} />
    </svg>
  );
}
