"""What all tools have in common that give a page of a list."""

from collections.abc import Sequence

from omnix.domains.analyst.evidence import Evidence, Row, numbered, query


def listed(
    tool: str,
    title: str,
    currency: str,
    rows: Sequence[Row],
    path: str,
    page: str,
    limit: int,
    *,
    empty: str | None = None,
    as_of: str | None = None,
    **chosen: str | None,
) -> Evidence:
    """The result of a list at ``path``, shown on ``page``: ``chosen`` are its filters, ``empty``
    what is noted where it has no rows.
    """
    given = {name: value for name, value in chosen.items() if value}
    return Evidence(
        tool=tool, title=title, currency=currency, filters={"limit": limit, **given}, as_of=as_of,
        source=query(path, given), link=page, rows=numbered(rows),
        notes=(empty,) if empty and not rows else (),
    )  # fmt: skip
