"""Mail of other domains to the shop's own people."""

from collections.abc import Mapping
from typing import Any

from omnix.domains.auth.declare import USERS
from omnix.kit.declare import READERS
from omnix.platform.jobs import JobContext
from omnix.ports import Letter


async def mail(context: JobContext, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Send ``subject`` and ``text`` to ``user_id``, who must still be one of the shop's people."""
    ports = context.ports
    user = await ports.records.get(USERS, payload["user_id"])
    if user is None or user["state"] != "active" or user["role"] not in READERS:
        return {"sent": False}
    await ports.mail.send(Letter(user["email"], payload["subject"], payload["text"]))
    return {"sent": True}
