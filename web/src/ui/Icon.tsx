/** Own line icons on a 20 x 20 grid; always beside words, hence hidden from screen readers. */
const PATHS = {
  dashboard: 'M3 11h6V3H3zM11 17h6V9h-6zM3 17h6v-3H3zM11 6h6V3h-6z',
  products: 'M10 2.5 17 6v8l-7 3.5L3 14V6zM3 6l7 3.5L17 6M10 9.5v8',
  replenish:
    'M4 8a6.5 6.5 0 0 1 11.5-2.5L17 7M17 3v4h-4M16 12a6.5 6.5 0 0 1-11.5 2.5L3 13M3 17v-4h4',
  truck:
    'M2 5h10v9H2zM12 8h3.5L18 11v3h-6M5.5 12.5a1.7 1.7 0 1 0 0 3.4 1.7 1.7 0 0 0 0-3.4M14.5 12.5a1.7 1.7 0 1 0 0 3.4 1.7 1.7 0 0 0 0-3.4',
  pulse: 'M2 10.5h3.5L8 4l4 12.5 2.5-6H18',
  tag: 'M3 3h6.5L17 10.5 10.5 17 3 9.5zM6.3 6.3v.4',
  receipt: 'M5 2.5h10V17l-2.5-1.5L10 17l-2.5-1.5L5 17zM7.5 6.5h5M7.5 10h5',
  stock: 'M3 17V8l7-4 7 4v9M6.5 17v-6h7v6M6.5 14h7',
  settings:
    'M3 5h8M15 5h2M3 10h2M9 10h8M3 15h7M14 15h3M13 3.2a1.8 1.8 0 1 1 0 3.6 1.8 1.8 0 0 1 0-3.6M7 8.2a1.8 1.8 0 1 1 0 3.6 1.8 1.8 0 0 1 0-3.6M12 13.2a1.8 1.8 0 1 1 0 3.6 1.8 1.8 0 0 1 0-3.6',
  person: 'M10 3a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7M3.5 17a6.5 5 0 0 1 13 0',
  target:
    'M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7M10 9.7v.6',
  layers: 'm3 7 7-4 7 4-7 4zM3 10.5l7 4 7-4M3 13.5l7 4 7-4',
  bulb: 'M7.5 14.5v-1.7a5 5 0 1 1 5 0v1.7zM8 17.3h4',
  pie: 'M10 2.5a7.5 7.5 0 1 0 7.5 7.5H10zM13 2.9A7.5 7.5 0 0 1 17.1 7H13z',
  flask:
    'M7.5 2.5h5M8.5 2.5V8L3.8 15.6A1.2 1.2 0 0 0 4.8 17.5h10.4a1.2 1.2 0 0 0 1-1.9L11.5 8V2.5M6.2 12h7.6',
  up: 'M10 16V4M5 9l5-5 5 5',
  down: 'M10 4v12M5 11l5 5 5-5',
  same: 'M4 10h12',
  info: 'M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15M10 9v5M10 6v.6',
  warning: 'M10 3 2.5 16.5h15zM10 8v4M10 14v.6',
  check: 'm4 10.5 4 4 8-9',
  close: 'm5 5 10 10M15 5 5 15',
  search: 'M9 3a6 6 0 1 0 0 12A6 6 0 0 0 9 3M13.5 13.5 17 17',
  download: 'M10 3v9M6 8.5l4 4 4-4M3.5 16.5h13',
  sort: 'm6.5 7.5 3.5-4 3.5 4M6.5 12.5l3.5 4 3.5-4',
  menu: 'M3 5h14M3 10h14M3 15h14',
  table: 'M3 4h14v12H3zM3 8h14M8 8v8',
  back: 'M12.5 4.5 7 10l5.5 5.5',
  next: 'M7.5 4.5 13 10l-5.5 5.5',
  eye: 'M2 10s3-5.5 8-5.5 8 5.5 8 5.5-3 5.5-8 5.5S2 10 2 10M10 7.8a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4',
  bringIn: 'M10 3v9M6 8.5l4 4 4-4M3 13v4h14v-4',
  empty: 'M3 8.5 5.5 4h9L17 8.5V16H3zM3 8.5h4.5l1 2.5h3l1-2.5H17',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({
  name,
  flip = false,
  size = 18,
}: {
  name: IconName;
  flip?: boolean;
  size?: number;
}) {
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 20 20"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth={1.6}
      strokeLinecap="round"
      strokeLinejoin="round"
      className={`shrink-0 ${flip ? 'rtl:-scale-x-100' : ''}`}
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
