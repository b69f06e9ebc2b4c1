"""Orders whose articles are packed into cells, ``name:Tea|sku:T-1|quantity:2|total:20.00``."""

import re
from collections.abc import Iterator

from omnix.transfer.incoming.plan.fields import plain
from omnix.transfer.incoming.plan.planning import ImportPlan
from omnix.transfer.incoming.source.rows import records

COLUMNS = ("sku", "name", "quantity", "line_total")
_NUMBERED = re.compile(r"^line item \d+$")
_KEYS = {"sku": "sku", "name": "name", "quantity": "quantity", "qty": "quantity",
         "total": "line_total", "sub_total": "line_total", "subtotal": "line_total"}  # fmt: skip
_PAIR = re.compile(r"(?:^|\|)\s*(\w+)\s*:")


def unpacked(plan: ImportPlan) -> Iterator[list[str]]:
    """Sheet, line, the row's cells and COLUMNS of each article; one without any keeps its row."""
    headers = [plain(header) for header in plan.source.headers]
    at = plan.position("items")
    places = [i for i, header in enumerate(headers) if _NUMBERED.match(header)]
    if not places and at is not None:
        places = [at]
    for record in records(plan).records:
        told = [part for i in places for part in record.cells[i].split(";") if ":" in part]
        for item in told or [""]:
            found = dict.fromkeys(COLUMNS, "")
            marks = list(_PAIR.finditer(item))
            for mark, following in zip(marks, [*marks[1:], None], strict=True):
                key = _KEYS.get(mark[1].lower())
                end = following.start() if following is not None else len(item)
                value = item[mark.end() : end].strip()
                if key is not None and not found[key]:
                    found[key] = value
            yield [record.sheet, str(record.line), *record.cells, *found.values()]
