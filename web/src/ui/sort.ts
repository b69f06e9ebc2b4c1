/** The order that a click on a head asks for: the other way round, figures highest first. */
export function nextSort(now: string | undefined, name: string, figure: boolean): string {
  if (now === name) return `-${name}`;
  if (now === `-${name}`) return name;
  return figure ? `-${name}` : name;
}
