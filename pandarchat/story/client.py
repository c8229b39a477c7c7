"""An outside client of the socket. It keeps every rule that docs/socket.md asks of a client.

    async with Client(url, Account("pandar", "agent-1@pandar.test", password)) as client:
        await client.connect()
        conversation = await client.join(ticket)
        stored = await client.send(ticket, "Hello")
        await client.until(lambda: conversation.last >= stored["seq"])

It reconnects by itself, resumes each room after the last number it holds, asks for what is missing, and repeats what was not
acknowledged under the same `client_id`. `cut`, `resume`, `deafen` break the line on purpose.
"""
import asyncio
import contextlib
import json
import random
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from pandarchat.story.api import Account, Api, Refused, Unreachable
from pandarchat.story.conversation import Conversation

Frame = dict[str, Any]
TRY_AGAIN = {1001, 1006, 1011, 1012, 1013, 4429, 4490, 4491}
ABNORMAL = 1006
NEW_TOKEN = 4401
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 20.0  # seconds; the pause is a random part of it
ANSWER_SECONDS = 35.0  # a server gives a command 30
PASSING = {"rate_limited", "unavailable", "internal"}
SILENT_PINGS = 2


class Ended(Exception):
    """The socket is over for good: the server's code, and why."""

    def __init__(self, code: int, reason: str) -> None:
        self.code = code
        super().__init__(f"{code} {reason}")


class CommandRefused(Exception):
    """The server's `error` to a command."""

    def __init__(self, frame: Frame) -> None:
        self.code = str(frame["code"])
        self.retry_after = frame.get("retry_after_ms", 1000) / 1000
        super().__init__(f"{self.code}: {frame['message']}")


class LineLost(Exception):
    """The connection ended before the answer came."""


@dataclass(frozen=True)
class Heard:
    """A frame that came from the server, and when, by the loop's clock."""

    at: float
    frame: Frame

    @property
    def type(self) -> str:
        return str(self.frame["type"])


@dataclass
class Unsent:
    """A message until it is acknowledged."""

    ticket: str
    text: str
    internal: bool
    client_id: str
    stored: asyncio.Future[Frame]
    attachments: list[Frame] = field(default_factory=list)  # as their uploads were answered
    sent: int = 0  # how many times it went out
    at: float = 0.0  # when it was acknowledged, by the loop's clock


@dataclass
class _Line:
    """One connection."""

    socket: ClientConnection
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: dict[str, asyncio.Future[Frame]] = field(default_factory=dict)
    cut: bool = False

    def abort(self) -> None:
        """Gone without a word, as when a cable is pulled; what came in and was not taken is lost too."""
        self.cut = True
        self.socket.transport.abort()

    def end(self) -> None:
        self.ready.clear()
        for answer in self.waiting.values():
            if not answer.done():
                answer.set_exception(LineLost())


