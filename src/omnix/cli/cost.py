"""``omnix cost``: what a stack costs a month, line by line."""

import json
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from omnix.cli import app, console
from omnix.kit.errors import Invalid

if TYPE_CHECKING:
    from omnix.cost.estimate import Estimate


def _usd(micro: int) -> str:
    return f"{Decimal(micro) / 10**6:,.2f}"


@app.command()
def cost(
    env: Annotated[str, typer.Option("--env", help="dev, staging, prod or test.")] = "dev",
    orders_per_day: Annotated[int | None, typer.Option(min=0, help="Orders placed a day.")] = None,
    events_per_day: Annotated[
        int | None, typer.Option(min=0, help="Events that other systems send a day.")
    ] = None,
    requests: Annotated[
        int | None, typer.Option(min=0, help="Requests a month; else in proportion to orders.")
    ] = None,
    gigabytes: Annotated[int | None, typer.Option(min=0, help="GB that are kept.")] = None,
    region: Annotated[str, typer.Option(help="One of the documented regions.")] = "us-east-1",
    private_network: Annotated[
        bool, typer.Option("--private-network", help="With a network of the functions' own.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Compute the monthly bill of a stack on AWS, from list prices. Sends nothing anywhere."""
    from omnix.cost.estimate import estimate
    from omnix.cost.loads import DAYS, LOADS, Load
    from omnix.cost.prices import REGIONS

    for option, given, known in (("--env", env, LOADS), ("--region", region, REGIONS)):
        if given not in known:
            raise Invalid.field(option, f"must be one of {', '.join(known)}")
    stated = LOADS[env]
    load = stated
    if any(given is not None for given in (orders_per_day, events_per_day, requests, gigabytes)):
        load = Load.of_month(
            env,
            stated.orders if orders_per_day is None else int(orders_per_day * DAYS),
            stated.events if events_per_day is None else int(events_per_day * DAYS),
            requests=requests,
            gigabytes=gigabytes,
        )
    made = estimate(env, region=region, load=load, network=private_network)
    if as_json:
        print(json.dumps(_plain(made), indent=2))
    else:
        _show(made)


def _plain(made: "Estimate") -> dict[str, Any]:
    """For programs: amounts in millionths of a US dollar, quantities as decimal text."""
    from omnix.cost.ranges import TOTALS, compared

    return {
        "environment": made.environment,
        "region": made.region,
        "prices_as_of": made.prices_as_of,
        "currency": "USD",
        "load": asdict(made.load),
        "lines": [
            {**asdict(line), "units": f"{line.units:f}", "usd": f"{line.usd:f}"}
            for line in made.lines
        ],
        "services": [asdict(each) for each in compared(made)],
        "total_micro": made.total_micro,
        "stated_total": TOTALS.get(made.environment),
    }


def _show(made: "Estimate") -> None:
    from omnix.cost.ranges import TOTALS, compared

    load = made.load
    console.print(
        f"{made.environment} in {made.region}: {load.requests:,} requests, {load.orders:,} orders "
        f"and {load.events:,} events a month, {load.gigabytes:,} GB kept. List prices as "
        f"known in {made.prices_as_of}; nothing that is free to an account is taken off.",
        markup=False,
    )
    table = Table("service", "what", "units", "unit price", "USD", "from", box=None)
    for line in made.lines:
        per = f" / {line.per:,}" if line.per > 1 else ""
        table.add_row(
            line.service,
            line.what,
            f"{line.units.to_integral_value():,} {line.unit}",
            f"{line.usd:f}{per}",
            _usd(line.amount_micro),
            line.basis,
        )
    console.print(table)
    sums = Table("service", "USD", "stated", "why", box=None)
    for each in compared(made):
        stated = "" if each.stated is None else f"{each.stated[0]}-{each.stated[1]}"
        sums.add_row(each.service, _usd(each.amount_micro), stated, each.note)
    total = TOTALS.get(made.environment)
    told = "" if total is None else f"{total[0]}-{total[1]}"
    sums.add_row("total", _usd(made.total_micro), told, "", style="bold")
    console.print(sums)
