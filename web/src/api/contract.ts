/**
 * The API as the web uses it, in the shape that openapi-typescript generates (`paths`), so that
 * the generated file can take this one's place: see docs/web.md.
 */

interface Op<Answer, Query = never, Path = never, Body = never> {
  parameters: {
    query?: [Query] extends [never] ? never : Query;
    header?: never;
    path: [Path] extends [never] ? never : Path;
    cookie?: never;
  };
  requestBody: [Body] extends [never] ? never : { content: { 'application/json': Body } };
  responses: {
    200: { headers: Record<string, unknown>; content: { 'application/json': Answer } };
    default: {
      headers: Record<string, unknown>;
      content: { 'application/problem+json': Problem };
    };
  };
}

type NoPath<O> = O extends { parameters: infer P }
  ? Omit<O, 'parameters'> & { parameters: Omit<P, 'path'> & { path?: never } }
  : never;
type NoBody<O> = Omit<O, 'requestBody'> & { requestBody?: never };

type Read<Answer, Query = never> = NoPath<NoBody<Op<Answer, Query>>>;
type ReadOne<Answer, Path, Query = never> = NoBody<Op<Answer, Query, Path>>;
type Send<Answer, Body> = NoPath<Op<Answer, never, never, Body>>;

interface Problem {
  type: string;
  title: string;
  status: number;
  detail?: string;
  errors?: { field: string; reason: string }[];
}

interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
}

interface Paging {
  limit?: number;
  cursor?: string;
}

interface User {
  id: string;
  email: string;
  name: string;
  role: string;
}

interface Grant {
  access_token: string;
  token_type: string;
  expires_in: number;
  refresh_token: string | null;
  user: User;
  must_change_password: boolean;
}

interface Note {
  code: string;
  text: string;
}

interface Status {
  shop: { name: string; currency: string; time_zone: string; mode: 'empty' | 'demo' | 'real' };
  version: string;
  setup: { state: 'ready' | 'working' | 'failed'; step: string; done: number; total: number };
  data_until: string | null;
  jobs: { running: number; queued: number; dead: number };
}

interface ForecastPoint {
  day: string;
  mean: number;
  q10: number;
  q25: number;
  q50: number;
  q75: number;
  q90: number;
}

interface Summary {
  as_of: string;
  shop: { name: string; currency: string; time_zone: string };
  range: { from: string; to: string };
  previous_range: { from: string; to: string };
  metrics: {
    name: string;
    label: string;
    unit: 'money' | 'count' | 'ratio' | 'days' | 'units';
    value: number | null;
    previous: number | null;
    change: number | null;
    definition: string;
  }[];
  series: { day: string; revenue_minor: number; orders: number; units: number }[];
  top_products: {
    product_id: string;
    sku: string;
    name: string;
    revenue_minor: number;
    units: number;
    previous_revenue_minor: number;
  }[];
  low_stock: {
    product_id: string;
    sku: string;
    name: string;
    location_id: string;
    location_name: string;
    available: number;
    on_order: number;
    days_of_cover: number | null;
    stock_out_day: string | null;
    proposal_quantity: number;
  }[];
  demand_forecast: {
    unit: string;
    horizon_days: number;
    history: { day: string; units: number }[];
    points: ForecastPoint[];
    model: string;
    made_at: string;
  } | null;
  notes: Note[];
}

interface Product {
  id: string;
  sku: string;
  barcode: string | null;
  name: string;
  description: string;
  category: string | null;
  price_minor: number;
  cost_minor: number | null;
  currency: string;
  status: 'active' | 'archived';
  attributes: Record<string, unknown>;
  components: { product_id: string; quantity: number }[];
  created_at: string;
  updated_at: string;
  version: number;
}

interface Forecast {
  product_id: string;
  forecast_date: string;
  horizon_days: number;
  model: string;
  label: string;
  made_at: string;
  points: ForecastPoint[];
  drivers: { level: number; trend: number; weekday: number[] };
  quality: { wape: number | null; bias: number | null; coverage_80: number | null };
  notes: Note[];
}

interface Proposal {
  product_id: string;
  sku: string;
  name: string;
  location_id: string;
  quantity: number;
  order_by: string | null;
  supplier: string | null;
  expected_cost_minor: number | null;
  reason: string;
  assumptions: Note[];
  inputs: {
    available: number;
    on_order: number;
    lead_time_days: number;
    review_days: number;
    demand_mean: number;
    demand_q90: number;
    target: number;
  };
}

interface Balance {
  product_id: string;
  location_id: string;
  on_hand: number;
  reserved: number;
  available: number;
  on_order: number;
  counted_at: string | null;
  updated_at: string;
}

export interface paths {
  '/v1/auth/login': { post: Send<Grant, { email: string; password: string; cookie?: boolean }> };
  '/v1/auth/refresh': { post: Send<Grant, { refresh_token?: string | null }> };
  '/v1/auth/logout': { post: Send<never, Record<string, never>> };
  '/v1/user/password': { post: Send<never, { current_password: string; new_password: string }> };
  '/v1/system/status': { get: Read<Status> };
  '/v1/dashboard/summary': { get: Read<Summary, { days?: number }> };
  '/v1/products': {
    get: Read<
      Page<Product>,
      Paging & { search?: string; category?: string; status?: string; sort?: string }
    >;
  };
  '/v1/products/{product_id}': { get: ReadOne<Product, { product_id: string }> };
  '/v1/products/{product_id}/prices': {
    get: ReadOne<{ items: { day: string; price_minor: number }[] }, { product_id: string }>;
  };
  '/v1/products/{product_id}/sales': {
    get: ReadOne<
      {
        currency: string;
        points: {
          day: string;
          units: number;
          revenue_minor: number;
          price_minor: number | null;
          in_stock: boolean | null;
        }[];
      },
      { product_id: string },
      { from?: string; to?: string }
    >;
  };
  '/v1/categories': { get: Read<{ items: { name: string }[] }> };
  '/v1/locations': { get: Read<Page<{ id: string; name: string }>> };
  '/v1/inventory': { get: Read<Page<Balance>, Paging & { product_id?: string }> };
  '/v1/inventory/replenishment': { get: Read<Page<Proposal>, Paging & { product_id?: string }> };
  '/v1/forecasts/{product_id}': { get: ReadOne<Forecast, { product_id: string }> };
  '/v1/ai/forecast': { post: Send<Forecast, { product_id: string; forecast_days: number }> };
}
