import { AppLink } from '@/ui/AppLink';

interface Props {
  id: string;
  name: string;
  sku: string;
  also?: string;
}

/**
 * A product in a table: its name leads to its page, its SKU stands below. Sizes stand at a name's
 * end, so it may take three lines before it is cut; its own direction decides which end that is.
 */
export function ProductName({ id, name, sku, also }: Props) {
  return (
    <span className="grid min-w-28 max-w-xs">
      <AppLink
        href={`/product/?id=${encodeURIComponent(id)}`}
        dir="auto"
        className="line-clamp-3 font-medium rtl:text-right"
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
