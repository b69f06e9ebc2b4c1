"""Finding items by the start of their words, without a scan: an inverted index in Records."""

from collections.abc import Iterable, Sequence

from omnix.kit.declare import Collection
from omnix.kit.errors import Invalid
from omnix.kit.paging import Page
from omnix.kit.text import words
from omnix.ports import Delete, Item, Operation, Put, Records

SEARCH = Collection("search", table="system", key=("head", "entry"))
_HEAD = 2
_CANDIDATES = 200
_ROUND = 20
"""A further question costs about as much as so many entries of an answer."""


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
    """Owners that have a word starting with each word of ``text``, each once, in the order of
    the longest word asked for. A page never holds more than ``limit``.

    Raises Invalid if ``text`` has no word of at least two characters. Looks at about 200 entries
    a call at most, so a page may be short though another follows.
    """
    asked = words(text)
    lead = max(asked, key=len, default="")
    if len(lead) < _HEAD:
        raise Invalid.field("search", "needs a word of at least two characters")
    owners: list[str] = []
    looked = 0
    while True:
        page = await records.query(
            SEARCH,
            _head(scope, lead),
            prefix=lead,
            limit=limit - len(owners),
            cursor=cursor,
        )
        owners += [str(item["owner"]) for item in page.items if _fits(item, lead, asked)]
        looked += len(page.items) + _ROUND
        cursor = page.next_cursor
        if cursor is None or len(owners) == limit or looked >= _CANDIDATES:
            return Page(owners, cursor)


def _fits(item: Item, lead: str, asked: Sequence[str]) -> bool:
    """Whether every word asked for begins one of the owner's.

    Of an owner with several words that begin with ``lead`` only the entry of the first one
    fits, so that no page repeats what another has shown.
    """
    own = item["words"].split(" ")
    first = next((word for word in own if word.startswith(lead)), None)
    return item["entry"].startswith(f"{first}#") and all(
        any(word.startswith(each) for word in own) for each in asked
    )
