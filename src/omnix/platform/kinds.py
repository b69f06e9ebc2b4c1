"""Every kind of problem, explained once: where ``type`` leads, and what docs/problems.md lists."""

from html import escape
from typing import NamedTuple

from litestar import MediaType, Response, get

from omnix.kit.errors import NotFound
from omnix.platform.access import PUBLIC
from omnix.platform.http import allow


class Kind(NamedTuple):
    """``statuses`` it comes with (none: any 4xx), and the words for a person."""

    statuses: tuple[int, ...]
    title: str
    when: str
    what_to_do: str

    @property
    def status(self) -> str:
        """The statuses as text."""
        return ", ".join(map(str, self.statuses)) or "4xx"


KINDS: dict[str, Kind] = {
    "invalid": Kind(
        (400,),
        "The request is not valid",
        "The body is no JSON, or a field, a parameter or a cursor is wrong.",
        "Correct the fields in `errors`.",
    ),
    "unauthenticated": Kind(
        (401,),
        "Sign in first",
        "No access token or API key, or one that is wrong, expired or revoked.",
        "Refresh the token, or sign in.",
    ),
    "second-factor-required": Kind(
        (401,),
        "Send the code of your authenticator app too",
        "The password is right, and the user has a second factor.",
        "Send it again with `code`: of the app, or a recovery code.",
    ),
    "forbidden": Kind(
        (403,),
        "Not allowed",
        "You are known, and may not do this.",
        "Ask an admin for the permission in `detail`.",
    ),
    "password-change-required": Kind(
        (403,),
        "Choose a password of your own first",
        "You signed in with a one-time password.",
        "Change it at `POST /v1/user/password`.",
    ),
    "not-found": Kind(
        (404,), "Not found", "There is no such thing, or no such page.", "Check the id."
    ),
    "method-not-allowed": Kind(
        (405,),
        "Method not allowed",
        "The page takes other methods, named in `Allow`.",
        "Use one of them.",
    ),
    "too-slow": Kind(
        (408,),
        "Too slow",
        "The request did not arrive in time.",
        "Send it again on a better line.",
    ),
    "conflict": Kind(
        (409,),
        "The current state forbids this",
        "The state does not allow it: often an older `version` than the current one.",
        "Read again, then retry.",
    ),
    "already-exists": Kind(
        (409,),
        "Already exists",
        "A value that must be unique (SKU, e-mail, id) is taken.",
        "Choose another, or use what exists.",
    ),
    "condition-failed": Kind(
        (409,),
        "Somebody else changed this first",
        "Somebody else changed the same thing first.",
        "Read again, then retry.",
    ),
    "out-of-stock": Kind(
        (409,),
        "Not enough stock",
        "Some lines of an order cannot be reserved, so none was.",
        "See in `errors` what is missing.",
    ),
    "too-large": Kind(
        (413,),
        "Too large",
        "The body is larger than the route takes.",
        "Send less at a time.",
    ),
    "too-long": Kind(
        (414, 431),
        "Too long",
        "The address or the headers are longer than the server takes.",
        "Send less of them.",
    ),
    "unsupported-media-type": Kind(
        (415,),
        "Send application/json",
        "The body is not declared as JSON.",
        "Send `Content-Type: application/json`.",
    ),
    "idempotency-key-reused": Kind(
        (422,),
        "This Idempotency-Key was used for another request",
        "The `Idempotency-Key` came before with another request.",
        "Send a new key with a changed request.",
    ),
    "too-many": Kind(
        (429,),
        "Too many requests",
        "Too many attempts from one address or on one account, or more requests a minute "
        "than a visitor or customer may make.",
        "Wait `retry_after` seconds, which `Retry-After` says too.",
    ),
    "http": Kind((), "Refused", "The request breaks HTTP itself in a rarer way.", "See `title`."),
    "internal": Kind(
        (500,),
        "Internal error",
        "A fault of ours. Nothing of the inside is shown.",
        "Tell the operator the reference in `detail`; the log has the rest.",
    ),
    "unavailable": Kind(
        (503,),
        "Not available now",
        "A dependency is away, or too busy.",
        "Retry after a pause (`retry_after` seconds, if it is there); writes with an "
        "`Idempotency-Key`.",
    ),
}


@get("/problems/{kind:str}", opt=allow(PUBLIC), include_in_schema=False, sync_to_thread=False)
def get_problem(kind: str) -> Response[str]:
    """What a problem's ``type`` means, as a page for people."""
    known = KINDS.get(kind)
    if known is None:
        raise NotFound(f"no kind of problem is called {kind}")
    title = escape(known.title)
    page = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        f"<h1>{title}</h1><p>{known.status}: {_html(known.when)}</p>"
        f"<p>{_html(known.what_to_do)}</p></html>"
    )
    return Response(
        page, media_type=MediaType.HTML, headers={"Cache-Control": "public, max-age=3600"}
    )


def _html(text: str) -> str:
    """Text whose code stands between backticks."""
    parts = escape(text).split("`")
    return "".join(f"<code>{p}</code>" if n % 2 else p for n, p in enumerate(parts))
