// A seeded shop in memory for developing pages without the real server. Never shipped.
export const DAY = 86_400_000;
const HISTORY = 400;

function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const CATEGORIES = ['Coffee', 'Tea', 'Chocolate', 'Kitchen', 'Candles', 'Stationery'];
const ADJECTIVES = [
  'House',
  'Dark',
  'Wild',
  'Alpine',
  'Garden',
  'Harbour',
  'Amber',
  'Quiet',
  'North',
];
const NOUNS = ['Roast', 'Blend', 'Bar', 'Mug', 'Candle', 'Notebook', 'Filter', 'Caddy', 'Truffle'];
const LOCATIONS = [
  { id: 'loc-shop', name: 'High Street' },
  { id: 'loc-web', name: 'Web warehouse' },
];
export const WEEKDAY = [0.8, 0.82, 0.9, 1, 1.25, 1.5, 0.73];

export const iso = (at) => new Date(at).toISOString().slice(0, 10);
export const now = () => new Date().toISOString().replace(/\.\d+/, '');

export function makeShop(goods = 500) {
  const rand = random(7);
  const today = Date.parse(`${iso(Date.now())}T00:00:00Z`);
  const days = Array.from({ length: HISTORY }, (_, i) => iso(today - (HISTORY - 1 - i) * DAY));
  const products = Array.from({ length: goods }, (_, i) => {
    const price = Math.round(300 + rand() ** 2 * 6000);
    const level = 0.2 + rand() ** 3 * 9;
    const name = `${ADJECTIVES[i % 9]} ${NOUNS[Math.floor(i / 9) % 9]} ${i + 1}`;
    const out = i % 5 === 0 ? HISTORY - 60 + Math.floor(rand() * 40) : -1;
    const units = days.map((day, d) => {
      if (out >= 0 && d >= out && d < out + 8) return 0;
      const weekday = WEEKDAY[(new Date(day).getUTCDay() + 6) % 7];
      const season = 1 + 0.35 * Math.sin((d / 365) * 2 * Math.PI);
      return Math.floor(level * weekday * season * (0.4 + 1.2 * rand()) + rand() * 0.6);
    });
    const doc = {
      id: `p${String(i + 1).padStart(4, '0')}`,
      sku: `${CATEGORIES[i % 6].slice(0, 3).toUpperCase()}-${String(i + 1).padStart(3, '0')}`,
      barcode: i % 7 ? String(4_006_381_000_000 + i * 37) : null,
      name: i === 1 ? 'קפה שחור Dark Roast' : name,
      description: 'A small-batch favourite of the house.',
      category: CATEGORIES[i % 6],
      price_minor: price,
      cost_minor: i % 11 ? Math.round(price * 0.55) : null,
      currency: 'EUR',
      status: i % 17 === 16 ? 'archived' : 'active',
      attributes: { weight: `${100 + (i % 9) * 50} g` },
      components: [],
      created_at: `${days[i % 300]}T09:00:00Z`,
      updated_at: now(),
      version: 1,
    };
    const stock = Object.fromEntries(LOCATIONS.map((l) => [l.id, Math.floor(rand() * level * 30)]));
    return { doc, level, out, units, stock };
  });
  return { days, products, locations: LOCATIONS, liveOrders: 0, liveRevenue: 0, today };
}

const sum = (values) => values.reduce((a, b) => a + b, 0);

function range(shop, span, back = 0) {
  const end = HISTORY - back * span;
  const start = Math.max(end - span, 0);
  return {
    start,
    end,
    from: iso(shop.today - (HISTORY - 1 - start) * DAY),
    to: shop.days[end - 1],
  };
}

function totals(shop, { start, end }) {
  const units = sum(shop.products.map((p) => sum(p.units.slice(start, end))));
  const revenue = sum(shop.products.map((p) => sum(p.units.slice(start, end)) * p.doc.price_minor));
  return { units, revenue, orders: Math.round(units / 2.4) };
}

export function points(shop, level, horizon, width = 0.5) {
  return Array.from({ length: horizon }, (_, i) => {
    const at = shop.today + (i + 1) * DAY;
    const mean = level * WEEKDAY[(new Date(at).getUTCDay() + 6) % 7];
    const spread = width * Math.sqrt(1 + i / 30) * mean;
    const q = (z) => Math.max(mean + z * spread, 0);
    return {
      day: iso(at),
      mean,
      q10: q(-1.28),
      q25: q(-0.67),
      q50: q(-0.05),
      q75: q(0.67),
      q90: q(1.28),
    };
  });
}

