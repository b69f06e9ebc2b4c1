import type { components } from '@/api/schema';
import { AppLink } from '@/ui/AppLink';
import { cut } from './events';

type Citation = components['schemas']['Citation'];

/** A text whose figures lead to the pages that show them. */
export function Cited({ text, citations }: { text: string; citations: readonly Citation[] }) {
  return cut(text, citations).map((part, place) => {
    const cited = part.at === null ? undefined : citations[part.at];
    const key = `${place}`;
    if (!cited) return <span key={key}>{part.text}</span>;
    return cited.link ? (
      <AppLink key={key} href={cited.link} title={cited.label} className="figures">
        {part.text}
      </AppLink>
    ) : (
      <span key={key} title={cited.label} className="figures font-medium">
        {part.text}
      </span>
    );
  });
}
