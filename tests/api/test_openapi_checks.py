"""What schemathesis looks for in the answers to each operation, as somebody of each role.

``make soak`` has it all; a part of it is in ``make test``, beside the sample of test_openapi.
"""

import os
from collections.abc import Iterator
from itertools import islice
from typing import Any

import hypothesis
import pytest
from schemathesis.generation.modes import GenerationMode
from schemathesis.python.asgi import shutdown_lifespans

from omnix.kit.declare import ROLES

from .fuzzing import OPERATIONS, SCHEMA, Shop, ask, machine, seed

SOAK = bool(os.environ.get("OMNIX_SOAK"))
EXAMPLES = 500
soak = pytest.mark.soak
hours = pytest.mark.timeout(3600)
every_operation = pytest.mark.parametrize(
    "operation", OPERATIONS, ids=lambda operation: f"{operation.method.upper()} {operation.path}"
)
as_each = pytest.mark.parametrize("role", sorted(ROLES))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What all operations are asked of."""
    SCHEMA.app = Shop(tmp_path_factory.mktemp("fuzzed"))
    for operation in OPERATIONS:
        operation.app = SCHEMA.app
    seed()
    yield
    shutdown_lifespans()


def _settings(examples: int, **more: Any) -> hypothesis.settings:
    return hypothesis.settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=not SOAK,
        suppress_health_check=list(hypothesis.HealthCheck),
        # A failure tells the request that it takes; to look for a shorter one takes minutes.
        phases=[hypothesis.Phase.generate],
        **more,
    )


def _at_bounds(operation: Any) -> Iterator[Any]:
    """Requests on either side of each bound, without each part, and under each other method."""
    config = SCHEMA.config.generation_for(operation=operation, phase="coverage")
    modes = list(GenerationMode)
    yield from SCHEMA.iter_coverage_cases(
        operation, generation_modes=modes, generation_config=config
    )


@soak
@hours
@as_each
@every_operation
def test_no_answer_is_undocumented(shop: None, operation: Any, role: str) -> None:
    """To what the document allows and to what it does not, half of the examples each."""
    for mode in GenerationMode:

        @_settings(EXAMPLES // 2)
        @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
        def run(case: Any) -> None:
            ask(case, role)

        try:
            run()
        except hypothesis.errors.Unsatisfiable:
            assert mode == GenerationMode.NEGATIVE  # nothing that could be wrong


@soak
@hours
@as_each
@every_operation
def test_bounds_are_as_described(shop: None, operation: Any, role: str) -> None:
    seed()
    for case in _at_bounds(operation):
        ask(case, role)


def test_some_bounds_are_as_described(shop: None) -> None:
    """Of every third operation, every eighth request."""
    asked = 0
    for operation in OPERATIONS[::3]:
        for case in islice(_at_bounds(operation), 0, None, 8):
            ask(case, "admin")
            asked += 1
    assert asked > 400


@hours
@pytest.mark.parametrize("rounds", [1, pytest.param(EXAMPLES // 10, marks=soak)])
def test_what_follows_from_an_answer(shop: None, rounds: int) -> None:
    """What is made is there, what is deleted is gone, and what answers tell can be asked for.

    In rounds of ten: what is there differs from one run to the next, which hypothesis takes for
    a fault of what draws if it tries the same way twice.
    """
    for _ in range(rounds):
        machine().run(settings=_settings(10, stateful_step_count=8))
