"""The analyst on the backend function, which has neither numerics nor the lake's libraries."""

from runtimes_aws.shop import Shop
from runtimes_aws.test_api import LAKE, NUMERICS, function_of, without


def test_questions_tools_and_assistants_are_answered_without_numerics(shop: Shop) -> None:
    shop.ok("POST", "/products", {"id": "cup", "sku": "CUP", "name": "Cup", "price_minor": 100})
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call",
            "params": {"name": "metrics", "arguments": {"days": 30}}}  # fmt: skip
    requests = [
        ("POST", "/v1/ai/ask", {"question": "How is the shop doing?"}),
        ("POST", "/v1/ai/tools/product_sales", {"product_id": "cup"}),
        ("POST", "/v1/products/cup/analyze", None),
        ("POST", "/v1/ai/insights/stock", None),
        ("POST", "/mcp", call),
    ]
    assert {function_of(path) for _, path, _ in requests} == {"backend"}
    told = without([*NUMERICS, *LAKE], shop, requests)  # type: ignore[arg-type]
    assert {status for status, _ in told.values()} == {200}, told
    assert "The shop took" in str(told["/v1/ai/ask"])
    assert '"result":{"content":[{"type":"text"' in str(told["/mcp"][1])
