"""Health: what works, what does not, and no more than it costs."""

import asyncio
from typing import Any

import pytest

from omnix.adapters.local.clock import ManualClock
from omnix.adapters.local.platform import LocalPlatform
from omnix.declared import FACTS
from omnix.domains.system import health
from omnix.domains.system.health import Check, Doctor, Health, beat
from omnix.kit.errors import Unavailable
from omnix.ports import Ports

pytestmark = pytest.mark.anyio


def _states(report: Health) -> dict[str, str]:
    return {check.name: check.status for check in report.checks}


async def test_all_is_well_while_the_worker_lives(ports: Ports, clock: ManualClock) -> None:
    assert _states(await Doctor(ports, FACTS).report())["worker"] == "degraded"
    await beat(ports)
    report = await Doctor(ports, FACTS).report()
    assert report.status == "ok"
    assert _states(report) == {"records": "ok", "lake": "ok", "worker": "ok", "events": "ok"}
    clock.advance(health.LATE_SECONDS + 1)
    report = await Doctor(ports, FACTS).report()
    assert (report.status, _states(report)["worker"]) == ("degraded", "degraded")


async def test_without_records_nothing_works(
    platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any, **__: Any) -> None:
        raise Unavailable("the disk at /var/lib/shop is full")

    monkeypatch.setattr(platform.records, "write", away)
    report = await Doctor(platform.ports, FACTS).report()
    assert report.status == "failed"
    assert "/var" not in str(report)


async def test_a_closed_store_is_told(platform: LocalPlatform) -> None:
    doctor = Doctor(platform.ports, FACTS)
    platform.close()
    report = await doctor.report()
    assert report.status == "failed"
    assert _states(report)["records"] == "failed"


async def test_a_probe_that_hangs_or_breaks_is_told_and_the_rest_too(
    ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_PATIENCE_SECONDS", 0.05)

    async def hang() -> Check:
        await asyncio.sleep(60)
        return Check("slow", "ok")

    async def broken() -> Check:
        raise RuntimeError("password in /etc/secret")

    await beat(ports)
    report = await Doctor(ports, FACTS, {"slow": hang, "broken": broken}).report()
    assert report.status == "degraded"
    assert _states(report) == {
        "records": "ok", "lake": "ok", "worker": "ok", "events": "ok",
        "slow": "failed", "broken": "failed",
    }  # fmt: skip
    assert "secret" not in str(report)


async def test_many_who_ask_at_once_cost_one_look(ports: Ports) -> None:
    looks = 0

    async def count() -> Check:
        nonlocal looks
        looks += 1
        await asyncio.sleep(0.01)
        return Check("count", "ok")

    doctor = Doctor(ports, FACTS, {"count": count})
    impatient = asyncio.ensure_future(doctor.report())
    await asyncio.sleep(0)
    impatient.cancel()
    reports = await asyncio.gather(*(doctor.report() for _ in range(50)))
    assert looks == 1
    assert len({id(report) for report in reports}) == 1
