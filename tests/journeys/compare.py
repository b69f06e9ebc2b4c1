"""Two runs of the same day, told without what must differ: generated ids and times."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import httpx

from journeys.day import Answer
from omnix.kit.events import Event

_ID = re.compile(r"\b([a-z]+)_[0-9abcdefghjkmnpqrstvwxyz]{26}\b")
_NUMBER = re.compile(r"^[0-9A-Z]{8}-[0-9A-Z]{4}$")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_SECRET = frozenset({"key", "next_cursor"})
"""Fields whose text is drawn anew each time; that they are there is compared."""

SUMMED = frozenset({"dashboard", "sales", "forecasts", "forecast", "proposals", "alerts"})
"""Keys whose events tell of several changes at once, as many as came together, or of what
schedules ask for too, as often as their time comes. All alerts count as one key: which of them
open between two changes, and over how much, depends on whether somebody looks between them.
"""

BETWEEN = frozenset({"alert.refreshed", "alert.changed"})
"""Events of what an alert goes through, which only those see who look at that moment."""

NIGHTLY = frozenset({"recommendations"})
"""Keys whose events only the night makes: its lists, and the model that ranks them."""

PAGES = (
    "/user/profile", "/users", "/auth/api-keys",
    "/system/settings", "/system/settings/history", "/poisoned-events",
    "/products", "/products/gift", "/categories", "/customers", "/locations",
    "/products/mug/sales", "/products/mug/prices",
    "/inventory", "/inventory/mug/history", "/inventory/tray/history", "/inventory/rare/history",
    "/inventory/policy", "/inventory/values", "/inventory/classes",
    "/suppliers", "/suppliers/pottery", "/suppliers/pottery/products",
    "/suppliers/pottery/lead-time", "/suppliers/pottery/deliveries", "/inventory/mug/suppliers",
    "/orders", "/orders/summary", "/orders/statistics", "/purchase-orders",
    "/inventory/replenishment?include=all", "/inventory/replenishment/mug/why",
    "/forecasts", "/forecasts/accuracy", "/forecasts/mug",
    "/dashboard/summary?days=30", "/dashboard/sales", "/dashboard/cohorts",
    "/dashboard/customers", "/metrics",
    "/experiments", "/experiments/metrics", "/imports",
)  # fmt: skip
"""What the day leaves behind. What tells of the runtime itself is not among them: health,
status, cost, and jobs with their dead letters: schedules ask for them at times of their own.
"""


class Names:
    """Generated ids by the order in which they first appear: ``ord_1``, ``ord_2``."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._counts = Counter[str]()

    def learn(self, id: str, prefix: str) -> str:
        if id not in self._known:
            self._counts[prefix] += 1
            self._known[id] = f"{prefix}_{self._counts[prefix]}"
        return self._known[id]

    def knows(self, id: str) -> bool:
        return id in self._known

    def plain(self, value: Any, *, learn: bool = True) -> Any:
        """``value`` with names for ids and ``<time>`` for instants.

        Without ``learn`` an id that has no name yet is one among others of its kind.
        """

        def named(found: re.Match[str]) -> str:
            if learn or found[0] in self._known:
                return self.learn(found[0], found[1])
            return f"{found[1]}_*"

        def of(value: Any) -> Any:
            match value:
                case dict():
                    return {
                        k: "<drawn>" if k in _SECRET and isinstance(v, str) else of(v)
                        for k, v in value.items()
                    }
                case list() | tuple():
                    return [of(each) for each in value]
                case str() if _NUMBER.match(value):
                    return "<number>"
                case str():
                    return _INSTANT.sub("<time>", _ID.sub(named, value))
                case float():
                    # The libraries are built for other machines; their last digits may differ.
                    return float(f"{value:.9g}")
            return value

        return of(value)


Rows = list[tuple[str, Any]]


def answers_of(answers: Iterable[Answer], names: Names) -> Rows:
    """Each answer of the day, in the order in which they were given."""
    return [
        (names.plain(one.asked), {"status": one.status, "told": names.plain(one.told)})
        for one in answers
    ]


