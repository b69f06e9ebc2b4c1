import { useMemo } from 'react';
import { patiently } from '@/ui/chart/patiently';
import { createStore, useStore } from '@/ui/store';
import type { Catalogue, MessageKey, ServerWords } from './en';
import { fill, type Values } from './translate';

export type Locale = 'en' | 'he';
export const LOCALES: ReadonlyArray<{ code: Locale; name: string; dir: 'ltr' | 'rtl' }> = [
  { code: 'en', name: 'English', dir: 'ltr' },
  { code: 'he', name: 'עברית', dir: 'rtl' },
];

const KEY = 'omnix.locale';

export interface Language {
  /** What is shown: the catalogue's language. */
  readonly locale: Locale;
  /** What numbers and dates are written in: the browser's own variety of that language. */
  readonly format: string;
  readonly messages: Catalogue;
  readonly words: ServerWords;
}

function formatLocale(locale: Locale): string {
  if (typeof navigator === 'undefined') return locale;
  return navigator.languages.find((tag) => tag.split('-')[0] === locale) ?? locale;
}

/** No words until a language is loaded: pages wait for one behind the splash. */
const languageStore = createStore<Language>({
  locale: 'en',
  format: 'en',
  messages: {} as Catalogue,
  words: {},
});

async function load(locale: Locale): Promise<Language> {
  const format = formatLocale(locale);
  if (locale === 'en') {
    const { en } = await import('./en');
    return { locale, format, messages: en, words: {} };
  }
  const [{ he }, { heWords }] = await Promise.all([import('./he'), import('./heWords')]);
  return { locale, format, messages: he, words: heWords };
}

async function use(locale: Locale): Promise<void> {
  const language = await patiently(() => load(locale));
  document.documentElement.lang = locale;
  document.documentElement.dir = locale === 'he' ? 'rtl' : 'ltr';
  languageStore.set(language);
}

/** Takes up the language that boot.js has already put on the document. */
export function startLanguage(): Promise<void> {
  return use(document.documentElement.lang === 'he' ? 'he' : 'en');
}

export function setLocale(locale: Locale): Promise<void> {
  try {
    localStorage.setItem(KEY, locale);
  } catch {
    // Forbidden storage: the choice then lasts until the page is left.
  }
  return use(locale);
}

export type Translate = (key: MessageKey, values?: Values) => string;

export interface Words extends Language {
  readonly t: Translate;
  /** The server's own words for `code`, in the reader's language where it is known. */
  readonly said: (code: string, english: string) => string;
}

function wordsOf(language: Language): Words {
  return {
    ...language,
    t: (key, values) => fill(language.format, language.messages[key] ?? '', values),
    said: (code, english) => language.words[code] ?? english,
  };
}

/** `t` and `said` stay the same functions until the language changes. */
export function useWords(): Words {
  const language = useStore(languageStore);
  return useMemo(() => wordsOf(language), [language]);
}
