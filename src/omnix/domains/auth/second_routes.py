"""The second factor over HTTP."""

from typing import Annotated

import msgspec
from litestar import Response, delete, get, post

from omnix.platform.access import SIGNED_IN, Actor
from omnix.platform.http import allow
from omnix.ports import Ports

from . import second
from .model import Password

Code = Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
_ONCE = {"Cache-Control": "no-store"}


class PasswordAgain(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One's password, given again."""

    password: Password


class FirstCode(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the app shows now."""

    code: Code


class PasswordAndCode(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One's password, and a code of the app or a recovery code."""

    password: Password
    code: Code


@get("/user/totp", opt=allow(SIGNED_IN), summary="Get one's second factor")
async def get_second_factor(ports: Ports, actor: Actor) -> second.Factor:
    """Whether codes are asked for, and how many recovery codes are left."""
    return await second.state(ports, actor)


@post("/user/totp", opt=allow(SIGNED_IN, 409, 429), summary="Enrol a second factor")
async def enrol_second_factor(
    ports: Ports, actor: Actor, data: PasswordAgain
) -> Response[second.Enrolment]:
    """A secret for an authenticator app; it counts once a code of it was verified."""
    made = await second.enrol(ports, actor, data.password)
    return Response(made, status_code=201, headers=_ONCE)


@post(
    "/user/totp/verify",
    opt=allow(SIGNED_IN, 409, 429),
    summary="Turn the second factor on",
    status_code=200,
)
async def verify_second_factor(
    ports: Ports, actor: Actor, data: FirstCode
) -> Response[second.RecoveryCodes]:
    """By a first code. The answer's recovery codes are told only now."""
    codes = await second.confirm(ports, actor, data.code)
    return Response(codes, status_code=200, headers=_ONCE)


@post(
    "/user/totp/disable",
    opt=allow(SIGNED_IN, 409, 429),
    summary="Turn the second factor off",
    status_code=204,
)
async def disable_second_factor(ports: Ports, actor: Actor, data: PasswordAndCode) -> None:
    """Asks for the password and a code, so that a stolen session does not suffice."""
    await second.disable(ports, actor, data.password, data.code)


@delete(
    "/users/{user_id:str}/totp",
    opt=allow("users:write"),
    summary="Take off another's second factor",
)
async def take_off_second_factor(ports: Ports, actor: Actor, user_id: str) -> None:
    """For who lost the device and the recovery codes."""
    await second.take_off(ports, actor, user_id)


ROUTES = (
    get_second_factor,
    enrol_second_factor,
    verify_second_factor,
    disable_second_factor,
    take_off_second_factor,
)
