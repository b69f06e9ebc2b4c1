'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { LiveMessage } from '@/api/live';
import { useLiveChannel } from '@/features/realtime/useLive';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { announce } from '@/ui/Announcer';
import { SUMMARY_KEY } from './useSummary';

/** However many orders come in, the summary is read at most this often. */
const AT_MOST_EVERY_MS = 1_000;

/** Reads the summary again when an order comes in or the server has refreshed its figures. */
export function useLiveSummary(currency: string): void {
  const { t, format } = useWords();
  const queries = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const lastRead = useRef(0);
  const lastWords = useRef('');

  useEffect(() => () => void (timer.current && clearTimeout(timer.current)), []);

  function reread(words: string): void {
    lastWords.current = words;
    if (timer.current) return;
    const wait = Math.max(lastRead.current + AT_MOST_EVERY_MS - Date.now(), 0);
    timer.current = setTimeout(async () => {
      timer.current = null;
      lastRead.current = Date.now();
      await queries.invalidateQueries({ queryKey: SUMMARY_KEY });
      announce(lastWords.current);
    }, wait);
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
