/** A round top of an axis and the steps up to it, for values from 0 to `most`. */
export function axis(most: number, steps = 4): { top: number; ticks: number[] } {
  const rough = Math.max(most, 1e-9) / steps;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((n) => n * power >= rough) ?? 10) * power;
  const ticks: number[] = [0];
  while ((ticks.at(-1) ?? 0) < most) ticks.push(ticks.length * step);
  if (ticks.length === 1) ticks.push(step);
  return { top: ticks.at(-1) ?? step, ticks };
}
