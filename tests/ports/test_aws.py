"""The other adapters on Amazon's services keep the contracts."""

import asyncio
from collections.abc import AsyncIterator

import pytest

pytest.importorskip("botocore")

from omnix.ports import Ports
from ports import emulators
from ports.aws_stack import opened
from ports.bus_contract import BusContract
from ports.declared import COLLECTIONS, Advance
from ports.files_contract import BlobsContract, SecretsContract
from ports.jobs_contract import JobsContract

pytestmark = [pytest.mark.anyio, emulators.GROUP]


@pytest.fixture
async def ports(ministack: str) -> AsyncIterator[Ports]:
    async with opened(ministack, None, COLLECTIONS) as ports:
        yield ports


@pytest.fixture
def advance() -> Advance:
    return asyncio.sleep


class TestBus(BusContract):
    pass


class TestJobs(JobsContract):
    pass


class TestBlobs(BlobsContract):
    pass


class TestSecrets(SecretsContract):
    pass
