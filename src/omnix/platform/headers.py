"""What every answer of the API has in common, whatever it is."""

from typing import Any

_ALWAYS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]
_UNKEPT = (b"cache-control", b"no-store")


def guarded(app: Any) -> Any:
    """The ASGI ``app`` with these headers: no sniffing, no frames, and no copies in caches.

    HEAD is answered as GET would be, without the body.
    """

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        head = scope["method"] == "HEAD"

        async def headed(message: Any) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                if all(name.lower() != b"cache-control" for name, _ in headers):
                    headers.append(_UNKEPT)
                message = {**message, "headers": headers + _ALWAYS}
            elif head:
                message = {**message, "body": b""}
            await send(message)

        await app({**scope, "method": "GET"} if head else scope, receive, headed)

    return answer
