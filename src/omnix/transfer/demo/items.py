"""From the simulator's tables to the documents and facts of the shop."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from omnix.domains.customers import model as customers_model
from omnix.domains.customers.model import Customer
from omnix.domains.inventory.supply import supplier_item
from omnix.domains.inventory.supply_model import Supplier, Terms
from omnix.domains.orders.model import Change, Line, OrderSummary, Part
from omnix.domains.products import model as products_model
from omnix.domains.products.model import Component, Product
from omnix.engine.simulator import CHANNELS, SimulatedShop
from omnix.kit.time import instant
from omnix.platform import search, unique

Texts = NDArray[np.object_]
_OPEN_AT = timedelta(hours=7)


@dataclass(frozen=True)
class Names:
    """Ids by row of the simulator's tables, and days as text."""

    products: list[str]
    customers: list[str]
    locations: list[str]
    suppliers: list[str]
    days: NDArray[np.datetime64]
    last_moment: str

    @classmethod
    def of(cls, made: SimulatedShop) -> "Names":
        end = datetime(
            made.spec.last_day.year,
            made.spec.last_day.month,
            made.spec.last_day.day,
            23,
            0,
            tzinfo=UTC,
        )
        return cls(
            products=made.products.sku.tolist(),
            customers=[f"C{n:05d}" for n in range(1, len(made.customers.email) + 1)],
            locations=[f"shop-{n}" for n in range(1, len(made.locations.name) + 1)],
            suppliers=[f"supplier-{n:02d}" for n in range(1, len(made.suppliers.name) + 1)],
            days=made.dates,
            last_moment=instant(end),
        )

    def moment(self, made: SimulatedShop, day: int) -> str:
        """The morning of a day, which may lie before the history."""
        at = datetime.combine(made.first_day, datetime.min.time(), UTC) + timedelta(days=day)
        return instant(at + _OPEN_AT)


def products(made: SimulatedShop, names: Names) -> Iterator[Product]:
    """The catalogue as it is on the last day."""
    table = made.products
    parts: dict[int, list[Component]] = {}
    for bundle, part, quantity in zip(
        made.components.bundle.tolist(),
        made.components.component.tolist(),
        made.components.quantity.tolist(),
        strict=True,
    ):
        parts.setdefault(bundle, []).append(Component(names.products[part], quantity))
    for row in range(len(names.products)):
        created = names.moment(made, int(table.launch_day[row]))
        sold = int(table.retire_day[row]) >= made.spec.days
        yield Product(
            id=names.products[row],
            sku=str(table.sku[row]),
            name=str(table.name[row]),
            price_minor=int(table.price_minor[row]),
            currency=made.spec.currency,
            barcode=str(table.barcode[row]),
            description=str(table.description[row]),
            category=made.categories[int(table.category[row])],
            cost_minor=int(table.cost_minor[row]),
            attributes={
                "brand": str(table.brand[row]),
                "type": str(table.product_type[row]),
                "variety": str(table.variety[row]),
                "size": str(table.size[row]),
            },
            components=tuple(parts.get(row, ())),
            status="active" if sold else "archived",
            created_at=created,
            updated_at=created if sold else names.last_moment,
        )


def product_item(product: Product) -> dict[str, Any]:
    return products_model.item(product)


def claims(
    kind: str, things: Sequence[Product] | Sequence[Customer], columns: tuple[str, ...]
) -> Iterator[dict[str, str]]:
    """Sentinels of the values that only one may have."""
    for thing in things:
        for column in columns:
            value = getattr(thing, column)
            if value is not None:
                yield unique.sentinel(f"{kind}.{column}", value, thing.id)


def product_words(things: Sequence[Product]) -> Iterator[dict[str, str]]:
    for thing in things:
        yield from search.entries("product", thing.id, products_model.texts(thing))


def customer_words(things: Sequence[Customer]) -> Iterator[dict[str, str]]:
    for thing in things:
        yield from search.entries("customer", thing.id, customers_model.texts(thing))


def category_counts(things: Sequence[Product]) -> list[dict[str, Any]]:
    counts: dict[str, int] = {}
    for thing in things:
        if thing.status == "active":
            counts[thing.category] = counts.get(thing.category, 0) + 1
    return [{"scope": "active", "name": name, "products": n} for name, n in counts.items()]


def customers(made: SimulatedShop, names: Names) -> Iterator[Customer]:
    table = made.customers
    for row, id in enumerate(names.customers):
        joined = names.moment(made, int(table.joined_day[row]))
        consent = customers_model.Consent(email_marketing=bool(table.marketing_consent[row]))
        yield Customer(
            id=id,
            name=f"{table.first_name[row]} {table.last_name[row]}",
            email=str(table.email[row]).casefold(),
            consent=consent,
            created_at=joined,
            updated_at=joined,
        )


