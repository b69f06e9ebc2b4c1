"""Stock and orders against a plain model, over random sequences of what people do."""

import asyncio
import itertools
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
)

from domains.orders.shop import ACTOR, add_stock, all_balances, bundle, fill, plain, product
from omnix.adapters.local.clock import ManualClock
from omnix.adapters.local.platform import open_local
from omnix.declared import COLLECTIONS, FACTS
from omnix.domains.inventory import locations
from omnix.domains.inventory import service as inventory
from omnix.domains.inventory.model import Adjustment, NewLocation, NewTransfer, TransferLine
from omnix.domains.orders import service, transitions
from omnix.domains.orders.model import (
    Cancellation,
    Fulfilment,
    GoodsReturn,
    LineReturn,
    LineUnits,
    NewLine,
    NewOrder,
    Order,
    Refund,
)
from omnix.kit.errors import Conflict, Invalid

PARTS = {"a": {"a": 1}, "b": {"b": 1}, "c": {"c": 1}, "set": {"a": 2, "b": 1}}
PLACES = ("main", "east")
START = 12

_lines = st.lists(
    st.tuples(
        st.sampled_from(sorted(PARTS)), st.integers(1, 6), st.integers(0, 300), st.integers(0, 400)
    ),
    min_size=1,
    max_size=5,
)
_few = st.integers(1, 4)


