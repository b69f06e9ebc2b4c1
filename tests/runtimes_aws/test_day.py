"""A shop's day on the functions of the stack, each called with what Amazon's services send."""

from ports import emulators
from runtimes_aws.shop import Shop

pytestmark = emulators.GROUP


def test_an_order_reaches_the_dashboard(shop: Shop) -> None:
    product = {"id": "mug", "sku": "MUG", "name": "Mug", "price_minor": 900, "category": "cups"}
    assert shop.ok("POST", "/products", product)["id"] == "mug"
    shop.ok("POST", "/inventory/mug/adjust", {"delta": 10, "reason": "opening"})
    order = shop.ok("POST", "/orders", {"lines": [{"product_id": "mug", "quantity": 3}]})
    assert order["total_minor"] == 2700
    shop.settle()
    told = shop.ok("GET", "/dashboard/summary")
    statistics = shop.ok("GET", "/orders/statistics")
