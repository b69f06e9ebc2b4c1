export interface Step {
  readonly key: string;
  readonly name: string;
  readonly value: number;
  /** Drawn stronger than the others: what is out of the ordinary. */
  readonly strong?: boolean;
}

/** Where each step begins, and the scale that holds them all with zero on it. */
export function laidOut(steps: readonly Step[], total: number) {
  let sum = 0;
  const starts = steps.map((step) => {
    const start = sum;
    sum += step.value;
    return start;
  });
  const edges = [0, total, ...starts, sum];
  const low = Math.min(...edges);
  return { starts, scale: { low, width: Math.max(...edges) - low || 1 } };
}
