"""Webhooks: signed as their standard says, to public addresses only, and never waited for long."""

import asyncio
import socket
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import msgspec
import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from omnix.domains.alerts import channels, messages, outbound
from omnix.domains.alerts.channels import ChannelChange
from omnix.domains.alerts.evaluate import evaluate
from omnix.domains.alerts.kinds import STOCK
from omnix.kit.errors import Invalid, Unavailable
from omnix.platform import jobs

from .shop import ANN, channel, later, receiving, shop, stock, told, work

pytestmark = pytest.mark.anyio


@pytest.fixture
def allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator allows this machine."""
    monkeypatch.setenv(outbound.NETWORKS, "127.0.0.1/32")


def _verified(secret: str | None, came: tuple[dict[str, str], bytes]) -> Any:
    """By the standard's own library, whose clock is the machine's."""
    assert secret is not None
    headers, body = came
    return Webhook(secret).verify(body, headers)


async def test_the_standard_s_library_takes_our_signature(tmp_path: Path, allowed: None) -> None:
    async with shop(tmp_path) as ports, receiving() as receiver:
        _set_to_now(ports)
        hook = await channel(ports, kind="webhook", url=receiver.url)
        await told(ports, "low-stock", hook.id)
        await evaluate(ports, STOCK, [stock("mug", loss=900), stock("tray", loss=50)])
        await work(ports)
        (came,) = receiver.came  # what is found at once is told at once
        data = _verified(hook.secret, came)
        assert data["type"] == "alerts.told"
        assert [alert["loss_minor"] for alert in data["data"]["alerts"]] == [900, 50]
        with pytest.raises(WebhookVerificationError):
            _verified(channels.new_secret(), came)
        with pytest.raises(WebhookVerificationError):
            _verified(hook.secret, (came[0], came[1].replace(b"900", b"901")))


def _set_to_now(ports: Any) -> None:
    """The library looks at the machine's clock; the shop's is at another day."""
    ports.clock.advance((datetime.now(UTC) - ports.clock.now()).total_seconds())


async def test_after_a_rotation_both_secrets_hold_for_a_day(tmp_path: Path, allowed: None) -> None:
    async with shop(tmp_path) as ports, receiving() as receiver:
        _set_to_now(ports)
        old = await channel(ports, kind="webhook", url=receiver.url)
        new, rotated = await channels.change(
            ports, ANN, old.id, ChannelChange(version=1, rotate_secret=True)
        )
        assert rotated
        assert new.secret != old.secret
        now = ports.clock.now()
        body = b'{"a":1}'
        both = messages.signed(new, "msg_1", now, body)
        assert _verified(old.secret, (both, body)) == _verified(new.secret, (both, body))
        later(ports, hours=25)
        one = messages.signed(new, "msg_1", ports.clock.now(), body)
        assert len(one["webhook-signature"].split()) == 1


async def test_a_message_that_failed_comes_again_under_its_name(
    tmp_path: Path, allowed: None
) -> None:
    async with shop(tmp_path) as ports, receiving() as receiver:
        receiver.answers = [b"HTTP/1.1 500 Broken\r\n\r\n", b"nonsense\r\n"]
        hook = await channel(ports, kind="webhook", url=receiver.url)
        await told(ports, "low-stock", hook.id)
        await evaluate(ports, STOCK, [stock()])
        for _ in range(3):
            await work(ports)
            later(ports, seconds=5)
        assert len(receiver.came) == 3
        assert len({headers["webhook-id"] for headers, _ in receiver.came}) == 1
        assert len({headers["webhook-timestamp"] for headers, _ in receiver.came}) == 3
        later(ports, hours=1)
        await work(ports)
        assert len(receiver.came) == 3


async def test_what_never_goes_lies_with_the_dead_letters_and_can_be_sent_again(
    tmp_path: Path, allowed: None
) -> None:
    async with shop(tmp_path) as ports, receiving() as receiver:
        receiver.answers = [b"HTTP/1.1 503 Away\r\n\r\n"] * 12
        hook = await channel(ports, kind="webhook", url=receiver.url)
        await told(ports, "low-stock", hook.id)
        await evaluate(ports, STOCK, [stock()])
        for _ in range(20):
            await work(ports)
            later(ports, seconds=900)
        assert len(receiver.came) == 12
        (dead,) = (await ports.jobs.dead()).items
        assert "503" in dead.error
        await jobs.redrive(ports, dead.id)
        await work(ports)
        assert len(receiver.came) == 13
        assert not (await ports.jobs.dead()).items


async def test_a_redirect_is_not_followed(tmp_path: Path, allowed: None) -> None:
    async with shop(tmp_path) as ports, receiving() as inner, receiving() as receiver:
        receiver.answers = [f"HTTP/1.1 307 There\r\nLocation: {inner.url}\r\n\r\n".encode()]
        hook = await channel(ports, kind="webhook", url=receiver.url)
        with pytest.raises(Invalid, match="redirect"):
            await messages.send(ports, hook, _test())
        assert not inner.came


def _test() -> messages.Message:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return messages.Message(id="msg_1", shop="S", at=at, alerts=(), total=0, test=True)


async def test_who_is_gone_is_asked_no_more(tmp_path: Path, allowed: None) -> None:
    async with shop(tmp_path) as ports, receiving() as receiver:
        receiver.answers = [b"HTTP/1.1 410 Gone\r\n\r\n"]
        hook = await channel(ports, kind="webhook", url=receiver.url)
        await told(ports, "low-stock", hook.id)
        await evaluate(ports, STOCK, [stock("mug")])
        await work(ports)
        now = await channels.get(ports, hook.id)
        assert not now.enabled
        assert now.disabled_because is not None
        await evaluate(ports, STOCK, [stock("tray")])
        await work(ports)
        assert len(receiver.came) == 1


async def test_one_that_hangs_is_given_up(allowed: None) -> None:
    async with receiving() as receiver:
        receiver.hang = True
        with pytest.raises(Unavailable, match=r"within 0\.3 seconds"):
            await outbound.post(receiver.url, b"{}", {}, seconds=0.3)


async def test_one_that_drips_is_given_up_too(allowed: None) -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                writer.write(b"H")
                await writer.drain()
                await asyncio.sleep(0.02)
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(Unavailable):
            await outbound.post(f"http://127.0.0.1:{port}/", b"{}", {}, seconds=0.4)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "0.0.0.0",
        "100.64.0.1", "192.0.0.1", "198.18.0.1", "203.0.113.7", "224.0.0.1", "240.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::", "2001:db8::1", "2001:0:4136:e378:8000:63bf:80ff:fffe",
    ],
)  # fmt: skip
def test_no_address_within_is_asked(address: str) -> None:
    assert outbound.refused(ip_address(address), (), secure=True)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::6810:84e5", "8.8.8.8"])
def test_public_addresses_are_asked_by_tls(address: str) -> None:
    assert outbound.refused(ip_address(address), (), secure=True) is None
    assert outbound.refused(ip_address(address), (), secure=False)


@pytest.mark.parametrize("address", ["169.254.169.254", "::ffff:169.254.169.254", "fe80::1"])
def test_where_clouds_keep_secrets_is_never_allowed(address: str) -> None:
    everything = (ip_network("0.0.0.0/0"), ip_network("::/0"))
    assert outbound.refused(ip_address(address), everything, secure=True)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "127.1", "[::1]", "[::ffff:7f00:1]"],
)
async def test_however_it_is_written(host: str) -> None:
    async with receiving() as receiver:
        with pytest.raises((Invalid, Unavailable)) as refusal:
            await outbound.post(f"http://{host}:{receiver.port}/", b"{}", {})
        assert refusal.type is Invalid or "cannot be resolved" in str(refusal.value)
        assert not receiver.came


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/", "https://", "https:///x", "https://a b/", "https://u:p@example.com/",
        "https://example.com:99999/", "https://example.com/\r\nX: 1", "javascript:alert(1)",
        "https://ex\u00e4mple.com/", "file:///etc/passwd", "https://[::1",
    ],
)  # fmt: skip
def test_what_is_no_plain_url_is_refused(url: str) -> None:
    with pytest.raises(Invalid):
        outbound.target(url)


async def test_a_name_that_changes_its_mind_is_asked_once(
    allowed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second answer of the name would lead to a port of another address of this machine."""
    answers = ["127.0.0.1", "127.0.0.2", "127.0.0.2"]
    real = asyncio.get_running_loop().getaddrinfo

    async def changing(host: Any, port: Any, **more: Any) -> Any:
        if host == "rebound.test":
            host = answers.pop(0)
        return await real(host, port, **more)

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", changing)
    async with receiving() as checked, receiving("127.0.0.2", checked.port) as other:
        url = f"http://rebound.test:{checked.port}/"
        assert await outbound.post(url, b"{}", {}) == 204
        assert (len(checked.came), len(other.came), len(answers)) == (1, 0, 2)
        assert checked.came[0][0]["host"] == f"rebound.test:{checked.port}"
        with pytest.raises(Invalid):
            await outbound.post(url, b"{}", {})
        assert not other.came


async def test_one_private_address_among_several_refuses_the_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def both(*_: Any, **__: Any) -> Any:
        kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*kind, ("93.184.216.34", 443)), (*kind, ("10.0.0.1", 443))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", both)
    with pytest.raises(Invalid, match="no public address"):
        await outbound.post("https://both.test/", b"{}", {})


async def test_a_chat_s_room_gets_text_it_can_show(tmp_path: Path, allowed: None) -> None:
    async with shop(tmp_path) as ports, receiving() as receiver:
        room = await channel(ports, kind="slack", url=receiver.url)
        await told(ports, "low-stock", room.id)
        await evaluate(ports, STOCK, [stock("<b>&co")])
        await work(ports)
        text = msgspec.json.decode(receiver.came[0][1])["text"]
        assert "&lt;" in text
        assert "&amp;" in text
        assert "<" not in text
