"""Forecasting's jobs."""

from omnix.platform.jobs import JobHandler

from .declare import FORECAST_ALL
from .service import forecast_all

JOBS = (JobHandler(FORECAST_ALL, forecast_all),)
