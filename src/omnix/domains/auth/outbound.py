"""Asking the OpenID provider: over TLS, without following it elsewhere, a bounded answer."""

import asyncio
import base64
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any, TypeVar
from urllib.error import HTTPError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import msgspec

from omnix.kit.errors import Invalid, Unauthenticated, Unavailable

T = TypeVar("T")
SECONDS = 10
LONGEST = 1_000_000


class _NoRedirect(HTTPRedirectHandler):
    """A secret sent on to another host would be given away."""

    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER = build_opener(_NoRedirect)


def safe(url: str) -> None:
    """Raises Invalid for what is neither https nor on this machine."""
    try:
        parts = urlsplit(url)
        here = parts.hostname in ("localhost", "127.0.0.1", "::1")
    except ValueError as error:
        raise Invalid("the OpenID provider's address is none") from error
    if not parts.hostname or (parts.scheme != "https" and not (here and parts.scheme == "http")):
        raise Invalid("the OpenID provider's addresses must begin with https://")


def _ask(request: Request) -> bytes:
    try:
        with _OPENER.open(request, timeout=SECONDS) as answer:
            body: bytes = answer.read(LONGEST + 1)
    except HTTPError as error:
        with error:
            if 400 <= error.code < 500:
                raise Unauthenticated("the OpenID provider refused this sign-in") from error
            raise Unavailable("the OpenID provider does not answer as it should") from error
    except (OSError, HTTPException) as error:
        raise Unavailable("the OpenID provider cannot be reached") from error
    if len(body) > LONGEST:
        raise Unavailable("the OpenID provider's answer is too long")
    return body


async def asked(
    url: str,
    wanted: type[T],
    form: Mapping[str, str] | None = None,
    basic: tuple[str, str] | None = None,
) -> T:
    """The answer to a GET, or to a POST of ``form``, with user and password of ``basic``.

    Raises Unauthenticated if it refuses, Unavailable if it is away or answers something else.
    """
    safe(url)
    headers = {"Accept": "application/json"}
    if basic is not None:
        pair = f"{quote(basic[0], safe='')}:{quote(basic[1], safe='')}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    data = urlencode(form).encode() if form is not None else None
    body = await asyncio.to_thread(_ask, Request(url, data, headers))
    try:
        return msgspec.json.decode(body, type=wanted)
    except msgspec.DecodeError as error:
        raise Unavailable("the OpenID provider does not answer as it should") from error
