"""Mailing an order to its supplier: by a job, tried again while the mail server refuses for now.

The job marks the order as sent, with whom it went to; that it was mailed, and by whose wish, is
in the audit log like any other step. An order that went is not mailed again; only where the
server's answer to the very mail was lost may it come twice.
"""

from collections.abc import Mapping
from typing import Any

from omnix.domains.inventory.declare import MAIL_ORDER
from omnix.kit.errors import Conflict, Invalid, NotFound
from omnix.platform import jobs
from omnix.platform.access import Actor
from omnix.platform.jobs import JobContext, JobRun
from omnix.ports import Attachment, Letter, Ports

from . import service
from .document import document
from .model import Document, PurchaseOrder

_MOST_TRIES = 1000


async def ask(ports: Ports, actor: Actor, id: str) -> JobRun:
    """The order's job that has not failed, or a new one.

    Raises NotFound; Conflict unless the order is approved; Invalid where the supplier has no
    address.
    """
    order = await service.get(ports, id)
    went = service.gone(order)
    for number in range(1, _MOST_TRIES):
        name = f"job_mail-{id}-{number}"
        try:
            run = await jobs.get(ports, name)
        except NotFound:
            break
        # What failed, for an address that was wrong perhaps, may be asked for anew.
        if run.state not in ("failed", "cancelled"):
            return run
    else:
        raise Conflict("mailing this order was tried too often")
    if went:
        raise Conflict("the order went to the supplier already")
    _addressed(await document(ports, order))
    payload = {"id": id, "by": actor.id}
    return await jobs.submit(ports, MAIL_ORDER, payload, by=actor.id, id=name)


def _addressed(letter: Document) -> str:
    if letter.to is None:
        raise Invalid.field("supplier_id", "has no address of e-mail")
    return letter.to


async def mail(context: JobContext, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The job: mail it unless it went already, and note that it did."""
    ports, id = context.ports, str(payload["id"])
    order = await service.get(ports, id)
    if service.gone(order):
        return _told(order)
    letter = await document(ports, order)
    to = _addressed(letter)
    page = Attachment(f"{order.id}.html", "text/html", letter.html.encode())
    name = await ports.mail.send(
        Letter(to, letter.subject, letter.text, letter.html, attachments=(page,))
    )
    by = Actor(id=str(payload["by"]), role="system", permissions=frozenset())
    return _told(await service.send(ports, by, id, (to, name)))


def _told(order: PurchaseOrder) -> dict[str, Any]:
    return {"id": order.id, "sent_at": order.sent_at, "mailed_to": order.mailed_to}
