"""A clock that is put back an hour: people come in, nothing counts twice, work goes on."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest

from api.serving import Served, serving
from domains.streaming.shop import follow
from domains.streaming.test_replay import by_sql, plainly
from omnix.declared import SCHEDULES
from omnix.domains.alerts.declare import TICK
from omnix.domains.auth.declare import USERS
from omnix.domains.auth.passwords import hash_of
from omnix.domains.system.health import Doctor, beat
from omnix.kit.errors import Unavailable
from omnix.kit.time import instant
from omnix.platform import jobs, unique
from omnix.platform.jobs import JobContext, JobHandler
from omnix.platform.schedules import ask_for_due
from omnix.ports import Update

pytestmark = pytest.mark.anyio
OWN = "a longer phrase of mine"
ANALYST = {"email": "analyst@example.test", "password": OWN}
HOUR = 3600.0
TYPES = {TICK.name: TICK}


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(tmp_path) as it:
        await it.ports.records.write([
            Update(USERS, "usr_analyst", set={"password_hash": await hash_of(OWN)}),
            unique.claim("user.email", ANALYST["email"], "usr_analyst"),
        ])  # fmt: skip
        yield it


async def _status(served: Served, **more: str) -> int:
    answer = await served.call("POST", "/auth/login", None, json={**ANALYST, **more})
    return int(answer.status_code)


async def test_a_wrong_password_of_before_keeps_nobody_out(served: Served) -> None:
    assert await _status(served, password="wrong") == 401
    served.clock.advance(-HOUR)
    assert await _status(served) == 200


async def test_a_pause_lasts_as_long_as_it_was_to(served: Served) -> None:
    for _ in range(11):
        assert await _status(served, password="wrong") == 401
        served.clock.advance(1)
    served.clock.advance(-HOUR)
    assert await _status(served) == 429
    served.clock.advance(3)
    assert await _status(served) == 200


async def test_codes_of_the_hour_that_comes_twice_work_once(served: Served) -> None:
    made = await served.call("POST", "/user/totp", "analyst", json={"password": OWN})
    totp = pyotp.TOTP(made.json()["secret"])

    def code() -> str:
        return totp.generate_otp(int(served.clock.now().timestamp()) // 30)

    first = {"code": code()}
    assert (
        await served.call("POST", "/user/totp/verify", "analyst", json=first)
    ).status_code == 200
    served.clock.advance(HOUR)
    assert await _status(served, code=code()) == 200
    served.clock.advance(-HOUR)
    assert await _status(served, **first) == 401
    served.clock.advance(60)
    assert await _status(served, code=code()) == 200
    assert await _status(served, code=code()) == 401
    served.clock.advance(HOUR - 60)  # to where a code was used the first time round
    assert await _status(served, code=code()) == 401
    served.clock.advance(60)
    assert await _status(served, code=code()) == 200


async def test_whoever_is_signed_in_stays_so(served: Served) -> None:
    signed = (await served.call("POST", "/auth/login", None, json=ANALYST)).json()
    bearer = {"Authorization": f"Bearer {signed['access_token']}"}
    assert (await served.call("GET", "/products", None, headers=bearer)).status_code == 200
    served.clock.advance(-HOUR)
    assert (await served.call("GET", "/products", None, headers=bearer)).status_code == 200
    for _ in range(2):
        body = {"refresh_token": signed["refresh_token"]}
        answer = await served.call("POST", "/auth/refresh", None, json=body)
        assert answer.status_code == 200, answer.text
        signed = answer.json()
        served.clock.advance(60)


async def test_events_count_once_in_the_minute_of_their_own_clock(served: Served) -> None:
    ports = served.ports

    async def sent(*numbers: int, **more: Any) -> Any:
        events = [
            {"message_id": f"m{n}", "type": "page_view", "anonymous_id": "v"} for n in numbers
        ]
        body = {"events": [{**event, **more} for event in events]}
        answer = await served.call("POST", "/events/batch", json=body)
        assert answer.status_code == 202, answer.text
        return answer.json()

    assert (await sent(1, 2))["accepted"] == 2
    await follow(ports)
    right = served.clock.now()
    served.clock.advance(-HOUR)
    again = await sent(2, 3)
    assert (again["accepted"], again["duplicates"]) == (1, [0])
    # A browser whose clock was right all the time: its own sent_at puts its moment in ours.
    told = await sent(4, at=instant(right), sent_at=instant(right))
    assert (told["accepted"], told["refused"]) == (1, [])
    await follow(ports)
    figures = (await served.call("GET", "/streaming/metrics?minutes=15")).json()
    assert (figures["events"], figures["late_events"]) == (2, 0)
    served.clock.advance(HOUR)
    assert (await sent(1, 2, 3, 4))["accepted"] == 0
    assert (await sent(5))["accepted"] == 1
    await follow(ports)
    figures = (await served.call("GET", "/streaming/metrics?minutes=60")).json()
    assert figures["events"] == 3
    assert await by_sql(ports) == await plainly(ports)


async def test_work_is_tried_again_and_schedules_are_asked_for(served: Served) -> None:
    ports, ran = served.ports, []

    async def run(context: JobContext, _: Any) -> dict[str, Any]:
        ran.append(context.id)
        if len(ran) == 1:
            raise Unavailable("not now")
        return {}

    handlers = [JobHandler(TICK, run)]
    every = [each for each in SCHEDULES if each.job == TICK.name]
    latest = await ask_for_due(ports, every, TYPES, "UTC")
    assert await jobs.work_once(ports, handlers)
    assert not await jobs.work_once(ports, handlers)  # it waits to be tried again
    served.clock.advance(-HOUR)
    assert await jobs.work_once(ports, handlers)
    assert (await jobs.get(ports, ran[0])).state == "done"
    for _ in range(2):
        await ask_for_due(ports, every, TYPES, "UTC", latest)
        served.clock.advance(timedelta(minutes=1).total_seconds())
    while await jobs.work_once(ports, handlers):
        pass
    assert len(ran) >= 3
    assert len(set(ran[1:])) == len(ran) - 1


async def test_a_worker_that_died_does_not_pass_for_alive(served: Served) -> None:
    await beat(served.ports)
    served.clock.advance(-HOUR)
    (told,) = [c for c in (await Doctor(served.ports).report()).checks if c.name == "worker"]
    assert (told.status, "put back" in told.detail) == ("degraded", True)
