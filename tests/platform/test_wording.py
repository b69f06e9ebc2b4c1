"""Each message that the decoder can give reads as a sentence for people."""

from typing import Annotated, Literal

import msgspec
import pytest
from msgspec import Meta

from omnix.platform.wording import in_words


class Form(msgspec.Struct):
    count: Annotated[int, Meta(ge=1, le=9)] | None = None
    share: Annotated[float, Meta(lt=1)] = 0.0
    name: Annotated[str, Meta(min_length=2, max_length=4)] | None = None
    code: Annotated[str, Meta(pattern="^[A-Z]+$")] = "A"
    tags: Annotated[list[str], Meta(max_length=1)] = []
    kind: Literal["a", "b"] = "a"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('{"count": "1"}', "must be a whole number or null, not text"),
        ('{"count": 0}', "must be at least 1"),
        ('{"count": 10}', "must be at most 9"),
        ('{"share": 1.0}', "must be less than 1.0"),
        ('{"name": "x"}', "must have at least 2 characters"),
        ('{"name": "xxxxx"}', "must have at most 4 characters"),
        ('{"code": "a"}', "does not have the form '^[A-Z]+$'"),
        ('{"tags": ["a", "b"]}', "must have at most 1 entries"),
        ('{"tags": {}}', "must be a list, not an object"),
        ('{"kind": "c"}', "'c' is none of the values allowed here"),
        ('{"kind": null}', "must be text, not null"),
    ],
)
def test_reasons_in_words(body: str, told: str) -> None:
    with pytest.raises(msgspec.ValidationError) as refused:
        msgspec.json.decode(body, type=Form)
    assert in_words(str(refused.value).split(" - at ")[0]) == told


def test_what_is_not_known_stays() -> None:
    assert in_words("something else") == "something else"
