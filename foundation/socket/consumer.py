"""The one Channels consumer. It reads; a task per busy socket runs the commands one after the other; the writer writes."""
import asyncio
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from channels.consumer import AsyncConsumer, get_handler_name
from channels.exceptions import StopConsumer

from foundation.errors import DomainError
from foundation.socket import doors, metrics
from foundation.socket.backend import Identity
from foundation.socket.connection import Connection
from foundation.socket.frames import FRAME_BYTES, Authenticate, CloseCode, Command, Error, Frame, Pong, Ready
from foundation.socket.refusals import refusal
from foundation.socket.wire import size_of

if TYPE_CHECKING:
    from foundation.socket.application import SocketApplication

logger = logging.getLogger("foundation.socket")


class SocketConsumer(AsyncConsumer):
    """`/ws/v1/`, as docs/socket.md describes it."""

    def __init__(self, application: "SocketApplication") -> None:
        self.application = application
        self.options = application.options
        self.commands: list[Command] = []  # few, and an empty deque takes 624 bytes
        self.worker: asyncio.Task[None] | None = None
        self.reader: asyncio.Task[Any] | None = None
        self.taken: asyncio.Event | None = None
        self.deadline: asyncio.TimerHandle | None = None
        self.malformed = 0
        self.waiting = False
        self.registered: Identity | None = None
        self.authenticating = False
        self.cut_off = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Without Channels' receive loop: hints go to the writer, and the loop would cost two tasks a message."""
        self.scope = scope
        self.base_send = send
        self.own_origin = False
        self.connection = connection = Connection(self.application, send, doors.address_of(scope, self.application.trusted_proxies))
        self.reader = asyncio.current_task()
        connection.on_abort = self._cut_off
        self.application.connections.add(connection)
        metrics.OPENED.inc()
        try:
            while True:
                await self.dispatch(await receive())
        except StopConsumer:
            pass
        except asyncio.CancelledError:
            if not self.cut_off:
                raise
        finally:
            await self._leave()

    def _cut_off(self) -> None:
        """For a server whose transport is out of reach: the consumer ends, and the server closes behind it."""
        self.cut_off = True
        if self.reader is not None:
            self.reader.cancel()

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Channels' dispatch without closing old connections on the one shared thread, for every message."""
        await getattr(self, get_handler_name(message))(message)

    # The door.

    async def websocket_connect(self, message: dict[str, Any]) -> None:
        """Accepts first, or a browser would see no code but 1006."""
        await self._accept()
        await self.application.start()
        if (refused := self._refused_at_the_door()) is not None:
            self.connection.close(*refused)
            return
        self.deadline = self.connection.later(self.options.authenticate_seconds, self._authentication_is_late)
        if self.own_origin and (cookies := doors.cookies_of(self.scope)):
            self._work(self._authenticate_by_cookie(cookies))
        self.connection.forget_handshake()

    async def _accept(self) -> None:
        try:
            await self.base_send({"type": "websocket.accept"})
        except Exception:
            raise StopConsumer from None  # the peer is gone already

    def _refused_at_the_door(self) -> tuple[int, str] | None:
        if self.application.stopping:
            return CloseCode.RESTART, "server restarts"
        origin = doors.header(self.scope, "origin")
        self.own_origin = bool(origin) and doors.origin_is_ours(
            origin, doors.header(self.scope, "host"), self.application.allowed_origins)
        if origin and not self.own_origin:
            return CloseCode.REVOKED, "foreign origin"
        self.waiting = self.application.waiting.enter(self.connection.address)
        return None if self.waiting else (CloseCode.TOO_MANY, "too many sockets")

    def _authentication_is_late(self) -> None:
        if self.connection.identity is not None:
            return
        if self.authenticating:  # it is we who are slow
            self.connection.close(CloseCode.TRY_LATER, "try again later")
        else:
            self.connection.close(CloseCode.UNAUTHENTICATED, "authenticate first")

    # Reading.

    async def websocket_receive(self, message: dict[str, Any]) -> None:
        connection = self.connection
        if connection.closing is not None:
            return
        connection.heard()
        text = message.get("text")
        if text is not None and size_of(text) > FRAME_BYTES:
            connection.close(CloseCode.TOO_BIG, "frame too big")
            return
        decoded = self._decode(text)
        if isinstance(decoded, Error):
            self._misunderstood(decoded)
        elif not isinstance(decoded, Pong):
            await self._enqueue(decoded)
        await connection.writer.room()

    def _decode(self, text: str | None) -> Command | Error:
        if text is None:
            return Error(code="malformed", message="Text frames only.")
        try:
            return self.application.table.decode(text)
        except Exception:
            logger.exception("a frame broke the decoder")
            return Error(code="malformed", message="The frame is not understood.")

    def _misunderstood(self, error: Error) -> None:
        self.connection.send(error)
        self.malformed = self.malformed + 1 if error.code == "malformed" else 0
        if self.malformed >= self.options.malformed_in_a_row:
            self.connection.close(CloseCode.MALFORMED, "malformed frames")

    async def _enqueue(self, command: Command) -> None:
        """Reading stops while too many wait: TCP tells the peer."""
        self.malformed = 0
        self.commands.append(command)
        if self.worker is None or self.worker.done():
            self._work(self._run_commands())
        while len(self.commands) >= self.options.waiting_commands and self.connection.closing is None:
            self.taken = asyncio.Event()
            await self.taken.wait()
            self.connection.heard()

    def _took(self) -> None:
        """The reader may go on."""
        taken, self.taken = self.taken, None
        if taken is not None:
            taken.set()

    def _work(self, work: Any) -> None:
        self.worker = asyncio.create_task(work, name="socket commands")
        self.worker.add_done_callback(self._worker_ended)

    def _worker_ended(self, worker: asyncio.Task[None]) -> None:
        if self.worker is worker:
            self.worker = None
        if not worker.cancelled() and (error := worker.exception()) is not None:
            logger.error("a socket's commands ended", exc_info=error)
            self.connection.close(CloseCode.ERROR, "server error")

    # Commands.

    async def _run_commands(self) -> None:
        try:
            while self.commands and self.connection.closing is None:
                await self.connection.writer.room()
                if self.commands:
                    await self._run(self.commands.pop(0))
                self._took()
        finally:
            self._took()

    async def _run(self, command: Command) -> None:
        answer = await self._answer(command)
        if answer is None or self.connection.closing is not None:
            return
        try:
            self.connection.send(answer)
        except Exception as error:  # what a handler answers may not be encodable
            self.connection.send(refusal(error, command.ref, doing=f"answering {command.__struct_config__.tag}"))

    async def _answer(self, command: Command) -> Frame | None:
        if isinstance(command, Authenticate):
            await self._authenticate(command)
            return None
        if self.connection.identity is None:
            return Error(ref=command.ref, code="unauthenticated", message="Authenticate first.")
        epoch = self.connection.access_epoch
        try:
            async with asyncio.timeout(self.options.handler_seconds):
                return await self.application.table.run_of(command)(self.connection, command)
        except Exception as error:
            return refusal(error, command.ref, doing=f"socket command {command.__struct_config__.tag}")
        finally:
            if epoch != self.connection.access_epoch:  # rights changed while the handler looked at them
                self.connection.spawn(self.connection.check_access())

    # Authentication.

    async def _authenticate_by_cookie(self, cookies: dict[str, str]) -> None:
        try:
            self.authenticating = True
            async with asyncio.timeout(self.options.handler_seconds):
                identity = await self.application.backend.authenticate_cookie(cookies, self.connection.address)
        except DomainError:
            identity = None  # a token may still follow
        except Exception as error:
            self._authentication_failed(refusal(error, None, doing="authentication by cookie"))
            return
        finally:
            self.authenticating = False
        if identity is not None and self.connection.identity is None:
            await self._admit(identity, None)
        await self._run_commands()

    async def _authenticate(self, command: Authenticate) -> None:
        try:
            self.authenticating = True
            async with asyncio.timeout(self.options.handler_seconds):
                identity = await self.application.backend.authenticate_token(command.token, self.connection.address)
        except Exception as error:
            self._authentication_failed(refusal(error, command.ref, doing="authentication"))
            return
        finally:
            self.authenticating = False
        if self.connection.identity is None:
            await self._admit(identity, command.ref)
        else:
            await self._extend(self.connection.identity, identity, command.ref)

    def _authentication_failed(self, answer: Error) -> None:
        """Only a refused token asks for a new one; trouble of ours asks for patience. A live socket lives until it expires."""
        self.connection.send(answer)
        if self.connection.identity is not None:
            return
        if answer.code == "unavailable":
            self.connection.close(CloseCode.TRY_LATER, "try again later")
        elif answer.code == "internal":
            self.connection.close(CloseCode.ERROR, "server error")
        elif answer.code == "rate_limited":
            self.connection.close(CloseCode.TOO_MANY, "too many tries")
        else:
            self.connection.close(CloseCode.UNAUTHENTICATED, answer.code)

    async def _admit(self, identity: Identity, ref: str | None) -> None:
        connection = self.connection
        if not await self.application.registry.enter(str(identity.user_id), connection.session, self.options.sockets_per_user):
            connection.close(CloseCode.TOO_MANY, "too many sockets")
            return
        self.registered = identity
        self._no_longer_waiting()
        if connection.closing is not None:
            return
        if self.deadline is not None:
            connection.no_later(self.deadline)
        self._say_ready(identity, ref)
        connection.identify(identity)
        self.application.heartbeat.add(connection)
        await self._welcome(identity)

    def _say_ready(self, identity: Identity, ref: str | None) -> None:
        ready = Ready(session=self.connection.session, user=identity.user, ping_seconds=self.options.ping_seconds,
                      expires_at=identity.expires_at, now=datetime.now(UTC), history=identity.history)
        if ref is not None:
            ready.ref = ref
        self.connection.send(ready)

    async def _welcome(self, identity: Identity) -> None:
        try:
            async with asyncio.timeout(self.options.backend_seconds):
                for frame in await self.application.backend.welcome(identity):
                    self.connection.send(frame)
        except Exception as error:
            refusal(error, None, doing="welcoming a socket")

    async def _extend(self, known: Identity, identity: Identity, ref: str | None) -> None:
        if (identity.organization_id, identity.user_id) != (known.organization_id, known.user_id):
            self.connection.send(Error(ref=ref, code="forbidden", message="The token is another user's: open another socket."))
            return
        if self.connection.closing is not None:
            return
        self.connection.identify(identity)
        self._say_ready(identity, ref)
        try:
            await self.connection.leave_lost_rooms()
        except Exception as error:
            refusal(error, None, doing="checking rooms")

    # The end.

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        raise StopConsumer

    async def _leave(self) -> None:
        """First what needs no waiting, so that a cancelled task leaves nothing behind either."""
        connection = self.connection
        metrics.closed(connection.closing)
        self.application.forget(connection)
        self.commands.clear()
        self._no_longer_waiting()
        connection.dispose()
        if (worker := self.worker) is not None and not worker.done():
            # A command that runs may be committing: it ends by itself, within its own time limit.
            await asyncio.wait([worker], timeout=self.options.handler_seconds)
            worker.cancel()
        if self.registered is not None:
            await self._sign_off(self.registered)

    def _no_longer_waiting(self) -> None:
        if self.waiting:
            self.waiting = False
            self.application.waiting.leave(self.connection.address)

    async def _sign_off(self, identity: Identity) -> None:
        try:
            last = await self.application.registry.leave(str(identity.user_id), self.connection.session)
            if last:
                async with asyncio.timeout(self.options.backend_seconds):
                    await self.application.backend.gone(identity)
        except Exception as error:
            refusal(error, None, doing="signing off")
