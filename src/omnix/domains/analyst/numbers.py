"""Whether every number in a model's words is one that a tool returned.

A model is told to write references and no figures. What it writes nevertheless counts only where
it equals, rounded as far as it is written, a figure of the same unit: money with its currency,
shares with a per cent sign, dates as dates. Everything else is a fault: digits of any script,
number words, fractions, and figures glued to a reference so that they read as another one.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

import msgspec

from omnix.kit.money import exponent
from omnix.kit.text import words

from .evidence import Evidence, Figure, Unit, Value
from .saying import REFERENCE, Citation, named

_MONTHS = words(
    "january february march april may june july august september october november december"
)
_MONTH = "|".join(f"{m}|{m[:3]}" for m in _MONTHS) + "|sept"
_DATE = re.compile(
    rf"(?P<iso>\b\d{{4}}-\d{{2}}(?:-\d{{2}})?\b)"
    rf"|\b(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<m1>{_MONTH})\b\.?(?:,? (?P<y1>\d{{4}})\b)?"
    rf"|\b(?P<m2>{_MONTH})\b\.? (?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\d)(?:,? (?P<y2>\d{{4}})\b)?"
    rf"|\b(?P<m3>{_MONTH})\b\.?,? (?P<y3>\d{{4}})\b",
    re.IGNORECASE,
)
_SIGNS = {"€": "EUR", "£": "GBP", "₪": "ILS", "$": "USD", "¥": "JPY"}
_MONEY_WORDS = r"euros?|dollars?|pounds?|shekels?|yen|francs?|cents?"
_NUMBER = re.compile(
    r"(?:(?P<before>[€£₪$¥]|\b[A-Z]{3}\b)\s?)?(?P<sign>[-+\u2212\u2013])?"
    r"(?P<digits>\d+(?:[,'\u2019\u202f\u00a0]\d{3})*(?:\.\d+)?|\.\d+)(?P<power>[eE][-+]?\d+)?"
    r"(?:\s?(?P<share>%|\u2030|per ?cent\b|percentage points?\b|points?\b|pp\b)"
    r"|\s?(?P<scale>k|K|thousand|m|M|mn|million|bn|billion)\b)?"
    rf"(?:\s?(?P<after>[€£₪$¥]|[A-Z]{{3}}\b|(?:{_MONEY_WORDS})\b))?"
    r"(?P<glued>[A-Za-z_]\w*)?"
)
_ROUNDING = Decimal("0.05")
_SCALES = {"k": 3, "thousand": 3, "m": 6, "mn": 6, "million": 6, "bn": 9, "billion": 9}
_WORDS = re.compile(
    r"\b(?:zero|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|"
    r"seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:-\w+)?|hundreds?|"
    r"thousands?|millions?|billions?|trillions?|dozens?|half|halves|halved|quarters|"
    r"(?:third|quarter|fifth|tenth) of|(?:two|three|four) (?:third|quarter|fifth)s|thirds|"
    r"doubl(?:e|ed|ing)|tripl(?:e|ed|ing)|quadrupl(?:e|ed)|twice|thrice|\w+fold|"
    r"per ?cent(?:age)?|percentage)\b",
    re.IGNORECASE,
)
_LIST_MARK = re.compile(r"^[ \t]*(\d{1,2})[.)][ \t]", re.MULTILINE)
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+")
_GLUE_BEFORE = re.compile(r"[\w.,\u2212+'/-]$|[€£₪$¥~<>=]\s?$|\d\s$")
_GLUE_AFTER = re.compile(
    r"^(?:[\w%\u2030'/\u2212-]|[.,]\d|\s?%|\s\d|\s(?:k|m|mn|bn)\b)"
    rf"|^\s(?:thousand|million|billion|hundred|dozen|per ?cent|{_MONEY_WORDS})",
    re.IGNORECASE,
)


class Fault(msgspec.Struct, frozen=True):
    """A number that nothing supports: where it stands, and why it is none of ours."""

    start: int
    end: int
    text: str
    why: str


class Judged(msgspec.Struct, frozen=True):
    """What stands in some words besides references."""

    faults: tuple[Fault, ...]
    citations: tuple[Citation, ...]


class _Known(msgspec.Struct, frozen=True):
    """A figure that may be written out."""

    result: str
    figure: str
    label: str
    unit: Unit
    value: Value
    currency: str
    link: str | None


def judge(said: str, results: Mapping[str, Evidence]) -> Judged:
    """Every number in ``said`` that stands outside of references, and each wrong reference."""
    faults: list[Fault] = []
    blank = list(_ascii(said))
    for match in REFERENCE.finditer(said):
        faults += _of_reference(said, match, results)
        blank[match.start() : match.end()] = "\uffff" * (match.end() - match.start())
    text = "".join(blank)
    known = list(_figures(results))
    citations: list[Citation] = []
    spans: list[tuple[int, int]] = []
    dates = _dates(known)
    text = _without_marks(text)
    for match in _DATE.finditer(text):
        spans.append(match.span())
        fitting = next((k for k in dates if _same_day(match, str(k.value))), None)
        if fitting is None:
            faults.append(_fault(said, *match.span(), "no result has this date"))
        else:
            citations.append(_cited(fitting, *match.span()))
        text = text[: match.start()] + "\ufffe" * len(match[0]) + text[match.end() :]
    before = -9
    for match in _NUMBER.finditer(text):
        fitting = _fitting(match, known)
        close = match.start() - before <= 1 and not text[before : match.start()].strip()
        before = match.end()
        if fitting is None or close:
            faults.append(_fault(said, *match.span(), "no result has this number"))
        else:
            citations.append(_cited(fitting, *match.span()))
        spans.append(match.span())
    for match in _WORDS.finditer(text):
        if not any(start <= match.start() < end for start, end in spans):
            faults.append(_fault(said, *match.span(), "write a reference, not a number in words"))
    for at, c in enumerate(text):
        if unicodedata.category(c) in ("No", "Nl"):
            faults.append(_fault(said, at, at + 1, "no result has this number"))
    return Judged(tuple(faults), tuple(citations))


def without_faults(said: str, results: Mapping[str, Evidence]) -> tuple[str, int]:
    """``said`` without the sentences that hold a fault, and how many those were."""
    removed = 0
    while faults := judge(said, results).faults:
        kept, at = [], 0
        for end in [*(m.end() for m in _SENTENCE.finditer(said)), len(said)]:
            if any(at <= f.start < end or at < f.end <= end for f in faults):
                removed += 1
            else:
                kept.append(said[at:end])
            at = end
        shorter = "".join(kept)
        if shorter == said:  # a fault that spans sentences: nothing of this is to be trusted
            return "", removed + 1
        said = shorter
    return said.strip(), removed


def _ascii(said: str) -> Iterator[str]:
    """Digits of every script as those of ours; one character for each."""
    for c in said:
        yield str(unicodedata.digit(c)) if unicodedata.category(c) == "Nd" else c


def _without_marks(text: str) -> str:
    """Numbers of a list's lines are none of its figures, as long as they count up from one."""
    marks = list(_LIST_MARK.finditer(text))
    if [int(m[1]) for m in marks] == list(range(1, len(marks) + 1)):
        for m in marks:
            text = text[: m.start(1)] + " " * len(m[1]) + text[m.end(1) :]
    return text


