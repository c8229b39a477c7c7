"""Pings: each socket once in `ping_seconds`, spread over slots, with one question to the database per organization and slot."""
import asyncio
import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from foundation.socket.backend import Pulse
from foundation.socket.connection import Connection, by_organization
from foundation.socket.frames import CloseCode, Stale

if TYPE_CHECKING:
    from foundation.socket.application import SocketApplication

UNANSWERED_PINGS = 2
QUESTIONS_AT_ONCE = 4

logger = logging.getLogger("foundation.socket")


class Heartbeat:
    """Lives while the process has sockets."""

    def __init__(self, application: "SocketApplication") -> None:
        self._application = application
        self._options = application.options
        self._slots: list[dict[Connection, None]] = [{} for _ in range(self._options.ping_slots)]
        self._slot_of: dict[Connection, int] = {}
        self._next_slot = 0
        self._resumed: dict[Connection, None] = {}
        self._questions = asyncio.Semaphore(QUESTIONS_AT_ONCE)
        self._database_away = False
        self._rounds: set[asyncio.Task[None]] = set()
        self._loops = [asyncio.create_task(self._ping_forever(), name="socket pings"),
                       asyncio.create_task(self._see_forever(), name="staff seen")]

    def stop(self) -> None:
        for task in (*self._loops, *self._rounds):
            task.cancel()

    def add(self, connection: Connection) -> None:
        self._slot_of[connection] = self._next_slot
        self._slots[self._next_slot][connection] = None
        self._next_slot = (self._next_slot + 1) % len(self._slots)

    def remove(self, connection: Connection) -> None:
        slot = self._slot_of.pop(connection, None)
        self._resumed.pop(connection, None)
        if slot is not None:
            self._slots[slot].pop(connection, None)

    def connections(self) -> list[Connection]:
        return list(self._slot_of)

    def resumed(self, connection: Connection) -> None:
        """`stale` and a ping with heads, so that the client sees its gaps at once; served with others that resume in the same moment."""
        if not self._resumed:
            self._start(self._serve_resumed())
        self._resumed[connection] = None

    async def _ping_forever(self) -> None:
        slots = len(self._slots)
        grace = max(1, round(slots * self._options.answer_seconds / self._options.ping_seconds))
        turn = 0
        while True:
            await asyncio.sleep(self._options.ping_seconds / slots)
            self._start(self._serve(list(self._slots[turn])))
            self._close_silent(self._slots[(turn - grace) % slots])
            turn = (turn + 1) % slots

    def _start(self, work: object) -> None:
        task = asyncio.ensure_future(work)  # type: ignore[call-overload]
        self._rounds.add(task)
        task.add_done_callback(self._rounds.discard)

    def _close_silent(self, connections: Iterable[Connection]) -> None:
        for connection in list(connections):
            if connection.pings_unanswered >= UNANSWERED_PINGS:
                connection.close(CloseCode.TOO_SLOW, "pings unanswered", flush=False)

    async def _serve_resumed(self) -> None:
        await asyncio.sleep(0)
        connections, self._resumed = list(self._resumed), {}
        for connection in connections:
            connection.send(Stale())
        await self._serve(connections, counted=False)

    async def _serve(self, connections: list[Connection], *, counted: bool = True) -> None:
        """`counted`: an answer is due; pings that only tell heads come as often as it needs."""
        try:
            await asyncio.gather(*(self._serve_organization(organization_id, members, counted)
                                   for organization_id, members in by_organization(connections).items()))
            await self._application.registry.refresh((str(c.me.user_id), c.session) for c in connections if c.identity is not None)
        except Exception:
            logger.exception("a round of pings failed")

    async def _serve_organization(self, organization_id: UUID, members: list[Connection], counted: bool) -> None:
        pulse = await self._ask(organization_id, members)
        for connection in members:
            if connection.closing is not None or connection.identity is None:
                continue
            if (code := pulse.ended.get(connection.session)) is not None:
                connection.close(code, "session ended")
                continue
            if connection.session in pulse.changed or connection.access_unchecked:
                connection.control("access-changed", {})
            connection.ping(pulse.heads, counted=counted)

    async def _ask(self, organization_id: UUID, members: list[Connection]) -> Pulse:
        sessions = {c.session: c.identity for c in members if c.identity is not None}
        rooms = frozenset(room for c in members for room in c.rooms)
        try:
            async with self._questions, asyncio.timeout(self._options.backend_seconds):
                pulse = await self._application.backend.pulse(organization_id, sessions, rooms)
        except Exception as error:
            self._complain(error)
            return Pulse()
        self._database_away = False
        return pulse

    def _complain(self, error: Exception) -> None:
        """Once per outage; pings go on without heads."""
        if not self._database_away:
            logger.warning("pings carry no heads: %s", error.__class__.__name__, exc_info=error)
        self._database_away = True

    async def _see_forever(self) -> None:
        while True:
            await asyncio.sleep(self._options.seen_seconds)
            for organization_id, members in by_organization(self.connections()).items():
                staff = frozenset(c.me.user_id for c in members if c.me.staff)
                if staff:
                    await self._see(organization_id, staff)

    async def _see(self, organization_id: UUID, staff: frozenset[UUID]) -> None:
        try:
            async with asyncio.timeout(self._options.backend_seconds):
                await self._application.backend.seen(organization_id, staff)
        except Exception as error:
            self._complain(error)
