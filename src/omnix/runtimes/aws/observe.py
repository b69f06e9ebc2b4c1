"""What an invocation tells: its lines in the log, its metrics, and how much time it has left."""

import json
import logging
import os
import sys
import time
from typing import Any

from omnix.platform.logs import REQUEST_ID, JsonLines

SPARE_SECONDS = 5.0
"""What a function keeps of its time to tell how far it came."""


class Time:
    """How much of an invocation is left, by what Lambda tells at its start."""

    def __init__(self, context: Any) -> None:
        self._ends: float = time.monotonic() + context.get_remaining_time_in_millis() / 1000

    @property
    def left(self) -> float:
        """Seconds that work may still take; none of the last few, which are kept for the end."""
        return self._ends - SPARE_SECONDS - time.monotonic()


class _Lines(JsonLines):
    """The platform's lines, with the trace that they belong to."""

    def format(self, record: logging.LogRecord) -> str:
        trace = os.environ.get("_X_AMZN_TRACE_ID")
        if trace and not hasattr(record, "trace_id"):
            record.trace_id = trace.partition(";")[0].removeprefix("Root=")
        return super().format(record)


def logs_to_output() -> None:
    """JSON lines on standard output, which Lambda keeps; in place of Lambda's own handler."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_Lines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(os.environ.get("LOG_LEVEL", "INFO"))
    logging.getLogger("mangum").setLevel(logging.WARNING)
    logging.getLogger("botocore").setLevel(logging.WARNING)


def begin(context: Any) -> Time:
    """Note whose call it is, for the log, and when it must end."""
    REQUEST_ID.set(context.aws_request_id)
    return Time(context)


TROUBLE = frozenset({"behind", "buried", "postponed", "stopped", "unreadable"})
"""What is counted on CloudWatch, where each metric is paid for by the hour in which it is told."""


def measured(function: str, **values: float) -> None:
    """Tell how much was done: one line, of which CloudWatch counts what is trouble, by stage and
    function (its embedded metric format).
    """
    env = os.environ
    trouble = [name for name, value in values.items() if value and name in TROUBLE]
    line: dict[str, Any] = {"stage": env.get("STAGE", ""), "function": function, **values}
    if trouble:
        line["_aws"] = {
            "Timestamp": int(time.time() * 1000),
            "CloudWatchMetrics": [
                {
                    "Namespace": env.get("PROJECT_NAME", "omnix-ai"),
                    "Dimensions": [["stage", "function"]],
                    "Metrics": [{"Name": name, "Unit": "Count"} for name in trouble],
                }
            ],
        }
    sys.stdout.write(json.dumps(line) + "\n")
