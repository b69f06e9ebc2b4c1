"""The narrator on a simulated shop: what it understands, and that its figures are the pages'."""

import re
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from domains.simulated import opened
from omnix.domains.analyst.desk import Desk
from omnix.domains.analyst.evidence import money_text, ratio_text
from omnix.domains.analyst.narrator import asked
from omnix.domains.analyst.narrator.narrate import Narrated, narrate
from omnix.domains.analyst.narrator.topics import TOPICS, matching
from omnix.domains.analyst.numbers import judge
from omnix.domains.analyst.saying import say
from omnix.domains.dashboard import analytics, service, tables
from omnix.domains.forecasting import service as forecasting
from omnix.domains.inventory import locations
from omnix.domains.inventory import service as inventory
from omnix.domains.inventory.replenishment import service as replenishment
from omnix.domains.orders import figures
from omnix.domains.products import service as products
from omnix.domains.products.model import NewProduct
from omnix.platform.access import Actor
from omnix.ports import Ports

from .shop import ADMIN, ready

pytestmark = pytest.mark.anyio
TODAY = date(2026, 1, 1)
QUESTIONS = {
    "overview": ("How is the shop doing?", "Give me a summary", "How was the week?", "hello"),
    "revenue": ("What was revenue last week?", "How much did we make yesterday?",
                "sales in december 2025", "Turnover from 1 December to 7 December?"),
    "orders": ("How many orders came in yesterday?", "Number of orders this month"),
    "units": ("How many units did we sell last week?", "How many pieces were sold in December?"),
    "basket": ("What is the average order worth?", "average basket last month"),
    "margin": ("What was the gross margin last month?", "How much profit did we have?"),
    "returns": ("How much came back last month?", "What were the refunds in December?"),
    "best products": ("What sold best this month?", "Top 3 products", "What are our bestsellers?",
                      "Which products sell best?"),
    "too much": ("What do I have too much of?", "Which products sell worst?", "slow movers",
                 "What is not selling?"),
    "best day": ("What was the best day last month?", "Which day was the weakest in December?"),
    "trend": ("Is revenue up or down this month?", "Compare last week to the week before",
              "Are we growing?"),
    "why": ("Why did sales fall last week?", "What changed last week?",
            "Why is the margin down since 20 December?"),
    "forecast": ("What will sell next week?", "Forecast for the next 14 days",
                 "How much are we going to sell tomorrow?"),
    "accuracy": ("How accurate are the forecasts?", "Can I trust the forecast?"),
    "lost sales": ("What sales did we lose for want of stock?", "lost sales last month"),
    "runs out": ("What runs out soon?", "What is low on stock?", "Are we out of stock anywhere?"),
    "to order": ("What should I order now?", "What do I need to buy?", "What to reorder?"),
    "stock value": ("What is the stock worth?", "value of our inventory"),
    "customers": ("How many customers bought last month?", "How many new customers did we get?"),
    "leaving": ("Which customers may leave?", "Who is about to leave?", "customers at risk",
                "Are we losing customers?"),
    "segments": ("How do my customer segments do?", "show the RFM segments"),
    "tests": ("Did the test win?", "What about the A/B test?"),
    "attention": ("What needs attention today?", "Any alerts?", "Is anything wrong?"),
    "advice": ("What should I do first?", "What do you recommend?"),
    "reprice": ("Which prices should I look at?", "What should we reprice?"),
    "parts": ("Which weekday sells best?", "sales by channel", "Which location sold best?"),
    "catalogue": ("How many products do we have?",),
    "metric": ("What is the sell-through?", "days of cover"),
    "purchases": ("Which purchase orders are on their way?",),
    "definition": ("How is gross margin defined?", "What does lost sales mean?"),
}  # fmt: skip


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ports]:
    """One shop for many questions, which change nothing."""
    async with opened(ready(tmp_path_factory.mktemp("shared"))) as ports:
        yield ports


async def told(ports: Ports, question: str, actor: Actor = ADMIN) -> tuple[Narrated, Desk, str]:
    desk = Desk(ports, actor)
    made = await narrate(desk, question, TODAY)
    return made, desk, say(made.words, desk.results).text


