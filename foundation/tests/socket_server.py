"""A small world behind a real socket: tokens are plain JSON, rooms are in memory, and every fault can be ordered."""
import asyncio
import json
import logging
import os
import resource
import socket
import sys
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import django
import uvicorn
from django.conf import settings

REDIS_URL = os.environ["SOCKET_REDIS"]
OPTIONS = json.loads(os.environ["SOCKET_OPTIONS"])
LAYER = {key: OPTIONS.pop(key) for key in ("canary_seconds", "jitter_seconds") if key in OPTIONS}
RATE_LIMITS = OPTIONS.get("rate_limits", True)
PLAIN = OPTIONS.pop("plain", False)  # hides the server's connection, as a server other than ours does

if __name__ == "__main__":
    settings.configure(
        CHANNEL_LAYERS={"default": {"BACKEND": "foundation.layer.HintLayer", "CONFIG": {"hosts": [REDIS_URL], **LAYER}}},
        ALLOWED_ORIGINS=["http://console.test", "http://localhost:*"], RATE_LIMITS=RATE_LIMITS, TRUSTED_PROXIES=0, USE_TZ=True)
    django.setup()

from django.db import OperationalError  # noqa: E402

from foundation.errors import Conflict, DomainError  # noqa: E402
from foundation.socket.application import SocketApplication  # noqa: E402
from foundation.socket.backend import Identity, Pulse  # noqa: E402
from foundation.socket.commands import Handler  # noqa: E402
from foundation.socket.connection import Connection  # noqa: E402
from foundation.socket.frames import Command, Frame, Ok, encode  # noqa: E402
from foundation.socket.options import Options  # noqa: E402
from foundation.tests.socket_world import named  # noqa: E402


class World:
    """The backend; what `order` switches is shared by all sockets of the process."""

    def __init__(self) -> None:
        self.down = False
        self.slow = 0.0
        self.ended: dict[str, int] = {}
        self.hidden: set[str] = set()
        self.gone_users: list[str] = []
        self.seen_users: set[str] = set()
        self.pulses: list[tuple[str, int]] = []

    async def _answer(self) -> None:
        await asyncio.sleep(self.slow)
        if self.down:
            raise OperationalError("the database is away")

    async def authenticate_token(self, token: str, address: str) -> Identity:
        await self._answer()
        try:
            claims = json.loads(token)
        except ValueError:
            raise DomainError("The token is not valid.", code="invalid_token", status=401) from None
        return identity_of(claims)

    async def authenticate_cookie(self, cookies: Mapping[str, str], address: str) -> Identity | None:
        await self._answer()
        user = cookies.get("user")
        return identity_of({"user": user}) if user else None

    async def refresh(self, identity: Identity) -> Identity | None:
        await self._answer()
        return None if identity.name in self.ended else identity

    async def may_see(self, identity: Identity, room_ids: Iterable[UUID]) -> set[UUID]:
        await self._answer()
        return set(room_ids) - {named(room) for room in self.hidden}

    async def pulse(self, organization_id: UUID, sessions: Mapping[str, Identity], rooms: frozenset[UUID]) -> Pulse:
        self.pulses.append((str(organization_id), len(sessions)))
        await self._answer()
        ended = {session: self.ended[who.name] for session, who in sessions.items() if who.name in self.ended}
        return Pulse(heads=dict.fromkeys(rooms, (7, 5)), ended=ended)

    async def seen(self, organization_id: UUID, user_ids: frozenset[UUID]) -> None:
        await self._answer()
        self.seen_users |= {str(user) for user in user_ids}

    async def welcome(self, identity: Identity) -> list[Frame]:
        return [Welcome(text=f"hello {identity.name}")]

    async def gone(self, identity: Identity) -> None:
        self.gone_users.append(identity.name)


def identity_of(claims: dict[str, Any]) -> Identity:
    organization = claims.get("organization", "pandar")
    name = claims["user"]
    groups = [f"user:{organization}:{name}"] + ([f"org:{organization}:staff"] if claims.get("staff") else [])
    return Identity(
        organization_id=named(organization), user_id=named(f"{organization}/{name}"), session_id=None, name=name,
        staff=bool(claims.get("staff")), expires_at=datetime.now(UTC) + timedelta(seconds=claims.get("seconds", 600)),
        groups=tuple(groups), user={"name": name})


class Welcome(Frame):
    text: str


class Said(Frame, tag="said"):
    text: str


