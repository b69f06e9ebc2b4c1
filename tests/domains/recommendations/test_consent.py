"""A customer who refuses to be treated by what it did: from the next request, everywhere."""

from pathlib import Path
from typing import Any

import pytest

from domains.simulated import ACTOR, advance, job, opened
from omnix.domains.customers import consent, insights, service
from omnix.domains.customers.declare import INSIGHTS, MEMBERS
from omnix.domains.customers.model import Consent, CustomerChange
from omnix.domains.recommendations import make, recent, serving
from omnix.domains.recommendations.declare import LISTS
from omnix.domains.recommendations.model import Asked, Recommendations
from omnix.domains.system import settings
from omnix.ports import Ports

from .test_recommendations import _click

pytestmark = pytest.mark.anyio


async def _consent(ports: Ports, id: str, **given: bool) -> None:
    known = await service.get(ports, id)
    change = CustomerChange(version=known.version, consent=Consent(**given))
    await service.change(ports, ACTOR, id, change)


async def _ask(ports: Ports, customer: str, **asked: Any) -> Recommendations:
    return await serving.personal(ports, ACTOR, customer, Asked(**asked))


def _order(of: Recommendations) -> list[tuple[str, str]]:
    return [(item.product_id, item.reason) for item in of.items if not item.explored]


async def _keys(ports: Ports, collection: Any) -> set[str]:
    return {item["customer_id"] async for chunk in ports.records.scan(collection) for item in chunk}


async def test_who_refuses_is_shown_what_everybody_is_shown(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        await insights.analyse_all(job(ports), {})
        await make.make_all(job(ports), {})
        here = sorted(await _keys(ports, LISTS) & await _keys(ports, INSIGHTS))
        one, other = here[0], here[1]
        before = await _ask(ports, one)
        assert before.fallback is None
        segment = (await insights.known(ports, ACTOR, one))[1]
        assert segment is not None
        stage = segment.segments[0]

        await _consent(ports, one, refuses_personalisation=True)
        assert await insights.known(ports, ACTOR, one) == ("refused", None)
        assert one not in await _keys(ports, INSIGHTS)
        assert one not in await _keys(ports, MEMBERS)
        page = await insights.members(ports, stage, "active", 200, None)
        assert one not in [each.id for each in page.items]
        found = await _ask(ports, one)
        assert found.fallback == "refused"
        assert found.fallback_text
        assert (found.model_version, found.as_of, found.experiment) == (None, None, None)
        assert {p.reason for i in found.items for p in i.contributions} == {"popular"}
        assert not any(item.bought_before for item in found.items)
        basket = await _ask(ports, one, context="next_basket", in_stock=False)
        assert basket.fallback == "refused"

        # What it does in the shop's pages changes nothing; what it turns down stays away.
        advance(ports, hours=1)
        seen = before.items[0].product_id
        await _click(ports, one, seen, "product_view")
        await _click(ports, other, seen, "product_view")
        assert seen in [t.product_id for t in (await recent.of(ports, other)).touched]
        assert _order(await _ask(ports, one)) == _order(found)
        unwanted = found.items[0].product_id
        await recent.dismiss(ports, one, unwanted, [])
        again = await _ask(ports, one)
        assert unwanted not in [item.product_id for item in again.items]

        # What goes with a product is the product's, not the customer's: it differs for nobody.
        await _consent(ports, other, refuses_personalisation=True)
        mine, theirs = [
            await _ask(ports, id, context="product", product_id=seen) for id in (one, other)
        ]
        left = [row for row in _order(theirs) if row[0] != unwanted]
        assert [row for row in _order(mine) if row in left][:5] == left[:5]
        assert mine.fallback == "refused"

        await insights.analyse_all(job(ports), {})
        await make.make_all(job(ports), {})
        for collection in (INSIGHTS, MEMBERS, LISTS):
            assert not {one, other} & await _keys(ports, collection), collection.name

        await _consent(ports, one)
        assert (await insights.known(ports, ACTOR, one))[0] == "none", "until the next analysis"
        await insights.analyse_all(job(ports), {})
        await make.make_all(job(ports), {})
        assert (await insights.known(ports, ACTOR, one))[0] == "ready"
        assert (await _ask(ports, one)).fallback is None


async def test_a_shop_that_personalises_by_consent_alone(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        await make.make_all(job(ports), {})
        one, other = sorted(await _keys(ports, LISTS))[:2]
        await _consent(ports, other, personalisation=True)
        assert (await _ask(ports, one)).fallback is None
        before = await settings.shop(ports)
        change = settings.ShopChange(version=before.version, personalisation_by_consent=True)
        await settings.change_shop(ports, ACTOR, change)
        assert (await _ask(ports, one)).fallback == "refused"
        assert (await _ask(ports, other)).fallback is None
        await make.make_all(job(ports), {})
        assert await _keys(ports, LISTS) == {other}


@pytest.mark.parametrize(
    ("given", "by_consent", "so"),
    [
        ({}, False, True),
        ({}, True, False),
        ({"personalisation": True}, True, True),
        ({"refuses_personalisation": True}, False, False),
        ({"personalisation": True, "refuses_personalisation": True}, False, False),
    ],
)
def test_what_was_said_and_what_the_shop_holds(
    given: dict[str, bool], by_consent: bool, so: bool
) -> None:
    assert consent.agrees(Consent(**given), by_consent) is so
