"""Orders of a file: what becomes of each row, and that importing again changes nothing."""

from pathlib import Path

import pytest

from omnix.domains.orders import service as order_service
from omnix.domains.products import service as product_service
from omnix.domains.system.settings import shop as settings
from omnix.kit.errors import Conflict, Invalid
from omnix.kit.money import to_text
from omnix.transfer.declare import IMPORTS

from . import samples
from .shop import bring, checksum, everything, sales, shop

pytestmark = pytest.mark.anyio


def file(folder: Path, text: str, name: str = "sales.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


async def test_rows_become_sales_returns_charges_or_are_refused(tmp_path: Path) -> None:
    async with shop(tmp_path / "shop") as ports:
        report = await bring(ports, tmp_path / "shop", file(tmp_path, samples.UCI))
        assert report.state == "done"
        assert (report.rows, report.refused, report.skipped, report.doubled) == (13, 2, 2, 0)
        totals = await sales(
            ports,
            "SELECT kind, CAST(sum(quantity) AS BIGINT) AS units, "
            "CAST(sum(revenue_minor) AS BIGINT) AS money FROM sales GROUP BY kind ORDER BY kind",
        )
        assert totals == [
            {"kind": "charge", "units": 2, "money": 495 - 1250},
            {"kind": "return", "units": -4, "money": -765 - 300},
            {"kind": "sale", "units": 24, "money": 1500 + 1200 + 1020 + 2550},
        ]
        # The two equal lines of one invoice are both sold.
        first = await order_service.get(ports, "700001")
        assert [line.quantity for line in first.lines] == [6, 2, 2]
        assert first.shipping_minor == 495
        assert first.total_minor == 1500 + 600 + 600 + 495
        assert first.status == "fulfilled"
        told = Path(report.refused_file or "").read_text().splitlines()
        assert len(told) == 5
        assert ",12,refused,quantity,is no whole number,700008," in told[3]
        assert ",13,refused,placed_at,is no time" in told[4]


async def test_a_cancellation_goes_back_to_the_order_that_it_takes_from(tmp_path: Path) -> None:
    async with shop(tmp_path / "shop") as ports:
        await bring(ports, tmp_path / "shop", file(tmp_path, samples.UCI))
        order = await order_service.get(ports, "700003")
        assert order.lines[0].returned == 3
        assert order.status == "fulfilled"
        assert order.refunded_minor == 765
        # Nothing of the kind was bought before: the return stands by itself.
        alone = await order_service.get(ports, "C700005")
        assert alone.status == "returned"
        assert alone.total_minor == -300


async def test_lines_stand_in_the_order_of_the_file(tmp_path: Path) -> None:
    head = samples.UCI.splitlines()[0]
    rows = [f"1,A{n},CUP,{n},1/5/2010 9:00,1.00,7,France" for n in range(12, 0, -1)]
    async with shop(tmp_path / "shop") as ports:
        text = "\n".join([head, *rows, ""])
        await bring(ports, tmp_path / "shop", file(tmp_path, text))
        order = await order_service.get(ports, "1")
        assert [(line.line, line.sku) for line in order.lines] == [
            (place, f"A{13 - place}") for place in range(1, 13)
        ]


async def test_days_are_cut_in_the_shops_zone(tmp_path: Path) -> None:
    async with shop(tmp_path / "shop") as ports:
        await bring(ports, tmp_path / "shop", file(tmp_path, samples.UCI))
        rows = await sales(
            ports,
            "SELECT \"at\" AS moment, day FROM sales WHERE order_id='700003' AND kind='sale'",
        )
        # British summer time: half past eleven is half past ten in UTC.
        assert [(str(r["moment"]), str(r["day"])) for r in rows] == [
            ("2010-06-07 22:30:00", "2010-06-07")
        ]
        now = await settings(ports)
        assert (now.currency, now.time_zone, now.mode) == ("GBP", "Europe/London", "real")


async def test_articles_get_sensible_names_and_estimated_prices(tmp_path: Path) -> None:
    async with shop(tmp_path / "shop") as ports:
        await bring(ports, tmp_path / "shop", file(tmp_path, samples.UCI))
        cup = await product_service.get(ports, "10001")
        assert (cup.name, to_text(cup.price_minor, cup.currency)) == ("BLUE CUP", "2.55")
        found = await product_service.listing(ports, text="blue")
        assert [p.id for p in found.items] == ["10001"]
        prices = await sales(
            ports,
            "SELECT CAST(day AS VARCHAR) AS day, price_minor, source FROM prices "
            "WHERE product_id='10001' ORDER BY day",
        )
        assert [(p["day"], p["price_minor"]) for p in prices] == [
            ("2010-01-05", 250),
            ("2010-01-06", 255),
        ]
        assert {p["source"] for p in prices} == {"import-estimate"}
        counted = await product_service.categories(ports, 10, None)
        assert [dict(c) for c in counted.items] == [{"name": "Uncategorised", "products": 2}]


async def test_whole_invoices_that_stand_twice_are_taken_once(tmp_path: Path) -> None:
    async with shop(tmp_path / "shop") as ports:
        report = await bring(ports, tmp_path / "shop", file(tmp_path, samples.UCI_DOUBLED))
        assert report.doubled == 4
        totals = await sales(ports, "SELECT CAST(sum(quantity) AS BIGINT) AS n FROM sales")
        assert totals == [{"n": 1 + 2 + 5 + 2}]


async def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    async with shop(tmp_path / "shop") as ports:
        path = file(tmp_path, samples.UCI)
        await bring(ports, tmp_path / "shop", path)
        before = await checksum(ports)
        again = await bring(ports, tmp_path / "shop", path)
        assert again.created == {}
        assert await checksum(ports) == before
        # Another name or another mapping of the same rows: other import, same orders.
        copy = file(tmp_path, samples.UCI + "\n", "copy.csv")
        other = await bring(ports, tmp_path / "shop", copy)
        assert other.created["orders"] == 0
        assert other.unchanged["orders"] == 5
        assert await checksum(ports) == before


async def test_an_extended_file_adds_only_what_is_new(tmp_path: Path) -> None:
    more = (
        "700011,10001,BLUE CUP,2,6/10/2010 9:00,2.60,503.0,France\n"
        "C700012,10001,BLUE CUP,-2,6/11/2010 9:00,2.55,502.0,Germany\n"
    )
    async with shop(tmp_path / "once") as ports:
        await bring(ports, tmp_path / "once", file(tmp_path, samples.UCI + more, "all.csv"))
        whole = await checksum(ports)
    async with shop(tmp_path / "twice") as ports:
        await bring(ports, tmp_path / "twice", file(tmp_path, samples.UCI))
        report = await bring(
            ports, tmp_path / "twice", file(tmp_path, samples.UCI + more, "all.csv")
        )
        assert report.created["orders"] == 1
        assert report.changed["orders"] == 1
        totals = await sales(ports, "SELECT CAST(sum(quantity) AS BIGINT) AS n FROM sales")
        assert totals == [{"n": 24 - 4 + 2 + 2 - 2}]
        order = await order_service.get(ports, "700003")
        assert order.lines[0].returned == 5
        facts = await sales(ports, "SELECT count(*) AS n FROM sales")
    async with shop(tmp_path / "once") as ports:
        assert await sales(ports, "SELECT count(*) AS n FROM sales") == facts
        assert await checksum(ports) == whole


async def test_a_changed_order_replaces_its_facts(tmp_path: Path) -> None:
    async with shop(tmp_path / "shop") as ports:
        await bring(ports, tmp_path / "shop", file(tmp_path, samples.UCI))
        changed = samples.UCI.replace("10001,?,4,", "10001,?,40,")
        report = await bring(ports, tmp_path / "shop", file(tmp_path, changed, "new.csv"))
        assert report.changed["orders"] == 1
        rows = await sales(ports, "SELECT quantity FROM sales WHERE order_id='700002'")
        assert rows == [{"quantity": 40}]


async def test_a_dry_run_stores_nothing(tmp_path: Path) -> None:
    async with shop(tmp_path / "shop") as ports:
        before = await checksum(ports)
        report = await bring(ports, tmp_path / "shop", file(tmp_path, samples.UCI), dry_run=True)
        assert report.state == "dry-run"
        assert report.counts["sale lines"] == 5
        assert Path(report.refused_file or "").exists()
        assert await checksum(ports) == before
        assert await everything(ports, IMPORTS) == []
        assert (await settings(ports)).mode == "empty"


async def test_shopify_orders(tmp_path: Path) -> None:
    async with shop(tmp_path / "shop") as ports:
        report = await bring(
            ports, tmp_path / "shop", file(tmp_path, samples.SHOPIFY_ORDERS),
            time_zone="Europe/Berlin",
        )  # fmt: skip
        assert report.layout == "shopify-orders"
        assert report.skipped == 1
        order = await order_service.get(ports, "shopify-1001")
        assert (order.subtotal_minor, order.discount_minor) == (4000, 500)
        assert (order.shipping_minor, order.total_minor) == (500, 4000)
        assert [line.order_discount_minor for line in order.lines] == [250, 250]
        refunded = await order_service.get(ports, "shopify-1003")
        assert (refunded.payment_state, refunded.refunded_minor) == ("partly_refunded", 1000)
        rows = await sales(
            ports,
            "SELECT CAST(day AS VARCHAR) AS day, CAST(sum(revenue_minor) AS BIGINT) AS money "
            "FROM sales WHERE kind='sale' AND order_id='shopify-1001' GROUP BY day",
        )
        assert rows == [{"day": "2026-05-01", "money": 3500}]


@pytest.mark.parametrize(
    ("text", "orders"),
    [
        (samples.WOO, 2),
        (samples.WOO_ROWS, 1),
        (samples.WOO_PACKED, 1),
        (samples.WOO_NUMBERED, 1),
    ],
)
async def test_woocommerce_orders(tmp_path: Path, text: str, orders: int) -> None:
    async with shop(tmp_path / "shop") as ports:
        report = await bring(ports, tmp_path / "shop", file(tmp_path, text), currency="SEK")
        assert report.layout.startswith("woocommerce-orders")
        assert report.created["orders"] == orders
        rows = await sales(ports, "SELECT max(revenue_minor) AS m FROM sales WHERE kind='sale'")
        assert rows[0]["m"] in (3150, 3000)


async def test_a_mapping_corrects_what_is_not_recognised(tmp_path: Path) -> None:
    path = file(tmp_path, samples.GERMAN)
    with pytest.raises(Invalid):
        await bring_nowhere(tmp_path, path)
    async with shop(tmp_path / "shop") as ports:
        report = await bring(
            ports, tmp_path / "shop", path, layout="orders", currency="EUR",
            mapping={
                "order_number": "Rechnung", "sku": "Artikel", "quantity": "Menge",
                "placed_at": "#4", "unit_price": "Preis", "customer_ref": "Kunde",
            },
        )  # fmt: skip
        assert report.readings == ["placed_at: day.month.year", "unit_price: decimal comma"]
        order = await order_service.get(ports, "R1")
        assert (order.total_minor, order.placed_at[:10]) == (246900, "2025-12-31")


async def bring_nowhere(folder: Path, path: Path) -> None:
    async with shop(folder / "nowhere") as ports:
        await bring(ports, folder / "nowhere", path)


async def test_another_currency_than_the_shops_is_refused(tmp_path: Path) -> None:
    async with shop(tmp_path / "shop") as ports:
        await bring(ports, tmp_path / "shop", file(tmp_path, samples.UCI))
        with pytest.raises(Invalid, match="the file is in EUR, the shop in GBP"):
            await bring(ports, tmp_path / "shop", file(tmp_path, samples.SHOPIFY_ORDERS, "b.csv"))


async def test_a_demo_takes_no_real_data(tmp_path: Path) -> None:
    import msgspec

    from omnix.domains.system.settings import store_shop
    from omnix.platform.access import SYSTEM

    async with shop(tmp_path / "shop") as ports:
        now = await settings(ports)
        await store_shop(ports, SYSTEM, now, msgspec.structs.replace(now, mode="demo"))
        with pytest.raises(Conflict):
            await bring(ports, tmp_path / "shop", file(tmp_path, samples.UCI))
