"""Runs a server that listens on every interface where there is none but the loopback.

``unshare --net isolated.py SOCKET PORT COMMAND...``: ``SOCKET`` is a listening socket from outside
of this network, whose connections are carried to ``PORT`` of the command within it.
"""

import asyncio
import contextlib
import fcntl
import signal
import socket
import struct
import sys

SIOCSIFFLAGS = 0x8914
UP = 0x1
CHUNK = 1 << 16


def raise_loopback() -> None:
    """A new network has its loopback down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", UP))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
    writer.close()


async def carry(listener: socket.socket, port: int) -> asyncio.Server:
    """Carry every connection to ``port``; one that nobody there takes is closed."""

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            writer.close()
            return
        await asyncio.gather(_pump(reader, inner_writer), _pump(inner_reader, writer))

    return await asyncio.start_server(one, sock=listener)


async def main(handle: int, port: int, command: list[str]) -> int:
    raise_loopback()
    server = await asyncio.create_subprocess_exec(*command)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, server.terminate)
    carrier = await carry(socket.socket(fileno=handle), port)
    try:
        return await server.wait()
    finally:
        carrier.close()


if __name__ == "__main__":
    sys.exit(asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])))
