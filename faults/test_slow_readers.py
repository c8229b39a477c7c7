"""200 sockets that never read beside 200 that do: memory stays bounded, the others notice nothing, and the slow ones are closed."""
import asyncio
import json
import resource
import socket
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from statistics import quantiles
from types import TracebackType
from typing import Any, Self, cast

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from faults.crowd import AT_ONCE, Crowd, Seat, Watched, client_of, seated
from faults.record import Record
from faults.without import without
from pandarchat.story.client import Unsent
from pandarchat.story.conversation import Conversation
from pandarchat.testing.services import Server, StartServer
from pandarchat.tests.checker import Broken, check_view
from pandarchat.tests.world import World

FAULT = "slow readers"
MEBIBYTE = 1024 * 1024
ROOMS, TABS = 50, 4  # on two servers, so that no frame waits for two sockets of one process, as the numbers of customers are their own
TEXT = "€" * 10_000  # the longest text there is, in frames of 30 kB: a queue of 512 KiB takes seventeen
MESSAGES_EACH = 9  # in rooms of four: 1.1 MB for each socket, more than it may cost
MESSAGES_TO_FILL = 6
PER_SECOND = 150
WITNESSES = 16  # at most: slow ones that read on when it is decided about all, to see the code
DECIDED_AFTER = 9.0  # seconds
CLOSED_MOST = 18.0  # seconds after the last message: behind for 10, and 5 until who takes no goodbye is cut off
TALK_SECONDS = 4.0  # between signs of life
TOLD = (4490, "too slow")
HARM_MOST = 0.5, 3.0  # a p99 under so many seconds, or so many times what it is without slow readers, is no harm
KEPT_MOST = 2 / 3  # of what they cost, once they are gone; the rest is the heap that a flood leaves
TRIES = 3  # a machine that does other things may need more than one
SAMPLE = 25  # one of so many: each side on each server twice


@dataclass
class SlowReader:
    """Joins its room after what it holds, says a word now and then, so that no ping counts as unanswered, and reads nothing."""

    seat: Seat
    server: Server
    held: Conversation
    line: ClientConnection
    talk: asyncio.Task[None] = field(init=False)

    def __post_init__(self) -> None:
        self.line.transport.pause_reading()
        self.talk = asyncio.create_task(self._talk())

    @classmethod
    async def sit(cls, seat: Seat, server: Server, held: Conversation) -> Self:
        """Behind buffers so small that the server soon feels it."""
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", server.port))
        line = await connect(server.ws_url, sock=sock, compression=None, max_queue=None, ping_interval=None, close_timeout=1)
        await line.send(json.dumps({"type": "authenticate", "token": seat.token}))
        await line.send(json.dumps({"type": "join-ticket-room", "ref": "join", "ticket": seat.ticket, "after": held.last}))
        while json.loads(await line.recv()).get("ref") != "join":
            pass
        return cls(seat, server, held, line)

    async def _talk(self) -> None:
        with suppress(ConnectionClosed):
            while True:
                await self.line.send(json.dumps({"type": "pong", "n": 0}))
                await asyncio.sleep(TALK_SECONDS)

    async def end(self) -> tuple[int, str]:
        """Reads on, and returns the code and the reason of the end."""
        self.line.transport.resume_reading()
        try:
            while True:
                await self.line.recv()
        except ConnectionClosed as closed:
            return (closed.rcvd.code, closed.rcvd.reason) if closed.rcvd else (1006, "")

    async def leave(self) -> None:
        self.talk.cancel()
        self.line.transport.abort()
        await asyncio.gather(self.talk, return_exceptions=True)

    async def come_back(self) -> None:
        """Resumes after what it holds; raises Broken where it then shows anything but what is there."""
        client = client_of(self.seat, self.server.url)
        client.conversations[self.seat.ticket] = self.held
        try:
            await client.connect(within=30)
            await client.join(self.seat.ticket, within=30)
            await check_view(client, self.seat.ticket)
        finally:
            await client.close()


@asynccontextmanager
async def slow_readers(crowd: Crowd, servers: Sequence[Server]) -> AsyncIterator[list[SlowReader]]:
    """One beside each client of the crowd, at the same server, that holds what the client does."""
    door = asyncio.Semaphore(AT_ONCE)

    async def sit(number: int, seat: Seat) -> SlowReader:
        held = Conversation(seat.ticket)
        held.take_all(crowd.clients[number].conversations[seat.ticket].entries)
        async with door:
            return await SlowReader.sit(seat, servers[number % len(servers)], held)

    found = await asyncio.gather(*(sit(number, seat) for number, seat in enumerate(crowd.seats)))
    try:
        yield found
    finally:
        await asyncio.gather(*(reader.leave() for reader in found))


