"""The exported web pages over ASGI: from memory, compressed once, with exact security headers."""

import gzip
import hashlib
import json
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TEXTUAL = ("text/", "application/javascript", "application/json", "image/svg", "application/xml")
_COMMON = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
]
_GONE = b"The web pages have changed. Start OMNIX again.\n"
_MISSING = b"The web pages have not been built. Run: make web\n"


@dataclass(frozen=True)
class _File:
    body: bytes
    packed: bytes | None
    headers: list[tuple[bytes, bytes]]
    etag: bytes


class WebPages:
    """Serves the files below ``root``: ``/x/`` is ``x/index.html``, anything else 404.html.

    Files named by their content (``_next/static``) may be kept for ever; the rest is asked for
    again each time and answered 304 where unchanged. ``csp.json``, written by the build, holds
    the hashes of each page's inline scripts.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._paths = self._list()
        self._loaded: dict[str, _File] = {}
        policy = root / "csp.json"
        self._hashes: dict[str, list[str]] = (
            json.loads(policy.read_text()) if policy.is_file() else {}
        )

    def _list(self) -> dict[str, Path]:
        paths: dict[str, Path] = {}
        for file in self._root.rglob("*") if self._root.is_dir() else ():
            if not file.is_file() or file.name == "csp.json":
                continue
            if not file.resolve().is_relative_to(self._root.resolve()):
                continue  # a link that leads out of the folder
            url = "/" + file.relative_to(self._root).as_posix()
            paths[url] = file
            if file.name == "index.html":
                paths[url.removesuffix("index.html")] = file
        return paths

    def _file(self, url: str, path: Path) -> _File:
        body = path.read_bytes()
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        textual = kind.startswith(_TEXTUAL)
        packed = gzip.compress(body, 9, mtime=0) if textual and len(body) > 500 else None
        # Weak, since packed and plain answers share it.
        etag = b'W/"' + hashlib.sha256(body).hexdigest()[:24].encode() + b'"'
        forever = "/_next/static/" in url
        cache = b"public, max-age=31536000, immutable" if forever else b"no-cache"
        headers = [
            (b"content-type", (kind + ("; charset=utf-8" if textual else "")).encode()),
            (b"cache-control", cache),
            (b"etag", etag),
            *_COMMON,
        ]
        if packed is not None:
            headers.append((b"vary", b"accept-encoding"))
        if kind == "text/html":
            headers.append((b"content-security-policy", self._policy(path).encode()))
        return _File(body, packed, headers, etag)

    def _policy(self, path: Path) -> str:
        page = path.relative_to(self._root).as_posix()
        scripts = " ".join(f"'{digest}'" for digest in self._hashes.get(page, []))
        return (
            f"default-src 'none'; script-src 'self' {scripts}; style-src 'self'; "
            "img-src 'self' data:; font-src 'self'; connect-src 'self'; "
            "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        )

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one GET or HEAD request."""
        if scope["method"] not in ("GET", "HEAD"):
            await _answer(send, 405, [(b"allow", b"GET, HEAD")], b"", head=False)
            return
        url: str = scope["path"]
        status = 200
        path = self._paths.get(url)
        if path is None and url + "/" in self._paths and not url.startswith("//"):
            query = scope.get("query_string", b"")
            target = url.encode() + b"/" + (b"?" + query if query else b"")
            await _answer(send, 308, [(b"location", target)], b"", head=False)
            return
        if path is None:
            status, url = 404, "/404.html"
            path = self._paths.get(url)
        head = scope["method"] == "HEAD"
        if path is None:
            await _answer(send, 404, [(b"content-type", b"text/plain")], _MISSING, head)
            return
        file = self._loaded.get(url)
        if file is None:
            try:
                file = self._loaded[url] = self._file(url, path)
            except OSError:
                # Built anew since the start: the old names are gone.
                await _answer(send, 404, [(b"content-type", b"text/plain")], _GONE, head)
                return
        asked = dict(scope["headers"])
        if status == 200 and _holds(asked.get(b"if-none-match", b""), file.etag):
            await _answer(send, 304, file.headers, b"", head=True)
            return
        if file.packed is not None and _takes_gzip(asked.get(b"accept-encoding", b"")):
            headers = [*file.headers, (b"content-encoding", b"gzip")]
            await _answer(send, status, headers, file.packed, head)
        else:
            await _answer(send, status, file.headers, file.body, head)


def _holds(asked: bytes, etag: bytes) -> bool:
    """Whether an If-None-Match header names this version."""
    opaque = etag.removeprefix(b"W/")
    return any(each.strip().removeprefix(b"W/") in (opaque, b"*") for each in asked.split(b","))


def _takes_gzip(asked: bytes) -> bool:
    for each in asked.lower().split(b","):
        coding, _, weight = each.partition(b";")
        if coding.strip() in (b"gzip", b"*"):
            return weight.replace(b" ", b"") not in (b"q=0", b"q=0.0", b"q=0.00", b"q=0.000")
    return False


async def _answer(
    send: Any, status: int, headers: list[tuple[bytes, bytes]], body: bytes, head: bool
) -> None:
    size = [] if status == 304 else [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *size]})
    await send({"type": "http.response.body", "body": b"" if head else body})
