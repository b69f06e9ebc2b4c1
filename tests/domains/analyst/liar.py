"""A server of OpenAI's protocol whose model does what a test tells it, for the worse mostly."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Messages = list[dict[str, Any]]
Behaviour = Callable[[Messages], str | list[tuple[str, dict[str, Any]]]]
"""What the model says to the messages so far: text, or calls of tools with their arguments."""
_USAGE = {"prompt_tokens": 100, "completion_tokens": 20}


class LyingServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, behaviour: Behaviour) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behaviour = behaviour
        self.asked: list[dict[str, Any]] = []
        self.wait = threading.Event()
        self.wait.set()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    @property
    def seen(self) -> str:
        """Everything that was ever sent."""
        return json.dumps(self.asked, ensure_ascii=False)


class _Handler(BaseHTTPRequestHandler):
    server: LyingServer

    def log_message(self, *_: Any) -> None:
        pass

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(asked)
        self.server.wait.wait(20)
        said = self.server.behaviour(asked["messages"])
        if not asked["stream"]:
            return self._at_once(said)
        if isinstance(said, str):
            deltas: list[dict[str, Any]] = [
                {"content": said[n : n + 9]} for n in range(0, len(said), 9)
            ]
            why = "stop"
        else:
            deltas, why = [{"tool_calls": _calls(said)}], "tool_calls"
        chunks: list[dict[str, Any]] = [{"choices": [{"index": 0, "delta": d}]} for d in deltas]
        chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": why}]})
        chunks.append({"choices": [], "usage": _USAGE})
        body = b"".join(b"data: " + json.dumps(c).encode() + b"\n\n" for c in chunks)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        try:
            self.wfile.write(body + b"data: [DONE]\n\n")
        except BrokenPipeError:
            return None  # the asker's patience was at its end

    def _at_once(self, said: str | list[tuple[str, dict[str, Any]]]) -> None:
        """As the emulator of Bedrock asks."""
        words = isinstance(said, str)
        message = {"content": said} if words else {"content": None, "tool_calls": _calls(said)}
        choice = {"index": 0, "message": {"role": "assistant", **message},
                  "finish_reason": "stop" if words else "tool_calls"}  # fmt: skip
        body = json.dumps({"choices": [choice], "usage": _USAGE}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _calls(said: Any) -> list[dict[str, Any]]:
    return [
        {"index": n, "id": f"c{n}", "type": "function",
         "function": {"name": name, "arguments": json.dumps(given)}}
        for n, (name, given) in enumerate(said)
    ]  # fmt: skip


@contextmanager
def lying(behaviour: Behaviour) -> Iterator[LyingServer]:
    with LyingServer(behaviour) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            server.wait.set()
            server.shutdown()
            thread.join()


def results(messages: Messages) -> list[dict[str, Any]]:
    """What the tools told the model."""
    return [json.loads(m["content"]) for m in messages if m["role"] == "tool"]


def corrected(messages: Messages) -> int:
    """How often the model was told to write its answer again."""
    return sum(m["role"] == "user" for m in messages) - 1
