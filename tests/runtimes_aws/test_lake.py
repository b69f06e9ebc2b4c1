"""The lake asked from afar, by the real function on the emulator and by the answers' own rules."""

import json
import math
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnix.adapters.aws.lake_remote import (
    RemoteLake,
    packed,
    packed_arrays,
    unpacked,
    unpacked_arrays,
)
from omnix.domains.orders.declare import SALES
from omnix.kit.errors import Unavailable
from omnix.ports import Query
from omnix.runtimes.aws import consumers, lake
from omnix.runtimes.aws.lake import known_queries
from omnix.runtimes.aws.stack import Container
from ports import emulators
from runtimes_aws.events import Context
from runtimes_aws.shop import Shop

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text()
    | st.floats(allow_nan=False)
    | st.dates() | st.datetimes(timezones=st.just(UTC)) | st.decimals(allow_nan=False)
    | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)  # fmt: skip


@given(VALUES)
def test_values_arrive_as_they_were(value: Any) -> None:
    back = unpacked(json.loads(json.dumps(packed(value))))
    assert back == value
    assert type(back) is type(value)


def test_no_number_arrives_too() -> None:
    assert math.isnan(unpacked(packed(math.nan)))


@pytest.fixture
def remote(shop: Shop) -> Iterator[Container]:
    container = Container(shop.stack.variables, lake=False)
    yield container
    container.close()


@emulators.GROUP
def test_answers_are_those_of_the_lake_itself(shop: Shop, remote: Container) -> None:
    shop.ok("POST", "/products", {"id": "tin", "sku": "TIN", "name": "Tin", "price_minor": 5})
    shop.ok("POST", "/inventory/tin/adjust", {"delta": 9, "reason": "opening"})
    shop.ok("POST", "/orders", {"lines": [{"product_id": "tin", "quantity": 2}]})
    shop.settle()
    here, _ = consumers._delivery()
    asked = {"first": date(2020, 1, 1), "last": datetime.now(UTC).date()}
    for name, parameters in (
        ("order_figures", asked),
        ("sales_bounds", {}),
        ("product_days", {"product_id": "tin", **asked}),
        ("buyers", {"last": asked["last"]}),
    ):
        query = known_queries()[name]
        near = here.run(here.ports.lake.rows(query, **parameters))
        far = remote.run(remote.ports.lake.rows(query, **parameters))
        assert far == near
        assert [[type(v) for v in row.values()] for row in far] == [
            [type(v) for v in row.values()] for row in near
        ]
    assert remote.run(remote.ports.lake.position(SALES, "nobody")) is None
    source = "bus:0"
    position = here.run(here.ports.lake.position(SALES, source))
    assert position
    assert remote.run(remote.ports.lake.position(SALES, source)) == position
    assert isinstance(remote.ports.lake, RemoteLake)


@emulators.GROUP
def test_arrays_arrive_with_their_types(shop: Shop, remote: Container) -> None:
    shop.ok("POST", "/products", {"id": "box", "sku": "BOX", "name": "Box", "price_minor": 5})
    shop.ok("POST", "/inventory/box/adjust", {"delta": 9, "reason": "opening"})
    shop.ok("POST", "/orders", {"lines": [{"product_id": "box", "quantity": 2}]})
    shop.settle()
    query = known_queries()["sales_bounds"]
    here, _ = consumers._delivery()
    near = here.run(here.ports.lake.arrays(query))
    far = remote.run(remote.ports.lake.arrays(query))
    assert list(far) == list(near)
    for name, column in near.items():
        assert far[name].dtype == column.dtype
        assert far[name].tolist() == column.tolist()


def test_arrays_of_any_kind_keep_their_kind() -> None:
    given = {
        "text": np.array(["a", None, "é"], object),
        "days": np.array(["2026-01-01", "NaT"], "datetime64[D]"),
        "numbers": np.array([1.5, math.nan]),
        "flags": np.array([True, False]),
        "none": np.array([], np.int64),
    }
    back = unpacked_arrays(json.loads(json.dumps(packed_arrays(given))))
    for name, column in given.items():
        assert back[name].dtype == column.dtype
        np.testing.assert_array_equal(back[name], column)


@emulators.GROUP
def test_a_large_answer_goes_by_a_blob(
    shop: Shop, remote: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lake, "MAX_ANSWER", 10)
    told = lake.handle({"query": "sales_bounds", "parameters": packed({})}, Context())
    assert set(told) == {"blob"}
    data = remote.run(remote.ports.blobs.get(told["blob"]))
    assert data is not None
    assert b"columns" in data


@emulators.GROUP
def test_a_query_that_fails_there_is_unavailable_here(shop: Shop, remote: Container) -> None:
    with pytest.raises(Unavailable):
        remote.run(remote.ports.lake.rows(Query("nonsense", "", "SELECT 1", ())))
