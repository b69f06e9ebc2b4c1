"""What an import is going to do: layout, columns, guesses, as shown before anything happens."""

import difflib
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from omnix.kit.errors import FieldError, Invalid
from omnix.kit.money import exponent
from omnix.kit.time import zone
from omnix.transfer.incoming.source.detect import Source, open_source

from .fields import FIELDS, Field, Kind, plain
from .layouts import BY_NAME, LAYOUTS, OWN, Layout

SAMPLE_SHOWN = 5
_FUZZY = 0.86
_DATE = re.compile(r"^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T].*)?$")


@dataclass(frozen=True)
class ImportOptions:
    """What the user decided. ``mapping`` names a column (its header, or ``#`` and its number
    from 1) for a field, or nothing to leave the field out."""

    layout: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    currency: str | None = None
    time_zone: str | None = None
    shop_name: str | None = None


@dataclass(frozen=True)
class Mapped:
    """A field and the column it is read from; ``confidence`` 0..1 and how it was found."""

    field: str
    title: str
    column: str
    position: int
    confidence: float
    how: str


@dataclass(frozen=True)
class Guess:
    """Something taken for granted that the user may set otherwise, and why it was chosen."""

    name: str
    value: str
    reason: str


@dataclass(frozen=True)
class ImportPlan:
    """An import as intended; ``id`` is the same for the same file, layout and columns."""

    source: Source
    layout: Layout
    mapping: tuple[Mapped, ...]
    unmapped: tuple[str, ...]
    guesses: tuple[Guess, ...]
    warnings: tuple[str, ...]
    options: ImportOptions
    missing: tuple[Field, ...] = ()
    """Fields that the import needs and no column was recognised for."""

    @property
    def kind(self) -> Kind:
        return self.layout.kind

    @property
    def id(self) -> str:
        parts = [
            self.source.sha256,
            self.layout.name,
            sorted((m.field, m.position) for m in self.mapping),
            self.options.currency,
            self.options.time_zone,
        ]
        return "imp_" + hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:24]

    def position(self, name: str) -> int | None:
        """The column of a field, from 0; None where the file has none for it."""
        return next((m.position for m in self.mapping if m.field == name), None)

    def sample(self, rows: int = SAMPLE_SHOWN) -> list[dict[str, str]]:
        """The first rows as they will be read, by field."""
        return [
            {m.field: row[m.position] for m in self.mapping if m.position < len(row)}
            for row in self.source.sample[:rows]
        ]

    def describe(self) -> dict[str, object]:
        """Plain data for the web and the command line."""
        return {
            "id": self.id,
            "file": self.source.path.name,
            "format": self.source.format,
            "encoding": self.source.encoding,
            "delimiter": self.source.delimiter,
            "sheets": list(self.source.sheets),
            "size": self.source.size,
            "layout": self.layout.name,
            "title": self.layout.title,
            "kind": self.kind,
            "mapping": [
                {
                    "field": m.field,
                    "title": m.title,
                    "column": m.column,
                    "confidence": m.confidence,
                    "how": m.how,
                }
                for m in self.mapping
            ],
            "unmapped": list(self.unmapped),
            "columns": [header for header in self.source.headers if header],
            "fields": [
                {"field": f.name, "title": f.title, "required": f.required}
                for f in self.layout.fields
            ],
            "missing": [f.name for f in self.missing],
            "guesses": [
                {"name": g.name, "value": g.value, "reason": g.reason} for g in self.guesses
            ],
            "warnings": list(self.warnings),
            "sample": self.sample(),
        }


def plan(path: Path | str, options: ImportOptions | None = None) -> ImportPlan:
    """Look at the file's head and decide. Raises Invalid (field ``file``, ``layout``,
    ``mapping.<field>``, ``currency`` or ``time_zone``), NotFound or TooLarge."""
    found = look(path, options)
    if found.missing:
        source, missing = found.source, found.missing
        raise Invalid(
            f"no column of {source.path.name} was recognised for "
            + ", ".join(f"{f.name} ({f.title})" for f in missing)
            + "; name it with field=column. Columns: "
            + ", ".join(source.headers[:30]),
            [FieldError(f"mapping.{f.name}", "no column was recognised") for f in missing],
        )
    return found


