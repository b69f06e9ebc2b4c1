"""The platform of one Lambda container, from its environment; made at the first call."""

import asyncio
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from omnix.adapters.aws.blobs import AwsBlobs
from omnix.adapters.aws.calls import Calls
from omnix.adapters.aws.lake_remote import RemoteLake
from omnix.adapters.aws.platform import AwsPlatform, Resources
from omnix.adapters.aws.tables import TABLES
from omnix.declared import COLLECTIONS, DECLARED, FACTS
from omnix.kit.declare import JobType
from omnix.platform.consume import Consumer
from omnix.ports import Lake, Ports
from omnix.runtimes.aws.functions import (
    ATHENA_VARIABLE,
    BLOBS,
    BUCKET_VARIABLES,
    BUS_VARIABLE,
    DATA_LAKE,
    EVENTS,
    KEY_VARIABLE,
    LAKE,
    LAKE_VARIABLE,
    MODEL_VARIABLE,
    QUEUE_VARIABLES,
    SENDER_VARIABLE,
    STREAM_VARIABLE,
    WEBSOCKET_VARIABLE,
    table_variable,
)
from omnix.runtimes.aws.outward import outward
from omnix.runtimes.aws.own import BEHIND, CONNECTIONS

if TYPE_CHECKING:
    from omnix.adapters.aws.lake import AwsLake

T = TypeVar("T")

JOB_TYPES: Mapping[str, JobType] = {job.name: job for one in DECLARED for job in one.jobs}
CACHE = Path("/tmp/omnix")
_LAKE_MEMORY = 0.6
PATIENCE = 200.0
_ENDPOINT = "AWS_ENDPOINT_URL"


def resources(env: Mapping[str, str]) -> Resources:
    """What the infrastructure made. Raises KeyError for a variable that is missing."""
    return Resources(
        tables={table: env[table_variable(table)] for table in TABLES},
        queues={name: env[variable] for name, variable in QUEUE_VARIABLES.items()},
        bucket=env[BUCKET_VARIABLES[DATA_LAKE]],
        stream=env.get(STREAM_VARIABLE, EVENTS),
        secrets=f"{env['PROJECT_NAME']}/{env['STAGE']}/",
        websocket=_management(env.get(WEBSOCKET_VARIABLE, ""), env.get(_ENDPOINT)),
        key=env.get(KEY_VARIABLE) or None,
        sender=env.get(SENDER_VARIABLE) or None,
        model=env.get(MODEL_VARIABLE) or None,
    )


def _management(address: str, endpoint: str | None) -> str:
    """Where connections are managed; an emulator has all APIs under one address."""
    if not endpoint or "/_aws/" in address:
        return address
    parts = urlsplit(address)
    return f"{endpoint}/_aws/execute-api/{(parts.hostname or '').split('.')[0]}{parts.path}"


def lake_here(calls: Calls, env: Mapping[str, str], patience: float) -> "AwsLake":
    """The lake read and written by this function itself; brings numerics. A query that Athena is
    asked takes ``patience`` seconds at most.
    """
    from omnix.adapters.aws.athena import Athena
    from omnix.adapters.aws.lake import AwsLake

    endpoint = env.get(_ENDPOINT)
    options = {"aws_endpoint_url": endpoint, "aws_allow_http": "true"} if endpoint else {}
    group = env.get(ATHENA_VARIABLE)
    memory = int(int(env.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1769")) * _LAKE_MEMORY)
    return AwsLake(
        calls,
        env[BUCKET_VARIABLES[DATA_LAKE]],
        CACHE,
        FACTS,
        prefix=LAKE,
        options=options,
        memory=f"{memory}MB",
        athena=Athena(calls, group, database(group), patience) if group else None,
    )


def database(workgroup: str) -> str:
    """Glue's database that belongs to a work group; its names have no dashes."""
    return workgroup.replace("-", "_")


def _lake_elsewhere(calls: Calls, env: Mapping[str, str]) -> Lake:
    name = env.get(LAKE_VARIABLE) or f"{env['PROJECT_NAME']}-lake-{env['STAGE']}"
    return RemoteLake(calls, name, AwsBlobs(calls, env[BUCKET_VARIABLES[DATA_LAKE]], BLOBS))


class Container:
    """What lives as long as the container: an event loop, and the platform on it.

    ``lake``: whether the function has the lake itself, or asks the one that has.
    """

    def __init__(self, env: Mapping[str, str], *, lake: bool) -> None:
        self.env = env
        self.loop = asyncio.new_event_loop()
        calls = Calls()
        self._lake = lake_here(calls, env, PATIENCE) if lake else None
        made: Lake = self._lake or _lake_elsewhere(calls, env)
        known = resources(env)
        self.queues = tuple(known.queues.values())
        self._secrets = known.secrets
        collections = (*COLLECTIONS, CONNECTIONS, BEHIND)
        self.platform = AwsPlatform(known, collections, JOB_TYPES.values(), made, calls=calls)

    @property
    def ports(self) -> Ports:
        return self.platform.ports

    def others(self) -> tuple[Consumer, ...]:
        """Who tells other systems, if there is a bus for them."""
        bus = self.env.get(BUS_VARIABLE)
        if not bus:
            return ()
        return (
            outward(self.platform.calls, bus, f"{self.env['PROJECT_NAME']}.{self.env['STAGE']}"),
        )

    def secret_name(self, name: str) -> str:
        """What a secret of ours is called in the account."""
        return self._secrets + name

    def enter(self) -> None:
        """Make the container's loop the present one, for those who look for it."""
        asyncio.set_event_loop(self.loop)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """``work`` to its end, on the loop that all calls of this container share."""
        self.enter()
        return self.loop.run_until_complete(work)

    def close(self) -> None:
        """For tests; a container of Lambda just ends."""
        if self._lake is not None:
            self._lake.close()
        self.platform.close()
        self.loop.close()
