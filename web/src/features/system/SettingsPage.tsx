'use client';

import { useMemo, useState } from 'react';
import type { ShopSettings } from '@/api/types';
import { type FieldKeys, useForm } from '@/features/auth/useForm';
import { useMay } from '@/features/auth/usePermissions';
import { useWords } from '@/i18n/locale';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { CheckField } from '@/ui/Choice';
import { SelectField, TextField } from '@/ui/Field';
import { InOrder } from '@/ui/InOrder';
import { ErrorState, Loading, useReason } from '@/ui/states';
import { COUNTRIES } from './countries';
import { DigestCard } from './DigestCard';
import { SettingsHistory } from './SettingsHistory';
import { SystemFrame } from './SystemFrame';
import { useChangeSettings, useSettings } from './useSettings';

function check(values: FormData): FieldKeys {
  const findings: Record<string, FieldKeys[string]> = {};
  if (!String(values.get('name')).trim()) findings.name = 'login.required';
  for (const field of ['lead_time_days', 'review_days']) {
    if (!/^\d+$/.test(String(values.get(field)))) findings[field] = 'settings.whole';
  }
  const level = Number(values.get('service_level'));
  if (!(level >= 50 && level <= 99.9)) findings.service_level = 'settings.level.bad';
  return findings;
}

function useZones(own: string) {
  return useMemo(() => {
    const zones = Intl.supportedValuesOf('timeZone');
    return [...new Set([own, 'UTC', ...zones])].map((value) => ({ value, label: value }));
  }, [own]);
}

function useCountries(own: string) {
  const { t, format } = useWords();
  return useMemo(() => {
    const names = new Intl.DisplayNames([format], { type: 'region' });
    const known = [...new Set([...(own ? [own] : []), ...COUNTRIES])]
      .map((value) => ({ value, label: names.of(value) ?? value }))
      .sort((one, other) => one.label.localeCompare(other.label, format));
    return [{ value: '', label: t('settings.country.zone') }, ...known];
  }, [own, t, format]);
}

function Form({ settings }: { settings: ShopSettings }) {
  const { t } = useWords();
  const why = useReason();
  const may = useMay('system:write');
  const { name, currency, time_zone: own = 'UTC', version = 0 } = settings;
  const [zone, setZone] = useState(own);
  const [country, setCountry] = useState(settings.country ?? '');
  const [saved, setSaved] = useState(false);
  const change = useChangeSettings(version);
  const zones = useZones(own);
  const countries = useCountries(settings.country ?? '');
  const { busy, general, onSubmit, message } = useForm(check, async (values) => {
    setSaved(false);
    await change.mutateAsync({
      name: String(values.get('name')).trim(),
      currency: String(values.get('currency')).trim().toUpperCase(),
      time_zone: zone,
      country,
      lead_time_days: Number(values.get('lead_time_days')),
      review_days: Number(values.get('review_days')),
      event_origins: String(values.get('event_origins'))
        .split(/[\s,]+/)
        .filter(Boolean),
      personalisation_by_consent: values.has('personalisation_by_consent'),
      web_address: String(values.get('web_address')).trim().replace(/\/+$/, ''),
      service_level: Math.round(Number(values.get('service_level')) * 10) / 1000,
    });
    setSaved(true);
  });
  const field = (id: string) => ({ name: id, error: message(id), disabled: !may });
  return (
    <form noValidate onSubmit={onSubmit} className="grid items-start gap-4 sm:grid-cols-2">
      {(saved || general !== null || !may) && (
        <div className="sm:col-span-2">
          {saved && <Banner tone="good">{t('settings.saved')}</Banner>}
          {general !== null && (
            <Banner tone="bad" alert>
              {why(general)}
            </Banner>
          )}
          {!may && <Banner tone="accent">{t('settings.readOnly')}</Banner>}
        </div>
      )}
      <TextField label={t('settings.name')} dir="auto" defaultValue={name} {...field('name')} />
      <TextField
        label={t('system.currency')}
        hint={t('settings.currency.hint')}
        defaultValue={currency}
        maxLength={3}
        {...field('currency')}
      />
      <SelectField
        label={t('system.zone')}
        value={zone}
        options={zones}
        disabled={!may}
        onChange={setZone}
      />
      <SelectField
        label={t('settings.country')}
        hint={t('settings.country.hint')}
        value={country}
        options={countries}
        disabled={!may}
        onChange={setCountry}
      />
      <TextField
        label={t('settings.level')}
        hint={t('settings.level.hint')}
        inputMode="decimal"
        defaultValue={String(Math.round((settings.service_level ?? 0.95) * 1000) / 10)}
        {...field('service_level')}
      />
      <TextField
        label={t('settings.lead')}
        hint={t('settings.lead.hint')}
        inputMode="numeric"
        defaultValue={settings.lead_time_days}
        {...field('lead_time_days')}
      />
      <TextField
        label={t('settings.review')}
        hint={t('settings.review.hint')}
        inputMode="numeric"
        defaultValue={settings.review_days}
        {...field('review_days')}
      />
      <div className="sm:col-span-2">
        <TextField
          label={t('settings.origins')}
          hint={t('settings.origins.hint')}
          dir="ltr"
          defaultValue={(settings.event_origins ?? []).join(' ')}
          {...field('event_origins')}
        />
      </div>
      <div className="sm:col-span-2">
        <TextField
          label={t('settings.web')}
          hint={t('settings.web.hint')}
          dir="ltr"
          defaultValue={settings.web_address ?? ''}
          {...field('web_address')}
        />
      </div>
      <div className="sm:col-span-2">
        <CheckField
          label={t('settings.byConsent')}
          name="personalisation_by_consent"
          defaultChecked={settings.personalisation_by_consent ?? false}
          disabled={!may}
        />
      </div>
      {may && (
        <div className="flex justify-end sm:col-span-2">
          <Button type="submit" kind="primary" busy={busy}>
            {t('action.save')}
          </Button>
        </div>
      )}
    </form>
  );
}

export function SettingsPage() {
  const { t } = useWords();
  const { data, error, refetch } = useSettings();
  return (
    <SystemFrame here="/system/settings/" text="settings.text">
      <InOrder className="grid gap-4">
        <Card
          title={t('settings.shop')}
          text={data ? t('settings.version', { n: data.version ?? 0 }) : '\u00a0'}
        >
          {error && <ErrorState error={error} retry={() => void refetch()} />}
          {!error && !data && <Loading className="h-72" />}
          {data && <Form settings={data} />}
        </Card>
        <DigestCard />
        <SettingsHistory />
      </InOrder>
    </SystemFrame>
  );
}
