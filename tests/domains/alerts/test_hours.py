"""Digests and quiet hours by the shop's clock, on days that are longer or shorter too."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnix.domains.alerts.channels import Channel, Quiet
from omnix.domains.alerts.hours import due
from omnix.domains.alerts.model import Severity

BERLIN = "Europe/Berlin"


def _channel(**given: Any) -> Channel:
    return Channel(**{"id": "c", "name": "C", "kind": "email", "to": "a@b.test", **given})


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(BERLIN)).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-06-01T21:59", "2026-06-01T21:59"),
        ("2026-06-01T22:00", "2026-06-02T07:30"),
        ("2026-06-02T03:00", "2026-06-02T07:30"),
        ("2026-06-02T07:29", "2026-06-02T07:30"),
        ("2026-06-02T07:30", "2026-06-02T07:30"),
        # The clock goes forward on 29 March and back on 25 October 2026.
        ("2026-03-28T23:00", "2026-03-29T07:30"),
        ("2026-10-24T23:00", "2026-10-25T07:30"),
    ],
)
def test_quiet_hours_are_those_of_the_shop(now: str, expected: str) -> None:
    quiet = _channel(quiet=Quiet(begins="22:00", ends="07:30"))
    assert due(quiet, "warning", _at(now), BERLIN) == _at(expected)


def test_quiet_hours_within_a_day() -> None:
    noon = _channel(quiet=Quiet(begins="12:00", ends="14:00"))
    assert due(noon, "info", _at("2026-06-01T13:00"), BERLIN) == _at("2026-06-01T14:00")
    assert due(noon, "info", _at("2026-06-01T11:00"), BERLIN) == _at("2026-06-01T11:00")


def test_what_is_critical_passes_where_it_may() -> None:
    night = _at("2026-06-01T23:00")
    quiet = Quiet(begins="22:00", ends="07:00")
    assert due(_channel(quiet=quiet, digest="daily"), "critical", night, BERLIN) == night
    morning = _at("2026-06-02T07:00")
    assert due(_channel(quiet=quiet, urgent=False), "critical", night, BERLIN) == morning


def test_digests_come_by_the_hour_or_the_day() -> None:
    now = _at("2026-06-01T09:20")
    assert due(_channel(digest="hourly"), "info", now, BERLIN) == _at("2026-06-01T10:00")
    daily = _channel(digest="daily", digest_at="08:15")
    assert due(daily, "info", now, BERLIN) == _at("2026-06-02T08:15")
    # One that would come in quiet hours comes after them.
    quiet = Quiet(begins="07:00", ends="09:00")
    assert due(_channel(digest="daily", digest_at="08:15", quiet=quiet), "info", now, BERLIN) == (
        _at("2026-06-02T09:00")
    )


def test_who_is_not_to_be_told_is_not() -> None:
    now = _at("2026-06-01T09:20")
    assert due(_channel(enabled=False), "critical", now, BERLIN) is None
    assert due(_channel(least_severity="warning"), "info", now, BERLIN) is None
    assert due(_channel(least_severity="warning"), "warning", now, BERLIN) == now


_WALL = st.times().map(lambda t: f"{t:%H:%M}")


@given(
    now=st.integers(0, 366 * 1440).map(lambda n: _at("2026-01-01T00:00") + timedelta(minutes=n)),
    digest=st.sampled_from(["instant", "hourly", "daily"]),
    at=_WALL,
    begins=_WALL,
    ends=_WALL,
    severity=st.sampled_from(["info", "warning", "critical"]),
    zone=st.sampled_from([BERLIN, "Asia/Kathmandu", "America/Sao_Paulo", "Australia/Lord_Howe"]),
)
def test_it_is_never_told_too_early_in_quiet_hours_or_days_late(
    now: datetime, digest: Any, at: str, begins: str, ends: str, severity: Severity, zone: str
) -> None:
    quiet = None if begins == ends else Quiet(begins=begins, ends=ends)
    channel = _channel(digest=digest, digest_at=at, quiet=quiet, urgent=False)
    moment = due(channel, severity, now, zone)
    assert moment is not None
    assert now <= moment <= now + timedelta(days=2, hours=2)
    clock = f"{moment.astimezone(ZoneInfo(zone)):%H:%M}"
    if quiet is not None and clock != ends:
        # An hour that the clock skips may move the end of quiet hours; nothing else does.
        inside = begins <= clock < ends if begins < ends else clock >= begins or clock < ends
        skipped = (
            moment.astimezone(ZoneInfo(zone)).utcoffset()
            != (moment - timedelta(hours=24)).astimezone(ZoneInfo(zone)).utcoffset()
        )
        assert not inside or skipped
