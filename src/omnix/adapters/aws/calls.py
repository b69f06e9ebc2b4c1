"""Calls to Amazon's services: clients, threads, retries, and the translation of errors."""

import asyncio
import random
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from omnix.kit.errors import Unavailable

T = TypeVar("T")

THREADS = 16
ATTEMPTS = 12
SLOWEST = 0.5
"""Seconds of the longest pause between two attempts."""

BUSY = frozenset(
    {
        "InternalFailure",
        "InternalServerError",
        "InternalServiceError",
        "KMSThrottlingException",
        "LimitExceededException",
        "OperationAborted",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "ServiceUnavailable",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
"""What the same call may outlive."""


def code(error: ClientError) -> str:
    """The service's name for what went wrong."""
    return str(error.response.get("Error", {}).get("Code", ""))


def pause(attempt: int) -> float:
    """Seconds before attempt ``attempt`` + 2: random, growing, bounded."""
    return random.uniform(0, min(SLOWEST, 0.01 * 2**attempt))


class Calls:
    """Clients of one account and region, made at first use, and threads to call them in.

    ``settings`` are arguments of every client, ``endpoints`` the addresses of services that lie
    elsewhere than the environment says (``AWS_ENDPOINT_URL``). Credentials and region come from
    the environment alone. A botocore ``session`` may be shared: it knows the services' models.
    """

    def __init__(
        self,
        *,
        settings: Mapping[str, Any] | None = None,
        endpoints: Mapping[str, str] | None = None,
        threads: int = THREADS,
        session: Any = None,
    ) -> None:
        self._session = session or botocore.session.Session()
        self.settings = dict(settings or {})
        self.endpoints = dict(endpoints or {})
        self._config = Config(
            retries={"mode": "standard", "total_max_attempts": 1},
            max_pool_connections=threads,
            parameter_validation=False,
            connect_timeout=5,
            read_timeout=30,
            s3={"addressing_style": "path"} if self.endpoints or _elsewhere(self._session) else {},
        )
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(threads, "omnix-aws")

    def client(self, service: str) -> Any:
        """The one client of ``service``; clients may be shared between threads."""
        found = self._clients.get(service)
        if found is None:
            with self._lock:
                found = self._clients.get(service)
                if found is None:
                    given = dict(self.settings)
                    config = self._config
                    if service == "s3":
                        # Signed addresses would otherwise be of the kind that KMS does not take.
                        config = config.merge(Config(signature_version="s3v4"))
                    if service in self.endpoints:
                        given["endpoint_url"] = self.endpoints[service]
                    found = self._session.create_client(service, config=config, **given)
                    self._clients[service] = found
        return found

    async def run(self, work: Callable[[], T]) -> T:
        """``work`` in a thread, so that the event loop stays free."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    async def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """One call, repeated while the service is busy or away. For calls that may be repeated.

        Raises Unavailable in the end, and a service's refusal as botocore's ClientError.
        """
        return await self.run(lambda: self.now(service, operation, **parameters))

    def now(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """``call``, in the present thread."""
        for attempt in range(ATTEMPTS):
            try:
                answer: dict[str, Any] = getattr(self.client(service), operation)(**parameters)
                return answer
            except ClientError as error:
                if code(error) not in BUSY:
                    raise
                last: Exception = error
            except HTTPClientError as error:
                last = error
            except BotoCoreError as error:
                raise Unavailable(f"{service} cannot be used: {error}") from error
            if attempt < ATTEMPTS - 1:
                time.sleep(pause(attempt))
        raise Unavailable(f"{service} is not available") from last

    def close(self) -> None:
        """Let go of threads and connections. Safe to repeat."""
        self._pool.shutdown()
        for client in self._clients.values():
            client.close()


def _elsewhere(session: Any) -> bool:
    # Buckets as host names resolve at Amazon only.
    return bool(session.get_config_variable("endpoint_url"))


def refused(error: ClientError, what: str) -> Unavailable:
    """Ours for a refusal that no caller can do anything about: rights, a missing resource."""
    return Unavailable(f"{what}: {code(error)}")
