"""In baskets of what size a customer's products come: the next one may be small or large."""

from dataclasses import dataclass

import numpy as np

from omnix.engine.recommend.baskets import F64, Histories, Pairs, kin_of, pair_of
from omnix.engine.recommend.sparse import F32, I64, Sparse

NAMES = (
    "light", "light_lately", "size_with", "lately", "kin_light", "light_next", "size_next",
    "light_baskets", "last_size",
)  # fmt: skip
HALF_LIFE = 45.0
"""Days in which a purchase loses half of its weight in what is of late."""


@dataclass(frozen=True)
class Sizes:
    """``own`` [pairs, 4] by row of the customers' pairs, ``kin`` [pairs of kinds] likewise,
    ``items`` [items, 2] and ``users`` [users, 2]: the columns of NAMES in that order.

    A basket of n items counts 1/n for each of them: ``light`` is that per basket of the customer,
    ``light_lately`` the item's share of what lately came so, ``size_with`` the mean size of its
    baskets, ``lately`` how many they are, each less by its age. ``light_next`` and ``size_next``
    say the same of others' next baskets.
    """

    own: F32
    kin: F32
    items: F32
    users: F32


def sizes(of: Histories, before: Pairs, kin: Pairs | None, group: I64 | None, by: Sparse) -> Sizes:
    """Of the customers of ``of``, whose pairs are ``before`` and of kinds ``kin``; ``by`` are next
    baskets of others [customers, items]."""
    begins = of.begins()
    count = np.diff(np.append(begins, len(of.user))).astype(float)
    size = np.repeat(count, count.astype(np.int64))
    fresh = 0.5 ** ((of.now[of.user] - of.day) / HALF_LIFE)
    baskets = np.maximum(of.baskets(), 1).astype(float)
    who = before.user
    light_of = np.bincount(of.user, fresh / size, of.users)

    def summed(values: F64) -> F64:
        return np.asarray(np.bincount(row, values, len(who)), np.float64)

    row = pair_of(of, before)
    own = [
        summed(1.0 / size) / baskets[who],
        summed(fresh / size) / np.maximum(light_of[who], 1e-300),
        summed(size) / np.maximum(before.count, 1.0),
        summed(fresh),
    ]
    alike = np.zeros(0)
    if kin is not None and group is not None and len(kin.item):
        at = kin_of(before, kin, group)[row]
        alike = np.bincount(at, 1.0 / size, len(kin.user)) / baskets[kin.user]
    last = np.full(of.users, np.nan)
    last[of.user[begins]] = count  # a customer's last basket comes last
    light = np.bincount(of.user[begins], 1.0 / count, of.users) / baskets
    return Sizes(
        np.stack(own, 1).astype(np.float32),
        alike.astype(np.float32),
        _next(by),
        np.column_stack([light, last]).astype(np.float32),
    )


def _next(by: Sparse) -> F32:
    size = by.lengths().astype(float)
    came = np.maximum(by.column_sums().astype(float), 1.0)
    each = size[by.row_of()]
    light = np.bincount(by.column, 1.0 / each, by.width) / max(1, int((size > 0).sum()))
    mean = np.bincount(by.column, each, by.width) / came
    return np.column_stack([light, mean]).astype(np.float32)
