"""What each released version stored is restored, migrated, read and gone on with by this one."""

import json
import re
import tarfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from api.serving import Served, serving
from domains.simulated import job
from omnix.adapters.local.backup import restore
from omnix.declared import FACTS
from omnix.domains.inventory import stock
from omnix.kit.ids import new_id
from omnix.platform import migrations
from omnix.platform.consume import POISONED
from omnix.platform.migrations import migrating
from omnix.work import MIGRATIONS
from shoplife import did, order, work

from .make import BACKUP, TOLD, rows

pytestmark = pytest.mark.anyio
HERE = Path(__file__).parent
KEPT = sorted(HERE.glob("*.tar.xz"))
CHANGES = (HERE.parents[1] / "CHANGELOG.md").read_text()


def test_every_released_version_is_kept() -> None:
    released = re.findall(r"^## \[?v?(\d+\.\d+\.\d+)", CHANGES, re.MULTILINE)
    kept = {file.name.removesuffix(".tar.xz") for file in KEPT}
    assert set(released) <= kept, "run `python -m releases.make` in tests and keep what it wrote"
    assert "0.1.0" in kept


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module", params=KEPT, ids=lambda file: file.name.removesuffix(".tar.xz"))
async def before(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Served, dict[str, Any]]]:
    """The shop as it was, opened by this version and migrated, and what was told of it."""
    folder = tmp_path_factory.mktemp("released")
    with tarfile.open(request.param) as archive:
        archive.extractall(folder, filter="data")
    restore(folder / BACKUP, folder / "data")
    async with serving(folder / "data") as served:
        await migrating(MIGRATIONS).run(job(served.ports), {})
        yield served, json.loads((folder / TOLD).read_text())


def _kept(old: Any, new: Any, where: str) -> None:
    """All that was told is told still; there may be more about each thing."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name, value in old.items():
            if name != "next_cursor":
                assert name in new, f"{where}.{name} is told no more"
                _kept(value, new[name], f"{where}.{name}")
    elif isinstance(old, list) and isinstance(new, list):
        assert len(old) == len(new), f"{where}: {len(old)} became {len(new)}"
        for number, (one, other) in enumerate(zip(old, new, strict=True)):
            _kept(one, other, f"{where}[{number}]")
    else:
        assert old == new, f"{where}: {old!r} became {new!r}"


async def test_it_is_migrated_and_tells_what_it_told(
    before: tuple[Served, dict[str, Any]],
) -> None:
    served, told = before
    states = await migrations.states(served.ports, MIGRATIONS)
    assert {state.state for state in states} == {"made"}
    for page, answer in told["pages"].items():
        now = await did(served, "GET", page)
        if page.startswith("/alert-rules?"):
            # Those that came with a version since are no change of the old ones.
            ids = {each["rule"]["id"] for each in answer["items"]}
            now["items"] = [each for each in now["items"] if each["rule"]["id"] in ids]
        _kept(answer, now, page)
    known = {fact.name for fact in FACTS}
    assert {name: await rows(served, name) for name in told["rows"] if name in known} == told[
        "rows"
    ]
    assert await stock.differences(served.ports) == []
    found = await did(served, "GET", "/customers?search=01234567")
    assert [one["id"] for one in found["items"]] == ["dee"]
    log = await did(served, "GET", "/audit-log/verification")
    assert (log["intact"], log["complete"]) == (True, True)


async def test_work_goes_on_where_it_was(before: tuple[Served, dict[str, Any]]) -> None:
    """Nothing is counted anew, and what is new is counted."""
    served, told = before
    sold = await rows(served, "sales")
    await work(served)
    assert await rows(served, "sales") == sold == told["rows"]["sales"]
    await order(served, "pay", "fulfil")
    event = {"message_id": new_id("evt"), "type": "page_view", "anonymous_id": "v2"}
    assert (await did(served, "POST", "/events", json=event))["outcome"] == "accepted"
    await work(served)
    assert await rows(served, "sales") > sold
    assert await rows(served, "events") == told["rows"]["events"] + 1
    assert await stock.differences(served.ports) == []
    aside = await served.ports.records.query(POISONED, "poisoned", index="listing-index")
    assert not aside.items
    assert not (await served.ports.jobs.dead()).items