class Heard(Frame, tag="heard"):
    ref: str | None
    text: str


class Figures(Frame, tag="figures"):
    ref: str | None
    figures: dict[str, Any]


class Unspeakable(Frame, tag="unspeakable"):
    ref: str | None
    text: str


class Echo(Command, frozen=True):
    text: str


class Join(Command, frozen=True):
    room: str
    slow: float = 0


class Say(Command, frozen=True):
    group: str
    text: str
    exclude: str = ""
    times: int = 1
    fill: int = 0


class Hint(Command, frozen=True):
    group: str
    verb: str
    data: dict[str, str | int | float] = {}


class Order(Command, frozen=True):
    what: str
    value: Any = None


class Fail(Command, frozen=True):
    how: str


class Wait(Command, frozen=True):
    seconds: float


class Measure(Command, frozen=True):
    pass


world = World()
started_at = time.monotonic()


async def echo(connection: Connection, command: Echo) -> Frame:
    return Heard(ref=command.ref, text=command.text)


async def join(connection: Connection, command: Join) -> Frame:
    room = named(command.room)
    if room not in await world.may_see(connection.me, [room]):
        raise Conflict("Not this room.", code="not_found")
    if command.slow:
        connection.send(Heard(ref=None, text="checked"))
        await asyncio.sleep(command.slow)
    connection.enter(room, f"room:{room}")
    return Ok(ref=command.ref)


async def say(connection: Connection, command: Say) -> Frame:
    group = f"room:{named(command.group[5:])}" if command.group.startswith("room:") else command.group
    for number in range(command.times):
        text = command.text if command.times == 1 else f"{number}:{command.text}"
        application.layer.publish(group, encode(Said(text=text + "x" * command.fill)), exclude=command.exclude)
    return Ok(ref=command.ref)


async def hint(connection: Connection, command: Hint) -> Frame:
    application.layer.control(command.group, command.verb, **command.data)
    return Ok(ref=command.ref)


async def order(connection: Connection, command: Order) -> Frame:
    value = set(command.value) if command.what == "hidden" else command.value
    setattr(world, command.what, value)
    return Ok(ref=command.ref)


async def fail(connection: Connection, command: Fail) -> Frame | None:
    if command.how == "domain":
        raise Conflict("It moved on.", fields={"version": ["stale"]}, allowed=["closed"])
    if command.how == "database":
        raise OperationalError("gone")
    if command.how == "unspeakable":
        return Unspeakable(ref=command.ref, text="\ud800")
    raise ZeroDivisionError


async def wait(connection: Connection, command: Wait) -> Frame:
    await asyncio.sleep(command.seconds)
    return Ok(ref=command.ref)


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


async def measure(connection: Connection, command: Measure) -> Frame:
    writers = [other.writer for other in application.connections]
    return Figures(ref=command.ref, figures={
        "sockets": len(application.connections), "tasks": len(asyncio.all_tasks()),
        "waiting_bytes": max(writer.waiting_bytes for writer in writers), "behind": sum(writer.behind for writer in writers),
        "headers": sum(map(len, headers)), "direct": sum(writer.direct for writer in writers), "resident_bytes": resident_bytes(),
        "gone": world.gone_users, "seen": sorted(world.seen_users), "pulses": world.pulses[-100:],
        "groups": sorted(application.layer._hub._groups) if application.layer._hub else [],
        "counters": vars(application.layer.counters), "healthy": application.layer.healthy,
    })


application = SocketApplication(
    backend=world, options=Options(**OPTIONS),
    commands=[Handler(Echo, echo), Handler(Join, join), Handler(Say, say), Handler(Hint, hint), Handler(Order, order),
              Handler(Fail, fail), Handler(Wait, wait), Handler(Measure, measure)])
sockets = application.as_asgi()
headers: list[Any] = []  # of every socket so far


async def asgi(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "lifespan":
        headers.append(scope["headers"])
        await sockets(scope, receive, partial(send) if PLAIN else send)
        return
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await application.start()
        else:
            await application.stop()
            await application.layer.stop()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


def main() -> None:
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    config = uvicorn.Config(
        asgi, ws="websockets-sansio", ws_max_size=65536, ws_per_message_deflate=False, ws_ping_interval=0, lifespan="on",
        timeout_graceful_shutdown=5, log_config=None)
    print(listener.getsockname()[1], flush=True)  # noqa: T201
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
