"""``omnix mcp``."""

import asyncio
from typing import Annotated

import typer

from omnix.cli import DEFAULT_DATA, DataOption, app, existing


@app.command("mcp")
def mcp(
    data: DataOption = DEFAULT_DATA,
    key: Annotated[
        str | None,
        typer.Option(envvar="OMNIX_API_KEY", help="Act with this API key's permissions."),
    ] = None,
) -> None:
    """Give an assistant the shop's tools (Model Context Protocol, standard input and output).

    Without a key it reads what an analyst may, and writes nothing.
    """
    from omnix.runtimes.assistant import converse

    asyncio.run(converse(existing(data), key))
