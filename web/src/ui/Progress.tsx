export function Progress({ label, done, total }: { label: string; done: number; total: number }) {
  return (
    <progress
      aria-label={label}
      value={total > 0 ? Math.min(done, total) : undefined}
      max={total > 0 ? total : undefined}
      className="h-2.5 w-full appearance-none overflow-hidden rounded-full bg-surface-3 [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-surface-3 [&::-webkit-progress-value]:rounded-full [&::-webkit-progress-value]:bg-accent [&::-webkit-progress-value]:transition-[width]"
    />
  );
}
