import { enAccess } from './enAccess';
import { enAhead } from './enAhead';
import { enAlerts } from './enAlerts';
import { enAsk } from './enAsk';
import { enCare } from './enCare';
import { enChanges } from './enChanges';
import { enCustomers } from './enCustomers';
import { enExperiments } from './enExperiments';
import { enImports } from './enImports';
import { enLists } from './enLists';
import { enModels } from './enModels';
import { enPlans } from './enPlans';
import { enPortal } from './enPortal';
import { enRules } from './enRules';
import { enShop } from './enShop';
import { enStock } from './enStock';
import { enStreaming } from './enStreaming';
import { enSystem } from './enSystem';
import { enTrade } from './enTrade';

/** The English strings, and the list of keys that every other catalogue must have. */
export const en = {
  ...enAccess,
  ...enPlans,
  ...enPortal,
  ...enImports,
  ...enLists,
  ...enModels,
  ...enRules,
  ...enAhead,
  ...enStreaming,
  ...enAlerts,
  ...enAsk,
  ...enCare,
  ...enChanges,
  ...enCustomers,
  ...enExperiments,
  ...enShop,
  ...enSystem,
  ...enStock,
  ...enTrade,

  'app.name': 'OMNIX AI',
  'app.skip': 'Skip to content',
  'app.loading': 'Loading…',
  'app.menu': 'Main',
  'app.account': 'Account and settings',
  'app.signOut': 'Sign out',
  'app.theme': 'Theme',
  'app.theme.system': 'System',
  'app.theme.light': 'Light',
  'app.theme.dark': 'Dark',
  'app.language': 'Language',
  'app.role': 'Signed in as {role}',
  'app.version': 'Version {version}',
  'nav.dashboard': 'Dashboard',
  'nav.products': 'Products',
  'notFound.title': 'This page does not exist',
  'notFound.text': 'The address may be mistyped, or the page was moved.',
  'notFound.back': 'Go to the dashboard',

  'live.on': 'Live',
  'live.connecting': 'Connecting…',
  'live.off': 'Not live',
  'live.lost': 'The connection to OMNIX is lost. Figures may be out of date; trying again…',
  'live.retry': 'Try now',
  'live.healed': 'Connected again. The figures are up to date.',
  'live.order': 'New order: {amount}. Figures updated.',
  'live.updated': 'Figures updated.',

  'error.title': 'This could not be loaded',
  'error.network': 'OMNIX does not answer. Check that it runs, then try again.',
  'error.unexpected': 'Something unexpected happened (status {status}).',
  'error.retry': 'Try again',
  'error.page': 'This page has met an error',

  'login.title': 'Sign in',
  'login.email': 'E-mail',
  'login.password': 'Password',
  'login.submit': 'Sign in',
  'login.hint':
    'First start? E-mail and one-time password were printed where OMNIX was started. You choose your own password next.',
  'login.required': 'Please fill this in.',
  'login.change.title': 'Choose your password',
  'login.change.text': 'The one-time password has done its job. Choose one that only you know.',
  'login.change.new': 'New password',
  'login.change.repeat': 'New password again',
  'login.change.short': 'Use at least 10 characters.',
  'login.change.differ': 'The two passwords differ.',
  'login.change.submit': 'Save and continue',
  'login.show': 'Show password',
  'login.hide': 'Hide password',

  'dashboard.title': 'Dashboard',
  'dashboard.range': 'Range',
  'dashboard.days': { one: '{n} day', other: '{n} days' },
  'dashboard.byDay': 'Day by day',
  'dashboard.period': '{from} – {to}',
  'dashboard.versus': 'vs {previous}',
  'dashboard.wholeDays': 'whole days',
  'dashboard.wholeDays.why':
    'Today is not over, so the change compares whole days. The earlier range had {previous}.',
  'dashboard.noCompare': 'no earlier figure',
  'dashboard.define': 'What is “{name}”?',
  'dashboard.metrics': 'Key figures',
  'dashboard.sales': 'Revenue and orders',
  'dashboard.forecast': 'Demand ahead, all products',
  'dashboard.forecast.none':
    'The first forecast is not made yet. It follows soon after data comes in.',
  'dashboard.lowStock': 'Low stock',
  'dashboard.lowStock.none': 'Nothing runs low. Every product has stock for its lead time.',
  'dashboard.top': 'Top products',
  'dashboard.top.none': 'Nothing was sold in this range.',
  'dashboard.notes': 'What these figures assume',
  'dashboard.allProducts': 'All products',

  'change.up': 'up {change}',
  'change.down': 'down {change}',
  'change.same': 'unchanged',

  'col.product': 'Product',
  'col.sku': 'SKU',
  'col.category': 'Category',
  'col.price': 'Price',
  'col.cost': 'Cost',
  'col.status': 'Status',
  'col.created': 'Added',
  'col.location': 'Location',
  'col.available': 'Available',
  'col.onOrder': 'On order',
  'col.onHand': 'On hand',
  'col.reserved': '{n} reserved',
  'col.counted': 'Counted {day}',
  'col.cover': 'Days of cover',
  'col.stockOut': 'Runs out',
  'col.proposal': 'Order now',
  'col.revenue': 'Revenue',
  'col.orders': 'Orders',
  'col.units': 'Units',
  'col.change': 'Change',
  'col.day': 'Day',
  'col.mean': 'Expected',
  'col.sold': 'Sold',
  'col.range80': '80% range',
  'col.range50': '50% range',

  'chart.showTable': 'Show as table',
  'chart.hideTable': 'Hide table',
  'chart.read': '{title}: arrow keys read out one point after another',
  'chart.noSale': 'Empty shelf',
  'chart.soFar': 'Today so far',

  'products.title': 'Products',
  'products.search': 'Search',
  'products.search.hint': 'Name, SKU or barcode',
  'products.category': 'Category',
  'products.status': 'Status',
  'products.sort': 'Sort by',
  'products.sort.name': 'Name',
  'products.sort.newest': 'Newest first',
  'products.all': 'All',
  'products.active': 'Active',
  'products.archived': 'Archived',
  'products.none': 'No product matches',
  'products.none.text': 'Try fewer letters, or clear the filters.',
  'products.clear': 'Clear filters',
  'products.next': 'Next',
  'products.first': 'First page',

  'product.back': 'Products',
  'product.missing': 'This product does not exist (any more).',
  'product.noId': 'The address names no product.',
  'product.facts': 'At a glance',
  'product.barcode': 'Barcode',
  'product.margin': 'Margin',
  'product.unknown': 'not known',
  'product.never': 'Never counted',
  'product.stock': 'Stock',
  'product.stock.none': 'No stock has been recorded for this product.',
  'product.sales': 'Sales history',
  'product.sales.none': 'This product has not been sold yet.',
  'product.price': 'Shelf price',
  'product.price.none': 'The price has not changed.',
  'product.variants': 'Variants of {name}',
  'product.variants.text':
    'Together {sold} sold in the days shown, and {expected} expected in the next {n}.',
  'product.expected': 'Expected',
  'product.range': 'Days shown',

  'forecast.title': 'Forecast',
  'forecast.horizon': 'Days ahead',
  'forecast.none': 'There is no forecast yet. It needs a first sale, and follows soon after it.',
  'forecast.total': 'Expected in {n} days',
  'forecast.madeAt': '{model}, made {time}',
  'forecast.history': 'Sold',
  'forecast.expected': 'Expected',
  'forecast.drivers': 'What drives it',
  'forecast.level': 'Usual day',
  'forecast.level.value': '{n} units',
  'forecast.trend': 'Trend',
  'forecast.trend.value': '{n} units a day',
  'forecast.season': 'Season now',
  'forecast.weekday': 'Weekdays against the average day',
  'forecast.quality': 'How good it was',
  'forecast.wape': 'Typical error (WAPE)',
  'forecast.bias': 'Bias',
  'forecast.coverage': '80% range held',
  'forecast.quality.none': 'Too little history to measure yet.',

  'proposal.title': 'Order proposal',
  'proposal.none': 'Nothing needs to be ordered now.',
  'proposal.order': 'Order {units} for {location}',
  'proposal.enough': 'Nothing to order for {location}',
  'proposal.by': 'by {day}',
  'proposal.today': 'order today',
  'proposal.from': 'from {supplier}',
  'proposal.cost': 'about {cost}',
  'proposal.why': 'The figures behind it',
  'proposal.assumptions': 'It rests on these assumptions',
  'proposal.units': { one: '{n} unit', other: '{n} units' },
  'proposal.input.available': 'Available now',
  'proposal.input.on_order': 'Already on order',
  'proposal.input.lead_time_days': 'Lead time (days)',
  'proposal.input.review_days': 'Time between orders (days)',
  'proposal.input.demand_mean': 'Expected demand until then',
  'proposal.input.service_level': 'Wanted certainty',
  'proposal.input.demand_quantile': 'Demand at that certainty',
  'proposal.input.safety_stock': 'Safety stock',
  'proposal.input.reorder_point': 'Reorder point',
  'proposal.input.target': 'Stock to reach',

  'gallery.title': 'Design system',
  'gallery.text': 'Every component and token that pages are made of, in the states they can take.',
} as const;

export interface Plural {
  readonly one: string;
  readonly two?: string;
  readonly other: string;
}

export type Message = string | Plural;
export type MessageKey = keyof typeof en;
export type Catalogue = Readonly<Record<MessageKey, Message>>;

/** Words that the server speaks (metric labels, notes), by their code; English comes from it. */
export type ServerWords = Readonly<Record<string, string>>;
