import createClient from 'openapi-fetch';
import { ApiError, toApiError } from './problem';
import type { paths } from './schema';
import { currentToken, refresh } from './session';

async function send(request: Request, token: string | null): Promise<Response> {
  if (token) request.headers.set('Authorization', `Bearer ${token}`);
  try {
    return await fetch(request);
  } catch (cause) {
    if (request.signal.aborted) throw cause;
    throw new ApiError(0, 'no answer');
  }
}

/** Sends with the access token; an expired one is renewed, and the request tried once more. */
async function authorised(request: Request): Promise<Response> {
  const again = request.clone();
  const response = await send(request, currentToken() ?? (await refresh()));
  if (response.status !== 401) return response;
  const token = await refresh();
  return token ? send(again, token) : response;
}

const baseUrl = typeof location === 'undefined' ? '' : location.origin;

export const api = createClient<paths>({ baseUrl, fetch: authorised });

interface Outcome<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The answer of a call, or ApiError. */
export async function ok<T>(call: Promise<Outcome<T>>): Promise<NonNullable<T>> {
  const { data, error, response } = await call;
  if (!response.ok || data === undefined || data === null) throw toApiError(response.status, error);
  return data;
}

/** For calls whose success bears no body (204). */
export async function done(call: Promise<Outcome<unknown>>): Promise<void> {
  const { error, response } = await call;
  if (!response.ok) throw toApiError(response.status, error);
}
