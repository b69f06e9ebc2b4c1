"""Parent products and their variants: products of their own that differ by options.

The parent's record says which product has which values, so one condition on its version keeps the
combinations unique and their number bounded, whoever else is writing.
"""

from collections.abc import Sequence

import msgspec

from omnix.kit.errors import AlreadyExists, ConditionFailed, Conflict, Invalid, NotFound
from omnix.kit.ids import new_id
from omnix.kit.paging import Page
from omnix.kit.time import instant
from omnix.ports import Absent, Delete, Equals, Operation, Ports, Put

from .declare import PARENTS
from .model import MAX_VARIANTS, NewParent, Parent, ParentChange, Product, tidy

_SCOPE = "all"


async def get(ports: Ports, id: str) -> Parent:
    """Raises NotFound."""
    stored = await ports.records.get(PARENTS, (_SCOPE, id))
    if stored is None:
        raise NotFound(f"no parent product {id}")
    return msgspec.convert(stored, Parent)


async def get_many(ports: Ports, ids: Sequence[str]) -> dict[str, Parent]:
    """The parents that exist among ``ids``, of any number."""
    found: dict[str, Parent] = {}
    distinct = list(dict.fromkeys(ids))
    for start in range(0, len(distinct), 100):
        keys = [(_SCOPE, id) for id in distinct[start : start + 100]]
        for stored in await ports.records.get_many(PARENTS, keys):
            if stored is not None:
                found[stored["id"]] = msgspec.convert(stored, Parent)
    return found


async def listing(ports: Ports, limit: int, cursor: str | None) -> Page[Parent]:
    """By id."""
    page = await ports.records.query(PARENTS, _SCOPE, limit=limit, cursor=cursor)
    return Page([msgspec.convert(item, Parent) for item in page.items], page.next_cursor)


async def everything(ports: Ports) -> dict[str, Parent]:
    """All parents by id: for files and jobs."""
    found: dict[str, Parent] = {}
    async for chunk in ports.records.scan(PARENTS):
        found |= {item["id"]: msgspec.convert(item, Parent) for item in chunk}
    return found


async def create(ports: Ports, new: NewParent) -> Parent:
    """Raises AlreadyExists for a taken id; Invalid for options that are named twice."""
    now = instant(ports.clock.now())
    parent = Parent(
        id=new.id or new_id("par"), name=tidy(new.name, "name"), options=_options(new.options),
        created_at=now, updated_at=now,
    )  # fmt: skip
    try:
        await ports.records.write([Put(PARENTS, item(parent), when=(Absent(),))])
    except ConditionFailed as error:
        raise AlreadyExists.field("id", parent.id) from error
    return parent


async def change(ports: Ports, id: str, given: ParentChange) -> Parent:
    """Another name, or other names of as many options. Raises Conflict for another version."""
    before = await get(ports, id)
    if given.version != before.version:
        raise Conflict(f"the parent product is at version {before.version}; read it again")
    options = before.options if given.options is None else _options(given.options)
    if before.variants and len(options) != len(before.options):
        raise Invalid.field("options", f"must stay {len(before.options)}: there are variants")
    name = before.name if given.name is None else tidy(given.name, "name")
    after = msgspec.structs.replace(before, name=name, options=options)
    return await _write(ports, before, after)


async def remove(ports: Ports, id: str) -> None:
    """Raises Conflict while there are variants."""
    parent = await get(ports, id)
    if parent.variants:
        raise Conflict(f"it has {len(parent.variants)} variants; take them out first")
    gone = Delete(PARENTS, (_SCOPE, id), when=(Equals("version", parent.version),))
    try:
        await ports.records.write([gone])
    except ConditionFailed as error:
        raise Conflict("the parent product changed meanwhile; read it again") from error


async def membership(ports: Ports, before: Product | None, after: Product) -> list[Operation]:
    """What the parents' records become with ``after`` in place of ``before``, for the batch that
    stores it. Raises Invalid by field for a parent or values that do not fit."""
    if before is not None and (before.parent_id, before.options) == (
        after.parent_id, after.options,
    ):  # fmt: skip
        return []
    if after.parent_id is None and after.options:
        raise Invalid.field("options", "are a variant's; name its parent_id too")
    now = instant(ports.clock.now())
    wanted = [each.parent_id for each in (before, after) if each is not None and each.parent_id]
    parents = await get_many(ports, wanted)
    changed: dict[str, Parent] = {}
    if before is not None and before.parent_id in parents:
        parent = parents[before.parent_id]
        rest = {id: values for id, values in parent.variants.items() if id != before.id}
        changed[parent.id] = msgspec.structs.replace(parent, variants=rest)
    if after.parent_id is not None:
        known = changed.get(after.parent_id) or parents.get(after.parent_id)
        if known is None:
            raise Invalid.field("parent_id", f"no parent product {after.parent_id}")
        changed[known.id] = joined(known, after)
    return [
        Put(
            PARENTS,
            item(msgspec.structs.replace(each, version=each.version + 1, updated_at=now)),
            when=(Equals("version", each.version),),
        )
        for each in changed.values()
    ]


def joined(parent: Parent, variant: Product) -> Parent:
    """The parent with a product as its variant. Raises Invalid by field."""
    if len(variant.options) != len(parent.options):
        needed = ", ".join(parent.options)
        raise Invalid.field("options", f"needs {len(parent.options)} values, for {needed}")
    same = _compared(variant.options)
    for id, values in parent.variants.items():
        if id != variant.id and _compared(values) == same:
            raise Invalid.field("options", f"are those of its variant {id} already")
    variants = {**parent.variants, variant.id: variant.options}
    if len(variants) > MAX_VARIANTS:
        raise Invalid.field("parent_id", f"has {MAX_VARIANTS} variants, which is the most")
    return msgspec.structs.replace(parent, variants=variants)


def item(parent: Parent) -> dict[str, object]:
    """The parent as stored."""
    return {**msgspec.to_builtins(parent), "scope": _SCOPE}


async def _write(ports: Ports, before: Parent, after: Parent) -> Parent:
    now = instant(ports.clock.now())
    after = msgspec.structs.replace(after, version=before.version + 1, updated_at=now)
    stood = Equals("version", before.version)
    try:
        await ports.records.write([Put(PARENTS, item(after), when=(stood,))])
    except ConditionFailed as error:
        raise Conflict("the parent product changed meanwhile; read it again") from error
    return after


def _options(given: Sequence[str]) -> tuple[str, ...]:
    options = tuple(tidy(name, f"options[{n}]") for n, name in enumerate(given))
    if len(set(_compared(options))) != len(options):
        raise Invalid.field("options", "are named twice")
    return options


def _compared(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(value.casefold() for value in values)
