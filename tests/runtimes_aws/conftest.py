"""One emulator with one stack for all tests of this folder; each test sees its environment.

Behind the emulator's Bedrock stands a model that a test may speak for.
"""

from collections.abc import Iterator

import pytest

from domains.analyst.liar import LyingServer, lying
from ports import emulators
from runtimes_aws.shop import Shop
from runtimes_aws.stack import Stack


@pytest.fixture(scope="session")
def bedrock() -> Iterator[LyingServer]:
    with lying(lambda _: "Nobody speaks for me.") as server:
        yield server


@pytest.fixture(scope="session")
def made(bedrock: LyingServer) -> Iterator[Stack]:
    with emulators.ministack(bedrock.address.removesuffix("/v1")) as address:
        stack = Stack(address)
        stack.make()
        yield stack
        known: Shop | None = getattr(stack, "shop", None)
        if known is not None:
            known.close()
        stack.calls.close()


@pytest.fixture
def shop(made: Stack, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """The stack with its functions, and an admin who signed in."""
    for name, value in made.variables.items():
        monkeypatch.setenv(name, value)
    return Shop.of(made)


@pytest.fixture
def age_of_the_outbox(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies in the outbox counts as old enough to be swept at once."""
    from omnix.adapters.aws.relay import Relay

    sweep = Relay.sweep
    monkeypatch.setattr(Relay, "sweep", lambda self, older_than=-60.0: sweep(self, older_than))
