"""Each kind of refusal is explained once, where its type leads and in docs/problems.md."""

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import omnix.domains
import omnix.platform
from omnix.kit.errors import OmnixError
from omnix.platform import problems
from omnix.platform.kinds import KINDS
from omnix.runtimes import edge

from .serving import Served, assert_problem

DOC = Path(__file__).parents[2] / "docs" / "problems.md"
Told = dict[str, tuple[set[int], str]]


def _kinds() -> Told:
    """Every kind that the code can answer with: its statuses and title."""
    for package in (omnix.domains, omnix.platform):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            # Compiled loops are opened as libraries and raise nothing.
            if "._" not in module.name:
                importlib.import_module(module.name)
    found: Told = {kind: ({s}, title) for s, (kind, title) in problems._TITLES.items()}
    refusals = [value for name, value in vars(edge).items() if re.fullmatch(r"_[A-Z_]+", name)]
    for status, kind, title, _ in (r for r in refusals if isinstance(r, tuple) and len(r) == 4):
        found.setdefault(kind, (set(), title))[0].add(status)
    waiting = [OmnixError]
    while waiting:
        error = waiting.pop()
        if error.__module__.startswith("omnix."):
            found.setdefault(error.kind, ({error.status}, error.title))
        waiting += error.__subclasses__()
    return found


def test_every_problem_is_explained() -> None:
    kinds = _kinds()
    assert {"too-slow", "too-long", "too-many", "out-of-stock"} <= set(kinds)
    told = {kind: (set(each.statuses), each.title) for kind, each in KINDS.items()}
    assert told.pop("http") == (set(), "Refused")
    assert told == kinds


def test_the_page_in_docs_has_the_same_words() -> None:
    rows = re.findall(r"^\| `/problems/([a-z-]+)` \| (.*) \|$", DOC.read_text(), re.MULTILINE)
    told = {k: f"{v.status} | {v.when} | {v.what_to_do}" for k, v in KINDS.items()}
    assert dict(rows) == told
    assert len(rows) == len(told)


@pytest.mark.anyio
async def test_a_type_leads_to_its_explanation(served: Served) -> None:
    refused = await served.call("POST", "/products", json={"name": "no price"})
    page = await served.client.get(refused.json()["type"])
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "<h1>The request is not valid</h1>" in page.text
    assert "<code>errors</code>" in page.text
    for kind in KINDS:
        assert (await served.client.get(f"/problems/{kind}")).status_code == 200
    unknown = await served.client.get("/problems/<b>")
    assert unknown.status_code == 404
    assert_problem(unknown)


@pytest.mark.anyio
async def test_what_a_kind_tells_stands_beside_the_common_members(served: Served) -> None:
    body = {"email": "nobody@example.test", "password": "wrong"}
    for _ in range(served.access.address_attempts + 1):
        answer = await served.call("POST", "/auth/refresh", None, json={"refresh_token": "no"})
        if answer.status_code == 429:
            break
    told = assert_problem(answer)
    assert told["type"] == "/problems/too-many"
    assert str(told["retry_after"]) == answer.headers["retry-after"]
    assert set(told) == {"type", "title", "status", "detail", "retry_after"}
    again = await served.call("POST", "/auth/login", None, json=body)
    assert assert_problem(again)["retry_after"] > 0
