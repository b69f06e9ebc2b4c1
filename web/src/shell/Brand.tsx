export function Brand({ large = false }: { large?: boolean }) {
  return (
    <span
      className={`inline-flex items-center gap-2 font-semibold tracking-tight ${large ? 'text-2xl' : 'text-base'}`}
      dir="ltr"
    >
      <svg aria-hidden="true" viewBox="0 0 32 32" className={large ? 'size-9' : 'size-7'}>
        <rect width="32" height="32" rx="8" className="fill-accent" />
        <path
          d="M7 21a9 9 0 1 1 18 0M12 21a4 4 0 1 1 8 0"
          fill="none"
          strokeWidth="3"
          strokeLinecap="round"
          className="stroke-on-accent"
        />
      </svg>
      OMNIX
    </span>
  );
}
