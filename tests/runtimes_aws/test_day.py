"""A shop's day on the functions of the stack, each called with what Amazon's services send."""

from typing import Any

from omnix.runtimes.aws import consumers, jobs, relay
from ports import emulators
from runtimes_aws.events import Context, kinesis, sqs
from runtimes_aws.shop import Shop

pytestmark = emulators.GROUP

ALL = {"batchItemFailures": []}


def metric(shop: Shop, name: str) -> Any:
    metrics = shop.ok("GET", "/dashboard/summary")["metrics"]
    return next(one["value"] for one in metrics if one["name"] == name)


def test_an_order_reaches_stock_dashboard_and_forecast(shop: Shop) -> None:
    product = {"id": "mug", "sku": "MUG", "name": "Mug", "price_minor": 900, "category": "cups"}
    assert shop.ok("POST", "/products", product)["id"] == "mug"
    shop.ok("POST", "/inventory/mug/adjust", {"delta": 10, "reason": "opening"})
    shop.settle()
    before = metric(shop, "revenue")
    order = shop.ok("POST", "/orders", {"lines": [{"product_id": "mug", "quantity": 3}]})
    assert order["total_minor"] == 2700
    (balance,) = shop.ok("GET", "/inventory", query={"product_id": ["mug"]})["items"]
    assert (balance["on_hand"], balance["available"]) == (10, 7)
    shop.settle()
    assert metric(shop, "revenue") == before + 2700
    days = shop.ok("GET", "/products/mug/sales")["points"]
    assert sum(day["units"] for day in days) == 3
    made = shop.ok("POST", "/ai/forecast", {"product_id": "mug", "forecast_days": 30})
    assert len(made["points"]) == 30


def test_what_comes_twice_is_done_once(shop: Shop) -> None:
    shop.ok("POST", "/products", {"id": "pot", "sku": "POT", "name": "Pot", "price_minor": 100})
    shop.ok("POST", "/inventory/pot/adjust", {"delta": 5, "reason": "opening"})
    shop.settle()
    before = metric(shop, "orders"), metric(shop, "revenue")
    shop.ok("POST", "/orders", {"lines": [{"product_id": "pot", "quantity": 2}]})
    streamed = shop.stack.outbox()
    assert relay.handle(streamed, Context()) == ALL
    assert relay.handle(streamed, Context()) == ALL
    records = shop.stack.events()
    assert len(records) == 1
    for _ in range(2):
        assert consumers.handle(kinesis(records), Context()) == ALL
    assert consumers.handle(kinesis([*records, *records]), Context()) == ALL
    shop.settle()
    assert (metric(shop, "orders"), metric(shop, "revenue")) == (before[0] + 1, before[1] + 200)
    days = shop.ok("GET", "/products/pot/sales")["points"]
    assert sum(day["units"] for day in days) == 2


def test_a_job_delivered_twice_is_done_once(shop: Shop) -> None:
    shop.settle()
    run = shop.ok("POST", "/forecasts/batch")
    event = sqs("omnix-forecasting-queue-dev", shop.stack.messages())
    assert len(event["Records"]) == 1
    assert jobs.handle(event, Context()) == ALL
    done = shop.ok("GET", f"/jobs/{run['id']}")
    assert (done["state"], done["attempts"]) == ("done", 1)
    assert jobs.handle(event, Context()) == ALL
    assert shop.ok("GET", f"/jobs/{run['id']}") == done


def test_the_sweep_relays_what_the_stream_missed(shop: Shop, age_of_the_outbox: None) -> None:
    shop.settle()
    shop.ok("POST", "/products", {"id": "urn", "sku": "URN", "name": "Urn", "price_minor": 100})
    shop.stack.outbox()
    assert not shop.stack.events()
    assert relay.handle({"schedule": "sweep"}, Context())["swept"] >= 1
    assert shop.stack.events()
    assert relay.handle({"schedule": "sweep"}, Context())["swept"] == 0