def _fault(said: str, start: int, end: int, why: str) -> Fault:
    return Fault(start, end, said[start:end].strip(), why)


def _cited(it: _Known, start: int, end: int) -> Citation:
    return Citation(start=start, end=end, result=it.result, figure=it.figure, label=it.label,
                    link=it.link)  # fmt: skip


def _of_reference(
    said: str, match: re.Match[str], results: Mapping[str, Evidence]
) -> Iterator[Fault]:
    it = named(results, match[1], match[2])
    if it is None:
        yield _fault(said, *match.span(), "there is no such figure")
        return
    if it.unit == "text":
        return
    before, after = said[: match.start()], said[match.end() :]
    if _GLUE_BEFORE.search(before) or _GLUE_AFTER.match(after):
        yield _fault(said, *match.span(), "nothing may be glued to a figure")
    elif re.search(r"\b[A-Z]{3}\s?$", before) and it.unit != "money":
        yield _fault(said, *match.span(), "this figure is no money")


def _figures(results: Mapping[str, Evidence]) -> Iterator[_Known]:
    for id, one in results.items():

        def made(
            figure: Figure, key: str, link: str | None, id: str = id, one: Evidence = one
        ) -> _Known:
            return _Known(id, key, figure.label, figure.unit, figure.value,
                          _currency(figure, one), link)  # fmt: skip

        for figure in one.figures:
            yield made(figure, figure.key, one.link)
        for row in one.rows:
            for figure in row.figures:
                yield made(figure, f"{row.key}.{figure.key}", row.link or one.link)
        for name, value in one.filters.items():
            if isinstance(value, int):
                yield _Known(id, name, name, "count", value, one.currency, one.link)
        if one.rows:
            yield _Known(id, "rows", "Rows", "count", len(one.rows), one.currency, one.link)
        if one.period is not None:
            first, last = one.period.first, one.period.last
            length = (date.fromisoformat(last) - date.fromisoformat(first)).days + 1
            yield _Known(id, "period", "Days", "days", length, one.currency, one.link)
            for day in (first, last):
                yield _Known(id, "period", "Days", "date", day, one.currency, one.link)
        if one.as_of is not None:
            yield _Known(id, "as_of", "As of", "date", one.as_of, one.currency, one.link)


