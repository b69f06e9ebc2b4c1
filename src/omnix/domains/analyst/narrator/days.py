"""The days that a question names, as people write them."""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from omnix.kit.text import words

MONTHS = words(
    "january february march april may june july august september october november december"
)
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
COUNTED = {
    "a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "twelve": 12, "twenty": 20, "thirty": 30,
}  # fmt: skip
LENGTHS = {"day": 1, "week": 7, "fortnight": 14, "month": 30, "quarter": 91, "year": 365}
N = r"\d{1,4}|" + "|".join(COUNTED)
UNIT = r"(day|week|fortnight|month|quarter|year)s?"
_LONGEST = 3650
_DAY = timedelta(days=1)
_M = "|".join([*MONTHS, *(m[:3] for m in MONTHS if m != "may"), "sept"])
_SURE = "|".join(m for m in _M.split("|") if m not in ("may", "mar", "march"))
"""Months that are nothing else where they stand alone."""
_TH = r"(?:st|nd|rd|th)?"
_W = "|".join(WEEKDAYS)
_THIS, _LAST = r"(?:this|the current)", r"(?:last|previous|the previous)"

Range = tuple[date, date]


class Span(NamedTuple):
    """Days that a question names, and the words that name them."""

    first: date
    last: date
    words: str

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def count(text: str) -> int:
    return COUNTED.get(text) or int(text)