def messages_of(messages: Iterable[Mapping[str, Any]], names: Names) -> Rows:
    """Each kind of message with its data and how often it came.

    Changes of different things may overtake each other, and a dashboard that changes often is
    told of once: so messages are counted, and those to the dashboard are only named. So are those
    of models, and jobs that nobody of the day asked for are left out: schedules ask for them at
    times of their own.
    """
    messages = [m for m in messages if not _of_a_schedule(m, names)]
    named = {m["event"] for m in messages if _only_named(m)}
    told = _counted(
        (f"{m['channel']}: {m['event']}", names.plain(m["data"], learn=False))
        for m in messages
        if not _only_named(m)
    )
    return [*told, ("named", sorted(named))]


def _only_named(message: Mapping[str, Any]) -> bool:
    return message["channel"] == "dashboard" or message["event"].startswith("model.")


def _of_a_schedule(message: Mapping[str, Any], names: Names) -> bool:
    id = message["data"].get("id", "")
    return message["event"].startswith("job.") and not names.knows(id)


def events_of(events: Iterable[Event], names: Names) -> Rows:
    """The events of each key in their order; one that was delivered twice counts once.

    Jobs that schedules asked for are left out: their keys tell the time, after a colon; and so is
    what only the night makes (``NIGHTLY``) or only a look at the right moment sees (``BETWEEN``):
    one of two days may tell of it and the other not. Of what sums up several changes
    (``SUMMED``) only the types are compared: how many come together depends on their pace.
    """
    keys: dict[str, list[Any]] = {}
    for event in {event.id: event for event in events if _of_the_day(event)}.values():
        told: Any = {"type": event.type, "data": names.plain(dict(event.data), learn=False)}
        key = "alerts" if event.type.startswith("alert.") else event.key
        of_key = keys.setdefault(key, [])
        if key not in SUMMED:
            of_key.append(told)
        elif event.type not in of_key:
            of_key.append(event.type)
    return _counted(
        (names.plain(key, learn=False), sorted(told) if key in SUMMED else told)
        for key, told in keys.items()
    )


def _of_the_day(event: Event) -> bool:
    return ":" not in event.key and event.key not in NIGHTLY and event.type not in BETWEEN


def _counted(rows: Iterable[tuple[str, Any]]) -> Rows:
    counts = Counter((name, json.dumps(told, sort_keys=True)) for name, told in rows)
    return [(name, {"told": json.loads(told), "times": n}) for (name, told), n in
            sorted(counts.items())]  # fmt: skip


async def look_back(base_url: str, token: str, pages: Sequence[str] = PAGES) -> list[Answer]:
    """What the shop shows of its day on each page."""
    found = []
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=base_url, headers=headers, timeout=60) as client:
        for page in pages:
            answer = await client.get(f"/v1{page}")
            found.append(Answer(f"GET {page}", answer.status_code, answer.json()))
    return found


def differences(ours: Any, theirs: Any, at: str = "") -> list[str]:
    """Where two values differ, field by field."""
    match ours, theirs:
        case dict(), dict():
            fields = [*ours, *(field for field in theirs if field not in ours)]
            found = []
            for field in fields:
                if field not in ours or field not in theirs:
                    where = "the first" if field in ours else "the second"
                    found.append(f"{at}.{field}: only {where} has it")
                else:
                    found += differences(ours[field], theirs[field], f"{at}.{field}")
            return found
        case list(), list() if len(ours) == len(theirs):
            return [
                line
                for index, (one, other) in enumerate(zip(ours, theirs, strict=True))
                for line in differences(one, other, f"{at}[{index}]")
            ]
    return [] if ours == theirs else [f"{at}: {_short(ours)} and {_short(theirs)}"]


def _short(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, default=str)
    return text if len(text) <= 300 else f"{text[:300]}..."


def rows_differ(ours: Rows, theirs: Rows) -> list[str]:
    """Where two lists of rows differ, by their names."""
    names = Counter(name for name, _ in ours), Counter(name for name, _ in theirs)
    found = [
        f"{name}: {names[0][name]} and {names[1][name]} times"
        for name in sorted(names[0] | names[1])
        if names[0][name] != names[1][name]
    ]
    if found:
        return found
    return [
        line
        for (name, one), (_, other) in zip(_sorted(ours), _sorted(theirs), strict=True)
        for line in differences(one, other, name)
    ]


def _sorted(rows: Rows) -> Rows:
    return sorted(rows, key=lambda row: row[0])
