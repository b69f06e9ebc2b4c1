"""A language model that is talked to."""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any, Literal, Protocol

import msgspec

from omnix.kit.errors import Unavailable

Ended = Literal["said", "calls", "length", "refused", "malformed"]


class Tool(msgspec.Struct, frozen=True):
    """Something that the model may ask for; ``parameters`` is the JSON Schema of an object."""

    name: str
    description: str
    parameters: Mapping[str, Any]


class ToolCall(msgspec.Struct, frozen=True):
    """The model asks for a tool. Its arguments are as it made them up: judge them."""

    id: str
    name: str
    arguments: Mapping[str, Any]


class ToolResult(msgspec.Struct, frozen=True):
    """What the call with this ``id`` came to."""

    id: str
    text: str


class Turn(msgspec.Struct, frozen=True):
    """One side's words. The model's may have ``calls``, and the next of the user's has all of
    their ``results``.
    """

    role: Literal["user", "model"]
    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    results: tuple[ToolResult, ...] = ()


class Prompt(msgspec.Struct, frozen=True):
    """What is asked. ``turns`` alternate, from the user's first to the user's last."""

    turns: tuple[Turn, ...]
    system: str = ""
    tools: tuple[Tool, ...] = ()
    max_tokens: int = 1024
    temperature: float = 0.0


class Reply(msgspec.Struct, frozen=True):
    """The model's turn, why it ended, and the tokens that it cost.

    ``calls``: it waits for results. ``length``: ``max_tokens`` were not enough. ``refused``: a
    filter kept it back. ``malformed``: it called a tool with what is no object of JSON.
    """

    turn: Turn
    ended: Ended
    tokens_in: int = 0
    tokens_out: int = 0


class Chat(Protocol):
    """One language model, or none."""

    @property
    def model(self) -> str | None:
        """What the model is called, for the record; None if none is configured."""
        ...

    def stream(self, prompt: Prompt) -> AsyncIterator[str | Reply]:
        """Pieces of text as they come, and the whole reply at last.

        Raises Invalid for a prompt that the model does not take, such as one too long for it,
        and Unavailable, also halfway, if it cannot be reached or none is configured.
        """
        ...


async def reply(chat: Chat, prompt: Prompt) -> Reply:
    """The whole reply at once."""
    whole: Reply | None = None
    async for piece in chat.stream(prompt):
        if isinstance(piece, Reply):
            whole = piece
    assert whole is not None
    return whole


class Heard:
    """What came of a reply so far, piece by piece; adapters fill it.

    ``ended`` is None until the model says why it ended.
    """

    def __init__(self) -> None:
        self.ended: Ended | None = None
        self.tokens = (0, 0)
        self._text: list[str] = []
        self._calls: dict[int, list[str]] = {}

    def text(self, text: str) -> None:
        self._text.append(text)

    def call(self, number: int, id: str = "", name: str = "", arguments: str = "") -> None:
        """A piece of the call with this number, whose arguments come in pieces of JSON."""
        call = self._calls.setdefault(number, ["", "", ""])
        call[0] = id or call[0]
        call[1] += name
        call[2] += arguments

    def reply(self) -> Reply:
        """The whole. Raises Unavailable if it broke off."""
        ended = self.ended
        if ended is None:
            raise Unavailable("the language model broke off")
        calls = []
        for number, (id, name, arguments) in sorted(self._calls.items()):
            made = _object(arguments)
            if made is None or not name:
                ended = "malformed"
                continue
            calls.append(ToolCall(id or f"call-{number}", name, made))
        if ended == "malformed":
            calls = []
        elif calls and ended == "said":
            ended = "calls"
        return Reply(Turn("model", "".join(self._text), tuple(calls)), ended, *self.tokens)


def _object(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text or "{}")
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
