"""What every implementation of Chat does."""

import pytest

from omnix.kit.errors import Unavailable
from omnix.ports import Chat, Prompt, Reply, Tool, ToolResult, Turn, reply
from ports.model_server import ModelServer

pytestmark = pytest.mark.anyio

STOCK = Tool(
    "stock_of",
    "How much there is of a product.",
    {"type": "object", "properties": {"product": {"type": "string"}}, "required": ["product"]},
)


def asking(text: str, **more: object) -> Prompt:
    return Prompt((Turn("user", text),), **more)  # type: ignore[arg-type]


class ChatContract:
    """Needs the fixtures ``chat``, and ``models``, the server that stands for its model."""

    async def test_it_answers_in_words(self, chat: Chat, models: ModelServer) -> None:
        made = await reply(chat, asking("hello", system="Be brief.", max_tokens=9, temperature=0.5))
        assert made.turn == Turn("model", "You said hello; schön, isn\u2019t it?")
        assert (made.ended, made.tokens_in, made.tokens_out) == ("said", 2, 7)
        asked = models.asked[-1]
        assert [(m["role"], m["content"]) for m in asked["messages"]] == [
            ("system", "Be brief."),
            ("user", "hello"),
        ]
        assert (asked["max_tokens"], asked["temperature"]) == (9, 0.5)
        assert asked["model"] == chat.model
        assert "tools" not in asked

    async def test_words_come_in_pieces_and_the_whole_at_last(self, chat: Chat) -> None:
        pieces = [piece async for piece in chat.stream(asking("many words, please"))]
        whole = pieces.pop()
        assert isinstance(whole, Reply)
        assert len(pieces) > 2
        assert "".join(map(str, pieces)) == whole.turn.text

    async def test_whoever_stops_listening_leaves_it_usable(self, chat: Chat) -> None:
        for _ in range(3):
            stream = chat.stream(asking("many words, please"))
            assert await anext(stream)
            await stream.aclose()  # type: ignore[attr-defined]
        assert (await reply(chat, asking("hello"))).ended == "said"

    async def test_it_asks_for_tools_and_takes_their_results(
        self, chat: Chat, models: ModelServer
    ) -> None:
        first = await reply(chat, asking("ask for stock", tools=(STOCK,)))
        assert first.ended == "calls"
        assert [(c.name, c.arguments) for c in first.turn.calls] == [
            ("stock_of", {"product": f"p{n}", "deep": {"n": [n]}}) for n in (1, 2)
        ]
        assert models.asked[-1]["tools"][0]["function"]["parameters"] == STOCK.parameters
        results = tuple(ToolResult(c.id, f"{n} left") for n, c in enumerate(first.turn.calls))
        turns = (Turn("user", "ask for stock"), first.turn, Turn("user", results=results))
        second = await reply(chat, Prompt(turns, tools=(STOCK,)))
        assert second.turn.text == "There are 1 left."
        asked = models.asked[-1]["messages"]
        assert [m["role"] for m in asked] == ["user", "assistant", "tool", "tool"]
        assert [m["tool_call_id"] for m in asked[2:]] == [c["id"] for c in asked[1]["tool_calls"]]

    async def test_a_call_that_is_no_object_is_malformed(self, chat: Chat) -> None:
        made = await reply(chat, asking("ask badly", tools=(STOCK,)))
        assert (made.ended, made.turn.calls) == ("malformed", ())


class NoChatContract:
    """Needs the fixture ``chat``, of which none is configured."""

    async def test_it_says_that_there_is_none(self, chat: Chat) -> None:
        assert chat.model is None
        with pytest.raises(Unavailable, match="no language model"):
            await reply(chat, asking("hello"))
