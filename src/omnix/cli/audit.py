"""``omnix audit export`` and ``audit verify``: the log of changes, taken out and proven."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from omnix.cli import DEFAULT_DATA, DataOption, app, console, existing
from omnix.kit.errors import Conflict

audit = typer.Typer(help="The log of changes.", no_args_is_help=True)
app.add_typer(audit, name="audit")


@audit.command("export")
def export(
    target: Annotated[Path, typer.Argument(help="A file that does not exist yet: JSON lines.")],
    first: Annotated[int, typer.Option(min=1, help="Number of the first entry.")] = 1,
    data: DataOption = DEFAULT_DATA,
) -> None:
    """Write the entries in the order of the chain. Kept elsewhere, they prove the log later."""
    import msgspec

    from omnix.domains.auth import audit as log
    from omnix.runtimes.local import platform

    if target.exists():
        raise Conflict(f"{target} is there already")
    part = target.with_name(f".{target.name}.part")

    async def work() -> int:
        count = 0
        async with platform(existing(data)) as local:
            with part.open("wb") as file:
                async for entry in log.along(local.ports, first):
                    file.write(msgspec.json.encode(entry) + b"\n")
                    count += 1
        return count

    try:
        count = asyncio.run(work())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    console.print(f"{count:,} entries in {target}.", markup=False)


@audit.command("verify")
def verify(
    against: Annotated[
        Path | None, typer.Option(help="An export made earlier, which the log must still hold.")
    ] = None,
    data: DataOption = DEFAULT_DATA,
) -> None:
    """Look along the whole chain; it fails with the number of the first entry that is wrong."""
    from omnix.domains.auth import audit as log
    from omnix.runtimes.local import platform

    async def work() -> log.Verified:
        async with platform(existing(data)) as local:
            told = await log.verify(local.ports)
            if told.intact and against is not None:
                with against.open("rb") as lines:
                    return await log.still_holds(local.ports, lines, told)
            return told

    told = asyncio.run(work())
    if not told.intact:
        raise Conflict(f"entry {told.wrong} {told.reason}")
    console.print(f"{told.last:,} entries, intact; the last one's hash is {told.last_hash}.")
