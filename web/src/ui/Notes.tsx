import type { Note } from '@/api/types';
import { useWords } from '@/i18n/locale';
import { Icon } from './Icon';

/** Assumptions, always in sight of the figures that rest on them. */
export function Notes({ title, notes }: { title: string; notes: readonly Note[] }) {
  const { said } = useWords();
  if (notes.length === 0) return null;
  return (
    <aside className="rounded-card bg-surface-2 px-4 py-3 text-sm">
      <h3 className="flex items-center gap-1.5 font-medium text-ink-2">
        <Icon name="info" size={16} />
        {title}
      </h3>
      <ul className="mt-1 grid list-disc gap-0.5 ps-6 text-ink-2">
        {notes.map((note) => (
          <li key={note.code + note.text}>
            <bdi>{said(`note.${note.code}`, note.text)}</bdi>
          </li>
        ))}
      </ul>
    </aside>
  );
}