async def test_the_common_questions_are_understood_and_every_number_is_cited(data: Path) -> None:
    async with opened(data) as ports:
        for topic, questions in QUESTIONS.items():
            for question in questions:
                made, desk, text = await told(ports, question)
                assert (made.topic, made.answered) == (topic, True), f"{question}: {text}"
                faults = judge(made.words, desk.results).faults
                assert not faults, f"{question}: {faults}"
                assert "{" not in text, text
        assert len(QUESTIONS) >= 20


def test_every_topic_answers_the_question_that_it_shows() -> None:
    for topic in TOPICS:
        assert matching(asked.tidy(topic.example))[0] is topic, topic.name


async def test_revenue_is_the_dashboards(data: Path) -> None:
    async with opened(data) as ports:
        first, last = date(2025, 12, 22), date(2025, 12, 28)
        series = await analytics.sales(ports, first, last, "day")
        revenue = money_text(sum(p.revenue_minor for p in series.points), series.currency)
        orders = sum(p.orders for p in series.points)
        _, _, text = await told(ports, "What was revenue last week?")
        assert f"Revenue was {revenue} from 22 to 28 December 2025" in text
        assert f"from {orders:,} orders" in text


async def test_the_overview_is_the_summary(data: Path) -> None:
    async with opened(data) as ports:
        summary = await service.summary(ports, 7)
        shown: dict[str, Any] = {m.name: m for m in summary.metrics}
        _, desk, text = await told(ports, "How is the shop doing?")
        (result,) = (r for r in desk.results.values() if r.tool == "metrics")
        for name, metric in shown.items():
            assert result.value(name) == metric.value, name
            if metric.change is not None:
                assert result.value(f"{name}_change") == metric.change
        assert money_text(shown["revenue"].value, "EUR") in text
        assert ratio_text(shown["revenue"].change, signed=True) in text


async def test_forecasts_and_proposals_are_the_pages(data: Path) -> None:
    async with opened(data) as ports:
        total = await forecasting.total(ports)
        assert total is not None
        _, _, text = await told(ports, "What will sell next week?")
        assert f"{round(sum(p.mean for p in total.points[:7])):,} units are expected" in text
        page = await replenishment.listing(ports, None, False, 200, None)
        cost = money_text(sum(p.expected_cost_minor or 0 for p in page.items), "EUR")
        _, _, text = await told(ports, "What should I order?")
        assert f"{len(page.items)} orders are proposed" in text
        assert cost in text


async def test_a_product_is_found_by_its_words_and_several_are_added_up(data: Path) -> None:
    december = date(2025, 12, 1), date(2025, 12, 31)
    async with opened(data) as ports:
        some = (await products.listing(ports, category="Tea", limit=20)).items
        assert len(some) > 1
        sold = [await analytics.product_sales(ports, each.id, *december) for each in some]
        units = [sum(point.units for point in one.points) for one in sold]
        _, desk, text = await told(ports, "How many teas did we sell last month?")
        assert f"{len(some)} products that I found for tea together sold {sum(units):,} " in text
        (group,) = desk.results.values()
        rows = {row.id: row.figures[0].value for row in group.rows}
        assert rows.items() <= {each.id: n for each, n in zip(some, units, strict=True)}.items()
        for question in ("How many teas are in stock?", "When will tea run out?",
                         "Do we have enough tea?", "Forecast for tea"):  # fmt: skip
            made, desk, text = await told(ports, question)
            assert made.answered
            held = [(await inventory.listing(ports, p.id, None, 50, None)).items for p in some]
            available = sum(balance.available for items in held for balance in items)
            assert f"{available:,} " in text, (question, text)
        product = some[0]
        for question in (
            f'How much did "{product.name}" sell in December?',
            f"could you tell me please how {product.name} did in december, whatever the reason",
        ):
            _, desk, text = await told(ports, question)
            assert product.name in text, (question, text)
            assert f"sold {units[0]:,} units" in text
            assert any(r.link == f"/product/?id={product.id}" for r in desk.results.values())
        _, _, text = await told(ports, "How many unicorns are in stock?")
        assert text.startswith("I found no product by that name.")
        _, _, text = await told(ports, "sales of unicorns")
        assert text.startswith("I found nothing by that name, so this is the whole shop.")
        _, _, text = await told(ports, "price of the unicorn tea")
        assert text.startswith("No name has all of your words; these are the closest.")


