"""Files that are broken or meant to break: a clear refusal of a named field, nothing else."""

import contextlib
import gzip
import io
import zipfile
from pathlib import Path

import pytest

from omnix.kit.errors import Invalid, TooLarge
from omnix.transfer.incoming.plan.planning import plan
from omnix.transfer.incoming.source import detect

from . import samples
from .shop import bring, sales, shop

pytestmark = pytest.mark.anyio
HEADER = b"Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n"
ROW = b"1,A,CUP,1,1/5/2010 9:00,2.50,501,France\n"


def workbook(sheets: dict[str, str]) -> bytes:
    """A workbook of sheets given as their XML rows."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        names = list(sheets)
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
            'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
            'relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        listed = "".join(
            f'<sheet name="{n}" sheetId="{i}" r:id="r{i}"/>' for i, n in enumerate(names, 1)
        )
        archive.writestr(
            "xl/workbook.xml",
            '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
            'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
            f"<sheets>{listed}</sheets></workbook>",
        )
        related = "".join(
            f'<Relationship Id="r{i}" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
            f'relationships/worksheet" Target="worksheets/sheet{i}.xml"/>'
            for i in range(1, len(names) + 1)
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f"{related}</Relationships>",
        )
        for i, name in enumerate(names, 1):
            archive.writestr(
                f"xl/worksheets/sheet{i}.xml",
                '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
                f"<sheetData>{sheets[name]}</sheetData></worksheet>",
            )
    return out.getvalue()


def cells(*rows: list[str]) -> str:
    made = ""
    for row in rows:
        made += "<row>" + "".join(
            c if c.startswith("<c") else f'<c t="inlineStr"><is><t>{c}</t></is></c>' for c in row
        ) + "</row>"  # fmt: skip
    return made


BROKEN = {
    "empty": b"",
    "header only": HEADER,
    "blank lines": b"\n\n\n",
    "rubbish": bytes(range(256)) * 64,
    "NUL bytes": HEADER + ROW + b"2,A,C\0UP,1,1/5/2010 9:00,2.50,501,France\n",
    "torn gzip": gzip.compress(HEADER + ROW * 5000)[:-400],
    "bad gzip": b"\x1f\x8b\x08\x00nothing of the kind",
    "no workbook": b"PK\x03\x04 and then nothing",
    "parquet in name": b"PAR1 and then nothing PAR1",
    "unknown columns": b"alpha,beta\n1,2\n",
    "JSON array": b'[{"sku": "A"}]',
    "bad JSON": b'{"sku": "A"\n{"sku": "B"}\n',
    "5,000 columns": b",".join(b"c%d" % i for i in range(5000)) + b"\n" + b",".join([b"1"] * 5000),
    "twice the same header": b"sku,name,price,price\nA,CUP,1,2\n",
    "nothing to import": HEADER + b"1,A,CUP,x,1/5/2010 9:00,2.50,501,France\n",
}


@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_file_is_refused_by_field(tmp_path: Path, name: str) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(BROKEN[name])
    async with shop(tmp_path / "shop") as ports:
        with pytest.raises(Invalid) as caught:
            await bring(ports, tmp_path / "shop", path)
        assert caught.value.errors
        assert caught.value.errors[0].reason


async def test_an_archive_of_something_else_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "file.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(Invalid, match="holds no workbook"):
        plan(path)


async def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detect, "MAX_SHEET_BYTES", 100_000)
    monkeypatch.setattr(detect, "MAX_BYTES", 100_000)
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(workbook({"A": " " * 1_000_000}))
    with pytest.raises(TooLarge):
        plan(path)
    packed = tmp_path / "bomb.csv.gz"
    packed.write_bytes(gzip.compress(HEADER + ROW * 50_000))
    async with shop(tmp_path / "shop") as ports:
        with pytest.raises(TooLarge):
            await bring(ports, tmp_path / "shop", packed)


async def test_formulas_count_with_the_value_that_was_computed(tmp_path: Path) -> None:
    head = ["sku", "name", "price"]
    path = tmp_path / "book.xlsx"
    rows = cells(
        head,
        ["A", "CUP", "<c><f>1+1</f><v>2</v></c>"],
        ["B", "POT", "<c><f>1/0</f></c>"],
        ["C", '<c t="inlineStr"><is><t>=cmd()</t></is></c>', "<c><v>3.5</v></c>"],
    )
    path.write_bytes(workbook({"One": rows, "Other": cells(["x", "y"], ["1", "2"])}))
    async with shop(tmp_path / "shop") as ports:
        report = await bring(ports, tmp_path / "shop", path)
        assert (report.created["products"], report.refused) == (2, 1)
        assert report.warnings == ["sheet Other has other columns and is left out"]


async def test_bad_rows_are_refused_with_their_lines_and_the_rest_comes_in(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    long = b"x" * 1_000_000
    path.write_bytes(
        HEADER
        + ROW
        + b"2,A,CUP,1,1/5/2010 9:00\n"
        + b'3,A,"two\nlines",1,1/5/2010 9:00,2.50,501,France\n'
        + b"4,A," + long + b",1,1/5/2010 9:00,2.50,501,France\n"
        + b"5,A,CUP,1,31/5/2010 9:00,2.50,501,France\n"
        + b"6,A,CUP,1,1/5/2010 9:00,-2.50,501,France\n"
        + b"7,A,CUP,99999999999999999999,1/5/2010 9:00,2.50,501,France\n"
        + b"8,A,CUP,1,1/5/2010 9:00,1e400,501,France\n"
        + b"9,A,CUP,1.5,1/5/2010 9:00,2.50,501,France\n"
    )  # fmt: skip
    async with shop(tmp_path / "shop") as ports:
        report = await bring(ports, tmp_path / "shop", path)
        assert report.created["orders"] == 2
        assert report.refused == 7
        lines = Path(report.refused_file or "").read_text().splitlines()[1:]
        assert [line.split(",")[1] for line in lines] == ["3", "6", "7", "8", "9", "10", "11"]
        assert await sales(ports, "SELECT count(*) AS n FROM sales") == [{"n": 2}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("packed", [False, True])
async def test_encodings(tmp_path: Path, encoding: str, packed: bool) -> None:
    text = "sku;name;price\nA;Tasse für Björn;1.234,50\nB;Krug;2,00\n"
    data = text.encode(encoding)
    path = tmp_path / "file.csv"
    path.write_bytes(gzip.compress(data) if packed else data)
    async with shop(tmp_path / "shop") as ports:
        report = await bring(ports, tmp_path / "shop", path)
        assert report.created == {"products": 2}
        from omnix.domains.products import service

        cup = await service.get(ports, "A")
        assert (cup.name, cup.price_minor) == ("Tasse für Björn", 123450)


async def test_orders_in_another_encoding_that_shows_late(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    late = ROW.replace(b"CUP", "TASSE FÜR".encode("cp1252")).replace(b"1,A", b"99999,Z9", 1)
    path.write_bytes(HEADER + ROW * 30_000 + late)
    async with shop(tmp_path / "shop") as ports:
        from omnix.domains.products import service

        report = await bring(ports, tmp_path / "shop", path)
        assert report.refused == 0
        assert (await service.get(ports, "Z9")).name == "TASSE FÜR"


@pytest.mark.parametrize("name", ["UCI", "SHOPIFY_PRODUCTS", "SHOPIFY_CUSTOMERS", "WOO"])
async def test_a_file_cut_anywhere_is_taken_or_refused(tmp_path: Path, name: str) -> None:
    data = getattr(samples, name).encode()
    path = tmp_path / "file.csv"
    async with shop(tmp_path / "shop") as ports:
        for cut in range(0, len(data), max(1, len(data) // 12)):
            path.write_bytes(data[:cut])
            # Any other exception than a refusal fails the test.
            with contextlib.suppress(Invalid):
                await bring(ports, tmp_path / "shop", path, dry_run=True)
