"""The OpenFeature Remote Evaluation Protocol: any OpenFeature SDK asks here for its flags.

https://github.com/open-feature/protocol. A flag is an experiment's key. Refusals are problems as
everywhere, with the members ``errorCode`` and ``errorDetails`` that the protocol has besides.
"""

from hashlib import sha256
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, post
from litestar.params import HeaderParameter
from msgspec import Meta

from omnix.kit.errors import Invalid, NotFound, OmnixError
from omnix.platform.http import allow
from omnix.platform.problems import HANDLERS
from omnix.ports import Ports

from . import assign, service
from .assign import Evaluation
from .declare import FLAGS

TARGETING_KEY = "targetingKey"
LONGEST_KEY = 200
MOST_FLAGS = 1_000


Context = Annotated[
    dict[str, Any],
    Meta(
        max_length=100,
        extra_json_schema={
            "required": [TARGETING_KEY],
            "properties": {
                TARGETING_KEY: {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY}
            },
        },
    ),
]


class EvaluationRequest(msgspec.Struct, frozen=True):
    """``context.targetingKey`` names the unit; whatever else is in it are its attributes."""

    context: Context | None = None


class FlagEvaluation(msgspec.Struct, frozen=True, kw_only=True):
    """A flag for one unit; ``metadata`` has what an exposure is to be reported with."""

    key: str
    value: Any
    variant: str
    reason: str
    metadata: dict[str, str]


class FlagEvaluations(msgspec.Struct, frozen=True):
    """All flags for one unit."""

    flags: list[FlagEvaluation]


def _told(error: OmnixError, code: str, **more: str) -> OmnixError:
    error.extra = {"errorCode": code, "errorDetails": error.detail, **more}
    return error


def _refused(request: Request[Any, Any, Any], error: OmnixError) -> Any:
    """A body that could not be read knows nothing of this protocol yet."""
    if error.status == 400 and "errorCode" not in error.extra:
        _told(error, "PARSE_ERROR")
    return HANDLERS[OmnixError](request, error)


def _unit(data: EvaluationRequest) -> tuple[str, dict[str, Any]]:
    context = dict(data.context or {})
    field = f"context.{TARGETING_KEY}"
    unit = context.get(TARGETING_KEY)
    if unit is None or unit == "":
        raise _told(Invalid.field(field, "is needed: it names the unit"), "TARGETING_KEY_MISSING")
    if not isinstance(unit, str) or len(unit) > LONGEST_KEY or not unit.isprintable():
        told = f"must be printable text of at most {LONGEST_KEY} characters"
        raise _told(Invalid.field(field, told), "INVALID_CONTEXT")
    return unit, context


def _flag(found: Evaluation) -> FlagEvaluation:
    return FlagEvaluation(
        key=found.key,
        value=found.value,
        variant=found.variant,
        reason=found.reason,
        metadata={"experiment_id": found.experiment_id},
    )


@post(
    "/ofrep/v1/evaluate/flags/{key:str}",
    opt=allow("experiments:assign", 404),
    status_code=200,
    summary="Evaluate a flag (OFREP)",
    exception_handlers={OmnixError: _refused},
)
async def evaluate_flag(ports: Ports, key: str, data: EvaluationRequest) -> FlagEvaluation:
    """The flag's value for one unit; that it was shown is noted."""
    unit, attributes = _unit(data)
    try:
        experiment = await assign.running(ports, key)
    except NotFound as error:
        raise _told(error, "FLAG_NOT_FOUND", key=key) from error
    return _flag(await assign.evaluate(ports, experiment, unit, attributes, expose=True))


@post(
    "/ofrep/v1/evaluate/flags",
    opt=allow("experiments:assign"),
    status_code=200,
    summary="Evaluate all flags (OFREP)",
    exception_handlers={OmnixError: _refused},
)
async def evaluate_flags(
    ports: Ports,
    data: EvaluationRequest,
    known: Annotated[
        str | None,
        HeaderParameter(name="If-None-Match", max_length=2_000, description="An `ETag`."),
    ] = None,
) -> Response[FlagEvaluations | None]:
    """All flags for one unit, to be kept by the client. Nothing is noted, since nothing is shown
    yet: report exposures when it is. Answers 304 while the `ETag` is still right."""
    unit, attributes = _unit(data)
    found: list[FlagEvaluation] = []
    cursor = None
    while len(found) < MOST_FLAGS:
        page = await ports.records.query(
            FLAGS, "all", index="listing-index", limit=100, cursor=cursor
        )
        held = await service.get_many(ports, [each["experiment_id"] for each in page.items])
        for each in page.items:
            experiment = held.get(each["experiment_id"])
            if experiment is not None:
                told = await assign.evaluate(ports, experiment, unit, attributes, expose=False)
                found.append(_flag(told))
        cursor = page.next_cursor
        if cursor is None:
            break
    answer = FlagEvaluations(found)
    tag = f'"{sha256(msgspec.json.encode(answer)).hexdigest()[:32]}"'
    asked = {each.strip().removeprefix("W/") for each in (known or "").split(",")}
    if tag in asked:
        return Response(None, status_code=304, headers={"ETag": tag})
    return Response(answer, status_code=200, headers={"ETag": tag})


ROUTES = (evaluate_flag, evaluate_flags)
