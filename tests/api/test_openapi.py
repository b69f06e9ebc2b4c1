"""What the OpenAPI document says is what the application does."""

import asyncio
import json
import os
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.generation.modes import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from omnix.app import openapi_document

from .serving import Served, routes, serving

SOAK = bool(os.environ.get("OMNIX_SOAK"))
EXAMPLES = 500 if SOAK else 12
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
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
        refusals = {s for s in operation["responses"] if s >= "4" and s != "503"}
        assert all(
            list(operation["responses"][s]["content"]) == ["application/problem+json"]
            for s in refusals
        )
        if operation.get("security") != []:
            assert {"401", "403"} <= refusals, operation["operationId"]


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


def _soaked(test: Any) -> Any:
    """Under ``make soak`` the same test with its full count, and the time for it."""
    return pytest.mark.soak(pytest.mark.timeout(900)(test)) if SOAK else test


@_soaked
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: f"{o.method.upper()} {o.path}")
def test_no_answer_is_undocumented(
    shop: tuple[Served, asyncio.Runner], operation: Any, mode: GenerationMode
) -> None:
    """As an admin, with what the document allows and with what it does not."""
    served, runner = shop
    public = operation.definition.raw.get("security") == []
    proof = {} if public else served.bearer("admin")

    @hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=not SOAK,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def run(case: Any) -> None:
        request = _sent(case)
        request["headers"] |= proof
        answer = runner.run(served.client.request(**request))
        case.validate_response(answer, checks=CHECKS)

    try:
        run()
    except hypothesis.errors.Unsatisfiable:
        pytest.skip("nothing that could be wrong")
