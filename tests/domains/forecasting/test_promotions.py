"""Promotions on record, over HTTP and in what the night makes of them."""

from datetime import date
from pathlib import Path

import httpx
import numpy as np
import pytest

from api.serving import assert_problem, serving
from domains.forecasting.known import forget_promotions, known
from domains.simulated import job, opened
from omnix.domains.forecasting import catalogue, history, service
from omnix.domains.forecasting.inputs import holiday_signals
from omnix.domains.forecasting.promotions.plan import plan
from omnix.domains.products.model import Product
from omnix.domains.system.settings import ShopChange, change_shop, shop
from omnix.engine.forecast import UNKNOWN
from omnix.platform.access import SYSTEM

pytestmark = pytest.mark.anyio
NEW = {"name": "Tea week", "percent_off": 20, "first_day": "2026-01-05", "last_day": "2026-01-11"}


def _refused(answer: httpx.Response) -> int:
    assert_problem(answer)
    return answer.status_code


async def test_a_promotion_is_recorded_listed_and_taken_back(shop_data: Path) -> None:
    async with serving(shop_data) as served:
        await forget_promotions(served.ports)
        id = (await catalogue.active(served.ports))[0].id
        body = {**NEW, "product_ids": [id, id]}
        key = {"Idempotency-Key": "once"}
        made = await served.call("POST", "/forecasts/promotions", json=body, headers=key)
        assert made.status_code == 201, made.text
        again = await served.call("POST", "/forecasts/promotions", json=body, headers=key)
        assert again.json() == made.json()
        told = made.json()
        assert told["product_ids"] == [id]
        assert told["author"]
        listed = (await served.call("GET", "/forecasts/promotions")).json()["items"]
        assert listed == [told]
        later = {"from_day": "2026-01-12"}
        assert not (await served.call("GET", "/forecasts/promotions", params=later)).json()["items"]
        path = f"/forecasts/promotions/{told['id']}"
        assert (await served.call("GET", path)).json() == told
        assert (await served.call("DELETE", path)).status_code == 204
        assert _refused(await served.call("GET", path)) == 404
        assert _refused(await served.call("DELETE", path)) == 404


async def test_what_is_wrong_is_named(shop_data: Path) -> None:
    async with serving(shop_data) as served:
        id = (await catalogue.active(served.ports))[0].id
        whole = {**NEW, "product_ids": [id]}
        for change, field in (
            ({"first_day": "2026-02-30"}, "first_day"),
            ({"first_day": "20260105"}, "first_day"),
            ({"last_day": "2026-01-04"}, "last_day"),
            ({"last_day": "2027-01-30"}, "last_day"),
            ({"name": " "}, "name"),
            ({"product_ids": []}, "product_ids"),
            ({"category": "Tea"}, "product_ids"),
            ({"product_ids": ["nope"]}, "product_ids"),
        ):
            answer = await served.call("POST", "/forecasts/promotions", json={**whole, **change})
            assert _refused(answer) == 400
            assert answer.json()["errors"][0]["field"] == field, answer.text
        answer = await served.call(
            "POST", "/forecasts/promotions", json={**whole, "percent_off": 0}
        )
        assert _refused(answer) == 400


async def test_the_night_expects_what_is_on_record(shop_data: Path) -> None:
    """A whole category is promoted; its products and their places, and no others, are lifted."""
    async with serving(shop_data) as served:
        ports = served.ports
        await service.forecast_all(job(ports), {})
        products = await catalogue.active(ports)
        before = {p.id: await service.stored(ports, p.id) for p in products}
        category = max({p.category for p in products}, key=[p.category for p in products].count)
        body = {**NEW, "category": category}
        assert (await served.call("POST", "/forecasts/promotions", json=body)).status_code == 201
        await service.forecast_all(job(ports), {})
        inside, outside, weeks = np.zeros(2), np.zeros(2), np.zeros(2)
        for product in products:
            sides = (before[product.id], await service.stored(ports, product.id))
            for n, item in enumerate(sides):
                assert item is not None
                mean, on = np.array(item["mean"]), slice(4, 11)
                promoted = product.category == category
                (inside if promoted else outside)[n] += mean[on].sum()
                if promoted:
                    at = item["totals"]["days"].index(14)
                    weeks[n] += sum(place["mean"][at] for place in item["places"].values())
        assert 1.3 < inside[1] / inside[0] < 3.0
        assert weeks[1] > 1.1 * weeks[0]
        assert outside[1] == pytest.approx(outside[0], rel=1e-3)


async def test_what_is_read_of_a_shop(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        span = await history.window(ports)
        assert span is not None
        products = await catalogue.active(ports)
        past = await history.read(ports, span, products, all=True)
        told = await known(ports, past)
        total = span.days + 90
        assert told.country == "DE"
        assert told.drivers.price.shape == told.drivers.planned.shape == (len(products), total)
        # The price list of today holds until another begins.
        last = told.drivers.price[:, span.days - 1]
        assert (told.drivers.price[:, span.days :] == last[:, None]).all()
        assert (last == [product.price_minor for product in products]).mean() > 0.95
        assert told.drivers.recorded
        assert told.covariates().promotion is not None
        signals = told.signals(len(products))
        assert signals is not None
        assert signals.events.shape[1] == total
        christmas = (date(2025, 12, 25) - span.first).days
        assert signals.events[:, christmas].any()
        await forget_promotions(ports)
        assert not (await known(ports, past)).drivers.recorded
        now = await shop(ports)
        await change_shop(ports, SYSTEM, ShopChange(version=now.version, country="XX"))
        assert (await known(ports, past)).signals(len(products)) is None


def test_days_on_record_from_the_first_on() -> None:
    first = date(2026, 1, 1)
    one = {"product_ids": ["a", "gone"], "category": None, "percent_off": 20,
           "first_day": "2026-01-08", "last_day": "2026-01-12"}  # fmt: skip
    deeper = {**one, "percent_off": 30, "first_day": "2026-01-12", "last_day": "2026-01-31"}
    by_id = {
        id: Product(id=id, sku=id, name=id, price_minor=1, currency="EUR", category=category,
                    created_at="", updated_at="")
        for id, category in (("a", "x"), ("b", "y"))
    }  # fmt: skip
    made = plan([one, deeper], ["a", "b"], by_id, first, 10, 14)
    assert made[0].tolist() == [UNKNOWN] * 7 + [20] * 4 + [30] * 3
    assert made[1].tolist() == [UNKNOWN] * 7 + [0] * 7
    of_category = {**one, "product_ids": [], "category": "y"}
    made = plan([of_category], ["a", "b"], by_id, first, 10, 14)
    assert made[1].tolist() == [UNKNOWN] * 7 + [20] * 5 + [0] * 2
    future = {**one, "first_day": "2026-03-01", "last_day": "2026-03-02"}
    made = plan([future], ["a", "b"], by_id, first, 10, 14)
    assert made[0].tolist() == [UNKNOWN] * 10 + [0] * 4
    assert (plan([], ["a", "b"], by_id, first, 10, 14) == UNKNOWN).all()


def test_holidays_stand_on_their_columns() -> None:
    signals = holiday_signals("US", date(2025, 11, 1), 60, 5)
    assert signals is not None
    day = (date(2025, 11, 27) - date(2025, 11, 1)).days
    rows = signals.events[:, day]
    assert rows.any()
    # The day after, of the busiest sale of the year, is an event of its own.
    assert signals.events[:, day + 1].any()
    assert holiday_signals("", date(2025, 11, 1), 60, 5) is None
    assert holiday_signals("US", date(2025, 8, 1), 20, 5) is None
