/** A share from 0 to 1 as a bar, beside the figure that it pictures. */
export function Bar({ share }: { share: number }) {
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 100 10"
      preserveAspectRatio="none"
      className="h-2 w-full overflow-hidden rounded-full bg-surface-3 rtl:-scale-x-100"
    >
      <rect width={Math.min(Math.max(share, 0), 1) * 100} height={10} className="fill-chart-3" />
    </svg>
  );
}
