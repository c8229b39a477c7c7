"""A process with sockets that is told to stop: it says so, and sends its clients away one by one, when the proxy sends nobody new."""
import asyncio
import os
import signal

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from pandarchat.services.processes import wait_until
from pandarchat.testing.services import Server, StartServer

SOCKETS = 12
DRAIN = 3  # seconds
RESTART = 1012


async def sent_away(server: Server) -> tuple[list[float], set[int], int]:
    """Seconds from SIGTERM until each socket was closed, the codes, and what /readyz said in between."""
    sockets = await asyncio.gather(*(connect(server.ws_url) for _ in range(SOCKETS)))
    loop = asyncio.get_running_loop()
    begun = loop.time()
    os.kill(server.process.pid, signal.SIGTERM)

    async def end(socket: ClientConnection) -> tuple[float, int]:
        try:
            while True:
                await socket.recv()
        except ConnectionClosed as closed:
            return loop.time() - begun, closed.rcvd.code if closed.rcvd else 1006

    ends = asyncio.gather(*(end(socket) for socket in sockets))
    await asyncio.sleep(0.5)
    async with httpx.AsyncClient() as client:
        try:
            ready = (await client.get(f"{server.url}/readyz")).status_code
        except httpx.ConnectError:
            ready = 0
    closed = await ends
    return [at for at, _ in closed], {code for _, code in closed}, ready


def test_sockets_leave_one_by_one_in_the_second_half(servers: StartServer) -> None:
    server = servers(DRAIN_SECONDS=str(DRAIN))
    times, codes, ready = asyncio.run(sent_away(server))
    assert (codes, ready) == ({RESTART}, 503)
    assert min(times) > DRAIN / 2 - 0.2
    assert max(times) - min(times) > DRAIN / 8, times
    wait_until(server.process.ended, 15, "it does not stop")


def test_without_a_drain_all_leave_at_once(servers: StartServer) -> None:
    """The control."""
    times, codes, ready = asyncio.run(sent_away(servers()))
    assert (codes, ready) == ({RESTART}, 0)
    assert max(times) < DRAIN / 2
