// Runs before the first paint, as a file of its own so that the page needs no inline script:
// theme and direction are right at once. Keys are those of src/ui/theme.ts and src/i18n/locale.ts.
(() => {
  const root = document.documentElement;
  let theme = null;
  let locale = null;
  try {
    theme = localStorage.getItem('omnix.theme');
    locale = localStorage.getItem('omnix.locale');
  } catch {
    // Storage may be forbidden; the defaults below then hold.
  }
  const dark =
    theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  root.dataset.theme = dark ? 'dark' : 'light';
  const hebrew = locale ? locale === 'he' : /^(he|iw)\b/.test(navigator.language);
  root.lang = hebrew ? 'he' : 'en';
  root.dir = hebrew ? 'rtl' : 'ltr';
})();
