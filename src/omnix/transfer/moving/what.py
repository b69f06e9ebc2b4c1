"""What moves with a shop and what stays, each with its reason."""

from collections.abc import Iterable, Mapping

from omnix.domains.customers.declare import CUSTOMERS
from omnix.domains.inventory.declare import BALANCES, LEDGER, STOCK_DAYS, SUPPLIERS
from omnix.domains.inventory.stock_days import SOURCE
from omnix.domains.orders.declare import ORDERS
from omnix.domains.products.declare import PRODUCTS
from omnix.domains.system.declare import SETTINGS
from omnix.kit.declare import Collection
from omnix.transfer.declare import IMPORTS, MOVES

STAYS: Mapping[str, str] = {
    "sessions": "they hang on a signing key, which is never copied: everybody signs in again",
    "sign_in_attempts": "they count some minutes",
    "beats": "signs of life of one place's workers",
    "jobs": "what one place was asked to do; everything queued is done before",
    "troubled": "how one place's consumers fare",
    MOVES.name: "who moved where, told on each side",
}
"""Collections that stay. Idempotency keys move: whoever asks again after the move, for want of
an answer, must not get a second order. Poisoned events move, as each holds all it needs."""

ALSO_STAYS: Mapping[str, str] = {
    "signing keys": "each place signs with its own; a copy would let one place speak for the other",
    "events": "all are taken before the shop moves, and each place numbers its own",
    "positions of consumers": "they number events that stay",
    "ids of visitors' events": "one machine keeps their hashes; send nothing twice across the move",
    "dead letters": "redrive or drop them before; their jobs stay too",
}

EMPTY = (PRODUCTS, CUSTOMERS, ORDERS, BALANCES, LEDGER, SUPPLIERS, IMPORTS)
"""A place where any of these has an item holds a shop. Settings and users are there from its
first start on; those of the shop that moves in take their place."""

LAST = SETTINGS
"""Until the settings came, the target says of itself that it holds no shop."""

POSITIONS: Mapping[str, tuple[str, ...]] = {STOCK_DAYS.name: (SOURCE,)}
"""Positions that the lake keeps of a source that moves, by fact: without it, days that are
written already would be written again. Those of imports that did not end move besides; those
of the event log do not."""


def moving(collections: Iterable[Collection]) -> list[Collection]:
    """Those that move, in the order in which they do."""
    found = [each for each in collections if each.name not in STAYS]
    return sorted(found, key=lambda each: each.name == LAST.name)
