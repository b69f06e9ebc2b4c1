"""Sales of a day and a week beside the weeks before, and live hours that were unusual."""

from collections.abc import Mapping
from datetime import date, timedelta
from statistics import fmean, stdev
from typing import Any

from omnix.domains.alerts.model import Action, Face, Observation, Value
from omnix.domains.products import service as products
from omnix.kit.money import to_text
from omnix.platform import queries
from omnix.ports import Ports

from .stock import margin

SQL = queries.load("omnix.domains.alerts")
_WEEKS = 8


async def any_before(ports: Ports, day: date) -> bool:
    """Whether anything was ever sold."""
    (row,) = await ports.lake.rows(SQL["alert_earned"], day=day, after=day)
    return row["newest"] is not None


async def demand(ports: Ports, day: date) -> list[Observation]:
    """Each product that sold in the week up to ``day``, or usually does."""
    rows = await ports.lake.rows(SQL["alert_demand"], day=day)
    known = await products.get_many(ports, [row["product_id"] for row in rows])
    found = []
    for row in rows:
        product = known.get(row["product_id"])
        if product is None or product.status != "active":
            continue
        sold, usual = float(row["sold"]), float(row["usual"])
        # Counts vary by their root at least, and a week without any is no certainty.
        spread = max(float(row["deviation"]), (usual + 1.0) ** 0.5)
        attributes: dict[str, Value] = {
            "sold": sold,
            "usual": round(usual, 2),
            "ratio": round(sold / max(usual, 0.5), 3),
            "score": round(abs(sold - usual) / spread, 2),
            "direction": "high" if sold >= usual else "low",
            "price_minor": float(product.price_minor),
        }
        each, how = margin(product, None)
        if sold >= usual:
            basis = (
                f"What sold beyond usual, each at {how}: lost next week if stock is planned for "
            )
            basis += "usual sales."
            action = Action(
                kind="check-stock", text="See whether the stock lasts, and forecast it anew.",
                page=f"/replenishment/why/?id={product.id}",
            )  # fmt: skip
        else:
            basis = f"What usually sells and did not, each at {how}."
            action = Action(
                kind="check-product", page=f"/product/?id={product.id}",
                text="See whether it is on the shelf, found, and priced right.",
            )  # fmt: skip
        face = Face(
            loss_minor=round(abs(sold - usual) * each), basis=basis, action=action,
            text=f"{sold:,.0f} units in the week up to {day}; {usual:,.1f} are usual.",
        )  # fmt: skip
        found.append(Observation(
            kind="demand", subject=f"product:{product.id}", name=product.name,
            attributes=attributes, faces={"demand": face},
            source=f"/v1/products/{product.id}/sales",
        ))  # fmt: skip
    return found


async def revenue(ports: Ports, day: date, currency: str) -> list[Observation]:
    """The revenue of ``day``; nothing before there is a deviation to measure it by."""
    rows = await ports.lake.rows(SQL["alert_revenue"], day=day)
    by_day = {row["day"]: float(row["revenue_minor"]) for row in rows}
    same = [day - timedelta(days=7 * n) for n in range(1, _WEEKS + 1)]
    # Before the first sale nothing is known; from then on a day without any has none.
    before = [by_day.get(one, 0.0) for one in same if one >= min(by_day, default=day)]
    if len(before) < 2:
        return []
    value, usual = by_day.get(day, 0.0), fmean(before)
    # A tenth of the usual is no news however even the weeks before were.
    spread = max(stdev(before), 0.1 * abs(usual), 1.0)
    low = value < usual
    attributes: dict[str, Value] = {
        "revenue_minor": value,
        "usual_minor": round(usual, 1),
        "ratio": round(value / usual, 3) if usual > 0 else 0.0,
        "score": round(abs(value - usual) / spread, 2),
        "direction": "low" if low else "high",
        "weeks": float(len(before)),
    }
    face = Face(
        loss_minor=round(usual - value) if low else 0,
        basis="Revenue that is usual on this weekday and did not come."
        if low
        else "Nothing is lost by more revenue than usual; it may be an error, though.",
        text=f"{to_text(round(value), currency)} {currency} on {day}; "
        f"{to_text(round(usual), currency)} is usual on this weekday.",
        action=Action(
            kind="look", page="/", text="See which products and orders made the difference."
        ),
    )
    return [Observation(
        kind="revenue", subject=f"shop:day-{day}", name=str(day), attributes=attributes,
        faces={"revenue": face}, source="/v1/dashboard/sales",
    )]  # fmt: skip


def live(told: Mapping[str, Any]) -> Observation:
    """An anomaly that streaming told of."""
    metric, value, expected = str(told["metric"]), float(told["value"]), float(told["expected"])
    low = told["direction"] == "low"
    currency = told.get("currency")
    attributes: dict[str, Value] = {
        "metric": metric,
        "value": value,
        "expected": expected,
        "score": abs(float(told["score"])),
        "direction": str(told["direction"]),
    }
    money = metric == "revenue" and low
    said = f"{value:,.0f} {metric}, {expected:,.0f} expected"
    if currency:
        said = f"{to_text(int(value), currency)} {currency}, "
        said += f"{to_text(int(expected), currency)} expected"
    face = Face(
        loss_minor=round(max(0.0, expected - value)) if money else 0,
        basis="Revenue that was expected of the hour and did not come."
        if money
        else "Only a lack of revenue is put in money here.",
        text=f"In the hour from {told['hour']}: {said} "
        f"({told['low']:,} to {told['high']:,} would be usual).",
        action=Action(kind="look", page="/", text="See whether shop, payment and ads all work."),
    )
    return Observation(
        kind="live", subject=f"shop:{told['id']}", name=f"{metric}, {told['hour']}",
        attributes=attributes, faces={"live": face}, source="/v1/streaming/anomalies",
    )  # fmt: skip
