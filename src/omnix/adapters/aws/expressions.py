"""Conditions and updates as DynamoDB's expressions."""

from collections.abc import Mapping, Sequence
from typing import Any

from omnix.adapters.aws.items import Wire, wire
from omnix.adapters.aws.layout import Layout
from omnix.ports import Absent, AtLeast, Condition, Equals, Present, Update, check_update


class Terms:
    """Names and values of one request, each written once."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._values: dict[str, Wire] = {}

    def name(self, attribute: str) -> str:
        return self._names.setdefault(attribute, f"#n{len(self._names)}")

    def value(self, value: Wire) -> str:
        mark = f":v{len(self._values)}"
        self._values[mark] = value
        return mark

    def request(self, **expressions: str | None) -> dict[str, Any]:
        """The parts of a request; an expression that is None or empty is left out."""
        made: dict[str, Any] = {name: text for name, text in expressions.items() if text}
        if self._names:
            made["ExpressionAttributeNames"] = {mark: name for name, mark in self._names.items()}
        if self._values:
            made["ExpressionAttributeValues"] = self._values
        return made


def alive(terms: Terms, layout: Layout, now: float) -> str:
    """That an item's time has not come; only for collections whose items end."""
    end = terms.name(layout.table.ttl)
    moment = terms.value({"N": f"{now:.3f}"})
    return f"(attribute_not_exists({end}) OR {end} > {moment})"


def _there(terms: Terms, layout: Layout) -> str:
    return f"attribute_exists({terms.name(layout.table.partition)})"


def _empty(terms: Terms, stored: str) -> str:
    name = terms.name(stored)
    null = terms.value({"S": "NULL"})
    return f"(attribute_not_exists({name}) OR attribute_type({name}, {null}))"


def equal(terms: Terms, stored: str, value: Any) -> str:
    """That an attribute has ``value``; for None also that it is missing."""
    if value is None:
        return _empty(terms, stored)
    return f"{terms.name(stored)} = {terms.value(wire(value))}"


def conditions(terms: Terms, layout: Layout, when: Sequence[Condition], now: float) -> list[str]:
    """Terms that hold together. An item whose time has come is absent to them."""
    ends = layout.collection.ttl is not None
    made: list[str] = []
    for condition in when:
        if isinstance(condition, Absent):
            gone = f"attribute_not_exists({terms.name(layout.table.partition)})"
            if ends:
                moment = terms.value({"N": f"{now:.3f}"})
                gone = f"({gone} OR {terms.name(layout.table.ttl)} <= {moment})"
            made.append(gone)
            continue
        if isinstance(condition, Present):
            made.append(_there(terms, layout))
        elif isinstance(condition, Equals):
            if condition.value is None:
                made.append(_there(terms, layout))
            made.append(equal(terms, layout.stored(condition.attribute), condition.value))
        elif isinstance(condition, AtLeast):
            name = terms.name(layout.stored(condition.attribute))
            made.append(f"{name} >= {terms.value(wire(condition.value))}")
        if ends:
            made.append(alive(terms, layout, now))
    return made


def allowed(layout: Layout, op: Update) -> None:
    """Raises ValueError for an update that makes no sense whatever the item is."""
    check_update(layout.collection, op)
    for slot in layout.slots:
        for attribute in slot.attributes:
            layout.checked(attribute, op.set.get(attribute))
    if layout.collection.ttl is not None:
        layout.checked(layout.collection.ttl, op.set.get(layout.collection.ttl))


def unknown(layout: Layout, op: Update) -> frozenset[str]:
    """Attributes whose present values decide where the changed item lies in its indexes."""
    missing: set[str] = set()
    changed = op.set.keys() | op.add.keys()
    for slot in layout.slots:
        touched = not changed.isdisjoint(slot.attributes)
        if touched:
            missing |= set(slot.attributes) - op.set.keys() - set(layout.key)
    if layout.collection.ttl is not None and layout.collection.ttl in op.add:
        missing.add(layout.collection.ttl)
    return frozenset(missing)


def update(
    terms: Terms,
    layout: Layout,
    parts: tuple[str | int, ...],
    op: Update,
    image: Mapping[str, Any],
    empty: frozenset[str],
) -> tuple[str, list[str]]:
    """The update expression, and terms that keep it from an item that is not like ``image``.

    ``image`` needs only the ``unknown`` attributes; ``empty`` are those to add to that hold None.
    """
    guards = [equal(terms, layout.stored(a), image.get(a)) for a in sorted(unknown(layout, op))]
    guards += [_empty(terms, layout.stored(attribute)) for attribute in sorted(empty)]
    new: dict[str, Any] = dict(zip(layout.key, parts, strict=True))
    new |= {a: image[a] for a in unknown(layout, op) if a in image}
    new |= op.set
    for attribute in op.add.keys() & unknown(layout, op):
        new[attribute] = (image.get(attribute) or 0) + op.add[attribute]
    setting: dict[str, Wire] = {layout.stored(a): wire(v) for a, v in op.set.items()}
    setting |= {a: wire(v) for a, v in layout.constants().items()}
    if not layout.verbatim:
        setting |= {layout.stored(a): wire(v) for a, v in zip(layout.key, parts, strict=True)}
    removing: list[str] = []
    for slot in layout.slots:
        if all(attribute in new for attribute in slot.attributes):
            keys = layout.slot_keys(slot, new)
            if keys is not None:
                setting |= {name: wire(value) for name, value in keys.items()}
                continue
        elif (op.set.keys() | op.add.keys()).isdisjoint(slot.attributes):
            # As it was; an item made by this update has not what the index needs.
            continue
        removing += [slot.index.partition, slot.index.sort]
    ttl = layout.collection.ttl
    if ttl is not None and (ttl in op.set or ttl in op.add):
        end = new.get(ttl)
        if isinstance(end, int):
            setting[layout.table.ttl] = wire(end)
        else:
            removing.append(layout.table.ttl)
    adding = {a: n for a, n in op.add.items() if a not in empty}
    setting |= {layout.stored(a): wire(op.add[a]) for a in sorted(empty)}
    clauses = []
    if setting:
        pairs = (f"{terms.name(a)} = {terms.value(v)}" for a, v in setting.items())
        clauses.append("SET " + ", ".join(pairs))
    if removing:
        clauses.append("REMOVE " + ", ".join(terms.name(a) for a in removing))
    if adding:
        pairs = (
            f"{terms.name(layout.stored(a))} {terms.value(wire(n))}" for a, n in adding.items()
        )
        clauses.append("ADD " + ", ".join(pairs))
    return " ".join(clauses), guards