class ShopMachine(RuleBasedStateMachine):
    """``stock`` holds [on hand, reserved] as a careful clerk would write them down."""

    orders: Any = Bundle("orders")

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = ManualClock()
        self.platform = open_local(Path(self.folder.name), COLLECTIONS, FACTS, clock=self.clock)
        self.ports = self.platform.ports
        self.stock: dict[tuple[str, str], list[int]] = {}
        self.lines: dict[str, list[dict[str, int]]] = {}
        self.answers: dict[str, tuple[NewOrder, Any]] = {}
        self.keys = itertools.count()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    def refused(self, work: Callable[[], Coroutine[Any, Any, Any]]) -> tuple[bool, Any]:
        self.clock.advance(1)
        try:
            return False, self.run(work())
        except (Invalid, Conflict):
            return True, None

    @initialize()
    def open(self) -> None:
        goods = [product(id) for id in "abc"] + [bundle("set", PARTS["set"], price_minor=2_500)]
        self.run(fill(self.ports, goods, dict.fromkeys("abc", START)))
        self.run(locations.create(self.ports, ACTOR, NewLocation(id="east", name="East")))
        self.run(add_stock(self.ports, {"a": START}, "east"))
        self.stock = {(id, place): [0, 0] for id in "abc" for place in PLACES}
        for key in (("a", "main"), ("b", "main"), ("c", "main"), ("a", "east")):
            self.stock[key][0] = START

    def needs(self, lines: list[tuple[str, int]]) -> dict[str, int]:
        total: dict[str, int] = {}
        for id, quantity in lines:
            for part, per_unit in PARTS[id].items():
                total[part] = total.get(part, 0) + per_unit * quantity
        return total

    def free(self, id: str, place: str) -> int:
        on_hand, reserved = self.stock[id, place]
        return on_hand - reserved

    @rule(
        target=orders,
        lines=_lines,
        place=st.sampled_from(PLACES),
        off=st.integers(0, 5_000),
        shipping=st.integers(0, 900),
        paid=st.booleans(),
    )
    def place(self, lines: Any, place: str, off: int, shipping: int, paid: bool) -> Any:
        new = NewOrder(
            lines=tuple(NewLine(id, n, price, discount) for id, n, price, discount in lines),
            location_id=place,
            discount_minor=off,
            shipping_minor=shipping,
            payment_state="paid" if paid else "unpaid",
        )
        wanted = self.needs([(id, n) for id, n, _, _ in lines])
        sums = [n * price - discount for _, n, price, discount in lines]
        possible = (
            min(sums) >= 0
            and off <= sum(sums)
            and all(n <= max(self.free(id, place), 0) for id, n in wanted.items())
        )
        key = f"key{next(self.keys)}"
        refused, placed = self.refused(lambda: service.place(self.ports, ACTOR, new, key))
        assert refused is not possible
        if refused:
            return multiple()
        assert placed["total_minor"] == sum(sums) - off + shipping
        assert (
            sum(line["total_minor"] for line in placed["lines"]) + shipping
            == (placed["total_minor"])
        )
        for id, n in wanted.items():
            self.stock[id, place][1] += n
        id = placed["id"]
        self.answers[key] = new, placed
        self.lines[id] = [
            {"ordered": n, "fulfilled": 0, "returned": 0, "cancelled": 0} for _, n, _, _ in lines
        ]
        return id, place, [line_id for line_id, *_ in lines]

    def open_of(self, line: dict[str, int], kind: str) -> int:
        if kind == "returned":
            return line["fulfilled"] - line["returned"]
        return line["ordered"] - line["fulfilled"] - line["cancelled"]

    @rule(
        order=orders,
        kind=st.sampled_from(["fulfilled", "cancelled", "returned"]),
        some=st.none() | st.lists(_few, min_size=1, max_size=3),
        restock=st.booleans(),
    )
    def change(self, order: Any, kind: str, some: list[int] | None, restock: bool) -> None:
        id, place, products = order
        lines = self.lines[id]
        if some is None:
            units = {n: left for n, x in enumerate(lines) if (left := self.open_of(x, kind))}
            possible = bool(units)
        else:
            units = dict(enumerate(some))
            possible = all(
                n < len(lines) and quantity <= self.open_of(lines[n], kind)
                for n, quantity in units.items()
            )
        moved = self.needs([(products[n], q) for n, q in units.items() if n < len(lines)])
        if possible and kind == "fulfilled":
            possible = all(q <= self.stock[part, place][0] for part, q in moved.items())
        asked = None if some is None else tuple(LineUnits(n + 1, q) for n, q in units.items())
        back = None if some is None else tuple(
            LineReturn(n + 1, q, restock) for n, q in units.items()
        )  # fmt: skip
        changes = {
            "fulfilled": lambda: transitions.fulfil(self.ports, ACTOR, id, Fulfilment(lines=asked)),
            "cancelled": lambda: transitions.cancel(
                self.ports, ACTOR, id, Cancellation(lines=asked)
            ),
            "returned": lambda: transitions.take_back(
                self.ports, ACTOR, id, GoodsReturn(lines=back, restock=restock)
            ),
        }
        refused, _ = self.refused(changes[kind])
        assert refused is not possible
        if refused:
            return
        for n, quantity in units.items():
            lines[n][kind] += quantity
        for part, quantity in moved.items():
            held = self.stock[part, place]
            if kind == "fulfilled":
                held[0] -= quantity
            elif kind == "returned" and restock:
                held[0] += quantity
            if kind != "returned":
                held[1] -= quantity

    @rule(id=st.sampled_from("abc"), place=st.sampled_from(PLACES), delta=st.integers(-9, 9))
    def adjust(self, id: str, place: str, delta: int) -> None:
        change = Adjustment(location_id=place, delta=delta)
        refused, after = self.refused(lambda: inventory.adjust(self.ports, ACTOR, id, change))
        possible = delta > 0 or (delta < 0 and -delta <= self.free(id, place))
        assert refused is not possible
        if not refused:
            self.stock[id, place][0] += delta
            assert after.on_hand == self.stock[id, place][0]

    @rule(id=st.sampled_from("abc"), place=st.sampled_from(PLACES), found=st.integers(0, 15))
    def count(self, id: str, place: str, found: int) -> None:
        change = Adjustment(location_id=place, count_to=found)
        after = self.run(inventory.adjust(self.ports, ACTOR, id, change))
        self.stock[id, place][0] = found
        assert after.available == self.free(id, place)

    @rule(id=st.sampled_from("abc"), quantity=_few, back=st.booleans())
    def transfer(self, id: str, quantity: int, back: bool) -> None:
        start, end = PLACES[::-1] if back else PLACES
        new = NewTransfer(
            from_location_id=start, to_location_id=end, lines=(TransferLine(id, quantity),)
        )
        refused, _ = self.refused(lambda: inventory.transfer(self.ports, ACTOR, new))
        assert refused is not (quantity <= self.free(id, start))
        if not refused:
            self.stock[id, start][0] -= quantity
            self.stock[id, end][0] += quantity

    @rule(order=orders, amount=st.integers(1, 3_000))
    def refund(self, order: Any, amount: int) -> None:
        before: Order = self.run(service.get(self.ports, order[0]))
        body = Refund(amount_minor=amount)
        refused, after = self.refused(lambda: transitions.refund(self.ports, ACTOR, order[0], body))
        assert refused is (amount > before.paid_minor - before.refunded_minor)
        if not refused:
            assert after.refunded_minor == before.refunded_minor + amount

    @rule()
    def retry_everything(self) -> None:
        for key, (new, first) in self.answers.items():
            again = self.run(service.place(self.ports, ACTOR, new, key))
            assert plain(again) == plain(first)

    @invariant()
    def agrees(self) -> None:
        found = self.run(all_balances(self.ports))
        assert {key: found.get(key, (0, 0)) for key in self.stock} == {
            key: tuple(held) for key, held in self.stock.items()
        }
        for id, lines in self.lines.items():
            order = self.run(service.get(self.ports, id))
            assert [
                {
                    "ordered": x.quantity,
                    "fulfilled": x.fulfilled,
                    "returned": x.returned,
                    "cancelled": x.cancelled,
                }
                for x in order.lines
            ] == lines

    def teardown(self) -> None:
        self.platform.close()
        self.loop.close()
        self.folder.cleanup()


TestShop = ShopMachine.TestCase
TestShop.settings = settings(
    max_examples=50,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
