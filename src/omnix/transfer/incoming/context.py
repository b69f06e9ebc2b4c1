"""A running import: where it stands, what it has found, and how it tells."""

from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from omnix.kit.time import instant
from omnix.ports import Ports, Update
from omnix.transfer.declare import IMPORTS
from omnix.transfer.report import ImportReport, Progress

from .plan.planning import ImportPlan

if TYPE_CHECKING:
    from .orders.order_documents import Sorted


class Context:
    """What the steps of one import share."""

    def __init__(
        self,
        ports: Ports,
        plan: ImportPlan,
        folder: Path,
        stage: duckdb.DuckDBPyConnection,
        report: ImportReport,
        progress: Progress,
        checkpoint: dict[str, int],
        *,
        torn: bool,
    ) -> None:
        self.ports, self.plan, self.folder, self.stage = ports, plan, folder, stage
        self.report, self.progress = report, progress
        self.currency, self.time_zone = report.currency, report.time_zone
        self.torn = torn
        self.fresh = not checkpoint
        self.total = 8
        self._checkpoint = checkpoint
        self._steps = 0

    @property
    def id(self) -> str:
        return self.report.id

    def done(self, step: str) -> int:
        """How far this step came before."""
        return self._checkpoint.get(step, 0)

    async def step(self, name: str, position: int) -> None:
        """Write down that ``name`` came to ``position``."""
        self._steps += 1
        self._checkpoint[name] = max(position, self.done(name))
        await self.ports.records.write(
            [
                Update(
                    IMPORTS,
                    self.id,
                    set={
                        "checkpoint": dict(self._checkpoint),
                        "done": self._steps,
                        "total": max(self.total, self._steps),
                        "step": name,
                        "updated_at": instant(self.ports.clock.now()),
                    },
                )
            ]
        )
        self.progress(self._steps, max(self.total, self._steps), name)

    def tell(self, kind: str, created: int, changed: int, same: int, total: int) -> None:
        """Add to what the report says of one kind."""
        for counts, number in (
            (self.report.created, created),
            (self.report.changed, changed),
            (self.report.unchanged, same),
            (self.report.counts, total),
        ):
            counts[kind] = counts.get(kind, 0) + number

    def warn(self, text: str) -> None:
        """Add a warning; what is said very often is said a hundred times."""
        if len(self.report.warnings) < 100:
            self.report.warnings.append(text)

    def count_orders(self, found: "Sorted") -> None:
        missing, touched = len(found.missing), len(found.touched)
        self.tell("orders", missing, touched, found.same, missing + touched + found.same)
