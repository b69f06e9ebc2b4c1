"""Public holidays against dates of almanacs."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from omnix.kit.holidays import _ZONES, COUNTRIES, country_of, easter, holidays


def test_easter() -> None:
    known = {
        1999: (4, 4), 2000: (4, 23), 2011: (4, 24), 2024: (3, 31), 2025: (4, 20), 2038: (4, 25),
    }  # fmt: skip
    assert {y: (easter(y).month, easter(y).day) for y in known} == known


@pytest.mark.parametrize(
    ("country", "days"),
    [
        ("DE", "2026-04-03 2026-04-06 2026-05-14 2026-05-25 2026-10-03"),
        ("US", "2025-01-20 2025-02-17 2025-05-26 2025-09-01 2025-10-13 2025-11-27"),
        ("GB", "2025-05-05 2025-05-26 2025-08-25"),
        ("CA", "2025-05-19 2025-09-01 2025-10-13"),
        ("SE", "2025-06-21 2025-11-01"),
        ("IE", "2025-02-03 2025-06-02 2025-08-04 2025-10-27"),
        ("NZ", "2025-06-02 2025-10-27"),
        ("MX", "2025-02-03 2025-03-17 2025-11-17"),
        ("PT", "2025-06-19"),
        ("BR", "2025-03-04"),
        ("DK", "2025-04-17"),
    ],
)
def test_days_that_move(country: str, days: str) -> None:
    found = {day.isoformat() for day in holidays(country, int(days[:4]))}
    assert set(days.split()) <= found


def test_every_country_has_names_and_new_year() -> None:
    for country in COUNTRIES:
        told = holidays(country, 2027)
        assert told[date(2027, 1, 1)] == "New Year's Day"
        assert all(told.values())
        assert 7 <= len(told) <= 15
    assert holidays("DE", 2026)[date(2026, 5, 25)] == "Whit Monday"
    assert len(holidays("DE", 2026)) == 9
    assert holidays("XX", 2026) == {}


def test_zones_are_zones_of_known_countries() -> None:
    for name, country in _ZONES.items():
        assert ZoneInfo(name)
        assert country in COUNTRIES
    assert country_of("Europe/Berlin") == "DE"
    assert country_of("UTC") == ""
