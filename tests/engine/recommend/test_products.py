"""Closed form, neighbours of products, words and trends."""

import numpy as np
import pytest

from omnix.engine.recommend.closed_form import (
    ClosedForm,
    contributions,
    gram,
    inverted,
    scores,
    weights,
)
from omnix.engine.recommend.related import related
from omnix.engine.recommend.sparse import Sparse, sparse
from omnix.engine.recommend.text import grams, likeness, vectors
from omnix.engine.recommend.trends import trends


def _held(seed: int, users: int, items: int) -> Sparse:
    rng = np.random.default_rng(seed)
    row, column = np.nonzero(rng.random((users, items)) < 0.15)
    return sparse(row, column, np.ones(len(row), np.float32), users, items)


def test_without_extras_the_closed_form_is_ease() -> None:
    of = _held(1, 200, 30)
    dense = of.dense().astype(float)
    inverse = np.linalg.inv(dense.T @ dense + 5.0 * np.eye(30))
    expected = np.eye(30) - inverse / np.diagonal(inverse)[None, :]
    found = weights(gram(of), ClosedForm(5.0, 0.0, 0.0))
    np.testing.assert_allclose(found, expected, atol=1e-4)
    asked = scores(of, found, unseen=False)
    np.testing.assert_allclose(asked, dense @ expected, atol=1e-3)
    assert np.isneginf(scores(of, found)[of.row_of(), of.column]).all()
    owned = np.flatnonzero(dense[0])
    by, share = contributions(owned, 4, found)
    assert share.sum() == pytest.approx(asked[0, 4], abs=1e-5)
    assert set(by) == set(owned)


def test_dropout_is_the_ridge_that_forgetting_purchases_amounts_to() -> None:
    of = _held(2, 150, 12)
    dense = of.dense().astype(float)
    rng = np.random.default_rng(0)
    total, across = np.zeros((12, 12)), np.zeros((12, 12))
    for _ in range(4000):
        seen = dense * (rng.random(dense.shape) >= 0.4) / 0.6
        total += seen.T @ seen
        across += seen.T @ dense
    total, across = total / 4000, across / 4000
    expected = np.zeros((12, 12))
    for j in range(12):
        others = np.array([i for i in range(12) if i != j])
        left = total[np.ix_(others, others)] + 3.0 * np.eye(11)
        expected[others, j] = np.linalg.solve(left, across[others, j])
    found = weights(gram(of), ClosedForm(3.0, 0.4, 0.0))
    np.testing.assert_allclose(found, expected, atol=0.02)


def test_inverse_by_halves_and_weighing_of_long_histories() -> None:
    rng = np.random.default_rng(0)
    a = rng.normal(size=(900, 640)).astype(np.float32)
    of = a.T @ a + 40 * np.eye(640, dtype=np.float32)
    np.testing.assert_allclose(inverted(of) @ of, np.eye(640), atol=2e-4)
    held = _held(3, 80, 9)
    n = held.lengths()
    dense = held.dense().astype(float)
    plain = dense.T @ (dense / np.maximum(n, 1)[:, None] ** 0.5)
    plain *= n.sum() / np.trace(plain)
    np.testing.assert_allclose(gram(held, 0.5), plain, rtol=1e-4)


def test_substitutes_and_complements_are_told_apart() -> None:
    rng = np.random.default_rng(4)
    # Beer, another beer (never both), chips with either, soap with nothing, a beer nobody knows.
    rows, buyers = [], set()
    for basket in range(900):
        customer = basket % 90
        beer = int(rng.integers(2))
        items = []
        if rng.random() < 0.5:
            items.append(beer)
            if rng.random() < 0.7:
                items.append(2)
        elif rng.random() < 0.2:
            items.append(2)
        if rng.random() < 0.3:
            items.append(3)
        rows += [(basket, item) for item in items]
        buyers.update((customer, item) for item in items)
    names = ["Hill lager beer 0.5 l", "Lake lager beer 0.5 l", "Salted chips", "Hand soap",
             "Cliff lager beer 0.5 l"]  # fmt: skip

    def of(pairs: list[tuple[int, int]], count: int) -> Sparse:
        row, column = np.array(pairs, np.int64).T
        return sparse(row, column, np.ones(len(row), np.float32), count, 5)

    found = related(
        of(rows, 900), of(sorted(buyers), 90), vectors(names), np.array([0, 0, 1, 2, 0]), 3
    )
    assert found["substitutes"].item[0, 0] == 1
    assert 2 not in found["substitutes"].item[0]
    assert found["complements"].item[0].tolist() == [2, -1, -1]
    assert found["together"].item[2, 0] in (0, 1)
    assert 4 in found["similar"].item[0]
    assert 0 in found["similar"].item[4]
    assert (found["together"].item[4] == -1).all()
    held = np.zeros((900, 5))
    for basket, item in rows:
        held[basket, item] = 1
    share = (held[:, 0] * held[:, 2]).sum() / held[:, 0].sum()
    assert found["complements"].share[0, 0] == pytest.approx(share, rel=1e-5)
    assert found["complements"].lift[0, 0] == pytest.approx(share / held[:, 2].mean(), rel=1e-5)


@pytest.mark.parametrize(
    ("a", "b", "other"),
    [
        ("Whole milk 1 l", "Milk, whole, 2 l", "Motor oil 1 l"),
        ("Vollmilch 3,5 %", "Fettarme Vollmilch", "Motorenöl"),
        ("חלב טרי 3%", "חלב טרי 1%", "שמן מנוע"),
        ("牛乳 低脂肪", "牛乳 成分無調整", "食器用洗剤"),
        ("Crème fraîche", "creme fraiche 30 %", "Farine de blé"),
        ("Молоко цельное", "молоко топлёное", "Масло моторное"),
    ],
)
def test_words_are_compared_in_any_language(a: str, b: str, other: str) -> None:
    fillers = [f"thing number {n} of kind {chr(97 + n % 26) * 3}" for n in range(60)]
    of = vectors([a, b, other, "", *fillers])
    found = likeness(of, np.arange(4), of.turned())
    assert found[0, 0] == pytest.approx(1.0, abs=1e-5)
    assert found[0, 1] > 0.15
    assert found[0, 1] > 2 * found[0, 2]
    assert found[3].max() == 0.0


def test_the_same_text_gives_the_same_sequences_in_any_spelling() -> None:
    assert grams("CAFÉ crème") == grams("cafe\u0301 Creme")
    assert grams("  !? ") == []


def test_trends_are_more_than_chance_and_seasons_more_than_growth() -> None:
    rng = np.random.default_rng(5)
    units = rng.poisson(4.0, (40, 400)).astype(float)
    units[0, -7:] = 20
    units[1, 35:63] = 30
    found = trends(units)
    assert found.rising[0] == pytest.approx(20 / 4, rel=0.2)
    assert (found.rising[1:] > 0).sum() <= 1
    assert found.seasonal.argmax() == 1
    assert found.popular[5] == pytest.approx(units[5, -28:].mean())
    young = trends(units[:, -20:])
    assert not young.rising.any()
    assert not young.seasonal.any()
    assert trends(np.zeros((3, 0))).popular.tolist() == [0, 0, 0]
