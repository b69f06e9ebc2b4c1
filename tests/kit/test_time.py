"""Instants sort as text; days are cut in the shop's zone, also where clocks change."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnix.kit.time import day_of, day_range, instant, parse_instant, zone

ZONES = ["UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kolkata", "Pacific/Apia"]
moments = st.integers(631_152_000_000, 4_070_908_800_000).map(
    lambda ms: datetime.fromtimestamp(ms / 1000, UTC)
)


@given(moments, moments)
def test_instants_have_one_width_and_sort_as_they_follow(a: datetime, b: datetime) -> None:
    first, second = instant(a), instant(b)
    assert len(first) == len(second) == 24
    if a.replace(microsecond=a.microsecond // 1000 * 1000) < b.replace(
        microsecond=b.microsecond // 1000 * 1000
    ):
        assert first < second
    assert abs(parse_instant(first) - a) < timedelta(milliseconds=1)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        instant(datetime(2026, 1, 1))  # noqa: DTZ001 - what is refused
    with pytest.raises(ValueError, match="offset"):
        parse_instant("2026-01-01T00:00:00")
    for beyond in ("0001-01-01T00:00:00.0+00:01", "9999-12-31T23:59:59-00:01"):
        with pytest.raises(ValueError, match="years 1 to 9999"):
            parse_instant(beyond)


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd", "Europe", "a" * 500])
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="IANA"):
        zone(name)


@given(moments, st.sampled_from(ZONES))
def test_a_moment_lies_in_the_range_of_its_day(moment: datetime, name: str) -> None:
    day = day_of(moment, name)
    start, end = day_range(day, name)
    assert start <= moment < end
    assert timedelta(hours=20) < end - start < timedelta(hours=28)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_days_on_which_clocks_change(day: str, hours: int) -> None:
    start, end = day_range(date.fromisoformat(day), "Europe/Berlin")
    assert end - start == timedelta(hours=hours)
    assert day_of(end - timedelta(seconds=1), "Europe/Berlin").isoformat() == day
