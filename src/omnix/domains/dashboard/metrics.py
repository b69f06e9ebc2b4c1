"""The catalogue of named metrics: one definition for the API, the web and reports alike."""

from typing import Literal

import msgspec

Unit = Literal["money", "count", "units", "ratio", "days"]


class Metric(msgspec.Struct, frozen=True):
    """A number that users see. ``better`` says which direction is good news."""

    name: str
    label: str
    unit: Unit
    better: Literal["up", "down", "neither"]
    definition: str


METRICS = (
    Metric(
        "revenue",
        "Revenue",
        "money",
        "up",
        "What was sold less what was returned or cancelled, after discounts, without tax and "
        "shipping; charges such as postage paid by customers are included.",
    ),
    Metric("orders", "Orders", "count", "up", "Orders placed; cancelled ones stay counted."),
    Metric("units", "Units", "units", "up", "Pieces sold less pieces returned or cancelled."),
    Metric("aov", "Average order value", "money", "up", "Revenue divided by the number of orders."),
    Metric(
        "customers",
        "Customers",
        "count",
        "up",
        "Known customers who bought at least once; anonymous sales are not counted.",
    ),
    Metric(
        "new_customers",
        "New customers",
        "count",
        "up",
        "Known customers whose first purchase ever fell into the range.",
    ),
    Metric(
        "returning_customers",
        "Returning customers",
        "count",
        "up",
        "Known customers who bought and had bought before the range began.",
    ),
    Metric(
        "gross_margin",
        "Gross margin",
        "ratio",
        "up",
        "(Revenue - cost) / revenue, over the lines whose cost is known.",
    ),
    Metric("returns", "Returns", "money", "down", "Value of the goods that came back."),
    Metric(
        "stock_value",
        "Stock value",
        "money",
        "neither",
        "Stock on hand at its unit cost, over the products whose cost is known.",
    ),
    Metric(
        "sell_through",
        "Sell-through",
        "ratio",
        "up",
        "Pieces sold in the range by these and the pieces on hand now. Empty before stock is "
        "counted.",
    ),
    Metric(
        "days_of_cover",
        "Days of cover",
        "days",
        "neither",
        "How many days the pieces on hand last if the next 30 days sell as forecast.",
    ),
    Metric(
        "low_stock",
        "Low stock",
        "count",
        "down",
        "Products at a location whose stock, with what is on order, may not last until an order "
        "placed now arrives.",
    ),
    Metric(
        "out_of_stock",
        "Out of stock",
        "count",
        "down",
        "Products at a location with nothing available, though they are expected to sell.",
    ),
    Metric(
        "lost_sales",
        "Lost sales",
        "money",
        "down",
        "What would have sold while there was no stock, valued at what a unit of the product "
        "brought on average, without tax: an estimate from days with stock, weekdays, promotions "
        "and the place's other products. Empty where nobody tells of stock.",
    ),
    Metric(
        "lost_units",
        "Lost units",
        "units",
        "down",
        "Pieces that were wanted while there was no stock, as lost sales estimates them.",
    ),
    Metric(
        "forecast_accuracy",
        "Forecast accuracy",
        "ratio",
        "up",
        "1 - WAPE of single products' daily forecasts in the last backtest: what share of what was "
        "sold was foreseen. Single days of single products are hard to foresee; it compares shops "
        "with themselves.",
    ),
)
BY_NAME = {metric.name: metric for metric in METRICS}
