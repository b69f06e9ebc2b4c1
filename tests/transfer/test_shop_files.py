"""Products, customers, stock and daily sales in; Shopify's files out again as they came."""

from pathlib import Path

import pytest

from omnix.domains.customers import service as customer_service
from omnix.domains.inventory import service as inventory
from omnix.domains.inventory import stock
from omnix.domains.products import service as product_service
from omnix.domains.products import variants
from omnix.domains.products.model import NewProduct, ProductChange
from omnix.platform.access import SYSTEM
from omnix.transfer.outgoing.export import export

from . import samples
from .shop import bring, checksum, sales, shop

pytestmark = pytest.mark.anyio


def file(folder: Path, text: str, name: str) -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (samples.SHOPIFY_PRODUCTS, "products"),
        (samples.SHOPIFY_2024, "products"),
        ("\ufeff" + samples.SHOPIFY_2024, "products"),
        (samples.SHOPIFY_PRODUCTS.rstrip("\n"), "products"),
        (samples.SHOPIFY_CUSTOMERS, "customers"),
        (samples.SHOPIFY_ORDERS, "orders"),
    ],
)
async def test_shopifys_files_go_out_again_unchanged(tmp_path: Path, text: str, kind: str) -> None:
    async with shop(tmp_path / "shop") as ports:
        path = file(tmp_path, text, "in.csv")
        await bring(ports, tmp_path / "shop", path)
        out = tmp_path / "out.csv"
        await export(ports, kind, "shopify", out)
        assert out.read_bytes() == path.read_bytes()


async def test_variants_become_products(tmp_path: Path) -> None:
    async with shop(tmp_path / "shop") as ports:
        path = file(tmp_path, samples.SHOPIFY_PRODUCTS, "in.csv")
        report = await bring(ports, tmp_path / "shop", path)
        assert report.layout == "shopify-products"
        assert report.created["products"] == 3
        mug = await product_service.get(ports, "MUG-S")
        assert mug.name == "Stone Mug - Sand"
        assert (mug.price_minor, mug.cost_minor, mug.barcode) == (1250, 510, "40001234")
        assert mug.category == "Mugs"
        assert mug.description.startswith('<p>Fired twice, "slowly".</p>')
        # Without an article number of its own, the address in the shop stands for it.
        assert (await product_service.get(ports, "towel")).name == "Linen Towel"
        assert (await inventory.get(ports, "MUG-S", "main")).on_hand == 4
        assert await stock.differences(ports) == []
        prices = await sales(ports, "SELECT price_minor FROM prices WHERE product_id='MUG-L'")
        assert prices == [{"price_minor": 1300}]


async def test_a_changed_price_changes_one_cell_and_a_new_product_adds_a_line(
    tmp_path: Path,
) -> None:
    async with shop(tmp_path / "shop") as ports:
        path = file(tmp_path, samples.SHOPIFY_2024, "in.csv")
        await bring(ports, tmp_path / "shop", path)
        product = await product_service.get(ports, "SH-90")
        change = ProductChange(version=product.version, price_minor=6150)
        await product_service.change(ports, SYSTEM, "SH-90", change)
        out = tmp_path / "out.csv"
        await export(ports, "products", "shopify", out)
        assert out.read_bytes().decode() == samples.SHOPIFY_2024.replace(
            ",59.00,69.00,", ",61.50,69.00,"
        )


async def test_customers_with_bad_rows_refused(tmp_path: Path) -> None:
    async with shop(tmp_path / "shop") as ports:
        path = file(tmp_path, samples.SHOPIFY_CUSTOMERS, "in.csv")
        report = await bring(ports, tmp_path / "shop", path)
        assert (report.created["customers"], report.refused) == (2, 1)
        page = await customer_service.listing(ports, text="ines")
        (ines,) = page.items
        assert ines.email == "ines@example.com"
        assert ines.consent.email_marketing
        assert ines.address == {"country": "FR", "city": "Lyon", "postcode": "69001"}
        assert ines.tags == ("vip", "retail")
        before = await checksum(ports)
        copy = file(tmp_path, samples.SHOPIFY_CUSTOMERS + "\n", "copy.csv")
        again = await bring(ports, tmp_path / "shop", copy)
        assert again.unchanged["customers"] == 2
        assert await checksum(ports) == before


