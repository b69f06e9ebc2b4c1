"""The emulators are reachable from this machine alone."""

import socket
import sys
from urllib.parse import urlsplit

import pytest

from ports import emulators

pytestmark = emulators.GROUP


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have one loopback address")
@pytest.mark.parametrize("name", ["ministack", "dynamodb_local"])
def test_an_emulator_listens_on_one_address_of_the_loopback(
    request: pytest.FixtureRequest, name: str
) -> None:
    """On all interfaces it would answer at the loopback's other addresses, too."""
    port = urlsplit(request.getfixturevalue(name)).port
    with socket.create_connection(("127.0.0.1", port), 5):
        pass
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", port), 5)
