"""What is behind a forecast: its split, what-if and overrides."""

import math
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from api.serving import Served, assert_problem, serving
from domains.forecasting.known import forget_promotions
from domains.simulated import job, opened
from omnix.domains.forecasting import catalogue, service
from omnix.domains.forecasting.declare import FORECASTS
from omnix.domains.forecasting.drivers.explain import explain, log_mean, split
from omnix.domains.forecasting.overrides import apply, desk
from omnix.domains.forecasting.overrides.model import NewOverride
from omnix.domains.forecasting.promotions import desk as promotions
from omnix.domains.forecasting.promotions.model import NewPromotion
from omnix.domains.orders.declare import SALES
from omnix.domains.products.declare import PRODUCTS
from omnix.domains.products.model import Product, item
from omnix.platform.access import Actor
from omnix.ports import Put

pytestmark = pytest.mark.anyio
PLANNER = Actor("usr_planner", "manager", frozenset())
FIRST = date(2026, 1, 1)
PROMOTED = 25
PARTS = ("level", "trend", "weekday", "season", "price", "promotion", "event", "override", "other")


def test_shares_add_up_and_do_not_depend_on_an_order() -> None:
    factors = {"a": 1.5, "b": 0.5, "c": 2.0}
    parts = split(3.0, 2.0, factors)
    assert sum(parts.values()) == pytest.approx(1.0)
    assert parts == split(3.0, 2.0, dict(reversed(factors.items())))
    # The logarithmic mean is the integral of a^t b^(1 - t) from 0 to 1.
    steps = (np.arange(10_000) + 0.5) / 10_000
    assert log_mean(3.0, 2.0) == pytest.approx((3.0**steps * 2.0 ** (1 - steps)).mean(), rel=1e-6)
    assert sum(split(0.0, 2.0, factors).values()) == -2.0
    assert log_mean(2.0, 2.0) == 2.0


@pytest.fixture
async def told(shop_data: Path) -> Any:
    """The simulated shop after a night, over HTTP."""
    async with serving(shop_data) as served:
        promoted = [product.id for product in await catalogue.active(served.ports)][:PROMOTED]
        new = NewPromotion(
            name="January", percent_off=20, first_day="2026-01-05", last_day="2026-01-11",
            product_ids=promoted,
        )  # fmt: skip
        await promotions.create(served.ports, PLANNER, new, None)
        await service.forecast_all(job(served.ports), {})
        yield served


async def _ids(served: Served) -> list[str]:
    return [product.id for product in await catalogue.active(served.ports)]


async def test_every_forecast_is_the_sum_of_its_drivers(told: Served) -> None:
    for number, id in enumerate(await _ids(told)):
        answer = await told.call("GET", f"/forecasts/{id}/explain", params={"days": 35})
        assert answer.status_code == 200, answer.text
        body = answer.json()
        shown = (await told.call("GET", f"/forecasts/{id}")).json()["points"]
        assert len(body["points"]) == 35
        for point, forecast in zip(body["points"], shown, strict=False):
            assert point["day"] == forecast["day"]
            assert point["total"] == forecast["mean"]
            assert all(math.isfinite(point[part]) for part in PARTS)
            assert sum(point[part] for part in PARTS) == pytest.approx(point["total"], abs=1e-4)
        sums = {driver["name"]: driver["units"] for driver in body["drivers"]}
        assert set(sums) == set(PARTS)
        assert sum(sums.values()) == pytest.approx(body["total"], abs=0.01)
        assert sums["other"] == pytest.approx(0, abs=0.01)
        on = [point["day"] for point in body["points"] if point["promotion"] > 1e-6]
        if body["total"] > 1:
            assert on == ([f"2026-01-{day:02d}" for day in range(5, 12)] * (number < PROMOTED))
        # One year of sixty products has some fifty changes of price: too few to know much.
        assert body["effects"]["price"]["basis"] != "own"


