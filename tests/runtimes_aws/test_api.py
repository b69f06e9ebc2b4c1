"""The API behind API Gateway: its events in, its answers out."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import omnix
from omnix.app import ROUTES
from omnix.runtimes.aws import api
from omnix.runtimes.aws.functions import FUNCTIONS, Routes
from ports import emulators
from runtimes_aws.events import Context, rest
from runtimes_aws.shop import Shop

pytestmark = emulators.GROUP

PATHS = (Path(omnix.__file__).parents[1], Path(__file__).parents[1])


def test_health_tells_of_each_dependency(shop: Shop) -> None:
    told = shop.ok("GET", "/health", token="")
    assert told["status"] == "ok", told
    assert {check["name"] for check in told["checks"]} >= {"records", "lake", "worker", "events"}


def test_a_refusal_is_a_problem_in_plain_text(shop: Shop) -> None:
    answer = shop.answer("GET", "/products/nothing")
    assert answer["statusCode"] == 404
    assert answer["headers"]["content-type"].startswith("application/problem+json")
    assert not answer["isBase64Encoded"]
    assert json.loads(answer["body"])["status"] == 404


def test_who_does_not_sign_in_is_sent_away(shop: Shop) -> None:
    assert shop.call("GET", "/products", token="")[0] == 401
    assert shop.call("GET", "/products", token="abc")[0] == 401


def test_the_stage_may_stand_before_the_path(shop: Shop) -> None:
    event = rest("GET", "/dev/v1/health")
    assert api.handle(event, Context())["statusCode"] == 200


def test_a_page_of_a_named_origin_may_send_events(shop: Shop) -> None:
    asking = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
    assert shop.answer("OPTIONS", "/events/batch", token="", headers=asking)["statusCode"] == 403
    before = shop.ok("GET", "/system/settings")
    change = {"version": before["version"], "event_origins": ["https://shop.example"]}
    shop.ok("PATCH", "/system/settings", change)
    told = shop.answer("OPTIONS", "/events/batch", token="", headers=asking)
    assert told["statusCode"] == 204
    assert told["headers"]["access-control-allow-origin"] == "https://shop.example"
    event = {"message_id": "from-a-page", "type": "page_view", "anonymous_id": "v"}
    sent = shop.answer("POST", "/events", event, headers={"Origin": "https://shop.example"})
    assert sent["statusCode"] == 202
    assert sent["headers"]["access-control-allow-origin"] == "https://shop.example"
    shop.ok("PATCH", "/system/settings", {"version": change["version"] + 1, "event_origins": []})


def test_query_parameters_arrive(shop: Shop) -> None:
    status, told = shop.call("GET", "/products", query={"limit": ["1"], "state": ["no"]})
    assert status == 400
    assert [error["field"] for error in told["errors"]] == ["state"]
    assert shop.call("GET", "/products", query={"limit": ["1"]})[0] == 200


def test_a_parameter_sent_twice_arrives_twice(shop: Shop) -> None:
    status, told = shop.call("GET", "/products", query={"bogus": ["a", "b"], "more": ["é&="]})
    assert status == 400
    assert [error["field"] for error in told["errors"]] == ["bogus", "more"]


def test_a_body_arrives_in_base64_and_plainly(shop: Shop) -> None:
    body = {"email": "nobody@example.test", "password": "ü wrong"}
    encoded = rest("POST", "/v1/auth/login", body)
    plain = {**encoded, "body": json.dumps(body), "isBase64Encoded": False}
    assert [api.handle(e, Context())["statusCode"] for e in (encoded, plain)] == [401, 401]


def test_a_retry_of_an_order_places_it_once(shop: Shop) -> None:
    shop.ok("POST", "/products", {"id": "jug", "sku": "JUG", "name": "Jug", "price_minor": 500})
    body = {"lines": [{"product_id": "jug", "quantity": 1}]}
    shop.ok("POST", "/inventory/jug/adjust", {"delta": 1, "reason": "opening"})
    answers = [
        shop.answer("POST", "/orders", body, headers={"Idempotency-Key": "key-1"}) for _ in range(2)
    ]
    assert answers[0]["body"] == answers[1]["body"]
    status, told = shop.call("POST", "/orders", body)
    assert (status, told["type"]) == (409, "/problems/out-of-stock")


def test_cookies_of_one_name_are_each_their_own_header(shop: Shop) -> None:
    from runtimes_aws.shop import ADMIN, OWN

    answer = shop.answer("POST", "/auth/login", {"email": ADMIN, "password": OWN, "cookie": True})
    assert answer["statusCode"] == 200
    sent = {**answer["headers"], **answer["multiValueHeaders"]}
    assert "HttpOnly" in str(sent["set-cookie"])


def test_an_answer_that_lambda_does_not_carry_is_a_problem(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = shop.answer("GET", "/openapi.json", token="")
    monkeypatch.setattr(api, "MAX_ANSWER", len(whole["body"]) - 1)
    answer = shop.answer("GET", "/openapi.json", token="")
    told = json.loads(answer["body"])
    assert answer["statusCode"] == told["status"] == 413
    assert answer["headers"]["content-type"] == "application/problem+json"
    assert str(len(whole["body"])) in told["detail"]


def test_attempts_count_by_the_address_that_api_gateway_tells(shop: Shop) -> None:
    body = {"email": "nobody@example.test", "password": "wrong"}

    def attempt(address: str) -> int:
        event = rest("POST", "/v1/auth/login", body)
        event["requestContext"]["identity"]["sourceIp"] = address
        status: int = api.handle(event, Context())["statusCode"]
        return status

    assert 429 in {attempt("198.51.100.1") for _ in range(51)}
    other = {"email": "nobody-else@example.test", "password": "wrong"}
    event = rest("POST", "/v1/auth/login", other)
    event["requestContext"]["identity"]["sourceIp"] = "198.51.100.2"
    assert api.handle(event, Context())["statusCode"] == 401


def test_metrics_and_configuration_are_those_of_the_function(shop: Shop) -> None:
    shop.ok("GET", "/health", token="")
    told = shop.ok("GET", "/system/metrics")
    assert told["process"]["runs_on"] == "aws"
    (asked,) = [r for r in told["requests"] if (r["route"], r["kind"]) == ("health", "read")]
    before = asked["requests"]
    shop.ok("GET", "/health", token="")
    told = shop.ok("GET", "/system/metrics")
    (asked,) = [r for r in told["requests"] if (r["route"], r["kind"]) == ("health", "read")]
    assert asked["requests"] == before + 1
    page = shop.answer("GET", "/system/metrics", query={"format": ["prometheus"]})
    assert page["headers"]["content-type"].startswith("text/plain; version=0.0.4")
    assert not page["isBase64Encoded"]
    told = shop.ok("GET", "/system/config")
    values = {entry["name"]: entry["value"] for entry in told["environment"]}
    assert (told["runs_on"], values["STAGE"]) == ("aws", "dev")
    assert values["PRODUCTS_TABLE"]


WALK = """
import json, sys
token, blocked, requests = json.loads(sys.stdin.read())
for name in blocked:
    sys.modules[name] = None
