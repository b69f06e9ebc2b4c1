'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ok } from '@/api/client';
import { ApiError } from '@/api/problem';
import type { components } from '@/api/schema';
import { taken } from './events';

export type Answer = components['schemas']['AskAnswer'];

interface Progress {
  readonly tools: readonly string[];
  readonly text: string;
}

const NOTHING: Progress = { tools: [], text: '' };

/** Questions to begin with. */
export function useSuggestions() {
  return useQuery({
    queryKey: ['ai', 'suggestions'],
    queryFn: ({ signal }) => ok(api.GET('/v1/ai/suggestions', { signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

async function read(
  body: ReadableStream<Uint8Array>,
  tell: (change: (before: Progress) => Progress) => void,
): Promise<Answer> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw new ApiError(0, 'no answer');
    const made = taken(rest + decoder.decode(value, { stream: true }));
    rest = made.rest;
    for (const { event, data } of made.events) {
      const told = JSON.parse(data);
      if (event === 'tool') {
        const title = String(told.title);
        tell((before) => ({ ...before, tools: [...new Set([...before.tools, title])] }));
      } else if (event === 'text') {
        tell((before) => ({ ...before, text: before.text + String(told.text) }));
      } else if (event === 'answer') {
        return told.answer as Answer;
      } else if (event === 'error') {
        throw new ApiError(Number(told.status), String(told.detail));
      }
    }
  }
}

/** Asks, and tells what is looked up and said as it comes. */
export function useAsk() {
  const [progress, setProgress] = useState<Progress>(NOTHING);
  const mutation = useMutation({
    mutationFn: async (question: string) => {
      setProgress(NOTHING);
      const body = await ok(
        api.POST('/v1/ai/ask', {
          body: { question, use_model: true, fresh: false },
          headers: { Accept: 'text/event-stream' },
          parseAs: 'stream',
        }),
      );
      return read(body as ReadableStream<Uint8Array>, setProgress);
    },
  });
  return { ...mutation, progress };
}
