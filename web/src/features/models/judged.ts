/** What models are judged by, written as people who read such figures write it. */
const METRICS: Readonly<Record<string, string>> = {
  wape: 'WAPE',
  bias: 'Bias',
  rmse: 'RMSE',
  rmsse: 'RMSSE',
  wql: 'wQL',
  pinball: 'Pinball',
  brier: 'Brier',
  auc: 'AUC',
  coverage_50: 'In 50%',
  coverage_80: 'In 80%',
  naive_wape: 'Naive WAPE',
};

export function metricName(name: string): string {
  const known = METRICS[name];
  if (known) return known;
  // recall_10 is recall among ten.
  const among = /^([a-z]+)_(\d+)$/.exec(name);
  if (among) return `${among[1]}@${among[2]}`;
  return name.replaceAll('_', ' ');
}

/** `class:AX` in parts that can be put into words; `all` has no second one. */
export function groupParts(group: string): { readonly kind: string; readonly value: string } {
  const at = group.indexOf(':');
  return at < 0
    ? { kind: group, value: '' }
    : { kind: group.slice(0, at), value: group.slice(at + 1) };
}