class Client:
    """One person's tab: REST and one socket."""

    def __init__(self, url: str, account: Account, *, patience: float = 20.0) -> None:
        self.api = Api(url, account, patience=patience)
        self.conversations: dict[str, Conversation] = {}
        self.heard: list[Heard] = []
        self.connections = 0
        self.stale = 0  # how often lists had to be fetched again
        self.ended: Ended | None = None
        self.session: Frame = {}
        self.unsent: list[Unsent] = []
        self.url = url
        self._ws_url = url.rstrip("/").replace("http", "ws", 1) + "/ws/v1/"
        self._line: _Line | None = None
        self._may_connect = asyncio.Event()
        self._may_hear = asyncio.Event()
        self._something = asyncio.Event()
        self._new_message = asyncio.Event()
        self._asking: set[str] = set()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._may_connect.set()
        self._may_hear.set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    @property
    def user(self) -> dict[str, Any]:
        return self.api.user

    # Life of the connection.

    async def connect(self, *, within: float = 15.0) -> None:
        """Sign in where that is still to be done, open the socket, and keep it open from now on."""
        if not self.api.user:
            await self.api.sign_in()
        self._spawn(self._stay_connected())
        self._spawn(self._send_unsent())
        await self.until(lambda: self.is_ready, within=within)

    @property
    def is_ready(self) -> bool:
        return self._line is not None and self._line.ready.is_set()

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.api.close()

    def cut(self) -> None:
        """Pull the cable; nobody reconnects before `resume`."""
        self._may_connect.clear()
        self._may_hear.set()
        if self._line is not None:
            self._line.abort()

    def resume(self) -> None:
        self._may_connect.set()

    def deafen(self) -> None:
        """Take nothing in any more, while the connection stays open; until `cut` or `listen`."""
        self._may_hear.clear()

    def listen(self) -> None:
        self._may_hear.set()

    async def _stay_connected(self) -> None:
        tries = 0
        while self.ended is None:
            await self._may_connect.wait()
            before = self.connections
            code, reason = await self._one_connection()
            self._happened()
            if code == NEW_TOKEN:
                self.api.distrust_token()
            elif code not in TRY_AGAIN:
                self.ended = Ended(code, reason)
                break
            tries = 0 if self.connections > before else tries + 1
            await asyncio.sleep(random.uniform(0, min(LONGEST_PAUSE, FIRST_PAUSE * 2**tries)))  # noqa: S311
        for message in self.unsent:
            if not message.stored.done():
                message.stored.set_exception(self.ended or LineLost())
        self._happened()

    async def _one_connection(self) -> tuple[int, str]:
        """From opening to the end; returns the closing code."""
        try:
            token = await self.api.token()
            async with self._dial() as socket:
                self._line = line = _Line(socket)
                try:
                    return await self._live(line, token)
                finally:
                    self._line = None
                    line.end()
        except Refused as refused:
            return (ABNORMAL if refused.status >= 500 or refused.status == 429 else 4403), str(refused)  # noqa: PLR2004
        except (OSError, TimeoutError, WebSocketException, Unreachable) as error:
            return ABNORMAL, repr(error)

    def _dial(self) -> AbstractAsyncContextManager[ClientConnection]:
        return connect(self._ws_url, ping_interval=None, compression=None, proxy=None, open_timeout=10, close_timeout=2)

    async def _live(self, line: _Line, token: str) -> tuple[int, str]:
        helpers: list[asyncio.Task[Any]] = []
        silence: float | None = 15.0
        try:
            await self._put(line, {"type": "authenticate", "token": token})
            while True:
                async with asyncio.timeout(silence):
                    text = await line.socket.recv()
                await self._may_hear.wait()
                if line.cut:
                    return ABNORMAL, "cut off"
                frame = json.loads(text)
                if frame["type"] == "ready":
                    silence = frame["ping_seconds"] * SILENT_PINGS + 5
                    if not line.ready.is_set():
                        helpers.append(asyncio.create_task(self._begin(line, frame)))
                    helpers.append(asyncio.create_task(self._authenticate_again(line, frame)))
                await self._take(line, frame)
                self._happened()
        except ConnectionClosed as closed:
            received = closed.rcvd
            return (received.code, received.reason) if received else (ABNORMAL, "cut off")
        except TimeoutError:
            line.abort()
            return ABNORMAL, "silence"
        finally:
            for task in helpers:
                task.cancel()

    async def _begin(self, line: _Line, frame: Frame) -> None:
        """Every room from the last number held, then what is unsent."""
        known, self.session = self.session.get("history"), frame
        if known not in (None, frame["history"]):
            for conversation in self.conversations.values():
                conversation.start_again(0)
        self.connections += 1
        line.ready.set()
        self._asking.clear()
        for ticket in list(self.conversations):
            self._ask(ticket)
        self._new_message.set()
        self._happened()

    async def _authenticate_again(self, line: _Line, frame: Frame) -> None:
        """Before the socket's time is over."""
        left = (datetime.fromisoformat(frame["expires_at"]) - datetime.now(UTC)).total_seconds()
        await asyncio.sleep(max(1.0, left - 45))
        self.api.distrust_token()
        with contextlib.suppress(Refused, Unreachable, ConnectionClosed):
            await self._put(line, {"type": "authenticate", "token": await self.api.token()})

    # Frames.

    async def _take(self, line: _Line, frame: Frame) -> None:
        self.heard.append(Heard(asyncio.get_running_loop().time(), frame))
        answer = line.waiting.pop(str(frame.get("ref")), None)
        if answer is not None and not answer.done():
            answer.set_result(frame)
        kind, ticket = frame["type"], frame.get("ticket", "")
        conversation = self.conversations.get(ticket) if isinstance(ticket, str) else None
        if kind == "ping":
            await self._put(line, {"type": "pong", "n": frame["n"]})
            for room, head in frame["heads"].items():
                self._heard_of(room, head)
        elif kind == "entry" and conversation is not None:
            conversation.take(frame["seq"], frame["entry"])
            self._ask_if_incomplete(ticket)
        elif kind == "batch" and conversation is not None:
            conversation.take_all(frame["entries"])
            conversation.heard_of(frame["head"])
            for mark in frame["reads"]:
                conversation.read_up_to(mark["user"]["id"], mark["seq"])
        elif kind == "read" and conversation is not None:
            conversation.read_up_to(frame["user"]["id"], frame["seq"])
        elif kind == "stale":
            self.stale += 1
        elif kind == "access-changed":
            for room in frame["left"]:
                self.conversations.pop(room, None)

    def _heard_of(self, ticket: str, seq: int) -> None:
        if (conversation := self.conversations.get(ticket)) is not None:
            conversation.heard_of(seq)
            self._ask_if_incomplete(ticket)

    def _ask_if_incomplete(self, ticket: str) -> None:
        if self.conversations[ticket].incomplete:
            self._ask(ticket)

    def _ask(self, ticket: str) -> None:
        """One question at a time and room; it goes on until nothing is missing."""
        if ticket not in self._asking and self._line is not None:
            self._asking.add(ticket)
            self._spawn(self._catch_up(ticket, self._line))

    async def _catch_up(self, ticket: str, line: _Line) -> None:
        try:
            while True:
                await self._join_once(line, ticket)
                if not self.conversations[ticket].incomplete:
                    return
        except (LineLost, ConnectionClosed, KeyError, TimeoutError, Refused, Unreachable):
            pass  # the next connection or ping asks again; a room that was lost is not asked for
        except CommandRefused as refused:
            if refused.code in PASSING:
                await asyncio.sleep(refused.retry_after)
                self._spawn(self._later(ticket))
            else:
                self.conversations.pop(ticket, None)
        finally:
            if line is self._line:
                self._asking.discard(ticket)
            self._happened()

    async def _later(self, ticket: str) -> None:
        if ticket in self.conversations:
            self._ask(ticket)

    async def _join_once(self, line: _Line, ticket: str) -> None:
        conversation = self.conversations[ticket]
        answer = await self._command(line, {"type": "join-ticket-room", "ticket": ticket, "after": conversation.last})
        if answer["type"] == "reset":
            conversation.start_again(answer["head"])
            await self._load(conversation)

    async def _load(self, conversation: Conversation) -> None:
        """By REST, page after page; the room is heard already."""
        while True:
            page = await self.api.get(f"tickets/{conversation.ticket}/entries/", after=conversation.last)
            conversation.take_all(page["entries"])
            if not page["more"]:
                return

    # Commands.

    async def join(self, ticket: str, *, within: float = 10.0) -> Conversation:
        """Hear a conversation from now on, and hold all of it. Raises CommandRefused."""
        conversation = self.conversations.setdefault(ticket, Conversation(ticket))
        try:
            async with asyncio.timeout(within):
                await self._join(ticket)
        except CommandRefused:
            self.conversations.pop(ticket, None)
            raise
        self._ask_if_incomplete(ticket)
        await self.until(lambda: not conversation.incomplete, within=within)
        return conversation

    async def _join(self, ticket: str) -> None:
        while True:
            try:
                return await self._join_once(await self._ready_line(), ticket)
            except (LineLost, ConnectionClosed):
                continue

    async def leave(self, ticket: str) -> None:
        self.conversations.pop(ticket, None)
        await self.command("leave-ticket-room", ticket=ticket)

    async def command(self, kind: str, **fields: Any) -> Frame:
        """Send a command and return its answer; raises CommandRefused, LineLost or TimeoutError."""
        return await self._command(await self._ready_line(), {"type": kind, **fields})

    async def send(
        self, ticket: str, text: str, *, internal: bool = False, client_id: str | None = None, attachments: Iterable[Frame] = (),
        within: float = 60.0
    ) -> Frame:
        """Say something, with files that `api.upload` answered; returns the acknowledgement, however many connections that takes. Its
        `ticket` says where the message is if the ticket was over. Raises CommandRefused for a final refusal."""
        message = self.post(ticket, text, internal=internal, client_id=client_id, attachments=attachments)
        async with asyncio.timeout(within):
            return await asyncio.shield(message.stored)

    def post(
        self, ticket: str, text: str, *, internal: bool = False, client_id: str | None = None, attachments: Iterable[Frame] = ()
    ) -> Unsent:
        """The same without waiting; one message goes out after the other was acknowledged, so that they keep their order."""
        stored = asyncio.get_running_loop().create_future()
        message = Unsent(ticket, text, internal, client_id or str(uuid4()), stored, list(attachments))
        message.stored.add_done_callback(lambda future: future.cancelled() or future.exception())
        self.unsent.append(message)
        self._new_message.set()
        return message

    async def _send_unsent(self) -> None:
        while True:
            await self._new_message.wait()
            self._new_message.clear()
            while self.unsent:
                line = await self._ready_line()
                try:
                    await self._send_first(line, self.unsent[0])
                except (LineLost, ConnectionClosed):
                    continue  # the same message again, on the next connection
                except TimeoutError:
                    line.abort()

    async def _send_first(self, line: _Line, message: Unsent) -> None:
        command = {"type": "send-message", "ticket": message.ticket, "client_id": message.client_id, "text": message.text,
                   "internal": message.internal, "attachments": [file["id"] for file in message.attachments]}
        message.sent += 1
        try:
            answer = await self._command(line, command)
        except CommandRefused as refused:
            if refused.code in PASSING:
                await asyncio.sleep(refused.retry_after)
                return
            message.stored.set_exception(refused)
        else:
            self._apply_own(message, answer)
            message.at = asyncio.get_running_loop().time()
            message.stored.set_result(answer)
        self.unsent.remove(message)
        self._happened()

    def _apply_own(self, message: Unsent, answer: Frame) -> None:
        """One's own message is not told again; a duplicate may have been changed since, so it is asked for."""
        ticket = answer["ticket"]["id"] if "ticket" in answer else message.ticket  # a follow-up, where that was over
        conversation = self.conversations.get(ticket)
        if conversation is None:
            return
        if not answer["duplicate"]:
            me = {"id": self.user["id"], "name": self.user["name"], "staff": self.user["staff"]}
            conversation.take(answer["seq"], {
                "kind": "message", "id": answer["id"], "seq": answer["seq"], "created_at": answer["created_at"], "sender": me,
                "internal": message.internal, "text": message.text, "client_id": message.client_id, "attachments": message.attachments,
                "edited_at": None, "deleted_at": None})
        self._heard_of(ticket, answer["seq"])

    async def _command(self, line: _Line, command: Frame) -> Frame:
        ref = uuid4().hex
        answer: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        line.waiting[ref] = answer
        try:
            await self._put(line, {**command, "ref": ref})
            async with asyncio.timeout(ANSWER_SECONDS):
                frame = await answer
        finally:
            line.waiting.pop(ref, None)
        if frame["type"] == "error":
            raise CommandRefused(frame)
        return frame

    async def _put(self, line: _Line, frame: Frame) -> None:
        try:
            await line.socket.send(json.dumps(frame))
        except ConnectionClosed:
            line.ready.clear()  # whoever tries again waits for the next line, and lets the reader notice
            raise

    async def _ready_line(self) -> _Line:
        await self.until(lambda: self.is_ready, within=None)
        assert self._line is not None, "just seen"  # noqa: S101
        return self._line

    # Waiting.

    def mark(self) -> int:
        """A place in what was heard, for `hear(since=…)`."""
        return len(self.heard)

    async def hear(self, kind: str, where: Callable[[Frame], bool] = lambda frame: True, *, since: int = 0, within: float = 10.0) -> Heard:
        """The first frame of this type that fits, heard already or still to come; raises TimeoutError."""
        found: list[Heard] = []

        def look() -> bool:
            found.extend(heard for heard in self.heard[since:] if heard.type == kind and where(heard.frame))
            return bool(found)

        await self.until(look, within=within)
        return found[0]

    async def until(self, true: Callable[[], bool], *, within: float | None = 10.0) -> None:
        """Wait until it is so; looked at whenever something was heard. Raises TimeoutError, or Ended where nothing will come any more."""
        async with asyncio.timeout(within):
            while not true():
                if self.ended is not None:
                    raise self.ended
                self._something.clear()
                await self._something.wait()

    def _happened(self) -> None:
        self._something.set()

    def _spawn(self, work: Awaitable[Any]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._task_ended)

    def _task_ended(self, task: asyncio.Task[Any]) -> None:
        """A mistake of this client's own ends it, and everybody who waits learns of it."""
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.ended = self.ended or Ended(0, f"the client broke: {error!r}")
            self._happened()
