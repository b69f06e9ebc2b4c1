"""What the change is explained from, as arrays by product and day."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Real = npt.NDArray[np.float64]
Flag = npt.NDArray[np.bool_]
Metric = Literal["revenue", "units", "margin"]


@dataclass(frozen=True)
class Groups:
    """One way to sort orders into groups of customers, which may overlap.

    ``amount`` [group, day] is in the metric's unit, ``orders`` [group, day] a count;
    ``share`` [group, product] is the group's part of what a product brought. ``whole`` is
    what each group is a part of and compared with the rest of. With
    ``selected``, customers were sorted by how much they had bought, so that only days after the
    sorting, which are those of the two periods, may be compared.
    """

    name: str
    labels: Sequence[str]
    amount: Real
    orders: Real
    share: Real
    whole: "Whole"
    selected: bool = False


@dataclass(frozen=True)
class Whole:
    """What groups are parts of: ``amount`` and ``orders`` [day], ``share`` [product]."""

    amount: Real
    orders: Real
    share: Real


@dataclass(frozen=True)
class History:
    """The shop's days, consecutive, all arrays [product, day] or [day].

    Sales alone, without returns and charges: ``units``; ``gross`` before discounts and
    ``discount`` in minor units; ``cost`` in minor units or None where the metric needs none.
    ``stock`` is the share of a product's usual trade for which it was in stock, ``listed`` its
    shelf price in minor units; both NaN where nobody tells. ``orders`` [outlet, day] counts
    orders of each outlet (a location's channel), ``single`` [day] those of one line.
    ``sessions`` [day] counts visits of the web shop and ``web`` names its outlets, both None
    where visits are not counted. ``returned`` and ``charged`` [day] are in the metric's unit.
    """

    metric: Metric
    units: Real
    gross: Real
    discount: Real
    cost: Real | None
    stock: Real
    listed: Real
    orders: Real
    single: Real
    returned: Real
    charged: Real
    groups: Sequence[Groups] = ()
    sessions: Real | None = None
    web: Flag | None = None

    @property
    def days(self) -> int:
        return int(self.units.shape[1])

    def amount(self) -> Real:
        """What products brought, [product, day], in the metric's unit."""
        if self.metric == "units":
            return self.units
        net = self.gross - self.discount
        return net if self.cost is None or self.metric == "revenue" else net - self.cost
