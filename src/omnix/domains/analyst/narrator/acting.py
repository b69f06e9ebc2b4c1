"""Answers about stock, customers, tests and what to do."""

from collections.abc import Callable

from omnix.domains.analyst.evidence import Evidence, Row

from . import finding, selling
from .context import Question, cell, during, listed, noted, ref, value


async def runs_out(q: Question) -> str:
    if (some := await finding.group(q)) is not None:
        return finding.nearest(q) + _group_stock(some)
    meant = await finding.product_if_allowed(q)
    if meant is not None:
        made, row = meant
        one = await q.look("replenishment", product_id=row.id, limit=1)
        if one.rows:
            it = one.rows[0]
            told = f"{cell(made, row, 'name')} has {cell(one, it, 'available')} units available"
            if value(it, "days_of_cover") is not None:
                told += f", which last about {cell(one, it, 'days_of_cover')} days"
            if value(it, "stock_out_day"):
                told += f", until {cell(one, it, 'stock_out_day')}"
            return f"{told}. Order {cell(one, it, 'order')}.{finding.others(made, row)}"
        q.desk.results.pop(one.id)
        return await stock(q, (made, row), " No order is proposed for it now.")
    if (there := await _at_place(q)) is not None:
        return there
    low = await q.look("low_stock", limit=q.several)
    if not low.rows:
        return "Nothing runs out before an order placed now would arrive. " + " ".join(low.notes)
    parts = _urgent(low)
    head = "These are the most urgent: "
    if low.value("low_stock") is not None:
        head = (
            f"{ref(low, 'low_stock')} stocks are low and {ref(low, 'out_of_stock')} are out. "
            "Most urgent: "
        )
    return f"{head}{listed(parts)}."


def _urgent(one: Evidence) -> list[str]:
    parts = []
    at = _at(one)
    for row in one.rows:
        when = f", out on {cell(one, row, 'stock_out_day')}" if value(row, "stock_out_day") else ""
        parts.append(
            f"{cell(one, row, 'name')}{at(row)} ({cell(one, row, 'available')} available{when}; "
            f"order {cell(one, row, 'order')})"
        )
    return parts


async def _at_place(q: Question) -> str | None:
    """What runs out at a location or of a supplier that is named; None where none is."""
    if not q.names:
        return None
    one = await q.look("replenishment", text=" ".join(q.names)[:100], limit=q.several)
    if not one.rows:
        q.desk.results.pop(one.id)
        return None
    return f"Of what you name, {ref(one, 'proposals')} stocks need an order. Most urgent: " \
           f"{listed(_urgent(one))}."  # fmt: skip


def _at(one: Evidence) -> Callable[[Row], str]:
    """Where a row's stock is, if the rows are of several places."""
    places = {value(row, "location") for row in one.rows}
    return lambda row: f" at {cell(one, row, 'location')}" if len(places) > 1 else ""


async def to_order(q: Question) -> str:
    """Of a product or of a supplier's, where one is named, or of all."""
    text = " ".join(q.names)[:100]
    one = await q.look("replenishment", limit=q.several, **({"text": text} if text else {}))
    if text and not one.rows:
        q.desk.results.pop(one.id)
        meant = await finding.product_if_allowed(q)
        if meant is None:
            return "I propose no order for what you name: I know no product or supplier so " \
                   "called, or there is enough of it."  # fmt: skip
        made, row = meant
        one = await q.look("replenishment", limit=q.several, text=str(made.filters["text"]))
        if not one.rows:
            return f"Nothing of {cell(made, row, 'name')} needs to be ordered now." \
                   f"{finding.others(*meant)}"  # fmt: skip
    if not one.rows:
        return "Nothing needs to be ordered now."
    if text and len(one.rows) == 1:
        row = one.rows[0]
        return f"Order {cell(one, row, 'order')} of {cell(one, row, 'name')}. " \
               f"{cell(one, row, 'reason')}"  # fmt: skip
    parts = []
    at = _at(one)
    for row in one.rows:
        by = f" by {cell(one, row, 'order_by')}" if value(row, "order_by") else ""
        of = f" from {cell(one, row, 'supplier')}" if value(row, "supplier") else ""
        parts.append(f"{cell(one, row, 'order')} of {cell(one, row, 'name')}{at(row)}{of}{by}")
    first = "The most urgent " if any("Only" in note for note in one.notes) else ""
    return (
        f"{first}{ref(one, 'proposals')} orders are proposed, {ref(one, 'order')} units for "
        f"{ref(one, 'cost')}. Most is at stake with these: {listed(parts)}."
    )


def _group_stock(some: Evidence) -> str:
    if some.value("available") is None:
        return f"The stock of {ref(some, 'words')} was never counted."
    told = (
        f"Of the {ref(some, 'products')} products that I found for {ref(some, 'words')} together "
        f"{ref(some, 'available')} units are available"
    )
    if some.value("expected") is not None:
        told += (
            f"; {ref(some, 'expected')} are expected to sell over the next {ref(some, 'ahead')} "
            "days"
        )
    if some.value("without"):
        told += f". Of {ref(some, 'without')} of them there is none"
    parts = [f"{cell(some, row, 'name')} ({cell(some, row, 'available')})" for row in some.rows]
    return f"{told}. Of those that sell most there are: {listed(parts)}."


