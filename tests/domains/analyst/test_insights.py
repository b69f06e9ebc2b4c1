"""Structured insights: by the narrator, by a model that is held to a schema, and kept."""

import json
from pathlib import Path
from typing import Any, get_args

import pytest

from api.serving import serving
from domains.simulated import opened
from omnix.domains.analyst import asking, insights
from omnix.domains.analyst.declare import INSIGHTS
from omnix.domains.analyst.evidence import money_text
from omnix.domains.analyst.insight_model import Insight, PageName, Statement
from omnix.domains.customers.declare import INSIGHTS as ANALYSED
from omnix.domains.dashboard import service as dashboard
from omnix.domains.experiments import service as experiments
from omnix.domains.experiments.model import Metric, NewExperiment, Variant
from omnix.domains.inventory import service as inventory
from omnix.domains.inventory.model import Adjustment
from omnix.domains.orders import figures
from omnix.domains.products import service as products
from omnix.domains.recommendations import decide
from omnix.kit.errors import Forbidden, NotFound
from omnix.platform.access import Actor
from omnix.ports import Ports

from .liar import Messages
from .shop import ADMIN
from .test_model import model

pytestmark = pytest.mark.anyio


async def somebody(ports: Ports) -> str:
    """A customer who was analysed."""
    async for chunk in ports.records.scan(ANALYSED):
        return str(chunk[0]["customer_id"])
    raise AssertionError


async def some(ports: Ports) -> tuple[str, str, str]:
    """A customer who was analysed, a product that is to be ordered, and a running experiment."""
    customer = await somebody(ports)
    product = (await products.listing(ports, text="tea", limit=20)).items[0].id
    plan = NewExperiment(
        key="banner", name="Banner", id="banner",
        variants=(Variant(key="a", weight=5000), Variant(key="b", weight=5000)),
        metrics=(Metric(name="conversion"),),
    )  # fmt: skip
    await experiments.create(ports, ADMIN, plan)
    await experiments.start(ports, ADMIN, "banner")
    return customer, product, "banner"


def assert_sourced(made: Insight) -> None:
    known = {result.id for result in made.results}
    for one in (made.headline, *made.findings):
        rest = one.text
        for cited in sorted(one.citations, key=lambda c: -c.start):
            assert cited.result in known
            rest = rest[: cited.start] + rest[cited.end :]
        assert not any(c.isnumeric() for c in rest), one.text


async def test_every_subject_has_something_to_say(data: Path) -> None:
    async with opened(data) as ports:
        customer, product, experiment = await some(ports)
        for subject, id in (
            ("customer", customer), ("product", product), ("stock", None),
            ("experiment", experiment), *((page, None) for page in get_args(PageName)),
        ):  # fmt: skip
            made = await insights.insight(ports, ADMIN, subject, id)  # type: ignore[arg-type]
            assert (made.by, made.cached) == ("narrator", False)
            if subject != "alerts":  # none stands
                assert made.headline.citations, subject
                assert made.findings or subject == "experiment", subject
            assert_sourced(made)
            again = await insights.insight(ports, ADMIN, subject, id)  # type: ignore[arg-type]
            assert again.cached
            assert (again.headline, again.findings) == (made.headline, made.findings)
        with pytest.raises(NotFound):
            await insights.insight(ports, ADMIN, "customer", "nobody")
        clerk = Actor("key_1", "service", frozenset({"ai:ask", "inventory:read"}))
        with pytest.raises(Forbidden):
            await insights.insight(ports, clerk, "customer", customer)


async def test_a_page_in_words_says_what_the_page_shows(data: Path) -> None:
    async with opened(data) as ports:
        shop = (await dashboard.summary(ports, 7)).metrics[0]
        made = await insights.insight(ports, ADMIN, "shop", None)
        assert money_text(int(shop.value or 0), "EUR") in made.headline.text
        told = await figures.summary(ports, None, None)
        made = await insights.insight(ports, ADMIN, "orders", None)
        assert f"{told.orders:,} orders were placed" in made.headline.text
        page = await decide.actions(ports, None, "open", 1, None)
        made = await insights.insight(ports, ADMIN, "advice", None)
        assert page.items[0].name in made.headline.text
        nobody = Actor("key_1", "service", frozenset({"ai:ask", "alerts:read"}))
        assert (await insights.insight(ports, nobody, "alerts", None)).headline.text
        for hidden in ("orders", "customers", "advice"):
            with pytest.raises(Forbidden):
                await insights.insight(ports, nobody, hidden, None)