async def test_an_order_finds_the_customer_and_the_article_that_came_before(
    tmp_path: Path,
) -> None:
    async with shop(tmp_path / "shop") as ports:
        for name, text in (
            ("p.csv", samples.SHOPIFY_PRODUCTS),
            ("c.csv", samples.SHOPIFY_CUSTOMERS),
            ("o.csv", samples.SHOPIFY_ORDERS),
        ):
            await bring(ports, tmp_path / "shop", file(tmp_path, text, name))
        (ines,) = (await customer_service.listing(ports, text="ines")).items
        rows = await sales(
            ports, "SELECT DISTINCT customer_id AS c FROM sales WHERE order_id='shopify-1001'"
        )
        assert rows == [{"c": ines.id}]
        # A catalogue's price stays; what was paid in an order is no shelf price.
        assert (await product_service.get(ports, "MUG-S")).price_minor == 1250


@pytest.mark.parametrize("format", ["csv", "jsonl", "parquet"])
async def test_our_own_files_go_out_and_in(tmp_path: Path, format: str) -> None:
    async with shop(tmp_path / "shop") as ports:
        for name, text in (
            ("p.csv", samples.SHOPIFY_PRODUCTS),
            ("c.csv", samples.SHOPIFY_CUSTOMERS),
            ("o.csv", samples.SHOPIFY_ORDERS),
        ):
            await bring(ports, tmp_path / "shop", file(tmp_path, text, name))
        for kind in ("products", "customers", "orders", "stock", "sales", "prices"):
            assert await export(ports, kind, format, tmp_path / f"{kind}.{format}") > 0
        money = await sales(
            ports, "SELECT CAST(sum(revenue_minor) AS BIGINT) AS m FROM sales WHERE kind='sale'"
        )
    async with shop(tmp_path / "other") as ports:
        for kind in ("products", "customers", "stock", "orders"):
            report = await bring(ports, tmp_path / "other", tmp_path / f"{kind}.{format}")
            assert report.layout == f"omnix-{kind}"
            assert report.refused == 0
        mug = await product_service.get(ports, "MUG-S")
        assert (mug.name, mug.price_minor) == ("Stone Mug - Sand", 1250)
        assert mug.attributes["brand"] == "Kiln"
        assert (await inventory.get(ports, "MUG-S", "main")).on_hand == 4
        again = await sales(
            ports, "SELECT CAST(sum(revenue_minor) AS BIGINT) AS m FROM sales WHERE kind='sale'"
        )
        assert again == money


async def test_daily_sales_without_orders(tmp_path: Path) -> None:
    text = "date,sku,units,price\n2026-01-01,A,3,2.00\n2026-01-02,A,4,2.10\n2026-01-02,B,x,1\n"
    async with shop(tmp_path / "shop") as ports:
        report = await bring(ports, tmp_path / "shop", file(tmp_path, text, "days.csv"))
        assert (report.layout, report.refused) == ("omnix-sales", 1)
        rows = await sales(
            ports,
            "SELECT CAST(day AS VARCHAR) AS day, quantity, revenue_minor FROM sales ORDER BY day",
        )
        assert [tuple(r.values()) for r in rows] == [
            ("2026-01-01", 3, 600),
            ("2026-01-02", 4, 840),
        ]
        assert (await product_service.get(ports, "A")).price_minor == 210


SHIRTS = (
    "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,"
    "Option2 Value,Variant SKU,Variant Inventory Qty,Variant Price,Variant Barcode,Cost per item,"
    "Status\n"
    "shirt,Linen Shirt,<p>Light</p>,Loom,Shirts,,true,Size,S,Colour,Red,SH-S-R,3,40.00,,15.00,"
    "active\n"
    "shirt,,,,,,,,M,,Red,SH-M-R,2,42.00,,15.00,\n"
    "shirt,,,,,,,,S,,red,SH-S-R2,2,42.00,,15.00,\n"
    "cap,Cap,,Loom,Caps,,true,Title,Default Title,,,CAP,1,9.00,,,active"
)