async def stock(q: Question, meant: object = None, more: str = "") -> str:
    if meant is None and (some := await finding.group(q)) is not None:
        return finding.nearest(q) + _group_stock(some)
    known = meant if isinstance(meant, tuple) else await finding.product_if_allowed(q)
    if known is None:
        return (finding.NO_PRODUCT if q.names else "") + await stock_value(q)
    made, row = known
    one = await q.look("product_stock", product_id=row.id)
    told = f"{cell(made, row, 'name')}: {ref(one, 'available')} units are available"
    if one.value("reserved"):
        told += f" ({ref(one, 'on_hand')} on hand, {ref(one, 'reserved')} of them reserved)"
    if one.value("on_order"):
        told += f", and {ref(one, 'on_order')} are on order"
    return f"{told}.{more}{finding.others(made, row)}"


async def stock_value(q: Question) -> str:
    shop = await q.look("metrics", days=30)
    if shop.value("stock_value") is None:
        return "What the stock is worth is not known: no stock was counted, or no cost is known."
    return (
        f"The stock is worth {ref(shop, 'stock_value')} at cost. {ref(shop, 'low_stock')} stocks "
        f"are low and {ref(shop, 'out_of_stock')} are out."
    )


async def too_much(q: Question) -> str:
    """Overstock and what does not sell."""
    promote = await q.look("actions", kind="promote", limit=q.several)
    drop = await q.look("actions", kind="discontinue", limit=q.several)
    told = []
    for one, what in ((drop, "Hardly sells any more"), (promote, "There is too much of")):
        if one.rows:
            parts = [f"{cell(one, r, 'name')} ({cell(one, r, 'at_stake')})" for r in one.rows]
            told.append(f"{what}: {listed(parts)}.")
    if not told:
        if not (await q.look("actions", limit=1)).rows:
            return "There is no open advice, so I cannot tell what there is too much of."
        return "No open advice says that there is too much of a product."
    return " ".join(told) + " The amounts are the capital tied up."


async def reprice(q: Question) -> str:
    one = await q.look("actions", kind="reprice", limit=q.several)
    if not one.rows:
        return "No open advice says that a price is wrong."
    parts = [f"{cell(one, r, 'name')} ({cell(one, r, 'reason')})" for r in one.rows]
    return f"Look at the prices of these: {listed(parts)}."


async def advice(q: Question) -> str:
    one = await q.look("actions", limit=q.several)
    if not one.rows:
        return "There is no open advice."
    parts = [
        f"{cell(one, row, 'kind')} {cell(one, row, 'name')} ({cell(one, row, 'at_stake')})"
        for row in one.rows
    ]
    return f"By the money at stake: {listed(parts)}."


async def leaving(q: Question) -> str:
    one = await q.look("customers_at_risk", limit=q.several)
    told = ""
    if one.value("customers") is not None:
        told = (
            f"{ref(one, 'customers')} customers are at risk, {ref(one, 'share')} of all; they "
            f"brought {ref(one, 'revenue')} in {ref(one, 'window')} days."
        )
    if one.rows:
        parts = [
            f"{cell(one, r, 'name')} ({cell(one, r, 'churn')} chance of staying away, "
            f"{cell(one, r, 'at_stake')} at stake)"
            for r in one.rows
        ]  # fmt: skip
        told += f" Most is at stake with {listed(parts)}."
    elif told:
        told += " No single valuable customer stands out among the alerts."
    return told.strip() or " ".join(one.notes)


async def segments(q: Question) -> str:
    one = await q.look("segments")
    rows = [r for r in one.rows if value(r, "customers")]
    if not rows:
        return " ".join(one.notes) or "There are no segments with customers yet."
    rows.sort(key=lambda r: -int(value(r, "revenue") or 0))
    parts = [
        f"{cell(one, r, 'name')} ({cell(one, r, 'customers')} customers, {cell(one, r, 'revenue')})"
        for r in rows[:8]
    ]
    window = cell(one, rows[0], "window")
    return f"By revenue of the last {window} days: {'; '.join(parts)}."


async def best_customers(q: Question) -> str:
    return f"I do not rank single customers, but segments. {await segments(q)}"


async def customers(q: Question) -> str:
    """Who bought; of how many there are in all, who bought within a year."""
    shop = await q.look("metrics", days=q.range() if q.span or "new" in q.text else 365)
    if shop.value("customers") is None:
        return "How many customers bought is not known yet."
    told = (
        f"{ref(shop, 'customers')} known customers bought {during(shop)}: "
        f"{ref(shop, 'new_customers')} for the first time, {ref(shop, 'returning_customers')} "
        f"had bought before. In as many days before, {ref(shop, 'customers_before')} bought, "
        f"{ref(shop, 'new_customers_before')} of them for the first time."
    )
    return told + ("" if q.fixed() else _NEAREST)


