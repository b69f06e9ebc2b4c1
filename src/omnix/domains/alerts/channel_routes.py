"""Channels for alerts over HTTP."""

import msgspec
from litestar import delete, get, patch, post

from omnix.domains.system.settings import shop
from omnix.kit.errors import OmnixError
from omnix.kit.ids import new_id
from omnix.platform.access import Actor
from omnix.platform.http import Cursor, Limit, Listing, RetryKey, allow
from omnix.platform.turns import Turns
from omnix.ports import Ports

from . import channels, messages
from .channels import ChannelChange, ChannelView, NewChannel, view

_ASK = allow("alert-channels:write", 409)


class ChannelList(Listing, frozen=True, kw_only=True):
    """A page of channels."""

    items: list[ChannelView]


class Tested(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a test message went out, and what was said if it did not."""

    delivered: bool
    detail: str = ""


@get("/alert-channels", opt=_ASK, summary="List channels for alerts")
async def list_alert_channels(ports: Ports, limit: Limit, cursor: Cursor) -> ChannelList:
    """One page, by id; never with their secrets."""
    page = await channels.listing(ports, limit, cursor)
    return ChannelList(items=list(page.items), next_cursor=page.next_cursor)


@post("/alert-channels", opt=_ASK, summary="Add a channel for alerts")
async def create_alert_channel(
    ports: Ports, actor: Actor, data: NewChannel, idempotency_key: RetryKey = None
) -> ChannelView:
    """Adds it; a webhook's secret is in this answer and in no other."""
    return view(await channels.create(ports, actor, data, idempotency_key), with_secret=True)


@get("/alert-channels/{channel_id:str}", opt=_ASK, summary="Get a channel for alerts")
async def get_alert_channel(ports: Ports, channel_id: str) -> ChannelView:
    """One channel, without its secret."""
    return view(await channels.get(ports, channel_id))


@patch("/alert-channels/{channel_id:str}", opt=_ASK, summary="Change a channel for alerts")
async def change_alert_channel(
    ports: Ports, actor: Actor, channel_id: str, data: ChannelChange
) -> ChannelView:
    """Changes the fields sent, if ``version`` is still the current one. A new secret is in this
    answer and in no other."""
    changed, rotated = await channels.change(ports, actor, channel_id, data)
    return view(changed, with_secret=rotated)


@delete("/alert-channels/{channel_id:str}", opt=_ASK, summary="Delete a channel for alerts")
async def delete_alert_channel(ports: Ports, actor: Actor, channel_id: str) -> None:
    """Takes it away, with what it had still to tell."""
    await channels.delete(ports, actor, channel_id)


@post(
    "/alert-channels/{channel_id:str}/test", opt=allow("alert-channels:write", 503),
    status_code=200, summary="Send a test message",
)  # fmt: skip
async def test_alert_channel(ports: Ports, turns: Turns, channel_id: str) -> Tested:
    """Sends one now, once, whatever the hour, and says how it went."""
    channel = await channels.get(ports, channel_id)
    name = (await shop(ports)).name
    message = messages.Message(
        id=messages.message_id(new_id("test")), shop=name, at=ports.clock.now(), alerts=(),
        total=0, test=True,
    )  # fmt: skip
    async with turns.take():
        try:
            await messages.send(ports, channel, message)
        except messages.Gone:
            return Tested(delivered=False, detail="the receiver answers 410 Gone")
        except OmnixError as error:
            return Tested(delivered=False, detail=error.detail)
    return Tested(delivered=True)


ROUTES = (
    list_alert_channels,
    create_alert_channel,
    get_alert_channel,
    change_alert_channel,
    delete_alert_channel,
    test_alert_channel,
)
