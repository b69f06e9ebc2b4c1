"""The analyst on the functions that answer: with numerics, with Bedrock, and for assistants."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from domains.analyst.liar import LyingServer, Messages, results
from omnix.runtimes.aws import api
from ports import emulators
from runtimes_aws.events import Context, rest
from runtimes_aws.shop import Shop
from runtimes_aws.test_api import LAKE, NUMERICS, function_of, without

pytestmark = emulators.GROUP
CUP = {"id": "cup", "sku": "CUP", "name": "Cup", "price_minor": 100}


def _mcp(tool: str, **given: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call",
            "params": {"name": tool, "arguments": given}}  # fmt: skip


def test_questions_causes_and_results_are_answered_where_there_are_numerics(shop: Shop) -> None:
    variants = [{"key": key, "weight": 5000, "value": key} for key in ("old", "new")]
    test = {"id": "hue", "key": "hue", "name": "Hue", "variants": variants,
            "metrics": [{"name": "conversion"}]}  # fmt: skip
    shop.ok("POST", "/products", CUP)
    shop.ok("POST", "/experiments", test)
    shop.ok("POST", "/experiments/hue/start")
    requests = [
        ("POST", "/v1/ai/ask", {"question": "Why did revenue change last week?"}),
        ("POST", "/v1/ai/tools/explain_change", {}),
        ("POST", "/v1/ai/tools/experiment_results", {"experiment_id": "hue"}),
        ("POST", "/v1/ai/insights/experiments/hue", None),
        ("POST", "/v1/ai/insights/stock", None),
        ("POST", "/mcp", _mcp("explain_change")),
    ]
    assert {function_of(path) for _, path, _ in requests} == {"forecast"}
    told = without(LAKE, shop, requests)  # type: ignore[arg-type]
    assert {status for status, _ in told.values()} == {200}, told
    assert '"tool":"explain_change"' in told["/v1/ai/tools/explain_change"][1]
    assert "verdict" in told["/v1/ai/tools/experiment_results"][1]
    assert '"result":{"content":[{"type":"text"' in told["/mcp"][1]
    assert "isError" not in told["/mcp"][1]
    page = shop.ok("POST", "/ai/ask", {"question": "Did the Hue test win?"})
    assert [result["tool"] for result in page["results"]] == ["experiments", "experiment_results"]


def test_a_product_and_a_customer_in_words_need_no_numerics(shop: Shop) -> None:
    shop.ok("POST", "/products", {**CUP, "id": "cap", "sku": "CAP"})
    requests = [("POST", "/v1/products/cap/analyze", None)]
    assert function_of("/v1/products/cap/analyze") == "backend"
    told = without([*NUMERICS, *LAKE], shop, requests)  # type: ignore[arg-type]
    assert {status for status, _ in told.values()} == {200}, told


def test_where_to_read_of_proof_is_below_the_stage(shop: Shop) -> None:
    refused = api.handle(rest("POST", "/mcp", _mcp("metrics")), Context())
    assert refused["statusCode"] == 401
    told = refused["headers"]["www-authenticate"].split('"')[1]
    host = "abc.execute-api.us-east-1.amazonaws.com/dev"
    assert told.endswith(f"{host}/.well-known/oauth-protected-resource/mcp")
    page = api.handle(rest("GET", "/.well-known/oauth-protected-resource/mcp"), Context())
    assert json.loads(page["body"])["resource"].endswith(f"{host}/mcp")


def _said(messages: Messages) -> Any:
    """Looks up, makes a number up, and is corrected."""
    if not results(messages):
        return [("metrics", {"days": 30})]
    if "999,999" not in str(messages):
        return "Revenue was EUR 999,999.00. There were {r1.orders} orders."
    return "There were {r1.orders} orders."


MODEL = "anthropic.claude-3-haiku-20240307-v1:0"


@pytest.fixture
def modelled(shop: Shop, bedrock: LyingServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """The functions of a stack that names a model, which makes numbers up."""
    monkeypatch.setenv("CHAT_MODEL", MODEL)
    monkeypatch.setattr(bedrock, "behaviour", _said)
    _afresh()
    yield shop
    _afresh()


def _afresh() -> None:
    if api._service.cache_info().currsize:
        api._service().container.close()
        api._service.cache_clear()


def test_bedrock_answers_over_the_api_and_its_numbers_are_checked(
    modelled: Shop, bedrock: LyingServer
) -> None:
    shop = modelled
    answer = shop.ok("POST", "/ai/ask", {"question": "How many orders?"})
    assert (answer["by"], answer["model"]) == ("model", MODEL)
    assert answer["text"] == "There were 0 orders."
    assert [result["tool"] for result in answer["results"]] == ["metrics"]
    assert len(bedrock.asked) == 3
    (call, *_) = shop.ok("GET", "/ai/calls")["items"]
    assert (call["by"], call["unsupported"]) == ("model", 1)
    assert call["tokens_in"] > 0
