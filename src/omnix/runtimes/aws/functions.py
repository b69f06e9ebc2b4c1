"""The Lambda functions of the stack: plain data that the infrastructure is made from.

Imports neither numerics nor boto3. Everything is called as the design calls it (table ``auth``,
queue ``forecasting-queue``); the infrastructure gives the names of the account.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from omnix.adapters.aws.tables import TABLES
from omnix.runtimes.aws.shapes import (
    EventStream,
    Every,
    Function,
    Grant,
    Kind,
    Queue,
    Routes,
    Sockets,
    TableStream,
)
from omnix.runtimes.aws.touched import (
    ALL,
    ANSWERED,
    COMBED,
    COMPUTED,
    FOLLOWED,
    FOLLOWING,
    LOOKED_THROUGH,
    SHOP,
    notifying,
)

BUNDLES: Mapping[Kind, tuple[str, ...]] = {
    "backend": ("litestar", "msgspec", "argon2-cffi", "joserfc", "pyotp", "mangum"),
    "forecast": ("litestar", "msgspec", "argon2-cffi", "joserfc", "pyotp", "mangum", "numpy"),
    "lake": ("msgspec", "numpy", "duckdb", "deltalake", "sqlglot"),
    "work": ("msgspec", "numpy", "duckdb", "deltalake", "sqlglot", "python-calamine"),
}
"""Distributions that each kind of bundle holds beside ``omnix``, with what they need in turn.

boto3 is not among them: Lambda's Python has it. The lake's libraries alone fill most of the
250 MB that Lambda unpacks, so what answers the web does without them and asks the lake.
"""

FORECASTING, NOTIFICATIONS = "forecasting-queue", "notifications-queue"
DEAD = "forecasting-dlq"
EVENTS = "events"
DATA_LAKE, STATIC_ASSETS = "data-lake", "static-assets"
LAKE, BLOBS, ANSWERS = "lake/", "blobs/", "blobs/answers/"
UPLOADS = "blobs/imports/uploads/"
ATHENA_ANSWERS = f"{ANSWERS}athena/"
"""Prefixes in the data lake's bucket. What lies under ANSWERS may expire after a day, under
UPLOADS after a week."""


@dataclass(frozen=True)
class QueueOf:
    """A queue to be made. After ``attempts`` receipts a message goes to ``dead_letters``."""

    name: str
    visibility: int
    dead_letters: str | None = None
    attempts: int = 5


QUEUES = (
    QueueOf(FORECASTING, 300, DEAD),
    QueueOf(NOTIFICATIONS, 60),
    QueueOf(DEAD, 360),
)


def table_variable(table: str) -> str:
    """The environment variable with the account's name of a table."""
    return table.upper().replace("-", "_") + "_TABLE"


QUEUE_VARIABLES = {FORECASTING: "FORECASTING_QUEUE_URL", NOTIFICATIONS: "NOTIFICATIONS_QUEUE_URL"}
BUCKET_VARIABLES = {DATA_LAKE: "DATA_LAKE_BUCKET", STATIC_ASSETS: "STATIC_ASSETS_BUCKET"}
STREAM_VARIABLE = "EVENTS_STREAM"
"""The Kinesis stream's name."""

WEBSOCKET_VARIABLE = "WEBSOCKET_URL"
"""The https address of the WebSocket API's stage, without a slash at the end."""

LAKE_VARIABLE = "LAKE_FUNCTION"
"""The name of the function called lake."""

ATHENA_VARIABLE = "ATHENA_WORKGROUP"
"""Athena's work group; Glue's database has its name with underscores."""

BUS_VARIABLE = "EVENT_BUS"
"""The name of EventBridge's bus, on which other systems listen."""

KEY_VARIABLE = "KEY_ARN"
"""The key that new secrets are encrypted with; the account's own where it is empty."""

SENDER_VARIABLE, MODEL_VARIABLE = "MAIL_SENDER", "CHAT_MODEL"
"""Whom mail comes from, and a model or inference profile of Bedrock; without them there is none."""

