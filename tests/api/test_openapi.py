"""What the OpenAPI document says is what the application does."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx
import hypothesis
import pytest
import schemathesis
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation.modes import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from omnix.app import openapi_document
from omnix.kit.declare import ROLES

from .serving import Served, routes, serving

EXAMPLES = 10
# All checks, and as many examples as it takes, are in test_openapi_checks.
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    negative_data_rejection,
]


@pytest.mark.anyio
async def test_every_route_is_described_by_its_own_name(served: Served) -> None:
    document = (await served.call("GET", "/openapi.json", None)).json()
    assert document["openapi"].startswith("3.1")
    operations = [o for path in document["paths"].values() for o in path.values()]
    ids = [operation["operationId"] for operation in operations]
    known = {(method, path) for method, path, _ in routes(served.app)}  # flags stand there twice
    # Not described: this document, problems, and what assistants speak with its two metadata.
    assert len(set(ids)) == len(ids) == len(known) - 5
    for operation in operations:
        assert operation["operationId"].islower(), operation["operationId"]
        assert operation["summary"], operation["operationId"]
        assert operation["description"].endswith((".", "`")), operation["operationId"]
        refusals = {s for s in operation["responses"] if s >= "4" and s != "503"}
        assert all(
            list(operation["responses"][s]["content"]) == ["application/problem+json"]
            for s in refusals
        )
        if operation.get("security") != []:
            assert {"401", "403"} <= refusals, operation["operationId"]


def test_a_body_that_is_a_file_is_described() -> None:
    paths = json.loads(openapi_document())["paths"]
    bodies = {
        path: operation["requestBody"]["required"]
        for path, operations in paths.items()
        for operation in operations.values()
        if "application/octet-stream" in operation.get("requestBody", {}).get("content", {})
    }
    assert bodies == {
        "/v1/imports": False, "/v1/imports/plan": True, "/v1/imports/uploads/{upload_id}": True,
    }  # fmt: skip


def test_bounds_that_are_checked_are_described() -> None:
    schemas = json.loads(openapi_document())["components"]["schemas"]
    told = {name: schema.get("properties", {}) for name, schema in schemas.items()}
    assert told["Adjustment"]["count_to"]["anyOf"][0]["minimum"] == 0
    ids = told["CustomerChange"]["external_ids"]
    assert ids["propertyNames"] == {"minLength": 1, "maxLength": 64}
    assert ids["maxProperties"] == 20
    lines = told["NewOrder"]["lines"]
    assert lines["items"] == {"$ref": "#/components/schemas/orders_model_NewLine"}
    assert lines["minItems"] == 1
    parts = [field for fields in told.values() for field in fields.values()]
    assert not any({} in part.get("items", part).get("anyOf", ()) for part in parts)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, asyncio.Runner]]:
    with asyncio.Runner() as runner:
        # Few sign-ins: each of them is meant to cost a tenth of a second.
        context = serving(tmp_path_factory.mktemp("fuzzed"), address_attempts=2)
        served = runner.run(context.__aenter__())
        yield served, runner
        runner.run(context.__aexit__(None, None, None))


SCHEMA = schemathesis.openapi.from_dict(json.loads(openapi_document()))
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations()]


def _sent(case: Any) -> dict[str, Any]:
    """What httpx takes, from what requests would."""
    request = case.as_transport_kwargs()
    data = request.pop("data", None)
    if data is not None:
        request["content"] = data if isinstance(data, bytes | str) else json.dumps(data)
    request["headers"] = {
        name: str(value).encode("utf-8", "replace")
        for name, value in dict(request["headers"]).items()
    }
    request.pop("cookies", None)
    return dict(request)


def _unsigned(case: Any) -> bool:
    """Whether what is wrong with the request is its proof of who sends it."""
    data = case.meta.phase.data
    wrong = {data.parameter, *(mutation.parameter for mutation in data.mutations)}
    return "Authorization" in wrong


AS = st.sampled_from(["admin"] * len(ROLES) + sorted(set(ROLES) - {"admin"}))
"""Half of all requests reach what lies behind a permission; the others are of those without."""


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: f"{o.method.upper()} {o.path}")
def test_no_answer_is_undocumented(
    shop: tuple[Served, asyncio.Runner], operation: Any, mode: GenerationMode
) -> None:
    """As each role, mostly as an admin, with what the document allows and what it does not."""
    served, runner = shop
    public = operation.definition.raw.get("security") == []

    @hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode), role=AS)
    def run(case: Any, role: str) -> None:
        request = _sent(case)
        request["headers"] |= {} if public or _unsigned(case) else served.bearer(role)
        try:
            answer = runner.run(served.client.request(**request))
        except httpx.InvalidURL:
            hypothesis.reject()  # longer than the client sends, and than the server's edge takes
        case.validate_response(answer, checks=CHECKS)

    try:
        run()
    except hypothesis.errors.Unsatisfiable:
        pytest.skip("nothing that could be wrong")
