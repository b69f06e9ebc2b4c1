"""Records that may be the same person's: found without a scan, with reasons and a score."""

from collections.abc import Iterable
from difflib import SequenceMatcher

import msgspec

from omnix.kit.text import words
from omnix.platform import search
from omnix.ports import Ports

from . import service
from .model import LAST_DIGITS, Customer
from .service import SCOPE

MOST = 20
_LOOKED_AT = 50
_LEAST_DIGITS = 6
_ALIKE = 0.85
_LEAST = 0.3


class Reason(msgspec.Struct, frozen=True):
    """What speaks for one person: ``field``, in words, and how much by itself, from 0 to 1."""

    field: str
    text: str
    weight: float


class Duplicate(msgspec.Struct, frozen=True, kw_only=True):
    """Another customer who may be the same. ``score`` joins the reasons as if each were
    independent: 1 less the product of what each leaves open.
    """

    customer: Customer
    score: float
    reasons: list[Reason]


async def candidates(ports: Ports, id: str) -> list[Duplicate]:
    """At most MOST active customers who may be ``id``, the likeliest first. Raises NotFound.

    Looks them up by the words of the name, the number's digits and the name within the e-mail
    address, up to fifty of each; who shares none of these is not found.
    """
    mine = await service.get(ports, id)
    ids: dict[str, None] = {}
    for asked in _asked(mine):
        page = await search.find(ports.records, SCOPE, asked, _LOOKED_AT, None)
        ids.update(dict.fromkeys(page.items))
    ids.pop(id, None)
    others = await service.get_many(ports, list(ids))
    found = []
    for other in others.values():
        if other.merged is None and other.status == "active":
            reasons = judged(mine, other)
            score = joined(reason.weight for reason in reasons)
            if score >= _LEAST:
                found.append(Duplicate(customer=other, score=score, reasons=reasons))
    found.sort(key=lambda one: (-one.score, one.customer.id))
    return found[:MOST]


def _asked(mine: Customer) -> list[str]:
    """What to look for; each has a word of two characters at least."""
    local = local_of(mine.email)
    digits = digits_of(mine.phone)
    texts = [mine.name, digits, digits[-LAST_DIGITS:], local, *words(mine.name), *words(local)]
    return [text for text in dict.fromkeys(texts) if any(len(w) > 1 for w in words(text))]


def judged(one: Customer, other: Customer) -> list[Reason]:
    """Why they may be the same, the strongest first."""
    reasons = [*_emails(one, other), *_phones(one, other), *_names(one, other)]
    if reasons:
        reasons += _addresses(one, other)
    return sorted(reasons, key=lambda reason: -reason.weight)


def joined(weights: Iterable[float]) -> float:
    """The chance that at least one of independent signs is right, to two digits."""
    wrong = 1.0
    for weight in weights:
        wrong *= 1.0 - weight
    return round(1.0 - wrong, 2)


def _emails(one: Customer, other: Customer) -> list[Reason]:
    if not one.email or not other.email:
        return []
    mine, theirs = local_of(one.email), local_of(other.email)
    if mine != theirs:
        return []
    if one.email.rpartition("@")[2] == other.email.rpartition("@")[2]:
        return [Reason("email", "the same mailbox, written otherwise", 0.9)]
    return [Reason("email", "the same name at another provider", 0.4)] if len(mine) > 4 else []


def local_of(email: str | None) -> str:
    """The name before the @ as most providers compare it: no dots, nothing after a plus."""
    return (email or "").partition("@")[0].partition("+")[0].replace(".", "").casefold()


def _phones(one: Customer, other: Customer) -> list[Reason]:
    mine, theirs = digits_of(one.phone), digits_of(other.phone)
    if len(mine) < _LEAST_DIGITS or len(theirs) < _LEAST_DIGITS:
        return []
    if mine == theirs:
        return [Reason("phone", "the same number", 0.7)]
    ends = {number[-LAST_DIGITS:] for number in (mine, theirs)}
    if len(ends) == 1 and min(len(mine), len(theirs)) >= LAST_DIGITS:
        return [Reason("phone", f"the same last {LAST_DIGITS} digits", 0.6)]
    return []


def digits_of(phone: str | None) -> str:
    """What of a telephone number is compared."""
    return "".join(c for c in phone or "" if c.isdigit())


def _names(one: Customer, other: Customer) -> list[Reason]:
    mine, theirs = sorted(words(one.name)), sorted(words(other.name))
    if not mine or not theirs:
        return []
    if mine == theirs:
        return [Reason("name", "the same name", 0.5 if len(mine) > 1 else 0.2)]
    if len(mine) > 1 and len(theirs) > 1 and _alike(" ".join(mine), " ".join(theirs)) >= _ALIKE:
        return [Reason("name", "nearly the same name", 0.35)]
    return []


def _alike(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _addresses(one: Customer, other: Customer) -> list[Reason]:
    mine, theirs = _place(one), _place(other)
    return [Reason("address", "the same address", 0.5)] if mine and mine == theirs else []


def _place(customer: Customer) -> str:
    """The address in one line, if it tells a street or more."""
    parts = [" ".join(sorted(words(value))) for _, value in sorted(customer.address.items())]
    return " ".join(part for part in parts if part) if len(parts) > 1 else ""
