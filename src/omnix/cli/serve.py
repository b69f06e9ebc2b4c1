"""``omnix run``."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from omnix.cli import DEFAULT_DATA, DataOption, app, console


@app.command()
def run(
    data: DataOption = DEFAULT_DATA,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8000,
    demo: Annotated[
        bool, typer.Option("--demo/--no-demo", help="Fill an empty shop with the demo shop.")
    ] = True,
) -> None:
    """Start OMNIX: API, live updates, workers and web in one process tree."""
    from omnix.domains.auth.users import ADMIN_EMAIL, ensure_admin
    from omnix.domains.system.settings import WEB_ADDRESS
    from omnix.ports import Ports
    from omnix.runtimes import local
    from omnix.transfer.demo.load import ask_for_demo

    printed: list[str] = []

    async def prepare(ports: Ports) -> None:
        password = await ensure_admin(ports)
        if password is not None:
            printed.append(password)
        if demo:
            await ask_for_demo(ports)

    address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    if host not in ("0.0.0.0", "::"):  # which say "everywhere", and nowhere to go
        # Links in mails lead here unless something better was said; the worker inherits it.
        os.environ.setdefault(WEB_ADDRESS, address)

    def ready() -> None:
        console.print(f"OMNIX AI is running on [bold]{address}[/]")
        console.print(f"Data folder: {data.resolve()}", markup=False, soft_wrap=True)
        if printed:
            console.print(f"\nFirst start. Sign in as {ADMIN_EMAIL} with the one-time password:")
            console.print(f"\n    {printed[0]}\n", markup=False)
            console.print("It is shown only now, and you choose your own when you sign in.")
        console.print("Stop with Ctrl+C.")
        sys.stdout.flush()

    local.serve(Path(data), host, port, prepare=prepare, ready=ready)
