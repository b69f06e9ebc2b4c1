// The routes of the API that pages use, over the made-up shop.
import { forecast, proposals } from './planning.mjs';
import { iso, summary } from './shop.mjs';

export class Refusal extends Error {
  constructor(status, detail, errors = []) {
    super(detail);
    this.status = status;
    this.errors = errors;
  }
}

const USER = { id: 'u1', email: 'admin@example.com', name: 'Ada Lopes', role: 'admin' };
const ONE_TIME = 'one-time-password';

export function makeApi({ shop, mode, publish }) {
  const started = Date.now();
  const state = { password: process.env.MOCK_PASSWORD ?? 'correct horse', mustChange: false };
  if (mode === 'first') Object.assign(state, { password: ONE_TIME, mustChange: true });
  const refreshTokens = new Set();
  let turn = 0;

  function grant(response) {
    turn += 1;
    const token = `r${turn}`;
    refreshTokens.add(token);
    response.setHeader(
      'Set-Cookie',
      `omnix_refresh=${token}; HttpOnly; SameSite=Strict; Path=/v1/auth`,
    );
    return {
      access_token: `a${turn}`,
      token_type: 'Bearer',
      expires_in: 900,
      refresh_token: null,
      user: USER,
      must_change_password: state.mustChange,
    };
  }

  function login({ body, response }) {
    if (body.email !== USER.email || body.password !== state.password) {
      throw new Refusal(401, 'E-mail or password is wrong.');
    }
    return grant(response);
  }

  function refresh({ request, response }) {
    const token = /omnix_refresh=(\w+)/.exec(request.headers.cookie ?? '')?.[1];
    if (!refreshTokens.delete(token)) throw new Refusal(401, 'Sign in again.');
    return grant(response);
  }

  function password({ body }) {
    if (body.current_password !== state.password) {
      throw new Refusal(422, 'Not changed.', [
        { field: 'current_password', reason: 'This is not it.' },
      ]);
    }
    if (/password/.test(body.new_password)) {
      throw new Refusal(400, 'Not changed.', [
        { field: 'new_password', reason: 'is too easy to guess' },
      ]);
    }
    Object.assign(state, { password: body.new_password, mustChange: false });
    return null;
  }

  function profile() {
    return { ...USER, must_change_password: state.mustChange, permissions: [] };
  }

  function status() {
    const total = 1_095;
    const pace = Number(process.env.MOCK_SETUP_MS ?? 4_000);
    const done =
      mode === 'working'
        ? Math.min(Math.floor(((Date.now() - started) / pace) * total), total)
        : total;
    return {
      shop: {
        name: 'Harbour Goods',
        currency: 'EUR',
        time_zone: 'Europe/Lisbon',
        mode: mode === 'empty' ? 'empty' : 'demo',
      },
      version: '0.1.0',
      setup: { state: done < total ? 'working' : 'ready', step: 'Selling day by day', done, total },
      data_until: mode === 'empty' ? null : shop.days.at(-1),
      jobs: { running: 0, queued: 0, dead: 0 },
    };
  }

  function find(id) {
    const product = shop.products.find((p) => p.doc.id === id);
    if (!product) throw new Refusal(404, 'There is no such product.');
    return product;
  }

  const orders = new Map();
  function listProducts({ query }) {
    const asked = new URLSearchParams(query);
    asked.delete('cursor');
    asked.delete('limit');
    const list = String(asked);
    if (!orders.has(list)) orders.set(list, inOrder(query));
    const all = orders.get(list);
    const start = Number(query.get('cursor') ?? 0);
    const end = start + Number(query.get('limit') ?? 50);
    return { items: all.slice(start, end), next_cursor: end < all.length ? String(end) : null };
  }

  function inOrder(query) {
    const search = (query.get('search') ?? '').toLowerCase();
    const is = (name, value) => (query.get(name) ?? value) === value;
    return shop.products
      .map((p) => p.doc)
      .filter((p) => `${p.name} ${p.sku} ${p.barcode}`.toLowerCase().includes(search))
      .filter((p) => is('category', p.category) && is('status', p.status))
      .sort((a, b) =>
        query.get('sort') === '-created_at'
          ? b.created_at.localeCompare(a.created_at)
          : a.name.localeCompare(b.name),
      );
  }

  function sales({ query, id }) {
    const { doc, out, units } = find(id);
    const points = shop.days.flatMap((day, d) =>
      day < query.get('from') || day > query.get('to')
        ? []
        : [
            {
              day,
              units: units[d],
              revenue_minor: units[d] * doc.price_minor,
              price_minor: doc.price_minor,
              in_stock: out >= 0 && d >= out && d < out + 8 ? 0 : 1,
            },
          ],
    );
    return { currency: 'EUR', points };
  }

  function prices({ id }) {
    const { price_minor } = find(id).doc;
    const at = (back) => shop.days.at(-back);
    return {
      items: [
        { day: at(390), price_minor: Math.round(price_minor * 0.92) },
        { day: at(55), price_minor },
        { day: at(25), price_minor: Math.round(price_minor * 0.85) },
        { day: at(18), price_minor },
      ],
    };
  }

  function stock({ query }) {
    const { doc, stock: held } = find(query.get('product_id'));
    const items = shop.locations.map((location) => ({
      product_id: doc.id,
      location_id: location.id,
      on_hand: held[location.id] + 2,
      reserved: 2,
      available: held[location.id],
      on_order: 0,
      counted_at: location.id === 'loc-shop' ? `${iso(shop.today)}T08:00:00Z` : null,
      updated_at: new Date().toISOString(),
    }));
    return { items, next_cursor: null };
  }

  function order({ body }) {
    const lines = body.lines.map((line) => ({ ...line, product: find(line.product_id) }));
    const total = lines.reduce(
      (sum, line) => sum + line.quantity * line.product.doc.price_minor,
      0,
    );
    shop.liveOrders += 1;
    shop.liveRevenue += total;
    publish('orders', 'order.placed', {
      order_id: `o${shop.liveOrders}`,
      total_minor: total,
      currency: 'EUR',
    });
    for (const { product_id } of lines)
      publish(`product.${product_id}`, 'stock.changed', { product_id });
    return { id: `o${shop.liveOrders}`, total_minor: total };
  }

  function changes() {
    const day = (back) => shop.days.at(-back);
    const cause = (kind, effect, unusual = false) => ({
      kind,
      title: kind,
      text: kind,
      effect,
      share: effect / 100_000,
      usual: 4_000,
      unusual,
      volume: null,
      products: [],
      other_products: 0,
      others: 0,
      segment: null,
    });
    return {
      metric: 'revenue',
      unit: 'money',
      currency: 'EUR',
      range: { from: day(8), to: day(2) },
      against: { from: day(15), to: day(9) },
      before: 100_000,
      now: 91_000,
      change: -9_000,
      change_share: -0.09,
      ordinary: false,
      headline: '',
      causes: [cause('traffic', -12_000, true), cause('basket', 3_000)],
      compared_pairs: 12,
      notes: [],
    };
  }

  const categories = [...new Set(shop.products.map((p) => p.doc.category))].sort();
  return [
    ['POST', '/v1/auth/login', login, 'open'],
    ['POST', '/v1/auth/refresh', refresh, 'open'],
    ['POST', '/v1/auth/logout', () => null],
    ['GET', '/v1/auth/ways', () => ({ provider: false }), 'open'],
    ['POST', '/v1/user/password', password],
    // No permissions: what asks for one is not made up here.
    ['GET', '/v1/user/profile', profile],
    ['GET', '/v1/system/status', status],
    ['GET', '/v1/dashboard/summary', ({ query }) => summary(shop, Number(query.get('days') ?? 30))],
    ['GET', '/v1/dashboard/changes', changes],
    ['GET', '/v1/products', listProducts],
    ['GET', '/v1/products/:id', ({ id }) => find(id).doc],
    ['GET', '/v1/products/:id/prices', prices],
    ['GET', '/v1/products/:id/sales', sales],
    ['GET', '/v1/categories', () => ({ items: categories.map((name) => ({ name })) })],
    ['GET', '/v1/locations', () => ({ items: shop.locations, next_cursor: null })],
    ['GET', '/v1/inventory', stock],
    [
      'GET',
      '/v1/inventory/replenishment',
      ({ query }) => ({ items: proposals(shop, find(query.get('product_id'))), next_cursor: null }),
    ],
    ['GET', '/v1/forecasts/:id', ({ id }) => forecast(shop, find(id), 30)],
    [
      'POST',
      '/v1/ai/forecast',
      ({ body }) => forecast(shop, find(body.product_id), body.forecast_days),
    ],
    ['POST', '/v1/orders', order],
  ];
}
