"""The socket of one server process, composed of a backend and the apps' commands."""
import asyncio
import contextlib
import random
from collections.abc import Iterable
from typing import Any

from channels.layers import get_channel_layer
from django.conf import settings

from foundation import limits
from foundation.layer import HintLayer
from foundation.socket import metrics
from foundation.socket.backend import Backend
from foundation.socket.commands import CommandTable, Handler
from foundation.socket.connection import Connection
from foundation.socket.doors import WaitingRoom
from foundation.socket.frames import CloseCode
from foundation.socket.options import Options
from foundation.socket.pulse import Heartbeat

GOODBYE_SECONDS = 2.0


class SocketApplication:
    """`layer` and `limiter` None: those of the settings. Routing uses `as_asgi()`; lifespan calls `start()` and `stop()`."""

    def __init__(
        self, *, backend: Backend, commands: Iterable[Handler], layer: HintLayer | None = None,
        limiter: limits.Limits | None = None, options: Options | None = None,
    ) -> None:
        self.backend = backend
        self.options = options or Options()
        self.table = CommandTable(commands)
        self.connections: set[Connection] = set()
        self.stopping = False
        self._empty = asyncio.Event()
        self._layer = layer
        self._limiter = limiter
        self._registry: limits.SocketRegistry | None = None
        self._waiting: WaitingRoom | None = None
        self._heartbeat: Heartbeat | None = None
        metrics.applications.add(self)

    # The settings are read at the first socket, not at import.

    @property
    def layer(self) -> HintLayer:
        if self._layer is None:
            self._layer = get_channel_layer()
        return self._layer

    @property
    def registry(self) -> limits.SocketRegistry:
        if self._registry is None:
            self._registry = limits.SocketRegistry(self._limiter or limits.default())
        return self._registry

    @property
    def waiting(self) -> WaitingRoom:
        if self._waiting is None:
            chosen = self.options.rate_limits
            self._waiting = WaitingRoom(self.options, enabled=settings.RATE_LIMITS if chosen is None else chosen)
        return self._waiting

    @property
    def heartbeat(self) -> Heartbeat:
        if self._heartbeat is None:
            self._heartbeat = Heartbeat(self)
        return self._heartbeat

    @property
    def allowed_origins(self) -> Iterable[str]:
        return settings.ALLOWED_ORIGINS if self.options.allowed_origins is None else self.options.allowed_origins

    @property
    def trusted_proxies(self) -> int:
        return settings.TRUSTED_PROXIES if self.options.trusted_proxies is None else self.options.trusted_proxies

    def as_asgi(self) -> Any:
        from foundation.socket.consumer import SocketConsumer

        return SocketConsumer.as_asgi(application=self)

    async def start(self) -> None:
        """Idempotent; a server without lifespan (daphne) comes here with the first socket."""
        await self.layer.ensure_started()
        _ = self.heartbeat

    def leave(self, seconds: float) -> None:
        """Closes the sockets there are with 1012, one by one over the second half of this time, when a proxy sends nobody here any more."""
        loop = asyncio.get_running_loop()
        for connection in tuple(self.connections):
            at = random.uniform(seconds / 2, seconds)  # noqa: S311
            loop.call_later(at, connection.close, CloseCode.RESTART, "server restarts")

    async def stop(self) -> None:
        """Closes all sockets with 1012 and waits a moment for them; the layer is stopped by whoever owns it."""
        self.stopping = True
        for connection in tuple(self.connections):
            connection.close(CloseCode.RESTART, "server restarts")
        if self.connections:
            self._empty.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._empty.wait(), GOODBYE_SECONDS)
        if self._heartbeat is not None:
            self._heartbeat.stop()

    def resumed(self, connection: Connection) -> None:
        self.heartbeat.resumed(connection)

    def forget(self, connection: Connection) -> None:
        self.connections.discard(connection)
        self.heartbeat.remove(connection)
        if not self.connections:
            self._empty.set()
