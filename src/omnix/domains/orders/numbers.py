"""Order numbers that people can read out, and that need no counter and no index of their own."""

from datetime import UTC, datetime, timedelta

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_PAIRS = [a + b for a in _ALPHABET for b in _ALPHABET]


def of(moment: datetime, id: str) -> str:
    """The millisecond of placing in 8 letters (until 2054), and 4 that the order's id ends in."""
    value = (moment - _EPOCH) // _MILLISECOND
    time = "".join([_PAIRS[value >> shift & 1023] for shift in (30, 20, 10, 0)])
    return f"{time}-{id[-4:].upper()}"


def moment(number: str) -> datetime | None:
    """The millisecond in which the order under ``number`` was placed; None if it is not ours."""
    time, dash, rest = number.upper().partition("-")
    if len(time) != 8 or not dash or len(rest) != 4 or not _VALUES.keys() >= set(time):
        return None
    value = 0
    for letter in time:
        value = value << 5 | _VALUES[letter]
    return _EPOCH + value * _MILLISECOND
