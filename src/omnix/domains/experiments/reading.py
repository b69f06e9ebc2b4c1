"""From the lake to the figures that tests read."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np

from omnix.domains.system.settings import shop
from omnix.engine.experiments.estimate import Arms, Estimate, Kind, estimates
from omnix.engine.experiments.interleave import Preference, preference
from omnix.engine.experiments.profit import profit
from omnix.engine.experiments.quantile import quantile
from omnix.engine.experiments.sums import Sums
from omnix.kit.time import day_of, parse_instant
from omnix.platform import queries
from omnix.ports import Ports

from .metrics import BY_NAME, Definition, MetricUnit
from .model import Experiment, Metric

SQL = queries.load(__package__)


@dataclass(frozen=True)
class Figures:
    """A metric with its sums by arm, or the estimates where no sums make them."""

    metric: Metric
    definition: Definition
    sums: list[Sums] = field(default_factory=list)
    quantiles: list[Estimate | None] = field(default_factory=list)
    preference: Preference | None = None

    @property
    def kind(self) -> Kind:
        """What the sums are of."""
        kind = self.definition.kind
        return kind if kind in ("proportion", "mean", "ratio") else "mean"

    @property
    def better(self) -> str:
        """Which direction is wanted."""
        return self.definition.better

    def estimates(self, *, cuped: bool) -> Arms | None:
        """Of all arms; None while one of them has no value."""
        if self.definition.kind == "quantile":
            found = tuple(each for each in self.quantiles if each is not None)
            return Arms(found) if self.quantiles and len(found) == len(self.quantiles) else None
        return estimates(self.sums, self.kind, cuped=cuped) if self.sums else None


@dataclass(frozen=True)
class Counts:
    """Units by arm of those shown one variant alone, and units that were shown several."""

    arms: list[int]
    crossed: int


def definition(metric: Metric) -> Definition:
    """The catalogue's, or one made of what the experiment says of its own outcome."""
    own = metric.outcome
    if own is None:
        return BY_NAME[metric.name]
    unit: MetricUnit = "share" if own.kind == "proportion" else "none"
    label = metric.name.replace("_", " ").capitalize()
    text = f"Reported by the caller as outcome {metric.name}."
    return Definition(metric.name, label, own.kind, unit, own.better, text, own.level)


