import { AppLink } from '@/ui/AppLink';

interface Props {
  id: string;
  name: string;
  sku: string;
  also?: string;
  /** Still an id: takes the room of a long name, so that columns stay when names come. */
  held?: boolean;
}

/**
 * A product in a table: its name leads to its page, its SKU stands below. Sizes stand at a name's
 * end, so it may take three lines before it is cut; its own direction decides which end that is.
 */
export function ProductName({ id, name, sku, also, held = false }: Props) {
  return (
    <span className={`grid min-w-28 max-w-xs ${held ? '@min-[34rem]:w-xs' : ''}`}>
      <AppLink
        href={`/product/?id=${encodeURIComponent(id)}`}
        dir="auto"
        className={`line-clamp-3 font-medium rtl:text-right ${held ? 'min-h-[2lh] @min-[34rem]:min-h-0' : ''}`}
      >
        {name}
      </AppLink>
      <span className="truncate text-ink-2 text-xs">
        <bdi>{sku}</bdi>
        {also && ' · '}
        {also && <bdi>{also}</bdi>}
      </span>
    </span>
  );
}
