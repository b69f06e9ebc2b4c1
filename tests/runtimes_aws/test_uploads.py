"""A file too large for a request: sent to the bucket, imported from there by a job."""

import httpx

from omnix.runtimes.aws.functions import BLOBS, UPLOADS
from omnix.transfer import jobs as imports
from ports import emulators
from runtimes_aws.shop import Shop

pytestmark = emulators.GROUP

ROWS = 1300
LAMBDA_TAKES = 6_000_000
HEAD = "id,sku,name,price,currency,note\n"


def test_a_file_that_lambda_would_not_carry_is_imported(shop: Shop) -> None:
    shop.settle()
    note = "x" * 5000
    text = HEAD + "".join(f"up-{n},UP-{n},Thing {n},1.50,EUR,{note}\n" for n in range(ROWS))
    data = text.encode()
    assert len(data) > LAMBDA_TAKES
    told = shop.ok("POST", "/imports/uploads", {"size": len(data)})
    assert httpx.put(told["address"], content=data, timeout=60).status_code == 200
    query = {"file_name": ["products.csv"], "upload": [told["id"]], "dry_run": ["true"]}
    asked = shop.ok("POST", "/imports", query=query)
    shop.settle()
    job = shop.ok("GET", f"/jobs/{asked['job']['id']}")
    assert job["state"] == "done", job
    assert job["result"]["rows"] == ROWS


def test_what_lies_unused_expires_where_it_lies() -> None:
    assert UPLOADS == BLOBS + imports.UPLOADS
