"""How good forecasts are, and which models answer, in the browser."""

import re
import time
from typing import Any

from playwright.sync_api import expect

from .conftest import Api, Visit

_PATIENCE = 180.0


def _until_there(api: Api, path: str) -> dict[str, Any]:
    """The first item of a list that the worker fills."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        items = api.get(path)["items"]
        if items:
            first: dict[str, Any] = items[0]
            return first
        time.sleep(0.5)
    raise AssertionError(f"nothing came to {path}")


def _percent(value: float) -> str:
    return f"{100 * value:.1f}%"  # the column's digits


def test_a_backtest_is_asked_for_and_read(visit: Visit, api: Api) -> None:
    page = visit.open("/accuracy/")
    page.get_by_role("button", name="Backtest now").click()
    expect(page.get_by_text("A backtest was asked for")).to_be_visible()
    made = _until_there(api, "/v1/forecasts/backtests")
    page.goto(f"{visit.server.url}/accuracy/?id={made['id']}")
    whole = page.get_by_role("table", name="All products")
    first = whole.locator("tbody tr").first
    expect(first).to_contain_text(f"1 to {made['horizon_days']}")
    expect(first).to_contain_text(_percent(made["whole"]["wape"]))
    groups = page.get_by_role("table", name="By group")
    expect(groups.locator("tbody tr").first).to_be_visible()
    page.get_by_text("ABC/XYZ class", exact=True).click()
    expect(page).to_have_url(re.compile("by=class"))
    expect(groups.locator("tbody th").first).to_have_text(re.compile("^[ABC][XYZ]$"))
    page.get_by_text("What the figures mean").click()
    expect(page.get_by_text("Below 0, repeating last week was better.")).to_be_visible()


def test_a_model_shows_what_it_rests_on(visit: Visit, api: Api) -> None:
    _until_there(api, "/v1/ml/models/forecast/versions")
    page = visit.open("/models/")
    table = page.get_by_role("table", name="Models")
    expect(table.locator("tbody tr")).to_have_count(len(api.get("/v1/ml/models")["items"]))
    table.get_by_role("link", name="Demand of each product by day").click()
    page.wait_for_url("**/model/?name=forecast")
    champion = api.get("/v1/ml/models/forecast")["champions"][0]
    expect(page.get_by_text(champion["data"]["fingerprint"])).to_be_visible()
    expect(page.get_by_text(champion["code"])).to_be_visible()
    expect(page.get_by_role("table", name="Decisions")).to_contain_text("First")
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_role("button", name="Train now").click()
    expect(page.get_by_text("The training was asked for.")).to_be_visible()
    page.goto(f"{visit.server.url}/model/?name=none")
    expect(page.get_by_text("This does not exist")).to_be_visible()