def shifted(day: date, months: int) -> date:
    """The same day so many months on, or the last one of a shorter month."""
    number = day.year * 12 + day.month - 1 + months
    year, month = divmod(number, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _month(text: str) -> int:
    return next(n for n, m in enumerate(MONTHS, 1) if m.startswith(text[:3]))


def _months(first: date, number: int) -> Range:
    """So many whole months from the one of ``first`` on."""
    begin = first.replace(day=1)
    return begin, shifted(begin, number) - _DAY


def _iso(m: re.Match[str], today: date) -> Range:
    day = date.fromisoformat(m["iso"])
    return day, day


def _written(m: re.Match[str], today: date) -> Range:
    """A day with its month; without a year the latest that is not to come."""
    found = m.groupdict()
    month = _month(found.get("m1") or found["m2"])
    number, year = int(found.get("d1") or found["d2"]), found.get("y1") or found.get("y2")
    day = date(int(year) if year else today.year, month, number)
    if not year and day > today:
        day = day.replace(year=day.year - 1)
    return day, day


def _dotted(m: re.Match[str], today: date) -> Range:
    """Day, month and year by numbers, where only one order of them makes a day."""
    a, b, year = int(m["a"]), int(m["b"]), int(m["y"])
    if m["dot"] == "/" and a != b and a <= 12 and b <= 12:
        raise ValueError("either is the month")
    day = date(year, a, b) if m["dot"] == "/" and a <= 12 else date(year, b, a)
    return day, day


def _of_month(m: re.Match[str], today: date) -> Range:
    day = today.replace(day=int(m["nth"]))
    if day > today:
        day = shifted(today.replace(day=1), -1).replace(day=int(m["nth"]))
    return day, day


def _part_of_month(m: re.Match[str], today: date) -> Range:
    first, last = _whole_month(m, today, capped=False)
    if m["part"] == "last":
        return last - 6 * _DAY, last
    at = ("first", "second", "third").index(m["part"])
    return first + 7 * at * _DAY, first + (7 * at + 6) * _DAY


def _whole_month(m: re.Match[str], today: date, capped: bool = True) -> Range:
    month = _month(m["m"])
    found = m.groupdict()
    if found.get("y"):
        year = int(found["y"])
    elif found.get("which") in ("last", "previous"):
        year = today.year - (month >= today.month)
    else:
        year = today.year - (month > today.month)
    first, last = _months(date(year, month, 1), 1)
    return first, min(last, today) if capped else last


def _year(m: re.Match[str], today: date) -> Range:
    year = int(m["y"])
    return date(year, 1, 1), min(date(year, 12, 31), today)


def _part_of_year(months: int) -> Callable[[re.Match[str], date], Range]:
    """The quarter or the half of a year that ``n`` counts."""

    def part(m: re.Match[str], today: date) -> Range:
        number = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 12 // months}
        at = int(m["n"]) if m["n"].isdigit() else number[m["n"]]
        first = date(int(m["y"]) if m["y"] else today.year, 1 + months * (at - 1), 1)
        if first > today and not m["y"]:
            first = first.replace(year=first.year - 1)
        begin, end = _months(first, months)
        return begin, min(end, today)

    return part


def _week(m: re.Match[str], today: date) -> Range:
    year = int(m["y"]) if m["y"] else today.year
    monday = date.fromisocalendar(year, int(m["n"]), 1)
    if monday > today and not m["y"]:
        monday = date.fromisocalendar(year - 1, int(m["n"]), 1)
    return monday, min(monday + 6 * _DAY, today)


def _current(m: re.Match[str], today: date) -> Range:
    first, _ = _unit(m["unit"], today, 0)
    return first, today


def _unit(unit: str, today: date, back: int) -> Range:
    """The day, week, month, quarter or year so many before that of ``today``."""
    if unit == "day":
        return today - back * _DAY, today - back * _DAY
    if unit == "week":
        monday = today - (today.weekday() + 7 * back) * _DAY
        return monday, monday + 6 * _DAY
    if unit == "fortnight":
        return today - (14 * back + 13) * _DAY, today - 14 * back * _DAY
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    begin = today.replace(day=1)
    begin = begin.replace(month=begin.month - (begin.month - 1) % months)
    return _months(shifted(begin, -months * back), months)


def _ago(m: re.Match[str], today: date) -> Range:
    first, last = _unit(m["unit"], today, count(m["n"]))
    return first, min(last, today)


def _one_before(m: re.Match[str], today: date) -> Range:
    return _unit(m["unit"], today, 1)


def _rolling(m: re.Match[str], today: date) -> Range:
    number = count(m.groupdict().get("n") or "one")
    months = {"month": 1, "quarter": 3, "year": 12}.get(m["unit"])
    if months:
        return shifted(today, -months * number) + _DAY, today
    return today - (number * LENGTHS[m["unit"]] - 1) * _DAY, today


def _weekday(m: re.Match[str], today: date) -> Range:
    back = (today.weekday() - WEEKDAYS.index(m["w"]) - 1) % 7 + 1
    return today - back * _DAY, today - back * _DAY


def _weekend(m: re.Match[str], today: date) -> Range:
    """The one that goes on, or the latest."""
    back = today.weekday() - 5 if today.weekday() >= 5 and m["which"] != "last" else None
    saturday = today - (back if back is not None else today.weekday() + 2) * _DAY
    return saturday, min(saturday + _DAY, today)


def _feast(m: re.Match[str], today: date) -> Range:
    def of(year: int) -> date:
        if m["feast"] in ("black friday", "cyber monday"):
            november = date(year, 11, 1)
            thursday = november + ((3 - november.weekday()) % 7 + 21) * _DAY
            return thursday + (1 if m["feast"] == "black friday" else 4) * _DAY
        return date(year, 12, 24 if m["feast"].endswith("eve") else 25)

    day = of(int(m["y"]) if m["y"] else today.year)
    if day > today and not m["y"]:
        day = of(today.year - 1)
    return day, day


def _at(back: int) -> Callable[[re.Match[str], date], Range]:
    return lambda m, today: (today - back * _DAY, today - back * _DAY)


_YEAR = r"(?: (?:of |in )?(?P<y>(?:19|20)\d\d))?"
_RULES: tuple[tuple[str, Callable[[re.Match[str], date], Range]], ...] = (
    (r"(?P<iso>\d{4}-\d{2}-\d{2})", _iso),
    (r"(?P<a>\d{1,2})(?P<dot>[./])(?P<b>\d{1,2})[./](?P<y>(?:19|20)\d\d)", _dotted),
    (rf"(?P<part>first|second|third|last) week (?:of|in) (?P<m>{_M}){_YEAR}", _part_of_month),
    (rf"(?P<d1>\d{{1,2}}){_TH} (?:of )?(?P<m1>{_M})(?: (?P<y1>\d{{4}}))?", _written),
    (rf"(?P<m2>{_M}) (?P<d2>\d{{1,2}}){_TH}(?: (?P<y2>\d{{4}}))?", _written),
    (rf"(?:q(?P<n>[1-4])){_YEAR}", _part_of_year(3)),
    (r"(?P<n>first|second|third|fourth|last) quarter (?:of |in )(?P<y>\d{4})", _part_of_year(3)),
    (rf"(?:h(?P<n>[12])){_YEAR}", _part_of_year(6)),
    (rf"(?P<n>first|second) half(?: of the year)?{_YEAR}", _part_of_year(6)),
    (rf"(?:cw ?|(?:calendar )?week )(?P<n>\d{{1,2}}){_YEAR}", _week),
    (rf"(?P<feast>black friday|cyber monday|christmas eve|christmas){_YEAR}", _feast),
    (r"(?:the )?day before yesterday", _at(2)),
    (r"yesterday", _at(1)),
    (r"today", _at(0)),
    (rf"(?P<n>{N}) {UNIT.replace('(day', '(?P<unit>day')} ago", _ago),
    (rf"(?:in |over |during |for )?(?:the )?(?:last|past|previous) (?P<n>{N}) "
     rf"{UNIT.replace('(day', '(?P<unit>day')}", _rolling),
    (r"(?:the )?past (?P<unit>week|fortnight|month|quarter|year)", _rolling),
    (r"(?:the )?last (?P<unit>fortnight)", _rolling),
    (r"(?:so far )?(?:this|the current) (?P<unit>week|month|quarter|year)(?: so far)?", _current),
    (r"(?P<unit>week|month|quarter|year) to date", _current),
    (r"(?P<y>y)td", lambda m, today: (date(today.year, 1, 1), today)),
    (r"mtd", lambda m, today: (today.replace(day=1), today)),
    (r"(?:the )?(?:last|previous) (?P<unit>week|month|quarter|year)", _one_before),
    (r"(?:the )?(?P<unit>week|month|quarter|year) before last",
     lambda m, today: _unit(m["unit"], today, 2)),
    (r"(?:(?P<which>last|this|the|on) )*weekend", _weekend),
    (rf"(?:on |last |this )*(?P<w>{_W})", _weekday),
    (rf"(?:(?P<which>last|this|previous) )(?P<m>{_M}){_YEAR}", _whole_month),
    (rf"(?:in |during |for |of |since |to |and |with |vs |versus |than |against |until |from |"
     rf"between |compare )"
     rf"(?:the month of )?(?P<m>{_M}){_YEAR}", _whole_month),
    (rf"(?P<m>{_M}) (?P<y>(?:19|20)\d\d)", _whole_month),
    (rf"(?P<m>{_SURE})", _whole_month),
    (r"^(?P<m>march)", _whole_month),
    (r"(?:on )?the (?P<nth>\d{1,2})(?:st|nd|rd|th)", _of_month),
    (r"(?:in |of |during |for )?(?P<y>(?:19|20)\d\d)", _year),
)  # fmt: skip
_COMPILED = [(re.compile(rf"(?<![\w-]){pattern}(?![\w-])"), read) for pattern, read in _RULES]
_MARK = "\uffff"
_LEAD = re.compile(r"(?:to|and|since|until|with|vs|versus|than|against|from|between|compare) ")
"""Words that say what a day is to another one; they are read with it and stay."""

_TO = re.compile(
    rf"(?:from |between )?{_MARK}(\d){_MARK} ?(to|and|until|till|through|-) ?{_MARK}(\d){_MARK}"
)
_FROM_NUMBER = re.compile(
    rf"(?:from |between )?(?:the )?(\d{{1,2}}){_TH} (?:to|and|until|till|-) "
    rf"(?=\d{{1,2}}{_TH} (?:of )?(?:{_M}))"
)
_OPEN = re.compile(rf"(?:ever )?since {_MARK}(\d){_MARK}|from {_MARK}(\d){_MARK} (?:on|onwards?)")
_UNREAD = re.compile(
    rf"(?<!\w)(?:ago|since|so far|until|hours?|minutes?|all time|ever|lifetime|(?:19|20)\d\d|"
    rf"(?:last|past|this|in|since) (?:summer|winter|spring|autumn|fall|season|night|morning)|"
    rf"week \d+|\d+/\d+(?:/\d+)?|(?:last|past|previous) \w+ (?:days|weeks|months|years)|{_SURE})"
    rf"(?!\w)"
)
_FORESEEN = timedelta(days=89)
_A_YEAR = re.compile(r"\b\d{4}\b")
_MOST = 4


class Read(NamedTuple):
    """The days that some words name, in the order of the words; ``rest`` is without them, and
    ``unread`` says that it still speaks of days.
    """

    spans: list[Span]
    rest: str
    unread: bool


def read(text: str, today: date) -> Read:
    """What ``text`` (tidy) says of days."""
    text = _with_months(text)
    found: list[Span] = []
    for pattern, made in _COMPILED:
        while len(found) < _MOST and (match := pattern.search(text)):
            try:
                first, last = made(match, today)
            except (ValueError, OverflowError):
                text = f"{text[: match.start()]} week 99 {text[match.end() :]}"
                break
            lead = _LEAD.match(match[0])
            at = match.start() + (lead.end() if lead else 0)
            text = f"{text[:at]}{_MARK}{len(found)}{_MARK}{text[match.end() :]}"
            found.append(Span(first, last, match[0]))
    spans = {str(n): span for n, span in enumerate(found)}
    text = _joined(text, spans, today)
    order = [m for m in re.findall(rf"{_MARK}(\d){_MARK}", text) if m in spans]
    rest = " ".join(re.sub(rf"{_MARK}\d{_MARK}", " ", text).split())
    kept = [spans[n] for n in order]
    sound = [s for s in kept if s.first <= s.last and s.days <= _LONGEST and s.first <= today]
    unread = len(sound) < len(kept) or bool(_UNREAD.search(rest))
    return Read(sound, rest, unread)


def _with_months(text: str) -> str:
    """``from 3 to 9 may`` as ``from 3 may to 9 may``."""
    match = _FROM_NUMBER.search(text)
    if match is None:
        return text
    month = re.match(rf"\d{{1,2}}{_TH} (?:of )?(?:{_M})(?: \d{{4}})?", text[match.end() :])
    assert month is not None
    named = re.sub(r"^\d+\w* ", "", month[0])
    begun = f"from {match[1]} {named} to "
    return f"{text[: match.start()]}{begun}{text[match.end() :]}"


def _joined(text: str, spans: dict[str, Span], today: date) -> str:
    """``from A to B`` and ``since A`` as one span each."""
    while match := _TO.search(text):
        a, word, b = match[1], match[2], match[3]
        one, two = spans[a], spans[b]
        apart = word == "and" and "between" not in match[0] and "from" not in match[0]
        if one.first > two.first and one.words.strip() in WEEKDAYS:
            one = Span(one.first - 7 * _DAY, one.last - 7 * _DAY, one.words)
        if one.first > two.first and _A_YEAR.search(two.words) and not _A_YEAR.search(one.words):
            back = 12 * (one.first.year - two.first.year)
            one = Span(shifted(one.first, -back), shifted(one.last, -back), one.words)
        if apart and one.last + _DAY != two.first:
            text = text.replace(match[0], f"{_MARK}{a}{_MARK} & {_MARK}{b}{_MARK}")
            continue
        spans[a] = Span(one.first, min(two.last, max(today, one.first)), match[0])
        text = text.replace(match[0], f" {_MARK}{a}{_MARK} ")
    while match := _OPEN.search(text):
        n = match[1] or match[2]
        spans[n] = Span(spans[n].first, today, match[0])
        text = text.replace(match[0], f" {_MARK}{n}{_MARK} ")
    return text


def to_come(text: str, today: date) -> Range | None:
    """Days to come that do not begin today, within a quarter; None where none are named."""
    first: date | None = None
    last: date | None = None
    match = re.search(rf"\b(?:on |next |coming |this )*({_W})\b", text)
    if re.search(r"\bday after tomorrow\b", text):
        first = last = today + 2 * _DAY
    elif re.search(r"\btomorrow\b", text):
        first = last = today + _DAY
    elif re.search(r"\bnext month\b", text):
        first, last = _months(shifted(today.replace(day=1), 1), 1)
    elif feast := re.search(r"(?P<feast>black friday|cyber monday|christmas eve|christmas)", text):
        first = last = _next_feast(feast["feast"], today)
    elif match:
        ahead = (WEEKDAYS.index(match[1]) - today.weekday() - 1) % 7 + 1
        first = last = today + ahead * _DAY
    elif found := re.search(rf"\b(?:in|during|for|of|next) ({_M})\b(?! \d)", text):
        month = _month(found[1])
        first, last = _months(date(today.year + (month <= today.month), month, 1), 1)
    if first is None or last is None or first - today > _FORESEEN:
        return None
    return first, last


def _next_feast(name: str, today: date) -> date:
    for year in (today.year, today.year + 1):
        match = re.match(rf"(?P<feast>{name})(?: (?P<y>\d+))?", f"{name} {year}")
        assert match is not None
        if (day := _feast(match, today)[0]) >= today:
            return day
    raise AssertionError
