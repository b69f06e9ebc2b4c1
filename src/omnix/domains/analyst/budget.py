"""What may be spent on the language model in a day, by each user and by all.

Tokens are set aside before a call and settled after it, so that many questions at once cannot
spend more than there is.
"""

from collections.abc import Mapping

import msgspec

from omnix.domains.system.settings import shop
from omnix.kit.errors import ConditionFailed, Conflict, TooMany
from omnix.kit.events import Event
from omnix.kit.time import day_of, instant
from omnix.platform.access import Actor
from omnix.platform.changing import sent
from omnix.ports import Absent, Equals, Item, Operation, Ports, Put, Update

from .declare import LIMITS, USAGE
from .model import Limits, LimitsChange, Used

_KEY = "shop"
_EVERYBODY = "all"
_KEPT_SECONDS = 40 * 86_400
_TRIES = 8
TOLD = 80, 100
"""Percent of all that a day may take, each told once as ``ai.spent``."""


async def limits(ports: Ports) -> Limits:
    """Those in force; the defaults before anything was set."""
    item = await ports.records.get(LIMITS, _KEY)
    return msgspec.convert(item["value"], Limits) if item else Limits()


async def change(ports: Ports, asked: LimitsChange) -> Limits:
    """Raises Conflict if they changed since they were read."""
    before = await limits(ports)
    given = sent(asked, before.version, "the budget")
    after = msgspec.structs.replace(before, **given, version=before.version + 1)
    guard = Equals("version", before.version) if before.version else Absent()
    item = {"key": _KEY, "version": after.version, "value": msgspec.to_builtins(after)}
    try:
        await ports.records.write([Put(LIMITS, item, when=(guard,))])
    except ConditionFailed as error:
        raise Conflict("the limits changed meanwhile; read them again") from error
    return after


async def today(ports: Ports) -> str:
    """The day that is counted: the shop's."""
    return day_of(ports.clock.now(), (await shop(ports)).time_zone).isoformat()


async def used(ports: Ports, day: str, who: str | None) -> Used:
    """What ``who`` spent on that day; all together for None."""
    return _used(await ports.records.get(USAGE, _key(day, who)))


def _key(day: str, who: str | None) -> str:
    return f"{day}#{_EVERYBODY if who is None else f'user#{who}'}"


def _used(item: Item | None) -> Used:
    return Used() if item is None else Used(calls=int(item["calls"]), tokens=int(item["tokens"]))


async def reserve(ports: Ports, actor: Actor, day: str, tokens: int) -> None:
    """Set so many tokens and a call aside. Raises TooMany where there are not as many left."""
    for _ in range(_TRIES):
        most = await limits(ports)
        mine, all_ = await used(ports, day, actor.id), await used(ports, day, None)
        if mine.calls + 1 > most.calls_per_user:
            raise TooMany("your calls of the language model are used up for today")
        if mine.tokens + tokens > most.tokens_per_user:
            raise TooMany("your tokens of the language model are used up for today")
        if all_.tokens + tokens > most.tokens_per_day:
            await _tell(ports, day, most, used_up=True)
            raise TooMany("the shop's tokens of the language model are used up for today")
        now = int(ports.clock.now().timestamp())
        try:
            await ports.records.write(
                [
                    _step(_key(day, actor.id), mine, tokens, now),
                    _step(_key(day, None), all_, tokens, now),
                ]
            )
            return
        except ConditionFailed:
            continue
    raise TooMany("the language model is asked by too many at this moment")


def _step(key: str, seen: Used, tokens: int, now: int) -> Operation:
    if seen == Used():
        item = {"key": key, "calls": 1, "tokens": tokens, "expires": now + _KEPT_SECONDS}
        return Put(USAGE, item, when=(Absent(),))
    return Update(
        USAGE,
        key,
        set={"calls": seen.calls + 1, "tokens": seen.tokens + tokens},
        when=(Equals("calls", seen.calls), Equals("tokens", seen.tokens)),
    )


async def settle(ports: Ports, actor: Actor, day: str, reserved: int, spent: int) -> None:
    """Give back what a call did not need, or take what it needed beyond."""
    if spent != reserved:
        more: Mapping[str, int] = {"tokens": spent - reserved}
        await ports.records.write(
            [Update(USAGE, _key(day, who), add=more) for who in (actor.id, None)]
        )
    await _tell(ports, day, await limits(ports))


async def _tell(ports: Ports, day: str, most: Limits, *, used_up: bool = False) -> None:
    """Tell what alerts may follow from, once for each of TOLD and each limit of the day."""
    key, limit = _key(day, None), most.tokens_per_day
    for _ in range(_TRIES):
        item = await ports.records.get(USAGE, key)
        if item is None or limit == 0:
            return
        tokens = int(item["tokens"])
        percent = 100 if used_up else 100 * tokens // limit
        reached = max((each for each in TOLD if percent >= each), default=0)
        if reached <= (item.get("told", 0) if item.get("told_of") == limit else 0):
            return
        price = max(most.price_in_microusd, most.price_out_microusd)
        data = {
            "day": day,
            "tokens": tokens,
            "limit": limit,
            "used_up": reached == 100,
            "most_microusd": -(-tokens * price // 1_000_000),
        }
        event = Event("ai.spent", f"ai-{day}", instant(ports.clock.now()), data)
        known = Equals("tokens", item["tokens"])
        noted = Update(USAGE, key, set={"told": reached, "told_of": limit}, when=(known,))
        try:
            await ports.records.write([noted], [event])
            return
        except ConditionFailed:
            continue  # spent on meanwhile


def cost_microusd(limits: Limits, tokens_in: int, tokens_out: int) -> int:
    """Millionths of a US dollar, rounded up."""
    total = tokens_in * limits.price_in_microusd + tokens_out * limits.price_out_microusd
    return -(-total // 1_000_000)
