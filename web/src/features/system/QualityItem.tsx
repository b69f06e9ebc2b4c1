'use client';

import type { QualityReport } from '@/api/types';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { AppLink } from '@/ui/AppLink';
import { Badge, type Tone } from '@/ui/Badge';
import { Disclosure } from '@/ui/Disclosure';
import { useStatus } from './useStatus';

const TONES: Record<QualityReport['severity'], Tone> = {
  error: 'bad',
  warning: 'warn',
  info: 'neutral',
};

/** One thing that is wrong: how often, since when, what to do, and where to begin. */
export function QualityItem({ report }: { report: QualityReport }) {
  const { t, format, said } = useWords();
  const timeZone = useStatus().data?.shop.time_zone ?? 'UTC';
  const title = said(`quality.${report.check}`, report.title);
  return (
    <li className="grid gap-1.5 px-4 py-3.5 sm:px-5">
      <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <h3 className="font-medium">
          <bdi>{title}</bdi>
        </h3>
        <span className="figures font-semibold">{fmt.count(format, report.count)}</span>
        <Badge tone={TONES[report.severity]}>{t(`quality.severity.${report.severity}`)}</Badge>
      </div>
      <p className="max-w-prose text-sm">
        <bdi>{said(`quality.${report.check}.advice`, report.advice)}</bdi>
      </p>
      {report.since && (
        <p className="text-ink-2 text-xs">
          {t('quality.since', { when: fmt.moment(format, report.since, timeZone) })}
        </p>
      )}
      {report.examples.length > 0 && (
        <Disclosure
          summary={t(report.examples.length < report.count ? 'quality.some' : 'quality.all', {
            n: report.examples.length,
          })}
        >
          <ul aria-label={title} className="grid gap-1 text-sm">
            {report.examples.map((example) => (
              <li key={example.id} className="wrap-anywhere">
                {example.link ? (
                  <AppLink href={example.link}>
                    <bdi>{example.text}</bdi>
                  </AppLink>
                ) : (
                  <bdi>{example.text}</bdi>
                )}
              </li>
            ))}
          </ul>
        </Disclosure>
      )}
    </li>
  );
}