async def test_no_page_of_an_empty_shop_breaks(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        for page in get_args(PageName):
            made = await insights.insight(ports, ADMIN, page, None)
            assert made.headline.text
            assert_sourced(made)


async def test_what_is_kept_holds_no_figure_and_goes_when_they_change(data: Path) -> None:
    async with opened(data) as ports:
        _, product, _ = await some(ports)
        made = await insights.insight(ports, ADMIN, "product", product)
        kept = await ports.records.get(INSIGHTS, f"product#{product}")
        assert kept is not None
        assert made.headline.text not in str(kept)
        change = Adjustment(delta=7, reason="found")
        await inventory.adjust(ports, ADMIN, product, change)
        after = await insights.insight(ports, ADMIN, "product", product)
        assert not after.cached
        assert after.fingerprint != made.fingerprint
        customer = await somebody(ports)
        await insights.insight(ports, ADMIN, "customer", customer)
        assert await insights.forget_customer(ports, customer) == 1
        assert await insights.forget_customer(ports, customer) == 0
        assert await ports.records.get(INSIGHTS, f"customer#{customer}") is None


def _said(*findings: dict[str, Any], headline: str = "It sold {r1.units} units.") -> str:
    return "Here it is: " + json.dumps({"headline": headline, "findings": list(findings)})


async def test_a_model_is_held_to_schema_and_sources_and_asked_once(data: Path) -> None:
    tries: list[int] = []

    def sloppy(messages: Messages) -> str:
        tries.append(len(messages))
        if len(tries) == 1:
            return "I would say that it is all fine!"
        return _said(
            {"kind": "action", "text": "Order more: {r3.available} are left."},
            {"kind": "risk", "text": "Sales will fall by 40%."},
            {"kind": "finding", "text": "It has a bright future."},
        )

    async with opened(data) as ports:
        _, product, _ = await some(ports)
        with model(ports, sloppy) as (with_model, _):
            made = await insights.insight(with_model, ADMIN, "product", product)
            assert (made.by, made.model) == ("model", "liar-1")
            assert [one.kind for one in made.findings] == ["action"]
            assert_sourced(made)
            again = await insights.insight(with_model, ADMIN, "product", product)
        assert (again.cached, again.by) == (True, "model")
        assert len(tries) == 2
        (record,) = (await asking.calls(ports, 10, None)).items
        assert (record.kind, record.by, record.tokens_in) == ("insight product", "model", 200)
        assert (record.unsupported, record.removed) == (1, 1)


@pytest.mark.parametrize(
    "said",
    [
        "nothing", "{}", '{"headline": 7}', '{"headline": "x", "findings": [{"kind": "joke"}]}',
        _said(headline="It sold 12345 units."), _said(headline="Splendid."),
        _said(*[{"kind": "risk", "text": "a"}] * 7), '{"headline": "a", "more": 1}',
    ],
)  # fmt: skip
async def test_a_model_that_gets_it_wrong_gives_way_and_nothing_is_kept(
    data: Path, said: str
) -> None:
    async with opened(data) as ports:
        with model(ports, lambda _: said) as (with_model, _):
            made = await insights.insight(with_model, ADMIN, "stock", None)
        assert made.by == "narrator"
        assert made.notes
        assert_sourced(made)
        assert await ports.records.get(INSIGHTS, "stock#shop") is None


async def test_insights_over_http(data: Path) -> None:
    async with serving(data) as served:
        customer, product, _ = await some(served.ports)
        for path in (
            f"/customers/{customer}/analyze", f"/products/{product}/analyze",
            "/ai/insights/stock", "/ai/insights/experiments/banner",
            "/ai/insights/pages/orders", "/ai/insights/pages/alerts",
        ):  # fmt: skip
            answer = await served.call("POST", path, "analyst")
            assert answer.status_code == 200, answer.text
            assert answer.json()["headline"]["text"]
            assert (await served.call("POST", path, "customer")).status_code == 403
        several = {"customer_ids": [customer, customer]}
        answer = await served.call("POST", "/ai/insights/customers", "analyst", json=several)
        (one,) = answer.json()["items"]
        assert (one["subject_id"], one["cached"]) == (customer, True)
        nobody = {"customer_ids": ["nobody"]}
        refused = await served.call("POST", "/ai/insights/customers", json=nobody)
        assert refused.status_code == 404
        for path in ("/customers/nobody/analyze", "/ai/insights/pages/nothing"):
            assert (await served.call("POST", path)).status_code in (400, 404), path


def test_a_statement_says_what_it_is() -> None:
    assert Statement(kind="risk", text="x").citations == ()
