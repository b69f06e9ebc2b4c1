import type { ReactNode } from 'react';
import type { Tone } from './Badge';
import { Icon, type IconName } from './Icon';

type BannerTone = Exclude<Tone, 'neutral'>;

const TONES: Record<BannerTone, { box: string; icon: IconName }> = {
  accent: { box: 'bg-accent-soft text-accent-strong', icon: 'info' },
  good: { box: 'bg-good-soft text-good', icon: 'check' },
  warn: { box: 'bg-warn-soft text-warn', icon: 'warning' },
  bad: { box: 'bg-bad-soft text-bad', icon: 'warning' },
};

/** `alert` interrupts a screen reader; without it the text waits its turn. */
export function Banner({
  tone,
  alert = false,
  action,
  children,
}: {
  tone: BannerTone;
  alert?: boolean;
  action?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div
      role={alert ? 'alert' : undefined}
      className={`flex flex-wrap items-center gap-x-3 gap-y-2 rounded-card px-4 py-2.5 text-sm ${TONES[tone].box}`}
    >
      <Icon name={TONES[tone].icon} />
      <div className="min-w-0 flex-1 basis-52">{children}</div>
      {action}
    </div>
  );
}