def _currency(figure: Figure, one: Evidence) -> str:
    """The one that a money figure was made in, which its text begins with."""
    if figure.unit == "money" and figure.value is not None:
        return figure.text.lstrip("-")[:3]
    return one.currency


def _dates(known: Sequence[_Known]) -> list[_Known]:
    return [k for k in known if k.unit == "date" and isinstance(k.value, str)]


def _month(text: str) -> int:
    return next(n for n, m in enumerate(_MONTHS, 1) if m.startswith(text.lower()[:3]))


def _same_day(match: re.Match[str], value: str) -> bool:
    if match["iso"]:
        return value == match["iso"] or value[:7] == match["iso"]
    month = _month(match["m1"] or match["m2"] or match["m3"])
    year = match["y1"] or match["y2"] or match["y3"]
    day = match["d1"] or match["d2"]
    if (year and value[:4] != year) or int(value[5:7]) != month:
        return False
    return day is None or (len(value) >= 10 and int(value[8:10]) == int(day))


def _fitting(match: re.Match[str], known: Sequence[_Known]) -> _Known | None:
    digits = re.sub(r"[^\d.]", "", match["digits"])
    if match["power"] or match["glued"]:
        return None
    value = Decimal(digits or "0")
    decimals = len(digits.partition(".")[2])
    scale = _SCALES[match["scale"].lower()] if match["scale"] else 0
    if match["sign"] in ("-", "\u2212"):
        value = -value
    share, money = match["share"], _money(match)
    if share and share != "%" and not share.lower().startswith(("per cent", "percent")):
        return None
    for k in known:
        actual = _actual(k, share=bool(share), money=money)
        if actual is not None and _close(actual.scaleb(-scale), value, decimals):
            return k
    whole = re.fullmatch(r"(?:19|20)\d\d", match[0].strip())
    if whole:
        return next((k for k in _dates(known) if str(k.value)[:4] == whole[0]), None)
    return None


def _money(match: re.Match[str]) -> str | None:
    """The currency named beside a number; "" for one that is told only by its word."""
    for name in ("before", "after"):
        text = match[name]
        if text:
            return _SIGNS.get(text, text if text.isupper() else "")
    return None


def _actual(k: _Known, *, share: bool, money: str | None) -> Decimal | None:
    """The figure as it would be written in the form at hand; None where it is no such thing."""
    if k.value is None or isinstance(k.value, str):
        return None
    if money is not None:
        if k.unit != "money" or share or money != k.currency:
            return None
        return Decimal(k.value).scaleb(-exponent(k.currency))
    if share:
        return Decimal(repr(k.value)) * 100 if k.unit == "ratio" else None
    return Decimal(repr(k.value)) if k.unit not in ("ratio", "money") else None


def _close(actual: Decimal, written: Decimal, decimals: int) -> bool:
    """Rounded to as many decimals as were written, and not to something else altogether."""
    return round(actual, decimals) == written and abs(written - actual) <= _ROUNDING * abs(actual)
