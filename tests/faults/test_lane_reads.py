"""Personal answers given where they were parsed are those that the usual way gives.

The method HEAD is asked for by no shop's page, and an escaped character is all it takes to be sent
the usual way.
"""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest

from faults.books import make_key, opened
from faults.server import Server, running
from omnix.app import DIRECT, openapi_document
from omnix.domains.recommendations.declare import LISTS
from omnix.platform.direct import Asked, DirectRead, Lane
from omnix.ports import Put

pytestmark = pytest.mark.xdist_group("processes")

FAST, USUAL = "/v1/recommendations/customers/ann", "/v1/recommendations/customers/%61nn"
VARYING = {"date", "content-length", "x-request-id"}
AT = "2026-01-05T00:00:00.000Z"
_SHARES = [0.004, 0.003, 0.002, 0.001]
READS = [one for one in DIRECT if isinstance(one, DirectRead)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("reads") / "data") as made:
        yield made


@pytest.fixture(scope="module")
def shop(server: Server) -> Iterator[httpx.Client]:
    async def fill() -> str:
        async with opened(server.data) as platform:
            rows = [[f"p{n}", 0.5 / (n + 1), _SHARES, "p0", [3, 7.0, 2]] for n in range(30)]
            head = {"made_at": AT, "as_of": AT[:10], "model_version": 1}
            item = {"customer_id": "ann", "items": rows, **head}
            await platform.ports.records.write([Put(LISTS, item)])
            key: str = await make_key(platform.ports)
            return key

    bearer = {"Authorization": f"Bearer {asyncio.run(fill())}"}
    with httpx.Client(base_url=server.url, headers=bearer, timeout=30) as client:
        assert client.post("/v1/customers", json={"id": "ann", "name": "Ann"}).status_code == 201
        for n in range(30):
            new = {"id": f"p{n}", "sku": f"P{n}", "name": f"No. {n}", "price_minor": 100 + n}
            new |= {"category": "Tea" if n % 2 else "Coffee", "cost_minor": 60}
            assert client.post("/v1/products", json=new).status_code == 201
        yield client


def plain(answer: httpx.Response) -> tuple[int, dict[str, str], Any]:
    """What must be the same both ways."""
    headers = {name: value for name, value in answer.headers.items() if name not in VARYING}
    body = answer.json()
    for name in {"id", "at"} & body.keys():
        body[name] = len(body[name])
    return answer.status_code, headers, body


CASES: dict[str, int] = {
    "": 200,
    "?": 200,
    "?limit=3": 200,
    "?limit=5&category=Tea&own=only&in_stock=false": 200,
    "?in_stock=0&preview=1&per_category=2&seen=exclude": 200,
    "?context=product&product_id=p3": 200,
    "?context=cart&cart=p1,p2&min_margin=10": 200,
    "?category=Green%20Tea": 200,
    "?category=Green+Tea": 200,
    "?limit=3&limit=4": 200,
    "?limit=0": 400,
    "?limit=many": 400,
    "?limit=": 400,
    "?limit": 400,
    "?limit=1.5": 400,
    "?in_stock=maybe": 400,
    "?own=some": 400,
    "?colour=red": 400,
    "?context=product": 400,
    "?product_id=p3": 400,
    "?context=cart&cart=p%201": 400,
    "?min_margin=101": 400,
    "?preview=true&&limit=2": 200,
}


@pytest.mark.parametrize("query", CASES)
def test_both_ways_answer_alike(shop: httpx.Client, query: str) -> None:
    fast, usual = (plain(shop.get(path + query)) for path in (FAST, USUAL))
    assert fast == usual
    assert fast[0] == CASES[query], fast[2]


def test_others_are_refused_alike(shop: httpx.Client) -> None:
    nobody = "/v1/recommendations/customers/"
    assert plain(shop.get(nobody + "bob")) == plain(shop.get(nobody + "bo%62"))
    for proof in ("", "Bearer omx_a_b"):
        fast, usual = (
            plain(shop.get(path, headers={"Authorization": proof})) for path in (FAST, USUAL)
        )
        assert fast == usual
        assert fast[0] == 401
    assert shop.head(FAST).status_code == 200
    assert shop.post(FAST).status_code == 405
    asked = shop.request("GET", FAST, content=b"{}", headers={"X-Request-Id": "mine"})
    assert (asked.status_code, asked.headers["x-request-id"]) == (200, "mine")
    assert shop.get(FAST, headers={"X-Request-Id": "mine"}).headers["x-request-id"] == "mine"


@pytest.mark.parametrize("read", READS, ids=lambda read: read.path)
def test_a_short_way_knows_what_its_route_knows(read: DirectRead) -> None:
    told = msgspec.json.decode(openapi_document())["paths"][read.path]["get"]
    queries = {one["name"]: one["schema"] for one in told["parameters"] if one["in"] == "query"}
    fields = msgspec.json.schema(read.query)["$defs"][read.query.__name__]["properties"]
    assert fields.keys() == queries.keys()
    for name, schema in queries.items():
        assert fields[name].get("default") == schema.get("default"), name


def test_what_goes_the_usual_way() -> None:
    ports: Any = None
    authenticate: Any = None
    lane = Lane(ports, authenticate, DIRECT)
    plain = lane.read(b"/v1/recommendations/customers/ann?limit=3&own=only")
    assert isinstance(plain, Asked)
    assert (plain.id, plain.query.limit, plain.query.own) == ("ann", 3, "only")
    for usual in (
        b"/v1/recommendations/customers/%61nn", b"/v1/recommendations/customers/",
        b"/v1/recommendations/customers/ann/", b"/v1/recommendations/customers/ann?limit=%33",
        b"/v1/recommendations/customers/ann?limit=0", b"/v1/customers/ann", b"*",
        b"/v1/recommendations/customers/ann?a=b",
    ):  # fmt: skip
        assert lane.read(usual) is None, usual
