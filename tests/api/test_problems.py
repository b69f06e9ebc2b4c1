"""Each kind of refusal is explained in docs/problems.md, and nothing else is."""

import importlib
import pkgutil
import re
from pathlib import Path

import omnix.domains
import omnix.platform
from omnix.kit.errors import OmnixError
from omnix.platform import problems

DOC = Path(__file__).parents[2] / "docs" / "problems.md"


def _kinds() -> dict[str, int]:
    """Every kind that the code can answer with, and its status."""
    for package in (omnix.domains, omnix.platform):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            importlib.import_module(module.name)
    found = {kind: status for status, (kind, _) in problems._TITLES.items()}
    waiting = [OmnixError]
    while waiting:
        error = waiting.pop()
        if error.__module__.startswith("omnix."):
            found[error.kind] = error.status
        waiting += error.__subclasses__()
    return found


def test_every_problem_is_explained() -> None:
    rows = re.findall(r"^\| `/problems/([a-z-]+)` \| (\d{3}|4xx) \|", DOC.read_text(), re.MULTILINE)
    told = dict(rows)
    assert len(told) == len(rows)
    assert told.pop("http") == "4xx"
    assert told == {kind: str(status) for kind, status in _kinds().items()}
