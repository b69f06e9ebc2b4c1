"""Explanations that are kept: told without a look at the lake, and only while they hold."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from domains.simulated import SPEC, Counted, advance, opened, wrapped
from omnix.domains.dashboard import rollups
from omnix.domains.dashboard.changes.kept import explain_usual, explained
from omnix.domains.dashboard.changes.service import explain_change
from omnix.domains.dashboard.declare import DAY_TOTALS, EXPLANATIONS
from omnix.kit.errors import Invalid
from omnix.platform.jobs import JobContext
from omnix.ports import Ports, Put

pytestmark = pytest.mark.anyio
LAST = SPEC.last_day


class Heard:
    """A job's context that notes its progress."""

    def __init__(self, ports: Ports) -> None:
        self.ports, self.steps = ports, [""][:0]

    async def progress(self, done: int, total: int, step: str = "") -> None:
        self.steps.append(f"{done}/{total} {step}")


@pytest.fixture
async def shop(shop_data: Path) -> AsyncIterator[Ports]:
    async with opened(shop_data) as ports:
        days = [LAST - timedelta(days=n) for n in range(70)]
        await rollups.refresh_days(ports, days)
        yield ports


async def test_what_was_told_is_told_again_without_the_lake(shop: Ports) -> None:
    first = await explained(shop, days=7)
    lake = Counted(shop.lake)
    again = await explained(wrapped(shop, lake=lake), days=7)
    assert again == first == await explain_change(shop, days=7)
    assert lake.calls == []
    await explained(wrapped(shop, lake=lake), days=7, metric="units")
    assert lake.calls != []


@pytest.mark.parametrize("back", [1, 9])
async def test_a_sale_in_either_period_has_it_told_anew(shop: Ports, back: int) -> None:
    await explained(shop, days=7)
    row = await shop.records.get(
        DAY_TOTALS, (rollups.TOTAL, (LAST - timedelta(days=back)).isoformat())
    )
    assert row is not None
    await shop.records.write([Put(DAY_TOTALS, {**row, "revenue_minor": row["revenue_minor"] + 1})])
    lake = Counted(shop.lake)
    await explained(wrapped(shop, lake=lake), days=7)
    assert lake.calls != []


async def test_it_does_not_outlive_its_day(shop: Ports) -> None:
    span = {"first": LAST - timedelta(days=6), "last": LAST}
    await explained(shop, **span)
    advance(shop, days=1)
    lake = Counted(shop.lake)
    await explained(wrapped(shop, lake=lake), **span)
    assert lake.calls != []


async def test_the_night_tells_ahead_what_is_usually_asked(shop: Ports) -> None:
    heard = Heard(shop)
    done = await explain_usual(cast(JobContext, heard))
    assert len(heard.steps) == done["explanations"] == 7
    lake = Counted(shop.lake)
    ports = wrapped(shop, lake=lake)
    for days in (1, 7, 28):
        await explained(ports, days=days)
    await explained(ports, days=7, against="last_year")
    monday = LAST - timedelta(days=LAST.weekday() + 7 * (LAST.weekday() < 6))
    await explained(ports, first=monday, last=monday + timedelta(days=6))
    assert lake.calls == []


async def test_a_wrong_question_is_refused_and_days_without_totals_are_not_kept(
    shop: Ports,
) -> None:
    with pytest.raises(Invalid):
        await explained(shop, first=LAST, last=LAST - timedelta(days=1))
    long_ago = LAST - timedelta(days=2000)
    await explained(shop, first=long_ago, last=long_ago)
    kept = [item async for chunk in shop.records.scan(EXPLANATIONS) for item in chunk]
    assert kept == []
