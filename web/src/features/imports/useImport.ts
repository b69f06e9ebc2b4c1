'use client';

import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, done, ok } from '@/api/client';
import { save } from '@/api/save';
import type { ImportRun } from '@/api/types';
import type { Facts } from '@/shell/rows';
import { useRows } from '@/shell/useRows';
import { asked, beginningOf, type Choice, IN_ONE, type Plan } from './plan';

const KEY = ['imports'];

/** A body that goes as it is; the types, made of the API's description, call a file's bytes a text. */
function raw(content: Blob) {
  return {
    body: content as unknown as string,
    bodySerializer: (body: unknown) => body as BodyInit,
    headers: { 'Content-Type': 'application/octet-stream' },
  };
}

/** How the file would be read, or null where only the import itself can tell. */
export function usePlan(file: File, choice: Choice) {
  return useQuery({
    queryKey: [...KEY, 'plan', file.name, file.size, file.lastModified, choice],
    queryFn: async ({ signal }) => {
      const beginning = await beginningOf(file);
      if (beginning === null) return null;
      const params = { query: { file_name: file.name, ...asked(choice) } };
      const answer = await ok(api.POST('/v1/imports/plan', { params, signal, ...raw(beginning) }));
      return answer.plan as unknown as Plan;
    },
    placeholderData: keepPreviousData,
    retry: false,
  });
}

async function sent(file: File): Promise<string> {
  const { id } = await ok(api.POST('/v1/imports/uploads', { body: { size: file.size } }));
  const params = { path: { upload_id: id } };
  await done(api.PUT('/v1/imports/uploads/{upload_id}', { params, ...raw(file) }));
  return id;
}

/** Asks for the job that reads the whole file; one too large for a request is sent before. */
export function useRunImport(file: File, choice: Choice) {
  return useMutation({
    mutationFn: async (dryRun: boolean) => {
      const upload = file.size > IN_ONE ? await sent(file) : null;
      const query = {
        file_name: file.name,
        dry_run: dryRun,
        ...asked(choice),
        ...(upload && { upload }),
      };
      return ok(api.POST('/v1/imports', { params: { query }, ...(upload ? {} : raw(file)) }));
    },
  });
}

const FACTS: Facts<ImportRun> = {
  id: (row) => row.id,
  file: (row) => row.file,
  layout: (row) => row.layout,
  state: (row) => row.state,
  created_at: (row) => row.created_at,
  rows: (row) => row.report.rows ?? 0,
  refused: (row) => row.report.refused ?? 0,
};

/** Files that came in, newest first. */
export function useImports() {
  return useRows(
    {
      key: [...KEY, 'list'],
      size: 20,
      page: (query, more) => ok(api.GET('/v1/imports', { params: { query }, ...more })),
    },
    FACTS,
  );
}

/** An import changes more than can be named here. */
export function useImported(): () => Promise<void> {
  const queries = useQueryClient();
  return () => queries.invalidateQueries();
}

/** The rows that an import left out, each with its reason, as a file to correct. */
export function useRefusedRows() {
  return useMutation({
    mutationFn: async (id: string) => {
      const params = { path: { import_id: id } };
      const content = await ok(
        api.GET('/v1/imports/{import_id}/refused', { params, parseAs: 'blob' }),
      );
      save(content as Blob, `${id}-refused.csv`);
    },
  });
}