def look(path: Path | str, options: ImportOptions | None = None) -> ImportPlan:
    """As ``plan``, but fields that lack a column are told in the plan, for whoever can name it."""
    options = options or ImportOptions()
    _check(options)
    source = open_source(Path(path))
    layout = _layout(source, options)
    mapping = _mapping(source, layout, options)
    used = {m.position for m in mapping}
    unmapped = tuple(h for i, h in enumerate(source.headers) if i not in used and h)
    return ImportPlan(
        source, layout, mapping, unmapped, _guesses(source, layout, mapping, options),
        source.warnings, options, tuple(_missing(layout, {m.field for m in mapping})),
    )  # fmt: skip


def _missing(layout: Layout, has: set[str]) -> list[Field]:
    """What the import needs and has no column for."""
    missing = [f for f in layout.fields if f.required and f.name not in has]
    if layout.kind == "orders" and "items" in has:
        return [f for f in missing if f.name not in ("sku", "quantity")]
    if layout.kind == "customers" and not has & {"customer_ref", "email", "name", "phone"}:
        return [f for f in layout.fields if f.name == "email"]
    if missing:
        return missing
    either: dict[str, tuple[tuple[str, ...], ...]] = {
        "orders": (("unit_price", "line_total"),),
        "stock_days": (("in_stock", "hours_in_stock"),),
        "promotions": (("percent_off", "promotion_price"), ("sku", "category")),
    }
    lacking = {names[0] for names in either.get(layout.kind, ()) if not has & set(names)}
    return [f for f in layout.fields if f.name in lacking]


def _check(options: ImportOptions) -> None:
    if options.currency is not None:
        try:
            exponent(options.currency)
        except ValueError as error:
            raise Invalid.field("currency", str(error)) from error
    if options.time_zone is not None:
        try:
            zone(options.time_zone)
        except ValueError as error:
            raise Invalid.field("time_zone", str(error)) from error


def _layout(source: Source, options: ImportOptions) -> Layout:
    if options.layout is not None:
        known = BY_NAME.get(options.layout) or OWN.get(cast(Kind, options.layout))
        if known is None:
            raise Invalid.field("layout", "is none of " + ", ".join(BY_NAME))
        return known
    present = {plain(header) for header in source.headers}
    fitting = [x for x in LAYOUTS if x.signature and x.signature <= present]
    if fitting:
        return max(fitting, key=lambda x: len(x.signature))
    fields = {f.name for kind in FIELDS.values() for f in kind}
    for name in options.mapping:
        if name not in fields:
            raise Invalid.field(f"mapping.{name}", "is a field of no layout")
    scores = {layout: _score(source, layout, options) for layout in OWN.values()}
    best = max(scores, key=lambda x: scores[x])
    if scores[best] <= 0:
        raise Invalid.field(
            "layout",
            "was not recognised; name one of "
            + ", ".join(BY_NAME)
            + f". The file's columns are {', '.join(source.headers[:30])}",
        )
    return best


def _score(source: Source, layout: Layout, options: ImportOptions) -> float:
    """How well the header fits: nothing without most required fields, else found minus missed."""
    if not options.mapping.keys() <= {f.name for f in layout.fields}:
        return 0
    mapping = _mapping(source, layout, options)
    mapped = {m.field for m in mapping}
    required = [f.name for f in layout.fields if f.required]
    found = sum(name in mapped for name in required)
    if layout.kind == "customers":
        if "sku" in {f.name for f in FIELDS["orders"] if f.name in mapped}:
            return 0
        return len(mapped) / 10 if mapped & {"email", "customer_ref"} else 0
    if found < max(1, len(required) - 1):
        return 0
    if layout.kind == "stock_days" and not mapped & {"in_stock", "hours_in_stock"}:
        return 0
    if layout.kind == "promotions":
        # Two columns of dates alone make none, since files of orders have them too.
        named = {m.field for m in mapping if m.how != "its values are dates"}
        whole = (
            {"first_day", "last_day"} <= named
            and mapped & {"percent_off", "promotion_price"}
            and mapped & {"sku", "category"}
        )
        return 3 if whole else 0
    return (2 if found == len(required) else 0) + len(required) / 10 + len(mapped) / 100


