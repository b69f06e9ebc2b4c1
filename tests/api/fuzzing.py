"""The application as schemathesis asks it, and what schemathesis looks for in its answers.

Of the checks of schemathesis all but two are taken as they are. ``missing_required_header``,
``unsupported_method`` and ``allow_header_conformance`` look at what its coverage phase sends;
``use_after_free`` and ``ensure_resource_availability`` at what follows from an answer before, so
in its state machine; the others at everything.

- ``positive_data_acceptance`` is asked by ``accepted``, which knows the refusals that no
  description can foretell; in the soak alone.
- ``object_level_authorization`` is left out: it reads as a second identity what a first one made,
  and takes any of them for a stranger, while here whoever has the permission reads what anybody
  made. Who owns something by himself, a customer, is what test_accounts is about.

How long an answer takes is no check here; that is for the benchmarks.
"""

import json
import os
import re
import secrets
from pathlib import Path
from typing import Any

import msgspec
import schemathesis
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import Failure
from schemathesis.generation.case import Case
from schemathesis.generation.stateful.state_machine import APIStateMachine
from schemathesis.specs.openapi.checks import positive_data_acceptance

from omnix.app import openapi_document
from omnix.domains.auth import sessions
from omnix.domains.auth.declare import USERS
from omnix.kit.errors import Unauthenticated
from omnix.ports import Put

from .beyond import BEYOND, OPEN
from .serving import Served, serving, user_of

SCHEMA = schemathesis.openapi.from_dict(json.loads(openapi_document()))
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations()]


# Nothing that might be drawn: a role's name is.
_PROOF = f"Bearer {secrets.token_hex(8)}-"


def proof_of(role: str) -> dict[str, str]:
    """The headers of somebody of ``role``."""
    return {"Authorization": _PROOF + role}


class Shop:
    """The application on ports of its own, opened by the lifespan of the server that asks it.

    ``proof_of`` a role stands for a token of that role, which is made anew if a request before it
    ended the session, changed the role or disabled the user.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._served: Served | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            # Few sign-ins: each of them is meant to cost a tenth of a second.
            async with serving(self._folder, address_attempts=2) as self._served:
                await send({"type": "lifespan.startup.complete"})
                await receive()
            self._served = None
            await send({"type": "lifespan.shutdown.complete"})
            return
        assert self._served is not None
        headers = []
        for name, value in scope["headers"]:
            said = value.decode("latin-1")
            role = said.removeprefix(_PROOF)
            if name == b"authorization" and said != role and role in self._served.tokens:
                value = b"Bearer " + (await _token(self._served, role)).encode()
            headers.append((name, value))
        await self._served.app({**scope, "headers": headers}, receive, send)


async def _token(served: Served, role: str) -> str:
    proof = {"authorization": f"Bearer {served.tokens[role]}"}
    try:
        actor = await served.access(proof)
        if actor.role == role and not actor.must_change_password:
            return served.tokens[role]
    except Unauthenticated:
        pass
    user = user_of(role)
    await served.ports.records.write([Put(USERS, {**msgspec.to_builtins(user), "listing": "user"})])
    session = await sessions.begin(served.ports, user)
    served.tokens[role] = await served.access.tokens.sign(user.id, role, session.id)
    return served.tokens[role]


def accepted(ctx: Any, response: Any, case: Case) -> None:
    """positive_data_acceptance, but for the refusals that no description can foretell."""
    try:
        positive_data_acceptance(ctx, response, case)
    except Failure:
        if response.status_code in (413, 422):
            return  # more than is taken at once; a key to retry that came before
        told = response.json() if response.status_code == 400 else {}
        errors = told.get("errors") or [{"field": "", "reason": told.get("detail", "")}]
        if not all(_beyond(case.path, error["field"], error["reason"]) for error in errors):
            raise


def _beyond(path: str, field: str, reason: str) -> bool:
    if path in OPEN and reason.startswith(OPEN[path]):
        return True
    return any(
        re.fullmatch(where, field, re.DOTALL) and re.match(why, reason) for where, why in BEYOND
    )


_NOT_AS_THEY_ARE = {"positive_data_acceptance", "object_level_authorization"}

load_all_checks()
ALL_CHECKS = [check for check in CHECKS.get_all() if check.__name__ not in _NOT_AS_THEY_ARE]
if os.environ.get("OMNIX_SOAK"):
    # Which refusals no description can foretell is known by having met them; schemathesis draws
    # anew each time, and a test of every change must not fail for one that it meets first.
    ALL_CHECKS.append(accepted)


def headers_of(case: Case, role: str) -> dict[str, str]:
    """The proof that goes with ``case``: none to a public route, nor where it is what is wrong."""
    if case.operation.definition.raw.get("security") == []:
        return {}
    data = case.meta.phase.data if case.meta is not None else None
    wrong = {one.parameter for one in getattr(data, "mutations", None) or ()}
    wrong.add(getattr(data, "parameter", None))
    return {} if "Authorization" in wrong else proof_of(role)


def _is_another(case: Case) -> bool:
    """Whether an id drawn is the last word of another route: ``users/invitations/password``."""
    sent = case.formatted_path.split("/")
    return any(
        len(words) == len(sent)
        and all(word == said or word[:1] == "{" for word, said in zip(words, sent, strict=True))
        for words in (path.split("/") for path in SCHEMA.raw_schema["paths"] if path != case.path)
    )


def ask(case: Case, role: str) -> None:
    """Send it as somebody of ``role`` and look at the answer. Raises FailureGroup."""
    headers = headers_of(case, role)
    answer = case.call(headers=headers)
    if answer.status_code == 405 and _is_another(case):
        return
    # What checks send besides goes the same way.
    case.validate_response(
        answer, checks=ALL_CHECKS, headers=headers, transport_kwargs={"headers": headers}
    )


def machine() -> type[APIStateMachine]:
    """Requests as admin that take up what answers before them told: ids, places, cursors."""

    class Machine(SCHEMA.as_state_machine()):  # type: ignore[misc]
        def get_call_kwargs(self, case: Case) -> dict[str, Any]:
            return {"headers": headers_of(case, "admin")}

        def validate_response(self, response: Any, case: Case, **given: Any) -> None:
            sent = self.get_call_kwargs(case)
            case.validate_response(
                response,
                checks=ALL_CHECKS,
                headers=sent["headers"],
                transport_kwargs=sent,
                recorder=self.recorder,
            )

    return Machine


# What the values that schemathesis likes best name, so that more than a 404 is answered.
_SEEDS = (
    ("locations", {"name": "Zero"}),
    ("products", {"sku": "0", "name": "Nought", "price_minor": 1}),
    ("customers", {"name": "Nobody"}),
    ("suppliers", {"name": "Nil", "lead_time_days": 1}),
    ("product-parents", {"name": "None", "options": ["0"]}),
)


def seed() -> None:
    """Make what ``0`` names, where it is not there."""
    for path, body in _SEEDS:
        made = SCHEMA[f"/v1/{path}"]["POST"].Case(body={"id": "0", **body})
        answer = made.call(headers=proof_of("admin"))
        assert answer.status_code in (201, 409), answer.content
