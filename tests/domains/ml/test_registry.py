"""The registry on real local adapters: who answers, why, and the way back."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from domains.simulated import advance, job, opened, wrapped
from omnix.domains.ml import desk
from omnix.domains.ml import service as registry
from omnix.domains.ml.declare import CHANGES, VERSIONS
from omnix.domains.ml.gate import judge
from omnix.domains.ml.handlers import VERSIONS_KEPT, due, retraining, sweep
from omnix.domains.ml.lineage import code_version, fingerprint
from omnix.domains.ml.model import MOST_SCORES, Contest, Data, Feature, Score, Trained, Version
from omnix.domains.ml.watching import realised, watch
from omnix.kit.declare import Guard, JobType, Model
from omnix.kit.errors import Conflict, NotFound, Unavailable
from omnix.platform import jobs
from omnix.ports import Ports

pytestmark = pytest.mark.anyio
JOB = JobType("test.train", "Train")
MODEL = Model("test", "A test", "forecast", JOB, "pinball", guards=(Guard("bias", 0.0, 0.02),))
ORIGINS = ["2025-10-01", "2025-11-01", "2025-12-01"]


def trained(algorithm: str, **recipe: float) -> Trained:
    data = Data(fingerprint="f", first_day="2025-01-01", last_day="2025-12-31", rows=365)
    return Trained(algorithm=algorithm, code="c", data=data, recipe=recipe)


def contest(
    champion: Sequence[float], challenger: Sequence[float], group: str = "all", bias: float = 0.0
) -> Contest:
    return Contest(
        group=group, origins=ORIGINS[: len(champion)], series=40, champion=list(champion),
        challenger=list(challenger), champion_guards={"bias": 0.01},
        challenger_guards={"bias": bias},
    )  # fmt: skip


async def _two(ports: Ports) -> tuple[Version, Version]:
    one = await registry.register(ports, MODEL, trained("a"), "job-1")
    advance(ports, days=1)
    return one, await registry.register(ports, MODEL, trained("b"), "job-2")


async def _answers(ports: Ports, group: str = "all") -> int:
    found = await registry.champion(ports, MODEL, group)
    assert found is not None
    return found.version


async def test_the_first_one_answers_and_a_challenger_only_if_it_wins(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        assert await registry.champion(ports, MODEL) is None
        one, two = await _two(ports)
        assert (one.state, two.state) == ("champion", "challenger")
        assert await _answers(ports) == 1
        (lost,) = await registry.contend(ports, MODEL, two, [contest([3, 3, 3], [3, 2.99, 3])])
        assert not lost.won
        assert await _answers(ports) == 1
        three = await registry.register(ports, MODEL, trained("c"), "job-3")
        (won,) = await registry.contend(ports, MODEL, three, [contest([3, 3, 3], [2.8, 2.9, 3.1])])
        assert won.won
        assert (won.origins, won.origins_won, won.series) == (3, 2, 40)
        assert await _answers(ports) == 3
        states = {v.version: v.state for v in (await desk.versions(ports, MODEL, 10, None)).items}
        assert states == {1: "former", 2: "challenger", 3: "champion"}
        kinds = [c.kind for c in (await desk.changes(ports, MODEL, 10, None)).items]
        assert sorted(kinds) == ["first", "promoted", "refused"]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (contest([3, 3], [2, 2]), "too few"),
        (contest([3, 3, 3], [2.95, 2.96, 2.97]), "1.3%"),
        (contest([3, 3, 3], [4, 4, 4]), "worse"),
        (contest([3, 3, 9], [3.1, 3.1, 7]), "1 of 3"),
        (contest([3, 3, 3], [2, 2, 2], bias=-0.05), "bias"),
        (contest([0, 0, 0], [0, 0, 0]), "zero"),
        (contest([3, float("nan"), 3], [2, 2, 2]), "too few"),
    ],
)
def test_what_keeps_a_challenger_out(given: Contest, why: str) -> None:
    verdict = judge(MODEL, given)
    assert not verdict.won
    assert why in verdict.reason


def test_where_more_is_better() -> None:
    ranked = replace(MODEL, more_is_better=True, guards=())
    assert judge(ranked, contest([0.5, 0.5, 0.5], [0.6, 0.6, 0.6])).won
    assert not judge(ranked, contest([0.6, 0.6, 0.6], [0.5, 0.5, 0.5])).won


async def test_groups_have_champions_of_their_own(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        _, two = await _two(ports)
        tea, oil = "category:Tea", "category:Oil"
        await registry.contend(
            ports, MODEL, two,
            [contest([3] * 3, [3] * 3), contest([3] * 3, [2] * 3, tea),
             contest([2] * 3, [3] * 3, oil)],
        )  # fmt: skip
        assert [await _answers(ports, g) for g in ("all", tea, oil)] == [1, 2, 1]
        three = await registry.register(ports, MODEL, trained("c"), "job-3")
        await registry.contend(
            ports, MODEL, three,
            [contest([3] * 3, [2] * 3), contest([2] * 3, [2] * 3, tea),
             contest([2] * 3, [3] * 3, oil)],
        )  # fmt: skip
        # It wins at large; oil keeps who is better there, and tea who won it and was not beaten.
        assert [await _answers(ports, g) for g in ("all", tea, oil)] == [3, 2, 1]
        assert (await registry.version(ports, "test", 1)).answers_for == [oil]


async def test_a_refit_answers_where_its_recipe_did(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        _, two = await _two(ports)
        await registry.contend(
            ports, MODEL, two, [contest([3] * 3, [3] * 3), contest([3] * 3, [2] * 3, "x:y")]
        )
        again = await registry.refresh(ports, MODEL, trained("b"), "job-3")
        assert again.answers_for == ["x:y"]
        assert [await _answers(ports, g) for g in ("all", "x:y")] == [1, 3]
        other = await registry.refresh(ports, MODEL, trained("b", depth=3), "job-4")
        assert other.state == "challenger"
        # A job that comes again, late, does not take its successor's place.
        await registry.refresh(ports, MODEL, trained("b"), "job-5")
        await registry.refresh(ports, MODEL, trained("b"), "job-3")
        assert await _answers(ports, "x:y") == 5


async def test_an_upgrade_answers_and_is_noted(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        await registry.register(ports, MODEL, trained("a"), "job-1")
        advance(ports, days=1)
        await registry.refresh(ports, MODEL, trained("a"), "job-2")
        advance(ports, days=1)
        newer = structs.replace(trained("a"), code="d")
        await registry.refresh(ports, MODEL, newer, "job-3")
        assert await _answers(ports) == 3
        kinds = [c.kind for c in (await desk.changes(ports, MODEL, 10, None)).items]
        assert kinds == ["upgraded", "first"]
        with pytest.raises(Conflict):
            await desk.roll_back(ports, MODEL, "usr_1", "no decision was taken")


async def test_back_and_not_again_but_by_hand(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        _, two = await _two(ports)
        wins = [contest([3] * 3, [2] * 3)]
        await registry.contend(ports, MODEL, two, wins)
        await registry.refresh(ports, MODEL, trained("b"), "job-3")
        assert await _answers(ports) == 3
        await desk.roll_back(ports, MODEL, "usr_1", "it orders too much")
        assert await _answers(ports) == 1
        four = await registry.register(ports, MODEL, trained("b"), "job-4")
        await registry.contend(ports, MODEL, four, wins)
        assert await _answers(ports) == 1
        latest = (await desk.changes(ports, MODEL, 1, None)).items[0]
        assert (latest.kind, "it orders too much" in latest.reason) == ("refused", True)
        await desk.promote(ports, MODEL, 4, "usr_1", "mended")
        assert await _answers(ports) == 4
        assert (await registry.standing(ports, MODEL)).held == []
        with pytest.raises(Conflict):
            await desk.promote(ports, MODEL, 4, "usr_1", "again")
        # Its contest was against what answers no more.
        five = await registry.register(ports, MODEL, trained("e"), "job-5")
        await registry.contend(ports, MODEL, five, [contest([3] * 3, [2] * 3)])
        with pytest.raises(Conflict, match="against what answers now"):
            await desk.promote(ports, MODEL, 2, "usr_1", "why not")
        await desk.roll_back(ports, MODEL, "usr_1", "to the first", 1)
        assert await _answers(ports) == 1
        with pytest.raises(NotFound):
            await desk.roll_back(ports, MODEL, "usr_1", "nowhere", 99)


async def test_nothing_to_go_back_to(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        with pytest.raises(Conflict):
            await desk.roll_back(ports, MODEL, "usr_1", "why")
        await registry.register(ports, MODEL, trained("a"), "job-1")
        with pytest.raises(Conflict):
            await desk.roll_back(ports, MODEL, "usr_1", "why")


async def test_a_training_that_runs_again_makes_no_other_version(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        one, two = await _two(ports)
        assert await registry.register(ports, MODEL, trained("b"), "job-2") == two
        wins = [contest([3] * 3, [2] * 3)]
        for _ in range(2):
            await registry.contend(ports, MODEL, two, wins)
        losing = await registry.register(ports, MODEL, trained("d"), "job-3")
        for _ in range(2):
            await registry.contend(ports, MODEL, losing, [contest([3] * 3, [3] * 3)])
        assert (await registry.standing(ports, MODEL)).latest == 3
        assert len((await desk.changes(ports, MODEL, 50, None)).items) == 3
        assert one.version == 1


async def test_trainings_at_the_same_time(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        made = await asyncio.gather(
            *(registry.register(ports, MODEL, trained(f"a{n}"), f"job-{n}") for n in range(4))
        )
        assert sorted(v.version for v in made) == [1, 2, 3, 4]
        assert sum(v.state == "champion" for v in made) == 1


async def test_files_come_back_as_they_were_or_not_at_all(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        made = await registry.register(ports, MODEL, trained("a"), "job-1", artefact=b"trees")
        assert await registry.artefact(ports, made) == b"trees"
        assert made.artefact is not None
        await ports.blobs.put(made.artefact, b"other trees")
        with pytest.raises(Unavailable):
            await registry.artefact(ports, made)
        await ports.blobs.delete(made.artefact)
        with pytest.raises(Unavailable):
            await registry.artefact(ports, made)
        plain = await registry.register(ports, MODEL, trained("b"), "job-2")
        assert await registry.artefact(ports, plain) is None


async def test_figures_of_many_groups_are_cut_and_said_so(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        scores = [
            Score(group=f"g:{n}", series=n, origins=3, values={"wape": 0.5}) for n in range(250)
        ]
        scores.append(Score(group="all", series=1, origins=3, values={"wape": None}))
        given = trained("a")
        made = await registry.register(
            ports, MODEL, Trained(**{f: getattr(given, f) for f in ("algorithm", "code", "data")},
                                  scores=scores), "job-1",
        )  # fmt: skip
        assert len(made.scores) == MOST_SCORES
        assert made.scores_left_out == 51
        assert made.scores[0].group == "all"
        assert made.scores[1].group == "g:249"


async def test_what_is_old_goes_and_what_may_answer_again_stays(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        one = await registry.register(ports, MODEL, trained("a"), "first", artefact=b"one")
        two = await registry.register(ports, MODEL, trained("b"), "second", artefact=b"two")
        await registry.contend(ports, MODEL, two, [contest([3] * 3, [2] * 3)])
        for n in range(VERSIONS_KEPT + 3):
            await registry.refresh(ports, MODEL, trained("b"), f"job-{n}", artefact=b"x%d" % n)
        # All but the newest, the one to go back to, and the one from which drift is seen.
        assert await sweep(ports, MODEL) == 3
        assert await sweep(ports, MODEL) == 0
        assert await registry.artefact(ports, one) == b"one"
        assert len(await ports.blobs.list("models/test/")) == VERSIONS_KEPT + 2
        await desk.roll_back(ports, MODEL, "usr_1", "back to the first")
        assert await _answers(ports) == 1


def _spread(*counts: int) -> Feature:
    return Feature(counts=list(counts), edges=[float(n) for n in range(len(counts) - 1)])


async def test_drift_is_told_once_and_labelled(tmp_path: Path) -> None:
    async with opened(tmp_path) as ports:
        given = trained("a")
        profile = {"level": _spread(250, 250, 250, 250), "price": _spread(20, 10)}
        first = Trained(
            algorithm="a", code="c", data=given.data, recipe={}, profile=profile,
        )  # fmt: skip
        assert await watch(ports, MODEL, "2026-01-01", profile=profile) is None
        await registry.register(ports, MODEL, first, "job-1")
        calm = await watch(
            ports, MODEL, "2026-01-01", profile={"level": _spread(260, 240, 255, 245)}
        )
        assert calm is not None
        assert calm.label == "none"
        for day in ("2026-01-02", "2026-01-03"):
            now = {"level": _spread(600, 250, 100, 50), "price": _spread(1, 40)}
            seen = await watch(ports, MODEL, day, profile=now)
            assert seen is not None
            assert seen.label == "drifted"
            assert {m.feature: m.label for m in seen.moved} == {
                "level": "drifted", "price": "unknown",
            }  # fmt: skip
            assert "level moved" in seen.text
        told = (await ports.bus.read("test", ["model.drifted"])).events
        assert len(told) == 1
        stands = await registry.standing(ports, MODEL)
        assert (stands.drift, stands.drift_day) == ("drifted", "2026-01-03")
        page = await desk.watches(ports, MODEL, 10, None)
        assert [w.day for w in page.items] == ["2026-01-03", "2026-01-02", "2026-01-01"]


@pytest.mark.parametrize(
    ("value", "expected", "series", "label"),
    [
        (0.52, 0.5, 40, "none"), (0.6, 0.5, 40, "watch"), (0.7, 0.5, 40, "drifted"),
        (0.7, 0.5, 5, "unknown"), (0.7, None, 40, "unknown"), (float("nan"), 0.5, 40, "unknown"),
    ],
)  # fmt: skip
def test_errors_beyond_the_backtest(
    value: float, expected: float | None, series: int, label: str
) -> None:
    assert realised(MODEL, value, expected, "2025-12-01", 28, series, {}).label == label


async def test_when_a_model_is_due(tmp_path: Path) -> None:
    weekly = replace(MODEL, every_days=7)
    async with opened(tmp_path) as ports:

        async def why() -> str | None:
            return due(ports, weekly, await registry.standing(ports, weekly))

        assert await why() == "it was never trained"
        first = Trained(
            algorithm="a", code="c", data=trained("a").data, profile={"x": _spread(500, 500)}
        )
        await registry.register(ports, weekly, first, "job-1")
        assert await why() is None
        assert due(ports, MODEL, await registry.standing(ports, MODEL)) is None
        await watch(ports, weekly, "2026-01-02", profile={"x": _spread(900, 100)})
        assert await why() is None
        advance(ports, days=3)
        assert await why() == "its data or its errors have drifted"
        advance(ports, days=4)
        assert await why() == "it was last trained 7 days ago"


def test_fingerprints_tell_what_differs() -> None:
    import numpy as np

    a, b = np.arange(6.0).reshape(2, 3), np.arange(6.0)
    assert fingerprint(a) == fingerprint(a.copy())
    assert fingerprint(a) == fingerprint(b)
    b[3] += 1e-9
    assert fingerprint(a) != fingerprint(b)
    assert fingerprint("ab", "c") != fingerprint("a", "bc")
    assert fingerprint(np.zeros((0, 3)), "x") == fingerprint(b"", "x")
    assert code_version("omnix.engine.drift") == code_version("omnix.engine.drift")
    assert code_version("omnix.engine.drift") != code_version("omnix.engine.anomaly")


async def test_a_crash_between_file_and_version_is_made_good(tmp_path: Path) -> None:
    from domains.simulated import Counted, Killed

    async with opened(tmp_path) as ports:
        broken = wrapped(ports, records=Counted(ports.records, fail_at=1, only="write"))
        with pytest.raises(Killed):
            await registry.register(broken, MODEL, trained("a"), "job-1", artefact=b"trees")
        assert await registry.champion(ports, MODEL) is None
        made = await registry.register(ports, MODEL, trained("a"), "job-1", artefact=b"trees")
        assert await registry.artefact(ports, made) == b"trees"
        assert len(await ports.blobs.list("models/")) == 1
        assert made.version == 1
        assert {VERSIONS.table, CHANGES.table} == {"models"}


async def test_the_daily_look_asks_for_a_job_once_a_day(tmp_path: Path) -> None:
    """Two models that one job trains are asked for together, and again the next day."""
    weekly = [replace(MODEL, name=name, every_days=7) for name in ("one", "two")]
    look = retraining(weekly)
    async with opened(tmp_path) as ports:
        for _ in range(2):
            told = await look.run(job(ports), {})
            assert told == {"asked": ["one", "two"], "swept": 0}
        assert len((await jobs.listing(ports, "queued", 10, None)).items) == 1
        advance(ports, days=1)
        await registry.register(ports, weekly[0], trained("a"), "job-1")
        assert await look.run(job(ports), {}) == {"asked": ["two"], "swept": 0}
        assert len((await jobs.listing(ports, "queued", 10, None)).items) == 2
