"""What happens behind the API: after events, as jobs, and all the time."""

from collections.abc import Callable, Coroutine
from typing import Any

from omnix.declared import EVENTS, FACTS, MODELS
from omnix.domains.alerts import handlers as alerts_handlers
from omnix.domains.auth import audit, mailed
from omnix.domains.auth import erasing as auth_erasing
from omnix.domains.customers import handlers as customers_handlers
from omnix.domains.customers import quality as customers_quality
from omnix.domains.customers.migrations import MIGRATIONS
from omnix.domains.dashboard import handlers as dashboard_handlers
from omnix.domains.experiments import handlers as experiments_handlers
from omnix.domains.forecasting import handlers as forecasting_handlers
from omnix.domains.inventory import handlers as inventory_handlers
from omnix.domains.inventory import quality as inventory_quality
from omnix.domains.inventory.replenishment import handlers as replenishment_handlers
from omnix.domains.ml import handlers as ml_handlers
from omnix.domains.orders import handlers as orders_handlers
from omnix.domains.orders import quality as orders_quality
from omnix.domains.products import handlers as products_handlers
from omnix.domains.products import quality as products_quality
from omnix.domains.recommendations import handlers as recommendations_handlers
from omnix.domains.streaming import handlers as streaming_handlers
from omnix.domains.system.health import beat_forever
from omnix.domains.system.lag import telling
from omnix.domains.system.quality import Survey, checking
from omnix.platform.consume import Consumer
from omnix.platform.jobs import JobHandler
from omnix.platform.migrations import migrating
from omnix.platform.redrive import redriving
from omnix.platform.upkeep import RESENDING, compacting, trimming
from omnix.ports import Ports
from omnix.transfer import jobs as transfer_jobs
from omnix.transfer.demo import load as demo
from omnix.transfer.privacy import erase

CONSUMERS: tuple[Consumer, ...] = (
    *products_handlers.CONSUMERS,
    *orders_handlers.CONSUMERS,
    *replenishment_handlers.CONSUMERS,
    *dashboard_handlers.CONSUMERS,
    *experiments_handlers.CONSUMERS,
    *streaming_handlers.CONSUMERS,
    *recommendations_handlers.CONSUMERS,
    *alerts_handlers.CONSUMERS,
    audit.recording(EVENTS),
)
SURVEYS: tuple[Survey, ...] = (
    products_quality.SURVEY,
    inventory_quality.SURVEY,
    orders_quality.SURVEY,
    customers_quality.SURVEY,
)
"""What is looked for in the data."""

JOBS: tuple[JobHandler, ...] = (
    compacting(FACTS),
    trimming(CONSUMERS),
    RESENDING,
    redriving(CONSUMERS),
    checking(SURVEYS),
    migrating(MIGRATIONS),
    ml_handlers.retraining(MODELS),
    *mailed.JOBS,
    *auth_erasing.JOBS,
    *inventory_handlers.JOBS,
    *orders_handlers.JOBS,
    *forecasting_handlers.JOBS,
    *customers_handlers.JOBS,
    *recommendations_handlers.JOBS,
    *dashboard_handlers.JOBS,
    *experiments_handlers.JOBS,
    *streaming_handlers.JOBS,
    *alerts_handlers.JOBS,
    *demo.JOBS,
    *transfer_jobs.JOBS,
    *erase.JOBS,
)
ALWAYS: tuple[Callable[[Ports], Coroutine[Any, Any, None]], ...] = (
    beat_forever,
    telling(CONSUMERS),
)
"""What a worker does all the time, each a coroutine that never returns."""
