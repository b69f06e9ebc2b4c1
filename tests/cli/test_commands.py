"""The commands as a person types them, in a data folder of their own."""

import csv
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from omnix.cli import access, app, care, data, serve  # noqa: F401 - each adds its commands
from omnix.kit.errors import AlreadyExists, Conflict, Invalid, NotFound, OmnixError
from omnix.version import VERSION
from onnx_models import steady

HEAD = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n"


def omnix(*words: object, fails: type[BaseException] | None = None) -> str:
    """Run a command; returns what it printed. ``fails`` names the error it must end with."""
    result = CliRunner().invoke(app, [str(word) for word in words])
    if fails is None:
        assert result.exception is None, result.output
    else:
        assert isinstance(result.exception, fails), result.output
    return result.output


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """Sixty days of two products, one row of it wrong."""
    rows = [
        f"{5000 + day},{sku},{sku} [old] name,{1 + day % 3},{1 + day // 30}/{1 + day % 28}/2010 "
        f"9:{day % 60:02d},2.50,17{day % 5:03d},United Kingdom\n"
        for day in range(60)
        for sku in ("85123A", "22423")
    ]
    file = tmp_path / "orders.csv"
    file.write_text(HEAD + "".join(rows) + "6000,22423,cup,many,2/1/2010 9:00,1.00,,France\n")
    return file


def test_version() -> None:
    assert omnix("--version").strip() == f"omnix {VERSION}"


def test_a_file_comes_in_once_and_goes_out_again(tmp_path: Path, orders: Path) -> None:
    shop = ("--data", tmp_path / "shop")
    shown = omnix("import", orders, "--preview", *shop)
    assert "UCI Online Retail" in shown
    assert "GBP" in shown
    assert not (tmp_path / "shop" / "omnix.db").exists()
    dry = omnix("import", orders, "--dry-run", *shop)
    assert "nothing was stored" in dry
    assert "sale lines: 120" in dry
    done = omnix("import", orders, *shop)
    assert "2 products" in done
    refused = re.search(r"Every one of them: (\S+)", done)
    assert refused is not None
    with Path(refused[1]).open(newline="") as file:
        (row,) = list(csv.DictReader(file))
    assert row["column"] == "quantity"
    again = omnix("import", orders, *shop)
    assert "nothing changed" in again
    assert "2 products forecast" in omnix("forecast", *shop)
    with pytest.MonkeyPatch.context() as set_:
        set_.setenv("OMNIX_FOUNDATION", str(steady(tmp_path / "weights")))
        omnix("forecast", "--foundation", *shop, fails=Conflict)  # its history is too short
        (tmp_path / "weights" / "model.onnx").unlink()
        assert "has no model.onnx" in omnix("doctor", *shop, fails=SystemExit)
    omnix("forecast", "--foundation", *shop, fails=Conflict)
    assert "2 rows" in omnix("export", "products", tmp_path / "out.jsonl", *shop)
    assert "[old]" in (tmp_path / "out.jsonl").read_text()
    assert "ledger equals balance" in omnix("doctor", *shop)


def test_a_backup_is_restored_into_an_empty_folder_only(tmp_path: Path, orders: Path) -> None:
    shop = tmp_path / "shop"
    omnix("import", orders, "--data", shop)
    omnix("backup", tmp_path / "copy", "--data", shop)
    omnix("backup", tmp_path / "copy", "--data", shop, fails=AlreadyExists)
    omnix("restore", tmp_path / "copy", "--data", tmp_path / "other")
    omnix("restore", tmp_path / "copy", "--data", shop, fails=OmnixError)
    assert "120 rows" in omnix("export", "sales", tmp_path / "s.csv", "--data", tmp_path / "other")


def test_an_import_may_not_go_into_the_demo(tmp_path: Path, orders: Path) -> None:
    shop = ("--data", tmp_path / "shop")
    omnix("demo", "--products", 8, "--customers", 10, "--days", 40, *shop)
    omnix("import", orders, *shop, fails=Conflict)


def test_keys_and_passwords(tmp_path: Path) -> None:
    shop = ("--data", tmp_path / "shop")
    assert omnix("api-key", "create", *shop).startswith("omx_")
    omnix("api-key", "create", "--role", "king", *shop, fails=Invalid)
    omnix("user", "reset-password", "nobody@example.com", *shop, fails=NotFound)


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("export", "products", "x.csv"), NotFound),
        (("backup", "copy"), NotFound),
        (("import", "missing.csv"), NotFound),
    ],
)
def test_what_is_not_there_is_told(
    tmp_path: Path, words: tuple[str, ...], error: type[OmnixError]
) -> None:
    omnix(*words, "--data", tmp_path / "none", fails=error)


def test_a_mapping_must_be_a_pair(tmp_path: Path, orders: Path) -> None:
    omnix("import", orders, "--map", "sku", "--data", tmp_path / "shop", fails=Invalid)