class Reader:
    """Reads one experiment's facts up to a moment."""

    def __init__(self, ports: Ports, experiment: Experiment, until: datetime, zone: str) -> None:
        assert experiment.started_at is not None
        started = parse_instant(experiment.started_at)
        self._ports, self._experiment = ports, experiment
        self._keys = [variant.key for variant in experiment.variants]
        self._last_day = day_of(until, zone)
        self._until = until.astimezone(UTC).replace(tzinfo=None)
        self._started = started.astimezone(UTC).replace(tzinfo=None)
        self._common = {
            "experiment": experiment.id,
            "month": f"{day_of(started, zone):%Y-%m}",
        }

    @classmethod
    async def of(cls, ports: Ports, experiment: Experiment) -> "Reader":
        """Up to the experiment's end, or to now while it runs."""
        now = ports.clock.now()
        until = now if experiment.stopped_at is None else parse_instant(experiment.stopped_at)
        return cls(ports, experiment, until, (await shop(ports)).time_zone)

    async def counts(self) -> Counts:
        """How many units were shown what."""
        rows = await self._ports.lake.rows(SQL["arms"], **self._common)
        alone = {row["variant"]: row["units"] for row in rows if row["variant"] == row["other"]}
        arms = [alone.get(key, 0) for key in self._keys]
        return Counts(arms, sum(row["units"] for row in rows) - sum(alone.values()))

    async def figures(self, counts: Counts) -> list[Figures]:
        """All metrics of the experiment, in its order."""
        sold = await self._sales()
        return [await self._figures(metric, sold, counts) for metric in self._experiment.metrics]

    async def of_customers(self, metric: str) -> dict[str, Any]:
        """For each customer the variant, the value of ``metric`` and what was known before."""
        return await self._ports.lake.arrays(
            SQL["customers_known_before"],
            **self._common, metric=metric, started=self._started, until=self._until,
        )  # fmt: skip

    async def _figures(
        self, metric: Metric, sold: dict[tuple[str, str], Sums], counts: Counts
    ) -> Figures:
        known = definition(metric)
        if metric.outcome is not None:
            return await self._outcomes(metric, known)
        if known.kind == "quantile":
            columns = await self._ports.lake.arrays(
                SQL["order_values"],
                **self._common, unit=self._experiment.unit, until=self._until,
            )  # fmt: skip
            return Figures(metric, known, quantiles=self._quantiles(columns, known.level))
        if known.name == "profit_per_unit":
            return Figures(metric, known, sums=await self._profit())
        empty = [Sums.mean(n, 0, 0) for n in counts.arms]
        sums = [
            sold.get((metric.name, key), none) for key, none in zip(self._keys, empty, strict=True)
        ]
        return Figures(metric, known, sums=sums)

    async def _sales(self) -> dict[tuple[str, str], Sums]:
        wanted = [metric.name for metric in self._experiment.metrics if metric.outcome is None]
        if not wanted:
            return {}
        rows = await self._ports.lake.rows(
            SQL["sales_sums"],
            **self._common,
            unit=self._experiment.unit,
            metrics=wanted,
            started=self._started,
            until=self._until,
            past=self._experiment.cuped_days,
        )
        names = ("n", "m", "mm", "d", "dd", "md", "c", "cc", "mc", "dc")
        return {
            (row["metric"], row["variant"]): Sums(**{name: int(row[name]) for name in names})
            for row in rows
        }

    async def _profit(self) -> list[Sums]:
        columns = await self._ports.lake.arrays(
            SQL["profit_parts"],
            **self._common,
            unit=self._experiment.unit,
            until=self._until,
            last_day=self._last_day,
        )
        made = profit(
            columns["revenue"], columns["cost"], columns["value_days"],
            self._experiment.holding_rate,
        )  # fmt: skip
        return [Sums.of(made[columns["variant"] == key]) for key in self._keys]

    async def _outcomes(self, metric: Metric, known: Definition) -> Figures:
        asked: dict[str, Any] = {**self._common, "metric": metric.name, "until": self._until}
        if known.kind == "preference":
            rows = await self._ports.lake.rows(SQL["preferences"], **asked)
            votes = {row["preferred"]: row["units"] for row in rows}
            a, b, ties = votes.get(-1, 0), votes.get(1, 0), votes.get(0, 0)
            told = preference(a, b, ties, self._experiment.alpha) if a + b + ties else None
            return Figures(metric, known, preference=told)
        columns = await self._ports.lake.arrays(SQL["outcome_values"], **asked)
        if known.kind == "quantile":
            told_only = ~np.isnan(columns["value"])
            columns = {name: column[told_only] for name, column in columns.items()}
            return Figures(metric, known, quantiles=self._quantiles(columns, known.level))
        arms = [columns["variant"] == key for key in self._keys]
        sums = [_unit_sums(known.kind, columns["unit_id"][a], columns["value"][a]) for a in arms]
        return Figures(metric, known, sums=sums)

    def _quantiles(self, columns: dict[str, Any], level: float) -> list[Estimate | None]:
        arms = [columns["variant"] == key for key in self._keys]
        return [quantile(columns["value"][arm], columns["unit_id"][arm], level) for arm in arms]


def _unit_sums(kind: str, units: Any, values: Any) -> Sums:
    """One row a unit from rows of reports, those without a report included."""
    if not len(units):
        return Sums.none()
    _, row = np.unique(np.asarray(units, dtype=str), return_inverse=True)
    told = ~np.isnan(values)
    sums = np.bincount(row, weights=np.where(told, values, 0.0))
    held = np.bincount(row, weights=told)
    if kind == "proportion":
        return Sums.of(np.bincount(row, weights=told & (np.nan_to_num(values) > 0)) > 0)
    return Sums.of(sums, held if kind == "ratio" else None)
