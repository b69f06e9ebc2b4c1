import { useWords } from '@/i18n/locale';

export function SkipLink() {
  const { t } = useWords();
  return (
    <a
      href="#content"
      className="absolute start-3 -top-20 z-20 rounded-control bg-accent px-4 py-2 font-medium text-on-accent focus:top-3"
    >
      {t('app.skip')}
    </a>
  );
}
