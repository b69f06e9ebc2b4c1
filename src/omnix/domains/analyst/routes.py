"""The analyst over HTTP."""

import logging
from collections.abc import AsyncIterator
from typing import Annotated, Any, cast

import msgspec
from litestar import Request, Response, get, patch, post
from litestar.params import Parameter
from litestar.response import Stream

from omnix.kit.errors import OmnixError
from omnix.platform.access import Actor
from omnix.platform.http import Cursor, Limit, Listing, allow
from omnix.platform.turns import Turns
from omnix.ports import Ports

from . import asking, budget, toolbox
from .evidence import Evidence
from .model import (
    AskAnswer,
    AskRequest,
    CallRecord,
    Failed,
    Limits,
    LimitsChange,
    Step,
    UsageAnswer,
)
from .narrator.narrate import suggestions
from .narrator.topics import TOPICS

_log = logging.getLogger("omnix.analyst")
_ASK = allow("ai:ask", 404, 429)
_EVENT_STREAM = "text/event-stream"


class ToolTold(msgspec.Struct, frozen=True, kw_only=True):
    """A tool; ``parameters`` is the JSON Schema of what it takes."""

    name: str
    title: str
    description: str
    permissions: tuple[str, ...]
    parameters: dict[str, Any]


class ToolList(msgspec.Struct, frozen=True):
    """The tools that the asker may use."""

    items: list[ToolTold]


class Suggestions(msgspec.Struct, frozen=True, kw_only=True):
    """Questions to begin with, and one of every kind that is answered without a model."""

    first: list[str]
    every: list[str]


class CallList(Listing, frozen=True, kw_only=True):
    """A page of answers that were given."""

    items: list[CallRecord]


@post("/ai/ask", opt=_ASK, status_code=200, summary="Ask in words")
async def ask(
    ports: Ports, turns: Turns, actor: Actor, request: Request[Any, Any, Any], data: AskRequest
) -> Response[AskAnswer]:
    """An answer whose every number is cited to the result it comes from.

    With ``Accept: text/event-stream`` it comes in steps: ``tool`` for each result, ``text`` for
    each piece of the answer, ``answer`` for the whole.
    """
    if _EVENT_STREAM in request.headers.get("accept", ""):
        made = Stream(
            _events(asking.ask(ports, actor, data, turns)),
            media_type=_EVENT_STREAM,
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
            status_code=200,
        )
        return cast(Response[AskAnswer], made)
    return Response(await asking.whole(ports, actor, data, turns))


async def _events(steps: AsyncIterator[Step]) -> AsyncIterator[bytes]:
    try:
        async for step in steps:
            yield _event(step)
    except OmnixError as error:
        yield _event(Failed(status=error.status, detail=error.detail))
    except Exception as error:
        # The answer has begun: its status can say nothing of this any more.
        _log.error("an answer broke off", exc_info=error)
        yield _event(Failed(status=500, detail="the answer broke off"))


def _event(step: Step) -> bytes:
    kind = step.__struct_config__.tag
    return b"event: %b\ndata: %b\n\n" % (str(kind).encode(), msgspec.json.encode(step))


@get("/ai/suggestions", opt=_ASK, summary="Questions to ask", sync_to_thread=False)
def list_suggestions() -> Suggestions:
    """Questions that are answered also where no language model is configured."""
    return Suggestions(first=suggestions(), every=[topic.example for topic in TOPICS])


@get("/ai/tools", opt=_ASK, summary="The analyst's tools")
async def list_tools(actor: Actor) -> ToolList:
    """What the asker may look up, with what each tool takes."""
    return ToolList(
        [
            ToolTold(
                name=each.name, title=each.title, description=each.description,
                permissions=each.permissions, parameters=toolbox.parameters(each.name),
            )
            for each in toolbox.allowed(actor)
        ]
    )  # fmt: skip


@post("/ai/tools/{name:str}", opt=_ASK, status_code=200, summary="Use a tool")
async def use_tool(
    ports: Ports,
    turns: Turns,
    actor: Actor,
    name: Annotated[str, Parameter(max_length=64)],
    data: dict[str, Any] | None = None,
) -> Evidence:
    """What the tool finds, with units, days, filters and the page that shows it."""
    return await toolbox.call(ports, actor, name, data or {}, turns)


@get("/ai/usage", opt=_ASK, summary="What was spent today")
async def get_usage(ports: Ports, actor: Actor) -> UsageAnswer:
    """Calls and tokens of the language model, and the limits."""
    day = await budget.today(ports)
    return UsageAnswer(
        day=day,
        model=ports.chat.model,
        mine=await budget.used(ports, day, actor.id),
        everybody=await budget.used(ports, day, None),
        limits=await budget.limits(ports),
    )


@patch("/ai/limits", opt=allow("ai:manage"), summary="Set what may be spent")
async def change_limits(ports: Ports, data: LimitsChange) -> Limits:
    """Changes the limits of a day, and the prices that costs are computed with."""
    return await budget.change(ports, data)


@get("/ai/calls", opt=allow("ai:manage"), summary="Answers that were given")
async def list_calls(ports: Ports, limit: Limit, cursor: Cursor) -> CallList:
    """Who asked, by what it was answered, and what it cost; newest first, without any words."""
    page = await asking.calls(ports, limit, cursor)
    return CallList(items=list(page.items), next_cursor=page.next_cursor)


ROUTES = (
    ask,
    list_suggestions,
    list_tools,
    use_tool,
    get_usage,
    change_limits,
    list_calls,
)
