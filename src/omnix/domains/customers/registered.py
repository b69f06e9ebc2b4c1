"""The models of customers as the registry knows them: which answer, what they rest on, how they
fare, and once a week whether another would fare better.
"""

import asyncio
import math
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import msgspec
import numpy as np

from omnix.domains.ml import service as registry
from omnix.domains.ml import watching
from omnix.domains.ml.lineage import code_version, fingerprint
from omnix.domains.ml.model import ALL, Contest, Data, Feature, Score, Trained
from omnix.engine.customers.rolling import Rolled, roll_consumption, roll_dropout
from omnix.engine.drift import profile
from omnix.kit.declare import Model
from omnix.kit.time import instant, parse_instant
from omnix.ports import Ports, Put

from .analyse import Found, Use
from .declare import ANALYSES, CHURN_MODEL, CONSUMPTION_MODEL, LIFETIME_MODEL
from .history import Past
from .insights import RELIABILITY
from .insights_model import CHURN_DAYS, ReliabilityAnswer, ReliabilityRow

PLAIN, MODIFIED = "BG/NBD", "MBG/NBD"
FITTED, USUAL = "logistic hazard", "usual interval"
CONTEST_DAYS = 7
"""A challenger is tried again after so many days: with a day's data more it would lose alike."""

_EPOCH = date(1970, 1, 1)
_FEATURES = {
    "days since the last purchase": "days_since_last",
    "orders": "orders",
    "average order": "average_order_minor",
}


async def in_use(ports: Ports) -> Use:
    """What the registry says is to answer."""
    named = {}
    for model in (LIFETIME_MODEL, CHURN_MODEL, CONSUMPTION_MODEL):
        champion = await registry.champion(ports, model)
        named[model.name] = "" if champion is None else champion.algorithm
    return Use(
        lifetime_modified=named[LIFETIME_MODEL.name] == MODIFIED,
        churn_modified=named[CHURN_MODEL.name] == MODIFIED,
        consumption_usual=named[CONSUMPTION_MODEL.name] == USUAL,
    )


async def tell(ports: Ports, past: Past, found: Found, use: Use, training: str) -> None:
    """Register what an analysis fitted, note how its data moved, and hold contests that are due."""
    due = {m.name for m in (LIFETIME_MODEL, CHURN_MODEL) if await _due(ports, m)}
    modified = {LIFETIME_MODEL.name: use.lifetime_modified, CHURN_MODEL.name: use.churn_modified}
    wanted = {*modified.values(), *(not modified[name] for name in due)}
    rolled = {one: await asyncio.to_thread(_rolled, past, one) for one in sorted(wanted)}
    await _keep_reliability(ports, past, rolled[use.churn_modified])
    for model in (LIFETIME_MODEL, CHURN_MODEL):
        mine = modified[model.name]
        fitted = _parameters(found) if model is LIFETIME_MODEL else {}
        made = _trained(past, found, _name(mine), _score(model, rolled[mine]), fitted)
        await _refresh(ports, model, made, found, training)
        if model.name in due:
            other = _trained(past, found, _name(not mine), _score(model, rolled[not mine]), {})
            await _contend(ports, model, other, training, rolled[mine], rolled[not mine])
    await _tell_consumption(ports, past, found, use, training)


async def _keep_reliability(ports: Ports, past: Past, rolled: Rolled) -> None:
    """What was said on earlier days beside what came, for whoever asks."""
    told = rolled.chances
    rows = [
        ReliabilityRow(customers=n, said=round(1 - said, 4), away=round(1 - came, 4))
        for n, said, came in zip(
            told.rows.tolist(), told.said.tolist(), told.came.tolist(), strict=True
        )
    ]
    answer = ReliabilityAnswer(
        state="ready" if rows else "none",
        as_of=past.as_of.isoformat(),
        made_at=instant(ports.clock.now()),
        origins=[_day(origin + 1) for origin in rolled.reliable],
        error=round(told.error, 4) if rows else None,
        rows=rows[::-1],
    )
    await ports.records.write([Put(ANALYSES, {"id": RELIABILITY, **msgspec.to_builtins(answer)})])


async def _tell_consumption(
    ports: Ports, past: Past, found: Found, use: Use, training: str
) -> None:
    model = CONSUMPTION_MODEL
    learnt = bool(found.quality["consumption_calibrated"])
    champion = await registry.champion(ports, model)
    if champion is not None and champion.algorithm == FITTED and not learnt:
        return  # there was too little to fit it this time, and no version of it was made
    fit, plain = await asyncio.to_thread(_consumption, past)
    due = await _due(ports, model)
    naive = plain.pooled("brier")
    sides = {FITTED: fit, USUAL: plain}
    mine, other = (FITTED, USUAL) if learnt else (USUAL, FITTED)
    made = {
        name: _trained(past, found, name, _scored(side, {
            "brier": side.pooled("brier"), "bias": side.pooled("bias"), "naive_brier": naive,
            "value_added": _added(side.pooled("brier"), naive),
        }), {}) for name, side in sides.items()
    }  # fmt: skip
    await _refresh(ports, model, made[mine], found, training)
    if due and fit.origins:
        await _contend(ports, model, made[other], training, sides[mine], sides[other])


