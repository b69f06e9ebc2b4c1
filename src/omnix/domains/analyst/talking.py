"""The conversation with a language model: it calls tools, answers, and is corrected."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date

import msgspec

from omnix.kit.errors import OmnixError, Unavailable
from omnix.ports import Prompt, Reply, ToolCall, ToolResult, Turn, reply

from . import budget, prompting
from .desk import Desk
from .evidence import Evidence
from .numbers import judge, without_faults
from .saying import plain

MOST_ROUNDS = 6
MOST_CORRECTIONS = 2
MOST_TOKENS = 800
SECONDS = 24.0
"""For all of an answer: API Gateway hangs up after 29."""

_CHARACTERS_TO_A_TOKEN = 3
_MOST_AT_ONCE = 6


class Spent(msgspec.Struct, kw_only=True):
    """What an answer took so far."""

    tokens_in: int = 0
    tokens_out: int = 0
    unsupported: int = 0
    removed: int = 0


class Talk:
    """One question put to the model. ``spent`` holds also where it fails halfway."""

    def __init__(self, desk: Desk, day: str, spent: Spent, seconds: float = SECONDS) -> None:
        self._desk, self._day, self.spent = desk, day, spent
        self._ends = asyncio.get_running_loop().time() + seconds
        self.words = ""

    async def about(self, question: str, today: date) -> AsyncIterator[Evidence]:
        """Each result as it is found; then ``words`` holds the answer, its numbers all found in
        results. Raises Unavailable or TooMany where the model, time or budget gives out.
        """
        turns = [Turn("user", prompting.question(question, today))]
        corrections = 0
        for _ in range(MOST_ROUNDS):
            said = await self._reply(tuple(turns))
            turns.append(said.turn)
            if said.ended == "calls":
                results: list[ToolResult] = []
                for call in said.turn.calls:
                    found, told = await self._call(call, len(results))
                    results.append(told)
                    if found is not None:
                        yield found
                turns.append(Turn("user", results=tuple(results)))
            elif said.ended in ("refused", "malformed") or not said.turn.text.strip():
                raise Unavailable("the language model gave no answer")
            else:
                words = plain(said.turn.text)
                faults = judge(words, self._desk.results).faults
                self.spent.unsupported += len(faults)
                if not faults or corrections == MOST_CORRECTIONS:
                    self.words = self._cleaned(words)
                    return
                corrections += 1
                turns.append(Turn("user", prompting.correction(faults)))
        raise Unavailable("the language model came to no end")

    def _cleaned(self, words: str) -> str:
        kept, removed = without_faults(words, self._desk.results)
        self.spent.removed += removed
        return kept

    async def _reply(self, turns: tuple[Turn, ...]) -> Reply:
        tools = prompting.tools(self._desk.actor)
        return await self.say(
            Prompt(turns, system=prompting.SYSTEM, tools=tools, max_tokens=MOST_TOKENS)
        )

    async def say(self, prompt: Prompt) -> Reply:
        """The model's reply, within time and budget. Raises Unavailable, TooMany, Invalid."""
        ports, actor = self._desk.ports, self._desk.actor
        expected = len(msgspec.json.encode(prompt)) // _CHARACTERS_TO_A_TOKEN + prompt.max_tokens
        await budget.reserve(ports, actor, self._day, expected)
        # What broke off halfway was paid for as well.
        spent = expected
        try:
            async with asyncio.timeout_at(self._ends):
                made = await reply(ports.chat, prompt)
            self.spent.tokens_in += made.tokens_in
            self.spent.tokens_out += made.tokens_out
            spent = made.tokens_in + made.tokens_out or expected
        except TimeoutError as error:
            raise Unavailable("the language model took too long") from error
        finally:
            await budget.settle(ports, actor, self._day, expected, spent)
        return made

    async def _call(self, call: ToolCall, already: int) -> tuple[Evidence | None, ToolResult]:
        if already >= _MOST_AT_ONCE:
            return None, ToolResult(call.id, '{"error": "too many calls at once"}')
        try:
            async with asyncio.timeout_at(self._ends):
                found = await self._desk.look(call.name, call.arguments)
        except TimeoutError as error:
            raise Unavailable("looking things up took too long") from error
        except OmnixError as error:
            return None, _refused(call, error)
        return found, ToolResult(call.id, prompting.result(found))


def _refused(call: ToolCall, error: OmnixError) -> ToolResult:
    return ToolResult(call.id, msgspec.json.encode({"error": error.detail[:300]}).decode())