class Memory:
    """Resident bytes of the servers, and the `most` they had while it was looked at (`async with`)."""

    def __init__(self, servers: Sequence[Server]) -> None:
        self._files = [Path(f"/proc/{server.process.pid}/statm") for server in servers]
        self.most = self.now()

    def now(self) -> int:
        return sum(int(file.read_text().split()[1]) for file in self._files) * resource.getpagesize()

    async def __aenter__(self) -> Self:
        self._watch = asyncio.create_task(self._look())
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._watch.cancel()

    async def _look(self) -> None:
        while True:
            self.most = max(self.most, self.now())
            await asyncio.sleep(0.25)


async def too_slow(servers: Sequence[Server]) -> int:
    """How many sockets these servers closed with 4490."""
    async with httpx.AsyncClient(trust_env=False) as client:
        pages = await asyncio.gather(*(client.get(f"{server.url}/metrics", timeout=30) for server in servers))
    families = chain.from_iterable(text_string_to_metric_families(page.text) for page in pages)
    return sum(int(sample.value) for family in families for sample in family.samples
               if sample.name == "pandar_sockets_closed_total" and sample.labels["code"] == "4490")


async def flood(crowd: Crowd, each: int = MESSAGES_EACH, full: asyncio.Event | None = None) -> float:
    """So many messages of each client, until all are heard; the time, in seconds, in which 99 of 100 were. `full`: the queues must be."""
    clock = asyncio.get_running_loop().time
    first, clients = len(crowd.sent), len(crowd.clients)
    begun, said = clock(), []
    for number in range(each * clients):
        await asyncio.sleep(begun + number / PER_SECOND - clock())
        crowd.say(crowd.clients[number % clients], TEXT)
        said.append(clock())
        if full is not None and number == MESSAGES_TO_FILL * clients:
            full.set()
    crowd.seconds_talking += clock() - begun
    await crowd.converged(within=60)
    return p99(crowd, list(zip(crowd.sent[first:], said, strict=True)))


def p99(crowd: Crowd, said: list[tuple[Unsent, float]]) -> float:
    """Seconds from what was said to who heard it."""
    listeners: dict[str, list[Watched]] = defaultdict(list)
    for client in crowd.clients:
        for ticket, conversation in client.conversations.items():
            listeners[ticket].append(cast(Watched, conversation))
    late = [watched.came[message.stored.result()["id"]] - at for message, at in said if not message.internal
            for watched in listeners[message.ticket]]
    return quantiles(late, n=100)[98]


async def witnesses(slow: list[SlowReader], full: asyncio.Event, over: asyncio.Event) -> list[tuple[int, str]]:
    """One after the other reads on, from when it may be decided about all until it is `over`; what those whose socket ended were told."""
    await full.wait()
    await asyncio.sleep(DECIDED_AFTER)
    ends = []
    for reader in slow:
        if not over.is_set():
            ends.append(asyncio.create_task(reader.end()))
            await asyncio.sleep(1)
    return await ended(ends)


async def ended(ends: list[asyncio.Task[tuple[int, str]]]) -> list[tuple[int, str]]:
    """How those ended that do so soon."""
    done, pending = await asyncio.wait(ends, timeout=2)
    for task in pending:
        task.cancel()
    return [task.result() for task in done]


@dataclass(frozen=True)
class Beside:
    """What slow sockets cost: p99 in seconds, without them and beside them; bytes for each of them, at most and once they were gone; who
    was told what; how many were closed, and how many are still open."""

    alone: float
    p99: float
    memory: float
    kept: float
    told: list[tuple[int, str]]
    closed: int
    open: int

    @property
    def harmless(self) -> bool:
        return self.p99 < max(HARM_MOST[0], HARM_MOST[1] * self.alone)


async def beside(crowd: Crowd, servers: Sequence[Server], each: int = MESSAGES_EACH) -> Beside:
    """The same flood twice, the second time beside slow readers; afterwards some of these come back."""
    closed_before, full, over = await too_slow(servers), asyncio.Event(), asyncio.Event()
    async with Memory(servers) as without_them:
        alone = await flood(crowd, each)
    async with Memory(servers) as memory, slow_readers(crowd, servers) as slow:
        some = asyncio.create_task(witnesses(slow[:WITNESSES], full, over))
        lasted = await flood(crowd, each, full)
        closed = await closing(servers, closed_before + len(slow) - WITNESSES) - closed_before
        over.set()
        told, ends = await some, await ended([asyncio.create_task(reader.end()) for reader in slow[WITNESSES:]])
        most, kept = ((bytes_ - without_them.most) / len(slow) for bytes_ in (memory.most, memory.now()))
        found = Beside(alone, lasted, most, kept, told, closed, len(slow) - WITNESSES - len(ends))
    await asyncio.gather(*(reader.come_back() for reader in slow[::SAMPLE]))
    return found