_PLATFORM = (
    *map(table_variable, TABLES),
    *QUEUE_VARIABLES.values(),
    *BUCKET_VARIABLES.values(),
    STREAM_VARIABLE,
    KEY_VARIABLE,
)


def _tables(names: Iterable[str], *access: str) -> tuple[Grant, ...]:
    return tuple(Grant("table", name, access) for name in names)


_EVENTS_OUT = _tables(("outbox",), "read", "write")
_SECRETS = Grant("secret", "", ("read",))
_SEND = tuple(Grant("queue", name, ("send",)) for name in QUEUE_VARIABLES)
_LAKE_READ = Grant("bucket", DATA_LAKE, ("read", "list"), LAKE)
_LAKE_WRITE = Grant("bucket", DATA_LAKE, ("read", "write", "list"), LAKE)
_ATHENA = (
    Grant("athena", "", ("ask", "look", "tell")),
    Grant("bucket", DATA_LAKE, ("read", "write", "list", "locate"), ATHENA_ANSWERS),
)
_FILES = Grant("bucket", DATA_LAKE, ("read", "write", "list"), BLOBS)

_COMPUTED = (
    "/v1/forecasts", "/v1/forecasts/{proxy+}", "/v1/ai/forecast", "/v1/ai/{proxy+}", "/mcp",
    "/v1/inventory/replenishment", "/v1/inventory/replenishment/{proxy+}",
    "/v1/purchase-orders/from-replenishment",
    "/v1/experiments", "/v1/experiments/{proxy+}",
    "/v1/dashboard/changes", "/v1/inventory/echelons/{proxy+}",
)  # fmt: skip
_ANSWERED = (
    "/{proxy+}", "/v1", "/v1/{proxy+}", "/v1/ai",
    "/v1/inventory", "/v1/inventory/{proxy+}", "/v1/inventory/echelons",
    "/v1/purchase-orders", "/v1/purchase-orders/{proxy+}",
    "/v1/dashboard", "/v1/dashboard/{proxy+}",
)  # fmt: skip
"""Also the way to paths further down that are computed: API Gateway does not look back."""

