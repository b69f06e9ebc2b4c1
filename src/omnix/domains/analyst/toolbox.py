"""The tools put together: what each is called, takes, asks for, and does."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec

from omnix.kit.errors import Invalid, NotFound
from omnix.platform.access import Actor
from omnix.platform.turns import Turns
from omnix.platform.wording import split_reason
from omnix.ports import Ports

from .evidence import Evidence

Run = Callable[[Ports, Actor, Any], Awaitable[Evidence]]


@dataclass(frozen=True)
class Tool:
    """A question to a domain. ``takes`` is a struct that forbids unknown fields; the asker needs
    all of ``permissions``, which are those of the routes that give the same. A ``heavy`` one asks
    the lake or computes, and waits its turn.
    """

    name: str
    title: str
    description: str
    permissions: tuple[str, ...]
    takes: type[msgspec.Struct]
    run: Run
    heavy: bool = False


@cache
def tools() -> dict[str, Tool]:
    """Every tool by name."""
    from .tools import changes, decisions, demand, people, ranking, sales, stock

    modules = (sales, ranking, changes, demand, stock, people, decisions)
    found = [tool for module in modules for tool in module.TOOLS]
    return {tool.name: tool for tool in found}


def allowed(actor: Actor) -> list[Tool]:
    """Those that ``actor`` may use."""
    return [t for t in tools().values() if actor.permissions.issuperset(t.permissions)]


@cache
def parameters(name: str) -> dict[str, Any]:
    """The JSON Schema of what a tool takes, in one piece."""
    return described(tools()[name].takes)


def described(takes: type[msgspec.Struct]) -> dict[str, Any]:
    """The JSON Schema of a struct that holds no other ones."""
    (schema,), parts = msgspec.json.schema_components([takes], ref_template="{name}")
    made: dict[str, Any] = dict(parts[takes.__name__])
    made.pop("title", None)
    made["description"] = str(made.get("description", "")).replace("``", "")
    assert schema
    return made


def judged(takes: type[Any], given: Mapping[str, Any]) -> Any:
    """``given`` as a struct. Raises Invalid, naming the field."""
    try:
        return msgspec.convert(dict(given), takes)
    except msgspec.ValidationError as error:
        told = split_reason(str(error))
        raise Invalid(f"{told.field}: {told.reason}", [told]) from error


async def call(
    ports: Ports, actor: Actor, name: str, given: Mapping[str, Any], turns: Turns | None = None
) -> Evidence:
    """What a tool finds for ``actor``.

    Raises NotFound for no such tool, Forbidden without its permissions, Invalid for arguments.
    """
    tool = tools().get(name)
    if tool is None:
        raise NotFound(f"no tool {name}")
    for permission in tool.permissions:
        actor.require(permission)
    taken = judged(tool.takes, given)
    if turns is None or not tool.heavy:
        return await tool.run(ports, actor, taken)
    async with turns.take():
        return await tool.run(ports, actor, taken)
