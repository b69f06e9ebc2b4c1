"""Whatever is sent wrongly is refused in one form, with the field and the reason."""

import itertools
import re
from collections import defaultdict
from typing import Any

import pytest
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from .serving import Served, assert_problem, routes

pytestmark = pytest.mark.anyio

_PRODUCT = {"sku": "A-1", "name": "Tea", "price_minor": 100}
_BROKEN = {
    "empty": b"",
    "half": b'{"name": ',
    "list": b"[]",
    "null": b"null",
    "number": b"1",
    "text": b'"x"',
    "no utf-8": b'{"name": "\xff\xfe"}',
    "utf-16": '{"name": "x"}'.encode("utf-16"),
    "deep": b"[" * 100_000,
    "deep object": b'{"name":' * 50_000,
    "deep closed": b"[" * 5_000 + b"]" * 5_000,
    "nan": b'{"name": NaN, "price_minor": NaN, "version": NaN}',
    "infinity": b'{"version": Infinity, "price_minor": -Infinity}',
    "huge exponent": b'{"version": 1e999, "price_minor": 1e999}',
    "huge number": b'{"version": ' + b"9" * 5_000 + b"}",
    "lone surrogate": b'{"name": "\\ud800", "email": "\\udfff@x.y"}',
    "trailing": b"{} {}",
    "unknown field": b'{"surprise": 1}',
    "wrong types": b'{"name": {}, "sku": [], "email": 1, "version": "x", "lines": 5, "items": 1}',
}


@pytest.mark.parametrize("body", _BROKEN.values(), ids=_BROKEN.keys())
async def test_broken_bodies_on_every_route(served: Served, body: bytes) -> None:
    tried = 0
    for method, path, _ in routes(served.app):
        if method not in ("POST", "PATCH", "PUT") or path == "/auth/logout":
            continue
        path = path.replace("{", "").replace("}", "")
        answer = await served.call(
            method, path, content=body, headers={"Content-Type": "application/json"}
        )
        if answer.status_code >= 300:
            assert_problem(answer)
        tried += 1
    assert tried > 10


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data",
     "multipart/form-data; boundary=x", "application/msgpack", "nonsense", ""],
)  # fmt: skip
async def test_other_media_types(served: Served, kind: str) -> None:
    for method, path, _ in routes(served.app):
        if method not in ("POST", "PATCH", "PUT") or path == "/auth/logout":
            continue
        path = path.replace("{", "").replace("}", "")
        for body in (b"a=1&b=2", b"\x81\xa1a\x01", b"--x\r\n\r\nx"):
            answer = await served.call(method, path, content=body, headers={"Content-Type": kind})
            if answer.status_code >= 300:
                assert_problem(answer)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": " \u200b\t"}, "name"),
        ({"name": "x" * 301}, "name"),
        ({"name": 7}, "name"),
        ({"sku": "\u0000"}, "sku"),
        ({"sku": None}, "sku"),
        ({"price_minor": -1}, "price_minor"),
        ({"price_minor": 10**12 + 1}, "price_minor"),
        ({"price_minor": 10**40}, "price_minor"),
        ({"price_minor": 1.5}, "price_minor"),
        ({"price_minor": "100"}, "price_minor"),
        ({"attributes": {"k": [{"n": 2**63}]}}, "attributes.k[0].n"),
        ({"price_minor": True}, "price_minor"),
        ({"barcode": "123456\n"}, "barcode"),
        ({"barcode": "١٢٣٤٥٦"}, "barcode"),
        ({"id": "a/b"}, "id"),
        ({"id": "a\n"}, "id"),
        ({"id": "../../etc"}, "id"),
        ({"components": [{"product_id": "none", "quantity": 1}]}, "components[0].product_id"),
        ({"components": [{"product_id": "none", "quantity": 0}]}, "components[0].quantity"),
        ({"components": [{"product_id": "x", "quantity": 1, "more": 1}]}, "components[0].more"),
        ({"attributes": {"k": 10**400}}, None),
        ({"attributes": {"x" * 65: 1}}, None),
        ({"surprise": 1}, "surprise"),
    ],
)
async def test_a_wrong_product_names_its_field(
    served: Served, change: dict[str, Any], field: str | None
) -> None:
    answer = await served.call("POST", "/products", json={**_PRODUCT, **change})
    body = assert_problem(answer)
    assert answer.status_code == 400
    if field is not None:
        assert [e["field"] for e in body["errors"]] == [field]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"email": "a b@c.d"}, "email"),
        ({"email": "a@b@c"}, "email"),
        ({"email": "a@b\r\nBcc: x@y.z"}, "email"),
        ({"phone": "abcd"}, "phone"),
        ({"name": "\u0007"}, "name"),
        ({"address": {"street": 1}}, None),
        ({"consent": {"everything": True}}, "consent.everything"),
    ],
)
async def test_a_wrong_customer_names_its_field(
    served: Served, change: dict[str, Any], field: str | None
) -> None:
    body = assert_problem(await served.call("POST", "/customers", json={"name": "Ann", **change}))
    assert field is None or [e["field"] for e in body["errors"]] == [field]


