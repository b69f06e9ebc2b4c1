"""Tier-1 forecasting: whole catalogues at once, with quantiles from rolling origins."""

from omnix.engine.forecast.backtest import Backtest, Scores, backtest
from omnix.engine.forecast.engine import DEFAULT_LEVELS, forecast
from omnix.engine.forecast.native import implementation
from omnix.engine.forecast.panel import Note, Panel
from omnix.engine.forecast.result import Components, Forecast
from omnix.engine.forecast.seasonal import forecast_seasonal

__all__ = [
    "DEFAULT_LEVELS",
    "Backtest",
    "Components",
    "Forecast",
    "Note",
    "Panel",
    "Scores",
    "backtest",
    "forecast",
    "forecast_seasonal",
    "implementation",
]
