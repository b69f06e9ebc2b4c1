"""The models of customers in the registry: contests that are held, and what they decide."""

from pathlib import Path

import pytest

from domains.simulated import Job, advance, opened
from omnix.domains.customers import insights, registered
from omnix.domains.customers.analyse import Use
from omnix.domains.customers.declare import (
    ANALYSES,
    CHURN_MODEL,
    CONSUMPTION_MODEL,
    LIFETIME_MODEL,
)
from omnix.domains.ml import desk
from omnix.domains.ml import service as registry
from omnix.domains.ml.model import Contest
from omnix.ports import Ports

pytestmark = pytest.mark.anyio
MODELS = (LIFETIME_MODEL, CHURN_MODEL, CONSUMPTION_MODEL)


async def _night(ports: Ports, id: str) -> None:
    await insights.analyse_all(Job(ports, id=id), {})  # type: ignore[arg-type]


async def test_a_night_registers_and_a_week_later_challenges_anew(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        await _night(ports, "job_1")
        for model in MODELS:
            champion = await registry.champion(ports, model)
            assert champion is not None, model.name
            assert champion.data.last_day == "2025-12-31"
            assert champion.data.series > 50
            score = champion.score()
            assert score is not None
            assert set(score.values) >= {model.metric, "bias", "value_added"}
        lifetime = await registry.champion(ports, LIFETIME_MODEL)
        assert lifetime is not None
        assert set(lifetime.fitted) == {"r", "alpha", "a", "b"}
        score = lifetime.score()
        assert score is not None
        assert score.origins == 2  # 400 days hold two of 90 with twice as many before
        # Fewer origins than are asked for: the challenger is judged, and does not get in.
        challenger = await registry.version(ports, "lifetime", 2)
        assert challenger.algorithm == registered.MODIFIED
        assert [v.won for v in challenger.verdicts] == [False]
        assert "too few" in challenger.verdicts[0].reason
        advance(ports, days=1)
        await _night(ports, "job_2")
        page = await desk.versions(ports, LIFETIME_MODEL, 9, None)
        assert [version.algorithm for version in page.items] == ["BG/NBD", "MBG/NBD", "BG/NBD"]
        advance(ports, days=7)
        await _night(ports, "job_3")
        assert (await registry.standing(ports, LIFETIME_MODEL)).latest == 5
        seen = (await desk.watches(ports, LIFETIME_MODEL, 1, None)).items[0]
        assert {m.feature for m in seen.moved} == set(registered._FEATURES)


async def test_the_champion_is_what_answers(shop_data: Path) -> None:
    async with opened(shop_data) as ports:
        assert await registered.in_use(ports) == Use()
        await _night(ports, "job_1")
        for model in (LIFETIME_MODEL, CHURN_MODEL):
            challenger = await registry.version(ports, model.name, 2)
            bias = {"bias": 0.0}
            won = Contest(
                group="all", origins=["a", "b", "c"], series=9, champion=[3] * 3,
                challenger=[2] * 3, champion_guards=bias, challenger_guards=bias,
            )  # fmt: skip
            await registry.contend(ports, model, challenger, [won])
        use = await registered.in_use(ports)
        assert (use.lifetime_modified, use.churn_modified) == (True, True)
        await _night(ports, "job_2")
        run = await ports.records.get(ANALYSES, insights.LATEST)
        assert run is not None
        assert run["model"] == "MBG/NBD"
        champion = await registry.champion(ports, LIFETIME_MODEL)
        assert champion is not None
        assert (champion.version, champion.algorithm) == (3, "MBG/NBD")
        await desk.roll_back(ports, LIFETIME_MODEL, "usr_1", "too bold")
        await _night(ports, "job_3")
        run = await ports.records.get(ANALYSES, insights.LATEST)
        assert run is not None
        assert run["model"] == "BG/NBD"
