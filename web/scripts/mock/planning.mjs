// Forecasts and order proposals of the made-up shop.
import { DAY, iso, now, points, WEEKDAY } from './shop.mjs';

export function forecast(shop, product, horizon) {
  return {
    product_id: product.doc.id,
    forecast_date: iso(shop.today),
    horizon_days: horizon,
    model: 'ets',
    label: 'Exponential smoothing with pooled weekdays',
    made_at: now(),
    points: points(shop, product.level, horizon),
    drivers: { level: product.level, trend: 0.012, weekday: WEEKDAY, season: 1.08 },
    quality: { wape: 0.412, bias: -0.031, coverage_80: 0.79 },
    notes:
      product.out >= 0
        ? [{ code: 'stock_out', text: '8 days with an empty shelf were left out.' }]
        : [],
  };
}

export function proposals(shop, product) {
  return shop.locations
    .filter((l) => product.stock[l.id] < product.level * 8)
    .map((l) => {
      const quantity = Math.ceil(product.level * 14);
      return {
        product_id: product.doc.id,
        sku: product.doc.sku,
        name: product.doc.name,
        location_id: l.id,
        location_name: l.name,
        quantity,
        order_by: iso(shop.today + 2 * DAY),
        supplier: 'Atlantic Trading',
        expected_cost_minor: product.doc.cost_minor && product.doc.cost_minor * quantity,
        reason:
          'Stock covers 5 days, delivery takes 7. This quantity keeps the shelf full in 9 of 10 cases.',
        assumptions: [{ code: 'lead_time_assumed', text: 'A lead time of 7 days is assumed.' }],
        inputs: {
          available: product.stock[l.id],
          on_order: 0,
          lead_time_days: 7,
          review_days: 7,
          demand_mean: Math.round(product.level * 70) / 10,
          service_level: 0.95,
          demand_quantile: Math.round(product.level * 99) / 10,
          safety_stock: Math.round(product.level * 29) / 10,
          reorder_point: Math.round(product.level * 10),
          target: quantity + product.stock[l.id],
        },
      };
    });
}
