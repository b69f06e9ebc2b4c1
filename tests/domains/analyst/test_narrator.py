"""The narrator on a simulated shop: what it understands, and that its figures are the pages'."""

import re
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
from omnix.domains.dashboard import analytics, service
from omnix.domains.forecasting import service as forecasting
from omnix.domains.inventory.replenishment import service as replenishment
from omnix.domains.products import service as products
from omnix.platform.access import Actor
from omnix.ports import Ports

from .shop import ADMIN

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
    "purchases": ("Which purchase orders are on their way?",),
    "definition": ("How is gross margin defined?", "What does lost sales mean?"),
}  # fmt: skip


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


async def test_a_product_is_found_by_its_words_and_in_the_plural(data: Path) -> None:
    async with opened(data) as ports:
        product = (await products.listing(ports, text="espresso", limit=20)).items[0]
        found = await analytics.product_sales(
            ports, product.id, date(2025, 12, 1), date(2025, 12, 31)
        )
        units = sum(point.units for point in found.points)
        for question in (
            "How many espressos did we sell last month?",
            f'How much did "{product.name}" sell in December?',
        ):
            _, desk, text = await told(ports, question)
            assert product.name in text, question
            assert f"sold {units:,} units" in text
            assert any(r.link == f"/product/?id={product.id}" for r in desk.results.values())
        for question in ("How many espressos are in stock?", "When will espresso run out?",
                         "Forecast for espresso"):  # fmt: skip
            made, _, text = await told(ports, question)
            assert made.answered
            assert product.name in text, question
        _, _, text = await told(ports, "How many unicorns are in stock?")
        assert text.startswith("I found no product by that name.")


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


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("yesterday", "2025-12-31", "2025-12-31"),
        ("last week", "2025-12-22", "2025-12-28"),
        ("last month", "2025-12-01", "2025-12-31"),
        ("this week", "2025-12-29", "2026-01-01"),
        ("in march", "2025-03-01", "2025-03-31"),
        ("in march 2024", "2024-03-01", "2024-03-31"),
        ("last 14 days", "2025-12-19", "2026-01-01"),
        ("over the last two weeks", "2025-12-19", "2026-01-01"),
        ("last quarter", "2025-10-01", "2025-12-31"),
        ("last year", "2025-01-01", "2025-12-31"),
        ("on 24 december", "2025-12-24", "2025-12-24"),
        ("on december 24th", "2025-12-24", "2025-12-24"),
        ("from 2025-11-03 to 2025-11-09", "2025-11-03", "2025-11-09"),
        ("since 20 december", "2025-12-20", "2026-01-01"),
        ("on monday", "2025-12-29", "2025-12-29"),
        ("last thursday", "2025-12-25", "2025-12-25"),
        ("in 2025", "2025-01-01", "2025-12-31"),
    ],
)
def test_days_are_read(text: str, first: str, last: str) -> None:
    found = asked.span(asked.tidy(f"revenue {text}?"), TODAY)
    assert found is not None
    assert (found.first.isoformat(), found.last.isoformat()) == (first, last)


@pytest.mark.parametrize(
    "text", ["from 9 may to 3 may 2025", "on 31 february", "in the year of the cat", "9999-99-99"]
)
def test_days_that_are_none_are_not_read(text: str) -> None:
    assert asked.span(asked.tidy(text), TODAY) is None


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
            assert not lake.calls or topic == "why", topic


def test_ranges_follow_the_question() -> None:
    text = asked.tidy("What will sell in the next 3 weeks?")
    assert asked.ahead(text) == 21
    assert asked.several(asked.tidy("top ten products")) == 10
    assert asked.names(asked.tidy("how many blue mugs are in stock?"), None) == ["blue", "mugs"]
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", (TODAY - timedelta(days=1)).isoformat())
