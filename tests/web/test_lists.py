"""Every list sorts, keeps its order in the address and goes out as a table."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .conftest import Api, Visit

LISTS = (
    ("/products/", "Price", "price_minor", "/v1/products", "id"),
    ("/customers/", "Name", "name", "/v1/customers", "id"),
    ("/orders/", "Placed", "placed_at", "/v1/orders", "id"),
    ("/purchase-orders/", "Supplier", "supplier", "/v1/purchase-orders", "id"),
    ("/suppliers/", "Lead time", "lead_time", "/v1/suppliers", "id"),
    ("/inventory/", "Value", "value", "/v1/inventory/values", "product_id"),
    ("/dashboard/products/", "Units", "units", "/v1/dashboard/products", "product_id"),
)
"""Where a list stands, a head to sort by, its order in the API, the list there, and a row's id."""


HELD = (
    ("/replenishment/", "Available", "available", "/v1/inventory/replenishment"),
    ("/forecasts/lost-sales/", "Units", "units", "/v1/forecasts/lost-sales"),
    ("/alerts/rules/", "Rule", "name", "/v1/alert-rules"),
    ("/system/jobs/", "Asked for", "created_at", "/v1/jobs"),
)
"""Lists that the API has in one order, which the browser holds whole to sort and search them."""


def _exported(page: Page) -> list[dict[str, str]]:
    with page.expect_download() as started:
        page.get_by_role("button", name="Export CSV").click()
    return list(csv.DictReader(io.StringIO(Path(started.value.path()).read_text())))


@pytest.fixture(scope="module")
def _some_drafts(api: Api) -> None:
    suppliers = api.get("/v1/suppliers", limit=2)["items"]
    product_id, _ = api.stocked()
    for supplier in suppliers:
        lines = [{"product_id": product_id, "quantity": 1}]
        api.ask("POST", "/v1/purchase-orders", {"supplier_id": supplier["id"], "lines": lines})


@pytest.mark.usefixtures("_some_drafts")
@pytest.mark.parametrize(("path", "head", "sort", "listed", "name"), LISTS)
def test_a_list_is_sorted_by_its_heads_and_exported(
    visit: Visit, api: Api, path: str, head: str, sort: str, listed: str, name: str
) -> None:
    page = visit.open(path)
    button = page.get_by_role("button", name=re.compile(f"^{head}"))
    column = page.get_by_role("columnheader", name=re.compile(f"^{head}"))
    for _ in range(2):
        before = column.get_attribute("aria-sort")
        button.click()
        ways = {"ascending", "descending"} - {before}
        expect(column).to_have_attribute("aria-sort", re.compile("|".join(ways)))
        turned = column.get_attribute("aria-sort") == "descending"
        order = f"-{sort}" if turned else sort
        rows: list[dict[str, Any]] = api.get(listed, limit=200, sort=order)["items"]
        shown = page.locator("tbody th a")
        expect(shown.first).to_contain_text(rows[0].get("name") or rows[0].get("number") or "")
    page.reload()
    expect(column).to_have_attribute("aria-sort", "descending" if turned else "ascending")
    exported = [row[name] for row in _exported(page)]
    assert exported[:200] == [row[name] for row in rows]
    assert not visit.complaints


def test_suppliers_are_searched(visit: Visit, api: Api) -> None:
    supplier = api.get("/v1/suppliers", limit=1, sort="-name")["items"][0]
    page = visit.open("/suppliers/")
    page.get_by_role("searchbox").fill(supplier["name"].upper())
    rows = page.get_by_role("table", name="Suppliers").locator("tbody tr")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text(supplier["name"])
    page.get_by_role("searchbox").fill("nobody of this name")
    expect(page.get_by_text("No supplier matches")).to_be_visible()


def test_segments_are_sorted_by_their_heads(visit: Visit, api: Api) -> None:
    rows = api.get("/v1/segments", limit=200, sort="-name")["items"]
    names = [row["name"] for row in rows if row["kind"] == "lifecycle"]
    assert len(names) > 1
    page = visit.open("/segments/?sort=name")
    page.get_by_role("button", name="Name: sort the list").click()
    expect(page).to_have_url(re.compile(r"\?sort=-name$"))
    shown = page.get_by_role("table", name="Segments").locator("tbody th bdi:first-child")
    expect(shown).to_have_text(names, ignore_case=True)


@pytest.mark.parametrize(("path", "head", "fact", "listed"), HELD)
def test_a_list_that_is_held_whole_is_sorted_searched_and_exported(
    visit: Visit, api: Api, path: str, head: str, fact: str, listed: str
) -> None:
    page = visit.open(path)
    column = page.get_by_role("columnheader", name=re.compile(f"^{head}"))
    page.get_by_role("button", name=re.compile(f"^{head}.*: sort the list")).click()
    expect(column).to_have_attribute("aria-sort", re.compile("ascending|descending"))
    page.reload()
    expect(column).to_have_attribute("aria-sort", re.compile("ascending|descending"))
    turned = column.get_attribute("aria-sort") == "descending"
    page.locator("tbody tr").first.wait_for()
    exported = [row[fact] for row in _exported(page)]
    assert len(exported) == len(api.get(listed, limit=200)["items"]) > 1
    if all(re.fullmatch(r"-?[\d.]+", value) for value in exported):
        assert exported == sorted(exported, key=float, reverse=turned)
    else:
        assert exported == sorted(exported, key=str.casefold, reverse=turned)
    page.get_by_role("searchbox").fill("nothing has this in it")
    expect(page.get_by_role("table")).to_have_count(0)
    page.get_by_role("searchbox").fill(exported[0].upper())
    expect(page.locator("tbody tr").first).to_be_visible()
    expect(page).to_have_url(re.compile(r"[?&]q="))
    assert _exported(page)[0][fact] == exported[0]
    assert not visit.complaints


def test_cards_are_put_in_another_order(visit: Visit, api: Api) -> None:
    page = visit.open("/alerts/?state=active")
    cards = page.get_by_role("list", name="Alerts").locator("h2, h3")
    expect(cards.first).to_be_visible()
    newest = api.get("/v1/alerts", limit=25, sort="-created_at")["items"]
    page.get_by_label("Sort by").select_option("-created_at")
    expect(page).to_have_url(re.compile(r"sort=-created_at"))
    expect(cards.first).to_contain_text(newest[0]["title"])
    page.get_by_label("Sort by").select_option("loss_minor")
    least = min(api.get("/v1/alerts", limit=200)["items"], key=lambda alert: alert["loss_minor"])
    expect(cards.first).to_contain_text(least["title"])
