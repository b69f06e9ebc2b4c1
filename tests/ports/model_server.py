"""A server of OpenAI's protocol whose model says what its last words are told to.

It stands for the language model alone: adapters and protocol are the real ones. Both kinds of
answer are there, at once for the emulator of Bedrock and in pieces for our own adapter.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class ModelServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.busy = 0
        """How many requests are still refused for a moment."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: ModelServer

    def log_message(self, *_: Any) -> None:
        pass

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(asked)
        self.server.keys.append(self.headers.get("Authorization"))
        last = asked["messages"][-1]
        words = str(last["content"])
        if self.server.busy:
            self.server.busy -= 1
            return self.answer(503, {"error": {"message": "later"}})
        if words == "too long":
            return self.answer(400, {"error": {"message": "the context is full"}})
        if words == "redirect":
            self.send_response(302)
            self.send_header("Location", f"{self.server.address}/elsewhere")
            return self.end_headers()
        if words == "nonsense":
            return self.raw(b'data: {"choices": 7}\n\n')
        message, why = _said(last, words)
        usage = {"prompt_tokens": len(asked["messages"]), "completion_tokens": 7}
        if not asked["stream"]:
            choice = {"index": 0, "message": message, "finish_reason": why}
            return self.answer(200, {"choices": [choice], "usage": usage})
        deltas = _pieces(message)
        chunks = [{"choices": [{"index": 0, "delta": one}]} for one in deltas]
        if words == "break off":
            return self.raw(b"".join(map(_event, chunks)))
        chunks.append({"choices": [{"index": 0, "delta": {}, "finish_reason": why}]})
        chunks.append({"choices": [], "usage": usage})
        return self.raw(b": hello\n\n" + b"".join(map(_event, chunks)) + b"data: [DONE]\n\n")

    def answer(self, status: int, body: Any) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def raw(self, data: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.wfile.write(data)


def _said(last: dict[str, Any], words: str) -> tuple[dict[str, Any], str]:
    def call(number: int, arguments: str) -> dict[str, Any]:
        function = {"name": "stock_of", "arguments": arguments}
        return {"id": f"c{number}", "type": "function", "function": function}

    if last["role"] == "tool":
        return {"role": "assistant", "content": f"There are {words}."}, "stop"
    if words == "ask for stock":
        calls = [call(n, json.dumps({"product": f"p{n}", "deep": {"n": [n]}})) for n in (1, 2)]
        return {"role": "assistant", "content": None, "tool_calls": calls}, "tool_calls"
    if words == "ask badly":
        calls = [call(1, "{not json")]
        return {"role": "assistant", "content": None, "tool_calls": calls}, "tool_calls"
    if words == "talk on":
        return {"role": "assistant", "content": "and so on"}, "length"
    return {"role": "assistant", "content": f"You said {words}; schön, isn\u2019t it?"}, "stop"


def _pieces(message: dict[str, Any]) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = [{"role": "assistant"}]
    text = message["content"] or ""
    made += [{"content": text[n : n + 5]} for n in range(0, len(text), 5)]
    for index, call in enumerate(message.get("tool_calls", ())):
        name, arguments = call["function"]["name"], call["function"]["arguments"]
        begun = {"index": index, "id": call["id"], "function": {"name": name, "arguments": ""}}
        made.append({"tool_calls": [begun]})
        for n in range(0, len(arguments), 7):
            part = {"index": index, "function": {"arguments": arguments[n : n + 7]}}
            made.append({"tool_calls": [part]})
    return made


def _event(chunk: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"


@contextmanager
def model_server() -> Iterator[ModelServer]:
    with ModelServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