async def test_shopifys_options_become_variants_and_go_out_again(tmp_path: Path) -> None:
    async with shop(tmp_path / "shop") as ports:
        path = file(tmp_path, SHIRTS, "in.csv")
        report = await bring(ports, tmp_path / "shop", path)
        assert report.refused == 1
        assert "variant SH-S-R" in " ".join(report.not_imported)
        (parent,) = (await variants.listing(ports, 10, None)).items
        assert (parent.id, parent.name, parent.options) == (
            "par_shirt", "Linen Shirt", ("Size", "Colour"),
        )  # fmt: skip
        assert parent.variants == {"SH-S-R": ("S", "Red"), "SH-M-R": ("M", "Red")}
        shirt = await product_service.get(ports, "SH-M-R")
        assert (shirt.parent_id, shirt.options) == ("par_shirt", ("M", "Red"))
        assert shirt.name == "Linen Shirt - M / Red"
        assert (await product_service.get(ports, "CAP")).parent_id is None
        out = tmp_path / "out.csv"
        await export(ports, "products", "shopify", out)
        assert out.read_bytes() == path.read_bytes()

        new = NewProduct(
            sku="SH-L-R", name="Large shirt", price_minor=4400, parent_id="par_shirt",
            options=("L", "Red"),
        )  # fmt: skip
        await product_service.create(ports, SYSTEM, new)
        await export(ports, "products", "shopify", out)
        lines = out.read_bytes().decode().split("\n")
        assert lines[:4] == SHIRTS.split("\n")[:4]
        assert lines[4].startswith("shirt,Linen Shirt,")
        assert ",Size,L,Colour,Red,SH-L-R,,44.00," in lines[4]
        assert lines[5:] == SHIRTS.split("\n")[4:]
        before = await checksum(ports)
        again = await bring(ports, tmp_path / "shop", out)
        assert set(again.unchanged) >= {"products"}
        assert (await variants.get(ports, "par_shirt")).variants["SH-M-R"] == ("M", "Red")
        assert before != ""


async def test_variants_go_out_and_come_in_as_our_own_file(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    async with shop(tmp_path / "one") as ports:
        await bring(ports, tmp_path / "one", file(tmp_path, SHIRTS, "in.csv"))
        first = await variants.get(ports, "par_shirt")
        await export(ports, "products", "csv", own)
    async with shop(tmp_path / "two") as ports:
        await bring(ports, tmp_path / "two", own)
        second = await variants.get(ports, "par_shirt")
        assert (second.options, second.variants, second.handle) == (
            first.options, first.variants, "shirt",
        )  # fmt: skip
        # A file that says nothing of variants leaves them as they are.
        plain = file(tmp_path, "sku,name,price\nSH-M-R,Shirt M,50.00\n", "plain.csv")
        await bring(ports, tmp_path / "two", plain)
        product = await product_service.get(ports, "SH-M-R")
        assert (product.price_minor, product.options) == (5000, ("M", "Red"))
        wrong = 'sku,name,price,variant_of\nX,X,1.00,"{""parent_id"":""a"",""parent"":""A"",' \
            '""options"":[""Size""],""values"":[]}"\n'  # fmt: skip
        report = await bring(
            ports, tmp_path / "two", file(tmp_path, wrong + "Y,Y,1.00,\n", "w.csv")
        )
        assert report.refused == 1
        assert "a value for each option" in " ".join(report.not_imported)


async def test_a_file_makes_no_bundle_of_a_product_nor_the_reverse(tmp_path: Path) -> None:
    async with shop(tmp_path / "shop") as ports:
        head = "sku,name,price,components\n"
        parts = '"[{""product_id"":""A"",""quantity"":2}]"'
        first = head + f"A,A,1.00,\nB,B,1.00,\nSET,Set,2.00,{parts}\n"
        await bring(ports, tmp_path / "shop", file(tmp_path, first, "1.csv"))
        second = head + f"A,A2,1.00,\nB,B2,1.00,{parts}\nSET,Set2,2.00,\n"
        report = await bring(ports, tmp_path / "shop", file(tmp_path, second, "2.csv"))
        assert report.refused == 2
        assert "cannot make a bundle" in " ".join(report.not_imported)
        names = [(await product_service.get(ports, id)).name for id in ("A", "B", "SET")]
        assert names == ["A2", "B", "Set"]
        plain = file(tmp_path, "sku,name,price\nSET,Set3,3.00\n", "3.csv")
        await bring(ports, tmp_path / "shop", plain)
        kept = await product_service.get(ports, "SET")
        assert (kept.name, len(kept.components)) == ("Set3", 1)
