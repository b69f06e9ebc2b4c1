"""Tier-1 forecasting: whole catalogues at once, with quantiles from rolling origins."""

from omnix.engine.forecast.engine import DEFAULT_LEVELS, forecast
from omnix.engine.forecast.native import implementation
from omnix.engine.forecast.panel import Note, Panel
from omnix.engine.forecast.result import Components, Forecast

__all__ = [
    "DEFAULT_LEVELS",
    "Components",
    "Forecast",
    "Note",
    "Panel",
    "forecast",
    "implementation",
]
