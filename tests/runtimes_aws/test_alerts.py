"""Alerts on the functions of the stack: opened after events, listed, acknowledged, told."""

from ports import emulators
from runtimes_aws.shop import Shop

pytestmark = emulators.GROUP


def test_an_alert_opens_after_an_event_and_is_seen_to(shop: Shop) -> None:
    rule = shop.ok("PATCH", "/alert-rules/below-cost", {"version": 0, "severity": "info"})
    assert rule["version"] == 1
    for id, cost in (("lamp", 900), ("vase", 200)):
        product = {"id": id, "sku": id, "name": id, "price_minor": 500, "cost_minor": cost}
        shop.ok("POST", "/products", product)
    shop.settle()
    (alert,) = shop.ok("GET", "/alerts", query={"kind": ["price"]})["items"]
    assert (alert["subject"], alert["severity"], alert["status"]) == (
        "product:lamp", "info", "open",
    )  # fmt: skip
    taken = shop.ok("POST", f"/alerts/{alert['id']}/acknowledge", {"note": "a misprint"})
    assert taken["status"] == "acknowledged"
    shop.ok("PATCH", "/products/lamp", {"version": 1, "cost_minor": 100})
    shop.settle()
    assert not shop.ok("GET", "/alerts", query={"kind": ["price"]})["items"]
    ended = shop.ok("GET", f"/alerts/{alert['id']}")
    assert ended["outcome"]["ended"] == "condition-ended"
    told = shop.ok("GET", "/alert-rules/below-cost")["tally"]
    assert (told["opened"], told["ended"]) == (1, 1)


def test_a_rule_is_tried_where_there_are_no_numerics(shop: Shop) -> None:
    when = {"any": [{"all": [{"attribute": "state", "operator": "is", "value": "low"}]}]}
    told = shop.ok("POST", "/alert-rules/preview", {"kind": "stock", "when": when})
    assert (told["fired"], told["one_in"]) == (0, 1)
