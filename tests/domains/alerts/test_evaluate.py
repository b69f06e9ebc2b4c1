"""One alert for a rule and a subject: it opens, goes on, ends, and comes back when it should."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest

from domains.simulated import job
from omnix.domains.alerts import desk, rules, ticking
from omnix.domains.alerts.declare import ALERTS, STANDING
from omnix.domains.alerts.erasing import forget_customer
from omnix.domains.alerts.evaluate import FLAP, MOST_STANDING, evaluate
from omnix.domains.alerts.kinds import KINDS, LIVE, STOCK
from omnix.domains.alerts.model import Alert, Face, Observation, rank
from omnix.domains.alerts.rules import BUILT_IN, RuleChange, checked
from omnix.domains.alerts.watch.people import subject
from omnix.kit.errors import Conflict, Invalid
from omnix.kit.time import instant
from omnix.ports import Put

from .shop import ANN, active, closed, later, shop, stock

pytestmark = pytest.mark.anyio


async def test_an_alert_carries_what_it_rests_on(tmp_path: Path) -> None:
    async with shop(tmp_path) as ports:
        await evaluate(ports, STOCK, [stock(available=3.0)])
        (alert,) = await active(ports)
        assert (alert.rule_id, alert.status, alert.severity) == ("low-stock", "open", "warning")
        assert alert.evidence.attributes == {"state": "low", "available": 3.0}
        assert alert.evidence.rule == "state is low"
        assert (alert.loss_minor, alert.currency, alert.basis) == (500, "EUR", "b")
        batch = await ports.bus.read("test", ["alert.opened"])
        assert [event.key for event in batch.events] == [alert.id]


async def test_found_again_it_stays_one(tmp_path: Path) -> None:
    async with shop(tmp_path) as ports:
        for loss in (500, 500, 900):
            await evaluate(ports, STOCK, [stock(loss=loss)])
        (alert,) = await active(ports)
        # Nobody is told of the same figures again; those that moved are brought up to date.
        assert (alert.loss_minor, alert.count, alert.text) == (900, 2, "low at 900")
        batch = await ports.bus.read("test", ["alert.refreshed"])
        assert [event.data["loss_minor"] for event in batch.events] == [900]


async def test_two_evaluations_at_once_open_one(tmp_path: Path) -> None:
    async with shop(tmp_path) as ports:
        seen = [stock(f"p{n}") for n in range(5)]
        done = await asyncio.gather(*(evaluate(ports, STOCK, seen) for _ in range(4)))
        assert sum(counts.opened for counts in done) == 5
        assert len(await active(ports)) == 5
        assert (await desk.tallies(ports, ["low-stock"]))["low-stock"].opened == 5


async def test_it_ends_with_its_condition_and_pauses_before_it_comes_back(tmp_path: Path) -> None:
    async with shop(tmp_path) as ports:
        await evaluate(ports, STOCK, [stock()])
        await evaluate(ports, STOCK, [stock(state="fine")])
        (gone,) = await closed(ports)
        assert gone.outcome is not None
        assert (gone.status, gone.ended_by, gone.outcome.ended) == (
            "resolved", "system", "condition-ended",
        )  # fmt: skip
        await evaluate(ports, STOCK, [stock()])
        assert not await active(ports)
        later(ports, seconds=FLAP.total_seconds())
        await evaluate(ports, STOCK, [stock()])
        assert len(await active(ports)) == 1


async def test_a_complete_look_ends_what_it_does_not_see(tmp_path: Path) -> None:
    async with shop(tmp_path) as ports:
        await evaluate(ports, STOCK, [stock("mug"), stock("tray")])
        await evaluate(ports, STOCK, [stock("mug")])
        assert len(await active(ports)) == 2
        await evaluate(ports, STOCK, [stock("mug")], complete=True)
        assert [alert.subject for alert in await active(ports)] == ["product:mug@shop"]


async def test_an_occurrence_stands_until_somebody_ends_it(tmp_path: Path) -> None:
    face = Face(loss_minor=100, basis="b", text="t")
    one = Observation(
        kind="live", subject="shop:revenue-1", name="r", source="/", faces={"live": face},
        attributes={"metric": "revenue", "direction": "low"},
    )  # fmt: skip
    async with shop(tmp_path) as ports:
        await evaluate(ports, LIVE, [one])
        await evaluate(ports, LIVE, [])
        assert len(await active(ports)) == 1


async def test_what_was_dismissed_is_not_told_again_before_it_ended(tmp_path: Path) -> None:
    async with shop(tmp_path) as ports:
        await evaluate(ports, STOCK, [stock()])
        (alert,) = await active(ports)
        await desk.dismiss(ports, ANN, alert.id, "we know")
        later(ports, days=20)
        await evaluate(ports, STOCK, [stock(loss=9000)])
        assert not await active(ports)
        await evaluate(ports, STOCK, [stock(state="fine")])
        await evaluate(ports, STOCK, [stock()])
        assert len(await active(ports)) == 1


async def test_what_was_resolved_and_is_not_mended_comes_back_after_the_pause(
    tmp_path: Path,
) -> None:
    async with shop(tmp_path) as ports:
        await evaluate(ports, STOCK, [stock()])
        (alert,) = await active(ports)
        done = await desk.resolve(ports, ANN, alert.id, "ordered")
        assert (done.status, done.ended_by, done.steps[-1].note) == (
            "resolved", ANN.id, "ordered",
        )  # fmt: skip
        assert await desk.resolve(ports, ANN, alert.id) == done
        later(ports, hours=23)
        await evaluate(ports, STOCK, [stock()])
        assert not await active(ports)
        later(ports, hours=2)
        await evaluate(ports, STOCK, [stock()])
        (another,) = await active(ports)
        assert another.id != alert.id
        with pytest.raises(Conflict):
            await desk.acknowledge(ports, ANN, alert.id)


async def test_what_came_of_it_is_measured_in_money(tmp_path: Path) -> None:
    async with shop(tmp_path) as ports:
        await evaluate(ports, STOCK, [stock(state="out", loss=10_000, rate=1_000)])
        (alert,) = await active(ports)
        await desk.acknowledge(ports, ANN, alert.id)
        later(ports, hours=36)
        await evaluate(ports, STOCK, [stock(state="fine", loss=0)])
        (gone,) = await closed(ports)
        assert gone.outcome is not None
        assert gone.outcome.minutes == 36 * 60
        assert gone.outcome.expected_minor == 10_000
        assert gone.outcome.realised_minor == 1_500  # a day and a half at 1,000 a day
        assert gone.outcome.avoided_minor == 8_500
        tally = (await desk.tallies(ports, ["stock-out"]))["stock-out"]
        assert (tally.opened, tally.ended, tally.avoided_minor) == (1, 1, 8_500)


async def test_what_nobody_saw_to_avoided_nothing(tmp_path: Path) -> None:
    async with shop(tmp_path) as ports:
        await evaluate(ports, STOCK, [stock(loss=700)])
        await evaluate(ports, STOCK, [stock(state="fine")])
        (gone,) = await closed(ports)
        assert gone.outcome is not None
        assert gone.outcome.avoided_minor == 0


async def test_lists_are_by_money(tmp_path: Path) -> None:
    async with shop(tmp_path) as ports:
        losses = [5, 900, 40, 100_000, 7]
        await evaluate(ports, STOCK, [stock(f"p{n}", loss=x) for n, x in enumerate(losses)])
        found = await active(ports)
        assert [alert.loss_minor for alert in found] == sorted(losses, reverse=True)
        assert [rank(alert) for alert in found] == sorted(map(rank, found), reverse=True)


async def test_a_rule_never_floods(tmp_path: Path) -> None:
    async with shop(tmp_path) as ports:
        many = [stock(f"p{n}", loss=n) for n in range(MOST_STANDING + 20)]
        counts = await evaluate(ports, STOCK, many)
        assert (counts.opened, counts.left_out) == (MOST_STANDING, 20)
        page = await ports.records.query(STANDING, "low-stock", limit=200)
        kept = {item["subject"] for item in page.items}
        assert not kept & {f"product:p{n}@shop" for n in range(20)}  # those of least money
        again = await evaluate(ports, STOCK, many)
        assert again.opened == 0


async def test_a_rule_s_least_loss_and_switch_count(tmp_path: Path) -> None:
    async with shop(tmp_path) as ports:
        await rules.change(ports, ANN, "low-stock", RuleChange(version=0, least_loss_minor=1000))
        await evaluate(ports, STOCK, [stock(loss=999)])
        assert not await active(ports)
        await evaluate(ports, STOCK, [stock(loss=1000)])
        assert len(await active(ports)) == 1
        await rules.change(ports, ANN, "stock-out", RuleChange(version=0, enabled=False))
        await evaluate(ports, STOCK, [stock("tray", state="out")])
        assert len(await active(ports)) == 1


async def test_a_snoozed_alert_comes_back_or_ends(tmp_path: Path) -> None:
    async with shop(tmp_path) as ports:
        await evaluate(ports, STOCK, [stock("mug"), stock("tray")])
        for alert in await active(ports):
            until = ports.clock.now().replace(hour=20)
            await desk.snooze(ports, ANN, alert.id, instant(until))
        assert not await active(ports)
        await ticking.tick(job(ports), {})
        assert not await active(ports)
        await evaluate(ports, STOCK, [stock("tray", state="fine")])
        later(ports, hours=11)
        assert (await ticking.tick(job(ports), {}))["wake"] == 2
        (back,) = await active(ports)
        assert (back.subject, back.status) == ("product:mug@shop", "open")
        with pytest.raises(Invalid):
            await desk.snooze(ports, ANN, back.id, instant(ports.clock.now()))
        with pytest.raises(Invalid):
            await desk.snooze(ports, ANN, back.id, "2027-01-01T00:00:00Z")


async def test_a_snooze_that_is_taken_back_leaves_it_in_hand(tmp_path: Path) -> None:
    async with shop(tmp_path) as ports:
        await evaluate(ports, STOCK, [stock()])
        (alert,) = await active(ports)
        await desk.acknowledge(ports, ANN, alert.id)
        until = instant(ports.clock.now().replace(hour=20))
        await desk.snooze(ports, ANN, alert.id, until)
        back = await desk.reopen(ports, ANN, alert.id)
        assert (back.status, back.snoozed_until) == ("acknowledged", None)
        assert await desk.reopen(ports, ANN, alert.id) == back
        later(ports, hours=12)
        await ticking.tick(job(ports), {})
        assert await active(ports) == [back]  # nobody is woken for it any more


@pytest.mark.parametrize("how", [desk.resolve, desk.dismiss])
async def test_what_was_ended_by_mistake_stands_as_before(
    tmp_path: Path, how: Callable[..., Awaitable[Alert]]
) -> None:
    seen = stock(state="out", loss=10_000, rate=1_000)
    async with shop(tmp_path) as ports:
        untouched = await desk.tallies(ports, ["stock-out"])
        await evaluate(ports, STOCK, [seen])
        (alert,) = await active(ports)
        later(ports, days=1)
        await how(ports, ANN, alert.id)
        later(ports, hours=12)
        back = await desk.reopen(ports, ANN, alert.id, "a slip")
        assert await active(ports) == [back]
        assert (back.status, back.ended_at, back.outcome) == ("open", None, None)
        assert (back.steps[-1].what, back.steps[-1].note) == ("reopened", "a slip")
        tally = (await desk.tallies(ports, ["stock-out"]))["stock-out"]
        assert tally == msgspec.structs.replace(untouched["stock-out"], opened=1)
        assert await desk.reopen(ports, ANN, alert.id) == back
        await evaluate(ports, STOCK, [seen])
        assert [each.id for each in await active(ports)] == [alert.id]
        later(ports, days=1)
        await evaluate(ports, STOCK, [stock(state="fine", loss=0)])
        (gone,) = await closed(ports)
        assert gone.outcome is not None
        # A day before and a day after; while nobody looked at it nothing counts.
        assert gone.outcome.realised_minor == 2_000
        with pytest.raises(Conflict, match="by itself"):
            await desk.reopen(ports, ANN, alert.id)
        batch = await ports.bus.read("test", ["alert.changed"])
        told = [event.data["what"] for event in batch.events]
        assert told[1:] == ["reopened", "condition-ended"]


async def test_an_older_alert_does_not_come_back_beside_a_newer_one(tmp_path: Path) -> None:
    async with shop(tmp_path) as ports:
        await evaluate(ports, STOCK, [stock()])
        (older,) = await active(ports)
        await desk.resolve(ports, ANN, older.id)
        later(ports, hours=25)
        await evaluate(ports, STOCK, [stock()])
        (newer,) = await active(ports)
        with pytest.raises(Conflict) as refused:
            await desk.reopen(ports, ANN, older.id)
        assert refused.value.extra == {"alert_id": newer.id}
        await desk.dismiss(ports, ANN, newer.id)
        await evaluate(ports, STOCK, [stock(state="fine")])
        # Nothing stands any more: it may come back, and ends with its condition once more.
        await desk.reopen(ports, ANN, older.id)
        await evaluate(ports, STOCK, [stock(state="fine")])
        assert not await active(ports)


async def test_reopening_while_everything_is_looked_at_leaves_one(tmp_path: Path) -> None:
    async with shop(tmp_path) as ports:
        for n in range(6):
            await evaluate(ports, STOCK, [stock(f"p{n}")])
        for alert in await active(ports):
            await desk.resolve(ports, ANN, alert.id)
        later(ports, hours=25)
        both = [stock(f"p{n}") for n in range(6)]
        await asyncio.gather(
            evaluate(ports, STOCK, both),
            *(desk.reopen(ports, ANN, alert.id) for alert in await closed(ports)),
            return_exceptions=True,
        )
        subjects = [alert.subject for alert in await active(ports)]
        assert sorted(subjects) == [one.subject for one in both]


async def test_what_is_reopened_escalates_unless_somebody_takes_it(tmp_path: Path) -> None:
    async with shop(tmp_path) as ports:
        await rules.change(ports, ANN, "low-stock", RuleChange(version=0, escalate_minutes=30))
        await evaluate(ports, STOCK, [stock()])
        (alert,) = await active(ports)
        await desk.dismiss(ports, ANN, alert.id)
        later(ports, hours=1)
        assert (await ticking.tick(job(ports), {}))["escalate"] == 1
        await desk.reopen(ports, ANN, alert.id)
        later(ports, minutes=31)
        await ticking.tick(job(ports), {})
        (alarmed,) = await active(ports)
        assert (alarmed.severity, alarmed.steps[-1].what) == ("critical", "escalated")


async def test_an_alert_is_given_to_a_user_of_the_shop_only(tmp_path: Path) -> None:
    async with shop(tmp_path) as ports:
        await evaluate(ports, STOCK, [stock()])
        (alert,) = await active(ports)
        with pytest.raises(Invalid):
            await desk.assign(ports, ANN, alert.id, "usr_nobody")
        taken = await desk.acknowledge(ports, ANN, alert.id)
        assert taken.assignee == ANN.id
        free = await desk.assign(ports, ANN, alert.id, None)
        assert free.assignee is None
        assert [step.what for step in free.steps] == ["acknowledged", "assigned"]


async def test_every_built_in_rule_is_a_valid_one() -> None:
    assert {rule.kind for rule in BUILT_IN.values()} == set(KINDS)
    for rule in BUILT_IN.values():
        assert checked(rules.Draft(kind=rule.kind, when=rule.when, face=rule.face)) == rule.face


async def test_a_customer_who_is_erased_leaves_no_alert(tmp_path: Path) -> None:
    async with shop(tmp_path) as ports:
        seen = [stock("mug"), stock("tray")]
        await evaluate(ports, STOCK, seen)
        mine, other = await active(ports)
        item = await ports.records.get(ALERTS, mine.id)
        assert item is not None
        await ports.records.write([Put(ALERTS, {**item, "subject": subject("ann")})])
        assert await forget_customer(ports, "ann") == 1
        assert [alert.id for alert in await active(ports)] == [other.id]
        assert await forget_customer(ports, "ann") == 0
