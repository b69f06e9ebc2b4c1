"""The shop that every service starts from: the same products, prices and stock."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

PRODUCTS = 5_000
PLENTY = 1_000_000
SCARCE = 20
CURRENCY = "GBP"
WORDS = ("kettle", "candle", "basket", "lantern", "teapot", "ribbon", "drawer", "cushion")


@dataclass(frozen=True, slots=True)
class Product:
    number: int
    name: str
    price_minor: int
    stock: int


def products() -> list[Product]:
    """Products 1..PRODUCTS with plenty of stock, then one with SCARCE units for the race."""
    return [
        Product(
            number,
            f"{WORDS[number % len(WORDS)]} number {number}",
            199 + number * 7 % 5_000,
            SCARCE if number > PRODUCTS else PLENTY,
        )
        for number in range(1, PRODUCTS + 2)
    ]


@dataclass(frozen=True, slots=True)
class Ids:
    """How one service calls the shop's things in its JSON. `products` leaves the scarce one out."""

    customer: int | str
    location: int | str
    products: Sequence[int | str]
    scarce: int | str

    def order(self, lines: Sequence[tuple[int | str, int]]) -> dict[str, Any]:
        return {
            "customer_id": self.customer,
            "location_id": self.location,
            "lines": [{"product_id": product, "quantity": n} for product, n in lines],
        }

    def stock(self) -> dict[str, int]:
        """Units at the start of each product, by its id as text."""
        names = [*self.products, self.scarce]
        return {str(name): p.stock for name, p in zip(names, products(), strict=True)}

    def random_order(self, random: Random) -> dict[str, Any]:
        return self.order([(p, random.randint(1, 3)) for p in random.sample(self.products, 3)])
