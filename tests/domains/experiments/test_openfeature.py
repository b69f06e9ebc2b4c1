"""The flags as any OpenFeature SDK sees them: the real one, over HTTP, against a real server."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

pytest.importorskip("openfeature.contrib.provider.ofrep", reason="needs the OpenFeature SDK")

from openfeature import api
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext
from openfeature.exception import OpenFeatureError

from domains.experiments.shop import TWO
from faults.books import make_key, opened
from faults.server import Server, running
from omnix.engine.experiments.buckets import assign

pytestmark = pytest.mark.xdist_group("processes")
KINDS: dict[str, tuple[Any, Any]] = {
    "boolean": (False, True),
    "string": ("green", "red"),
    "integer": (1, 2),
    "float": (0.25, 1.0),
    "object": ({"size": 1}, {"size": 2, "tags": ["x"]}),
}
PAID = {"attribute": "plan", "operator": "in", "values": ["paid"]}


class Shop:
    """A server with one running experiment for each kind of value."""

    def __init__(self, server: Server, key: str) -> None:
        self.headers = {"Authorization": f"Bearer {key}"}
        self.server = server
        self.http = httpx.Client(base_url=server.url, headers=self.headers, timeout=20)
        for kind, values in KINDS.items():
            rules = [PAID] if kind == "string" else []
            self.run(kind, values, targeting=rules)

    def run(self, id: str, values: tuple[Any, Any], **plan: Any) -> None:
        arms = [{**arm, "value": v} for arm, v in zip(TWO, values, strict=True)]
        metrics = [{"name": "conversion"}]
        new = {"id": id, "key": f"flag-{id}", "name": id, "variants": arms, "metrics": metrics}
        self.post("/experiments", **new, **plan)
        self.post(f"/experiments/{id}/start")

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        answer = self.http.post(f"/v1{path}", json=body) if body else self.http.post(f"/v1{path}")
        assert answer.status_code < 300, answer.text
        told: dict[str, Any] = answer.json()
        return told


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    data = tmp_path_factory.mktemp("flags")

    async def key() -> str:
        async with opened(data) as platform:
            return await make_key(platform.ports)

    with running(data) as server:
        made = Shop(server, asyncio.run(key()))
        try:
            yield made
        finally:
            made.http.close()


@pytest.fixture
def client(shop: Shop) -> Iterator[Any]:
    provider = provider_at(shop, shop.server.url)
    api.set_provider(provider)
    yield api.get_client()
    provider.session.close()
    api.clear_providers()


def provider_at(shop: Shop, url: str) -> Any:
    return OFREPProvider(url, headers_factory=lambda: shop.headers, timeout=20)


def test_values_of_every_type_by_the_documented_hash(client: Any) -> None:
    for kind, values in KINDS.items():
        ask = getattr(client, f"get_{kind}_details")
        for n in range(8):
            unit = f"unit-{n}"
            told = ask(f"flag-{kind}", values[0], EvaluationContext(unit, {"plan": "paid"}))
            assert told.error_code is None, told
            arm = assign(kind, unit, [5_000, 5_000])
            assert arm is not None
            assert (told.value, told.variant) == (values[arm], TWO[arm]["key"])
            assert told.reason == "SPLIT"
            assert told.flag_metadata["experiment_id"] == kind


def test_attributes_decide_who_takes_part(client: Any) -> None:
    told = client.get_string_details(
        "flag-string", "?", EvaluationContext("free", {"plan": "free"})
    )
    assert (told.value, told.reason) == ("green", "DEFAULT")


def test_what_cannot_be_evaluated_gives_the_callers_default(client: Any) -> None:
    told = client.get_boolean_details("no-such-flag", True, EvaluationContext("u"))
    assert (told.value, told.error_code.value) == (True, "FLAG_NOT_FOUND")
    told = client.get_boolean_details("flag-boolean", True, EvaluationContext(None, {"plan": "x"}))
    assert (told.value, told.error_code.value) == (True, "TARGETING_KEY_MISSING")
    told = client.get_boolean_details("flag-boolean", True, EvaluationContext("x\u0007"))
    assert (told.value, told.error_code.value) == (True, "INVALID_CONTEXT")
    told = client.get_boolean_details(
        "flag-string", True, EvaluationContext("paid", {"plan": "paid"})
    )
    assert (told.value, told.error_code.value) == (True, "TYPE_MISMATCH")


def test_without_a_key_nothing_is_told(shop: Shop) -> None:
    provider = OFREPProvider(shop.server.url, timeout=20)
    with pytest.raises(OpenFeatureError) as told:
        provider.resolve_boolean_details("flag-boolean", False, EvaluationContext("u"))
    assert told.value.error_message == "unauthorized"
    provider.session.close()


def test_all_flags_at_once_and_again_by_their_tag(shop: Shop) -> None:
    context = {"context": {"targetingKey": "bulk-1", "plan": "paid"}}
    path = "/ofrep/v1/evaluate/flags"
    first = shop.http.post(path, json=context)
    assert first.status_code == 200
    flags = {flag["key"]: flag for flag in first.json()["flags"]}
    assert set(flags) >= {f"flag-{kind}" for kind in KINDS}
    tag = first.headers["etag"]
    for sent in (tag, f'"other", W/{tag}'):
        again = shop.http.post(path, json=context, headers={"If-None-Match": sent})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
    units = (f"bulk-{n}" for n in range(2, 40))
    contexts = ({"context": {"targetingKey": unit, "plan": "paid"}} for unit in units)
    tags = {shop.http.post(path, json=each).headers["etag"] for each in contexts}
    assert len(tags) > 10
    wrong = shop.http.post(path, json={"context": {}})
    assert (wrong.status_code, wrong.json()["errorCode"]) == (400, "TARGETING_KEY_MISSING")
    broken = shop.http.post(path, content=b"{", headers={"Content-Type": "application/json"})
    assert (broken.status_code, broken.json()["errorCode"]) == (400, "PARSE_ERROR")


def test_evaluated_one_by_one_they_are_exposures_and_in_bulk_not(shop: Shop) -> None:
    shop.run("counted", ("a", "b"))
    for n in range(20):
        context = {"context": {"targetingKey": f"c{n}"}}
        shop.http.post("/ofrep/v1/evaluate/flags", json=context)
        if n < 12:
            shop.http.post("/ofrep/v1/evaluate/flags/flag-counted", json=context)
            shop.http.post("/v1/ofrep/v1/evaluate/flags/flag-counted", json=context)
    found = 0
    for _ in range(200):  # the worker folds them in its own time
        found = shop.http.get("/v1/experiments/counted/results").json()["units"]
        if found == 12:
            break
        time.sleep(0.05)
    assert found == 12


def test_a_shipped_variant_is_everybodys(shop: Shop, client: Any) -> None:
    shop.run("won", (1, 2))
    shop.post("/experiments/won/ship", variant="new")
    for n in range(6):
        told = client.get_integer_details("flag-won", 0, EvaluationContext(f"s{n}"))
        assert (told.value, told.reason) == (2, "STATIC")
    shop.run("lost", (0.25, 1.0))
    shop.post("/experiments/lost/stop")
    told = client.get_float_details("flag-lost", 0.5, EvaluationContext("s"))
    assert (told.value, told.reason) == (0.25, "DISABLED")


def test_the_same_below_the_prefix_of_the_interface(shop: Shop) -> None:
    provider = provider_at(shop, f"{shop.server.url}/v1")
    told = provider.resolve_boolean_details("flag-boolean", False, EvaluationContext("unit-1"))
    assert told.value is (assign("boolean", "unit-1", [5_000, 5_000]) == 1)
    provider.session.close()
