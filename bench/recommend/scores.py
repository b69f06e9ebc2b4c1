"""Recall and NDCG of lists, by customer."""

from dataclasses import dataclass

import numpy as np

from omnix.engine.recommend.sparse import I64, Sparse

AT = (10, 20)


@dataclass(frozen=True)
class Lists:
    """What a method proposed, [customers, 20], and its figures by customer."""

    method: str
    items: I64
    hits: np.ndarray
    recall: dict[int, np.ndarray]
    ndcg: dict[int, np.ndarray]
    seconds: float

    def line(self) -> str:
        """The means."""
        parts = [f"R@{k} {self.recall[k].mean():.4f}" for k in AT]
        parts += [f"N@{k} {self.ndcg[k].mean():.4f}" for k in AT]
        return f"{self.method:<28} {'  '.join(parts)}  CPU {self.seconds:.1f} s"


def judge(method: str, items: I64, wanted: Sparse, seconds: float) -> Lists:
    """``wanted`` [customers, items]; the ideal of NDCG is min(k, size of the basket) hits."""
    row = np.arange(len(items))[:, None]
    key = np.where(items >= 0, row * wanted.width + items, -1)
    real = wanted.row_of() * wanted.width + wanted.column
    hits = np.isin(key, real)
    size = np.maximum(wanted.lengths(), 1)
    discount = 1.0 / np.log2(np.arange(2, items.shape[1] + 2))
    ideal = np.cumsum(discount)
    recall = {k: hits[:, :k].sum(1) / size for k in AT}
    ndcg = {k: (hits[:, :k] * discount[:k]).sum(1) / ideal[np.minimum(size, k) - 1] for k in AT}
    return Lists(method, items, hits, recall, ndcg, seconds)


def difference(ours: Lists, theirs: Lists, k: int = 10) -> str:
    """Mean of the paired differences in recall, its standard error, and the share gained."""
    gap = ours.recall[k] - theirs.recall[k]
    error = gap.std(ddof=1) / np.sqrt(len(gap))
    share = gap.mean() / theirs.recall[k].mean()
    return (
        f"{ours.method} - {theirs.method}: R@{k} {gap.mean():+.4f} "
        f"(standard error {error:.4f}), {100 * share:+.1f} %"
    )