async def test_without_a_record_the_usual_promotions_are_in_every_day(shop_data: Path) -> None:
    async with serving(shop_data) as served:
        await forget_promotions(served.ports)
        await service.forecast_all(job(served.ports), {})
        promoted = 0
        for id in await _ids(served):
            told = (await served.call("GET", f"/forecasts/{id}/explain")).json()
            sums = {driver["name"]: driver["units"] for driver in told["drivers"]}
            assert sum(sums.values()) == pytest.approx(told["total"], abs=0.01)
            promoted += sums["promotion"] > 0
        assert promoted > 20


async def test_what_if_answers_as_far_as_is_known(told: Served) -> None:
    promoted = 0
    for id in (await _ids(told))[:25]:
        ask = {"product_id": id, "days": 14, "promotion": {"percent_off": 20}}
        answer = (await told.call("POST", "/forecasts/what-if", json=ask)).json()
        effect = answer["effects"]["promotion"]
        if effect["basis"] == "none" or answer["baseline"]["units"] == 0:
            continue
        promoted += 1
        assert answer["units_low"] <= answer["scenario"]["units"] <= answer["units_high"]
        assert answer["scenario"]["units"] > answer["baseline"]["units"]
        ratio = answer["scenario"]["units"] / answer["baseline"]["units"]
        assert ratio <= math.exp(effect["value"] * 0.2) + 0.01
        assert sum(answer["points"]) == pytest.approx(answer["scenario"]["units"], abs=0.05)
        one = {**ask, "promotion": {"percent_off": 20, "first_day": "2026-01-03",
                                    "last_day": "2026-01-03"}}  # fmt: skip
        day = (await told.call("POST", "/forecasts/what-if", json=one)).json()
        shown = (await told.call("GET", f"/forecasts/{id}")).json()["points"]
        same = [p["mean"] for n, p in enumerate(shown[:14]) if n != 2]
        assert [p for n, p in enumerate(day["points"]) if n != 2] == pytest.approx(same)
    assert promoted > 10
    (id, *_) = await _ids(told)
    price = (await told.call("GET", f"/products/{id}")).json()["price_minor"]
    item = dict(await service.stored(told.ports, id) or {})
    # As if all was known: a tenth more at an elasticity of -2 is 0.826 times the demand.
    known = {"basis": "own", "value": -2.0, "error": 0.25, "changes": 9, "changes_in_all": 9}
    item["effects"] = {**item["effects"], "price": known}
    await told.ports.records.write([Put(FORECASTS, item)])
    dearer = {"product_id": id, "price_minor": round(price * 1.1)}
    answer = (await told.call("POST", "/forecasts/what-if", json=dearer)).json()
    ratio = round(price * 1.1) / price
    units = answer["baseline"]["units"]
    assert answer["scenario"]["units"] == pytest.approx(units * ratio**-2.0, rel=1e-3, abs=0.02)
    low = units * ratio ** (-2.0 - 1.2816 * 0.25)
    assert answer["units_low"] == pytest.approx(low, rel=1e-3, abs=0.02)
    none = {"basis": "none", "value": None, "error": None, "changes": 0, "changes_in_all": 2}
    item["effects"] = {**item["effects"], "price": none, "promotion": none}
    await told.ports.records.write([Put(FORECASTS, item)])
    for ask, code in (
        (dearer, "not_enough_price_changes"),
        ({"product_id": id, "promotion": {"percent_off": 5}}, "not_enough_promotions"),
    ):
        answer = (await told.call("POST", "/forecasts/what-if", json=ask)).json()
        assert answer["scenario"] is None
        assert [note["code"] for note in answer["notes"]] == [code]
        assert answer["baseline"]["units"] == units