FUNCTIONS: tuple[Function, ...] = (
    Function(
        name="backend",
        title="The API",
        handler="omnix.runtimes.aws.entry.handle",
        kind="backend",
        memory=1024,
        timeout=29,
        triggers=(Routes(_ANSWERED),),
        variables=(*_PLATFORM, LAKE_VARIABLE, SENDER_VARIABLE, MODEL_VARIABLE),
        grants=(
            *_tables(ALL, "read"),
            *_tables(ANSWERED, "write"),
            *_EVENTS_OUT,
            *(Grant("queue", name, ("send", "count")) for name in QUEUE_VARIABLES),
            Grant("secret", "", ("read", "write")),
            _FILES,
            Grant("bucket", DATA_LAKE, ("list",), LAKE),
            Grant("function", "lake", ("invoke",)),
        ),
    ),
    Function(
        name="forecast",
        title="The routes of the API that compute",
        handler="omnix.runtimes.aws.entry.handle",
        kind="forecast",
        memory=1769,
        timeout=29,
        triggers=(Routes(_COMPUTED),),
        variables=(*_PLATFORM, LAKE_VARIABLE, MODEL_VARIABLE),
        grants=(
            *_tables(COMPUTED, "read"),
            *_tables(("experiments", "forecasts", "inventory", "system", "auth"), "write"),
            *_EVENTS_OUT,
            Grant("queue", FORECASTING, ("send",)),
            _SECRETS,
            Grant("bucket", DATA_LAKE, ("read",), ANSWERS),
            Grant("function", "lake", ("invoke",)),
        ),
    ),
    Function(
        name="lake",
        title="Named queries over the facts, asked by the others",
        handler="omnix.runtimes.aws.lake.handle",
        kind="lake",
        memory=1769,
        timeout=28,
        triggers=(),
        variables=("DATA_LAKE_BUCKET", ATHENA_VARIABLE),
        grants=(_LAKE_READ, Grant("bucket", DATA_LAKE, ("write",), ANSWERS), *_ATHENA),
        ephemeral=4096,
    ),
    Function(
        name="live",
        title="Live updates: clients' messages in, events out",
        handler="omnix.runtimes.aws.live.handle",
        kind="backend",
        memory=512,
        timeout=60,
        triggers=(
            Sockets(),
            EventStream(EVENTS, batch=100, window=0, attempts=5),
            Every("live-connections", 1, {"schedule": "connections"}),
        ),
        variables=(*_PLATFORM, WEBSOCKET_VARIABLE),
        grants=(
            *_tables(("auth", "realtime", "system"), "read", "write"),
            Grant("stream", EVENTS, ("get",)),
            Grant("secret", "", ("read", "write")),
            Grant("websocket", "", ("manage",)),
        ),
    ),
    Function(
        name="relay",
        title="Events from the outbox to the stream",
        handler="omnix.runtimes.aws.relay.handle",
        kind="backend",
        memory=512,
        timeout=60,
        triggers=(
            TableStream("outbox", batch=100, attempts=10),
            Every("relay-sweep", 1, {"schedule": "sweep"}),
        ),
        variables=_PLATFORM,
        grants=(
            *_tables(("outbox", "system"), "read", "write"),
            Grant("table", "outbox", ("stream",)),
            Grant("stream", EVENTS, ("put",)),
        ),
    ),
    Function(
        name="consumers",
        title="What follows from events: facts, rollups, proposals",
        handler="omnix.runtimes.aws.consumers.handle",
        kind="work",
        memory=1769,
        timeout=300,
        triggers=(
            EventStream(EVENTS, batch=100, window=1, attempts=10),
            Every("consumers-behind", 5, {"schedule": "behind"}),
        ),
        variables=(*_PLATFORM, ATHENA_VARIABLE, BUS_VARIABLE),
        grants=(
            *_tables(FOLLOWED, "read"),
            *_tables(FOLLOWING, "write"),
            *_tables(LOOKED_THROUGH, "scan"),
            *_EVENTS_OUT,
            *_SEND,
            Grant("stream", EVENTS, ("get",)),
            Grant("bus", "", ("put",)),
            _LAKE_WRITE,
            *_ATHENA,
        ),
        ephemeral=4096,
    ),
    Function(
        name="jobs",
        title="Long work, one message at a time",
        handler="omnix.runtimes.aws.jobs.handle",
        kind="work",
        memory=3008,
        timeout=300,
        triggers=(Queue(FORECASTING, batch=1, concurrency=5),),
        variables=(*_PLATFORM, ATHENA_VARIABLE, BUS_VARIABLE),
        grants=(
            *_tables(SHOP, "read", "write"),
            *_tables(COMBED, "scan"),
            *_EVENTS_OUT,
            Grant("queue", FORECASTING, ("send", "consume")),
            Grant("queue", NOTIFICATIONS, ("send",)),
            Grant("stream", EVENTS, ("get",)),
            Grant("bus", "", ("put",)),
            _LAKE_WRITE,
            *_ATHENA,
            _FILES,
        ),
        ephemeral=4096,
    ),
    Function(
        name="notifications",
        title="Messages to people",
        handler="omnix.runtimes.aws.jobs.handle",
        kind="work",
        memory=512,
        timeout=60,
        triggers=(Queue(NOTIFICATIONS, batch=10, concurrency=5),),
        variables=(*_PLATFORM, SENDER_VARIABLE),
        grants=(
            *_tables(notifying(NOTIFICATIONS), "read", "write"),
            *_EVENTS_OUT,
            Grant("queue", NOTIFICATIONS, ("send", "consume")),
        ),
    ),
    Function(
        name="upkeep",
        title="Schedules, the first start, and messages that the queue gave up",
        handler="omnix.runtimes.aws.upkeep.handle",
        kind="backend",
        memory=512,
        timeout=60,
        triggers=(
            Every("schedules", 5, {"schedule": "due"}),
            Queue(DEAD, batch=10, concurrency=2),
        ),
        variables=_PLATFORM,
        grants=(
            *_tables(("auth", "system"), "read", "write"),
            *_EVENTS_OUT,
            *_SEND,
            Grant("queue", DEAD, ("consume",)),
            Grant("secret", "", ("read", "write")),
        ),
    ),
)