async def closing(servers: Sequence[Server], due: int) -> int:
    """Waits until so many were closed with 4490, for at most CLOSED_MOST; returns how many were."""
    clock = asyncio.get_running_loop().time
    until = clock() + CLOSED_MOST
    closed = await too_slow(servers)
    while closed < due and clock() < until:
        await asyncio.sleep(1)
        closed = await too_slow(servers)
    return closed


def check_memory(found: Beside) -> None:
    """While they were there, and that what they took is given back."""
    if found.memory >= MEBIBYTE:
        raise Broken(f"memory per slow socket grew to {found.memory / MEBIBYTE:.2f} MiB")
    if found.kept > KEPT_MOST * found.memory:
        raise Broken(f"of {found.memory / 1024:.0f} KiB per slow socket {found.kept / 1024:.0f} were kept when they were gone")


def check_closed(found: Beside) -> None:
    """Those that never read are gone, and those that read when it was decided heard why."""
    if found.open:
        raise Broken(f"{found.open} sockets that never read are still open")
    if TOLD not in found.told:
        raise Broken(f"nobody was told why: {found.told}")


def check_unharmed(found: Beside) -> None:
    if not found.harmless:
        raise Broken(f"99 of 100 messages were heard within {found.p99:.3f} s beside slow readers, {found.alone:.3f} s without")


def test_slow_readers(world: World, servers: StartServer, redis_url: str, record: Record, rounds: int) -> None:
    seats = seated(world, rooms=ROOMS, tabs=TABS)
    two = [servers(PANDAR_RATE_LIMITS="off") for _ in range(2)]

    async def story() -> tuple[Crowd, list[Beside]]:
        async with Crowd(seats, [server.url for server in two]) as crowd:
            await flood(crowd, 1)  # so that no first time counts as the usual
            tries: list[Beside] = []
            while len(tries) < rounds or (not tries[-1].harmless and len(tries) < rounds + TRIES - 1):
                tries.append(await beside(crowd, two))
                check_memory(tries[-1])
                check_closed(tries[-1])
            await asyncio.gather(*(check_view(client, ticket) for client in crowd.clients[::SAMPLE] for ticket in client.conversations))
            return crowd, tries

    crowd, tries = asyncio.run(story())
    crowd.check_stored(world.pandar.id)
    found = tries[-1]
    check_unharmed(found)
    figures: dict[str, Any] = {
        "memory_per_slow_socket_kib": round(max(one.memory for one in tries) / 1024), "kept_afterwards_kib": round(found.kept / 1024),
        "closed_with_4490": found.closed, "told_why": found.told.count(TOLD), "came_back": len(seats[::SAMPLE]),
        "heard_p99_ms": round(found.p99 * 1000), "without_slow_readers_ms": round(found.alone * 1000), "tries": len(tries)}
    record(FAULT, faults=len(tries) * len(seats), slow=len(seats), **crowd.figures(), **figures)


def test_without_the_bound_of_the_queue_memory_grows_and_nobody_is_closed(
    world: World, servers: StartServer, redis_url: str, record: Record,
) -> None:
    seats = seated(world, rooms=6, tabs=TABS)
    server = servers(*without("delivery.writer_bound"), PANDAR_RATE_LIMITS="off")

    async def story() -> Beside:
        async with Crowd(seats, [server.url]) as crowd:
            await flood(crowd, 1)
            return await beside(crowd, [server], 2 * MESSAGES_EACH)

    found = asyncio.run(story())
    with pytest.raises(Broken, match="memory per slow socket"):
        check_memory(found)
    with pytest.raises(Broken, match="still open"):
        check_closed(found)
    record(FAULT, control="the bound of a socket's queue", slow=len(seats))


def test_where_all_sockets_share_one_writer_the_others_wait_for_the_slow(
    world: World, servers: StartServer, redis_url: str, record: Record,
) -> None:
    seats = seated(world, rooms=6, tabs=TABS)
    server = servers(*without("delivery.own_writers"), PANDAR_RATE_LIMITS="off")

    async def story() -> Beside:
        async with Crowd(seats, [server.url]) as crowd:
            alone = await flood(crowd, MESSAGES_TO_FILL)
            async with slow_readers(crowd, [server]) as slow:
                some = asyncio.create_task(flood(crowd, MESSAGES_TO_FILL))
                await asyncio.sleep(5)
                await asyncio.gather(*(reader.leave() for reader in slow))
                return Beside(alone, await some, 0, 0, [], 0, 0)

    with pytest.raises(Broken, match="beside slow readers"):
        check_unharmed(asyncio.run(story()))
    record(FAULT, control="a writer of its own for each socket", slow=len(seats))