async def test_what_is_asked_wrongly_is_told(told: Served) -> None:
    (id, *_) = await _ids(told)
    fine = {"product_id": id, "promotion": {"percent_off": 20}}
    for wrong, field in (
        ({"product_id": id}, "price_minor"),
        ({**fine, "product_id": "nothing"}, "product_id"),
        ({**fine, "days": 0}, "days"),
        ({**fine, "days": 91}, "days"),
        ({**fine, "price_minor": 0}, "price_minor"),
        ({"product_id": id, "promotion": {"percent_off": 0}}, "promotion.percent_off"),
        ({"product_id": id, "promotion": {"percent_off": 91}}, "promotion.percent_off"),
        ({"product_id": id, "promotion": {"percent_off": 5, "first_day": "2026-02-30"}},
         "promotion.first_day"),
        ({"product_id": id, "promotion": {"percent_off": 5, "last_day": "2030-01-01"}},
         "promotion.last_day"),
        ({"product_id": id, "promotion": {"percent_off": 5, "first_day": "2026-01-05",
                                          "last_day": "2026-01-02"}}, "promotion.first_day"),
        ({**fine, "elasticity": -2}, "elasticity"),
    ):  # fmt: skip
        answer = await told.call("POST", "/forecasts/what-if", json=wrong)
        assert answer.status_code == 400, (wrong, answer.text)
        assert field in {e["field"] for e in assert_problem(answer)["errors"]}, answer.text
    new = {"sku": "NEW", "name": "New", "price_minor": 0}
    made = (await told.call("POST", "/products", json=new)).json()["id"]
    asked = {"product_id": made, "price_minor": 5}
    assert (await told.call("POST", "/forecasts/what-if", json=asked)).status_code == 409
    assert (await told.call("GET", f"/forecasts/{made}/explain")).status_code == 404
    assert (await told.call("GET", "/forecasts/nothing/explain")).status_code == 404
    assert (await told.call("GET", f"/forecasts/{id}/explain?days=91")).status_code == 400
    assert (await told.call("GET", "/forecasts/nothing/lost-sales")).status_code == 404
    assert (await told.call("GET", "/forecasts/lost-sales?days=31")).status_code == 400


async def test_an_override_is_followed_until_it_is_withdrawn(told: Served) -> None:
    id = max(await _ids(told), key=lambda each: int(each.encode().hex(), 16))
    plain = dict(await service.stored(told.ports, id) or {})
    body = {"product_id": id, "first_day": "2026-01-02", "last_day": "2026-01-04",
            "multiplier": 2.0, "reason": "Street festival at the door"}  # fmt: skip
    key = {"Idempotency-Key": "festival"}
    made = await told.call("POST", "/forecasts/overrides", json=body, headers=key)
    assert made.status_code == 201, made.text
    again = await told.call("POST", "/forecasts/overrides", json=body, headers=key)
    assert again.json() == made.json()
    other = {**body, "multiplier": 3.0}
    reused = await told.call("POST", "/forecasts/overrides", json=other, headers=key)
    assert reused.status_code == 422
    override = made.json()
    assert override["state"] == "planned"
    assert override["author"] == "usr_admin"
    assert override["expires"] == "2026-01-04"
    assert override["statistical"] == plain["mean"][1:4]
    now = dict(await service.stored(told.ports, id) or {})
    doubled = [m * (2 if 1 <= n <= 3 else 1) for n, m in enumerate(plain["mean"])]
    assert now["mean"] == pytest.approx(doubled, abs=0.01)
    week = now["totals"]["days"].index(7)
    assert now["totals"]["mean"][week] == pytest.approx(sum(doubled[:7]), abs=0.02)
    for place, totals in now["places"].items():
        was = plain["places"][place]["mean"][week]
        ratio = sum(doubled[:7]) / max(sum(plain["mean"][:7]), 1e-9)
        assert totals["mean"][week] == pytest.approx(was * ratio, abs=0.02)
    shown = (await told.call("GET", f"/forecasts/{id}")).json()
    assert shown["overrides"] == [override["id"]]
    explained = (await told.call("GET", f"/forecasts/{id}/explain?days=5")).json()
    extra = sum(plain["mean"][1:4])
    assert next(d["units"] for d in explained["drivers"] if d["name"] == "override") == (
        pytest.approx(extra, abs=0.01)
    )
    # The next night keeps it, and a second one has the last word.
    await service.forecast_all(job(told.ports), {})
    assert dict(await service.stored(told.ports, id) or {})["mean"] == now["mean"]
    told.clock.advance(1)
    fixed = {**body, "multiplier": None, "units_per_day": 7.5, "last_day": "2026-01-02"}
    second = (await told.call("POST", "/forecasts/overrides", json=fixed)).json()
    assert dict(await service.stored(told.ports, id) or {})["mean"][1] == 7.5
    listed = (await told.call("GET", f"/forecasts/overrides?product_id={id}&limit=1")).json()
    assert [each["id"] for each in listed["items"]] == [second["id"]]
    rest = await told.call(
        "GET", "/forecasts/overrides", params={"limit": 1, "cursor": listed["next_cursor"],
                                               "product_id": id})  # fmt: skip
    assert [each["id"] for each in rest.json()["items"]] == [override["id"]]
    for each in (override, second):
        for _ in range(2):
            gone = await told.call("DELETE", f"/forecasts/overrides/{each['id']}")
            assert gone.status_code == 204
    back = dict(await service.stored(told.ports, id) or {})
    assert back["mean"] == plain["mean"]
    assert "statistical" not in back
    read = (await told.call("GET", f"/forecasts/overrides/{override['id']}")).json()
    assert (read["state"], read["withdrawn_by"]) == ("withdrawn", "usr_admin")
    for role in ("analyst", "manager"):
        answer = await told.call("POST", "/forecasts/overrides", role, json=body)
        assert answer.status_code == 201
    refused = await told.call("POST", "/forecasts/overrides", "customer", json=body)
    assert refused.status_code == 403