function lowStock(shop) {
  const rows = shop.products.flatMap((p) =>
    shop.locations.map((l) => ({ p, l, cover: p.stock[l.id] / (p.level / 2 + 0.01) })),
  );
  return rows
    .filter(({ p, cover }) => cover < 6 && p.level > 1)
    .sort((a, b) => a.cover - b.cover)
    .slice(0, 8)
    .map(({ p, l, cover }) => ({
      product_id: p.doc.id,
      sku: p.doc.sku,
      name: p.doc.name,
      location_id: l.id,
      location_name: l.name,
      available: p.stock[l.id],
      on_order: p.doc.id.endsWith('3') ? 24 : 0,
      days_of_cover: Math.round(cover * 10) / 10,
      stock_out_day: iso(shop.today + Math.ceil(cover) * DAY),
      proposal_quantity: Math.ceil(p.level * 14),
    }));
}

const WORSE = ['returns', 'low_stock', 'out_of_stock'];
const METRICS = [
  [
    'revenue',
    'Revenue',
    'money',
    'What customers paid in the range, after discounts, before returns.',
  ],
  ['orders', 'Orders', 'count', 'Orders placed in the range that were not cancelled.'],
  ['units', 'Units sold', 'units', 'Items in those orders.'],
  ['aov', 'Average order value', 'money', 'Revenue divided by orders.'],
  ['customers', 'Buying customers', 'count', 'Different customers with an order in the range.'],
  ['new_customers', 'New customers', 'count', 'Those whose first order falls in the range.'],
  ['gross_margin', 'Gross margin', 'ratio', 'Revenue less cost of goods, divided by revenue.'],
  ['returns', 'Returns', 'money', 'What was refunded in the range.'],
  ['stock_value', 'Stock value', 'money', 'Stock on hand at cost.'],
  ['low_stock', 'Low stock', 'count', 'Products that run out within their lead time.'],
  ['out_of_stock', 'Out of stock', 'count', 'Products with nothing available.'],
];

function figures(t) {
  return {
    revenue: t.revenue,
    orders: t.orders,
    units: t.units,
    aov: t.orders ? Math.round(t.revenue / t.orders) : null,
    customers: Math.round(t.orders * 0.62),
    new_customers: Math.round(t.orders * 0.09),
    gross_margin: 0.447,
    returns: Math.round(t.revenue * 0.021),
    stock_value: 4_812_377,
    low_stock: 23,
    out_of_stock: 4,
  };
}

export function summary(shop, span) {
  const here = range(shop, span);
  const before = range(shop, span, 1);
  const hasBefore = before.end - before.start === span;
  const now_ = totals(shop, here);
  now_.orders += shop.liveOrders;
  now_.revenue += shop.liveRevenue;
  const current = figures(now_);
  const earlier = hasBefore ? figures(totals(shop, before)) : {};
  const days = shop.days.slice(here.start, here.end);
  const unitsOn = (d) => sum(shop.products.map((p) => p.units[d]));
  const series = days.map((day, i) => {
    const d = here.start + i;
    const units = unitsOn(d);
    const last = i === days.length - 1;
    const revenue = sum(shop.products.map((p) => p.units[d] * p.doc.price_minor));
    return {
      day,
      units,
      orders: Math.round(units / 2.4) + (last ? shop.liveOrders : 0),
      revenue_minor: revenue + (last ? shop.liveRevenue : 0),
    };
  });
  const top = shop.products
    .map((p) => ({ p, units: sum(p.units.slice(here.start, here.end)) }))
    .sort((a, b) => b.units * b.p.doc.price_minor - a.units * a.p.doc.price_minor)
    .slice(0, 8);
  return {
    as_of: here.to,
    shop: { name: 'Harbour Goods', currency: 'EUR', time_zone: 'Europe/Lisbon', mode: 'demo' },
    range: { from: here.from, to: here.to },
    previous_range: { from: before.from, to: before.to },
    metrics: METRICS.map(([name, label, unit, definition]) => {
      const value = current[name];
      const previous = earlier[name] ?? null;
      const change = previous ? value / previous - 1 : null;
      const better = WORSE.includes(name) ? 'down' : name === 'stock_value' ? 'neither' : 'up';
      return { name, label, unit, better, value, previous, change, definition };
    }),
    series,
    top_products: top.map(({ p, units }) => ({
      product_id: p.doc.id,
      sku: p.doc.sku,
      name: p.doc.name,
      revenue_minor: units * p.doc.price_minor,
      units,
      previous_revenue_minor: sum(p.units.slice(before.start, before.end)) * p.doc.price_minor,
    })),
    low_stock: lowStock(shop),
    demand_forecast: {
      unit: 'units',
      horizon_days: 30,
      history: shop.days.slice(-90).map((day, i) => ({ day, units: unitsOn(HISTORY - 90 + i) })),
      points: points(shop, sum(shop.products.map((p) => p.level)), 30, 0.09),
      model: 'Pooled exponential smoothing',
      made_at: now(),
    },
    notes: [
      {
        code: 'no_stock_counted',
        text: 'No stock has been counted yet; levels come from the simulation.',
      },
      {
        code: 'lead_time_assumed',
        text: 'A lead time of 7 days is assumed where a supplier has none.',
      },
    ],
  };
}
