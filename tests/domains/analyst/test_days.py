"""The days that questions name, as people write them."""

from datetime import date

import pytest

from omnix.domains.analyst.narrator import asked

TODAY = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("yesterday", "2025-12-31", "2025-12-31"),
        ("last week", "2025-12-22", "2025-12-28"),
        ("last month", "2025-12-01", "2025-12-31"),
        ("this week", "2025-12-29", "2026-01-01"),
        ("in march", "2025-03-01", "2025-03-31"),
        ("in march 2024", "2024-03-01", "2024-03-31"),
        ("last 14 days", "2025-12-19", "2026-01-01"),
        ("over the last two weeks", "2025-12-19", "2026-01-01"),
        ("last quarter", "2025-10-01", "2025-12-31"),
        ("last year", "2025-01-01", "2025-12-31"),
        ("on 24 december", "2025-12-24", "2025-12-24"),
        ("on december 24th", "2025-12-24", "2025-12-24"),
        ("from 2025-11-03 to 2025-11-09", "2025-11-03", "2025-11-09"),
        ("since 20 december", "2025-12-20", "2026-01-01"),
        ("on monday", "2025-12-29", "2025-12-29"),
        ("last thursday", "2025-12-25", "2025-12-25"),
        ("in 2025", "2025-01-01", "2025-12-31"),
        ("2025", "2025-01-01", "2025-12-31"),
        ("since march", "2025-03-01", "2026-01-01"),
        ("since monday", "2025-12-29", "2026-01-01"),
        ("between monday and wednesday", "2025-12-29", "2025-12-31"),
        ("from friday to monday", "2025-12-26", "2025-12-29"),
        ("in q3", "2025-07-01", "2025-09-30"),
        ("in the first half of 2025", "2025-01-01", "2025-06-30"),
        ("last 3 months", "2025-10-02", "2026-01-01"),
        ("past year", "2025-01-02", "2026-01-01"),
        ("two weeks ago", "2025-12-15", "2025-12-21"),
        ("3 days ago", "2025-12-29", "2025-12-29"),
        ("ytd", "2026-01-01", "2026-01-01"),
        ("month to date", "2026-01-01", "2026-01-01"),
        ("in october and november", "2025-10-01", "2025-11-30"),
        ("from march to june", "2025-03-01", "2025-06-30"),
        ("between march and june 2024", "2024-03-01", "2024-06-30"),
        ("from 3 to 9 may", "2025-05-03", "2025-05-09"),
        ("first week of november", "2025-11-01", "2025-11-07"),
        ("last november", "2025-11-01", "2025-11-30"),
        ("in week 50", "2025-12-08", "2025-12-14"),
        ("on black friday", "2025-11-28", "2025-11-28"),
        ("on 20.11.2025", "2025-11-20", "2025-11-20"),
        ("on 11/20/2025", "2025-11-20", "2025-11-20"),
        ("on the 20th", "2025-12-20", "2025-12-20"),
        ("last weekend", "2025-12-27", "2025-12-28"),
        ("past fortnight", "2025-12-19", "2026-01-01"),
        ("week before last", "2025-12-15", "2025-12-21"),
        ("last tuesday", "2025-12-30", "2025-12-30"),
    ],
)
def test_days_are_read(text: str, first: str, last: str) -> None:
    found = asked.span(asked.tidy(f"revenue {text}?"), TODAY)
    assert found is not None
    assert (found.first.isoformat(), found.last.isoformat()) == (first, last)


@pytest.mark.parametrize(
    "text",
    ["from 9 may to 3 may 2025", "on 31 february", "in the year of the cat", "9999-99-99",
     "on 5/6/2025", "that may leave", "in the last 24 hours"],
)  # fmt: skip
def test_days_that_are_none_are_not_read(text: str) -> None:
    assert asked.span(asked.tidy(text), TODAY) is None
