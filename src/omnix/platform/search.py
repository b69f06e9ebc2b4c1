"""Finding items by the start of their words, without a scan: an inverted index in Records."""

from collections.abc import Iterable, Sequence

from omnix.kit.declare import Collection
from omnix.kit.errors import Invalid
from omnix.kit.paging import Page
from omnix.kit.text import words
from omnix.ports import Delete, Operation, Put, Records

SEARCH = Collection("search", table="system", key=("head", "entry"))
_HEAD = 2
_CANDIDATES = 200


def _head(scope: str, word: str) -> str:
    return f"{scope}#{word[:_HEAD]}"


def entries(scope: str, owner: str, texts: Iterable[str]) -> list[dict[str, str]]:
    """The items that make ``owner`` found by the words of ``texts``, at most 20."""
    found = words(" ".join(texts), limit=20)
    rest = " ".join(found)
    return [
        {"head": _head(scope, word), "entry": f"{word}#{owner}", "owner": owner, "words": rest}
        for word in found
    ]


def reindex(scope: str, owner: str, before: Sequence[str], after: Sequence[str]) -> list[Operation]:
    """The operations that bring the index from the texts ``before`` to those ``after``."""
    old = {(e["head"], e["entry"]): e for e in entries(scope, owner, before)}
    new = {(e["head"], e["entry"]): e for e in entries(scope, owner, after)}
    gone: list[Operation] = [Delete(SEARCH, key) for key in old if key not in new]
    come: list[Operation] = [Put(SEARCH, e) for key, e in new.items() if old.get(key) != e]
    return gone + come


async def find(
    records: Records, scope: str, text: str, limit: int, cursor: str | None
) -> Page[str]:
    """Owners that have a word starting with each word of ``text``, in the first word's order.

    Raises Invalid if ``text`` has no word of at least two characters. Looks at no more than
    200 entries a call, so a page may be short though another follows.
    """
    asked = words(text)
    lead = max(asked, key=len, default="")
    if len(lead) < _HEAD:
        raise Invalid.field("search", "needs a word of at least two characters")
    page = await records.query(
        SEARCH,
        _head(scope, lead),
        prefix=lead,
        limit=limit if len(asked) == 1 else _CANDIDATES,
        cursor=cursor,
    )
    owners = dict.fromkeys(
        str(item["owner"])
        for item in page.items
        if all(any(w.startswith(a) for w in item["words"].split(" ")) for a in asked)
    )
    return Page(list(owners), page.next_cursor)
