"""Identifiers, cursors and search words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnix.kit.errors import Invalid
from omnix.kit.ids import is_id, new_id
from omnix.kit.paging import decode_cursor, encode_cursor
from omnix.kit.text import normal, words


def test_ids_are_unique_and_sort_by_time() -> None:
    made = [new_id("ord") for _ in range(5000)]
    assert len(set(made)) == len(made)
    assert {len(id) for id in made} == {30}
    assert [id[:12] for id in made] == sorted(id[:12] for id in made)
    assert all(is_id(id) for id in made)


@pytest.mark.parametrize("text", ["", "-a", "a b", "a/b", "a\n", "ä", "x" * 65, "a#b", "a@b"])
def test_what_names_nothing(text: str) -> None:
    assert not is_id(text)


positions = st.lists(st.text(max_size=30) | st.integers(-(2**62), 2**62), min_size=1, max_size=3)


@given(positions)
def test_cursors_come_back_as_they_were(position: list[str | int]) -> None:
    text = any(isinstance(p, str) and ("\0" in p or not p.isprintable()) for p in position)
    try:
        encoded = encode_cursor(position)
    except UnicodeEncodeError:
        assert text
        return
    if not text:
        assert decode_cursor(encoded, len(position)) == position
        with pytest.raises(Invalid):
            decode_cursor(encoded, len(position) + 1)


@given(st.text(max_size=60))
def test_a_cursor_of_somebody_elses_making_is_refused(text: str) -> None:
    error: Invalid | None = None
    try:
        decode_cursor(text, 1)
    except Invalid as refused:
        error = refused
    assert error is None or error.errors[0].field == "cursor"


@given(st.text(max_size=80))
def test_normal_text_stays_and_has_no_control_characters(text: str) -> None:
    once = normal(text)
    assert normal(once) == once
    assert once == once.strip()
    assert not any(ord(c) < 32 for c in once)


@given(st.text(max_size=80))
def test_words_are_found_whatever_their_case_and_accents(text: str) -> None:
    assert len(words(text)) <= 12
    assert words("Crème BRÛLÉE") == ["creme", "brulee"]
    assert words(text) == words(" " + text + " ")
