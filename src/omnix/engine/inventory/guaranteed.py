"""Where to hold safety stock in a supply tree, each stage promising a service time it keeps.

Graves and Willems (2000), Optimizing strategic safety stock placement in supply chains: dynamic
programming over a spanning tree. Service times are whole periods; demand is bounded at ``bound``
standard deviations, above which other means are used. Snyder and Shen, 2nd ed., ch. 6.3.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """A place where stock may be held.

    ``time`` is that of its own work in periods, ``holding`` per unit and period. ``deviation``
    is that of the demand of customers at this very stage. ``promised`` is the longest service
    time these accept (None: anything), ``inbound`` that of an outside supplier.
    """

    id: str
    time: int
    holding: float
    deviation: float = 0.0
    promised: int | None = None
    inbound: int = 0
    bound: float = 1.0


@dataclass(frozen=True)
class Placement:
    """Service times that each stage promises, the periods it covers by stock, and the stock."""

    service_times: Mapping[str, int]
    covered: Mapping[str, int]
    safety_stock: Mapping[str, float]
    cost: float


def place(stages: Sequence[Stage], links: Sequence[tuple[str, str]]) -> Placement:
    """The cheapest placement. ``links`` run from a supplying stage to the one supplied.

    Raises ValueError unless the links join the stages to one tree. Deviations of what a stage's
    successors need are pooled as independent.
    """
    return _Tree(stages, links).solve()


class _Tree:
    def __init__(self, stages: Sequence[Stage], links: Sequence[tuple[str, str]]) -> None:
        self.stage = {stage.id: stage for stage in stages}
        if len(self.stage) != len(stages) or len(links) != len(stages) - 1:
            raise ValueError("a tree has one link fewer than stages, each named once")
        self.suppliers: dict[str, list[str]] = {id: [] for id in self.stage}
        self.customers: dict[str, list[str]] = {id: [] for id in self.stage}
        for source, target in links:
            if source not in self.stage or target not in self.stage or source == target:
                raise ValueError("a link joins two of the stages")
            self.customers[source].append(target)
            self.suppliers[target].append(source)
        self.order = self._labelled()
        self.longest = {id: self._longest(id) for id in self.stage}
        self.deviation = {id: math.sqrt(self._variance(id)) for id in self.stage}

    def _labelled(self) -> list[tuple[str, str | None]]:
        """Each stage before the one neighbour that is left of it: its parent, None at the root."""
        left = {id: {*self.suppliers[id], *self.customers[id]} for id in self.stage}
        found: list[tuple[str, str | None]] = []
        while len(left) > 1:
            leaf = next((id for id, around in left.items() if len(around) == 1), None)
            if leaf is None:
                raise ValueError("the links do not make one tree")
            (parent,) = left.pop(leaf)
            left[parent].discard(leaf)
            found.append((leaf, parent))
        return [*found, (next(iter(left)), None)]

    def _longest(self, id: str) -> int:
        """The replenishment time at most: the longest way from any supplier."""
        stage = self.stage[id]
        before = [self._longest(source) for source in self.suppliers[id]]
        return stage.time + max([stage.inbound, *before])

    def _variance(self, id: str) -> float:
        own = self.stage[id].deviation ** 2
        return own + sum(self._variance(target) for target in self.customers[id])

    def _cost(self, id: str, inbound: int, promised: int) -> float:
        stage = self.stage[id]
        periods = inbound + stage.time - promised
        if periods < 0 or inbound < stage.inbound:
            return math.inf
        if stage.promised is not None and promised > stage.promised:
            return math.inf
        return stage.holding * stage.bound * self.deviation[id] * math.sqrt(periods)

    def solve(self) -> Placement:
        # below[id][t]: least cost of a stage and its finished neighbours when it promises t to
        # (or is promised t by) its parent; choice[id][t] the pair of times that gives it.
        below: dict[str, list[float]] = {}
        choice: dict[str, list[tuple[int, int]]] = {}
        parents = dict(self.order)
        for id, parent in self.order:
            costs = self._pairs(id, below, parents)
            as_supplier = parent is not None and parent in self.customers[id]
            size = self.longest[id] + 1
            if parent is not None and not as_supplier:
                size = self.longest[parent] + 1
            best, pick = [math.inf] * size, [(0, 0)] * size
            for (inbound, promised), cost in costs.items():
                if parent is None:
                    slots: Sequence[int] = (0,)
                elif as_supplier:
                    slots = range(promised, promised + 1)
                else:  # promised so much by the parent, it may reckon with more
                    slots = range(min(inbound, size - 1) + 1)
                for t in slots:
                    if cost < best[t]:
                        best[t], pick[t] = cost, (inbound, promised)
            below[id], choice[id] = best, pick
        return self._told(choice, below)

    def _pairs(
        self, id: str, below: Mapping[str, list[float]], parents: Mapping[str, str | None]
    ) -> dict[tuple[int, int], float]:
        most = self.longest[id] - self.stage[id].time
        found: dict[tuple[int, int], float] = {}
        for inbound in range(most + 1):
            from_suppliers = 0.0
            for source in self.suppliers[id]:
                if parents.get(source) == id:
                    from_suppliers += min(below[source][: inbound + 1])
            for promised in range(inbound + self.stage[id].time + 1):
                cost = self._cost(id, inbound, promised) + from_suppliers
                for target in self.customers[id]:
                    if parents.get(target) == id and cost < math.inf:
                        costs = below[target]
                        cost += costs[promised] if promised < len(costs) else math.inf
                if cost < math.inf:
                    found[inbound, promised] = cost
        return found

    def _told(
        self, choice: Mapping[str, list[tuple[int, int]]], below: Mapping[str, list[float]]
    ) -> Placement:
        root = self.order[-1][0]
        cost = below[root][0]
        if cost == math.inf:
            raise ValueError("no service times keep what was promised")
        times: dict[str, tuple[int, int]] = {root: choice[root][0]}
        for id, parent in reversed(self.order[:-1]):
            assert parent is not None
            inbound, promised = times[parent]
            if parent in self.customers[id]:  # it supplies its parent
                costs = below[id][: inbound + 1]
                slot = min(range(len(costs)), key=costs.__getitem__)
            else:
                slot = promised
            times[id] = choice[id][slot]
        covered = {id: times[id][0] + self.stage[id].time - times[id][1] for id in times}
        stock = {
            id: self.stage[id].bound * self.deviation[id] * math.sqrt(covered[id]) for id in times
        }
        return Placement({id: times[id][1] for id in times}, covered, stock, cost)
