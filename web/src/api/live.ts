/** The live connection's rules, apart from the browser so that they can be tested. */

export type LiveState = 'idle' | 'connecting' | 'live' | 'lost';

export interface LiveMessage {
  readonly channel: string;
  readonly sequence: number;
  readonly event: string;
  readonly at: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Socket {
  send(text: string): void;
  close(): void;
}

export interface SocketEvents {
  opened(): void;
  received(text: string): void;
  closed(code: number): void;
}

export interface LiveHost {
  open(events: SocketEvents): Socket;
  /** `renew` after the server refused the last one. Null: signed out. */
  token(renew: boolean): Promise<string | null>;
  later(ms: number, run: () => void): () => void;
  random(): number;
  /** Milliseconds since the page began. */
  now(): number;
  changed(state: LiveState): void;
  delivered(message: LiveMessage): void;
  /** Something may have been missed: what is shown must be read again. */
  missed(): void;
  /** Something was told `quiet` milliseconds ago, after what is shown may have been read. */
  late(quiet: number): void;
}

/** The server's word for a proof that holds no more. */
const PROOF_OVER = 4001;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** What was read is usually shown for so long without another look. */
export const FRESH_MS = 15_000;
/** An answer is older than its coming, and two tellers may disagree by a little. */
export const SLACK_MS = 2_000;

/** Doubles from half a second to half a minute; the random half keeps clients from one step. */
export function backoff(attempt: number, random: number): number {
  const full = Math.min(FIRST_WAIT_MS * 2 ** Math.min(attempt, 16), LONGEST_WAIT_MS);
  return full / 2 + (full / 2) * random;
}

export class LiveConnection {
  private state: LiveState = 'idle';
  private socket: Socket | null = null;
  private generation = 0;
  private attempt = 0;
  private refused = false;
  private presented: string | null = null;
  private everLive = false;
  private stopWaiting: (() => void) | null = null;
  private readonly wanted = new Map<string, number>();
  /** By channel that is wanted anew: the earliest moment of what is shown of it. */
  private readonly shown = new Map<string, number>();
  private readonly sequences = new Map<string, number>();
  private readonly host: LiveHost;

  constructor(host: LiveHost) {
    this.host = host;
  }

  start(): void {
    if (this.state === 'idle') this.connect();
  }

  stop(): void {
    this.drop();
    this.attempt = 0;
    this.everLive = false;
    this.sequences.clear();
    for (const channel of this.wanted.keys()) this.shown.set(channel, 0);
    this.become('idle');
  }

  /** Skips the rest of the wait; for a button, and for the browser's `online`. */
  retryNow(): void {
    if (this.state === 'lost') this.connect();
  }

  /** The server looks at the proof at each ping, so it must learn of a new one before the old ends. */
  renewed(token: string): void {
    if (this.presented !== null && this.presented !== token) this.present(token);
  }

  /** The browser knows before the socket does that the network has gone. */
  networkLost(): void {
    if (this.state === 'live' || this.state === 'connecting') this.lose();
  }

  /** Counted per channel; returns its own undoing. */
  subscribe(channel: string): () => void {
    const users = this.wanted.get(channel) ?? 0;
    this.wanted.set(channel, users + 1);
    if (users === 0) {
      this.shown.set(channel, this.everLive ? this.host.now() - FRESH_MS : 0);
      if (this.state === 'live') this.ask([channel]);
    }
    let done = false;
    return () => {
      if (done) return;
      done = true;
      const left = (this.wanted.get(channel) ?? 1) - 1;
      if (left > 0) {
        this.wanted.set(channel, left);
        return;
      }
      this.wanted.delete(channel);
      this.shown.delete(channel);
      this.sequences.delete(channel);
      if (this.state === 'live') this.send({ type: 'unsubscribe', channels: [channel] });
    };
  }

  private connect(): void {
    this.drop();
    const mine = this.generation;
    this.become('connecting');
    const current = () => mine === this.generation;
    this.socket = this.host.open({
      opened: () => void this.authenticate(current),
      received: (text) => current() && this.receive(text),
      closed: (code) => {
        if (!current()) return;
        if (code === PROOF_OVER) this.refused = true;
        this.lose();
      },
    });
  }

  private async authenticate(current: () => boolean): Promise<void> {
    const token = await this.host.token(this.refused).catch(() => undefined);
    if (!current()) return;
    if (token === null) this.stop();
    else if (token === undefined) this.lose();
    else this.present(token);
  }

  private present(token: string): void {
    this.presented = token;
    this.send({ type: 'authenticate', token });
  }

  private receive(text: string): void {
    const message = parse(text);
    if (message?.type === 'ping') this.send({ type: 'pong' });
    else if (message?.type === 'authenticated') this.welcome();
    else if (message?.type === 'subscribed') this.joined(message);
    else if (message?.type === 'message') this.deliver(message as unknown as LiveMessage);
    else if (message?.type === 'error' && this.state === 'connecting') {
      this.refused = true;
      this.lose();
    }
  }

  private welcome(): void {
    if (this.state === 'live') return;
    this.attempt = 0;
    this.refused = false;
    this.become('live');
    if (this.wanted.size > 0) this.ask([...this.wanted.keys()]);
    if (this.everLive) this.host.missed();
    this.everLive = true;
  }

  private joined(message: Record<string, unknown>): void {
    const { channel, sequence, quiet_ms: quiet } = message;
    if (typeof channel !== 'string' || typeof sequence !== 'number') return;
    if (!this.wanted.has(channel)) return;
    const last = this.sequences.get(channel);
    const shown = this.shown.get(channel);
    this.shown.delete(channel);
    this.sequences.set(channel, Math.max(sequence, last ?? sequence));
    if (shown === undefined) {
      if (last !== undefined && last !== sequence) this.host.missed();
    } else if (typeof quiet === 'number' && this.host.now() - quiet + SLACK_MS >= shown) {
      this.host.late(quiet);
    }
  }

  private deliver(message: LiveMessage): void {
    if (!this.wanted.has(message.channel)) return;
    const last = this.sequences.get(message.channel);
    if (last !== undefined && message.sequence <= last) return;
    this.sequences.set(message.channel, message.sequence);
    if (last !== undefined && message.sequence > last + 1) this.host.missed();
    this.host.delivered(message);
  }

  private lose(): void {
    this.drop();
    this.become('lost');
    const wait = backoff(this.attempt, this.host.random());
    this.attempt += 1;
    this.stopWaiting = this.host.later(wait, () => this.connect());
  }

  private drop(): void {
    this.generation += 1;
    this.presented = null;
    this.stopWaiting?.();
    this.stopWaiting = null;
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  private ask(channels: string[]): void {
    this.send({ type: 'subscribe', channels });
  }

  private send(message: Record<string, unknown>): void {
    this.socket?.send(JSON.stringify(message));
  }

  private become(state: LiveState): void {
    if (this.state === state) return;
    this.state = state;
    this.host.changed(state);
  }
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
