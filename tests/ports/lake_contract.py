"""What every implementation of Lake does."""

import asyncio
import datetime as dt
from typing import Any

import duckdb
import numpy as np
import pytest

from omnix.ports import Lake, Ports, Query
from ports.declared import SALES, VISITS

pytestmark = pytest.mark.anyio

ALL = Query("all", "Everything", "SELECT * FROM sales ORDER BY month, product, day", ("sales",))
COUNT = Query("count", "Rows", "SELECT count(*) AS n, sum(units) AS units FROM sales", ("sales",))
TYPED: dict[str, list[Any]] = {
    "month": ["2026-01", "2026-02", "2026-01"],
    "day": [dt.date(2026, 1, 5), dt.date(2026, 2, 1), None],
    "product": ["b", "a", "é'\""],
    "units": [1, None, 2**40],
    "share": [0.5, 2.0, None],
    "at": [dt.datetime(2026, 1, 5, 3, 4, 5, 6000), None, None],  # noqa: DTZ001
    "gift": [True, None, False],
}


def sales(count: int, month: str = "2026-01", start: int = 0) -> dict[str, Any]:
    numbers = range(start, start + count)
    return {
        "month": [month] * count,
        "product": [f"p{n % 17:02}" for n in numbers],
        "units": list(numbers),
    }


async def size(lake: Lake) -> int:
    return int((await lake.rows(COUNT))[0]["n"])


