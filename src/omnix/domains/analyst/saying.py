"""Words with references in them, and what they become: text, and what each part of it cites.

``{r1.revenue}`` stands for a figure of the result r1, ``{r1.2.units}`` for one of its second row,
``{r1.2.name}`` for that row's name and ``{r1.period}`` for the days. Who writes the words, a
model or the narrator, writes no figure: it only names it.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence

import msgspec

from .evidence import Evidence, Unit, found, name_text, span_text

REFERENCE = re.compile(r"\{(r\d{1,3})((?:\.[A-Za-z0-9_]{1,40}){1,2})\}")
_MADE = frozenset({"day", "week", "month", "metric"})
"""Rows whose names nobody typed."""

_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)")
_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]{1,20}://\S+|\bwww\.\S+|\S+@\S+", re.IGNORECASE)


class Citation(msgspec.Struct, frozen=True, kw_only=True):
    """``text[start:end]`` (in characters) is ``figure`` of ``result``, which ``link`` shows."""

    start: int
    end: int
    result: str
    figure: str
    label: str
    link: str | None = None


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """What a reference stands for."""

    result: str
    figure: str
    label: str
    text: str
    unit: Unit
    link: str | None


class Said(msgspec.Struct, frozen=True):
    """The words as they are shown."""

    text: str
    citations: tuple[Citation, ...]


def plain(text: str) -> str:
    """What a model said without invisible characters, addresses and links, which may carry data
    away or hide digits. Line breaks stay.
    """
    kept = "".join(
        c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cs")
    )
    return _ADDRESS.sub("", _LINK.sub(r"\1", kept))


def named(results: Mapping[str, Evidence], result: str, path: str) -> Named | None:
    """What ``{result path}`` stands for; None where there is no such thing."""
    one = results.get(result)
    if one is None:
        return None
    parts = path.strip(".").split(".")
    if len(parts) == 2:
        row = next((each for each in one.rows if each.key == parts[0]), None)
        if row is None:
            return None
        link = row.link or one.link
        if parts[1] == "name":
            shown = row.name if row.kind in _MADE else name_text(row.name)
            return Named(result=result, figure=".".join(parts), label=row.kind.capitalize(),
                         text=shown, unit="text", link=link)  # fmt: skip
        figure = found(row, parts[1])
    else:
        link = one.link
        if parts[0] == "period" and one.period is not None:
            return Named(result=result, figure="period", label="Days",
                         text=span_text(one.period), unit="date", link=link)  # fmt: skip
        figure = one.figure(parts[0])
    if figure is None:
        return None
    return Named(result=result, figure=".".join(parts), label=figure.label, text=figure.text,
                 unit=figure.unit, link=link)  # fmt: skip


def say(words: str, results: Mapping[str, Evidence], more: Sequence[Citation] = ()) -> Said:
    """The words with every reference filled in. ``more`` are citations of what stands between,
    by its place in ``words``. A reference to nothing is left out: who calls has judged before.
    """
    made: list[str] = []
    citations: list[Citation] = []
    length = at = 0
    rest = sorted(more, key=lambda one: one.start)
    for match in [*REFERENCE.finditer(words), None]:
        end = match.start() if match else len(words)
        while rest and rest[0].start < end:
            one = rest.pop(0)
            shift = length - at
            citations.append(
                msgspec.structs.replace(one, start=one.start + shift, end=one.end + shift)
            )
        made.append(words[at:end])
        length += end - at
        if match is None:
            break
        it = named(results, match[1], match[2])
        if it is not None:
            citations.append(
                Citation(start=length, end=length + len(it.text), result=it.result,
                         figure=it.figure, label=it.label, link=it.link)
            )  # fmt: skip
            made.append(it.text)
            length += len(it.text)
        at = match.end()
    return Said("".join(made), tuple(citations))
