"""Data quality: what is wrong or missing in the shop's data, looked for now and then.

Domains declare what they look for; this keeps what was found last and shows it.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

import msgspec

from omnix.kit.paging import Page
from omnix.kit.time import instant
from omnix.platform.jobs import JobContext, JobHandler
from omnix.ports import Delete, Operation, Ports, Put

from .declare import QUALITY, QUALITY_CHECK

Severity = Literal["error", "warning", "info"]
State = Literal["found", "clean"]
MOST_EXAMPLES = 20
_RANKS: Mapping[str, int] = {"error": 0, "warning": 1, "info": 2}
_MOST = 10**12


class Example(msgspec.Struct, frozen=True):
    """One case: what it is about, in words, and the page of the web where it is mended."""

    id: str
    text: str
    link: str | None = None


class QualityReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a check found last. ``since`` is when it was first found of what is found now."""

    check: str
    title: str
    severity: Severity
    state: State
    count: int
    advice: str
    examples: list[Example]
    checked_at: str
    since: str | None


@dataclass(frozen=True)
class QualityCheck:
    """Something to look for. ``error``: figures or orders are wrong because of it; ``warning``:
    they are incomplete; ``info``: worth a look. ``advice`` says what to do.
    """

    name: str
    title: str
    severity: Severity
    advice: str


class Notes:
    """What was found so far: all are counted, the first few are kept as examples."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.examples: dict[str, list[Example]] = {}

    def add(
        self, check: QualityCheck, id: str, text: str, link: str | None = None, count: int = 1
    ) -> None:
        """One case, or one that stands for ``count`` of them."""
        self.counts[check.name] = self.counts.get(check.name, 0) + count
        kept = self.examples.setdefault(check.name, [])
        if len(kept) < MOST_EXAMPLES:
            kept.append(Example(id, text, link))


@dataclass(frozen=True)
class Survey:
    """``checks`` that are made together, in one look at the same data."""

    checks: tuple[QualityCheck, ...]
    look: Callable[[Ports, Notes], Awaitable[None]]


def page_of(kind: str, id: str) -> str:
    """Where the web shows a product, a customer or an order."""
    return f"/{kind}/?id={quote(id, safe='')}"


def checking(surveys: Sequence[Survey]) -> JobHandler:
    """The job that makes all checks of ``surveys``."""

    async def run(context: JobContext, payload: Mapping[str, Any]) -> dict[str, Any]:
        notes = Notes()
        for number, survey in enumerate(surveys):
            await context.progress(number, len(surveys), survey.checks[0].title)
            await survey.look(context.ports, notes)
        checks = [check for survey in surveys for check in survey.checks]
        await _keep(context.ports, checks, notes)
        return {"checks": len(checks), "found": sum(bool(notes.counts.get(c.name)) for c in checks)}

    return JobHandler(QUALITY_CHECK, run)


async def _keep(ports: Ports, checks: Iterable[QualityCheck], notes: Notes) -> None:
    now = instant(ports.clock.now())
    before: dict[str, Any] = {}
    cursor = None
    while True:
        page = await ports.records.query(
            QUALITY, "all", index="listing-index", limit=200, cursor=cursor
        )
        before.update((item["check"], item) for item in page.items)
        cursor = page.next_cursor
        if cursor is None:
            break
    operations: list[Operation] = []
    for check in checks:
        known = before.pop(check.name, None)
        operations.append(Put(QUALITY, _item(check, notes, now, known)))
    operations += [Delete(QUALITY, name) for name in before]
    for start in range(0, len(operations), 50):
        await ports.records.write(operations[start : start + 50])


def _item(
    check: QualityCheck, notes: Notes, now: str, before: Mapping[str, Any] | None
) -> dict[str, Any]:
    count = notes.counts.get(check.name, 0)
    since = None if before is None else before["since"]
    report = QualityReport(
        check=check.name,
        title=check.title,
        severity=check.severity,
        state="found" if count else "clean",
        count=count,
        advice=check.advice,
        examples=notes.examples.get(check.name, []),
        checked_at=now,
        since=(since or now) if count else None,
    )
    rank = f"{report.state == 'clean':d}{_RANKS[check.severity]}{_MOST - count:013d}"
    return {**msgspec.to_builtins(report), "listing": "all", "rank": f"{rank}#{check.name}"}


async def listing(
    ports: Ports, severity: Severity | None, state: State | None, limit: int, cursor: str | None
) -> Page[QualityReport]:
    """What was found first, then by severity and number."""
    index = "listing-index" if severity is None else "severity-index"
    prefix = None if state is None else f"{state == 'clean':d}"
    page = await ports.records.query(
        QUALITY, severity or "all", index=index, prefix=prefix, limit=limit, cursor=cursor
    )
    return Page([msgspec.convert(item, QualityReport) for item in page.items], page.next_cursor)
