"""Two records of one person made one, and taken apart again.

The record that is merged stays as it is, archived and with a redirect to the one that is kept;
orders, facts and events keep the id under which they happened. Who reads follows the redirect.
History that was rewritten could not be told apart again, would have to be rewritten in tables of
facts that are only appended to, and would still miss what comes in late under the former id.
"""

from typing import Any

import msgspec

from omnix.kit.errors import ConditionFailed, Conflict, Invalid
from omnix.kit.events import Event
from omnix.kit.time import instant
from omnix.platform import search, unique
from omnix.platform.access import Actor
from omnix.ports import Absent, Equals, Operation, Ports, Put

from . import service
from .declare import CUSTOMERS
from .model import Consent, Customer, Merged, item, texts
from .service import EMAIL_SCOPE, SCOPE

MOST = 50
"""Records merged into one: a person has a few, and a page of them must stay quick."""

_GAPS = ("email", "phone", "address")
_MOST_TAGS, _MOST_IDS = 50, 20


async def merge(
    ports: Ports, actor: Actor, id: str, other_id: str, *, dry_run: bool = False
) -> Customer:
    """Merge ``other_id`` into ``id`` and answer with the record that is kept; with ``dry_run``
    only tell what it would be.

    Done again, it is done once. Raises NotFound, Invalid for one with itself, Conflict where
    either was merged into another already.
    """
    if id == other_id:
        raise Invalid.field("other", "is the same customer")
    keeps = await service.get(ports, id)
    other = await service.get(ports, other_id)
    if other.merged is not None and other.merged.into == id:
        return keeps
    for each in (keeps, other):
        if each.merged is not None:
            raise Conflict(f"{each.id} was merged into {each.merged.into}; merge that one")
    if len(keeps.same) >= MOST:
        raise Conflict(f"{id} has {MOST} records merged into it; no more can be")
    now = instant(ports.clock.now())
    after, note = _filled(keeps, other, actor.id, now)
    if dry_run:
        return after
    gone = msgspec.structs.replace(
        other, status="archived", merged=note, updated_at=now, version=other.version + 1
    )
    operations = _exchange(keeps, after, other, gone)
    if "email" in note.taken:
        operations.append(_moved(str(other.email), other.id, keeps.id))
    told = {"id": keeps.id, "other": other.id, "version": after.version, "by": actor.id}
    await _write(ports, operations, Event("customer.merged", keeps.id, now, told))
    return after


async def unmerge(ports: Ports, actor: Actor, id: str, other_id: str) -> Customer:
    """Take ``other_id`` out of ``id`` again; answers with ``other_id`` as it was before.

    What ``id`` was given by the merge goes back, unless it was changed since. Raises Conflict
    where they are not merged, or where the address of ``other_id`` is a third one's by now.
    """
    keeps = await service.get(ports, id)
    gone = await service.get(ports, other_id)
    note = gone.merged
    if note is None or note.into != id:
        raise Conflict(f"{other_id} is not merged into {id}")
    now = instant(ports.clock.now())
    after = _emptied(keeps, gone, note, now)
    back = msgspec.structs.replace(
        gone, status=note.status, merged=None, updated_at=now, version=gone.version + 1
    )
    operations = _exchange(keeps, after, gone, back)
    if "email" in note.taken:
        email = str(gone.email)
        if keeps.email == email:
            operations.append(_moved(email, id, other_id))
        else:
            operations.append(unique.claim(EMAIL_SCOPE, email, other_id))
    told = {"id": id, "other": other_id, "version": after.version, "by": actor.id}
    await _write(ports, operations, Event("customer.unmerged", id, now, told))
    return back


