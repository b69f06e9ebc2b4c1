"""Advice for managers: what is at stake, and what a decision does to it."""

from pathlib import Path

import pytest

from domains.simulated import ACTOR, advance, job, opened
from omnix.domains.forecasting import service as forecasting
from omnix.domains.recommendations import decide, make
from omnix.domains.recommendations.declare import ACTIONS
from omnix.kit.errors import Conflict, Forbidden, NotFound
from omnix.platform.access import Actor

pytestmark = pytest.mark.anyio


async def test_managers_are_advised_with_the_money_at_stake(shop_data: Path) -> None:
    manager = Actor("usr", "manager", frozenset({"recommendations:write"}))
    async with opened(shop_data) as ports:
        await forecasting.forecast_all(job(ports), {})
        await make.make_all(job(ports), {})
        page = await decide.actions(ports, None, "open", 50, None)
        assert page.items
        walked, cursor = [], None
        for _ in range(50):
            part = await decide.actions(ports, None, "open", 2, cursor)
            walked += part.items
            cursor = part.next_cursor
            if cursor is None:
                break
        assert walked == list(page.items)
        stakes = [one.at_stake_minor for one in page.items]
        assert stakes == sorted(stakes, reverse=True)
        much = next(one for one in page.items if one.kind in ("promote", "discontinue"))
        held = much.evidence["on_hand"] - (
            much.evidence["expected_90_days"] if much.kind == "promote" else 0
        )
        worth = held * much.evidence["unit_value_minor"]
        assert much.at_stake_minor == pytest.approx(
            worth, abs=0.06 * much.evidence["unit_value_minor"]
        )
        told = await decide.decide(ports, manager, much.id, None, "dismissed")
        assert told.verdict == "dismissed"
        with pytest.raises(Conflict):
            await decide.decide(ports, manager, much.id, None, "accepted")
        with pytest.raises(Forbidden):
            await decide.decide(ports, ACTOR, page.items[0].id, None, "accepted")
        advance(ports, days=2)
        await make.make_all(job(ports), {})
        assert much.id not in [
            o.id for o in (await decide.actions(ports, None, "open", 50, None)).items
        ]
        kept = await ports.records.get(ACTIONS, much.id)
        assert kept is not None
        assert kept["status"] == "dismissed"
        only = await decide.actions(ports, much.kind, "dismissed", 50, None)
        assert [one.id for one in only.items] == [much.id]
        least = await decide.actions(ports, much.kind, "open", 50, None, most_first=False)
        most = await decide.actions(ports, much.kind, "open", 50, None)
        assert list(least.items) == list(most.items)[::-1]
        with pytest.raises(Forbidden):
            await decide.reopen(ports, ACTOR, much.id)
        with pytest.raises(NotFound):
            await decide.reopen(ports, manager, "nothing")
        again = await decide.reopen(ports, manager, much.id)
        assert (again.status, again.decided_by, again.decided_at) == ("open", None, None)
        assert await decide.reopen(ports, manager, much.id) == again
        assert much.id in [
            o.id for o in (await decide.actions(ports, None, "open", 50, None)).items
        ]
        assert not (await decide.actions(ports, None, "dismissed", 50, None)).items
        told = await decide.decide(ports, manager, much.id, None, "accepted")
        assert told.verdict == "accepted"
