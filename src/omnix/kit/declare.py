"""What a domain declares: plain data that runtimes, infrastructure and tests read."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Index:
    """A second order over a collection. Items without the partition attribute are not in it.

    ``spread`` is over how many partitions of the table's index AWS lays the items of one value:
    more than 1 where a value stands for the whole shop, since a partition takes a thousand
    writes a second. A page is then read from that many at once.
    """

    name: str
    partition: str
    sort: str
    spread: int = 1


@dataclass(frozen=True)
class Collection:
    """Items of one kind, as a DynamoDB table can hold them.

    ``key`` is the partition attribute and, where there are many items to a partition, the
    sort attribute. ``ttl`` names an attribute in epoch seconds after which an item may vanish.
    ``table`` is the table that holds it on AWS, shared where the domain says so. Few items that
    are read all the time and seldom change are ``remembered``: an adapter that can tell whether
    they changed may keep them in memory, and hand the same one to all its readers. They have no
    ``ttl``. A collection that ``grows`` gets items which stay as they came: no condition and no
    change names one. Nobody puts two under one key (but may load one anew), so that an adapter may
    give them their places later. It has no indexes and no ``ttl``.
    """

    name: str
    table: str
    key: tuple[str] | tuple[str, str]
    indexes: tuple[Index, ...] = ()
    ttl: str | None = None
    remembered: bool = False
    grows: bool = False

    def __post_init__(self) -> None:
        if self.grows and (self.indexes or self.ttl or self.remembered):
            raise ValueError(f"{self.name} grows: it has a key and nothing else")

    def index(self, name: str) -> Index:
        """The index called ``name``. Raises KeyError: asking for another is a programming error."""
        for index in self.indexes:
            if index.name == name:
                return index
        raise KeyError(f"{self.name} has no index {name}")


@dataclass(frozen=True)
class JobType:
    """Work that outlasts a request. ``timeout`` seconds to its next sign of life; then retried.

    ``queue`` carries it on AWS, where the one that forecasts also does all other work.
    """

    name: str
    title: str
    timeout: int = 300
    attempts: int = 3
    queue: str = "forecasting-queue"


@dataclass(frozen=True)
class Schedule:
    """A job asked for at regular times: ``every`` seconds, or daily at ``at`` (shop's HH:MM)."""

    name: str
    job: str
    every: int | None = None
    at: str | None = None


@dataclass(frozen=True)
class Fact:
    """A table of the lake. ``columns`` map name to DuckDB type; ``partition`` is one of them."""

    name: str
    columns: Mapping[str, str]
    partition: str
    order: tuple[str, ...] = ()


@dataclass(frozen=True)
class Permission:
    """Something that a route may ask for, and the roles that have it from the start."""

    name: str
    title: str
    roles: frozenset[str]


@dataclass(frozen=True)
class Guard:
    """A figure that a challenger must not spoil while it wins on another: its distance from
    ``target`` may exceed the champion's by ``slack`` at most.
    """

    metric: str
    target: float
    slack: float


@dataclass(frozen=True)
class Model:
    """A model that the registry keeps.

    ``kind`` is what it answers, ``job`` trains it. A challenger replaces the champion where it
    has ``metric`` (less is better, unless ``more_is_better``) better by the share ``margin`` over
    ``least_origins`` rolling origins or more, on most of them, and spoils none of ``guards``.
    ``every_days`` after it was last trained it is trained anew; None where nothing asks for it
    but its job's own schedule. Realised errors above the backtest's by ``worse`` are drift.
    """

    name: str
    title: str
    kind: str
    job: JobType
    metric: str
    margin: float = 0.02
    least_origins: int = 3
    more_is_better: bool = False
    guards: tuple[Guard, ...] = ()
    every_days: int | None = None
    worse: float = 0.25


@dataclass(frozen=True)
class Domain:
    """All that one domain declares."""

    name: str
    title: str
    collections: tuple[Collection, ...] = ()
    facts: tuple[Fact, ...] = ()
    events: Mapping[str, str] = field(default_factory=dict)
    jobs: tuple[JobType, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    permissions: tuple[Permission, ...] = ()
    models: tuple[Model, ...] = ()


ADMIN, MANAGER, ANALYST, CUSTOMER, SERVICE = "admin", "manager", "analyst", "customer", "service"
ROLES = (ADMIN, MANAGER, ANALYST, CUSTOMER, SERVICE)
READERS = frozenset({ADMIN, MANAGER, ANALYST, SERVICE})
EDITORS = frozenset({ADMIN, MANAGER, SERVICE})
ADMINS = frozenset({ADMIN})