def _filled(keeps: Customer, other: Customer, by: str, at: str) -> tuple[Customer, Merged]:
    """The kept record with its gaps filled, and the note of what filled them."""
    taken = [name for name in _GAPS if not getattr(keeps, name) and getattr(other, name)]
    tags = [tag for tag in other.tags if tag not in keeps.tags]
    tags = tags[: _MOST_TAGS - len(keeps.tags)]
    ids = [name for name in other.external_ids if name not in keeps.external_ids]
    ids = ids[: _MOST_IDS - len(keeps.external_ids)]
    given: dict[str, Any] = {name: getattr(other, name) for name in taken}
    consent = Consent(
        # Agreed to for an address or a number, so it comes along with it and not without.
        email_marketing=(other if "email" in taken else keeps).consent.email_marketing,
        sms_marketing=(other if "phone" in taken else keeps).consent.sms_marketing,
        # About the person, who refused if either record did.
        personalisation=keeps.consent.personalisation and other.consent.personalisation,
        refuses_personalisation=keeps.consent.refuses_personalisation
        or other.consent.refuses_personalisation,
    )
    after = msgspec.structs.replace(
        keeps,
        **given,
        tags=(*keeps.tags, *tags),
        external_ids={**keeps.external_ids, **{name: other.external_ids[name] for name in ids}},
        consent=consent,
        same=(*keeps.same, other.id),
        updated_at=at,
        version=keeps.version + 1,
    )
    note = Merged(
        into=keeps.id,
        at=at,
        by=by,
        status=other.status,
        taken=tuple(taken),
        tags=tuple(tags),
        external_ids=tuple(ids),
        consent_before=keeps.consent,
        consent_after=consent,
    )
    return after, note


def _emptied(keeps: Customer, gone: Customer, note: Merged, at: str) -> Customer:
    """The kept record without what the merge gave it and nobody changed since."""
    given: dict[str, Any] = {}
    for name in note.taken:
        if getattr(keeps, name) == getattr(gone, name):
            given[name] = {} if name == "address" else None
    for name in Consent.__struct_fields__:
        before, after = getattr(note.consent_before, name), getattr(note.consent_after, name)
        now = getattr(keeps.consent, name)
        given[name] = before if now == after else now
    consent = Consent(**{name: given.pop(name) for name in Consent.__struct_fields__})
    taken_ids = {
        name
        for name in note.external_ids
        if keeps.external_ids.get(name) == gone.external_ids.get(name)
    }
    return msgspec.structs.replace(
        keeps,
        **given,
        consent=consent,
        tags=tuple(tag for tag in keeps.tags if tag not in note.tags),
        external_ids={k: v for k, v in keeps.external_ids.items() if k not in taken_ids},
        same=tuple(one for one in keeps.same if one != gone.id),
        updated_at=at,
        version=keeps.version + 1,
    )


def _exchange(
    keeps: Customer, after: Customer, other: Customer, changed: Customer
) -> list[Operation]:
    """Both records anew, if neither changed meanwhile, and what the kept one is found by."""
    return [
        Put(CUSTOMERS, item(after), when=(Equals("version", keeps.version),)),
        Put(CUSTOMERS, item(changed), when=(Equals("version", other.version),)),
        *search.reindex(SCOPE, keeps.id, texts(keeps), texts(after)),
    ]


def _moved(email: str, owner: str, to: str) -> Put:
    """The address handed on; the batch fails if it is not ``owner``'s."""
    sentinel = unique.sentinel(EMAIL_SCOPE, email, to)
    return Put(unique.UNIQUE, sentinel, when=(Equals("owner", owner),))


async def _write(ports: Ports, operations: list[Operation], event: Event) -> None:
    try:
        await ports.records.write(operations, [event])
    except ConditionFailed as error:
        for position in error.failed:
            failed = operations[position]
            if isinstance(failed, Put) and failed.when == (Absent(),):
                told = "the e-mail address is another customer's by now; change that one first"
                raise Conflict(told) from error
        raise Conflict("a customer changed meanwhile; read both again") from error


async def redirects(ports: Ports) -> dict[str, str]:
    """Every merged customer's id, and the id of the one that is kept in the end."""
    into: dict[str, str] = {}
    cursor = None
    while True:
        page = await ports.records.query(
            CUSTOMERS, "yes", index="merged-index", limit=200, cursor=cursor
        )
        into.update((one["id"], one["merged"]["into"]) for one in page.items)
        cursor = page.next_cursor
        if cursor is None:
            break
    return {id: _root(into, id) for id in into}


def _root(into: dict[str, str], id: str) -> str:
    seen = {id}
    while (above := into.get(id)) is not None and above not in seen:
        seen.add(above)
        id = above
    return id


async def paired(ports: Ports) -> dict[str, list[str]]:
    """The redirects as the parameters ``merged`` and ``kept`` of queries; never empty lists,
    whose type a translated query could not tell.
    """
    found = await redirects(ports) or {"": ""}
    return {"merged": list(found), "kept": list(found.values())}
