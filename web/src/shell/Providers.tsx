'use client';

import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { FRESH_MS } from '@/api/live';
import { isPassing } from '@/api/problem';
import { restore } from '@/api/session';
import { startLanguage } from '@/i18n/locale';
import { Announcer } from '@/ui/Announcer';
import { followTheme } from '@/ui/theme';
import { Splash } from './Splash';

function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: FRESH_MS,
        retry: (failures, error) => isPassing(error) && failures < 2,
        // A failed request must show as one, also where the browser thinks it is offline.
        networkMode: 'always',
      },
    },
  });
}

/**
 * The exported pages hold only the splash: language, theme and session are known in the browser
 * alone, and a page in the wrong one of them must not flash by.
 */
export function Providers({ children }: { children: ReactNode }) {
  const [queryClient] = useState(makeQueryClient);
  const [ready, setReady] = useState(false);
  useEffect(() => {
    void restore();
    // Without words there is nothing to show, so the splash stays until they are there.
    void startLanguage().then(() => setReady(true));
    return followTheme();
  }, []);
  return (
    <QueryClientProvider client={queryClient}>
      {ready ? children : <Splash />}
      <Announcer />
    </QueryClientProvider>
  );
}
