"""A decoder's messages in words that a person at a form understands."""

import re

from omnix.kit.errors import FieldError

_TYPES = {
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
    "date": "a day (YYYY-MM-DD)",
    "datetime": "a time (RFC 3339)",
}
_PARTS = {"str": "characters", "array": "entries", "object": "entries", "bytes": "bytes"}
_BOUNDS = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than", "==": "exactly"}
_AT_PATH = re.compile(r"^(?P<reason>.*?)(?: - at `(?P<path>[^`]*)`)?$", re.DOTALL)
_NAMED = re.compile(
    r"^Object (?:contains unknown|missing required) field `(?P<name>.*)`$", re.DOTALL
)
_WRONG_TYPE = re.compile(r"^Expected `(?P<wanted>[^`]+)`, got `(?P<given>[^`]+)`$")
_LENGTH = re.compile(
    r"^Expected `(?P<type>\w+)(?: \| null)?` of length (?P<bound>[<>=]+) (?P<number>\d+)$"
)
_RANGE = re.compile(
    r"^Expected `(?:int|float)(?: \| null)?` (?P<bound>[<>=]+) (?P<number>-?[\d.]+)$"
)
_FORM = re.compile(r"^Expected `str(?: \| null)?` matching regex (?P<form>.+)$", re.DOTALL)
_CHOICE = re.compile(r"^Invalid enum value (?P<given>.+)$", re.DOTALL)


def _kinds(types: str) -> str:
    named = [_TYPES.get(name, name) for name in types.split(" | ")]
    return " or ".join(dict.fromkeys(named))


def in_words(message: str) -> str:
    """The reason that msgspec gives, reworded; one that is not known here stays as it is."""
    if match := _WRONG_TYPE.match(message):
        return f"must be {_kinds(match['wanted'])}, not {_kinds(match['given'])}"
    if match := _LENGTH.match(message):
        parts = _PARTS.get(match["type"], "entries")
        return f"must have {_BOUNDS[match['bound']]} {match['number']} {parts}"
    if match := _RANGE.match(message):
        return f"must be {_BOUNDS[match['bound']]} {match['number']}"
    if match := _FORM.match(message):
        return f"does not have the form {match['form']}"
    if match := _CHOICE.match(message):
        return f"{match['given']} is none of the values allowed here"
    return message


def field_path(raw: str) -> str:
    """``$.lines[0].price`` or ``lines.0.price`` as ``lines[0].price``."""
    text = raw.removeprefix("$").removeprefix(".")
    return re.sub(r"\.(\d+)(?=\.|$)", r"[\1]", text)


def split_reason(message: str) -> FieldError:
    """A decoder's message, taken apart into the field and the reason."""
    match = _AT_PATH.match(message)
    path = field_path(match["path"] or "") if match else ""
    reason = match["reason"] if match else message
    named = _NAMED.match(reason)
    if named:
        path = f"{path}.{named['name']}" if path else named["name"]
        reason = "is not known here" if "unknown" in reason else "is missing"
    return FieldError(path or "body", in_words(reason))
