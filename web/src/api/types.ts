import type { components, paths } from './schema';

type Body<R> = R extends { content: { 'application/json': infer A } } ? A : never;
type Answers<O> = O extends { responses: infer R } ? R : never;
type Success<R> = Body<R extends { 200: infer A } ? A : R extends { 201: infer A } ? A : never>;

/** What a successful call of `path` answers. */
export type Answer<P extends keyof paths, M extends keyof paths[P] = keyof paths[P]> = Success<
  Answers<paths[P][M]>
>;

export type Grant = Answer<'/v1/auth/login', 'post'>;
export type User = Grant['user'];
export type Status = Answer<'/v1/system/status', 'get'>;
export type Summary = Answer<'/v1/dashboard/summary', 'get'>;
export type Metric = Summary['metrics'][number];
export type Note = Summary['notes'][number];
export type Changes = Answer<'/v1/dashboard/changes', 'get'>;
export type Cause = Changes['causes'][number];
export type ProductFigures = Answer<'/v1/dashboard/products', 'get'>['items'][number];
export type StockGraph = Answer<'/v1/dashboard/inventory-graph', 'get'>;
export type Product = Answer<'/v1/products/{product_id}', 'get'>;
export type ProductSales = Answer<'/v1/products/{product_id}/sales', 'get'>;
export type Forecast = Answer<'/v1/forecasts/{product_id}', 'get'>;
export type ForecastPoint = Forecast['points'][number];
export type Balance = Answer<'/v1/inventory', 'get'>['items'][number];
export type Proposal = Answer<'/v1/inventory/replenishment', 'get'>['items'][number];
export type Why = Answer<'/v1/inventory/replenishment/{product_id}/why', 'get'>;
export type Alert = Answer<'/v1/alerts/{alert_id}', 'get'>;
export type PurchaseOrder = Answer<'/v1/purchase-orders/{order_id}', 'get'>;
export type PurchaseOrderState = NonNullable<PurchaseOrder['state']>;
export type Drafted = Answer<'/v1/purchase-orders/from-replenishment', 'post'>;
export type OrderSummary = Answer<'/v1/orders', 'get'>['items'][number];
export type Order = Answer<'/v1/orders/{order_id}', 'get'>;
export type LedgerEntry = Answer<'/v1/inventory/{product_id}/history', 'get'>['items'][number];
export type Customer = Answer<'/v1/customers/{customer_id}', 'get'>;
export type StockValue = Answer<'/v1/inventory/values', 'get'>['items'][number];
export type Model = Answer<'/v1/ml/models', 'get'>['items'][number];
export type ModelDetail = Answer<'/v1/ml/models/{name}', 'get'>;
export type ModelVersion = Answer<'/v1/ml/models/{name}/versions', 'get'>['items'][number];
export type ModelChange = Answer<'/v1/ml/models/{name}/changes', 'get'>['items'][number];
export type Backtest = Answer<'/v1/forecasts/backtests/{backtest_id}', 'get'>;
export type BacktestGroup = Backtest['all'];
export type BacktestFigures = BacktestGroup['whole'];
export type Insights = NonNullable<
  Answer<'/v1/customers/{customer_id}/insights', 'get'>['insights']
>;
export type Segment = Answer<'/v1/segments', 'get'>['items'][number];
export type Recommendations = Answer<'/v1/recommendations/customers/{customer_id}', 'get'>;
export type Recommended = Recommendations['items'][number];
export type ManagerAction = Answer<'/v1/recommendations', 'get'>['items'][number];
export type Experiment = Answer<'/v1/experiments/{experiment_id}', 'get'>;
export type ExperimentResults = Answer<'/v1/experiments/{experiment_id}/results', 'get'>;
export type ExperimentUplift = Answer<'/v1/experiments/{experiment_id}/uplift', 'get'>;
export type ExperimentMetric = ExperimentResults['metrics'][number];
export type JobRun = Answer<'/v1/jobs', 'get'>['items'][number];
export type DeadLetter = Answer<'/v1/dead-letters', 'get'>['items'][number];
export type PoisonedEvent = Answer<'/v1/poisoned-events', 'get'>['items'][number];
export type ShopSettings = Answer<'/v1/system/settings', 'get'>;
export type FoundationState = Answer<'/v1/forecasts/foundation', 'get'>;
export type Member = Answer<'/v1/users', 'get'>['items'][number];
export type Invitation = Answer<'/v1/users/invitations', 'get'>['items'][number];
export type ApiKey = Answer<'/v1/auth/api-keys', 'get'>['items'][number];
export type AuditEntry = Answer<'/v1/audit-log', 'get'>['items'][number];
export type SystemCost = Answer<'/v1/system/cost', 'get'>;
type Schemas = components['schemas'];
/** What a list of many is described as is not told of its items, so they are named here. */
export interface SegmentRule {
  readonly any: ReadonlyArray<{ readonly all: readonly SegmentCondition[] }>;
}
export type SegmentCondition = Schemas['domains_customers_segments_model_Condition'];
export type Variant = Schemas['Variant'];
export type NewExperiment = Schemas['NewExperiment'];
export type ExperimentMetricPlan = Schemas['experiments_model_Metric'];
export type MetricOffered = Answer<'/v1/experiments/metrics', 'get'>['items'][number];
export type PowerRequest = Schemas['PowerRequest'];
export type Preferences = Answer<'/v1/customers/{customer_id}/preferences', 'get'>;
export type Purchase = Answer<'/v1/customers/{customer_id}/purchases', 'get'>['items'][number];
export type Needed = NonNullable<
  Answer<'/v1/customers/{customer_id}/consumption-predictions', 'get'>['items']
>[number];
export type QualityReport = Answer<'/v1/system/data-quality', 'get'>['items'][number];
export type Duplicate = Answer<'/v1/customers/{customer_id}/duplicates', 'get'>['items'][number];
export type DuplicatePair = Answer<'/v1/customers/duplicates', 'get'>['items'][number];
export type ProductParent = Answer<'/v1/product-parents', 'get'>['items'][number];
export type Interaction = Answer<
  '/v1/customers/{customer_id}/interactions',
  'get'
>['items'][number];
export type Promotion = Answer<'/v1/forecasts/promotions/{promotion_id}', 'get'>;
export type ImportRun = Answer<'/v1/imports', 'get'>['items'][number];
export type ImportReport = ImportRun['report'];
