"""A user is disabled, a role taken away, a token expires: their sockets end, within seconds by hint, within a minute without Redis."""
import asyncio
import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from accounts import tokens
from accounts.actions import people
from accounts.actor import load
from accounts.models import Role, User
from faults.crowd import person
from faults.record import Record
from faults.without import without
from foundation.units import unit_of_work
from pandarchat.services.redis import RedisServer
from pandarchat.testing.services import Server, StartServer
from pandarchat.tests.checker import Broken
from pandarchat.tests.world import World

FAULT = "user disabled, role removed, token expired"
BY_HINT, BY_CHECK = 5.0, 60.0  # seconds
TOKEN_SECONDS = 6
LINE_GIVEN_UP = 15.0  # after two canaries that nobody heard, and the closing that follows
FINAL = {4401, 4403}
CONTROLS = {"access.revocation": "the hint that a right ended", "access.expiry": "the end of a token"}
OFTEN = "conversation.pings_often"


class Tab:
    """A socket that comes back with the same token until it is refused for good. `ended`: when that was, by the loop's clock."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.open = asyncio.Event()
        self.ended = 0.0
        self.code = 0

    async def live(self, url: str) -> None:
        clock = asyncio.get_running_loop().time
        while self.code not in FINAL:
            try:
                async with connect(url, ping_interval=None, compression=None, proxy=None) as socket:
                    await socket.send(json.dumps({"type": "authenticate", "token": self.token}))
                    async for text in socket:
                        frame = json.loads(text)
                        if frame["type"] == "ready":
                            self.open.set()
                        elif frame["type"] == "ping":
                            await socket.send(json.dumps({"type": "pong", "n": frame["n"]}))
                    self.code = socket.close_code or 1006
            except ConnectionClosed as closed:
                self.code = closed.rcvd.code if closed.rcvd else 1006
            except OSError:
                pass
            self.open.clear()
            await asyncio.sleep(0.2)
        self.ended = clock()


def disabled(world: World, user: User) -> None:
    with unit_of_work(world.pandar.id):
        people.set_active(user=User.objects.get(pk=user.pk), active=False, actor=load(world.admin.id))  # type: ignore[arg-type]


def demoted(world: World, user: User) -> None:
    with unit_of_work(world.pandar.id):
        role = Role.objects.get(slug="customer")
        people.change_role(user=User.objects.get(pk=user.pk), role=role, actor=load(world.admin.id))  # type: ignore[arg-type]


def at_most(seconds: float, took: dict[str, float]) -> dict[str, Any]:
    """Raises Broken for whoever stayed longer."""
    late = {what: round(found, 1) for what, found in took.items() if found > seconds}
    if late:
        raise Broken(f"still there after {seconds} s: {late}")
    return {f"{what}_seconds": round(found, 1) for what, found in took.items()}


def short_token(world: World, user: User, seconds: float) -> str:
    with unit_of_work(world.pandar.id):
        epoch = User.objects.get(pk=user.pk).epoch
    return tokens.access(organization=world.pandar.id, user=user.id, session=world.pandar.session(user).id, epoch=epoch,
                         lifetime=timedelta(seconds=seconds))


def ended(
    world: World, server: Server, *, most: float, meanwhile: Callable[[], None] = lambda: None, calm: float = 0.0,
) -> dict[str, Any]:
    """Three tabs lose their right; the seconds until each was refused for good. Before that `meanwhile` happens, and `calm` seconds later
    everybody is back on a socket. Raises Broken where somebody stays longer than `most`."""
    users = {what: person(world, f"{what}-{server.port}", "agent") for what in ("disabled", "demoted", "expired")}
    held = {what: world.token(user) for what, user in users.items() if what != "expired"}

    async def story() -> dict[str, float]:
        clock = asyncio.get_running_loop().time
        tabs = {what: Tab(token) for what, token in held.items()}
        async with asyncio.TaskGroup() as group:
            living = {what: group.create_task(tab.live(server.ws_url)) for what, tab in tabs.items()}
            try:
                await asyncio.gather(*(asyncio.wait_for(tab.open.wait(), 20) for tab in tabs.values()))
                await asyncio.to_thread(meanwhile)
                await asyncio.sleep(calm)
                expires = clock() + TOKEN_SECONDS
                tabs["expired"] = expired = Tab(await asyncio.to_thread(short_token, world, users["expired"], TOKEN_SECONDS))
                living["expired"] = group.create_task(expired.live(server.ws_url))
                await asyncio.gather(*(asyncio.wait_for(tab.open.wait(), 20) for tab in tabs.values()))
                begun = {"expired": expires}
                for what, act in (("disabled", disabled), ("demoted", demoted)):
                    await asyncio.to_thread(act, world, users[what])
                    begun[what] = clock()
                await asyncio.wait(living.values(), timeout=max(begun.values()) + most - clock())
                return {what: (tab.ended or clock() + most) - begun[what] for what, tab in tabs.items()}
            finally:
                for task in living.values():
                    task.cancel()

    return at_most(most, asyncio.run(story()))


def test_with_redis_within_five_seconds(world: World, servers: StartServer, redis_url: str, record: Record) -> None:
    record(FAULT, redis="up", **ended(world, servers(PANDAR_RATE_LIMITS="off"), most=BY_HINT))


def test_without_redis_within_a_minute(world: World, servers: StartServer, own_redis: RedisServer, record: Record) -> None:
    """After the line was given up, closed and opened again, so that nothing but the checks of pings is left."""
    server = servers(REDIS_URL=own_redis.url, PANDAR_RATE_LIMITS="off")
    record(FAULT, redis="down", **ended(world, server, most=BY_CHECK, meanwhile=own_redis.kill, calm=LINE_GIVEN_UP + 10))


@pytest.mark.parametrize("guard", [("access.revocation", "access.pulse"), ("access.expiry",)])
def test_with_redis_each_guard_is_needed(
    world: World, servers: StartServer, redis_url: str, record: Record, guard: tuple[str, ...],
) -> None:
    """The control. A ping that happened to come in time would do what the hint did not."""
    with pytest.raises(Broken, match="still there"):
        ended(world, servers(*without(*guard), PANDAR_RATE_LIMITS="off"), most=BY_HINT)
    record(FAULT, control=CONTROLS[guard[0]])


def test_without_redis_the_pings_must_look(world: World, servers: StartServer, own_redis: RedisServer, record: Record) -> None:
    """The control, at pings of twice a second, where what takes a minute is seen in seconds."""
    guarded, bare = (servers(*without(*guards), REDIS_URL=own_redis.url, PANDAR_RATE_LIMITS="off")
                     for guards in ((OFTEN,), (OFTEN, "access.pulse")))
    own_redis.kill()
    time.sleep(LINE_GIVEN_UP)
    ended(world, guarded, most=BY_HINT)
    with pytest.raises(Broken, match="still there"):
        ended(world, bare, most=BY_HINT)
    record(FAULT, control="the look at rights with each ping")
