import { createStore } from '@/ui/store';
import { createHint } from './hint';
import { ApiError, toApiError } from './problem';
import type { Grant, User } from './types';

export type Session =
  | { readonly phase: 'starting' }
  | { readonly phase: 'unreachable' }
  | { readonly phase: 'out' }
  | { readonly phase: 'in'; readonly user: User; readonly mustChangePassword: boolean };

export const sessionStore = createStore<Session>({ phase: 'starting' });

const LOCK = 'omnix-refresh';
const REFRESH_BEFORE_END_MS = 60_000;

// Only ever in memory: a script that could read storage must not find it.
let accessToken: string | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
const hint = createHint('omnix.session');
let running: Promise<string | null> | null = null;
const otherTabs =
  typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('omnix-session');

const renewalListeners = new Set<(token: string) => void>();

/** Calls `listener` with each new access token; returns its own undoing. */
export function onRenewed(listener: (token: string) => void): () => void {
  renewalListeners.add(listener);
  return () => renewalListeners.delete(listener);
}

export function currentToken(): string | null {
  return accessToken;
}

async function post(path: string, body: unknown, token?: string | null): Promise<Response> {
  try {
    return await fetch(path, {
      method: 'POST',
      credentials: 'same-origin',
      headers: {
        'Content-Type': 'application/json',
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
      },
      body: JSON.stringify(body),
    });
  } catch {
    throw new ApiError(0, 'no answer');
  }
}

async function failure(response: Response): Promise<ApiError> {
  return toApiError(response.status, await response.json().catch(() => null));
}

function accept(grant: Grant): string {
  hint.set();
  accessToken = grant.access_token;
  clearTimeout(timer);
  const wait = Math.max(grant.expires_in * 1000 - REFRESH_BEFORE_END_MS, 5_000);
  timer = setTimeout(() => void refresh().catch(() => undefined), wait);
  const before = sessionStore.get();
  const same = before.phase === 'in' && before.user.id === grant.user.id;
  if (!same || before.mustChangePassword !== grant.must_change_password) {
    sessionStore.set({
      phase: 'in',
      user: grant.user,
      mustChangePassword: grant.must_change_password,
    });
  }
  for (const listener of renewalListeners) listener(grant.access_token);
  return grant.access_token;
}

function forget(): void {
  hint.clear();
  accessToken = null;
  clearTimeout(timer);
  sessionStore.set({ phase: 'out' });
}

async function rotate(): Promise<string | null> {
  const response = await post('/v1/auth/refresh', {});
  if (response.ok) return accept((await response.json()) as Grant);
  const error = await failure(response);
  if (error.status < 500 && error.status !== 429) {
    forget();
    return null;
  }
  throw error;
}

/**
 * A fresh access token, or null when signed out. The refresh cookie changes with each use and a
 * used one ends the session, so tabs take turns (Web Locks) and calls within a tab share one.
 * Throws ApiError when the server cannot answer; the session is then left as it was.
 */
export function refresh(): Promise<string | null> {
  running ??= inTurn().finally(() => {
    running = null;
  });
  return running;
}

async function inTurn(): Promise<string | null> {
  // Absent on plain http from another machine; then a second tab may have to sign in again.
  return navigator.locks ? navigator.locks.request(LOCK, rotate) : rotate();
}

/** On load: takes up the session that the cookie still holds. */
export async function restore(): Promise<void> {
  if (!hint.possible()) {
    forget();
    return;
  }
  try {
    await refresh();
  } catch {
    if (sessionStore.get().phase !== 'in') sessionStore.set({ phase: 'unreachable' });
  }
}

/** `code` is of the second factor; without it ApiError says `second-factor-required`. */
export async function login(email: string, password: string, code?: string): Promise<void> {
  const response = await post('/v1/auth/login', {
    email,
    password,
    cookie: true,
    ...(code && { code }),
  });
  if (!response.ok) throw await failure(response);
  accept((await response.json()) as Grant);
}

/** To an OpenID provider and back to the first page, which then looks for the session. */
export function loginElsewhere(): void {
  hint.set();
  location.assign('/v1/auth/oidc');
}

/** Sets the user's own password; the renewed grant then no longer asks for one. */
export async function changePassword(current: string, next: string): Promise<void> {
  const response = await post(
    '/v1/user/password',
    { current_password: current, new_password: next },
    accessToken,
  );
  if (!response.ok) throw await failure(response);
  await refresh();
}

export async function logout(): Promise<void> {
  const token = accessToken;
  forget();
  otherTabs?.postMessage('out');
  await post('/v1/auth/logout', {}, token).catch(() => undefined);
}

otherTabs?.addEventListener('message', (event) => {
  if (event.data === 'out') forget();
});