def customer_item(customer: Customer) -> dict[str, Any]:
    return customers_model.item(customer)


def suppliers(
    made: SimulatedShop, names: Names
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Suppliers, and the terms on which each sells its products."""
    at = names.last_moment
    found = [
        supplier_item(
            Supplier(
                id=id,
                name=str(made.suppliers.name[row]),
                lead_time_days=round(float(made.suppliers.lead_time_days[row]), 1),
                lead_time_deviation_days=round(float(made.suppliers.lead_time_sd_days[row]), 1),
                created_at=at,
                updated_at=at,
            )
        )
        for row, id in enumerate(names.suppliers)
    ]
    table = made.products
    terms = [
        msgspec.to_builtins(
            Terms(
                product_id=names.products[row],
                supplier_id=names.suppliers[supplier],
                unit_cost_minor=int(table.cost_minor[row]),
                currency=made.spec.currency,
                minimum_quantity=max(1, int(table.minimum_order[row])),
                pack_size=max(1, int(table.pack_size[row])),
                updated_at=at,
            )
        )
        for row, supplier in enumerate(table.supplier.tolist())
        if supplier >= 0
    ]
    return found, terms


def final_stock(
    made: SimulatedShop, names: Names
) -> tuple[list[tuple[str, str, int]], dict[tuple[str, str], int]]:
    """Stock on hand after the last day, and what is still on order, by product and location."""
    stocked = made.products.ranged & ~made.products.is_bundle[:, None]
    on_hand = [
        (names.products[p], names.locations[place], int(made.final_stock[p, place]))
        for p, place in zip(*np.nonzero(stocked), strict=True)
    ]
    orders = made.purchase_orders
    on_order: dict[tuple[str, str], int] = {}
    for row in np.flatnonzero(orders.received_day >= made.spec.days).tolist():
        key = names.products[int(orders.product[row])], names.locations[int(orders.location[row])]
        on_order[key] = on_order.get(key, 0) + int(orders.quantity[row])
    return on_hand, on_order


def _months(days: NDArray[np.datetime64]) -> Texts:
    """YYYY-MM of each day."""
    months = days.astype("datetime64[M]")
    distinct, inverse = np.unique(months, return_inverse=True)
    return np.asarray(np.datetime_as_string(distinct).astype(object)[inverse], object)


def _named(texts: Sequence[str | None], rows: NDArray[Any]) -> Texts:
    return np.asarray(np.array([*texts, None], object)[rows], object)


def sales(made: SimulatedShop, names: Names) -> dict[str, Any]:
    """SALES rows: every line sold, then every line returned."""
    lines, orders, back = made.order_lines, made.orders, made.returns
    row = np.concatenate([np.arange(len(lines.order)), back.line])
    returned = np.arange(len(row)) >= len(lines.order)
    order = lines.order[row]
    sold = lines.quantity[row].astype(np.int64)
    quantity = np.where(returned, 0, sold)
    quantity[returned] = -back.quantity
    discount = lines.discount_minor[row] * quantity // sold
    first = np.concatenate([[0], np.flatnonzero(np.diff(lines.order)) + 1])
    number = np.arange(len(lines.order)) - np.repeat(first, np.diff([*first, len(lines.order)])) + 1
    day = orders.day[order].copy()
    day[returned] = back.day
    dates = names.days[day]
    at = orders.timestamp[order].astype("datetime64[s]")
    moved = (day - orders.day[order]).astype("timedelta64[D]")
    revenue = quantity * lines.unit_price_minor[row] - discount
    count = len(row)
    return {
        "order_id": np.array([f"D{n:07d}" for n in orders.id.tolist()], object)[order],
        "line": number[row].astype(np.int32),
        "kind": np.where(returned, "return", "sale").astype(object),
        "at": (at + moved).astype("datetime64[us]"),
        "day": dates,
        "month": _months(dates),
        "product_id": _named(names.products, lines.product[row]),
        "customer_id": _named(names.customers, orders.customer[order]),
        "location_id": _named(names.locations, orders.location[order]),
        "channel": _named(CHANNELS, orders.channel[order]),
        "quantity": quantity,
        "revenue_minor": revenue.astype(np.int64),
        "discount_minor": discount.astype(np.int64),
        "cost_minor": (quantity * lines.unit_cost_minor[row]).astype(np.int64),
        "currency": np.full(count, made.spec.currency, object),
        "source": np.full(count, "demo", object),
    }


def prices(made: SimulatedShop, names: Names) -> dict[str, Any]:
    """PRICES rows; a price that held from before the history begins with it."""
    days = names.days[np.clip(made.prices.first_day, 0, made.spec.days - 1)]
    count = len(days)
    return {
        "product_id": _named(names.products, made.prices.product),
        "day": days,
        "month": _months(days),
        "price_minor": made.prices.price_minor,
        "currency": np.full(count, made.spec.currency, object),
        "source": np.full(count, "list", object),
    }


def stock_days(made: SimulatedShop, names: Names) -> dict[str, Any]:
    """STOCK_DAYS rows of stocked products, from the first to the last day each was on sale."""
    table, span = made.products, np.arange(made.spec.days)
    on_sale = (span >= table.launch_day[:, None]) & (span < table.retire_day[:, None])
    stocked = table.ranged & ~table.is_bundle[:, None]
    product, place, day = np.nonzero(stocked[:, :, None] & on_sale[:, None, :])
    dates = names.days[day]
    return {
        "product_id": _named(names.products, product),
        "location_id": _named(names.locations, place),
        "day": dates,
        "month": _months(dates),
        "on_hand": made.stock_days.on_hand[product, place, day].astype(np.int64),
        "in_stock": np.round(made.stock_days.in_stock[product, place, day].astype(np.float64), 3),
        "source": np.full(len(day), "demo", object),
    }


_STATUS = ("fulfilled", "fulfilled", "returned")


def orders(made: SimulatedShop, names: Names) -> Iterator[dict[str, Any]]:
    """Order documents, each fulfilled on its day and returned later where it was."""
    lines, table = made.order_lines, made.orders
    starts = np.searchsorted(lines.order, np.arange(len(table.id) + 1)).tolist()
    returned: dict[int, tuple[int, int]] = {
        line: (quantity, day)
        for line, quantity, day in zip(
            made.returns.line.tolist(),
            made.returns.quantity.tolist(),
            made.returns.day.tolist(),
            strict=True,
        )
    }
    product, quantity = lines.product.tolist(), lines.quantity.tolist()
    price, discount = lines.unit_price_minor.tolist(), lines.discount_minor.tolist()
    cost = lines.unit_cost_minor.tolist()
    titles, skus = made.products.name.tolist(), made.products.sku.tolist()
    parts = _parts(made, names)
    moments = table.timestamp.tolist()
    for row, id in enumerate(f"D{n:07d}" for n in table.id.tolist()):
        placed = datetime.fromtimestamp(moments[row], UTC)
        at = instant(placed)
        span = range(starts[row], starts[row + 1])
        found = [
            Line(
                line=n + 1,
                product_id=names.products[product[k]],
                sku=skus[product[k]],
                name=titles[product[k]],
                quantity=quantity[k],
                unit_price_minor=price[k],
                discount_minor=discount[k],
                order_discount_minor=0,
                total_minor=quantity[k] * price[k] - discount[k],
                cost_minor=quantity[k] * cost[k],
                components=parts.get(product[k], ()),
            )
            for n, k in enumerate(span)
        ]
        total = sum(line.total_minor for line in found)
        changes = [Change(id=f"{id}-f", version=2, kind="fulfil", at=at, by="demo")]
        back = [(n + 1, *returned[k]) for n, k in enumerate(span) if k in returned]
        for line_number, units, day in sorted(back, key=lambda each: each[2]):
            later = instant(placed + timedelta(days=day - int(table.day[row])))
            version = len(changes) + 2
            returned_line = found[line_number - 1]
            changes += [
                Change(
                    id=f"{id}-r{line_number}", version=version, kind="return", at=later,
                    by="demo", units=((line_number, units),),
                ),
                Change(
                    id=f"{id}-m{line_number}", version=version + 1, kind="refund", at=later,
                    by="demo", amount_minor=returned_line.total_minor * units
                    // returned_line.quantity,
                ),
            ]  # fmt: skip
        customer = int(table.customer[row])
        summary = OrderSummary(
            id=id,
            number=id,
            status=_STATUS[int(table.status[row])],  # type: ignore[arg-type]
            customer_id=names.customers[customer] if customer >= 0 else None,
            location_id=names.locations[int(table.location[row])],
            channel=CHANNELS[int(table.channel[row])],
            currency=made.spec.currency,
            line_count=len(found),
            units=sum(line.quantity for line in found),
            subtotal_minor=total,
            discount_minor=0,
            shipping_minor=0,
            tax_minor=0,
            total_minor=total,
            payment_state="paid",
            paid_minor=total,
            refunded_minor=0,
            note="",
            placed_at=at,
            updated_at=changes[-1].at,
            version=len(changes) + 1,
        )
        yield {
            **msgspec.to_builtins(summary),
            "lines": msgspec.to_builtins(found),
            "changes": msgspec.to_builtins(changes),
            "listing": "all",
        }


def _parts(made: SimulatedShop, names: Names) -> dict[int, tuple[Part, ...]]:
    found: dict[int, tuple[Part, ...]] = {}
    for bundle, part, quantity in zip(
        made.components.bundle.tolist(),
        made.components.component.tolist(),
        made.components.quantity.tolist(),
        strict=True,
    ):
        found[bundle] = (*found.get(bundle, ()), Part(names.products[part], quantity))
    return found
