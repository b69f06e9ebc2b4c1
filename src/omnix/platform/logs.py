"""Logs as JSON lines: one object a line, the same fields on every runtime."""

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from omnix.kit.errors import Unavailable
from omnix.kit.trace import CURRENT

_KEPT = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
"""The request, or the job, that is being worked on."""


def service_of(work: Any) -> str:
    """The domain that the function ``work`` is part of, as ``service`` in its lines."""
    parts = getattr(work, "__module__", "").split(".")
    inner = parts[2:] if parts[1:2] == ["domains"] else parts[1:]
    return inner[0] if inner and parts[0] == "omnix" else "platform"


def milliseconds(seconds: float) -> int:
    """As ``execution_time`` has it."""
    return round(seconds * 1000)


class JsonLines(logging.Formatter):
    """``timestamp``, ``level``, ``request_id`` within one, ``trace_id`` where traces are told,
    ``service``, ``message``, then whatever ``extra`` carries, such as ``execution_time`` in
    milliseconds.
    """

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, Any] = {
            "timestamp": moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{int(record.msecs):03d}Z",
            "level": record.levelname,
        }
        id = getattr(record, "request_id", "") or REQUEST_ID.get()
        if id:
            line["request_id"] = id
        if trace := CURRENT.get():
            line["trace_id"] = trace.split("-")[1]
        line["service"] = record.name.removeprefix("omnix.")
        line["message"] = record.getMessage()
        line.update({k: v for k, v in vars(record).items() if k not in _KEPT})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def to_file(path: Path, level: int = logging.INFO) -> None:
    """Send everything to ``path`` (five files of 10 MB at most), and errors to the console too.

    Raises Unavailable if the file cannot be written. A disk that fills up later costs lines of
    the log and nothing else.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = RotatingFileHandler(path, maxBytes=10_000_000, backupCount=4, encoding="utf-8")
    except OSError as error:
        raise Unavailable(f"the log {path} cannot be written: {error.strerror}") from error
    logging.raiseExceptions = False
    file.setFormatter(JsonLines())
    console = logging.StreamHandler()
    console.setLevel(logging.ERROR)
    console.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [file, console]
    root.setLevel(level)
