"""What the forecasting domain declares."""

from omnix.kit.declare import (
    EDITORS,
    READERS,
    Collection,
    Domain,
    Index,
    JobType,
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

FORECAST_ALL = JobType("forecast.all", "Forecast every product", timeout=600)

DOMAIN = Domain(
    name="forecasting",
    title="Forecasts",
    collections=(FORECASTS, FORECAST_RUNS),
    jobs=(FORECAST_ALL,),
    schedules=(Schedule("forecast-nightly", job="forecast.all", at="03:00"),),
    events={"forecast.made": "Every product was forecast anew."},
    permissions=(
        Permission("forecasts:read", "See forecasts", READERS),
        Permission("forecasts:write", "Ask for forecasts", EDITORS | {"analyst"}),
    ),
)
