"""The benchmark on fresh food looks at nothing that comes after the last known day."""

import re
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pytest

ROOT = Path(__file__).parents[3]
FIRST = date(2024, 3, 28)
STORES, PRODUCTS, DAYS = 4, 6, 60


def made(folder: Path, *, later: float = 1.0, days: int = DAYS) -> Path:
    """A small file laid out as the real one; sales after day 53 are multiplied by ``later``."""
    folder.mkdir()
    draws = np.random.default_rng(5)
    rows = []
    for store in range(STORES):
        for product in range(PRODUCTS):
            for day in range(DAYS):
                counts = draws.poisson(0.5 + 0.1 * product, 24)
                short = draws.random() < 0.3
                mask = (0xFFFFFF << int(draws.integers(8, 22))) & 0xFFFFFF if short else 0
                counts[[bool(mask >> h & 1) for h in range(24)]] = 0
                when = FIRST + timedelta(days=day)
                factor = later if day >= DAYS - 7 else 1.0
                hours = (counts * 0.1 * factor).tolist()
                missing = sum(mask >> h & 1 for h in range(6, 22))
                if day < days:
                    rows.append((0, store, 0, 0, product % 2, product % 3, product, when,
                                 sum(hours), missing, mask, hours, 1.0 - 0.1 * (day % 9 == 0),
                                 int(when.weekday() > 4), 0, 0.0))  # fmt: skip
    con = duckdb.connect()
    con.execute(
        "create table t (city_id int2, store_id int2, management_group_id int2, "
        "first_category_id int2, second_category_id int2, third_category_id int2, "
        "product_id int2, dt date, sale_amount double, stock_hour6_22_cnt int1, oos_mask int4, "
        "hours_sale double[], discount double, holiday_flag int1, activity_flag int1, "
        "precpt double)"
    )
    con.executemany(f"insert into t values ({', '.join('?' * 16)})", rows)
    con.execute(f"copy t to '{folder / 'daily.parquet'}' (format parquet)")
    return folder


def run(data: Path, out: Path) -> tuple[str, list[tuple[int, int, date, float]]]:
    """What the script says and writes, told the last day but seven."""
    last = FIRST + timedelta(days=DAYS - 8)
    command = [sys.executable, "-m", "bench.freshretail", "--data", str(data),
               "--last-day", last.isoformat(), "--out", str(out)]  # fmt: skip
    done = subprocess.run(
        command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=120
    )
    rows = duckdb.execute("select * from read_parquet(?) order by all", [str(out)]).fetchall()
    return done.stdout, rows


def wape(told: str, name: str) -> float:
    found = re.search(rf"{name} +WAPE / WPE %  all +([0-9.]+)", told)
    assert found, told
    return float(found[1])


def test_later_sales_change_the_score_and_not_the_forecast(tmp_path: Path) -> None:
    told, rows = run(made(tmp_path / "plain"), tmp_path / "plain.parquet")
    later, again = run(made(tmp_path / "later", later=5.0), tmp_path / "later.parquet")
    assert rows == again
    assert wape(told, "omnix") < wape(later, "omnix")
    assert wape(told, "omnix") < 1.1 * wape(told, "similar-scenario average")
    assert len(rows) == STORES * PRODUCTS * 7
    days = {row[2] for row in rows}
    assert (min(days), len(days)) == (FIRST + timedelta(days=DAYS - 7), 7)
    assert all(row[3] >= 0 for row in rows)
    assert "CPU" in told
    assert "peak memory" in told


def test_target_days_need_not_be_in_the_file(tmp_path: Path) -> None:
    told, rows = run(made(tmp_path / "short", days=DAYS - 7), tmp_path / "short.parquet")
    assert "no day to score" in told
    assert sum(row[3] for row in rows) == pytest.approx(
        STORES * sum(24 * 0.1 * (0.5 + 0.1 * p) for p in range(PRODUCTS)) * 7, rel=0.3
    )
