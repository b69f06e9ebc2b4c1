'use client';

import { useMemo, useState } from 'react';
import { ApiError } from '@/api/problem';
import { useWords } from '@/i18n/locale';
import { PlainFrame } from '@/shell/PlainFrame';
import { Badge } from '@/ui/Badge';
import { Banner } from '@/ui/Banner';
import { Bar } from '@/ui/Bar';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { Chart } from '@/ui/chart/Chart';
import { Delta } from '@/ui/Delta';
import { Disclosure } from '@/ui/Disclosure';
import { FactList } from '@/ui/FactList';
import { PasswordField, SearchField, SelectField, TextField } from '@/ui/Field';
import { Icon } from '@/ui/Icon';
import { Notes } from '@/ui/Notes';
import { PageTitle } from '@/ui/PageTitle';
import { Popover } from '@/ui/Popover';
import { Progress } from '@/ui/Progress';
import { Segmented } from '@/ui/Segmented';
import { EmptyState, ErrorState, Loading } from '@/ui/states';
import { Table } from '@/ui/Table';
import { SWATCHES, sampleChart } from './samples';

const ROWS = [
  { id: 'a', name: 'House Roast', units: 128 },
  { id: 'b', name: 'Harbour Tea', units: 64 },
];

function Colours() {
  return (
    <Card title="Colours">
      <ul className="grid grid-cols-2 gap-2 sm:grid-cols-4 lg:grid-cols-5">
        {SWATCHES.map((swatch) => (
          <li key={swatch} className="text-ink-2 text-xs">
            <div className={`mb-1 h-10 rounded-control border border-line ${swatch}`} />
            {swatch.slice(3)}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Controls() {
  const { t } = useWords();
  const [days, setDays] = useState(30);
  const [sort, setSort] = useState<'name' | 'newest'>('name');
  return (
    <Card title="Controls">
      <div className="flex flex-wrap items-center gap-3">
        <Button kind="primary">{t('login.submit')}</Button>
        <Button>{t('error.retry')}</Button>
        <Button kind="quiet" icon="table">
          {t('chart.showTable')}
        </Button>
        <Button small>{t('products.next')}</Button>
        <Button disabled>{t('products.first')}</Button>
        <Button kind="primary" busy>
          {t('app.loading')}
        </Button>
        <Popover
          label={t('dashboard.define', { name: t('col.revenue') })}
          trigger={<Icon name="info" />}
          triggerClass="grid size-9 place-items-center text-ink-2 hover:bg-surface-3"
        >
          {t('gallery.text')}
        </Popover>
        <Segmented
          label={t('dashboard.range')}
          value={days}
          options={[7, 30, 90].map((n) => ({ value: n, label: t('dashboard.days', { n }) }))}
          onChange={setDays}
        />
      </div>
      <div className="mt-5 grid items-start gap-4 sm:grid-cols-2">
        <TextField label={t('login.email')} hint={t('products.search.hint')} />
        <TextField label={t('login.email')} defaultValue="ada" error={t('login.required')} />
        <PasswordField label={t('login.password')} show={t('login.show')} hide={t('login.hide')} />
        <SelectField
          label={t('products.sort')}
          value={sort}
          options={[
            { value: 'name', label: t('products.sort.name') },
            { value: 'newest', label: t('products.sort.newest') },
          ]}
          onChange={setSort}
        />
        <SearchField label={t('products.search')} placeholder={t('products.search.hint')} />
      </div>
    </Card>
  );
}

function Figures() {
  const { t } = useWords();
  return (
    <Card title="Figures and tables">
      <div className="mb-4 flex flex-wrap items-center gap-3">
        <Delta change={0.124} />
        <Delta change={-0.031} />
        <Delta change={0.5} good="down" />
        <Delta change={0} />
        <Badge>{t('products.archived')}</Badge>
        <Badge tone="accent">{t('col.category')}</Badge>
        <Badge tone="good">{t('products.active')}</Badge>
        <Badge tone="warn">{t('col.onOrder')}</Badge>
        <Badge tone="bad">0</Badge>
        <span className="w-32">
          <Bar share={0.7} />
        </span>
      </div>
      <Table
        label={t('products.title')}
        rows={ROWS}
        rowKey={(row) => row.id}
        columns={[
          { key: 'name', head: t('col.product'), names: true, cell: (row) => row.name },
          { key: 'units', head: t('col.units'), figure: true, cell: (row) => row.units },
        ]}
      />
      <div className="mt-4 grid gap-4 sm:grid-cols-2">
        <FactList
          facts={[
            { name: t('col.price'), value: '€12.50' },
            { name: t('col.cost'), value: t('product.unknown') },
          ]}
        />
        <Disclosure summary={t('proposal.why')}>{t('gallery.text')}</Disclosure>
      </div>
    </Card>
  );
}

function States() {
  const { t } = useWords();
  return (
    <Card title="States">
      <div className="grid gap-3">
        <Banner tone="accent">{t('login.hint')}</Banner>
        <Banner tone="good">{t('live.healed')}</Banner>
        <Banner tone="warn" action={<Button small>{t('live.retry')}</Button>}>
          {t('live.lost')}
        </Banner>
        <Banner tone="bad">{t('setup.failed')}</Banner>
        <Progress label={t('setup.title')} done={40} total={100} />
        <Loading className="h-10" />
        <div className="grid gap-3 sm:grid-cols-2">
          <EmptyState title={t('products.none')} text={t('products.none.text')} />
          <ErrorState error={new ApiError(0, 'no answer')} retry={() => undefined} />
        </div>
        <Notes title={t('dashboard.notes')} notes={[{ code: 'sample', text: t('gallery.text') }]} />
      </div>
    </Card>
  );
}

function Charts() {
  const { t } = useWords();
  const data = useMemo(
    () =>
      sampleChart({
        sold: t('col.sold'),
        expected: t('col.mean'),
        wide: t('col.range80'),
        narrow: t('col.range50'),
        shade: t('chart.noSale'),
      }),
    [t],
  );
  return (
    <Card title="Chart">
      <Chart title={t('forecast.title')} data={data} />
    </Card>
  );
}

/** For those who build pages; reached by its address. */
export function Gallery() {
  const { t } = useWords();
  return (
    <PlainFrame>
      <div className="mx-auto grid max-w-5xl gap-4">
        <PageTitle title={t('gallery.title')} text={t('gallery.text')} />
        <Colours />
        <Controls />
        <Figures />
        <Charts />
        <States />
      </div>
    </PlainFrame>
  );
}
