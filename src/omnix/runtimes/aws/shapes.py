"""What a function of the stack is: what starts it, and what it may touch. Plain data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["backend", "forecast", "lake", "work"]


@dataclass(frozen=True)
class Routes:
    """Paths of the REST API, every method; ``{proxy+}`` as API Gateway means it. Longest wins."""

    paths: tuple[str, ...]


@dataclass(frozen=True)
class Sockets:
    """The WebSocket API: its $connect, $disconnect and $default routes."""


@dataclass(frozen=True)
class TableStream:
    """The DynamoDB stream of ``table`` (new images), from TRIM_HORIZON, inserts only.

    ``attempts`` counts repetitions; what fails for longer the sweep finds.
    """

    table: str
    batch: int
    attempts: int
    report_failures: bool = True


@dataclass(frozen=True)
class EventStream:
    """The Kinesis stream, from TRIM_HORIZON, one batch of a shard at a time.

    Waits ``window`` seconds at most for ``batch`` records. A batch that fails is repeated
    ``attempts`` times and halved each time; a consumer that missed it goes back by itself.
    """

    stream: str
    batch: int
    window: int
    attempts: int
    report_failures: bool = True
    bisect: bool = True


@dataclass(frozen=True)
class Queue:
    """Messages of ``queue``, ``batch`` at most, in at most ``concurrency`` functions at once."""

    queue: str
    batch: int
    concurrency: int
    report_failures: bool = True


@dataclass(frozen=True)
class Every:
    """A call with ``input`` every ``minutes`` minutes."""

    name: str
    minutes: int
    input: Mapping[str, str]


Trigger = Routes | Sockets | TableStream | EventStream | Queue | Every


@dataclass(frozen=True)
class Grant:
    """What a function may do to a resource called ``name``.

    | kind | name | access |
    |---|---|---|
    | table | of the design | read, write, scan, stream |
    | queue | of the design | send, consume, count |
    | bucket | of the design, with ``prefix`` | read, write (delete too), list, locate |
    | stream | EVENTS | put, get |
    | bus | "" | put |
    | secret | what begins with ``<project>/<env>/`` | read, write |
    | function | another's name | invoke |
    | websocket | "" | manage |
    | athena | "" | ask, look (for a table), tell (of one) |

    ``read`` of a table is GetItem, BatchGetItem and Query, also of its indexes; ``write`` is
    PutItem, UpdateItem, DeleteItem, ConditionCheckItem and BatchWriteItem. Keys follow from
    the resources that they encrypt.
    """

    kind: Literal[
        "table", "queue", "bucket", "stream", "bus", "secret", "function", "websocket", "athena"
    ]
    name: str
    access: tuple[str, ...]
    prefix: str = ""


@dataclass(frozen=True)
class Function:
    """One function. ``memory`` in MB, ``timeout`` in seconds, ``handler`` as Lambda's setting.

    ``variables`` are the environment variables that it reads; STAGE and PROJECT_NAME always.
    """

    name: str
    title: str
    handler: str
    kind: Kind
    memory: int
    timeout: int
    triggers: tuple[Trigger, ...]
    variables: tuple[str, ...]
    grants: tuple[Grant, ...]
    reserved: int | None = None
    """At most so many at once; None for the account's limit."""

    ephemeral: int = 512
    """MB of /tmp."""
