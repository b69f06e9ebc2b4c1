"""docs/realtime.md names every message, code, channel and event of the protocol."""

import re
import typing
from pathlib import Path

from omnix.adapters.local import push
from omnix.declared import EVENTS
from omnix.domains.realtime import channels, protocol
from omnix.domains.realtime.declare import CHANNELS
from omnix.kit.errors import TooLarge, Unauthenticated, Unavailable
from omnix.runtimes import edge, sockets

PAGE = (Path(__file__).parents[3] / "docs" / "realtime.md").read_text()
SOURCE = Path(protocol.__file__).read_text() + Path(push.__file__).read_text()


def _rows(heading: str) -> dict[str, str]:
    """First cell and whole row of the table below a heading."""
    part = PAGE.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line for line in part.splitlines() if line.startswith("|")][2:]
    return {row.split("|")[1].strip().strip("`"): row for row in rows}


def test_every_message_of_a_client() -> None:
    taken = typing.get_args(protocol.Message)
    assert set(_rows("What a client sends")) == {each.__struct_config__.tag for each in taken}
    for each in taken:
        row = _rows("What a client sends")[each.__struct_config__.tag]
        assert all(f"`{field}`" in row for field in each.__struct_fields__), row


def test_every_message_of_the_server() -> None:
    sent = set(re.findall(r'"type": "([a-z]+)"', SOURCE))
    assert len(sent) > 5
    assert set(_rows("What the server sends")) == sent | {"ping"}


def test_every_code() -> None:
    codes = set(re.findall(r'_error\(\s*"([a-z-]+)"', SOURCE))
    assert len(codes) > 3
    # What looking at a proof may answer.
    codes |= {Unauthenticated.kind, Unavailable.kind}
    assert TooLarge.kind in codes
    assert set(_rows("Error codes")) == codes
    ours = {str(sockets.UNAUTHENTICATED), str(sockets.UNABLE), str(push.TOO_SLOW)}
    assert set(_rows("Close codes")) == ours | {"1009", "1012"}


def test_every_channel_and_event() -> None:
    rows = _rows("Channels")
    told = {"product.{id}" if name == "product" else name: name for name in CHANNELS}
    assert set(rows) == set(told) | {"user.{id}"}
    for shown, name in told.items():
        assert f"`{CHANNELS[name]}`" in rows[shown]
    for event in EVENTS:
        assert f"`{event}`" in PAGE, f"say in docs/realtime.md which channel tells of {event}"
        assert any(f"`{event}`" in row for row in rows.values()) != (
            event.split(".")[0] in channels.QUIET
        ), event


def test_every_limit() -> None:
    for number in (
        protocol.MAX_MESSAGE,
        edge.MAX_MESSAGE,
        protocol.MAX_CHANNELS,
        protocol.MOST_NAMED,
        push.WAITING,
        channels.MOST_PRODUCTS,
        int(sockets.PING_SECONDS),
    ):
        assert re.search(rf"\b{number:,}\b", PAGE), number
    assert sockets.SIGN_IN_SECONDS == 10
    assert "within ten seconds" in PAGE
