"""One emulator with one stack for all tests of this folder; each test sees its environment."""

from collections.abc import Iterator

import pytest

from ports import emulators
from runtimes_aws.shop import Shop
from runtimes_aws.stack import Stack


@pytest.fixture(scope="session")
def made() -> Iterator[Stack]:
    with emulators.ministack() as address:
        stack = Stack(address)
        stack.make()
        yield stack
        stack.calls.close()


@pytest.fixture
def shop(made: Stack, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """The stack with its functions, and an admin who signed in."""
    for name, value in made.variables.items():
        monkeypatch.setenv(name, value)
    return Shop.of(made)
