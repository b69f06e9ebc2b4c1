"""The mail that is really written, as its reader gets it."""

import email
import email.policy
import re
from pathlib import Path
from typing import Any

from omnix import work
from omnix.domains.system.declare import SETTINGS
from omnix.platform import jobs
from omnix.ports import Put

from .serving import Served

WEB = "https://shop.example"


async def letters(served: Served, folder: Path) -> list[Any]:
    """What the jobs that were asked for have mailed so far."""
    while await jobs.work_once(served.ports, work.JOBS):
        pass
    files = sorted((folder / "mail").glob("*.eml"))
    return [email.message_from_bytes(f.read_bytes(), policy=email.policy.default) for f in files]


def code(letter: Any) -> str:
    """The code that stands by itself."""
    words = letter.get_content().split()
    return str(max(words, key=lambda word: len(word) if "/" not in word else 0))


def link(letter: Any) -> str:
    """The first address in the letter."""
    found = re.search(r"https?://\S+", letter.get_content())
    assert found is not None, letter.get_content()
    return found.group()


async def web_is_known(served: Served) -> None:
    """The shop's settings tell where the web is."""
    value = {"web_address": WEB}
    await served.ports.records.write([Put(SETTINGS, {"key": "shop", "version": 1, "value": value})])
