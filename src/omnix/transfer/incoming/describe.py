"""What the judged rows of an import are told as: report, file of refused rows, assumptions."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb

from omnix.transfer.report import Assumption, ImportReport, write_refused

from .orders.judge_orders import Staged
from .orders.raw_table import Loaded, line_numbers
from .plan.planning import ImportPlan
from .records.judge_records import Judged
from .source.rows import Text


def describe_orders(
    stage: duckdb.DuckDBPyConnection,
    plan: ImportPlan,
    folder: Path,
    loaded: Loaded,
    staged: Staged,
    report: ImportReport,
) -> None:
    counts = staged.counts
    report.rows = loaded.rows + len(loaded.rejected)
    report.refused = counts.get("refused", 0) + len(loaded.rejected)
    report.doubled = counts.get("doubled", 0)
    report.skipped = counts.get("skipped", 0)
    report.counts = {
        "sale lines": counts.get("sale", 0),
        "return lines": counts.get("return", 0),
        "charge lines": counts.get("charge", 0),
    }
    report.readings = [f"{r.column}: {r.how}" for r in staged.readings]
    for reading in staged.readings:
        if reading.ambiguous:
            report.warnings.append(
                f"{reading.column}: the column fits month/day and day/month; {reading.how} is taken"
            )
    first, last = stage.execute(
        "SELECT min(day), max(day) FROM lines WHERE kind IN ('sale','return','charge')"
    ).fetchall()[0]
    report.first_day, report.last_day = (str(first), str(last)) if first else (None, None)
    rows = stage.execute(
        "SELECT n, sheet, kind, why, ord, sku, name FROM lines WHERE why IS NOT NULL ORDER BY n"
    ).fetchall()
    numbers = (
        dict(
            stage.execute(
                "SELECT rowid, line FROM raw WHERE rowid IN "
                "(SELECT n FROM lines WHERE why IS NOT NULL)"
            ).fetchall()
        )
        if loaded.numbered
        else line_numbers(loaded, folder, [row[0] for row in rows])
    )
    told: list[tuple[object, ...]] = [
        ("", r.line, "refused", r.column, r.reason, "", "", r.text[:500]) for r in loaded.rejected
    ]
    for n, sheet, kind, why, number, sku, name in rows:
        column, _, reason = why.partition("|")
        result = kind if kind != "skipped" else "not imported"
        report.leave_out(f"{column} {reason}", numbers.get(n))
        told.append((sheet, numbers.get(n, ""), result, column, reason, number, sku, name))
    for rejected in loaded.rejected:
        report.leave_out(f"the row {rejected.reason}", rejected.line)
    _keep_refused(folder, told, report)
    _assume(plan, staged, report)


def describe_rows(
    plan: ImportPlan, folder: Path, text: Text, judged: Judged, report: ImportReport
) -> None:
    """The same for what was judged row by row."""
    report.rows = len(text.records) + len(text.torn)
    report.refused = len(judged.refused) + len(text.torn)
    kinds: dict[str, Sequence[object]] = {
        "products": judged.products,
        "customers": judged.customers,
        "stock": judged.stock,
        "daily sales": judged.sales,
        "days in stock": judged.stock_days,
        "promotions": judged.promotions,
    }
    report.counts = {kind: len(found) for kind, found in kinds.items() if found}
    at = plan.position("sku")
    told: list[tuple[object, ...]] = [
        ("", line, "refused", "", reason, "", "", raw) for line, reason, raw in text.torn
    ]
    for line, reason, _ in text.torn:
        report.leave_out(f"the row {reason}", line)
    for record, column, reason in judged.refused:
        report.leave_out(f"{column} {reason}", record.line)
        sku = record.cells[at] if at is not None else ""
        shown = ",".join(record.cells)[:500]
        told.append((record.sheet, record.line, "refused", column, reason, "", sku, shown))
    _keep_refused(folder, told, report)


def _keep_refused(folder: Path, rows: Iterable[tuple[object, ...]], report: ImportReport) -> None:
    told = list(rows)
    if told:
        path = folder / "refused.csv"
        write_refused(path, told)
        report.refused_file = str(path)


def _assume(plan: ImportPlan, staged: Staged, report: ImportReport) -> None:
    add = report.assumptions.append
    add(
        Assumption(
            "prices-estimated",
            "The file has no price list. Shelf prices are estimated as the commonest price paid "
            "each day; where many units cost less, that may be a quantity price.",
        )
    )
    add(Assumption("no-stock", "The file knows no stock; past orders moved none."))
    add(Assumption("no-cost", "The file knows no purchase cost, so there is no margin yet."))
    add(Assumption("no-supplier", "The file knows no supplier or lead time."))
    if staged.folded_skus:
        add(
            Assumption(
                "sku-case",
                f"{staged.folded_skus} article numbers stand in capital and in small letters; "
                "each was taken as one article.",
            )
        )
