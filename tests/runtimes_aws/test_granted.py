"""Whoever looks through a whole collection may do so where jobs run on AWS."""

import re
from importlib import import_module
from pathlib import Path

import omnix
from omnix.runtimes.aws.functions import FUNCTIONS

SOURCE = Path(omnix.__file__).parent
PLACES = ("domains", "platform", "transfer/incoming")


def test_what_jobs_scan_is_granted() -> None:
    (jobs,) = (function for function in FUNCTIONS if function.name == "jobs")
    granted = {g.name for g in jobs.grants if g.kind == "table" and "scan" in g.access}
    scanned = set()
    for path in (path for place in PLACES for path in (SOURCE / place).rglob("*.py")):
        for name in re.findall(r"records\.scan\(([A-Z_]+)\)", path.read_text()):
            module = ".".join(("omnix", *path.relative_to(SOURCE).with_suffix("").parts))
            scanned.add(getattr(import_module(module), name).table)
    assert "products" in scanned
    assert scanned <= granted