def _mapping(source: Source, layout: Layout, options: ImportOptions) -> tuple[Mapped, ...]:
    plains = [plain(header) for header in source.headers]
    taken: dict[int, Mapped] = {}
    chosen: dict[str, Mapped] = {}

    def take(f: Field, position: int, confidence: float, how: str) -> None:
        mapped = Mapped(f.name, f.title, source.headers[position], position, confidence, how)
        chosen[f.name] = taken[position] = mapped

    fields = {f.name: f for f in layout.fields}
    for name, column in options.mapping.items():
        if name not in fields:
            raise Invalid.field(f"mapping.{name}", f"is none of {', '.join(fields)}")
        if column:
            take(fields[name], _column(source, name, column), 1.0, "as you said")
    left_out = {name for name, column in options.mapping.items() if not column}
    open_fields = [f for f in layout.fields if f.name not in chosen and f.name not in left_out]
    for f in open_fields:
        names = (layout.fixed[f.name],) if f.name in layout.fixed else f.names
        for name in names:
            positions = [i for i, p in enumerate(plains) if p == name and i not in taken]
            if len(positions) > 1 and f.required:
                raise Invalid.field(
                    f"mapping.{f.name}",
                    f"the header {source.headers[positions[0]]!r} stands {len(positions)} times; "
                    f"choose one by its number, such as {f.name}=#{positions[0] + 1}",
                )
            if positions:
                take(f, positions[0], 1.0, "known header")
                break
    if layout in LAYOUTS:
        return tuple(sorted(chosen.values(), key=lambda m: m.position))
    for f in open_fields:
        if f.name in chosen:
            continue
        near = [
            (difflib.SequenceMatcher(None, plains[i], name).ratio(), i)
            for i in range(len(plains))
            if i not in taken and 3 <= len(plains[i]) <= 60
            for name in f.names
        ]
        ratio, position = max(near, default=(0.0, 0))
        if ratio >= _FUZZY:
            take(f, position, round(ratio * 0.9, 2), "similar header")
        elif f.value in ("time", "day") and f.required:
            for i in range(len(plains)):
                values = [row[i] for row in source.sample if i < len(row) and row[i]]
                if i not in taken and values and all(_DATE.match(v.strip()) for v in values):
                    take(f, i, 0.6, "its values are dates")
                    break
    return tuple(sorted(chosen.values(), key=lambda m: m.position))


def _column(source: Source, name: str, column: str) -> int:
    if column.startswith("#") and column[1:].isdigit():
        position = int(column[1:]) - 1
        if 0 <= position < len(source.headers):
            return position
        raise Invalid.field(f"mapping.{name}", f"the file has {len(source.headers)} columns")
    exact = [i for i, h in enumerate(source.headers) if h == column]
    found = exact or [i for i, h in enumerate(source.headers) if plain(h) == plain(column)]
    if len(found) == 1:
        return found[0]
    raise Invalid.field(
        f"mapping.{name}",
        f"there is no column {column!r}; the file has {', '.join(source.headers[:30])}"
        if not found
        else f"the header {column!r} stands {len(found)} times; use # and its number",
    )


def _guesses(
    source: Source, layout: Layout, mapping: tuple[Mapped, ...], options: ImportOptions
) -> tuple[Guess, ...]:
    guesses = []
    column = next((m.position for m in mapping if m.field == "currency"), None)
    told = [row[column] for row in source.sample if column is not None and row[column].strip()]
    if options.currency is not None:
        guesses.append(Guess("currency", options.currency, "as you said"))
    elif told:
        guesses.append(Guess("currency", told[0].strip().upper(), "the file says so"))
    elif layout.currency is not None:
        guesses.append(Guess("currency", layout.currency, f"known of {layout.title}"))
    if options.time_zone is not None:
        guesses.append(Guess("time_zone", options.time_zone, "as you said"))
    elif layout.time_zone is not None:
        guesses.append(Guess("time_zone", layout.time_zone, f"known of {layout.title}"))
    if options.shop_name is not None:
        guesses.append(Guess("shop_name", options.shop_name, "as you said"))
    return tuple(guesses)
