"""Why a figure changed."""

from typing import Literal

import msgspec

from omnix.domains.analyst.evidence import Evidence, Figure, Period, Row, Teller, numbered, query
from omnix.domains.analyst.evidence import span_text as span
from omnix.domains.analyst.toolbox import Tool
from omnix.platform.access import Actor
from omnix.ports import Ports

from .sales import Day


class Change(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The last seven whole days of data where no range is given, at most 92 days."""

    metric: Literal["revenue", "units", "margin"] = "revenue"
    first: Day = msgspec.field(name="from", default=None)
    last: Day = msgspec.field(name="to", default=None)
    against: Literal["previous", "last_year"] = "previous"


async def explain_change(ports: Ports, actor: Actor, asked: Change) -> Evidence:
    """Causes that sum to the change."""
    # Numerics are imported where they are used: what answers a product's page carries none.
    from omnix.domains.dashboard.changes.kept import explained

    told = await explained(
        ports, metric=asked.metric, first=asked.first, last=asked.last, against=asked.against
    )
    say = Teller(told.currency)

    def amount(key: str, label: str, value: int) -> Figure:
        return say.of(key, label, told.unit, value)

    rows = [
        Row(
            key="", kind="cause", name=cause.title,
            figures=(
                amount("effect", "Part of the change", cause.effect),
                say.ratio("share", "Share of the change", cause.share),
                say.text("text", "In words", cause.text),
                say.text("unusual", "Out of the ordinary", "yes" if cause.unusual else "no"),
            ),
        )
        for cause in told.causes
    ]  # fmt: skip
    period = Period(told.range.first, told.range.last)
    before = Period(told.against.first, told.against.last)
    given = {
        "from": period.first, "to": period.last, "metric": asked.metric, "against": asked.against,
    }  # fmt: skip
    return Evidence(
        tool="explain_change", title=f"Why {asked.metric} changed, {span(period)}", period=period,
        filters={"metric": asked.metric, "against": asked.against}, currency=told.currency,
        source=query("/v1/dashboard/changes", given), link="/",
        figures=(
            amount("now", asked.metric.capitalize(), told.now),
            amount("before", "Before", told.before),
            amount("change", "Change", told.change),
            say.ratio("change_share", "Change as a share", told.change_share, signed=True),
            say.text("headline", "In short", told.headline),
            say.span("days_before", "Compared with", before),
        ),
        rows=numbered(rows), notes=tuple(note.text for note in told.notes),
    )  # fmt: skip


TOOLS = (
    Tool("explain_change", "Why a figure changed",
         "Causes of the change of revenue, units or margin against the days before or the year "
         "before: stock-outs, promotions, prices, segments, products, traffic, basket, mix. Their "
         "effects sum to the change; those out of the ordinary come first.",
         ("dashboard:read",), Change, explain_change, heavy=True),
)  # fmt: skip
