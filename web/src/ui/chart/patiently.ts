const FIRST_WAIT_MS = 1_000;
const TRIES = 6;

/**
 * Tries a download again after growing waits, half a minute in all: while the connection is lost,
 * the rest of the page must not fall for one part of it. The last failure is thrown.
 */
export async function patiently<T>(
  load: () => Promise<T>,
  wait: (ms: number) => Promise<unknown> = (ms) => new Promise((done) => setTimeout(done, ms)),
): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await load();
    } catch (cause) {
      if (tried === TRIES) throw cause;
      await wait(FIRST_WAIT_MS * 2 ** (tried - 1));
    }
  }
}