from omnix.runtimes.aws import api
from runtimes_aws.events import Context, rest
headers = {"Authorization": f"Bearer {token}"}
told = [
    api.handle(rest(method, path, body, headers), Context()) for method, path, body in requests
]
print(json.dumps([[t["statusCode"], t["body"][:300]] for t in told]))
"""
LAKE = ["duckdb", "deltalake", "arro3"]
NUMERICS = ["numpy", "scipy", "lightgbm"]
Request = tuple[str, str, Any]


def without(modules: list[str], shop: Shop, requests: list[Request]) -> dict[str, tuple[int, str]]:
    """What each path is answered by an interpreter that cannot import ``modules``."""
    run = subprocess.run(
        [sys.executable, "-c", WALK],
        input=json.dumps([shop.token, modules, requests]).encode(),
        capture_output=True,
        timeout=100,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, PATHS))},
        check=False,
    )
    assert run.returncode == 0, run.stderr.decode()[-2000:]
    answers = json.loads(run.stdout.decode().splitlines()[-1])
    return {path: tuple(a) for (_, path, _), a in zip(requests, answers, strict=True)}


def test_the_backend_answers_every_page_without_numerics(shop: Shop) -> None:
    """What reads the lake asks its function; what computes is the forecast function's."""
    shop.ok("POST", "/products", {"id": "jar", "sku": "JAR", "name": "Jar", "price_minor": 100})
    paths = []
    for route in ROUTES:
        (path,) = route.paths
        if "GET" not in route.http_methods:
            continue
        filled = "/v1" + "/".join(
            "jar" if part.startswith("{product_id") else "unknown" if part.startswith("{") else part
            for part in path.split("/")
        )
        if function_of(filled) == "backend":
            paths.append(filled)
    assert len(paths) > 25
    told = without([*NUMERICS, *LAKE], shop, [("GET", path, None) for path in paths])
    assert not {path: answer for path, answer in told.items() if answer[0] >= 500}
    assert told["/v1/orders/statistics"][0] == 200
    assert told["/v1/products/jar/sales"][0] == 200


def test_the_forecast_function_needs_no_lake_of_its_own(shop: Shop) -> None:
    shop.ok("POST", "/products", {"id": "lid", "sku": "LID", "name": "Lid", "price_minor": 100})
    asked = {"product_id": "lid", "forecast_days": 14}
    requests: list[Request] = [
        ("POST", "/v1/ai/forecast", asked),
        ("GET", "/v1/forecasts/lid", None),
        ("GET", "/v1/forecasts", None),
        ("GET", "/v1/inventory/replenishment", None),
    ]
    assert {function_of(path) for _, path, _ in requests} == {"forecast"}
    told = without(LAKE, shop, requests)
    assert {status for status, _ in told.values()} == {200}, told


def function_of(path: str) -> str:
    """The function that API Gateway hands a request to: an exact path's, or the longest one's."""
    found = {
        known: function.name
        for function in FUNCTIONS
        for trigger in function.triggers
        if isinstance(trigger, Routes)
        for known in trigger.paths
        if path == known
        or (known.endswith("{proxy+}") and path.startswith(known.removesuffix("{proxy+}")))
    }
    return found[max(found, key=lambda known: (known == path, len(known)))]
