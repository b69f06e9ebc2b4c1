"""A language model at any address that speaks OpenAI's protocol, or none."""

import contextlib
import json
import random
import time
from collections.abc import AsyncIterator, Generator, Mapping
from http.client import HTTPException, HTTPResponse
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from omnix.kit.errors import Invalid, OmnixError, Unavailable
from omnix.kit.threads import drawn
from omnix.ports import Chat, Ended, Heard, Prompt, Reply, Tool, Turn

SECONDS = 60.0
"""How long to wait for the first piece, and from each to the next."""

ATTEMPTS = 3
LONGEST_LINE = 1_000_000
_BUSY = frozenset({408, 409, 429, 500, 502, 503, 504})
_ENDS: Mapping[str, Ended] = {
    "stop": "said",
    "tool_calls": "calls",
    "length": "length",
    "content_filter": "refused",
}


class NoChat:
    """Where no language model is configured."""

    @property
    def model(self) -> str | None:
        return None

    def stream(self, prompt: Prompt) -> AsyncIterator[str | Reply]:
        raise Unavailable("no language model is configured: set OMNIX_CHAT_URL")


class _NoRedirect(HTTPRedirectHandler):
    """A key sent on to another host would be given away."""

    def redirect_request(self, *_: Any) -> None:
        return None


class OpenAiChat:
    """``model`` at ``url``, to which ``/chat/completions`` is added.

    Raises Invalid for an address that is none, or would send a key without TLS elsewhere.
    """

    def __init__(self, url: str, model: str, key: str = "") -> None:
        parts = urlsplit(url)
        here = parts.hostname in ("localhost", "127.0.0.1", "::1")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Invalid("the language model's address must begin with https:// or http://")
        if key and parts.scheme == "http" and not here:
            raise Invalid("a key for the language model is sent by https:// only")
        self._url = url.rstrip("/") + "/chat/completions"
        self._model = model
        self._key = key
        self._opener = build_opener(_NoRedirect)

    @property
    def model(self) -> str | None:
        return self._model

    def stream(self, prompt: Prompt) -> AsyncIterator[str | Reply]:
        return drawn(self._talk(prompt))

    def _talk(self, prompt: Prompt) -> Generator[str | Reply]:
        heard = Heard()
        with _translated(), contextlib.closing(self._opened(prompt)) as answer:
            while line := answer.readline(LONGEST_LINE):
                if not line.startswith(b"data:"):
                    continue
                data = line[5:].strip()
                if data == b"[DONE]":
                    break
                piece = _take(heard, json.loads(data))
                if piece:
                    yield piece
        yield heard.reply()

    def _opened(self, prompt: Prompt) -> HTTPResponse:
        headers = {"Content-Type": "application/json", "Accept": "text/event-stream"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        body = json.dumps(_request(self._model, prompt)).encode()
        request = Request(self._url, body, headers)
        for attempt in range(ATTEMPTS):
            try:
                answer: HTTPResponse = self._opener.open(request, timeout=SECONDS)
                return answer
            except HTTPError as error:
                with error:
                    refusal = _refusal(error)
                if error.code not in _BUSY or attempt == ATTEMPTS - 1:
                    raise refusal from error
            time.sleep(random.uniform(0, 0.5 * 2**attempt))
        raise AssertionError


@contextlib.contextmanager
def _translated() -> Generator[None]:
    try:
        yield
    except (OSError, HTTPException) as error:
        raise Unavailable(f"the language model cannot be reached: {error}") from error
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise Unavailable("the language model's answer cannot be understood") from error


def _refusal(error: HTTPError) -> OmnixError:
    with contextlib.suppress(OSError, HTTPException, ValueError, LookupError, TypeError):
        why = json.loads(error.read(10_000))["error"]["message"]
        if error.code in (400, 413, 422):
            return Invalid(f"the language model refuses this: {why}")
    return Unavailable(f"the language model cannot be used: HTTP {error.code}")


def _request(model: str, prompt: Prompt) -> dict[str, Any]:
    messages: list[dict[str, Any]] = []
    if prompt.system:
        messages.append({"role": "system", "content": prompt.system})
    for turn in prompt.turns:
        messages += _messages(turn)
    made: dict[str, Any] = {
        "model": model,
        "messages": messages,
        "max_tokens": prompt.max_tokens,
        "temperature": prompt.temperature,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if prompt.tools:
        made["tools"] = [_tool(tool) for tool in prompt.tools]
    return made


def _tool(tool: Tool) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description}
    return {"type": "function", "function": {**function, "parameters": dict(tool.parameters)}}


def _messages(turn: Turn) -> list[dict[str, Any]]:
    if turn.role == "model":
        made: dict[str, Any] = {"role": "assistant", "content": turn.text or None}
        if turn.calls:
            made["tool_calls"] = [
                {
                    "id": call.id,
                    "type": "function",
                    "function": {"name": call.name, "arguments": json.dumps(call.arguments)},
                }
                for call in turn.calls
            ]
        return [made]
    results = [{"role": "tool", "tool_call_id": r.id, "content": r.text} for r in turn.results]
    return [*results, *([{"role": "user", "content": turn.text}] if turn.text else [])]


def _take(heard: Heard, chunk: Mapping[str, Any]) -> str:
    """The text that ``chunk`` adds."""
    usage = chunk.get("usage")
    if usage:
        heard.tokens = (int(usage["prompt_tokens"]), int(usage["completion_tokens"]))
    text = ""
    for choice in chunk.get("choices") or ():
        delta = choice.get("delta") or {}
        text += delta.get("content") or ""
        for part in delta.get("tool_calls") or ():
            function = part.get("function") or {}
            heard.call(
                part.get("index", 0),
                part.get("id") or "",
                function.get("name") or "",
                function.get("arguments") or "",
            )
        if choice.get("finish_reason"):
            heard.ended = _ENDS.get(choice["finish_reason"], "said")
    heard.text(text)
    return text


def configured(environment: Mapping[str, str]) -> Chat:
    """By ``OMNIX_CHAT_URL``, ``OMNIX_CHAT_MODEL`` and ``OMNIX_CHAT_KEY``; none without the first.

    Raises Invalid for settings that make no sense.
    """
    url = environment.get("OMNIX_CHAT_URL")
    if not url:
        return NoChat()
    model = environment.get("OMNIX_CHAT_MODEL")
    if not model:
        raise Invalid("set OMNIX_CHAT_MODEL to the name of the language model")
    return OpenAiChat(url, model, environment.get("OMNIX_CHAT_KEY", ""))
