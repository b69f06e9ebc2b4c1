import { createStore } from './store';

export type Theme = 'system' | 'light' | 'dark';
export const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

const KEY = 'omnix.theme';

function stored(): Theme {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'light' || value === 'dark' ? value : 'system';
  } catch {
    return 'system';
  }
}

export const themeStore = createStore<Theme>('system');

function apply(theme: Theme): void {
  const dark =
    theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
}

export function setTheme(theme: Theme): void {
  try {
    if (theme === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Forbidden storage: the choice then lasts until the page is left.
  }
  apply(theme);
  themeStore.set(theme);
}

/** Takes up the stored choice and follows the system and other tabs; returns its own undoing. */
export function followTheme(): () => void {
  const reread = () => {
    themeStore.set(stored());
    apply(stored());
  };
  const media = matchMedia('(prefers-color-scheme: dark)');
  reread();
  media.addEventListener('change', reread);
  addEventListener('storage', reread);
  return () => {
    media.removeEventListener('change', reread);
    removeEventListener('storage', reread);
  };
}
