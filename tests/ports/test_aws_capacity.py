"""No request reads a table as a whole, nor asks DynamoDB for much more than is documented."""

from pathlib import Path

import pytest

pytest.importorskip("botocore")

from ports import emulators
from ports.capacity import documented, walking

SLACK = 2
"""Calls that a route may have gained since the page was written."""

pytestmark = [pytest.mark.anyio, emulators.GROUP]


async def test_no_route_scans_and_each_asks_no_more_than_documented(
    ministack: str, tmp_path: Path
) -> None:
    known = documented()
    assert len(known) > 60
    async with walking(ministack, None, tmp_path, filled=8) as walk:
        assert len(walk.costs) > 60
        scanning = [route for route, cost in walk.costs.items() if cost.calls["Scan"]]
        assert scanning == []
        more = {
            route: (cost.told, dict(known[route]))
            for route, cost in walk.costs.items()
            if route in known and cost.calls.total() > known[route].total() + SLACK
        }
        assert more == {}, "write docs/aws-capacity.md anew: python -m ports.capacity in tests"
