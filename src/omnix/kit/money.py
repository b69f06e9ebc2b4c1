"""Money as integer minor units with an ISO 4217 currency; never a float."""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

# Digits after the point where they are not two (ISO 4217, 2024 edition).
_EXPONENTS = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
}
MAX_MINOR = 10**12
"""Largest amount that somebody may tell us, or that an order may come to.

Nine million of these sum to less than 2**63, so that a mistyped price spoils no total; each is
exact in the JSON readers of every language (2**53).
"""


def exponent(currency: str) -> int:
    """Digits after the decimal point in ``currency``. Raises ValueError if it is no code."""
    if (
        len(currency) != 3
        or not currency.isascii()
        or not currency.isalpha()
        or not currency.isupper()
    ):
        raise ValueError(f"{currency!r} is no ISO 4217 currency code")
    return _EXPONENTS.get(currency, 2)


def to_minor(text: str | Decimal | int, currency: str) -> int:
    """Minor units of a decimal amount; half a unit rounds to even.

    Raises ValueError for what is no finite number or is beyond MAX_MINOR.
    """
    try:
        amount = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(f"{text!r} is no amount") from error
    if not amount.is_finite():
        raise ValueError(f"{text!r} is no amount")
    if amount.adjusted() > 20:
        raise ValueError(f"{text!r} is too large")
    minor = int(amount.scaleb(exponent(currency)).quantize(Decimal(1), ROUND_HALF_EVEN))
    if abs(minor) > MAX_MINOR:
        raise ValueError(f"{text!r} is too large")
    return minor


def to_text(minor: int, currency: str) -> str:
    """Plain decimal text of ``minor`` units, such as ``12.50``."""
    digits = exponent(currency)
    return str(Decimal(minor).scaleb(-digits).quantize(Decimal(1).scaleb(-digits)))


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """Split ``total`` in proportion to ``weights``, summing to it exactly (largest remainder).

    All weights zero: everything goes to the first. Raises ValueError for a negative weight
    or none at all.
    """
    if not weights or min(weights) < 0:
        raise ValueError("weights must be at least one and not negative")
    whole = sum(weights)
    if whole == 0:
        return [total] + [0] * (len(weights) - 1)
    sign, amount = (-1, -total) if total < 0 else (1, total)
    shares = [amount * weight // whole for weight in weights]
    rest = amount - sum(shares)
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(amount * weights[i] % whole), i))
    for i in by_remainder[:rest]:
        shares[i] += 1
    return [sign * share for share in shares]