async def test_overrides_that_make_no_sense_are_refused(told: Served) -> None:
    (id, *_) = await _ids(told)
    fine = {"product_id": id, "first_day": "2026-01-02", "last_day": "2026-01-04",
            "multiplier": 2.0, "reason": "Festival"}  # fmt: skip
    for change, field in (
        ({"product_id": "nothing"}, "product_id"), ({"first_day": "2026-13-01"}, "first_day"),
        ({"last_day": "tomorrow"}, "last_day"), ({"last_day": "2026-01-01"}, "last_day"),
        ({"first_day": "2025-12-01", "last_day": "2025-12-02"}, "last_day"),
        ({"last_day": "2027-02-01"}, "last_day"), ({"expires": "2025-12-31"}, "expires"),
        ({"expires": "never"}, "expires"), ({"multiplier": -1}, "multiplier"),
        ({"multiplier": 21}, "multiplier"), ({"multiplier": None}, "multiplier"),
        ({"units_per_day": 5}, "multiplier"), ({"reason": ""}, "reason"),
        ({"reason": "   \t "}, "reason"), ({"author": "me"}, "author"),
    ):  # fmt: skip
        answer = await told.call("POST", "/forecasts/overrides", json={**fine, **change})
        assert answer.status_code == 400, (change, answer.text)
        assert field in {e["field"] for e in assert_problem(answer)["errors"]}, answer.text
    assert (await told.call("GET", "/forecasts/overrides/nothing")).status_code == 404
    assert (await told.call("DELETE", "/forecasts/overrides/nothing")).status_code == 404


async def test_what_an_override_was_worth(shop_data: Path) -> None:
    """Three days later, beside what was really sold: by hand."""
    async with opened(shop_data) as ports:
        await service.forecast_all(job(ports), {})
        products = await catalogue.active(ports)
        id = products[0].id
        before = dict(await service.stored(ports, id) or {})["mean"][:2]
        new = NewOverride(product_id=id, first_day="2026-01-01", last_day="2026-01-02",
                          units_per_day=40, reason="Bus tour")  # fmt: skip
        made = await desk.create(ports, PLANNER, new, None)
        columns: dict[str, list[Any]] = {name: [] for name in SALES.columns}
        for n, units in enumerate((50, 30, 1)):
            day = FIRST + timedelta(days=n)
            row = {"order_id": f"late-{n}", "line": 1, "kind": "sale", "day": day,
                   "month": f"{day:%Y-%m}", "product_id": id, "location_id": "shop-1",
                   "quantity": units, "revenue_minor": 500, "discount_minor": 0}  # fmt: skip
            for name, values in columns.items():
                values.append(row.get(name))
        await ports.lake.append(SALES, columns)
        ports.clock.advance(3 * 86_400)  # type: ignore[attr-defined]
        await service.forecast_all(job(ports), {})
        worth = (await desk.get(ports, made.id)).worth
        assert worth is not None
        assert (worth.days, worth.actual_units, worth.override_units) == (2, 80, 80)
        assert worth.override_error == 20
        plain = abs(50 - before[0]) + abs(30 - before[1])
        assert worth.statistical_error == pytest.approx(plain, abs=0.01)
        assert worth.value_added == pytest.approx(1 - 20 / plain, abs=1e-3)
        assert (await desk.get(ports, made.id)).state == "expired"


