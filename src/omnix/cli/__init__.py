"""The command line: ``omnix run``, ``import``, ``export``, ``demo`` and the rest."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from omnix.kit.errors import NotFound, OmnixError
from omnix.version import VERSION

app = typer.Typer(
    name="omnix",
    help="OMNIX AI: what will sell, what to order, who your customers are.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)

DataOption = Annotated[
    Path,
    typer.Option(
        "--data",
        envvar="OMNIX_DATA",
        help="Folder that holds everything OMNIX keeps.",
        show_default=True,
    ),
]
DEFAULT_DATA = Path("data")


def existing(data: Path) -> Path:
    """``data``, which must hold a shop. Raises NotFound."""
    if not (data / "omnix.db").is_file():
        raise NotFound(f"{data} holds no OMNIX data; see --data")
    return data


def _show_version(wanted: bool) -> None:
    if wanted:
        console.print(f"omnix {VERSION}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """OMNIX AI: what will sell, what to order, who your customers are."""


def main() -> None:
    """Entry point: our own errors become one clear line and exit code 1."""
    from omnix.cli import access, assistant, audit, care, cost, data, moving, serve  # noqa: F401 - they add commands

    try:
        app()
    except OmnixError as error:
        errors.print("Error:", style="bold red", end=" ")
        errors.print(error.detail, markup=False, soft_wrap=True)
        for wrong in error.errors:
            errors.print(f"  {wrong.field}: {wrong.reason}", markup=False, soft_wrap=True)
        sys.exit(1)
    except KeyboardInterrupt:
        errors.print("Stopped.")
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
