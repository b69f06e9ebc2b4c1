import type { Alert } from '@/api/types';
import type { Tone } from '@/ui/Badge';

export const SEVERITY_TONES: Record<Alert['severity'], Tone> = {
  info: 'neutral',
  warning: 'warn',
  critical: 'bad',
};
