"""Forecasting's jobs."""

from collections.abc import Mapping
from typing import Any

from omnix.platform.jobs import JobContext, JobHandler

from .declare import BACKTEST, FORECAST_ALL, FORECAST_CONTEST
from .service import forecast_all


async def _backtest(context: JobContext, payload: Mapping[str, Any]) -> dict[str, Any]:
    from .backtests.run import run

    return await run(context, payload)


async def _contest(context: JobContext, payload: Mapping[str, Any]) -> dict[str, Any]:
    from .foundation.contest import run

    return await run(context, payload)


JOBS = (
    JobHandler(FORECAST_ALL, forecast_all),
    JobHandler(BACKTEST, _backtest),
    JobHandler(FORECAST_CONTEST, _contest),
)
