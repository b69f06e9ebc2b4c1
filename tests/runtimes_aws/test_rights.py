"""The small judge of policies that the journey on AWS trusts: as IAM decides, and no more."""

from typing import Any

import pytest

from journeys_aws.rights import Call, Right, allowed, rights, without

TABLE = "arn:aws:dynamodb:us-east-1:000000000000:table/omnix-ai-{}-dev"
LAKE = "arn:aws:s3:::omnix-ai-data-lake-dev-000000000000"
READ = {
    "Effect": "Allow",
    "Action": ["dynamodb:GetItem", "dynamodb:Query"],
    "Resource": [TABLE.format("orders"), TABLE.format("orders") + "/index/*",
                 TABLE.format("orders-old")],
}  # fmt: skip
LIST = {
    "Effect": "Allow",
    "Action": "s3:ListBucket",
    "Resource": LAKE,
    "Condition": {"StringLike": {"s3:prefix": ["lake/*"]}},
}
POLICY = {"Version": "2012-10-17", "Statement": [READ, LIST]}


def _get(table: str, action: str = "dynamodb:GetItem", index: str = "") -> Call:
    return Call("backend", action, TABLE.format(table) + index)


@pytest.mark.parametrize(
    ("call", "may"),
    [
        (_get("orders"), True),
        (_get("orders", "dynamodb:Query", "/index/by-day"), True),
        (_get("customers"), False),
        (_get("orders", "dynamodb:PutItem"), False),
        (Call("backend", "s3:ListBucket", LAKE, (("s3:prefix", "lake/sales/"),)), True),
        (Call("backend", "s3:ListBucket", LAKE, (("s3:prefix", "blobs/"),)), False),
        (Call("backend", "s3:ListBucket", LAKE), False),
    ],
)
def test_nothing_is_allowed_that_no_statement_allows(call: Call, may: bool) -> None:
    assert allowed([POLICY], call) is may


def test_what_is_denied_is_denied() -> None:
    denied: dict[str, Any] = {"Statement": [{**READ, "Effect": "Deny", "Action": "dynamodb:*"}]}
    assert not allowed([POLICY, denied], _get("orders"))


def test_what_is_not_understood_is_refused() -> None:
    odd: dict[str, Any] = {"Statement": [{**READ, "NotPrincipal": "*"}]}
    with pytest.raises(ValueError, match="NotPrincipal"):
        allowed([odd], _get("orders"))
    date = {"DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}}
    odd = {"Statement": [{**READ, "Condition": date}]}
    with pytest.raises(ValueError, match="DateLessThan"):
        allowed([odd], _get("orders"))


def test_a_right_that_is_taken_away_leaves_the_others() -> None:
    reading, listing = (
        Right("backend", "table", "orders", "read"),
        Right("backend", "bucket", "data-lake", "list", "lake/"),
    )
    looked = Call("backend", "s3:ListBucket", LAKE, (("s3:prefix", "lake/"),))
    rest = without(POLICY, reading)
    assert not allowed([rest], _get("orders"))
    assert not allowed([rest], _get("orders", "dynamodb:Query", "/index/by-day"))
    assert allowed([rest], _get("orders-old"))
    assert allowed([rest], looked)
    assert not allowed([without(POLICY, listing)], looked)
    assert reading.covers(_get("orders"))
    assert listing.covers(looked)
    assert not reading.covers(_get("orders-old"))
    assert not reading.covers(looked)


def test_every_access_of_a_grant_is_known() -> None:
    call = _get("orders")
    assert [str(right) for right in rights() if right.covers(call)] == [
        "backend: read table orders"
    ]
