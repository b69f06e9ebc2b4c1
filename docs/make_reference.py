"""Writes docs/reference.md from the declarations: `.venv/bin/python docs/make_reference.py`."""

from pathlib import Path

from omnix import app
from omnix.declared import DECLARED, EVENTS, FACTS, MODELS, PERMISSIONS, SCHEDULES
from omnix.domains.dashboard.metrics import METRICS
from omnix.domains.system.settings import Shop


def table(title: str, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    lines = [f"## {title}", "", f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return [*lines, *(f"| {' | '.join(row)} |" for row in rows), ""]


def reference() -> str:
    """The page as it should be."""
    when = {s.job: f"every {s.every} s" if s.every else f"daily at {s.at}" for s in SCHEDULES}
    lines = ["# Reference", "", "Written by `docs/make_reference.py` from the declarations.", ""]
    lines += table(
        "Metrics",
        ("name", "label", "unit", "definition"),
        [(f"`{m.name}`", m.label, m.unit, m.definition) for m in METRICS],
    )
    lines += table(
        "Events",
        ("type", "when"),
        [(f"`{name}`", EVENTS[name]) for name in sorted(EVENTS)],
    )
    lines += table(
        "Jobs",
        ("name", "what it does", "asked for"),
        [(f"`{j.type.name}`", j.type.title, when.get(j.type.name, "on request")) for j in app.JOBS],
    )
    lines += table(
        "Models",
        ("name", "what it answers", "trained by", "a challenger must be better in", "and keep"),
        [
            (
                f"`{m.name}`",
                m.title,
                f"`{m.job.name}`" + (f", every {m.every_days} days" if m.every_days else ""),
                f"{m.metric} by {m.margin:.0%} over {m.least_origins} origins",
                ", ".join(f"{g.metric} near {g.target:g}" for g in m.guards) or "nothing else",
            )
            for m in MODELS
        ],
    )
    lines += table(
        "Permissions",
        ("name", "allows", "roles"),
        [(f"`{p.name}`", p.title, ", ".join(sorted(p.roles))) for p in PERMISSIONS],
    )
    defaults = Shop()
    lines += table(
        "Settings",
        ("name", "default"),
        [(f"`{name}`", str(getattr(defaults, name))) for name in Shop.__struct_fields__],
    )
    lines += table(
        "Facts of the lake",
        ("table", "columns"),
        [(f"`{f.name}`", ", ".join(f.columns)) for f in FACTS],
    )
    lines += table(
        "Collections",
        ("domain", "collections"),
        [(d.name, ", ".join(f"`{c.name}`" for c in d.collections) or "none") for d in DECLARED],
    )
    return "\n".join(lines[:-1]) + "\n"


if __name__ == "__main__":
    Path(__file__).with_name("reference.md").write_text(reference())
