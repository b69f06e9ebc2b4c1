"""Settings with their history, setup, jobs that are cancelled, retried and laid aside."""

import asyncio
from datetime import date
from typing import Any

import msgspec
import pytest

from omnix.domains.system import settings, setup
from omnix.domains.system.settings import Shop, ShopChange, change_shop, shop, store_shop
from omnix.kit.declare import JobType
from omnix.kit.errors import Conflict, Invalid, NotFound
from omnix.platform import jobs
from omnix.platform.access import SYSTEM, Actor
from omnix.ports import Ports

pytestmark = pytest.mark.anyio
ACTOR = Actor("usr_test", "admin", frozenset())
KIND = JobType("test-job", "A job of the test", attempts=1)


async def test_every_version_of_the_settings_is_kept(ports: Ports) -> None:
    assert await shop(ports) == Shop()
    for number in range(3):
        await change_shop(ports, ACTOR, ShopChange(version=number, name=f"Shop {number}"))
    page = await settings.history(ports, 50, None)
    assert [(f.version, f.value.name, f.by) for f in page.items] == [
        (3, "Shop 2", "usr_test"), (2, "Shop 1", "usr_test"), (1, "Shop 0", "usr_test"),
    ]  # fmt: skip
    with pytest.raises(Conflict):
        await change_shop(ports, ACTOR, ShopChange(version=2, name="late"))


async def test_of_changes_at_once_one_counts(ports: Ports) -> None:
    outcome = await asyncio.gather(
        *(change_shop(ports, ACTOR, ShopChange(version=0, name=f"S{n}")) for n in range(8)),
        return_exceptions=True,
    )
    assert sum(isinstance(each, Shop) for each in outcome) == 1
    assert sum(isinstance(each, Conflict) for each in outcome) == 7
    assert (await shop(ports)).version == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"time_zone": ""}, "time_zone"),
        ({"currency": "EUR\n"}, "currency"),
        ({"name": " \t"}, "name"),
    ],
)
async def test_wrong_settings_name_their_field(
    ports: Ports, change: dict[str, Any], field: str
) -> None:
    wanted = msgspec.convert({"version": 0, **change}, ShopChange)
    with pytest.raises(Invalid) as refused:
        await change_shop(ports, ACTOR, wanted)
    assert refused.value.errors[0].field == field


async def test_the_currency_stays_once_there_is_data(ports: Ports) -> None:
    await change_shop(ports, ACTOR, ShopChange(version=0, currency="JPY"))
    before = await shop(ports)
    await store_shop(ports, SYSTEM, before, msgspec.structs.replace(before, mode="real"))
    with pytest.raises(Conflict):
        await change_shop(ports, ACTOR, ShopChange(version=2, currency="EUR"))
    await change_shop(ports, ACTOR, ShopChange(version=2, currency="JPY", name="Still here"))


async def test_setup_tells_how_far_it_is(ports: Ports) -> None:
    assert (await setup.setup(ports)).state == "ready"
    await setup.tell_setup(ports, "working", "orders", 3, 10)
    assert await setup.setup(ports) == setup.Setup(state="working", step="orders", done=3, total=10)
    events = (await ports.bus.read("test", ("setup.changed",))).events
    assert events[0].data == {"state": "working", "step": "orders", "done": 3, "total": 10}


async def test_the_last_day_of_the_data_only_grows(ports: Ports) -> None:
    assert await setup.data_until(ports) is None
    days = [date(2026, 1, day) for day in (5, 9, 2, 9, 31, 30)]
    await asyncio.gather(*(setup.tell_data_until(ports, day) for day in days))
    assert await setup.data_until(ports) == date(2026, 1, 31)


async def test_a_dead_letter_is_tried_again(ports: Ports) -> None:
    broken = True

    async def run(*_: Any) -> dict[str, Any]:
        if broken:
            raise ValueError("not today")
        return {"fine": True}

    handlers = [jobs.JobHandler(KIND, run)]
    asked = await jobs.submit(ports, KIND, {"a": 1})
    assert await jobs.work_once(ports, handlers)
    assert (await jobs.get(ports, asked.id)).state == "failed"
    assert [letter.id for letter in (await ports.jobs.dead()).items] == [asked.id]
    broken = False
    await jobs.redrive(ports, asked.id)
    assert (await jobs.get(ports, asked.id)).state == "queued"
    assert await jobs.work_once(ports, handlers)
    done = await jobs.get(ports, asked.id)
    assert (done.state, done.result, done.error) == ("done", {"fine": True}, None)
    assert list((await ports.jobs.dead()).items) == []
    with pytest.raises(NotFound):
        await jobs.redrive(ports, asked.id)
    assert (await jobs.get(ports, asked.id)).state == "done"
    with pytest.raises(NotFound):
        await jobs.redrive(ports, "job_none")


async def test_a_job_stops_where_it_shows_how_far_it_is(ports: Ports) -> None:
    seen: list[int] = []

    async def run(context: jobs.JobContext, _: Any) -> None:
        for number in range(10):
            seen.append(number)
            if number == 3:
                await jobs.cancel(ports, context.id)
            await context.progress(number, 10, "counting")

    asked = await jobs.submit(ports, KIND, {})
    await jobs.work_once(ports, [jobs.JobHandler(KIND, run)])
    ended = await jobs.get(ports, asked.id)
    assert (ended.state, ended.done, ended.step) == ("cancelled", 2, "counting")
    assert seen == [0, 1, 2, 3]
    assert (await jobs.cancel(ports, asked.id)).state == "cancelled"
