"""What a question says besides its topic: which days, how many, and whose name."""

import re
from datetime import date

from omnix.kit.text import words

from . import days
from .days import COUNTED, LENGTHS, MONTHS, UNIT, WEEKDAYS, N, Span, count

_STOP = frozenset(
    words(
        "a about actually ago all also am amount an and any anything are article articles as at "
        "available average be been before being best better between bring bringing bought but buy "
        "by called came can change cheap cheapest client compare compared cost costs could cover "
        "currently customer customers dear day days demand did discount do does doing done down "
        "drop each earn earning either enough every everything expect expected expensive fall far "
        "fast fell fine first for forecast from further get getting give go going good got growing "
        "grow had has have help her here his hold holding how i if in into inventory is it item "
        "items its just know last lasts lately later left less let like likely list little long "
        "look lost low made make making many margin may me mean means money month months more most "
        "much my named near need needs newest next no normal not now number of off ok okay on "
        "one only or order ordered orders other our out over overall own past people per perform "
        "performance performing pieces please popular predict present pretty price prices "
        "product products profit profitable promote put quantity quarter really reason recently "
        "reorder report revenue right rise run running runs said sale sales same say sell seller "
        "sellers selling sells shall she shop short should show since so sold some soon sort stand "
        "still stock stocked store such take than thanks that the their them then there these they "
        "thing things think this those though till times to today tomorrow too total trend "
        "turnover typical under unit units until up us usual usually value versus very vs want was "
        "watch we week weeks well went were what whatever when where whether which while who whole "
        "whom whose why will with within without work worst worth would wrong year years yesterday "
        "yet you your ",
        limit=500,
    )
).union(MONTHS, WEEKDAYS)
_KNOWN = sorted(
    words(
        "accurate accuracy alert alerts attention available average basket best bestseller "
        "bestsellers better bought busiest business category channel churn compare customer "
        "customers dashboard delivery demand experiment experiments forecast forecasts inventory "
        "location margin month months order ordered orders overstock performance popular predict "
        "prediction price prices problem problems product products profit purchase purchases "
        "quarter recommend refund refunds reorder replenish restock returned returning returns "
        "revenue sales segment segments seller sellers selling stock supplier suppliers "
        "today tomorrow turnover units weekend worst yesterday january february april june july "
        "august september october november december monday tuesday wednesday thursday friday "
        "saturday sunday doing leaving running should which where",
        limit=200,
    )
)
_SHORT = {"lst": "last", "wek": "week", "wk": "week", "wks": "weeks", "mth": "month",
          "mnth": "month", "yr": "year", "wsa": "was", "teh": "the", "waht": "what",
          "hwo": "how", "slod": "sold", "sotck": "stock", "stok": "stock", "weeek": "week",
          "wich": "which"}  # fmt: skip
_PLAIN = re.compile(r"\b(how|what|who|where|when|that|here|there)s\b")


def tidy(question: str) -> str:
    """Lower case, single spaces, and only what patterns look at."""
    text = (
        question.casefold().replace("’", "'").replace("'s ", " is ").replace("what're", "what are")
    )
    text = re.sub(r"\b(yesterday|today|tomorrow)s\b", r"\1", _PLAIN.sub(r"\1 is", text))
    text = re.sub(r"[.]+(?=\s|$)", " ", re.sub(r"[^\w\s%'\"“”/&.-]", " ", text))
    return " ".join(_SHORT.get(word, word) for word in text.split())


def common(word: str) -> bool:
    """Whether questions are made of it."""
    return word in _STOP or word in _KNOWN


def doubtful(text: str) -> dict[str, str]:
    """Words of ``text`` that no pattern knows, each with the known one that it is a slip of."""
    found: dict[str, str] = {}
    for word in words(text, limit=60):
        if len(word) < 5 or word in _STOP or word in _KNOWN or not word.isalpha():
            continue
        near = [
            known for known in _KNOWN if abs(len(known) - len(word)) <= 1 and _slip(word, known)
        ]
        if len(near) == 1 or (near and len({known.rstrip("s") for known in near}) == 1):
            found[word] = near[0]
    return found


def _slip(typed: str, meant: str) -> bool:
    """Whether one letter was left out, doubled, changed, or two of them swapped."""
    if len(typed) > len(meant):
        typed, meant = meant, typed
    at = next((n for n, c in enumerate(typed) if c != meant[n]), len(typed))
    if len(typed) < len(meant):
        return typed[at:] == meant[at + 1 :]
    rest, other = typed[at:], meant[at:]
    return rest[1:] == other[1:] or (rest[:2] == other[1::-1] and rest[2:] == other[2:])


def span(text: str, today: date) -> Span | None:
    """The days that ``text`` (tidy) is about; None where it names none."""
    found = days.read(text, today).spans
    return found[0] if found else None


def ahead(text: str) -> int:
    """How many days ahead a question looks, 1 to 90."""
    match = re.search(rf"\b(?:next|coming|within|in the next|over the next) ({N}) {UNIT}", text)
    if match:
        return max(1, min(90, count(match[1]) * LENGTHS[match[2]]))
    for words_, length in (("tomorrow", 1), ("week", 7), ("fortnight", 14), ("month", 28),
                           ("quarter", 90)):  # fmt: skip
        if re.search(rf"\b{words_}\b", text):
            return length
    return 28


def window(text: str, today: date) -> dict[str, str]:
    """The days to come that a question names, where they do not begin at once."""
    first, last = days.to_come(text, today) or (None, None)
    return {"from": first.isoformat(), "to": last.isoformat()} if first and last else {}


def several(text: str) -> int:
    """How many a question wants, 1 to 20."""
    match = re.search(rf"\b(?:top|best|worst|first|the) ({N})\b", text)
    return max(1, min(20, count(match[1]))) if match else 5


def names(text: str, rest: str | None = None) -> list[str]:
    """Words that may be somebody's or something's name: quoted ones, or what is left over.

    ``rest`` is the question without the days that it names.
    """
    quoted = re.search(r"[\"“]([^\"”]{2,80})[\"”]", text)
    if quoted:
        return words(quoted[1])
    rest = text if rest is None else rest
    rest = re.sub(rf"\b(?:{N}) {UNIT}\b|\b(?:top|best|worst|first) (?:{N})\b", " ", rest)
    rest = re.sub(r"'\w+", " ", rest)
    return [word for word in words(rest, limit=40) if word not in _STOP and len(word) > 1][:8]


__all__ = ["COUNTED", "Span", "ahead", "common", "doubtful", "names", "several", "span", "tidy"]