async def _contend(
    ports: Ports, model: Model, made: Trained, training: str, champion: Rolled, challenger: Rolled
) -> None:
    version = await registry.register(ports, model, made, f"{training}:{made.algorithm}")
    await registry.contend(ports, model, version, [_contest(model, champion, challenger)])


def _rolled(past: Past, modified: bool) -> Rolled:
    return roll_dropout(past.code, past.day, past.origin - 1, CHURN_DAYS, modified=modified)


def _consumption(past: Past) -> tuple[Rolled, Rolled]:
    return roll_consumption(past.purchases(), past.origin)


async def _due(ports: Ports, model: Model) -> bool:
    last = (await registry.standing(ports, model)).last_trained_at
    if last is None:
        return True
    return ports.clock.now() - parse_instant(last) >= timedelta(days=CONTEST_DAYS)


async def _refresh(ports: Ports, model: Model, made: Trained, found: Found, training: str) -> None:
    then = await watching.reference(ports, model)
    await registry.refresh(ports, model, made, training)
    day = made.data.last_day
    now = features(found, then.profile) if then is not None else {}
    await watching.watch(ports, model, day, data=made.data, profile=now)


def _trained(
    past: Past, found: Found, algorithm: str, score: Score, fitted: Mapping[str, float]
) -> Trained:
    data = Data(
        fingerprint=fingerprint(past.as_of.isoformat(), *past.customers, past.code, past.day,
                                past.revenue, past.item_day, past.pair),
        first_day=_day(int(past.day.min())), last_day=(past.as_of - timedelta(days=1)).isoformat(),
        rows=len(past.day), series=len(past.customers),
    )  # fmt: skip
    return Trained(
        algorithm=algorithm, code=code_version("omnix.engine.customers"), data=data,
        recipe={"horizon_days": CHURN_DAYS}, fitted=dict(fitted), scores=[score],
        profile=features(found, {}),
    )  # fmt: skip


def features(found: Found, then: Mapping[str, Feature]) -> dict[str, Feature]:
    """How customers are spread, with ``then`` over the same bins."""
    out = {}
    for name, column in _FEATURES.items():
        values = found.columns[column]
        edges = then[name].edges if name in then else profile.edges(values)
        out[name] = Feature(counts=profile.counts(values, edges), edges=edges)
    return out


def _score(model: Model, rolled: Rolled) -> Score:
    if model is LIFETIME_MODEL:
        values = {name: rolled.pooled(name) for name in ("rmse", "bias", "naive_rmse")}
        values["value_added"] = _added(values["rmse"], values["naive_rmse"])
    else:
        values = {"brier": rolled.pooled("brier"), "bias": rolled.pooled("chance_bias")}
        values["naive_brier"] = rolled.pooled("naive_brier")
        values["value_added"] = _added(values["brier"], values["naive_brier"])
    return _scored(rolled, values)


def _scored(rolled: Rolled, values: Mapping[str, float]) -> Score:
    return Score(
        group=ALL,
        series=int(rolled.rows.max(initial=0)),
        origins=len(rolled.origins),
        values={name: round(v, 5) if math.isfinite(v) else None for name, v in values.items()},
    )


def _contest(model: Model, champion: Rolled, challenger: Rolled) -> Contest:
    """At the origins that both could be fitted from."""
    metric, bias = model.metric, "chance_bias" if model is CHURN_MODEL else "bias"
    both = [origin for origin in champion.origins if origin in challenger.origins]
    sides = []
    for side in (champion, challenger):
        at = [side.origins.index(origin) for origin in both]
        sides.append((side.figures[metric][at].tolist(), _mean(side.figures[bias][at])))
    return Contest(
        group=ALL, origins=[_day(origin + 1) for origin in both],
        series=int(champion.rows.max(initial=0)), champion=sides[0][0], challenger=sides[1][0],
        champion_guards={"bias": sides[0][1]}, challenger_guards={"bias": sides[1][1]},
    )  # fmt: skip


def _mean(values: Any) -> float:
    known = np.asarray(values)[np.isfinite(values)]
    return float(known.mean()) if known.size else float("nan")


def _added(error: float, naive: float) -> float:
    return 1.0 - error / naive if naive > 0 else float("nan")


def _parameters(found: Found) -> dict[str, float]:
    values: Sequence[float] = found.quality.get("parameters", ())
    return dict(zip(("r", "alpha", "a", "b"), values, strict=False))


def _name(modified: bool) -> str:
    return MODIFIED if modified else PLAIN


def _day(number: int) -> str:
    return (_EPOCH + timedelta(days=number)).isoformat()
