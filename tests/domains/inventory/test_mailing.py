"""Orders by mail: to a real server, once, again after a refusal, and noted in the audit log."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from domains.alerts.shop import mailing, work
from domains.simulated import ACTOR, advance, follow, opened
from omnix.domains.auth import audit
from omnix.domains.inventory import supply
from omnix.domains.inventory.declare import MAIL_ORDER
from omnix.domains.inventory.purchasing import mailing as mails
from omnix.domains.inventory.purchasing import service
from omnix.domains.inventory.purchasing.document import document
from omnix.domains.inventory.purchasing.model import NewLine, NewPurchaseOrder, PurchaseOrder
from omnix.domains.inventory.supply_model import SupplierChange
from omnix.kit.errors import Conflict, Invalid, NotFound
from omnix.platform import jobs
from omnix.ports import Ports

from .buying import shop_of, supplier_of

pytestmark = pytest.mark.anyio


async def approved(ports: Ports, **supplier: str) -> PurchaseOrder:
    await shop_of(ports, {"tea": 2})
    await supplier_of(ports, "acme", {"tea": 200}, **supplier)
    lines = (NewLine(product_id="tea", quantity=12),)
    new = NewPurchaseOrder(
        supplier_id="acme", location_id="north", lines=lines, note="<b>Ring\nthe bell</b>"
    )
    made = await service.create(ports, ACTOR, new)
    return await service.approve(ports, ACTOR, made.id)


async def test_it_goes_once_and_the_log_says_to_whom(tmp_path: Path) -> None:
    async with opened(tmp_path) as plain:
        with mailing(plain) as (ports, inbox):
            order = await approved(ports, email="orders@acme.example")
            first = await mails.ask(ports, ACTOR, order.id)
            assert (await mails.ask(ports, ACTOR, order.id)).id == first.id
            assert await work(ports) == 1
            assert (await jobs.get(ports, first.id)).state == "done"
            assert (await mails.ask(ports, ACTOR, order.id)).id == first.id
            await jobs.submit(ports, MAIL_ORDER, {"id": order.id, "by": "usr_x"})
            assert await work(ports) == 1
            [sent] = inbox.mails
        assert sent.rcpt_tos == ["orders@acme.example"]
        assert isinstance(sent.content, bytes)
        message = message_from_bytes(sent.content, policy=default)
        assert isinstance(message, EmailMessage)
        text = message.get_body(("plain",))
        assert text is not None
        assert "TEA" in text.get_content()
        [page] = list(message.iter_attachments())
        assert page.get_filename() == f"{order.id}.html"
        assert "&lt;b&gt;Ring<br>the bell&lt;/b&gt;" in page.get_content()
        after = await service.get(plain, order.id)
        assert (after.state, after.mailed_to) == ("sent", "orders@acme.example")
        assert after.mailed_as
        assert after.sent_by == ACTOR.id
        await follow(plain)
        page_of_log = await audit.listing(
            plain, type="purchase-order.changed", limit=10, cursor=None
        )
        newest = page_of_log.items[0]
        assert (newest.actor, newest.subject) == (ACTOR.id, order.id)
        assert (newest.details["state"], newest.details["method"]) == ("sent", "mail")


async def test_a_refusal_is_tried_again_and_a_lasting_one_may_be_asked_anew(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as plain:
        with mailing(plain) as (ports, inbox):
            order = await approved(ports, email="orders@acme.example")
            inbox.closed = True
            run = await mails.ask(ports, ACTOR, order.id)
            await work(ports)
            assert (await jobs.get(ports, run.id)).state == "queued"
            assert (await service.get(ports, order.id)).state == "approved"
            for _ in range(8):
                advance(ports, minutes=30)
                await work(ports)
            assert (await jobs.get(ports, run.id)).state == "failed"
            inbox.closed = False
            again = await mails.ask(ports, ACTOR, order.id)
            assert again.id != run.id
            await work(ports)
            assert len(inbox.mails) == 1
            assert (await service.get(ports, order.id)).state == "sent"


async def test_what_cannot_be_mailed_is_refused_at_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as plain:
        with mailing(plain) as (ports, inbox):
            order = await approved(ports)
            with pytest.raises(Invalid, match="address"):
                await mails.ask(ports, ACTOR, order.id)
            with pytest.raises(NotFound):
                await mails.ask(ports, ACTOR, "po_none")
            known = await supply.get(ports, "acme")
            change = SupplierChange(version=known.version, email="orders@acme.example")
            await supply.change(ports, ACTOR, "acme", change)
            draft = await service.create(
                ports,
                ACTOR,
                NewPurchaseOrder(
                    supplier_id="acme", lines=(NewLine(product_id="tea", quantity=1),)
                ),
            )
            with pytest.raises(Conflict, match="draft"):
                await mails.ask(ports, ACTOR, draft.id)
            await service.send(ports, ACTOR, order.id)
            with pytest.raises(Conflict, match="already"):
                await mails.ask(ports, ACTOR, order.id)
            assert await work(ports) == 0
            assert not inbox.mails


async def test_the_page_says_what_the_text_says(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        order = await approved(ports, email="orders@acme.example")
        made = await document(ports, order)
        for said in (order.id, "TEA", "Product tea", "12", "24.00", "Total"):
            assert said in made.text
            assert said in made.html
        assert "http" not in made.html
        assert "<script" not in made.html