async def test_wrong_queries_on_every_list(served: Served) -> None:
    lists = 0
    for method, path, handler in routes(served.app):
        if method != "GET" or "{" in path or "cursor" not in str(handler.parsed_fn_signature):
            continue
        lists += 1
        for query in (
            {"limit": "0"},
            {"limit": "201"},
            {"limit": "x"},
            {"limit": "9" * 400},
            {"limit": "-1"},
            {"cursor": "x"},
            {"cursor": "!!!"},
            {"cursor": "bnVsbA"},
            {"cursor": "W10"},
            {"cursor": "é"},
            {"cursor": "x" * 3000},
            {"cursor": "W1tbW1tbW1tb" * 60},
            {"limit": "1", "cursor": "WyJhIiwiYiIsImMiLCJkIl0"},
        ):
            answer = await served.call("GET", path, params=query)
            if path == "/forecasts" and answer.status_code == 200:
                # Before the first forecast there is no list that a cursor could be wrong for.
                assert answer.json() == {"items": [], "next_cursor": None}
                continue
            assert answer.status_code == 400, f"{path} {query} {answer.status_code} {answer.text}"
            assert_problem(answer)
    assert lists >= 10


async def test_the_ends_of_the_calendar_break_nothing(served: Served) -> None:
    """Every range of days and moments, for a shop whose figures are of one product."""
    await served.call("POST", "/products", json={**_PRODUCT, "id": "p"})
    await served.call(
        "POST", "/product-parents", json={"id": "p", "name": "Teas", "options": ["Size"]}
    )
    ends = ("0001-01-01", "0001-01-02", "1969-12-31", "1972-12-31", "9999-12-30", "9999-12-31")
    document = (await served.call("GET", "/openapi.json", None)).json()
    asked = 0
    for path, methods in document["paths"].items():
        given = [
            (each["name"], "T00:00:00Z" if "date-time" in str(each["schema"]) else "")
            for each in methods.get("get", {}).get("parameters", [])
            if each["in"] == "query" and "'date" in str(each["schema"])
        ]
        if not given:
            continue
        path = re.sub("{[^}]*}", "p", path.removeprefix("/v1"))
        for low, high in itertools.combinations_with_replacement((None, *ends), 2):
            days = [day for day in (low, high) if day is not None]
            for chosen in itertools.combinations(given, len(days)):
                query = {name: day + rest for (name, rest), day in zip(chosen, days, strict=True)}
                answer = await served.call("GET", path, params=query)
                assert answer.status_code in (200, 400), f"{path} {query} {answer.text}"
                asked += 1
    assert asked > 300


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/products/x/y/z", "/products/%00", "/products/%ff", "/products/" + "x" * 5000,
     "/products/..%2f..%2fetc%2fpasswd", "/jobs/%00", "/customers/%0a", "/users/%00/password"],
)  # fmt: skip
async def test_what_is_not_there(served: Served, path: str) -> None:
    answer = await served.call("POST" if "users" in path else "GET", path)
    assert answer.status_code in (400, 404), answer.text
    assert_problem(answer)


async def test_every_path_tells_its_methods(served: Served) -> None:
    """To who asks for them, and to who comes with one that is not there."""
    methods: defaultdict[str, set[str]] = defaultdict(set)
    for route in served.app.routes:
        if isinstance(route, HTTPRoute):
            methods[re.sub("{[^}]*}", "0", route.path)] |= set(route.methods)
    assert methods["/v1/products/0"] == {"GET", "PATCH", "DELETE", "OPTIONS"}
    for path, known in methods.items():
        answer = await served.client.options(path)
        assert (answer.status_code, answer.content) == (204, b""), path
        assert answer.headers["allow"] == ", ".join(sorted(known)), path
        refused = await served.client.request("TRACE", path)
        assert_problem(refused)
        assert refused.status_code == 405, path
        assert set(refused.headers["allow"].split(", ")) == known, path


async def test_a_body_that_is_too_large(served: Served) -> None:
    answer = await served.call(
        "POST",
        "/products",
        content=b'{"name": "' + b"x" * (10 * 1024 * 1024) + b'"}',
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 413
    assert_problem(answer)


async def test_what_is_refused_tells_nothing_of_the_inside(
    served: Served, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret path /var/lib/omnix")

    monkeypatch.setattr(type(served.ports.jobs), "counts", broken)
    answer = await served.call("GET", "/system/status")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text
    reference = answer.json()["detail"].removeprefix("reported as ")
    assert reference in caplog.text


async def test_a_routes_parameters_are_looked_up_once_and_not_with_each_request(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    plain = HTTPRouteHandler.create_kwargs_model

    def counted(self: HTTPRouteHandler, path_parameters: Any) -> Any:
        looked.append(self.handler_name)
        return plain(self, path_parameters)

    monkeypatch.setattr(HTTPRouteHandler, "create_kwargs_model", counted)
    await served.call("GET", "/products?limit=1")
    looked.clear()
    for _ in range(3):
        answer = await served.call("GET", "/products?limit=1")
        assert answer.status_code == 200
    assert looked == []


async def test_unknown_parameters_are_refused_and_the_known_are_named(served: Served) -> None:
    """By the document, which Litestar draws up: every route names what it takes."""
    document = (await served.call("GET", "/openapi.json", None)).json()["paths"]
    tried = 0
    for method, path, handler in routes(served.app):
        operation = document.get(f"/v1{path}", {}).get(method.lower())
        if operation is None:
            continue
        known = [p["name"] for p in operation.get("parameters", ()) if p["in"] == "query"]
        filled = path.replace("{", "").replace("}", "")
        answer = await served.call(method, f"{filled}?categroy=tea&{'&'.join(known)}")
        told = assert_problem(answer)
        assert told["status"] == 400, (method, path)
        reason = f"is not known here; there is {', '.join(sorted(known)) or 'no parameter'}"
        assert told["errors"] == [{"field": "categroy", "reason": reason}], handler
        tried += bool(known)
    assert tried > 15


async def test_who_may_not_ask_learns_no_parameters(served: Served) -> None:
    assert (await served.call("GET", "/users?x=1", None)).status_code == 401
    assert (await served.call("GET", "/users?x=1", "analyst")).status_code == 403
