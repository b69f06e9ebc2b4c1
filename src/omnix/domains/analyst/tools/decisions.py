"""What to do: advice, alerts, and experiments with their results."""

import msgspec

from omnix.domains.alerts import desk as alerts
from omnix.domains.alerts.rules import KindName
from omnix.domains.analyst.evidence import Evidence, Figure, Row, Teller, numbered
from omnix.domains.analyst.toolbox import Tool
from omnix.domains.customers import service as customers
from omnix.domains.experiments import service as experiments
from omnix.domains.experiments.findings import ExperimentResults, MetricResult
from omnix.domains.experiments.model import Status
from omnix.domains.recommendations import decide
from omnix.domains.recommendations.model import ActionKind
from omnix.domains.system.settings import shop
from omnix.kit.ids import Id
from omnix.platform.access import Actor
from omnix.ports import Ports

from .listing import listed
from .sales import Few, product_link

_STAKES = {
    "revenue_at_risk": "Revenue at risk",
    "capital_tied_up": "Capital tied up",
    "margin_forgone": "Margin given away",
}


class Actions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Open advice, of all kinds or of one."""

    kind: ActionKind | None = None
    limit: Few = 5


class Alerts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Alerts that stand, of all kinds or of one."""

    kind: KindName | None = None
    limit: Few = 5


class Experiments(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Experiments in a state, or all; the newest first."""

    status: Status | None = None
    limit: Few = 5


class OneExperiment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One experiment."""

    experiment_id: Id


def experiment_link(id: str) -> str:
    """The page of an experiment."""
    return f"/experiment/?id={id}"


async def actions(ports: Ports, actor: Actor, asked: Actions) -> Evidence:
    """What a manager is advised to do."""
    say = Teller((await shop(ports)).currency)
    page = await decide.actions(ports, asked.kind, "open", asked.limit, None)
    rows = [
        Row(
            key="", kind="product", name=each.name, id=each.product_id,
            link=product_link(each.product_id),
            figures=(
                say.text("kind", "What to do", each.kind),
                Teller(each.currency).money("at_stake", _STAKES[each.stake], each.at_stake_minor),
                say.text("reason", "Reason", each.reason),
            ),
        )
        for each in page.items
    ]  # fmt: skip
    return listed(
        "actions", "What to do", say.currency, rows, "/v1/recommendations", "/recommendations/",
        asked.limit, empty="There is no open advice.", kind=asked.kind,
        as_of=page.items[0].made_at[:10] if page.items else None,
    )  # fmt: skip


async def standing_alerts(ports: Ports, actor: Actor, asked: Alerts) -> Evidence:
    """Alerts by money at stake."""
    say = Teller((await shop(ports)).currency)
    page = await alerts.listing(ports, "active", asked.kind, False, asked.limit, None)
    ids = [each.subject.removeprefix("customer:") for each in page.items]
    seen = "customers:read" in actor.permissions
    people = await customers.get_many(ports, ids) if seen else {}
    rows = [
        Row(
            key="",
            kind="customer" if each.kind == "customer" else "alert",
            name=people[id].name if id in people else each.subject_name,
            id=each.id,
            link="/alerts/",
            figures=(
                say.text("title", "Alert", each.rule),
                say.text("severity", "Severity", each.severity),
                Teller(each.currency).money("loss", "Loss expected", each.loss_minor),
                say.text("reason", "What is known", each.text),
                say.text("advice", "What to do", each.action.text if each.action else None),
            ),
        )
        for id, each in zip(ids, page.items, strict=True)
    ]  # fmt: skip
    return listed(
        "alerts", "What needs attention", say.currency, rows, "/v1/alerts", "/alerts/",
        asked.limit, empty="Nothing stands.", kind=asked.kind,
    )  # fmt: skip


async def list_experiments(ports: Ports, actor: Actor, asked: Experiments) -> Evidence:
    """Experiments without their results."""
    say = Teller((await shop(ports)).currency)
    page = await experiments.listing(ports, asked.status, asked.limit, None)
    rows = [
        Row(
            key="", kind="experiment", name=each.name, id=each.id, link=experiment_link(each.id),
            figures=(
                say.text("status", "Status", each.status),
                say.day("started", "Started", each.started_at and each.started_at[:10]),
                say.typed("shipped", "Shipped variant", each.shipped_variant),
            ),
        )
        for each in page.items
    ]  # fmt: skip
    return listed(
        "experiments", "Experiments", say.currency, rows, "/v1/experiments", "/experiments/",
        asked.limit, empty="There is no such experiment.", status=asked.status,
    )  # fmt: skip


async def experiment_results(ports: Ports, actor: Actor, asked: OneExperiment) -> Evidence:
    """The verdict and every metric."""
    # Numerics are imported where they are used: what answers a product's page carries none.
    from omnix.domains.experiments import results

    one = await experiments.get(ports, asked.experiment_id)
    told = (await results.read(ports, one)).told
    say = Teller(told.currency)
    figures = [
        say.text("verdict", "Verdict", told.verdict.state.replace("_", " ")),
        say.text("verdict_text", "In words", told.verdict.text),
        say.typed("winner", "Variant", told.verdict.variant),
        say.count("units", "Units looked at", told.units),
        say.text("status", "Status", told.status),
    ]
    link = experiment_link(one.id)
    named = Row(key="", kind="experiment", name=told.name, id=one.id, link=link)
    rows = [named, *(row for metric in told.metrics for row in _compared(told, metric))]
    return Evidence(
        tool="experiment_results", title="Results of an experiment", currency=told.currency,
        as_of=told.as_of[:10], filters={"experiment_id": one.id},
        source=f"GET /v1/experiments/{one.id}/results", link=link, figures=tuple(figures),
        rows=numbered(rows), notes=tuple(note.text for note in told.notes),
    )  # fmt: skip


def _compared(told: ExperimentResults, metric: MetricResult) -> list[Row]:
    say = Teller(told.currency)

    def effect(key: str, label: str, value: float, relative: bool) -> Figure:
        if relative or metric.unit == "share":
            return say.ratio(key, label, value, signed=True)
        if metric.unit == "money":
            return say.money(key, label, value)
        return say.number(key, label, value)

    rows = []
    for one in metric.comparisons:
        way = {"fixed": one.fixed, "sequential": one.sequential}.get(told.method, one.bayesian)
        rows.append(
            Row(
                key="", kind="metric", name=f"{metric.label}: {one.variant}",
                figures=(
                    effect("effect", "Change against the control", one.effect, one.relative),
                    effect("low", "Interval from", way.low, one.relative),
                    effect("high", "Interval to", way.high, one.relative),
                    say.text("significant", "Decided", "yes" if one.significant else "no"),
                    say.ratio("chance_better", "Chance of being better",
                              one.bayesian.chance_better),
                ),
            )
        )  # fmt: skip
    return rows


_TESTS = ("experiments:read",)
TOOLS = (
    Tool("actions", "What to do",
         "Open advice to reorder, promote, reprice or discontinue a product, most money at stake "
         "first.", ("actions:read",), Actions, actions),
    Tool("alerts", "What needs attention",
         "Alerts that stand, by the money expected to be lost.",
         ("alerts:read",), Alerts, standing_alerts),
    Tool("experiments", "Experiments",
         "Experiments with status and start; gives the ids that experiment_results takes.",
         _TESTS, Experiments, list_experiments),
    Tool("experiment_results", "Results of an experiment",
         "The verdict of one experiment and each metric's change with its interval.",
         _TESTS, OneExperiment, experiment_results, heavy=True),
)  # fmt: skip
