"""The house itself: what is declared is complete, documented, and small."""

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from omnix import app
from omnix.declared import (
    COLLECTIONS,
    DECLARED,
    EVENTS,
    FACTS,
    MODELS,
    PERMISSIONS,
    SCHEDULES,
)
from omnix.domains.dashboard.metrics import METRICS
from omnix.domains.system.settings import Shop
from omnix.kit.declare import ROLES
from omnix.platform.access import PUBLIC, SIGNED_IN

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "omnix"
TABLES = {
    "auth", "customers", "orders", "inventory", "recommendations", "experiments", "models",
    "realtime", "outbox", "system", "products", "historical-data", "forecasts", "alerts",
}  # fmt: skip


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", *patterns], cwd=ROOT, capture_output=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    files = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [file for file in files if file.is_file()]


def test_every_domain_folder_is_declared_and_no_other() -> None:
    folders = {path.parent.name for path in (SOURCE / "domains").glob("*/declare.py")}
    assert folders == {domain.name for domain in DECLARED if domain.name in folders}
    assert {domain.name for domain in DECLARED} - folders <= {"transfer"}


def test_collections_lie_in_the_fourteen_tables() -> None:
    assert {collection.table for collection in COLLECTIONS} <= TABLES
    names = [collection.name for collection in COLLECTIONS]
    assert len(names) == len(set(names))


def test_indexes_are_called_alike() -> None:
    names = {index.name for collection in COLLECTIONS for index in collection.indexes}
    assert all(name.endswith("-index") for name in names), names


def test_facts_have_their_partition_and_order_among_their_columns() -> None:
    for fact in FACTS:
        assert fact.partition in fact.columns
        assert set(fact.order) <= set(fact.columns)


def test_every_event_in_the_code_is_declared() -> None:
    used = set()
    for file in SOURCE.rglob("*.py"):
        used |= set(re.findall(r"\bEvent\(\s*\"([a-z-]+\.[a-z-]+)\"", file.read_text()))
    assert len(used) > 10
    assert used <= set(EVENTS)


def test_consumers_listen_to_declared_events_only() -> None:
    for consumer in app.CONSUMERS:
        assert set(consumer.types) <= set(EVENTS), consumer.name
    names = [consumer.name for consumer in app.CONSUMERS]
    assert len(names) == len(set(names))


def test_schedules_ask_for_jobs_that_somebody_does() -> None:
    done = {handler.type.name for handler in app.JOBS}
    assert {schedule.job for schedule in SCHEDULES} <= done


def test_models_are_trained_by_jobs_that_somebody_does() -> None:
    done = {handler.type.name for handler in app.JOBS}
    assert {model.job.name for model in MODELS} <= done
    names = [model.name for model in MODELS]
    assert len(names) == len(set(names))


def test_routes_ask_for_declared_permissions() -> None:
    names = {permission.name for permission in PERMISSIONS} | {PUBLIC, SIGNED_IN}
    for handler in app.ROUTES:
        assert handler.opt["permission"] in names, handler


def test_permissions_name_known_roles() -> None:
    for permission in PERMISSIONS:
        assert permission.roles <= set(ROLES)
        assert "admin" in permission.roles


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(sorted(EVENTS), id="events"),
        pytest.param([metric.name for metric in METRICS], id="metrics"),
        pytest.param([permission.name for permission in PERMISSIONS], id="permissions"),
        pytest.param(list(Shop.__struct_fields__), id="settings"),
        pytest.param([handler.type.name for handler in app.JOBS], id="jobs"),
        pytest.param([fact.name for fact in FACTS], id="facts"),
        pytest.param([model.name for model in MODELS], id="models"),
    ],
)
def test_everything_with_a_name_is_documented(names: list[str]) -> None:
    text = (ROOT / "docs" / "reference.md").read_text()
    missing = [name for name in names if f"`{name}`" not in text]
    assert not missing


def test_the_reference_is_up_to_date() -> None:
    make = runpy.run_path(str(ROOT / "docs" / "make_reference.py"))
    assert (ROOT / "docs" / "reference.md").read_text() == make["reference"]()


def test_every_permission_guards_something() -> None:
    """A route, or a channel of the live protocol."""
    asked = {handler.opt["permission"] for handler in app.ROUTES}
    live = (SOURCE / "domains" / "realtime" / "protocol.py").read_text()
    unasked = {permission.name for permission in PERMISSIONS} - asked
    assert not {name for name in unasked if f'"{name}"' not in live}


def test_declarations_load_without_numerics_or_adapters() -> None:
    heavy = "numpy duckdb deltalake apsw litestar argon2"
    code = (
        "import sys, omnix.declared;"
        f"found = [m for m in {heavy.split()!r} if m in sys.modules];"
        "sys.exit(f'loaded: {found}' if found else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_files_stay_small() -> None:
    generated = ("web/src/api/schema.d.ts",)
    long = {
        str(file.relative_to(ROOT)): lines
        for file in tracked("*.py", "*.ts", "*.tsx")
        if (lines := len(file.read_text().splitlines())) > 410
        and not str(file.relative_to(ROOT)).endswith(generated)
    }
    assert not long


def test_the_project_speaks_of_itself_alone() -> None:
    # Put together from halves, so that this file does not hold what it looks for.
    hosts = "|".join(
        a + b for a, b in (("files.pythonhos", "ted"), ("registry.npm", "js"), ("deb.deb", "ian"))
    )
    paths = "|".join(a + b for a, b in (("/wo", "rk/"), ("/ro", "ot/"), ("/fa", "rm")))
    wrong = re.compile(f"{hosts}|(?<![\\w.]){paths}")
    found = []
    for file in tracked():
        if file.suffix in {".png", ".ico", ".woff2", ".xlsx", ".parquet"}:
            continue
        text = file.read_text(encoding="utf-8", errors="replace")
        found += [f"{file.relative_to(ROOT)}: {match[0]}" for match in wrong.finditer(text)]
    assert not found
