"""Logs as JSON lines: one object a line, the same fields on every runtime."""

import json
import logging
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from omnix.kit.errors import Unavailable

_KEPT = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """``timestamp``, ``level``, ``service``, ``message``, then whatever ``extra`` carries."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC)
        line = {
            "timestamp": moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{int(record.msecs):03d}Z",
            "level": record.levelname,
            "service": record.name.removeprefix("omnix."),
            "message": record.getMessage(),
        }
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
