'use client';

import type { ImportReport } from '@/api/types';
import * as fmt from '@/i18n/format';
import { useWords } from '@/i18n/locale';
import { Banner } from '@/ui/Banner';
import { FactList } from '@/ui/FactList';
import { Notes } from '@/ui/Notes';

type Counts = Readonly<Record<string, number>>;

/** What a file holds, or what came of it, and which rows were left out for which reasons. */
export function ReportView({ report }: { report: ImportReport }) {
  const { t, format, said } = useWords();
  const dry = report.state === 'dry-run';
  const told = (counts: Counts | undefined) =>
    Object.entries(counts ?? {})
      .filter(([, n]) => n > 0)
      .map(([kind, n]) => `${said(`kind.${kind}`, kind)}: ${fmt.count(format, n)}`)
      .join(', ');
  const reasons = Object.entries((report.not_imported ?? {}) as Counts).sort(
    ([, one], [, other]) => other - one,
  );
  const lines = (report.first_lines ?? {}) as Counts;
  const facts = [
    { name: t('imports.rows'), value: fmt.count(format, report.rows ?? 0) },
    ...(
      [
        [dry ? 'imports.holds' : 'imports.holds.done', report.counts],
        ['imports.created', report.created],
        ['imports.changed', report.changed],
        ['imports.unchanged', report.unchanged],
      ] as const
    )
      .map(([key, counts]) => ({ name: t(key), value: told(counts as Counts | undefined) }))
      .filter(({ value }) => value !== ''),
    ...(report.first_day && report.last_day
      ? [
          {
            name: t('overrides.days'),
            value: t('dashboard.period', {
              from: fmt.day(format, report.first_day),
              to: fmt.day(format, report.last_day),
            }),
          },
        ]
      : []),
    { name: t('imports.refused'), value: fmt.count(format, report.refused ?? 0) },
  ];
  return (
    <div className="grid gap-3">
      <FactList facts={facts} />
      {reasons.length > 0 && (
        <section aria-label={t('imports.reasons')} className="grid gap-1 text-sm">
          <h3 className="font-medium">{t('imports.reasons')}</h3>
          <ul className="grid gap-0.5">
            {reasons.slice(0, 20).map(([reason, n]) => (
              <li key={reason}>
                <span className="figures font-medium">{fmt.count(format, n)} ×</span>{' '}
                <bdi>{reason}</bdi>
                {lines[reason] !== undefined && (
                  <span className="text-ink-2"> {t('imports.line', { n: lines[reason] })}</span>
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
      {(report.warnings ?? []).length > 0 && (
        <Banner tone="warn">
          <ul className="grid gap-0.5">
            {report.warnings?.map((warning) => (
              <li key={warning} dir="auto">
                {warning}
              </li>
            ))}
          </ul>
        </Banner>
      )}
      <Notes title={t('imports.assumed')} notes={report.assumptions ?? []} />
    </div>
  );
}
