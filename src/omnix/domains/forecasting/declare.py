"""What the forecasting domain declares."""

from omnix.kit.declare import (
    EDITORS,
    READERS,
    Collection,
    Domain,
    Guard,
    Index,
    JobType,
    Model,
    Permission,
    Schedule,
)

FORECASTS = Collection(
    "forecasts",
    table="forecasts",
    key=("product_id", "forecast_date"),
    indexes=(Index("forecast-date-index", "forecast_date", "product_id"),),
    ttl="expires",
)
"""``forecast_date`` is the first day forecast; ``product_id`` ``_total`` is the whole shop."""

FORECAST_RUNS = Collection("forecast_runs", table="forecasts", key=("product_id", "forecast_date"))
"""The latest run and its accuracy, under ``product_id`` ``_runs``."""

BACKTESTS = Collection(
    "backtests",
    table="models",
    key=("id",),
    indexes=(Index("listing-index", "listing", "made_at"),),
    ttl="expires",
)
"""The id is that of the job that made it; ``listing`` is ``all``."""

BACKTEST_GROUPS = Collection(
    "backtest_groups", table="models", key=("backtest_id", "entry"), ttl="expires"
)
"""A backtest's figures by group; ``entry`` is ``kind:name``."""

OVERRIDES = Collection(
    "forecast_overrides",
    table="forecasts",
    key=("id",),
    indexes=(
        Index("listing-index", "listing", "created_at"),
        Index("product-index", "product_id", "created_at"),
        Index("open-index", "open", "created_at"),
    ),
)
"""``listing`` is ``all``; ``open`` is the product while one is neither withdrawn nor measured."""

PROMOTIONS = Collection(
    "promotions",
    table="forecasts",
    key=("id",),
    indexes=(Index("listing-index", "listing", "last_day"),),
)
"""Planned price cuts; ``listing`` is ``all``."""

LOST_SALES = Collection(
    "lost_sales",
    table="forecasts",
    key=("range", "product_id"),
    indexes=(Index("rank-index", "range", "rank"),),
)
"""What each product lost for want of stock over the last ``range`` days; rank 1 lost most money."""

LOST_DAYS = Collection("lost_days", table="forecasts", key=("key",))
"""What the shop lost on each of the last two years' days, under ``shop``."""

FORECAST_ALL = JobType("forecast.all", "Forecast every product", timeout=600)

BACKTEST = JobType("forecast.backtest", "Forecast from earlier days and score it", timeout=600)

FORECAST_CONTEST = JobType(
    "forecast.contest", "Try the foundation model against what answers", timeout=600
)

FORECAST_MODEL = Model(
    "forecast",
    "Demand of each product by day",
    kind="forecast",
    job=FORECAST_ALL,
    metric="wql",
    margin=0.01,
    guards=(Guard("bias", target=0.0, slack=0.02), Guard("coverage_80", target=0.8, slack=0.03)),
)
"""Judged by the loss of its whole distribution, which is what orders are made from; WAPE alone
would be won by forecasting too little."""

DOMAIN = Domain(
    name="forecasting",
    title="Forecasts",
    collections=(
        FORECASTS,
        FORECAST_RUNS,
        BACKTESTS,
        BACKTEST_GROUPS,
        OVERRIDES,
        PROMOTIONS,
        LOST_SALES,
        LOST_DAYS,
    ),
    jobs=(FORECAST_ALL, BACKTEST, FORECAST_CONTEST),
    schedules=(
        Schedule("forecast-nightly", job="forecast.all", at="03:00"),
        Schedule("forecast-backtest", job=BACKTEST.name, every=7 * 86_400),
    ),
    models=(FORECAST_MODEL,),
    events={
        "forecast.made": "Every product was forecast anew.",
        "forecast.overridden": "Somebody changed a product's forecast, or took the change back.",
        "promotion.changed": "A promotion was put on record, changed, or taken back.",
    },
    permissions=(
        Permission("forecasts:read", "See forecasts", READERS),
        Permission("forecasts:write", "Ask for forecasts", EDITORS | {"analyst"}),
    ),
)
