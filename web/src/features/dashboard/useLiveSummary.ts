'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import type { LiveMessage } from '@/api/live';
import { useLiveChannel } from '@/features/realtime/useLive';
import { useReread } from '@/features/realtime/useReread';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { announce } from '@/ui/Announcer';
import { SUMMARY_KEY } from './useSummary';

/** Reads the summary again when an order comes in or the server has refreshed its figures. */
export function useLiveSummary(currency: string): void {
  const { t, format } = useWords();
  const queries = useQueryClient();
  const lastWords = useRef('');

  const soon = useReread(async () => {
    await queries.invalidateQueries({ queryKey: SUMMARY_KEY });
    announce(lastWords.current);
  });

  function reread(words: string): void {
    lastWords.current = words;
    soon();
  }

  function hear(message: LiveMessage): void {
    const total = message.data.total_minor;
    if (message.event === 'order.placed' && typeof total === 'number') {
      reread(t('live.order', { amount: fmt.money(format, total, currency) }));
    } else {
      reread(t('live.updated'));
    }
  }

  useLiveChannel('orders', hear);
  useLiveChannel('dashboard', hear);
}