_NEAREST = " Customers are counted in fixed ranges; this is the shortest that holds your days."


async def catalogue(q: Question) -> str:
    one = await q.look("catalogue")
    rows = sorted(one.rows, key=lambda row: -int(value(row, "products") or 0))
    if not rows:
        return "No product has a category yet."
    parts = [f"{cell(one, row, 'name')} ({cell(one, row, 'products')})" for row in rows[:10]]
    return (
        f"There are {ref(one, 'products')} active products in {ref(one, 'categories')} "
        f"categories: {listed(parts)}."
    )


async def metric(q: Question) -> str | None:
    """A named metric that no other topic tells; None where the question names none."""
    shop = await q.look("metrics", days=q.range())
    known = sorted(shop.figures, key=lambda one: -len(one.label))
    text = q.text.replace("-", " ")
    for one in known:
        if one.label.casefold().replace("-", " ") in text and one.value is not None:
            now = ref(shop, one.key)
            return f"{one.label}: {now} {during(shop)}." + ("" if q.fixed() else _NEAREST)
    q.desk.results.pop(shop.id)
    return None


async def one_customer(q: Question) -> str | None:
    """The customer that is named; None where nobody is."""
    meant = await finding.customer(q)
    if meant is None:
        named = q.names and ("customer" in q.text or "client" in q.text)
        return "I found no customer by that name." if named else None
    made, row = meant
    one = await q.look("customer", customer_id=row.id)
    if not one.figures:
        return f"{cell(made, row, 'name')}: {' '.join(one.notes)}"
    orders = "order" if one.value("orders") == 1 else "orders"
    told = (
        f"{cell(made, row, 'name')} placed {ref(one, 'orders')} {orders} for "
        f"{ref(one, 'revenue')}, the last on {ref(one, 'last_day')}. The chance of no purchase in "
        f"the next {ref(one, 'churn_days')} days is {ref(one, 'churn')}; the expected spend of a "
        f"year is {ref(one, 'expected_spend')}."
    )
    due = [r for r in one.rows[1:] if value(r, "run_out")]
    if due:
        told += (
            f" Next, {cell(one, due[0], 'name')} likely runs out on {cell(one, due[0], 'run_out')}."
        )
    return told + finding.others(made, row)


async def tests(q: Question) -> str:
    all_ = await q.look("experiments", limit=10)
    if not all_.rows:
        return "There is no experiment yet."
    words = set(q.names)
    row = next(
        (r for r in all_.rows if words & set(r.name.casefold().split())),
        next((r for r in all_.rows if value(r, "status") != "draft"), all_.rows[0]),
    )
    if value(row, "status") == "draft":
        return f"{cell(all_, row, 'name')} has not been started."
    one = await q.look("experiment_results", experiment_id=row.id)
    return (
        f"{cell(all_, row, 'name')} ({cell(all_, row, 'status')}): {ref(one, 'verdict_text')} "
        f"{ref(one, 'units')} units were looked at."
    )


async def attention(q: Question) -> str:
    one = await q.look("alerts", limit=q.several)
    if not one.rows:
        return "Nothing needs attention: no alert stands."
    parts = [
        f"{cell(one, r, 'title')}: {cell(one, r, 'name')} ({cell(one, r, 'loss')} expected to be "
        "lost)"
        for r in one.rows
    ]
    return f"By the money at stake: {'; '.join(parts)}."


async def purchases(q: Question) -> str:
    one = await q.look("purchase_orders", limit=q.several)
    if not one.rows:
        return "There are no purchase orders."
    parts = [
        f"{cell(one, r, 'name')} ({cell(one, r, 'state')}, {cell(one, r, 'total')}, expected "
        f"{cell(one, r, 'expected_on')})"
        for r in one.rows
    ]
    return f"The newest purchase orders: {listed(parts)}."


async def price(q: Question) -> str:
    meant = await finding.product(q)
    if meant is None:
        return finding.NO_PRODUCT.strip()
    made, row = meant
    if len(made.rows) > 1:
        parts = [f"{cell(made, r, 'name')} {cell(made, r, 'price')}" for r in made.rows[:8]]
        more = " There are more of them." if len(made.rows) > 8 else ""
        return f"{finding.nearest(q)}These cost: {listed(parts)}.{more}"
    return f"{cell(made, row, 'name')} costs {cell(made, row, 'price')}." \
           f"{finding.others(made, row)}"  # fmt: skip


async def about_product(q: Question) -> str | None:
    """Everything in short about a product that is named without a topic."""
    if (some := await finding.group(q)) is not None:
        return f"{selling.group_sold(some)} {_group_stock(some)}"
    meant = await finding.product_if_allowed(q)
    if meant is None:
        return None
    q.desk.results.clear()
    told = await selling.revenue(q)
    one = await q.look("product_stock", product_id=meant[1].id)
    ahead = await q.look("product_forecast", product_id=meant[1].id, days=28)
    told += f" {ref(one, 'available')} units are available."
    if ahead.figures:
        told += f" Over {ref(ahead, 'days')} days {ref(ahead, 'units')} are expected to sell."
    return noted(one, told)
