"""One socket as the apps see it: who it is, which rooms it is in, and how to send to it."""
import asyncio
import logging
import random
import uuid
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from foundation.hub import STALE
from foundation.layer import HintLayer
from foundation.socket.backend import Identity
from foundation.socket.frames import AccessChanged, CloseCode, Frame, Ping, encoder
from foundation.socket.options import Options
from foundation.socket.refusals import refusal
from foundation.socket.wire import Line, Text, transport_of
from foundation.socket.writer import Send, Writer, nothing

if TYPE_CHECKING:
    from foundation.socket.application import SocketApplication

logger = logging.getLogger("foundation.socket")
SHOW_AGAIN = "show-again"


@dataclass(frozen=True)
class Shown:
    """Something that a socket shows in a room: how to show it again to who came later, and how to take it back."""

    again: Callable[[], None]
    gone: Callable[[], None]


class Connection:
    """`session` names this socket (`exclude=` of a publish); `rooms` are the conversations it joined and their groups, `watched` those of
    which it hears without having joined: no ping has their heads."""

    __slots__ = ("_application", "_expiry", "_groups", "_layer", "_line", "_loop", "_options", "_shown", "_tasks", "_timers",
                 "_transport", "access_epoch", "access_unchecked", "address", "closing", "disposed", "identity", "on_abort", "pings_sent",
                 "pings_unanswered", "rooms", "session", "watched", "writer")

    def __init__(self, application: "SocketApplication", send: Send, address: str) -> None:
        self.session = uuid.uuid4().hex
        self.address = address
        self.identity: Identity | None = None
        self.rooms: dict[UUID, str] = {}
        self.watched: dict[UUID, str] = {}
        self.access_epoch = 0
        self.pings_sent = 0
        self.pings_unanswered = 0
        self.access_unchecked = False
        self.disposed = False
        self.closing: tuple[int, str] | None = None
        self._application = application
        self._layer: HintLayer = application.layer
        self._options: Options = application.options
        self._loop = asyncio.get_running_loop()
        self._line = Line.behind(send)
        self._transport = transport_of(send)
        self._timers: list[asyncio.TimerHandle] = []
        self._expiry: asyncio.TimerHandle | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._groups: tuple[str, ...] = ()
        self._shown: dict[UUID, Shown] = {}
        self.writer = Writer(send, self._line, self._options, on_resumed=self._resumed, on_too_slow=self._too_slow)
        self.on_abort: Callable[[], None] = nothing

    # For the apps' handlers.

    @property
    def me(self) -> Identity:
        """The identity of an authenticated socket."""
        if self.identity is None:
            raise RuntimeError("The socket is not authenticated.")
        return self.identity

    def send(self, frame: Frame) -> None:
        """Queues a frame of the socket's own; never waits."""
        self.writer.put(Text(encoder.encode(frame)))

    def enter(self, room_id: UUID, group: str) -> None:
        """Joins a room. The caller has checked the right to it, and reads the head only afterwards."""
        if self.closing is not None:
            return
        if (old := self.rooms.get(room_id)) is not None and old != group:
            self._layer.detach(old, self)
        self.rooms[room_id] = group
        self._layer.attach(group, self)

    def watch(self, rooms: Mapping[UUID, str]) -> set[UUID]:
        """Hears of these rooms, and no longer of those that were watched before; returns which are new. The caller has checked the right
        to them."""
        if self.closing is not None:
            return set()
        before, self.watched = self.watched, dict(rooms)
        for room in before.keys() - rooms.keys():
            self._deaf_to(room, before[room])
        for group in rooms.values():
            self._layer.attach(group, self)
        return set(rooms.keys() - before.keys())

    def shows(self, room_id: UUID, shown: "Shown | None") -> None:
        """What this socket shows to the others in a room as long as it is in it; None takes it back."""
        if shown is None:
            self._shown.pop(room_id, None)
        else:
            self._shown[room_id] = shown

    def leave(self, room_id: UUID) -> None:
        if shown := self._shown.pop(room_id, None):
            shown.gone()
        group = self.rooms.pop(room_id, None)
        if group is not None:
            self._deaf_to(room_id, group)

    def _deaf_to(self, room_id: UUID, group: str) -> None:
        """Leaves a room's group, unless it is heard for another reason."""
        if room_id not in self.rooms and room_id not in self.watched and group not in self._groups:
            self._layer.detach(group, self)

    def listen(self, group: str) -> None:
        """Hears a group that is no room, until `unlisten` or the socket's end. The caller has checked the right to it."""
        if self.closing is None:
            self._layer.attach(group, self)

    def unlisten(self, group: str) -> None:
        self._layer.detach(group, self)

    def close(self, code: int, reason: str = "", *, flush: bool = True) -> None:
        """Ends the socket: what waits is sent first (`flush`), and a peer that takes nothing is cut off after `abort_seconds`."""
        if self.closing is not None:
            return
        self.closing = (int(code), reason)
        self._layer.detach_all(self)
        self.writer.close(int(code), reason, flush=flush)
        # Not among the timers that dispose() cancels: the connection outlives its handler while the peer does not read.
        self._loop.call_later(self._options.abort_seconds, self.abort)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """A task that ends with the socket."""
        task = self._loop.create_task(work)
        self._tasks.append(task)
        task.add_done_callback(self._tasks.remove)

    # What hints do (foundation.hub.Sink).

    def deliver(self, text: Text) -> None:
        self.writer.offer(text)

    def control(self, verb: str, data: dict[str, Any]) -> None:
        """`close` and `revoke` {code, reason, within}, `access-changed` {after}, `leave` {room}, `show-again` {rooms}, `stale` {}."""
        if verb in ("close", "revoke"):
            self._close_within(int(data.get("code", CloseCode.REVOKED)), str(data.get("reason", "")),
                               float(data.get("within", self._options.revoke_jitter_seconds)))
        elif verb == "access-changed":
            self.access_epoch += 1
            self._check_after(float(data.get("after", 0)))
        elif verb == "leave":
            self.access_epoch += 1
            self.leave(UUID(data["room"]))
        elif verb == SHOW_AGAIN:
            for room in self._shown.keys() & set(map(UUID, data["rooms"].split(","))):
                self._shown[room].again()
        elif verb == STALE and self.closing is None:
            self._application.resumed(self)

    def _close_within(self, code: int, reason: str, seconds: float) -> None:
        """Spread over time, so that not all clients come back in one moment."""
        self.later(random.uniform(0, seconds), self.close, code, reason)  # noqa: S311

    def _check_after(self, seconds: float) -> None:
        if seconds:
            self.later(seconds, self._check_after, 0)
        else:
            self.spawn(self.check_access())

    async def check_access(self) -> None:
        """Asks the database again who this is and which rooms are still open to it."""
        try:
            async with asyncio.timeout(self._options.backend_seconds):
                await self._check_access()
        except Exception as error:
            self.access_unchecked = True  # the next ping asks again
            refusal(error, None, doing="checking access")

    async def _check_access(self) -> None:
        self.access_unchecked = False
        backend = self._application.backend
        identity = await backend.refresh(self.me)
        if identity is None:
            self.close(CloseCode.REVOKED, "access revoked")
            return
        self.identify(identity)
        left = await self.leave_lost_rooms()
        if self.closing is None:
            self.send(AccessChanged(left=[str(room) for room in left]))

    async def leave_lost_rooms(self) -> list[UUID]:
        heard = frozenset(self.rooms) | frozenset(self.watched)
        lost = heard - await self._application.backend.may_see(self.me, heard) if heard else frozenset()
        self.watch({room: group for room, group in self.watched.items() if room not in lost})
        left = [room for room in self.rooms if room in lost]
        for room in left:
            self.leave(room)
        return left

    # Identity and time.

    def identify(self, identity: Identity) -> None:
        """Takes an identity: its groups, and the time it ends."""
        self.identity = identity
        for group in set(self._groups) - {*identity.groups, *self.rooms.values(), *self.watched.values()}:
            self._layer.detach(group, self)
        self._groups = identity.groups
        if self.closing is None:
            for group in self._groups:
                self._layer.attach(group, self)
        if self._expiry is not None:
            self._expiry.cancel()
        left = (identity.expires_at - datetime.now(UTC)).total_seconds()
        self._expiry = self._loop.call_later(max(0.0, left), self.close, CloseCode.UNAUTHENTICATED, "token expired")

    def later(self, seconds: float, act: Callable[..., None], *arguments: Any) -> asyncio.TimerHandle:
        """`call_later` that ends with the socket."""
        timer = self._loop.call_later(seconds, act, *arguments)
        self._timers.append(timer)
        return timer

    def no_later(self, timer: asyncio.TimerHandle) -> None:
        """Takes `later` back."""
        timer.cancel()
        self._timers.remove(timer)

    # Signs of life.

    def heard(self) -> None:
        """Any frame shows that the peer lives."""
        self.pings_unanswered = 0

    def ping(self, heads: Mapping[UUID, tuple[int, int]], *, counted: bool = True) -> None:
        """`heads`: (staff, public) by room; the viewer's own are sent."""
        mine = 0 if self.me.staff else 1
        self.pings_sent += 1
        self.pings_unanswered += counted
        self.send(Ping(n=self.pings_sent, heads={str(room): heads[room][mine] for room in self.rooms if room in heads}))

    def _resumed(self) -> None:
        """Frames were dropped while the reader was behind, as if the line had lost them."""
        self._application.resumed(self)

    def _too_slow(self) -> None:
        self.close(CloseCode.TOO_SLOW, "too slow", flush=False)

    # The end.

    def abort(self) -> None:
        """Cuts the connection where the closing handshake did not end."""
        if self._transport is not None:
            self._transport.abort()
        elif not self.disposed:
            self.on_abort()

    def dispose(self) -> None:
        """Synchronous, so that a cancelled handler cleans up too."""
        self.disposed = True
        self.on_abort = nothing
        for shown in self._shown.values():
            shown.gone()
        self._shown.clear()
        self._layer.detach_all(self)
        self.closing = self.closing or (CloseCode.GOING_AWAY, "")
        for timer in (*self._timers, *([self._expiry] if self._expiry else [])):
            timer.cancel()
        for task in tuple(self._tasks):
            task.cancel()
        self.rooms.clear()
        self.watched.clear()
        self.writer.stop()

    def forget_handshake(self) -> None:
        """What the peer sent to open the socket; nobody asks for it again."""
        if self._line is not None:
            self._line.forget_handshake()


def by_organization(connections: Iterable[Connection]) -> dict[UUID, list[Connection]]:
    grouped: dict[UUID, list[Connection]] = {}
    for connection in connections:
        if connection.identity is not None and connection.closing is None:
            grouped.setdefault(connection.identity.organization_id, []).append(connection)
    return grouped
