"""The tools for an assistant on this machine: its messages by line on standard input and output."""

import asyncio
import sys
from pathlib import Path

from omnix.declared import ROLE_PERMISSIONS
from omnix.domains.analyst.mcp.protocol import MOST_BYTES, answer
from omnix.domains.auth.authenticate import make_authenticator
from omnix.kit.declare import ANALYST
from omnix.platform.access import Actor
from omnix.runtimes.local import platform

OWNER = Actor(
    "mcp",
    ANALYST,
    frozenset(one for one in ROLE_PERMISSIONS[ANALYST] if not one.endswith(":write")),
)
"""Who has the data folder may read all of it anyway; writing takes a key."""


async def converse(data: Path, key: str | None) -> None:
    """Answer until the input ends. Raises Unauthenticated for a key that is none."""
    async with platform(data) as local:
        actor = OWNER
        if key:
            known = make_authenticator(local.ports, ROLE_PERMISSIONS)
            actor = await known({"authorization": f"Bearer {key}"})
        actor.require("ai:ask")
        lines = sys.stdin.buffer
        while line := await asyncio.to_thread(lines.readline, MOST_BYTES):
            if not line.strip():
                continue
            said = await answer(local.ports, actor, line)
            if said is not None:
                sys.stdout.buffer.write(said + b"\n")
                sys.stdout.buffer.flush()
