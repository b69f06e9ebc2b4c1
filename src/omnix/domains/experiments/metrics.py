"""The metrics that experiments may be judged by, each with one definition."""

from typing import Literal, NamedTuple

MetricKind = Literal["proportion", "mean", "ratio", "quantile", "preference"]
Better = Literal["higher", "lower"]
MetricUnit = Literal["share", "count", "money", "none"]


class Definition(NamedTuple):
    """``level`` is a quantile's; ``units`` are the kinds of unit that it can be told of."""

    name: str
    label: str
    kind: MetricKind
    unit: MetricUnit
    better: Better
    definition: str
    level: float = 0.5
    units: tuple[str, ...] = ("customer", "product", "location")


METRICS: tuple[Definition, ...] = (
    Definition(
        "conversion", "Conversion", "proportion", "share", "higher",
        "Share of units with at least one order after exposure.",
    ),
    Definition(
        "orders_per_unit", "Orders per unit", "mean", "count", "higher",
        "Orders after exposure, per exposed unit.",
    ),
    Definition(
        "items_per_unit", "Items per unit", "mean", "count", "higher",
        "Pieces sold less returned and cancelled after exposure, per exposed unit.",
    ),
    Definition(
        "revenue_per_unit", "Revenue per unit", "mean", "money", "higher",
        "Revenue less returns and cancellations after exposure, per exposed unit.",
    ),
    Definition(
        "margin_per_unit", "Margin per unit", "mean", "money", "higher",
        "Revenue less cost of goods of the lines whose cost is known, per exposed unit.",
    ),
    Definition(
        "discount_per_unit", "Discount per unit", "mean", "money", "lower",
        "Discounts given after exposure, per exposed unit.",
    ),
    Definition(
        "average_order_value", "Average order value", "ratio", "money", "higher",
        "Revenue over orders after exposure; units are the clusters of the variance.",
    ),
    Definition(
        "items_per_order", "Items per order", "ratio", "count", "higher",
        "Pieces over orders after exposure.",
    ),
    Definition(
        "margin_rate", "Margin rate", "ratio", "share", "higher",
        "Margin over revenue of the lines whose cost is known.",
    ),
    Definition(
        "return_rate", "Return rate", "ratio", "share", "lower",
        "Value returned over value sold after exposure.",
    ),
    Definition(
        "median_order_value", "Median order value", "quantile", "money", "higher",
        "The middle order's revenue; orders of one unit may depend on each other.",
    ),
    Definition(
        "high_order_value", "High order value", "quantile", "money", "higher",
        "The revenue that one order in ten exceeds.", 0.9,
    ),
    Definition(
        "profit_per_unit", "Profit per unit", "mean", "money", "higher",
        "Margin less the cost of holding the stock, at the experiment's holding rate a year.",
        units=("product", "location"),
    ),
)  # fmt: skip
BY_NAME = {metric.name: metric for metric in METRICS}