async def test_products_are_ranked_as_the_dashboard_ranks_them(data: Path) -> None:
    week = date(2025, 12, 22), date(2025, 12, 28)
    async with opened(data) as ports:
        for question, sort, figure in (
            ("What sold best last week?", "-revenue", lambda p: money_text(p.revenue_minor, "EUR")),
            ("top 3 products by units last week", "-units", lambda p: f"({p.units:,})"),
            ("Which product was most profitable last week?", "-margin",
             lambda p: money_text(p.margin_minor, "EUR")),
            ("which products fell most last week", "change",
             lambda p: f"after {money_text(p.previous_revenue_minor, 'EUR')}"),
            ("which products are growing fastest, last week", "-change",
             lambda p: f"after {money_text(p.previous_revenue_minor, 'EUR')}"),
        ):  # fmt: skip
            page = await tables.products_sold(ports, *week, sort, None, None, 3, None)
            _, _, text = await told(ports, question)
            assert "22 to 28 December 2025" in text
            for product in page.items:
                assert product.name in text, (question, text)
                assert figure(product) in text, (question, text)


async def test_places_channels_and_weekdays_are_the_orders_statistics(data: Path) -> None:
    async with opened(data) as ports:
        stats = await figures.statistics(ports, date(2025, 12, 1), date(2025, 12, 31))
        places = (await locations.listing(ports, 50, None)).items
        for question, groups in (
            ("sales by channel in december", stats.channels),
            ("which location sold best in december", stats.locations),
            (f"how did {places[0].name} do in december",
             [g for g in stats.locations if g.key == places[0].id]),
        ):  # fmt: skip
            _, _, text = await told(ports, question)
            for group in groups:
                assert money_text(group.revenue_minor, "EUR") in text, (question, text)
        best = max(stats.weekdays, key=lambda g: g.revenue_minor / (5 if int(g.key) <= 3 else 4))
        name = date(2025, 12, int(best.key)).strftime("%A")
        assert date(2025, 12, 1).isoweekday() == 1
        _, _, text = await told(ports, "Which weekday sold best in December?")
        assert f"by revenue of such a day: {name} (" in text


async def test_ranges_are_compared_with_those_that_the_question_names(data: Path) -> None:
    async with opened(data) as ports:
        for question, now, before in (
            ("compare november with october", ("11-01", "11-30"), ("10-01", "10-31")),
            ("did we sell more in november than in october", ("11-01", "11-30"),
             ("10-01", "10-31")),
            ("december compared to the same month last year", ("12-01", "12-31"), None),
        ):  # fmt: skip
            days = [date.fromisoformat(f"2025-{day}") for day in (*now, *(before or now))]
            if before is None:
                days[2:] = [day.replace(year=2024) for day in days[2:]]
            for first, last in (days[:2], days[2:]):
                total = (await service.over(ports, first, last))["revenue"]
                assert total
                _, _, text = await told(ports, question)
                assert money_text(int(total), "EUR") in text, (question, text)
        _, _, text = await told(ports, "revenue on 24 December 2025")
        assert "against 17 December 2025" in text


@pytest.mark.parametrize(
    ("typed", "topic"),
    [
        ("revnue lst week", "revenue"), ("reveue last weeek", "revenue"),
        ("how many oders yesterday", "orders"), ("waht sold bset", "best products"),
        ("hows business", "overview"), ("whats running out", "runs out"),
        ("wich custmers may leave", "leaving"), ("stcok value", "stock value"),
        ("how was last tuesday", "overview"), ("how many products do we have", "catalogue"),
        ("how many customers do we have", "customers"), ("what is the sell-through", "metric"),
        ("which customers haven't ordered in a while", "leaving"),
        ("sales online vs store", "parts"), ("what should I promote", "too much"),
        ("trending products", "best products"), ("top 5 by units", "best products"),
        ("so far today", "overview"), ("what do i need to order", "to order"),
    ],
)  # fmt: skip
async def test_slips_and_everyday_phrasings_are_understood(
    shared: Ports, typed: str, topic: str
) -> None:
    made, _, text = await told(shared, typed)
    assert (made.topic, made.answered) == (topic, True), text


