"""What an answer costs by itself, and the waiting that follows from it where nothing else runs.

On a machine that others use the time by the clock tells mostly of them. Each answer's own processor
time does not, and a queue in front of one core can be computed from it.
"""

import asyncio
import random
import time
from pathlib import Path

from omnix import app
from omnix.declared import ROLE_PERMISSIONS
from omnix.domains.auth.authenticate import make_authenticator
from omnix.platform.direct import Lane
from omnix.runtimes.local import platform

WARM = 300


def own_seconds(data: Path, key: str, customers: int, count: int) -> list[float]:
    """Processor time of ``count`` answers, one after the other, from the request's URL to the
    whole body: all but the server's reading and writing of the connection."""

    async def ask() -> list[float]:
        async with platform(data) as local:
            access = make_authenticator(local.ports, ROLE_PERMISSIONS, 50)
            lane = Lane(local.ports, access, app.DIRECT)
            proof = {b"authorization": f"Bearer {key}".encode()}
            rng = random.Random(count)
            found = []
            for _ in range(WARM + count):
                path = f"/v1/recommendations/customers/C{rng.randrange(customers):06d}?limit=20"
                began = time.thread_time()
                asked = lane.read(path.encode())
                assert asked is not None
                told = await lane.answer(asked, proof, b"")
                found.append(time.thread_time() - began)
                assert told is not None
                assert told[0] == 200, told
                await asyncio.sleep(0)
            return found[WARM:]

    return asyncio.run(ask())


def queue(own: list[float], rate: int, also: float) -> list[float]:
    """Seconds to each whole answer, ascending, where one core serves ``rate`` a second in turn and
    spends ``also`` seconds more on each (Lindley's recursion)."""
    rng = random.Random(1)
    took, free = [], 0.0
    for n in range(20 * len(own)):
        due = n / rate
        free = max(free, due) + rng.choice(own) + also
        took.append(free - due)
    return sorted(took)
