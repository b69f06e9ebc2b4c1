"""``omnix user``, ``api-key`` and ``rotate-keys``: access from the machine that holds the data."""

import asyncio
from typing import Annotated

import typer

from omnix.cli import DEFAULT_DATA, DataOption, app, console

user = typer.Typer(help="Users.", no_args_is_help=True)
api_key = typer.Typer(help="API keys for programs.", no_args_is_help=True)
app.add_typer(user, name="user")
app.add_typer(api_key, name="api-key")


@user.command("reset-password")
def reset_password(
    email: Annotated[str, typer.Argument(help="Whose password.")], data: DataOption = DEFAULT_DATA
) -> None:
    """Give a user a new one-time password and end its sessions."""
    from omnix.domains.auth import users
    from omnix.runtimes.local import platform

    async def work() -> str:
        async with platform(data) as local:
            return await users.reset_password(local.ports, email)

    console.print(f"One-time password for {email}: {asyncio.run(work())}", markup=False)


@api_key.command("create")
def create_key(
    name: Annotated[str, typer.Option(help="What it is for.")] = "command line",
    role: Annotated[str, typer.Option(help="Whose permissions it has.")] = "manager",
    days: Annotated[int, typer.Option(min=1, max=3650, help="Days until it expires.")] = 90,
    data: DataOption = DEFAULT_DATA,
) -> None:
    """Make an API key and print it; it cannot be shown again."""
    from omnix.declared import ROLE_PERMISSIONS
    from omnix.domains.auth import keys
    from omnix.kit.errors import Invalid
    from omnix.runtimes.local import platform

    permissions = ROLE_PERMISSIONS.get(role)
    if not permissions:
        roles = ", ".join(r for r, p in ROLE_PERMISSIONS.items() if p)
        raise Invalid.field("role", f"must be one of {roles}")

    async def work() -> str:
        async with platform(data) as local:
            return await keys.create_for_system(local.ports, name, permissions, days)

    print(asyncio.run(work()))


@app.command("rotate-keys")
def rotate_keys(data: DataOption = DEFAULT_DATA) -> None:
    """Sign access tokens with a new key from the server's next start on."""
    from omnix.domains.auth.tokens import KeyRing
    from omnix.runtimes.local import platform

    async def work() -> None:
        async with platform(data) as local:
            await KeyRing(local.ports).rotate()

    asyncio.run(work())
    console.print("Tokens that were given out go on until they end.")
