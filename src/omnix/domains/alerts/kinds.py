"""What rules can look at: for each kind of observation its attributes and its faces."""

from dataclasses import dataclass

Attribute = tuple[str, type, str]


@dataclass(frozen=True)
class Kind:
    """``lasting`` conditions end by themselves, and their alerts with them; others are
    occurrences, which stand until somebody ends them. ``faces`` are what a rule may put on an
    observation, the first one where it says nothing.
    """

    name: str
    title: str
    lasting: bool
    attributes: tuple[Attribute, ...]
    faces: tuple[str, ...]

    @property
    def types(self) -> dict[str, type]:
        return {name: type for name, type, _ in self.attributes}


STOCK = Kind(
    "stock", "Stock of a product at a place", True,
    (
        ("state", str, "out, ahead (gone before an order placed now arrives), low or fine"),
        ("available", float, "Units that can be sold"),
        ("on_order", float, "Units on approved purchase orders"),
        ("drafted", float, "Units on purchase orders in draft"),
        ("days_of_cover", float, "Days that the stock lasts; 365 for a year or more"),
        ("lead_time_days", float, "Days until an order placed now arrives"),
        ("order_quantity", float, "Units that replenishment proposes to order"),
        ("daily_demand", float, "Units expected to sell in a day"),
        ("excess_units", float, "Units beyond 90 days of expected demand"),
        ("stock_value_minor", float, "What the stock cost, in minor units"),
        ("shelf_days", float, "Days that the product keeps; unknown where nobody said"),
        ("spoiling_units", float, "Units not expected to sell within their shelf life"),
    ),
    ("shortage", "excess", "spoilage"),
)  # fmt: skip
DEMAND = Kind(
    "demand", "Sales of a product in a week beside the weeks before", True,
    (
        ("sold", float, "Units of the last seven whole days"),
        ("usual", float, "Mean units of the eight weeks before"),
        ("ratio", float, "Sold over usual"),
        ("score", float, "Distance from usual in standard deviations, never below counting noise"),
        ("direction", str, "high or low"),
        ("price_minor", float, "Price of a unit, in minor units"),
    ),
    ("demand",),
)  # fmt: skip
REVENUE = Kind(
    "revenue", "Revenue of a whole day beside the same weekday before", False,
    (
        ("revenue_minor", float, "Revenue of the day, in minor units"),
        ("usual_minor", float, "Mean of the same weekday in the eight weeks before"),
        ("ratio", float, "Revenue over usual"),
        ("score", float, "Distance from usual in standard deviations"),
        ("direction", str, "high or low"),
        ("weeks", float, "Weeks that usual rests on"),
    ),
    ("revenue",),
)  # fmt: skip
LIVE = Kind(
    "live", "An hour of live revenue, orders or visits that left its usual range", False,
    (
        ("metric", str, "revenue, orders or visits"),
        ("value", float, "The hour's figure"),
        ("expected", float, "What was expected"),
        ("score", float, "Distance in robust standard deviations"),
        ("direction", str, "high or low"),
    ),
    ("live",),
)  # fmt: skip
CUSTOMER = Kind(
    "customer", "A customer as the last analysis found", True,
    (
        ("churn", float, "Chance of no purchase within 90 days"),
        ("lifecycle", str, "new, active, at_risk or lost"),
        ("recency", float, "Fifth of the shop's customers, 5 bought last"),
        ("frequency", float, "Fifth, 5 bought most often"),
        ("money", float, "Fifth, 5 spent most"),
        ("orders", float, "Orders so far"),
        ("revenue_minor", float, "Money spent so far, in minor units"),
        ("expected_spend_minor", float, "Spend expected over 365 days, in minor units"),
    ),
    ("churn",),
)  # fmt: skip
FORECAST = Kind(
    "forecast", "How the forecasts do", True,
    (
        ("model", str, "Name of the model"),
        ("drift", str, "none, watch, drifted or unknown"),
        ("wape", float, "Weighted absolute error of the backtest"),
        ("bias", float, "Mean error over mean demand; above zero is too much"),
        ("coverage_80", float, "Share of days within the 80% interval"),
        ("value_added", float, "1 - WAPE over that of repeating last week"),
        ("age_days", float, "Days since it was made"),
    ),
    ("forecast",),
)  # fmt: skip
DATA = Kind(
    "data", "How old what the platform knows is", True,
    (
        ("source", str, "sales, forecasts or customers"),
        ("age_days", float, "Days since the newest of it"),
    ),
    ("data",),
)  # fmt: skip
PRICE = Kind(
    "price", "Price and cost of a product", True,
    (
        ("price_minor", float, "Price of a unit"),
        ("cost_minor", float, "Cost of a unit; unknown where nobody said"),
        ("margin_share", float, "Share of the price that is earned"),
        ("daily_demand", float, "Units expected to sell in a day"),
    ),
    ("price",),
)  # fmt: skip
PRICE_CHANGE = Kind(
    "price-change", "A change of a product's price", False,
    (
        ("price_minor", float, "Price of a unit"),
        ("previous_price_minor", float, "The price before"),
        ("change_share", float, "Change as a share of the price before"),
        ("cost_minor", float, "Cost of a unit; unknown where nobody said"),
        ("daily_demand", float, "Units expected to sell in a day"),
    ),
    ("price",),
)  # fmt: skip
COST = Kind(
    "cost", "What it costs to run all this", False,
    (
        ("what", str, "model (the language model's tokens of a day) or bill (a month on AWS)"),
        ("share", float, "Used of what may be; 1 also where no question has enough tokens left"),
        ("tokens", float, "Tokens used"),
        ("limit", float, "Tokens that a day may take"),
        ("usd", float, "US dollars that the tokens cost at most; unknown without prices"),
    ),
    ("cost",),
)  # fmt: skip
SYSTEM = Kind(
    "system", "Work that failed behind the scenes", True,
    (
        ("what", str, "job (failed for good) or events (laid aside by a consumer)"),
        ("name", str, "Name of the job or of the consumer"),
        ("failures", float, "How many lie there"),
    ),
    ("system",),
)  # fmt: skip

KINDS = {
    kind.name: kind
    for kind in (
        STOCK, DEMAND, REVENUE, LIVE, CUSTOMER, FORECAST, DATA, PRICE, PRICE_CHANGE, COST, SYSTEM,
    )
}  # fmt: skip
