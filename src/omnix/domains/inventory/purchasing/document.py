"""A purchase order as a message: plain text, which every supplier can read, and a page to print."""

from collections.abc import Sequence
from html import escape

from omnix.domains.inventory import locations, supply
from omnix.domains.system.settings import shop
from omnix.kit.errors import NotFound
from omnix.kit.money import to_text
from omnix.ports import Ports

from .model import Document, PurchaseOrder

_WIDEST_NAME = 40


async def document(ports: Ports, order: PurchaseOrder) -> Document:
    """The message to the supplier, as it is to be sent."""
    settings = await shop(ports)
    try:
        to = (await supply.get(ports, order.supplier_id)).email
    except NotFound:
        to = None
    places = (await locations.listing(ports, locations.MOST, None)).items
    place = next((each.name for each in places if each.id == order.location_id), order.location_id)
    head = [
        f"Purchase order {order.id}",
        f"From: {settings.name}",
        f"To: {order.supplier}",
        f"Deliver to: {place}",
        f"Date: {order.created_at[:10]}",
    ]
    if order.expected_on:
        head.append(f"Expected on: {order.expected_on}")
    rows = [("Your number", "Ours", "Product", "Quantity", "Unit price", "Price")]
    rows += [
        (
            line.supplier_sku or "-",
            line.sku,
            line.name[:_WIDEST_NAME],
            str(line.quantity),
            "-" if line.unit_cost_minor is None else to_text(line.unit_cost_minor, order.currency),
            "-" if line.cost_minor is None else to_text(line.cost_minor, order.currency),
        )
        for line in order.lines
    ]
    foot = [f"Total: {to_text(order.total_minor, order.currency)} {order.currency}"]
    if order.delivery_minor:
        delivery = to_text(order.delivery_minor, order.currency)
        foot.insert(0, f"Delivery: {delivery} {order.currency}")
    if any(line.cost_minor is None for line in order.lines):
        foot.append("Please confirm the prices that are missing.")
    if order.note:
        foot += ["", order.note]
    text = "\n".join([*head, "", *_table(rows), "", *foot]) + "\n"
    return Document(
        to=to,
        subject=f"Purchase order {order.id} - {settings.name}",
        text=text,
        html=_page(head, rows, foot),
    )


_STYLE = (
    "@page{size:A4;margin:18mm}body{font:11pt/1.4 sans-serif;color:#111;margin:2em auto;"
    "max-width:174mm}h1{font-size:15pt}table{border-collapse:collapse;width:100%;margin:1.5em 0}"
    "thead{display:table-header-group}tr{break-inside:avoid}"
    "th,td{border-bottom:1px solid #bbb;padding:.3em .5em;text-align:left}"
    ".n{text-align:right;white-space:nowrap}"
)


def _page(head: Sequence[str], rows: Sequence[tuple[str, ...]], foot: Sequence[str]) -> str:
    """The same as a page that needs nothing from elsewhere; its head repeats on each sheet."""

    def row(cells: Sequence[str], tag: str) -> str:
        made = [
            f"<{tag}{' class=n' if k >= 3 else ''}>{escape(cell)}</{tag}>"
            for k, cell in enumerate(cells)
        ]
        return f"<tr>{''.join(made)}</tr>"

    title, *about = (escape(line) for line in head)
    ending = "<br>".join(escape(line) for line in foot).replace("\n", "<br>")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1><p>{'<br>'.join(about)}</p>"
        f"<table><thead>{row(rows[0], 'th')}</thead>"
        f"<tbody>{''.join(row(cells, 'td') for cells in rows[1:])}</tbody></table>"
        f"<p>{ending}</p></body></html>\n"
    )


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Columns under one another; numbers to the right."""
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if k < 3 else cell.rjust(width)
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
