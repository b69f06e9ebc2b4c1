"""Where alerts are told besides the page: e-mail, signed webhooks, and rooms of a chat."""

import base64
import secrets
from datetime import timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from omnix.kit.errors import ConditionFailed, Conflict, Invalid, NotFound
from omnix.kit.events import Event
from omnix.kit.ids import Id, new_id
from omnix.kit.paging import Page
from omnix.kit.text import normal
from omnix.kit.time import instant
from omnix.platform.access import Actor
from omnix.platform.changing import sent
from omnix.platform.idempotency import Retry
from omnix.ports import Absent, Condition, Delete, Equals, Operation, Ports, Put, mailbox

from . import outbound
from .declare import CHANNELS
from .model import Severity
from .rules import SCOPE

MOST_CHANNELS = 50
ROTATION = timedelta(hours=24)
SECRET = "whsec_"
_SECRET_BYTES = 32
Wall = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9](?!\n)$")]
Digest = Literal["instant", "hourly", "daily"]
ChannelName = Annotated[str, Meta(min_length=1, max_length=100)]
Url = Annotated[str, Meta(min_length=8, max_length=2000)]
Mailbox = Annotated[str, Meta(min_length=3, max_length=254)]


class Quiet(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Hours of the shop's day in which nothing is told; over midnight where they wrap."""

    begins: Wall
    ends: Wall


class NewChannel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A channel to add: ``to`` is one address for ``email``, ``url`` belongs to the others.

    ``digest`` gathers alerts to one message an hour, or a day at ``digest_at`` of the shop's
    clock. Critical alerts pass digest and quiet hours at once where ``urgent``.
    """

    name: ChannelName
    kind: Literal["email", "webhook", "slack"]
    id: Id | None = None
    to: Mailbox | None = None
    url: Url | None = None
    least_severity: Severity = "info"
    digest: Digest = "instant"
    digest_at: Wall = "08:00"
    quiet: Quiet | None = None
    urgent: bool = True
    enabled: bool = True


class ChannelChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fields to change; those left out stay. ``version`` is the one that was read.

    ``rotate_secret`` makes a new secret for a webhook; both sign for another 24 hours.
    """

    version: int
    name: ChannelName | UnsetType = UNSET
    to: Mailbox | UnsetType = UNSET
    url: Url | UnsetType = UNSET
    least_severity: Severity | UnsetType = UNSET
    digest: Digest | UnsetType = UNSET
    digest_at: Wall | UnsetType = UNSET
    quiet: Quiet | UnsetType | None = UNSET
    urgent: bool | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET
    rotate_secret: bool = False


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """A channel as stored. ``disabled_because`` says why it was switched off by itself."""

    id: str
    name: str
    kind: Literal["email", "webhook", "slack"]
    to: str | None = None
    url: str | None = None
    secret: str | None = None
    former_secret: str | None = None
    former_until: str | None = None
    least_severity: Severity = "info"
    digest: Digest = "instant"
    digest_at: str = "08:00"
    quiet: Quiet | None = None
    urgent: bool = True
    enabled: bool = True
    disabled_because: str | None = None
    version: int = 1


class ChannelView(msgspec.Struct, frozen=True, kw_only=True):
    """A channel as shown. ``url`` is shortened to its host, since its path often is a secret;
    ``secret`` is there once: in the answer that made it.
    """

    id: str
    name: str
    kind: Literal["email", "webhook", "slack"]
    to: str | None
    url: str | None
    secret: str | None = None
    least_severity: Severity
    digest: Digest
    digest_at: str
    quiet: Quiet | None
    urgent: bool
    enabled: bool
    disabled_because: str | None
    version: int


def view(channel: Channel, *, with_secret: bool = False) -> ChannelView:
    shown = {n: getattr(channel, n) for n in ChannelView.__struct_fields__}
    if channel.url is not None:
        to = outbound.target(channel.url)
        shown["url"] = f"{'https' if to.secure else 'http'}://{to.authority}/…"
    shown["secret"] = channel.secret if with_secret else None
    return ChannelView(**shown)


def new_secret() -> str:
    return SECRET + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


async def everything(ports: Ports) -> dict[str, Channel]:
    """All channels by id."""
    page = await ports.records.query(CHANNELS, SCOPE, limit=MOST_CHANNELS + 10)
    return {item["id"]: msgspec.convert(item, Channel) for item in page.items}


async def listing(ports: Ports, limit: int, cursor: str | None) -> Page[ChannelView]:
    """One page, by id."""
    page = await ports.records.query(CHANNELS, SCOPE, limit=limit, cursor=cursor)
    return Page([view(msgspec.convert(i, Channel)) for i in page.items], page.next_cursor)


async def get(ports: Ports, id: str) -> Channel:
    """Raises NotFound."""
    item = await ports.records.get(CHANNELS, (SCOPE, id))
    if item is None:
        raise NotFound(f"no alert channel {id}")
    return msgspec.convert(item, Channel)


def _checked(channel: Channel) -> Channel:
    """Raises Invalid for an address that does not suit the kind."""
    wanted, other = ("to", "url") if channel.kind == "email" else ("url", "to")
    if getattr(channel, wanted) is None:
        raise Invalid.field(wanted, f"is needed for {channel.kind}")
    if getattr(channel, other) is not None:
        raise Invalid.field(other, f"has no place in {channel.kind}")
    if channel.to is not None:
        mailbox("to", channel.to)
    if channel.url is not None:
        to = outbound.target(channel.url)
        if not to.secure and not outbound.networks():
            raise Invalid.field("url", "must begin with https://")
    if channel.quiet is not None and channel.quiet.begins == channel.quiet.ends:
        raise Invalid.field("quiet.ends", "must differ from when they begin")
    if not normal(channel.name):
        raise Invalid.field("name", "must not be blank")
    return msgspec.structs.replace(channel, name=normal(channel.name))


async def create(ports: Ports, actor: Actor, new: NewChannel, key: str | None = None) -> Channel:
    """Raises Invalid, and Conflict where the id is taken or there are too many.

    A retry under the same key answers with the channel as it is, secret and all.
    """
    retry = Retry.of(key, actor.id, "alert-channels", new)
    if retry is not None and (answer := await retry.recall(ports.records)) is not None:
        return await get(ports, answer["id"])
    given = {n: getattr(new, n) for n in new.__struct_fields__ if n != "id"}
    made = Channel(
        id=new.id or new_id("chn"), **given,
        secret=new_secret() if new.kind == "webhook" else None,
    )  # fmt: skip
    made = _checked(made)
    if len(await everything(ports)) >= MOST_CHANNELS:
        raise Conflict(f"there are {MOST_CHANNELS} channels already, the most there can be")
    more: list[Operation] = []
    if retry is not None:
        more.append(retry.remember({"id": made.id}, int(ports.clock.now().timestamp())))
    await _store(ports, actor.id, made, (Absent(),), more)
    return made


async def change(
    ports: Ports, actor: Actor, id: str, change: ChannelChange
) -> tuple[Channel, bool]:
    """The channel as it is now, and whether it has a new secret.

    Raises NotFound, Invalid, and Conflict for another version than the current one.
    """
    before = await get(ports, id)
    given = sent(change, before.version, "the channel")
    if given.pop("rotate_secret"):
        if before.kind != "webhook":
            raise Invalid.field("rotate_secret", "only a webhook has a secret")
        until = instant(ports.clock.now() + ROTATION)
        given |= {
            "secret": new_secret(), "former_secret": before.secret, "former_until": until,
        }  # fmt: skip
    if given.get("enabled"):
        given["disabled_because"] = None
    after = _checked(msgspec.structs.replace(before, **given, version=before.version + 1))
    await _store(ports, actor.id, after, (Equals("version", before.version),), [])
    return after, change.rotate_secret


async def disable(ports: Ports, channel: Channel, because: str) -> None:
    """Switch it off by itself. Somebody who changed it meanwhile wins."""
    after = msgspec.structs.replace(
        channel, enabled=False, disabled_because=because, version=channel.version + 1
    )
    try:
        await _store(ports, "system", after, (Equals("version", channel.version),), [])
    except Conflict:
        return


async def delete(ports: Ports, actor: Actor, id: str) -> None:
    """Raises NotFound. What it had still to tell is told no more; rules that name it go on."""
    found = await get(ports, id)
    event = _event(ports, actor.id, found, deleted=True)
    await ports.records.write([Delete(CHANNELS, (SCOPE, id))], [event])


def _event(ports: Ports, by: str, channel: Channel, *, deleted: bool = False) -> Event:
    data = {"id": channel.id, "version": channel.version, "deleted": deleted, "by": by}
    return Event("alert-channel.changed", channel.id, instant(ports.clock.now()), data)


async def _store(
    ports: Ports,
    by: str,
    channel: Channel,
    when: tuple[Condition, ...],
    more: list[Operation],
) -> None:
    item = {**msgspec.to_builtins(channel), "scope": SCOPE}
    try:
        await ports.records.write(
            [Put(CHANNELS, item, when=when), *more], [_event(ports, by, channel)]
        )
    except ConditionFailed as error:
        raise Conflict("the channel was changed meanwhile, or its id is taken") from error
