"""What a question says besides its topic: which days, how many, and whose name."""

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import NamedTuple

from omnix.kit.text import words

_MONTHS = words(
    "january february march april may june july august september october november december"
)
_WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_MONTH = "|".join([*_MONTHS, *(m[:3] for m in _MONTHS), "sept"])
_DAY = rf"\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}(?:st|nd|rd|th)? (?:of )?(?:{_MONTH})(?: \d{{4}})?|" \
       rf"(?:{_MONTH}) \d{{1,2}}(?:st|nd|rd|th)?(?: \d{{4}})?"  # fmt: skip
_COUNTED = {
    "a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "twelve": 12, "twenty": 20, "thirty": 30,
}  # fmt: skip
_N = r"\d{1,4}|" + "|".join(_COUNTED)
_LENGTHS = {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}
_UNIT = r"(day|week|month|quarter|year)s?"
_LONGEST = 3650
_STOP = frozenset(
    words(
        "a about ago all also am amount an and any are article articles as at available be been "
        "best between bought but buy by called came can client cost costs could currently "
        "customer customers day days demand did do does doing done enough every expect expected "
        "far for forecast from get give go going had has have her here his how i if in into "
        "inventory is it item items its just know last lasts left let like list long made make "
        "many margin may me month months more most much my named need needs next no not now "
        "number of on one or order orders our out over past per perform performance pieces "
        "please predict price prices product products quantity quarter reorder revenue run "
        "running runs sale sales sell selling sells shall she shop should show since so sold "
        "some still stock store tell than that the their them then there these they thing "
        "things this those till times to today too total turnover unit units until up us was we "
        "week weeks were what when where which while who whom whose why will with worst would "
        "year years yesterday yet you your ",
        limit=400,
    )
).union(_MONTHS, _WEEKDAYS)


class Span(NamedTuple):
    """Days that a question names, and how it named them."""

    first: date
    last: date
    words: str

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def tidy(question: str) -> str:
    """Lower case, single spaces, and only what patterns look at."""
    text = question.casefold().replace("’", "'").replace("'s ", " is ")
    return " ".join(re.sub(r"[^\w\s%'\"“”/&.-]", " ", text).split()).rstrip(".")


def _count(text: str) -> int:
    return _COUNTED.get(text) or int(text)


def _parsed(text: str, today: date) -> date | None:
    """A day as people write it; without a year the latest that is not to come."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    number = re.search(r"\d{1,2}", text)
    month = re.search(_MONTH, text)
    year = re.search(r"\d{4}", text)
    if not (number and month):
        return None
    at = next(n for n, m in enumerate(_MONTHS, 1) if m.startswith(month[0][:3]))
    try:
        made = date(int(year[0]) if year else today.year, at, int(number[0]))
        return made if year or made <= today else made.replace(year=made.year - 1)
    except ValueError:
        return None


def _whole_month(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _back(today: date, months: int) -> tuple[int, int]:
    number = today.year * 12 + today.month - 1 - months
    return number // 12, number % 12 + 1


def span(text: str, today: date) -> Span | None:
    """The days that ``text`` (tidy) is about; None where it names none."""
    found = _named_days(text, today) or _relative(text, today)
    if found is None or found.first > found.last or found.days > _LONGEST:
        return None
    return found


def _named_days(text: str, today: date) -> Span | None:
    match = re.search(rf"\b(?:from|between) ({_DAY}) (?:to|and|until|till) ({_DAY})", text)
    if match:
        first, last = _parsed(match[1], today), _parsed(match[2], today)
        return Span(first, last, match[0]) if first and last else None
    match = re.search(rf"\bsince ({_DAY})", text)
    if match and (first := _parsed(match[1], today)):
        return Span(first, today, match[0])
    match = re.search(rf"\b(?:on )?({_DAY})\b", text)
    if match and (day := _parsed(match[1], today)):
        return Span(day, day, match[0])
    match = re.search(rf"\b(?:in|during|for|of) ({_MONTH})\b(?: (\d{{4}}))?", text)
    if match:
        month = next(n for n, m in enumerate(_MONTHS, 1) if m.startswith(match[1][:3]))
        year = int(match[2]) if match[2] else today.year - (month > today.month)
        first, last = _whole_month(year, month)
        return Span(first, min(last, today), match[0])
    match = re.search(r"\bin ((?:19|20)\d\d)\b", text)
    if match:
        year = int(match[1])
        return Span(date(year, 1, 1), min(date(year, 12, 31), today), match[0])
    return None


def _relative(text: str, today: date) -> Span | None:
    day = timedelta(days=1)
    monday = today - timedelta(days=today.weekday())
    begin = today.replace(day=1)
    year, month = _back(today, 1)
    quarter = today.month - (today.month - 1) % 3
    first_quarter = today.replace(month=quarter, day=1)
    before = _back(first_quarter, 3)
    fixed = {
        "day before yesterday": (today - 2 * day, today - 2 * day),
        "yesterday": (today - day, today - day),
        "today": (today, today),
        "this week": (monday, today),
        "last week": (monday - 7 * day, monday - day),
        "previous week": (monday - 7 * day, monday - day),
        "this month": (begin, today),
        "last month": _whole_month(year, month),
        "previous month": _whole_month(year, month),
        "this quarter": (first_quarter, today),
        "last quarter": (date(*before, 1), first_quarter - day),
        "this year": (date(today.year, 1, 1), today),
        "last year": (date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
        "weekend": (monday - 2 * day, monday - day),
    }
    for words_, (first, last) in fixed.items():
        if re.search(rf"\b{words_}\b", text):
            return Span(first, last, words_)
    match = re.search(rf"\b(?:last|past|previous|in the last|over the last) ({_N}) {_UNIT}\b", text)
    if match:
        length = max(1, _count(match[1])) * _LENGTHS[match[2]]
        return Span(today - timedelta(days=length - 1), today, match[0])
    match = re.search(rf"\b(?:on |last )({'|'.join(_WEEKDAYS)})\b", text)
    if match:
        back = (today.weekday() - _WEEKDAYS.index(match[1]) - 1) % 7 + 1
        return Span(today - back * day, today - back * day, match[0])
    return None


def ahead(text: str) -> int:
    """How many days ahead a question looks, 1 to 90."""
    match = re.search(rf"\b(?:next|coming|within|in the next|over the next) ({_N}) {_UNIT}", text)
    if match:
        return max(1, min(90, _count(match[1]) * _LENGTHS[match[2]]))
    for words_, days in (("tomorrow", 1), ("week", 7), ("fortnight", 14), ("month", 28),
                         ("quarter", 90)):  # fmt: skip
        if re.search(rf"\b{words_}\b", text):
            return days
    return 28


def several(text: str) -> int:
    """How many a question wants, 1 to 20."""
    match = re.search(rf"\b(?:top|best|worst|first|the) ({_N})\b", text)
    return max(1, min(20, _count(match[1]))) if match else 5


def names(text: str, seen: Span | None) -> list[str]:
    """Words that may be somebody's or something's name: quoted ones, or what is left over."""
    quoted = re.search(r"[\"“]([^\"”]{2,80})[\"”]", text)
    if quoted:
        return words(quoted[1])
    rest = text.replace(seen.words, " ") if seen else text
    rest = re.sub(rf"\b(?:{_N}) {_UNIT}\b|\b(?:top|best|worst|first) (?:{_N})\b", " ", rest)
    return [word for word in words(rest, limit=40) if word not in _STOP and len(word) > 1][:8]
