"""Tier-1 forecasting: whole catalogues at once, with quantiles from rolling origins."""

from omnix.engine.forecast.backtest import Backtest, Scores, backtest
from omnix.engine.forecast.double import forecast_double
from omnix.engine.forecast.driven import Drivers
from omnix.engine.forecast.engine import DEFAULT_LEVELS, forecast
from omnix.engine.forecast.features import UNKNOWN, Covariates
from omnix.engine.forecast.global_model import GlobalForecast, forecast_global
from omnix.engine.forecast.native import implementation
from omnix.engine.forecast.panel import Note, Panel
from omnix.engine.forecast.result import Components, Forecast
from omnix.engine.forecast.seasonal import forecast_seasonal
from omnix.engine.forecast.signals import Signals, event_days

__all__ = [
    "DEFAULT_LEVELS",
    "UNKNOWN",
    "Backtest",
    "Components",
    "Covariates",
    "Drivers",
    "Forecast",
    "GlobalForecast",
    "Note",
    "Panel",
    "Scores",
    "Signals",
    "backtest",
    "event_days",
    "forecast",
    "forecast_double",
    "forecast_global",
    "forecast_seasonal",
    "implementation",
]
