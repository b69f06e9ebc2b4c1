/**
 * Remembers that a refresh cookie may exist, which scripts cannot see: a first visitor then meets
 * the sign-in page without a refused request before it. Holds no secret.
 */
export function createHint(key: string) {
  return {
    possible(): boolean {
      try {
        return localStorage.getItem(key) !== null;
      } catch {
        return true;
      }
    },
    set(): void {
      try {
        localStorage.setItem(key, '1');
      } catch {
        // Forbidden storage: `possible` then always says yes.
      }
    },
    clear(): void {
      try {
        localStorage.removeItem(key);
      } catch {
        // As above.
      }
    },
  };
}
