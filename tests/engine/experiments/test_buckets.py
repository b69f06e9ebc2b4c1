"""Assignment: published vectors, evenness, independence, and parts that never overlap."""

import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnix.engine.experiments.buckets import (
    arm_at,
    assign,
    assign_all,
    even_weights,
    namespace_point,
    points,
)
from omnix.engine.experiments.srm import ratio_check

PAGE = Path(__file__).parents[3] / "docs" / "experiments.md"
UNITS = [f"cus_{n}" for n in range(20_000)]
names = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=40)


def vectors() -> list[tuple[str, str, int, int]]:
    """Those of the page: a table of salt, unit and both points."""
    rows = re.findall(
        r"^\| `([^`]*)` \| `([^`]*)` \| (\d+) \| (\d+) \|$", PAGE.read_text(), re.MULTILINE
    )
    return [(salt, unit, int(first), int(second)) for salt, unit, first, second in rows]


def test_published_vectors() -> None:
    assert len(vectors()) >= 6
    for salt, unit, first, second in vectors():
        assert points(salt, unit) == (first, second)


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
def test_javascript_of_the_page_computes_the_same() -> None:
    (code,) = re.findall(r"```js\n(.*?)```", PAGE.read_text(), re.DOTALL)
    asked = [*vectors(), *((f"s{n}", f"u{n}é☕", 0, 0) for n in range(200))]
    script = (
        f"{code}\nconst asked = {json.dumps([row[:2] for row in asked])};\n"
        "const told = await Promise.all(asked.map(([s, u]) => points(s, u)));\n"
        "console.log(JSON.stringify(told));"
    )
    ran = subprocess.run(
        ["node", "--input-type=module", "-e", script],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert json.loads(ran.stdout) == [list(points(salt, unit)) for salt, unit, *_ in asked]


@given(salt=names, unit=names)
def test_points_by_the_definition(salt: str, unit: str) -> None:
    text = hashlib.sha256(salt.encode() + b"\0" + unit.encode()).hexdigest()
    assert points(salt, unit) == (
        int(text[:8], 16) * 10_000 // 2**32,
        int(text[8:16], 16) * 10_000 // 2**32,
    )


def counted(arms: list[int | None], of: int) -> list[int]:
    return [sum(arm == each for arm in arms) for each in range(of)]


@pytest.mark.parametrize("weights", [[5_000, 5_000], [1_000, 2_000, 7_000], [1, 9_999]])
def test_arms_get_their_weights(weights: list[int]) -> None:
    arms = [assign("exp_1", unit, weights) for unit in UNITS]
    assert ratio_check(counted(arms, len(weights)), weights).p > 0.001


def test_experiments_are_independent_of_each_other_and_of_their_traffic() -> None:
    both = [(assign("exp_1", u, [5_000, 5_000]), assign("exp_2", u, [5_000, 5_000])) for u in UNITS]
    cells = [sum(pair == (a, b) for pair in both) for a in (0, 1) for b in (0, 1)]
    assert ratio_check(cells, [1, 1, 1, 1]).p > 0.001
    early = [assign("exp_1", unit, [5_000, 5_000], 1_000) for unit in UNITS]
    assert ratio_check(counted(early, 2), [1, 1]).p > 0.001
    inside = len(UNITS) - early.count(None)
    assert ratio_check([inside, early.count(None)], [1, 9]).p > 0.001


def test_more_traffic_moves_nobody() -> None:
    for unit in UNITS[:2_000]:
        little = assign("x", unit, [3_000, 7_000], 500)
        assert little in (None, assign("x", unit, [3_000, 7_000], 6_000))


@given(cut=st.integers(0, 10_000), unit=names)
def test_parts_of_a_namespace_share_nobody_and_leave_out_nobody(cut: int, unit: str) -> None:
    one = assign("a", unit, [10_000], namespace=("checkout", 0, cut))
    other = assign("b", unit, [10_000], namespace=("checkout", cut, 10_000))
    assert (one is None) != (other is None)
    assert (one == 0) == (namespace_point("checkout", unit) < cut)


def test_many_at_once_are_as_one_by_one() -> None:
    weights = [2_500, 0, 7_500]
    slow = [assign("exp_9", unit, weights, 4_000) for unit in UNITS[:3_000]]
    assert assign_all("exp_9", UNITS[:3_000], weights, 4_000) == [
        -1 if a is None else a for a in slow
    ]


def test_weights_are_whole() -> None:
    assert even_weights(3) == [3_334, 3_333, 3_333]
    assert [arm_at(p, [1, 0, 9_999]) for p in (0, 1, 9_999)] == [0, 2, 2]
    for wrong in ([5_000, 4_999], [11_000, -1_000]):
        with pytest.raises(ValueError):
            arm_at(0, wrong)
    with pytest.raises(ValueError):
        points("a\0", "b")
