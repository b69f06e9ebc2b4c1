"""The outbox's stream to the bus, and what the stream missed."""

import logging
import os
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from omnix.adapters.aws.relay import aggregates
from omnix.kit.errors import Unavailable
from omnix.runtimes.aws.observe import Time, begin, logs_to_output, measured
from omnix.runtimes.aws.stack import Container

_log = logging.getLogger("omnix.relay")

AT_ONCE = 25
"""Records whose aggregates are relayed together, between two looks at the clock."""

Failures = dict[str, list[dict[str, str]]]


async def stream(
    container: Container, records: Sequence[Mapping[str, Any]], time: Time
) -> Failures:
    """Relay what ``records`` tell of; names the first one that was not, for which and all
    after it Lambda comes again.
    """
    count = 0
    for start in range(0, len(records), AT_ONCE):
        some = records[start : start + AT_ONCE]
        try:
            if time.left <= 0:
                raise Unavailable("the time is over")
            count += await container.platform.bus.relay.relay(aggregates(some))
        except Unavailable as error:
            _log.warning("the relay waits: %s", error.detail)
            measured("relay", relayed=count, postponed=len(records) - start)
            return {"batchItemFailures": [{"itemIdentifier": _number(some[0])}]}
    measured("relay", relayed=count)
    return {"batchItemFailures": []}


def _number(record: Mapping[str, Any]) -> str:
    return str(record["dynamodb"]["SequenceNumber"])


@cache
def _container() -> Container:
    logs_to_output()
    return Container(os.environ, lake=False)


def handle(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Records of the outbox's stream, or ``{"schedule": "sweep"}``."""
    container = _container()
    time = begin(context)
    if "Records" in event:
        return container.run(stream(container, event["Records"], time))
    swept = container.run(container.platform.bus.relay.sweep())
    measured("relay", swept=swept)
    return {"swept": swept}
