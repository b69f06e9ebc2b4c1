"""The bill: within what the product states, right to the unit, and made from the template."""

import ast
import runpy
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from omnix.cost import LOADS, Load, estimate, monthly_estimate, spend_limit
from omnix.cost.estimate import Estimate
from omnix.cost.prices import PRICES, REGIONS
from omnix.cost.ranges import STATED, TOTALS, compared
from omnix.cost.shape import Shape, known, shape, shapes

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "infrastructure" / "cloudformation-template.yml"


def template() -> dict[str, Any]:
    yaml = pytest.importorskip("yaml")
    if not TEMPLATE.is_file():
        pytest.skip("the template is not made yet")
    found: dict[str, Any] = yaml.safe_load(TEMPLATE.read_text())
    return found


@pytest.mark.parametrize("environment", sorted(TOTALS))
def test_the_total_is_as_stated_at_the_stated_load(environment: str) -> None:
    low, high = TOTALS[environment]
    made = estimate(environment)
    assert low * 10**6 <= made.total_micro <= high * 10**6
    assert low <= monthly_estimate(environment) <= high
    assert monthly_estimate(environment) == -(-made.total_micro // 10**6)


def test_the_stated_loads_are_those_of_the_product() -> None:
    assert (LOADS["dev"].requests, LOADS["dev"].gigabytes) == (1_000_000, 10)
    assert (LOADS["prod"].requests, LOADS["prod"].gigabytes) == (10_000_000, 100)


@pytest.mark.parametrize("environment", sorted(STATED))
def test_whatever_is_outside_its_range_says_why(environment: str) -> None:
    for each in compared(estimate(environment)):
        if each.stated is None:
            continue
        low, high = (bound * 10**6 for bound in each.stated)
        assert (low <= each.amount_micro <= high) == (each.note == ""), each


def test_services_add_up_to_the_total() -> None:
    made = estimate("prod")
    assert sum(made.by_service().values()) == made.total_micro
    assert sum(each.amount_micro for each in compared(made)) == made.total_micro


def by_hand(made: Estimate) -> Decimal:
    return sum((line.units * line.usd / line.per for line in made.lines), Decimal(0))


@pytest.mark.parametrize("region", REGIONS)
def test_amounts_are_units_times_prices(region: str) -> None:
    made = estimate("prod", region=region)
    # Each line is rounded to the millionth of a dollar.
    assert abs(by_hand(made) * 10**6 - made.total_micro) <= len(made.lines)


def test_a_bill_that_can_be_checked_in_the_head() -> None:
    load = Load(requests=2_000_000, orders=0, events=0, gigabytes=0, products=0, clients=0)
    bare = Shape(alarms=7, dashboards=1, keys=1, shards=1, functions={"backend": 2048})
    amounts = {
        (line.service, line.what): line.amount_micro
        for line in estimate("dev", load=load, shape=bare).lines
    }
    assert amounts["API Gateway", "the REST API"] == 7_000_000
    assert amounts["CloudWatch", "metrics that alarms watch"] == 700_000
    assert amounts["CloudWatch", "dashboards"] == 3_000_000
    assert amounts["Kinesis", "1 shard"] == 10_950_000
    assert amounts["Lambda", "calls of backend"] == 400_000
    # 2,000,000 calls of 60 ms at 2 GB.
    assert amounts["Lambda", "time of backend"] == 3_200_016
    assert ("WAF", "firewall") not in amounts


def test_each_part_of_the_load_and_of_the_stack_counts() -> None:
    load, bare = LOADS["prod"], known("prod")
    base = estimate("prod").total_micro
    for field in ("requests", "orders", "events", "gigabytes", "products", "clients"):
        more = replace(load, **{field: getattr(load, field) * 2})
        assert estimate("prod", load=more).total_micro > base, field
    for field in ("alarms", "dashboards", "keys", "shards", "firewalls", "polled", "endpoints"):
        larger = replace(bare, **{field: getattr(bare, field) + 1})
        assert estimate("prod", shape=larger).total_micro > base, field
    assert estimate("prod", network=True).by_service()["VPC"] > 100 * 10**6
    assert "VPC" not in estimate("prod").by_service()


def test_more_of_the_same_shop_is_in_proportion() -> None:
    stated = LOADS["dev"]
    assert Load.of_month("dev", stated.orders, stated.events) == stated
    double = Load.of_month("dev", stated.orders * 2, stated.events * 2)
    assert double.requests == stated.requests * 2
    assert Load.of_month("dev", 0, 500).requests == 500
    assert Load.of_month("dev", 10, 10, requests=5).requests == 20
    assert Load.of_month("dev", 10, 10, gigabytes=0).gigabytes == 0


def test_the_alarm_follows_the_bill() -> None:
    assert spend_limit("dev") == spend_limit("test") == 100
    for environment in ("staging", "prod"):
        micro = estimate(environment).total_micro
        assert micro * 12 <= spend_limit(environment) * 10 * 10**6 < micro * 12 + 10**7


def test_prices_are_positive_dated_and_of_every_region() -> None:
    for name, price in PRICES.items():
        assert set(price.usd) == set(REGIONS), name
        assert all(usd > 0 for usd in price.usd.values()), name
        assert price.page.startswith("https://aws.amazon.com/"), name


def test_no_price_is_kept_for_nothing() -> None:
    full = replace(known("prod", network=True), gateways=1)
    used = {(line.service, line.unit) for line in estimate("prod", shape=full).lines}
    assert used == {(price.service, price.unit) for price in PRICES.values()}


def test_the_page_is_current() -> None:
    """Else: ``python docs/make_cost.py``."""
    made = runpy.run_path(str(ROOT / "docs" / "make_cost.py"))
    assert (ROOT / "docs" / "cost.md").read_text() == made["page"]()


def test_the_shapes_are_those_of_the_template() -> None:
    """Else: make template."""
    current = shapes(template())
    for name, expected in current.items():
        environment, _, network = name.partition("+")
        assert known(environment, bool(network)) == Shape(**expected), name


def test_conditions_and_mappings_are_put_in() -> None:
    made = {
        "Parameters": {"Environment": {"Default": "dev"}, "More": {"Default": "no"}},
        "Mappings": {"M": {"dev": {"Days": "3"}, "prod": {"Days": "90"}}},
        "Conditions": {
            "IsProd": {"Fn::Equals": [{"Ref": "Environment"}, "prod"]},
            "Both": {
                "Fn::And": [{"Condition": "IsProd"}, {"Fn::Equals": [{"Ref": "More"}, "yes"]}]
            },
            "NotProd": {"Fn::Not": [{"Condition": "IsProd"}]},
        },
        "Resources": {
            "K": {"Type": "AWS::KMS::Key", "Condition": "Both"},
            "L": {"Type": "AWS::KMS::Key", "Condition": "NotProd"},
            "T": {
                "Type": "AWS::DynamoDB::Table",
                "Properties": {
                    "PointInTimeRecoverySpecification": {
                        "PointInTimeRecoveryEnabled": {"Fn::If": ["IsProd", True, False]}
                    }
                },
            },
            "G": {
                "Type": "AWS::Logs::LogGroup",
                "Properties": {
                    "RetentionInDays": {"Fn::FindInMap": ["M", {"Ref": "Environment"}, "Days"]}
                },
            },
        },
    }
    dev, prod = shape(made, "dev"), shape(made, "prod")
    assert (dev.keys, prod.keys, shape(made, "prod", {"More": "yes"}).keys) == (1, 0, 1)
    assert (dev.recoverable, prod.recoverable) == (0, 1)
    assert (dev.log_days, prod.log_days) == (3, 90)


def test_the_package_needs_nothing_but_python() -> None:
    code = (
        "import sys; before = set(sys.modules); import omnix.cost; omnix.cost.spend_limit('prod');"
        "found = {m.split('.')[0] for m in set(sys.modules) - before};"
        "sys.exit(', '.join(sorted(found - set(sys.stdlib_module_names) - {'omnix'})) or 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_no_money_is_a_float() -> None:
    for file in (ROOT / "src" / "omnix" / "cost").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), file
