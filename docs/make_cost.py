"""Writes docs/cost.md from the estimate itself: `.venv/bin/python docs/make_cost.py`."""

from decimal import Decimal
from pathlib import Path

from omnix.cost import LOADS, estimate, spend_limit
from omnix.cost.prices import AS_OF, PRICES, REGIONS
from omnix.cost.ranges import TOTALS, compared
from omnix.cost.units import MEASURED_ON, UNITS

INTRODUCTION = f"""# What it costs on AWS

Written by `docs/make_cost.py` from the figures that `omnix cost` shows.

`omnix cost --env dev|prod --orders-per-day N --events-per-day N` computes a month's bill line by
line, from three things:

- **the template** `infrastructure/cloudformation-template.yml`: how many alarms, keys, shards,
  rules, endpoints ... each environment makes. They are kept as plain counts in
  `src/omnix/cost/shapes.json`, because the template's own budget is computed from them; a test
  holds both equal.
- **list prices** of AWS as they were known in {AS_OF}, each with its page, where they are to be
  compared before anybody relies on them. Nothing that is free of charge to an account is taken
  off (a million calls of functions, ten alarms, three dashboards, 5 GB of logs ...), but for
  CloudFront's: another stack may have used it up. No tax, no discount.
- **units** of one order, event and request. Those marked *measured* were counted on
  {MEASURED_ON} on Amazon's own DynamoDB Local (`tests/cost/measure.py`): an order of three lines
  takes {UNITS.placed_writes} write and {UNITS.placed_reads} read units, and its events cause
  {UNITS.followed_writes} and {UNITS.followed_reads} more where each order is followed for itself;
  under load several are followed together, for less.
  Those marked *assumed* (seconds of functions, bytes of logs and answers) nobody could measure
  without an account; they stand in `src/omnix/cost/units.py`, each by its name.

`--json` gives the same to programs, in millionths of a dollar; `--private-network` adds the
endpoints of a network of the functions' own; `--requests` and `--gigabytes` replace what is
otherwise in proportion to the orders. `GET /v1/system/cost` shows administrators the bill at the
stated load and at the load of the last 30 days; on a machine of one's own it is what AWS would
cost, and nothing is billed. On AWS the dashboard `<project>-cost-<env>` draws what was used each
day (requests, gigabyte-seconds, units of tables, records, bytes) under a mark at the units that
the estimate was computed for.

The budget and the alarm on spending go at 100 USD a month in dev and test, and at 1.2 times the
estimate elsewhere: {spend_limit("staging")} USD in staging, {spend_limit("prod")} USD in prod.
"""

LEFT_OUT = """## What is not in it

- Mail (SES), texts of a language model (Bedrock), training (SageMaker) and queries of Athena:
  paid by use, and switched off unless asked for.
- A domain's zone and name in Route 53, as the zone is not made by the stack.
- What goes through CloudFront: a terabyte and ten million requests a month are free of charge to
  every account.
- Reads of an index cost half of what is computed where they are eventually consistent.
"""


def usd(micro: int) -> str:
    return f"{Decimal(micro) / 10**6:,.2f}"


def _services(environment: str) -> list[str]:
    made, load = estimate(environment), LOADS[environment]
    low, high = TOTALS[environment]
    lines = [
        f"## {environment}",
        "",
        f"{load.requests:,} requests, of them {load.orders:,} orders and {load.events:,} events, "
        f"{load.gigabytes} GB kept, {load.products:,} products, in us-east-1.",
        "",
        "| service | USD a month | stated | why |",
        "|---|---:|---|---|",
    ]
    for each in compared(made):
        stated = "" if each.stated is None else f"{each.stated[0]}-{each.stated[1]}"
        lines.append(f"| {each.service} | {usd(each.amount_micro)} | {stated} | {each.note} |")
    lines += [f"| **total** | **{usd(made.total_micro)}** | {low}-{high} | |", ""]
    others = [r for r in REGIONS if r != "us-east-1"]
    told = ", ".join(f"{r} {usd(estimate(environment, region=r).total_micro)}" for r in others)
    return [*lines, f"In other regions: {told}.", ""]


def _prices() -> list[str]:
    lines = [
        f"## Prices as known in {AS_OF}",
        "",
        "A star marks a figure that was computed from an earlier price or a neighbouring region's.",
        "",
        f"| service | unit | {' | '.join(REGIONS)} | since |",
        f"|---|---|{'---:|' * len(REGIONS)}---|",
    ]
    for price in PRICES.values():
        figures = " | ".join(
            f"{price.usd[region]}{'*' if region in price.doubt else ''}" for region in REGIONS
        )
        per = f"{price.per:,} " if price.per > 1 else ""
        service = f"[{price.service}]({price.page})"
        lines.append(f"| {service} | {per}{price.unit} | {figures} | {price.since} |")
    return [*lines, ""]


def page() -> str:
    """The page as it should be."""
    parts = [INTRODUCTION, *_services("dev"), *_services("prod"), LEFT_OUT, *_prices()]
    return "\n".join(parts[:-1]) + "\n"


if __name__ == "__main__":
    Path(__file__).with_name("cost.md").write_text(page())
