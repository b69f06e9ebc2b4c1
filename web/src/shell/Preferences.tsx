'use client';

import { LOCALES, type Locale, setLocale, useWords } from '@/i18n/locale';
import { SelectField } from '@/ui/Field';
import { useStore } from '@/ui/store';
import { setTheme, THEMES, type Theme, themeStore } from '@/ui/theme';

export function Preferences() {
  const { t, locale } = useWords();
  const theme = useStore(themeStore);
  return (
    <div className="grid gap-3">
      <SelectField<Theme>
        label={t('app.theme')}
        value={theme}
        options={THEMES.map((value) => ({ value, label: t(`app.theme.${value}`) }))}
        onChange={setTheme}
      />
      <SelectField<Locale>
        label={t('app.language')}
        value={locale}
        options={LOCALES.map(({ code, name }) => ({ value: code, label: name, lang: code }))}
        onChange={(value) => void setLocale(value)}
      />
    </div>
  );
}
