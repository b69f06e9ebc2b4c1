"""One request to an address that somebody entered: to the public Internet and nowhere else.

Whoever may add a webhook could otherwise let this service ask what only it can reach. So the name
is resolved here, every address that it has must be public, and the connection goes to one of
those addresses: a name that points elsewhere a moment later changes nothing. Redirects are not
followed. ``OMNIX_WEBHOOK_NETWORKS`` names networks that are allowed besides, without TLS too;
link-local addresses, where clouds tell secrets, never are.
"""

import asyncio
import os
import socket
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from urllib.parse import urlsplit

from omnix.kit.errors import Invalid, Unavailable

SECONDS = 10.0
"""From the first look-up of the name to the last byte that is read."""

NETWORKS = "OMNIX_WEBHOOK_NETWORKS"
_PORTS = {"https": 443, "http": 80}
_LONGEST_LINE = 4096
_NAT64 = IPv6Network("64:ff9b::/96")
_METADATA = IPv6Network("fd00:ec2::/32")
Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


@dataclass(frozen=True)
class Target:
    """A URL taken apart."""

    secure: bool
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The value of ``Host``."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = _PORTS["https" if self.secure else "http"]
        return host if self.port == usual else f"{host}:{self.port}"


def target(url: str, field: str = "url") -> Target:
    """Raises Invalid for what is no plain URL of the web."""
    if not url.isascii() or any(c <= " " or c == "\x7f" for c in url):
        raise Invalid.field(field, "must be a URL in ASCII without blanks")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise Invalid.field(field, "is no URL") from error
    if parts.scheme not in _PORTS or not host:
        raise Invalid.field(field, "must begin with https://")
    if parts.username is not None or parts.password is not None:
        raise Invalid.field(field, "must not hold a user's name or password")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    secure = parts.scheme == "https"
    return Target(secure, host, port or _PORTS[parts.scheme], path)


def networks(environment: Mapping[str, str] = os.environ) -> tuple[Network, ...]:
    """The networks that the operator allows. Raises Invalid for what is none."""
    return _networks(environment.get(NETWORKS, ""))


@cache
def _networks(text: str) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(each.strip()) for each in text.split(",") if each.strip())
    except ValueError as error:
        raise Invalid(f"{NETWORKS} must be networks, such as 10.0.0.0/8: {error}") from error


def inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, where it does."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def refused(address: Address, allowed: Iterable[Network], secure: bool) -> str | None:
    """Why nothing is sent to ``address``; None where it may be."""
    plain = inner(address)
    if plain.is_link_local or plain.is_multicast or plain.is_unspecified or plain in _METADATA:
        return "is an address that no webhook may have"
    if any(plain in network for network in allowed):
        return None
    if not plain.is_global or not address.is_global:
        return "is no public address"
    return None if secure else "must begin with https://"


async def _addresses(to: Target) -> list[Address]:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(to.host, to.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unavailable(f"the name {to.host} cannot be resolved") from error
    # A zone (fe80::1%eth0) names an interface of this machine.
    return [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]


async def _connected(
    to: Target, addresses: Iterable[Address], context: ssl.SSLContext | None
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    why: Exception | None = None
    for address in addresses:
        try:
            if not to.secure:
                return await asyncio.open_connection(str(address), to.port, limit=_LONGEST_LINE)
            return await asyncio.open_connection(
                str(address), to.port, limit=_LONGEST_LINE, server_hostname=to.host,
                ssl=context or ssl.create_default_context(),
            )  # fmt: skip
        except OSError as error:  # those of TLS are some
            why = error
    raise Unavailable(f"{to.host} cannot be reached: {why}") from why


async def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    context: ssl.SSLContext | None = None,
    seconds: float = SECONDS,
) -> int:
    """POST ``body`` and return the status of the answer, whose body nobody reads.

    Raises Invalid for an address that is refused, Unavailable where nobody answers in time.
    """
    to = target(url)
    try:
        async with asyncio.timeout(seconds):
            addresses = await _addresses(to)
            allowed = networks()
            for address in addresses:
                if (why := refused(address, allowed, to.secure)) is not None:
                    raise Invalid.field("url", f"{to.host} {why}")
            reader, writer = await _connected(to, addresses, context)
            try:
                writer.write(_request(to, body, headers))
                await writer.drain()
                return _status(await reader.readuntil(b"\r\n"))
            finally:
                writer.transport.abort()
    except TimeoutError as error:
        raise Unavailable(f"{to.host} did not answer within {seconds:g} seconds") from error
    except (OSError, EOFError, asyncio.LimitOverrunError) as error:
        raise Unavailable(f"{to.host} gave no answer of HTTP") from error


def _request(to: Target, body: bytes, headers: Mapping[str, str]) -> bytes:
    lines = {
        "Host": to.authority,
        "User-Agent": "omnix-alerts/1",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Connection": "close",
        **headers,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST {to.path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body


def _status(line: bytes) -> int:
    parts = line.split(b" ", 2)
    if len(parts) < 2 or not parts[0].startswith(b"HTTP/1.") or not parts[1].isdigit():
        raise Unavailable("the answer is none of HTTP")
    return int(parts[1])
