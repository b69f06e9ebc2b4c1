"""Echoes of earlier years: heard where they told the future, silent where they did not."""

import numpy as np

from omnix.engine.forecast import forecast_seasonal
from omnix.engine.forecast.echo import WEEKS, echo


def test_a_yearly_shape_is_repeated() -> None:
    week = np.arange(52 * 5 + 20)
    rng = np.random.default_rng(1)
    shape = np.exp(0.4 * np.sin(2 * np.pi * week / 52) ** 3)
    x = 100.0 * shape * np.exp(rng.normal(0, 0.02, len(week)))
    made = echo(x[:-13], 13, 52)
    last = np.full(13, x[-14])
    assert np.abs(made - x[-13:]).mean() < 0.3 * np.abs(last - x[-13:]).mean()
    median = forecast_seasonal([x[:-13]], 13, season=52)[0]
    assert np.abs(median - x[-13:]).mean() < 0.4 * np.abs(last - x[-13:]).mean()


def test_of_a_random_walk_little_is_heard() -> None:
    rng = np.random.default_rng(2)
    moved, alone = [], []
    for _ in range(60):
        walk = 100.0 * np.exp(np.cumsum(rng.normal(0, 0.03, 52 * 6)))
        made = echo(walk, 13, 52)
        moved.append(np.abs(np.log(made / walk[-1])).max())
        alone.append(np.abs(np.log(walk[-52:-39] / walk[-53])).max())
    assert np.mean(moved) < 0.35 * np.mean(alone)


def test_each_series_is_forecast_as_its_own_past_would_have_it() -> None:
    rng = np.random.default_rng(5)
    week = np.arange(52 * 6)
    shape = np.exp(0.4 * np.sin(2 * np.pi * week / (365.25 / 7)) ** 3)
    yearly = [100.0 * shape * np.exp(rng.normal(0, 0.03, len(week))) for _ in range(12)]
    walks = [100.0 * np.exp(np.cumsum(rng.normal(0, 0.03, len(week)))) for _ in range(12)]
    made = forecast_seasonal([x[:-13] for x in yearly + walks], 13, season=52)
    echoed = [echo(x[:-13], 13, WEEKS) for x in yearly + walks]

    def missed(forecasts: np.ndarray | list[np.ndarray], rows: slice) -> float:
        both = list(zip(forecasts, yearly + walks, strict=True))[rows]
        return float(np.mean([np.abs(f - x[-13:]).mean() / x[-14] for f, x in both]))

    assert missed(made, slice(12)) < 1.1 * missed(echoed, slice(12))
    repeated = [np.full(13, x[-14]) for x in yearly + walks]
    assert missed(made, slice(12)) < 0.5 * missed(repeated, slice(12))
    assert missed(made, slice(12, 24)) < 1.1 * missed(repeated, slice(12, 24))


def test_without_an_earlier_year_the_last_value_stands() -> None:
    x = np.linspace(5.0, 9.0, 52)
    assert np.array_equal(echo(x, 4, 52), np.full(4, 9.0))
    assert np.isfinite(echo(np.array([3.0]), 4, 52)).all()
    assert np.isfinite(forecast_seasonal([np.array([3.0, 0.0, 4.0])], 4, season=52)).all()


def test_a_feast_stays_on_its_day_of_the_year() -> None:
    """A rush before the 25th of December: counted in 52 weeks, years come a day or two late."""
    day = 7.0 * np.arange(52 * 24)
    before = (359 - day % 365.25) % 365.25
    x = 100.0 * np.where(before < 14, 2.0, 1.0)
    begun = np.flatnonzero(np.diff((before < 14).astype(int)) == 1) - 3

    def missed(season: float) -> float:
        return float(np.mean([
            np.abs(echo(x[:at], 8, season) / x[at : at + 8] - 1.0).mean() for at in begun[7:]
        ]))  # fmt: skip

    assert missed(WEEKS) < 0.8 * missed(52)