async def test_a_slip_that_is_a_name_stays_a_name(data: Path) -> None:
    async with opened(data) as ports:
        new = NewProduct(sku="SAL-1", name="Salesy Crackers", price_minor=100, category="Salesy")
        await products.create(ports, ADMIN, new)
        _, _, text = await told(ports, "stock of salesy")
        assert "Salesy Crackers" in text


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("delete all orders", "I change nothing"),
        ("place an order for 100 coffee", "I change nothing"),
        ("change the price of tea to 1 euro", "change nothing"),
        ("sales per hour", "not hours"),
        ("which orders are unpaid", "not the state of single ones"),
        ("sales by category", "cannot take figures apart that way"),
        ("conversion rate", "looked and did not buy"), ("tax collected last month", "taxes"),
        ("list all customers with emails", "no addresses"),
        ("Wie war der Umsatz letzte Woche?", "English only"),
        ("¿Cuánto vendimos ayer?", "English only"), ("מה נמכר אתמול", "English only"),
        ("what will the weather be tomorrow", "weather"),
    ],
)  # fmt: skip
async def test_what_cannot_be_told_is_said_plainly(
    shared: Ports, question: str, words: str
) -> None:
    made, desk, text = await told(shared, question)
    assert not made.answered
    assert words in text
    assert not desk.results


async def test_days_that_are_not_understood_are_not_passed_over(data: Path) -> None:
    async with opened(data) as ports:
        for question in ("revenue last summer", "sales of all time", "sales on 5/6/2025",
                         "revenue on 31 february"):  # fmt: skip
            _, _, text = await told(ports, question)
            assert text.startswith("I could not tell which days you mean"), (question, text)


async def test_tomorrow_is_not_today(data: Path) -> None:
    async with opened(data) as ports:
        total = await forecasting.total(ports)
        assert total is not None
        by_day = {point.day: point.mean for point in total.points}
        _, desk, text = await told(ports, "What will we sell tomorrow?")
        (one,) = desk.results.values()
        assert one.period is not None
        assert one.period.first == one.period.last == "2026-01-02"
        assert f"{round(by_day['2026-01-02']):,} units are expected to sell on 2 January" in text


async def test_what_it_does_not_know_it_says(data: Path) -> None:
    async with opened(data) as ports:
        for question in ("What is the capital of France, in verse?", "asdf qwer", "??"):
            made, desk, text = await told(ports, question)
            assert not made.answered or made.topic == "too much", question
        made, desk, text = await told(ports, "Tell me a joke")
        assert not made.answered
        assert text.startswith("I cannot answer that.")
        assert not desk.results


async def test_who_may_not_see_it_is_told_so(data: Path) -> None:
    clerk = Actor("key_1", "service", frozenset({"ai:ask", "inventory:read"}))
    async with opened(data) as ports:
        made, _, _ = await told(ports, "What runs out soon?", clerk)
        assert made.answered
        made, desk, text = await told(ports, "What was revenue last week?", clerk)
        assert not made.answered
        assert "dashboard:read" in text
        assert not desk.results
        made, desk, text = await told(ports, "Which customers may leave?", clerk)
        assert not made.answered
        assert not desk.results


async def test_no_question_is_dear(data: Path) -> None:
    """A bounded number of reads, and of the lake only for one product's history."""
    from dataclasses import replace

    from domains.simulated import Counted

    async with opened(data) as ports:
        for topic, questions in QUESTIONS.items():
            records, lake = Counted(ports.records), Counted(ports.lake)
            counted = replace(ports, records=records, lake=lake)
            await told(counted, questions[0])
            assert len(records.calls) <= 60, topic
            assert "scan" not in records.calls, topic
            most = {"why": 99, "best products": 1, "parts": 1}
            assert len(lake.calls) <= most.get(topic, 0), topic


def test_ranges_follow_the_question() -> None:
    text = asked.tidy("What will sell in the next 3 weeks?")
    assert asked.ahead(text) == 21
    assert asked.several(asked.tidy("top ten products")) == 10
    assert asked.names(asked.tidy("how many blue mugs are in stock?")) == ["blue", "mugs"]
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", (TODAY - timedelta(days=1)).isoformat())