def test_overrides_of_a_product_that_does_not_sell() -> None:
    document = {"product_id": "a", "forecast_date": "2026-01-01", "mean": [0.0, 0.0],
                "quantiles": [[0.0, 0.0]], "totals": {"days": [1, 2], "mean": [0.0, 0.0],
                "quantiles": [[0.0], [0.0]]}, "places": {}}  # fmt: skip
    override = {"id": "o", "first_day": "2026-01-02", "last_day": "2026-01-02", "multiplier": None,
                "units_per_day": 4.0, "withdrawn_by": None, "expires": "2026-01-02",
                "created_at": "1"}  # fmt: skip
    after = apply.adjusted(document, [override], "2026-01-01")
    assert after["mean"] == [0.0, 4.0]
    assert after["quantiles"] == [[0.0, 4.0]]
    assert after["totals"]["mean"] == [0.0, 4.0]
    assert apply.adjusted(after, [], "2026-01-01") == document
    assert apply.adjusted(document, [override], "2026-01-03") == document


async def test_a_new_product_follows_those_most_like_it(tmp_path: Path) -> None:
    """Twelve mints that sell 8 a day and twelve dear cakes that sell 1: a new mint is a mint."""
    async with opened(tmp_path) as ports:
        at = {"created_at": "2024-01-01T00:00:00.000Z", "updated_at": "2024-01-01T00:00:00.000Z"}

        def product(id: str, name: str, price: int, **given: Any) -> Product:
            return Product(id=id, sku=id, name=name, price_minor=price, currency="EUR",
                           category="Sweets", **{**at, **given})  # fmt: skip

        goods = [product(f"m{n}", f"Mint Drops {n}", 200) for n in range(12)]
        goods += [product(f"c{n}", f"Layer Cake {n}", 2500) for n in range(12)]
        new = {"created_at": "2026-01-01T00:00:00.000Z"}
        goods += [product("new-mint", "Mint Drops Strong", 210, **new),
                  product("new-cake", "Layer Cake Lemon", 2600, **new)]  # fmt: skip
        await ports.records.load(PRODUCTS, [item(each) for each in goods])
        columns: dict[str, list[Any]] = {name: [] for name in SALES.columns}
        draws = np.random.default_rng(2)
        for each in goods[:24]:
            for n in range(1, 120):
                day = FIRST - timedelta(days=n)
                row = {"order_id": f"{each.id}-{n}", "line": 1, "kind": "sale", "day": day,
                       "month": f"{day:%Y-%m}", "product_id": each.id, "location_id": "main",
                       "quantity": 1 + draws.poisson(7 if each.id[0] == "m" else 0),
                       "revenue_minor": 100, "discount_minor": 0}  # fmt: skip
                for name, values in columns.items():
                    values.append(row.get(name))
        await ports.lake.append(SALES, columns)
        await service.forecast_all(job(ports), {})
        for id, rate, kin in (("new-mint", 8.0, "m"), ("new-cake", 1.0, "c")):
            found = dict(await service.stored(ports, id) or {})
            assert sum(found["mean"][:28]) / 28 == pytest.approx(rate, rel=0.3)
            assert found["drivers"]["level"] == pytest.approx(rate, rel=0.3)
            assert {"no_history", "cold_start"} <= set(found["notes"])
            assert len(found["neighbours"]) == 8
            assert all(each.startswith(kin) for each in found["neighbours"])
            told = await explain(ports, id, 7)
            assert told.neighbours == found["neighbours"]
            assert (np.diff(found["quantiles"], axis=0) >= 0).all()
        old = dict(await service.stored(ports, "m0") or {})
        assert "cold_start" not in old["notes"]
        assert "neighbours" not in old
