"""From the first start to the first forecast: files understood, checked, imported, left out."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from playwright.sync_api import Page, expect

from faults.server import running

from .conftest import ADMIN, PASSWORD, Server, Visitor, access_token
from .test_everyone import violations

GOODS = "sku,name,price,category\nTEA-1,Tea,4.90,Tea\nTEA-2,More tea,5.90,Tea\nMUG,Mug,,Mugs\n"
PROMOTIONS = (
    "campaign,article,cheaper by,from,until\n"
    "Tea week,TEA-1,20,2026-06-01,2026-06-07\n"
    "Tea week,TEA-2,20%,2026-06-01,2026-06-07\n"
    "Tea week,CUP,20,2026-06-01,2026-06-07\n"
    "Give away,TEA-1,100,2026-06-08,2026-06-09\n"
)


def choose(page: Page, name: str, text: str) -> None:
    content = {"name": name, "mimeType": "text/csv", "buffer": text.encode()}
    page.get_by_label("File", exact=True).set_input_files(content)  # type: ignore[arg-type]


def orders() -> str:
    """Ten weeks of one product until yesterday, each order of one line."""
    now = datetime.now(UTC)
    days = {number: now - timedelta(days=number) for number in range(1, 71)}
    lines = [
        f"{number},{day:%Y-%m-%dT10:00:00Z},TEA-1,{1 + number % 3},4.90,EUR"
        for number, day in days.items()
    ]
    return "\n".join(["order_number,placed_at,sku,quantity,unit_price,currency", *lines, ""])


def begin(page: Page, url: str, one_time: str) -> None:
    """The first start: the one-time password is good for choosing one's own."""
    page.goto(url + "/")
    page.locator("input[name=email]").fill(ADMIN)
    page.locator("input[name=password]").fill(one_time)
    page.locator("button[type=submit]").click()
    for name in ("new_password", "repeat"):
        page.locator(f"input[name={name}]").fill(PASSWORD)
    page.locator("button[type=submit]").click()
    expect(page.get_by_role("heading", name="There is no data yet")).to_be_visible()


def test_files_are_understood_checked_and_brought_in(visitor: Visitor, tmp_path: Path) -> None:
    # A shop of its own: one that holds the demo takes in no files.
    with running(tmp_path / "data", "--no-demo") as real:
        one_time = real.password()
        assert one_time is not None, real.output()
        visit = visitor(at=Server(real.url, ADMIN, PASSWORD))
        page = visit.page
        begin(page, real.url, one_time)
        page.get_by_role("link", name="Bring a file in").click()
        page.wait_for_url("**/import/")
        choose(page, "goods.csv", GOODS)
        expect(page.get_by_text("Read as: Products.")).to_be_visible()
        page.get_by_role("button", name="Check the file").click()
        expect(page.get_by_text("Checked. Nothing was stored so far.")).to_be_visible()
        expect(page.get_by_text("products: 2")).to_be_visible()
        reasons = page.get_by_label("Why rows were left out")
        expect(reasons).to_contain_text("1 × price is missing (first in line 4)")
        page.get_by_role("button", name="Import it").click()
        expect(page.get_by_text("Imported. Dashboard and forecasts follow")).to_be_visible()
        before = page.get_by_role("table", name="Imported so far").locator("tbody tr")
        expect(before).to_contain_text("goods.csv")

        page.get_by_label("What it holds", exact=True).select_option("promotions")
        choose(page, "promotions.csv", PROMOTIONS)
        expect(page.get_by_text("Name a column for what is needed")).to_be_visible()
        expect(page.get_by_role("button", name="Check the file")).to_have_count(0)
        page.get_by_label("Column for: percent off").select_option("cheaper by")
        page.get_by_role("button", name="Check the file").click()
        expect(reasons).to_contain_text("sku is no article number of this shop (first in line 4)")
        expect(reasons).to_contain_text("1 to 95 percent (first in line 5)")
        assert violations(page) == []
        page.get_by_role("button", name="Import it").click()
        expect(page.get_by_text("Imported. Dashboard and forecasts follow")).to_be_visible()
        with page.expect_download() as download:
            page.get_by_role("button", name="Save the rows left out (CSV)", exact=True).click()
        assert "CUP" in download.value.path().read_text()
        token = access_token(real.url, ADMIN, PASSWORD)
        listed = httpx.get(
            f"{real.url}/v1/forecasts/promotions", headers={"Authorization": f"Bearer {token}"}
        ).json()["items"]
        assert [(p["name"], p["percent_off"], p["product_ids"]) for p in listed] == [
            ("Tea week", 20, ["TEA-1", "TEA-2"])
        ]
        expect(before).to_have_count(2)

        choose(page, "orders.csv", orders())
        page.get_by_label("What it holds", exact=True).select_option("")
        expect(page.get_by_text("Read as: Orders, a row for each line.")).to_be_visible()
        page.get_by_role("button", name="Check the file").click()
        page.get_by_role("button", name="Import it").click()
        expect(page.get_by_text("Imported. Dashboard and forecasts follow")).to_be_visible()
        expect(before).to_have_count(3)
        # Nobody asks for the first forecast: it follows, and the product's page shows it.
        page.goto(f"{real.url}/product/?id=TEA-1")
        fan = page.get_by_role("slider", name=re.compile("^Forecast"))
        expect(fan).to_be_visible(timeout=60_000)
        expect(fan).to_have_attribute("aria-valuetext", re.compile("Expected"))
        assert not visit.complaints
        assert not visit.foreign
