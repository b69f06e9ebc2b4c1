"""``omnix cost`` as a person types it."""

import json

from typer.testing import CliRunner

from omnix.cli import app, cost
from omnix.cost import estimate
from omnix.kit.errors import Invalid


def run(*words: str) -> str:
    result = CliRunner().invoke(app, ["cost", *words])
    assert result.exception is None, result.output
    return result.output


def test_lines_and_ranges_are_shown() -> None:
    assert cost.cost is not None
    shown = run("--env", "dev")
    for word in ("API Gateway", "Kinesis", "15-45", "total", "List prices"):
        assert word in shown


def test_programs_get_the_same_figures() -> None:
    told = json.loads(run("--env", "prod", "--json"))
    made = estimate("prod")
    assert told["total_micro"] == made.total_micro
    assert sum(line["amount_micro"] for line in told["lines"]) == made.total_micro
    assert told["stated_total"] == [125, 430]


def test_the_load_can_be_given() -> None:
    few = json.loads(run("--orders-per-day", "10", "--events-per-day", "0", "--json"))
    many = json.loads(run("--orders-per-day", "5000", "--events-per-day", "0", "--json"))
    assert few["load"]["orders"] == 304
    assert few["total_micro"] < json.loads(run("--json"))["total_micro"] < many["total_micro"]
    given = json.loads(run("--requests", "2000000", "--gigabytes", "1", "--json"))["load"]
    assert (given["requests"], given["gigabytes"]) == (2_000_000, 1)


def test_unknown_places_are_refused() -> None:
    for words in (["--env", "moon"], ["--region", "eu-north-9"]):
        result = CliRunner().invoke(app, ["cost", *words])
        assert isinstance(result.exception, Invalid)