class LakeContract:
    """Needs the fixture ``ports``, opened with ports.declared."""

    @pytest.fixture
    def lake(self, ports: Ports) -> Lake:
        return ports.lake

    async def test_a_table_that_does_not_exist_reads_as_no_rows(self, lake: Lake) -> None:
        assert await lake.rows(ALL) == []
        assert await size(lake) == 0
        arrays = await lake.arrays(ALL)
        assert list(arrays) == list(SALES.columns)
        assert all(len(values) == 0 for values in arrays.values())
        assert arrays["day"].dtype == "datetime64[D]"
        assert arrays["units"].dtype == "int64"
        assert await lake.delete(SALES, {"product": "p"}) == 0
        assert await lake.position(SALES, "source") is None
        await lake.compact(SALES)

    async def test_values_come_back_typed(self, lake: Lake) -> None:
        assert await lake.append(SALES, TYPED)
        rows = await lake.rows(ALL)
        expected = [
            {column: values[position] for column, values in TYPED.items()} for position in (0, 2, 1)
        ]
        assert rows == expected

    async def test_days_and_moments_as_text(self, lake: Lake) -> None:
        text = {
            name: [None if value is None else value.isoformat() for value in TYPED[name]]
            for name in ("day", "at")
        }
        assert await lake.append(SALES, TYPED)
        before = await lake.rows(ALL)
        await lake.delete(SALES, {"month": TYPED["month"]})
        assert await lake.append(SALES, {**TYPED, **text})
        assert await lake.rows(ALL) == before

    async def test_numpy_columns_and_arrays(self, lake: Lake) -> None:
        await lake.append(
            SALES,
            {
                "month": np.array(["2026-01", "2026-01"]),
                "day": np.array(["2026-01-02", "NaT"], dtype="datetime64[D]"),
                "product": np.array(["x", None], dtype=object),
                "units": np.array([7, 8], dtype=np.int32),
                "share": np.array([0.25, np.nan]),
                "at": np.array(["2026-01-02T03:04:05", "NaT"], dtype="datetime64[s]"),
                "gift": np.array([True, False]),
            },
        )
        arrays = await lake.arrays(Query("q", "", "SELECT * FROM sales ORDER BY units", ("sales",)))
        assert arrays["day"].dtype == "datetime64[D]"
        assert arrays["day"][0] == np.datetime64("2026-01-02")
        assert np.isnat(arrays["day"][1])
        assert arrays["product"].tolist() == ["x", None]
        assert arrays["units"].tolist() == [7, 8]
        np.testing.assert_array_equal(arrays["share"], [0.25, np.nan])
        assert arrays["at"][0] == np.datetime64("2026-01-02T03:04:05")
        assert arrays["gift"].tolist() == [True, False]
        # NaN was stored as null: a sum does not catch it.
        total = Query("q", "", "SELECT sum(share) s, sum(units) u FROM sales", ("sales",))
        assert await lake.rows(total) == [{"s": 0.25, "u": 15}]
        sums = await lake.arrays(total)
        assert sums["u"].dtype == "int64"

    async def test_null_numbers_are_nan_in_arrays(self, lake: Lake) -> None:
        await lake.append(SALES, TYPED)
        arrays = await lake.arrays(ALL)
        np.testing.assert_array_equal(arrays["units"], [1.0, 2.0**40, np.nan])
        np.testing.assert_array_equal(arrays["gift"], [1.0, 0.0, np.nan])

    async def test_an_arrow_stream_is_taken(self, lake: Lake) -> None:
        with duckdb.connect() as connection:
            relation = connection.sql(
                "SELECT i::INTEGER AS pages, DATE '2026-01-01' + (i // 10)::INTEGER AS day, "
                "'c' || i AS customer FROM range(30) AS t(i)"
            )
            await lake.append(VISITS, relation)
        query = Query(
            "q",
            "",
            "SELECT day, sum(pages) AS pages, count(*) AS n FROM visits GROUP BY day ORDER BY day",
            ("visits",),
        )
        assert await lake.rows(query) == [
            {"day": dt.date(2026, 1, 1 + n), "pages": 45 + 100 * n, "n": 10} for n in range(3)
        ]

    @pytest.mark.parametrize(
        "rows",
        [
            {"month": ["2026-01"], "unheard": [1]},
            {"month": ["2026-01"], "units": ["many"]},
            {"month": ["2026-01"], "units": [2**70]},
            {"month": [None], "units": [1]},
            {"units": [1]},
            {"month": ["2026-01"], "units": [1, 2]},
            {"month": ["2026-01"], "day": ["no day"]},
        ],
    )
    async def test_rows_that_do_not_fit_are_refused(self, lake: Lake, rows: dict[str, Any]) -> None:
        with pytest.raises(ValueError):
            await lake.append(SALES, rows)
        assert await size(lake) == 0

    async def test_a_replay_changes_nothing(self, lake: Lake) -> None:
        assert await lake.append(SALES, sales(10), source="orders", version=7)
        assert not await lake.append(SALES, sales(10), source="orders", version=7)
        assert not await lake.append(SALES, sales(10), source="orders", version=6)
        assert await lake.append(SALES, sales(5), source="imports", version=1)
        assert await lake.append(SALES, sales(1), source="orders", version=8)
        assert await size(lake) == 16
        assert await lake.position(SALES, "orders") == 8
        assert await lake.position(SALES, "imports") == 1
        assert await lake.position(VISITS, "orders") is None

    async def test_an_append_after_a_position_that_moved_changes_nothing(self, lake: Lake) -> None:
        assert not await lake.append(SALES, sales(1), source="orders", version=9, after=3)
        assert await lake.position(SALES, "orders") is None
        assert await lake.append(SALES, sales(2), source="orders", version=10, after=0)
        assert not await lake.append(SALES, sales(3), source="orders", version=12, after=0)
        assert not await lake.append(SALES, sales(3), source="orders", version=12, after=9)
        assert await lake.append(SALES, sales(4), source="orders", version=12, after=10)
        assert await size(lake) == 6
        assert await lake.position(SALES, "orders") == 12

    async def test_of_racing_appends_after_one_position_one_commits(self, lake: Lake) -> None:
        won = await asyncio.gather(
            *[
                lake.append(SALES, sales(10), source="orders", version=1 + n, after=0)
                for n in range(8)
            ]
        )
        assert won.count(True) == 1
        assert await size(lake) == 10
        assert await lake.position(SALES, "orders") == 1 + won.index(True)

    async def test_no_rows_still_move_the_position(self, lake: Lake) -> None:
        assert await lake.append(SALES, {}, source="orders", version=3)
        assert await lake.position(SALES, "orders") == 3
        assert await lake.append(SALES, sales(0), source="orders", version=4)
        assert not await lake.append(SALES, sales(2), source="orders", version=4)
        assert await size(lake) == 0

    async def test_racing_replays_commit_once(self, lake: Lake) -> None:
        won = await asyncio.gather(
            *[lake.append(SALES, sales(10), source="orders", version=1) for _ in range(8)]
        )
        assert won.count(True) == 1
        assert await size(lake) == 10

    async def test_concurrent_appends_all_arrive(self, lake: Lake) -> None:
        await asyncio.gather(
            *[
                lake.append(SALES, sales(5, start=5 * n), source=f"s{n}", version=1)
                for n in range(8)
            ]
        )
        assert (await lake.rows(COUNT)) == [{"n": 40, "units": sum(range(40))}]

    async def test_delete_by_equality(self, lake: Lake) -> None:
        await lake.append(SALES, TYPED)
        await lake.append(SALES, sales(34, "2026-03"))
        assert await lake.delete(SALES, {"product": "é'\""}) == 1
        assert await lake.delete(SALES, {"product": ["p01", "p02"], "month": "2026-03"}) == 4
        assert await lake.delete(SALES, {"product": []}) == 0
        moment = TYPED["at"][0]
        assert await lake.delete(SALES, {"at": [moment, moment + dt.timedelta(1)]}) == 1
        await lake.append(SALES, {name: values[:1] for name, values in TYPED.items()})
        assert await lake.delete(SALES, {"day": dt.date(2026, 1, 5), "gift": True}) == 1
        assert await lake.delete(SALES, {"units": None}) == 1
        assert await lake.delete(SALES, {"month": "2026-03"}) == 30
        assert await size(lake) == 0
        for bad in ({}, {"unheard": 1}):
            with pytest.raises(ValueError):
                await lake.delete(SALES, bad)

    async def test_a_deletion_keeps_the_positions(self, lake: Lake) -> None:
        await lake.append(SALES, sales(10), source="orders", version=2)
        await lake.delete(SALES, {"product": "p03"})
        assert not await lake.append(SALES, sales(10), source="orders", version=2)
        assert await size(lake) == 9

    async def test_compaction_changes_no_answer(self, lake: Lake) -> None:
        for n in range(12):
            await lake.append(
                SALES, sales(20, f"2026-0{1 + n % 2}", n * 20), source="s", version=n + 1
            )
        before = await lake.rows(
            Query("q", "", "SELECT month, units FROM sales ORDER BY units", ("sales",))
        )
        await lake.compact(SALES)
        after = await lake.rows(
            Query("q", "", "SELECT month, units FROM sales ORDER BY units", ("sales",))
        )
        assert after == before
        assert await lake.position(SALES, "s") == 12
        assert await lake.append(SALES, sales(1), source="s", version=13)

    async def test_parameters_are_bound_by_name(self, lake: Lake) -> None:
        await lake.append(SALES, sales(40))
        query = Query(
            "q",
            "",
            "SELECT count(*) AS n FROM sales "
            "WHERE units >= $low AND list_contains($products, product)",
            ("sales",),
        )
        evil = "p02') OR 1=1 --"
        assert await lake.rows(query, low=17, products=["p01", evil]) == [{"n": 2}]

    async def test_a_query_may_read_several_facts_and_common_tables(self, lake: Lake) -> None:
        await lake.append(SALES, sales(3))
        await lake.append(VISITS, {"day": [dt.date(2026, 1, 1)], "customer": ["c"], "pages": [2]})
        query = Query(
            "q",
            "",
            "WITH s AS (SELECT count(*) AS n FROM sales), v AS (SELECT sum(pages) AS p FROM visits)"
            " SELECT n, p FROM s, v",
            ("sales", "visits"),
        )
        assert await lake.rows(query) == [{"n": 3, "p": 2}]

    async def test_a_query_that_cannot_run_is_a_programming_error(self, lake: Lake) -> None:
        with pytest.raises(ValueError):
            await lake.rows(Query("q", "", "SELECT nothing FROM sales", ("sales",)))
        with pytest.raises(KeyError):
            await lake.rows(Query("q", "", "SELECT 1", ("unheard",)))
        assert await size(lake) == 0

    async def test_the_event_loop_goes_on_while_a_query_runs(self, lake: Lake) -> None:
        heavy = Query("q", "", "SELECT count(*) AS n FROM range(100000000) t(i) WHERE i%7=3", ())
        running = asyncio.ensure_future(lake.rows(heavy))
        turns = 0
        while not running.done():
            await asyncio.sleep(0.001)
            turns += 1
        assert await running == [{"n": 14_285_714}]
        assert turns >= 3
