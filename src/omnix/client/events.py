"""Events in batches, from a thread of its own."""

import json
import queue
import random
import threading
import time
import urllib.error
import urllib.request
import uuid
from datetime import UTC, datetime
from typing import Any

_MOST = 500
_LONGEST_PAUSE = 30.0


class Events:
    """Takes events at once and sends them in the background, each at least once.

    ``url`` is the server's root, ``key`` an API key that may write events. A batch is sent when
    ``batch`` events wait or after ``interval`` seconds. What fails is sent again, later each
    time, under the same ids. Beyond ``room`` waiting events the newest are dropped; ``dropped``
    and ``refused`` count what did not arrive. As a context, it flushes on leaving.
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        batch: int = 200,
        interval: float = 1.0,
        room: int = 10_000,
        timeout: float = 10.0,
    ) -> None:
        if not 1 <= batch <= _MOST:
            raise ValueError(f"a batch has 1 to {_MOST} events")
        self._url = url.rstrip("/") + "/v1/events/batch"
        self._key, self._batch, self._interval, self._timeout = key, batch, interval, timeout
        self._waiting: queue.Queue[dict[str, Any]] = queue.Queue(room)
        self._closing = threading.Event()
        self.dropped = self.refused = self.sent = 0
        self._thread = threading.Thread(target=self._run, name="omnix-events", daemon=True)
        self._thread.start()

    def track(self, type: str, **fields: Any) -> str:
        """Take an event; its ``message_id``. Never waits and never raises for the network."""
        id = str(fields.pop("message_id", None) or uuid.uuid4())
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        try:
            self._waiting.put_nowait({"at": at, **fields, "type": type, "message_id": id})
        except queue.Full:
            self.dropped += 1
        return id

    def close(self, timeout: float = 10.0) -> None:
        """Send what waits, for at most ``timeout`` seconds; what is left then is dropped."""
        self._closing.set()
        self._thread.join(timeout)

    def __enter__(self) -> "Events":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self) -> None:
        while True:
            events = self._next()
            if events:
                self._deliver(events)
            elif self._closing.is_set():
                return

    def _next(self) -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = []
        until = time.monotonic() + self._interval
        while len(events) < self._batch:
            rest = 0.0 if self._closing.is_set() else until - time.monotonic()
            try:
                events.append(self._waiting.get(timeout=min(max(rest, 0.001), 0.1)))
            except queue.Empty:
                if rest <= 0:
                    break
        return events

    def _deliver(self, events: list[dict[str, Any]]) -> None:
        pause = 0.2
        while True:
            try:
                told = self._post(events)
            except urllib.error.HTTPError as error:
                if error.code < 500 and error.code != 429:
                    self.refused += len(events)  # it would be refused again
                    return
            except (OSError, ValueError):
                pass
            else:
                self.refused += len(told["refused"])
                self.sent += len(events) - len(told["refused"])
                return
            # Not all senders at once when a server comes back.
            time.sleep(pause * random.uniform(0.5, 1.0))
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _post(self, events: list[dict[str, Any]]) -> dict[str, Any]:
        sent_at = datetime.now(UTC).isoformat(timespec="milliseconds")
        request = urllib.request.Request(
            self._url,
            json.dumps({"events": events, "sent_at": sent_at}).encode(),
            {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=self._timeout) as answer:
            told: dict[str, Any] = json.load(answer)
        return told
