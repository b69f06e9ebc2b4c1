"""Money stays exact: parsing, writing and splitting it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnix.kit.money import MAX_MINOR, allocate, exponent, to_minor, to_text


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.5", "EUR", 1250),
        ("12.505", "EUR", 1250),  # half to even
        ("12.515", "EUR", 1252),
        ("-0.01", "GBP", -1),
        ("1000", "JPY", 1000),
        ("1.2345", "KWD", 1234),
        ("1e3", "EUR", 100_000),
        (7, "EUR", 700),
    ],
)
def test_amounts_become_minor_units(text: str | int, currency: str, minor: int) -> None:
    assert to_minor(text, currency) == minor


@pytest.mark.parametrize("text", ["", "abc", "NaN", "Infinity", "1e30", "90071992547409.92", "1,5"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"amount|too large"):
        to_minor(text, "EUR")


@pytest.mark.parametrize("code", ["", "EU", "eur", "EURO", "E1R", "ÄÖÜ"])
def test_what_is_no_currency_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="ISO 4217"):
        exponent(code)


@given(
    st.integers(-MAX_MINOR, MAX_MINOR), st.sampled_from(["EUR", "JPY", "KWD", "USD", "CLP", "TND"])
)
def test_text_and_back(minor: int, currency: str) -> None:
    assert to_minor(to_text(minor, currency), currency) == minor


@given(
    st.integers(-(10**15), 10**15),
    st.lists(st.integers(0, 10**9), min_size=1, max_size=40),
)
def test_a_split_is_exact_and_fair(total: int, weights: list[int]) -> None:
    shares = allocate(total, weights)
    assert sum(shares) == total
    whole = sum(weights)
    if whole:
        for share, weight in zip(shares, weights, strict=True):
            assert abs(share - Decimal(total) * weight / whole) < 1
            assert weight > 0 or share == 0


@pytest.mark.parametrize("weights", [[], [1, -1]])
def test_a_split_needs_weights(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        allocate(1, weights)
