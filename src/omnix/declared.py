"""Everything the domains declare, in one place. Imports no numerics and no adapter."""

from omnix.domains.alerts.declare import DOMAIN as ALERTS
from omnix.domains.analyst.declare import DOMAIN as ANALYST
from omnix.domains.auth.declare import DOMAIN as AUTH
from omnix.domains.customers.declare import DOMAIN as CUSTOMERS
from omnix.domains.dashboard.declare import DOMAIN as DASHBOARD
from omnix.domains.experiments.declare import DOMAIN as EXPERIMENTS
from omnix.domains.forecasting.declare import DOMAIN as FORECASTING
from omnix.domains.inventory.declare import DOMAIN as INVENTORY
from omnix.domains.ml.declare import DOMAIN as ML
from omnix.domains.orders.declare import DOMAIN as ORDERS
from omnix.domains.products.declare import DOMAIN as PRODUCTS
from omnix.domains.realtime.declare import DOMAIN as REALTIME
from omnix.domains.recommendations.declare import DOMAIN as RECOMMENDATIONS
from omnix.domains.streaming.declare import DOMAIN as STREAMING
from omnix.domains.system.declare import DOMAIN as SYSTEM
from omnix.kit.declare import ROLES, Collection, Domain, Fact, Model, Permission, Schedule
from omnix.transfer.declare import DOMAIN as TRANSFER

DECLARED: tuple[Domain, ...] = (
    AUTH,
    SYSTEM,
    ML,
    EXPERIMENTS,
    PRODUCTS,
    FORECASTING,
    INVENTORY,
    ORDERS,
    CUSTOMERS,
    RECOMMENDATIONS,
    STREAMING,
    ALERTS,
    REALTIME,
    DASHBOARD,
    ANALYST,
    TRANSFER,
)
"""From the ground up: a domain may call those before it."""

COLLECTIONS: tuple[Collection, ...] = tuple(c for d in DECLARED for c in d.collections)
FACTS: tuple[Fact, ...] = tuple(f for d in DECLARED for f in d.facts)
PERMISSIONS: tuple[Permission, ...] = tuple(p for d in DECLARED for p in d.permissions)
EVENTS: dict[str, str] = {name: title for d in DECLARED for name, title in d.events.items()}
SCHEDULES: tuple[Schedule, ...] = tuple(s for d in DECLARED for s in d.schedules)
MODELS: tuple[Model, ...] = tuple(m for d in DECLARED for m in d.models)
ROLE_PERMISSIONS: dict[str, frozenset[str]] = {
    role: frozenset(p.name for p in PERMISSIONS if role in p.roles) for role in ROLES
}
