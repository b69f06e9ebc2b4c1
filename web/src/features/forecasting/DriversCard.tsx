'use client';

import type { Forecast } from '@/api/types';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Bar } from '@/ui/Bar';
import { Card } from '@/ui/Card';
import { type Fact, FactList } from '@/ui/FactList';
import { Loading } from '@/ui/states';
import { useForecast } from './useForecast';

function Weekdays({ factors }: { factors: readonly number[] }) {
  const { t, format } = useWords();
  const names = fmt.weekdays(format);
  const most = Math.max(...factors, 1);
  return (
    <div>
      <h3 className="mb-2 font-medium text-sm">{t('forecast.weekday')}</h3>
      <ul className="grid gap-1.5 text-sm">
        {factors.map((factor, i) => (
          <li key={names[i]} className="grid grid-cols-[3rem_1fr_3.5rem] items-center gap-2">
            <span className="text-ink-2">{names[i]}</span>
            <Bar share={factor / most} />
            <span className="figures text-end">{fmt.percent(format, factor, 0)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function qualityFacts(forecast: Forecast, words: ReturnType<typeof useWords>): Fact[] {
  const { t, format } = words;
  const { wape, bias, coverage_80 } = forecast.quality;
  const facts = [
    { name: t('forecast.wape'), value: wape },
    { name: t('forecast.bias'), value: bias },
    { name: t('forecast.coverage'), value: coverage_80 },
  ];
  return facts.flatMap(({ name, value }) =>
    typeof value !== 'number' ? [] : [{ name, value: fmt.share(format, value) }],
  );
}

/** What the stored forecast is made of, and how earlier ones like it turned out. */
export function DriversCard({ productId }: { productId: string }) {
  const words = useWords();
  const { t, format } = words;
  const { data } = useForecast(productId, 30);
  if (data === null) return null;
  const quality = data ? qualityFacts(data, words) : [];
  return (
    <Card title={t('forecast.drivers')}>
      {data ? (
        <div className="grid gap-x-10 gap-y-4 md:grid-cols-2">
          <div>
            <FactList
              facts={[
                {
                  name: t('forecast.level'),
                  value: t('forecast.level.value', { n: fmt.count(format, data.drivers.level, 2) }),
                },
                {
                  name: t('forecast.trend'),
                  value: t('forecast.trend.value', {
                    n: fmt.signed(format, data.drivers.trend, 3),
                  }),
                },
                { name: t('forecast.season'), value: fmt.percent(format, data.drivers.season, 0) },
              ]}
            />
            <h3 className="mt-4 mb-1 font-medium text-sm">{t('forecast.quality')}</h3>
            {quality.length > 0 ? (
              <FactList facts={quality} />
            ) : (
              <p className="text-ink-2 text-sm">{t('forecast.quality.none')}</p>
            )}
          </div>
          {data.drivers.weekday.length === 7 && <Weekdays factors={data.drivers.weekday} />}
        </div>
      ) : (
        <Loading className="h-64" />
      )}
    </Card>
  );
}
