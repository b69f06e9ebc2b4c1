import { ApiError, toApiError } from './problem';

async function ask(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, { credentials: 'same-origin', ...init });
  } catch {
    throw new ApiError(0, 'no answer');
  }
}

async function good(response: Response): Promise<Response> {
  if (response.ok) return response;
  throw toApiError(response.status, await response.json().catch(() => null));
}

type Open =
  | '/v1/auth/register'
  | '/v1/auth/register/confirm'
  | '/v1/auth/password/forgot'
  | '/v1/auth/password/reset'
  | '/v1/auth/email/confirm';

async function post(path: string, body: Record<string, string>): Promise<Response> {
  const headers = { 'Content-Type': 'application/json' };
  return good(await ask(path, { method: 'POST', headers, body: JSON.stringify(body) }));
}

/** A call before anybody signed in, whose success bears no body. */
export async function sendOpen(path: Open, body: Record<string, string>): Promise<void> {
  await post(path, body);
}

/** Becomes a user; the address to sign in with. */
export async function acceptInvitation(token: string, password: string): Promise<string> {
  const response = await post('/v1/auth/invitation', { token, password });
  return ((await response.json()) as { email: string }).email;
}

/** Whether there is an OpenID provider to sign in with. */
export async function providerOffered(signal: AbortSignal): Promise<boolean> {
  const response = await good(await ask('/v1/auth/ways', { signal }));
  return ((await response.json()) as { provider: boolean }).provider;
}
