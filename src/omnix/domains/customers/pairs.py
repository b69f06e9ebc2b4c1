"""Records over the whole shop that may be one person's: looked for at night, listed in pages.

Comparing everybody with everybody would never end, so those are compared who share a sign: the
name within the e-mail address, the end of the number, the name, or a word of it that few have.
What is stored names ids alone; who was erased or merged since is passed over.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

import msgspec

from omnix.kit.paging import Page
from omnix.kit.text import words
from omnix.platform.jobs import JobContext
from omnix.ports import Delete, Ports

from . import service
from .declare import CUSTOMERS, DUPLICATES
from .duplicates import Reason, digits_of, joined, judged, local_of
from .model import LAST_DIGITS, Customer

LEAST = 0.5
"""The score from which a pair is worth somebody's time unasked."""

MOST_PAIRS = 5_000
_LARGEST = 40
"""A sign that more share says nothing: a household's number at most has a few."""


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """Two customers who may be one person, with why, and a score from 0 to 1."""

    id: str
    score: float
    reasons: list[Reason]
    one: Customer
    other: Customer


def _signs(customer: Customer) -> Iterator[str]:
    local = local_of(customer.email)
    if len(local) > 4:
        yield f"mail {local}"
    digits = digits_of(customer.phone)
    if len(digits) >= LAST_DIGITS:
        yield f"phone {digits[-LAST_DIGITS:]}"
    name = words(customer.name)
    if len(name) > 1:
        yield f"name {' '.join(sorted(name))}"
        yield from (f"word {word}" for word in name if len(word) > 2)


def found(customers: Mapping[str, Customer]) -> list[dict[str, Any]]:
    """The likeliest pairs as they are stored, at most MOST_PAIRS."""
    by_sign: dict[str, list[str]] = defaultdict(list)
    for id, customer in customers.items():
        for sign in _signs(customer):
            if len(by_sign[sign]) <= _LARGEST:
                by_sign[sign].append(id)
    pairs: dict[str, dict[str, Any]] = {}
    for ids in by_sign.values():
        if len(ids) > _LARGEST:
            continue
        for one, other in combinations(sorted(ids), 2):
            id = f"{one}~{other}"
            if id in pairs:
                continue
            reasons = judged(customers[one], customers[other])
            score = joined(reason.weight for reason in reasons)
            if score >= LEAST:
                pairs[id] = {
                    "id": id,
                    "one": one,
                    "other": other,
                    "score": score,
                    "reasons": msgspec.to_builtins(reasons),
                    "listing": "pair",
                    "rank": f"{round(100 - 100 * score):03d}#{id}",
                }
    return sorted(pairs.values(), key=lambda pair: str(pair["rank"]))[:MOST_PAIRS]


async def look(context: JobContext, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Look at every active customer. Run twice, it finds the same."""
    ports = context.ports
    customers: dict[str, Customer] = {}
    async for chunk in ports.records.scan(CUSTOMERS):
        await context.progress(0, 2, f"reading {len(customers)} customers")
        for stored in chunk:
            if stored["status"] == "active" and not stored.get("merged"):
                customers[stored["id"]] = msgspec.convert(stored, Customer)
    await context.progress(1, 2, "comparing")
    new = found(customers)
    await ports.records.load(DUPLICATES, new)
    ids = {pair["id"] for pair in new}
    gone: list[str] = []
    async for chunk in ports.records.scan(DUPLICATES):
        gone += [stored["id"] for stored in chunk if stored["id"] not in ids]
    for start in range(0, len(gone), 50):
        await ports.records.write([Delete(DUPLICATES, id) for id in gone[start : start + 50]])
    return {"customers": len(customers), "pairs": len(new)}


async def listing(ports: Ports, limit: int, cursor: str | None) -> Page[Pair]:
    """The likeliest first; a page may be short though another follows."""
    page = await ports.records.query(
        DUPLICATES, "pair", index="listing-index", limit=limit, cursor=cursor
    )
    ids = [str(stored[side]) for stored in page.items for side in ("one", "other")]
    known = {
        id: customer
        for id, customer in (await service.get_many(ports, ids)).items()
        if customer.status == "active" and customer.merged is None
    }
    pairs = [
        Pair(
            id=stored["id"],
            score=stored["score"],
            reasons=msgspec.convert(stored["reasons"], list[Reason]),
            one=known[stored["one"]],
            other=known[stored["other"]],
        )
        for stored in page.items
        if stored["one"] in known and stored["other"] in known
    ]
    return Page(pairs, page.next_cursor)
