"""For whom a variant worked: customers who bought before, and those who did not."""

from datetime import timedelta
from random import Random

import pytest

from omnix.domains.experiments import service, whom
from omnix.engine.experiments.uplift import LEAST
from omnix.kit.errors import Invalid
from omnix.ports import Ports

from .shop import ACTOR, TWO, advance, expose, follow, plan, running, sell

pytestmark = pytest.mark.anyio


async def trial(ports: Ports, customers: int, lift: float, metric: str = "conversion") -> None:
    """Half of the customers bought before; of these alone ``lift`` more buy if shown the new."""
    random = Random(5)
    start = ports.clock.now().replace(tzinfo=None)
    regulars = [f"c{n}" for n in range(customers) if n % 2]
    past = [
        {
            "customer_id": who,
            "product_id": "p",
            "revenue_minor": 1_000,
            "order_id": f"{who}.before.{n}",
            "at": start - timedelta(days=random.randint(2, 300)),
        }
        for who in regulars
        for n in range(random.randint(1, 4))
    ]
    await sell(ports, past)
    await running(ports, metrics=[{"name": metric}], method="fixed", planned_units=customers)
    shown = {f"c{n}": "new" if n % 4 < 2 else "old" for n in range(customers)}
    await expose(ports, *shown.items())
    advance(ports, hours=1)
    bought = [
        {"customer_id": who, "product_id": "p", "revenue_minor": 1_000, "order_id": f"{who}.now"}
        for who, variant in shown.items()
        if random.random() < 0.2 + (lift if variant == "new" and who in set(regulars) else 0.0)
    ]
    await sell(ports, bought)
    advance(ports, hours=1)
    await follow(ports)


async def test_who_bought_before_is_named_as_those_for_whom_it_works(ports: Ports) -> None:
    await trial(ports, 2_400, 0.4)
    told = await whom.read(ports, await service.get(ports, "exp"), None, None)
    assert (told.variant, told.metric, told.differs) == ("new", "conversion", True)
    assert told.effect is not None
    assert told.effect.low < 0.2 < told.effect.high
    assert told.gain is not None
    assert told.gain.low > 0.0
    first, last = told.groups[0].effect, told.groups[-1].effect
    assert first.low < 0.4 < first.high + 0.05
    assert last.low < 0.0 < last.high
    surest = told.traits[0]
    assert surest.name in ("orders", "revenue")
    assert surest.p < 0.001
    assert surest.above.effect.effect > surest.others.effect.effect
    assert "not work alike" in told.text
    assert "that is not sure" in told.text


async def test_of_what_is_better_low_the_best_fall_most(ports: Ports) -> None:
    await trial(ports, 1_200, 0.0, "revenue_per_unit")
    told = await whom.read(ports, await service.get(ports, "exp"), "new", "discount_per_unit")
    assert (told.better, told.unit, told.differs) == ("lower", "money", False)
    assert "treat all alike" in told.text


async def test_small_arms_and_drafts_say_how_many_are_wanted(ports: Ports) -> None:
    await trial(ports, 200, 0.4)
    told = await whom.read(ports, await service.get(ports, "exp"), None, None)
    assert told.groups == []
    assert told.effect is None
    assert f"needs {LEAST} customers" in told.text
    assert "new has 100, old 100" in told.text


@pytest.mark.parametrize(
    ("given", "asked", "field"),
    [
        ({"unit": "product"}, (None, None), "experiment_id"),
        ({"allocation": "thompson"}, (None, None), "experiment_id"),
        ({}, ("old", None), "variant"),
        ({}, ("nobody", None), "variant"),
        ({}, (None, "median_order_value"), "metric"),
    ],
)
async def test_what_has_no_answer_is_refused(
    ports: Ports, given: dict[str, str], asked: tuple[str | None, str | None], field: str
) -> None:
    made = await service.create(ports, ACTOR, plan(variants=TWO, **given))
    with pytest.raises(Invalid) as refused:
        await whom.read(ports, made, *asked)
    assert [error.field for error in refused.value.errors] == [field]
