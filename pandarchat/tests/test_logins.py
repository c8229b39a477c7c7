"""Passwords are checked in processes beside a server: what a server's clients, its operator and its neighbours see of that."""
import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from typing import Any

import httpx
import pytest

from accounts.hashing.processes import MOST_PER_WORKER
from accounts.tests.hashing_family import MOST, everybody, hashing, lives
from pandarchat.services.processes import wait_until
from pandarchat.testing.services import Server, StartServer
from pandarchat.tests.world import PASSWORD, World

OFF = {"PANDAR_RATE_LIMITS": "off", "PASSWORD_WORKERS": "1"}
OK = 200
PATIENCE = 30.0  # seconds for an answer
DOORS = ("servers", "webs")


@pytest.fixture(params=DOORS)
def server(request: pytest.FixtureRequest) -> Server:
    """By uvicorn, on whose event loop logins wait, and by granian, where they hold a thread."""
    start: StartServer = request.getfixturevalue(request.param)
    return start(**OFF)


def login(server: Server, world: World, password: str = PASSWORD) -> Any:
    given = {"organization": "pandar", "email": world.agent.email, "password": password}
    return httpx.post(f"{server.url}/api/v1/auth/login/", json=given, timeout=PATIENCE)


@contextlib.contextmanager
def held(server: Server) -> Iterator[int]:
    """The server's first hashing process, which gets to nothing."""
    (pid, *_) = hashing(server.process.pid)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield pid
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def test_a_login_is_checked_outside_of_the_server(world: World, server: Server) -> None:
    assert hashing(server.process.pid) == [], "and not before somebody logs in"
    assert [login(server, world, password).status_code for password in (PASSWORD, "wrong", PASSWORD)] == [200, 401, 200]
    (pid, *_) = hashing(server.process.pid)
    assert os.getpriority(os.PRIO_PROCESS, pid) == 19


def test_killed_while_it_checks_the_login_succeeds(world: World, server: Server) -> None:
    login(server, world)
    with ThreadPoolExecutor() as pool, held(server) as pid:
        waiting = pool.submit(login, server, world)
        wait_until(lambda: len(hashing(server.process.pid)) == 2, MOST, "nobody notices that it does not get to its question")
        os.kill(pid, signal.SIGKILL)
        assert waiting.result(PATIENCE).status_code == 200
    wait_until(lambda: not lives(pid), MOST, "it is not reaped")
    assert login(server, world, "wrong").status_code == 401


@contextlib.contextmanager
def nobody_checks(server: Server, world: World, clients: int) -> Iterator[list["Future[Any]"]]:
    """So many logins while no process gets to one, also not the one of ordinary priority, which comes after the first."""
    login(server, world)
    with held(server) as pid, ThreadPoolExecutor(clients) as pool:
        answers = [pool.submit(login, server, world)]
        wait_until(lambda: len(hashing(server.process.pid)) == 2, MOST, "the process of ordinary priority does not come")
        (another,) = set(hashing(server.process.pid)) - {pid}
        os.kill(another, signal.SIGSTOP)
        try:
            yield answers + [pool.submit(login, server, world) for _ in range(clients - 1)]
        finally:
            os.kill(another, signal.SIGCONT)
            os.kill(pid, signal.SIGCONT)


def test_where_too_many_wait_the_rest_hears_so(world: World, servers: StartServer) -> None:
    server, extra = servers(**OFF), 8
    with nobody_checks(server, world, MOST_PER_WORKER + extra) as answers:
        refused = next(answer.result() for answer in as_completed(answers, PATIENCE) if answer.result().status_code != OK)
        told = refused.json()
        assert (refused.status_code, told["code"], refused.headers["Retry-After"]) == (503, "busy", "2")
        assert told["error"] == "Too many people sign in at this moment. Please try again."
    assert {answer.result(PATIENCE).status_code for answer in answers} == {200, 503}
    assert login(server, world).status_code == 200


def test_others_are_answered_while_logins_wait(world: World, server: Server) -> None:
    headers = {"Authorization": f"Bearer {world.token(world.agent)}"}
    with nobody_checks(server, world, 30) as answers:  # more than there are threads
        assert httpx.get(f"{server.url}/api/v1/auth/me/", headers=headers, timeout=PATIENCE).status_code == 200
        assert not all(answer.done() for answer in answers), "they did wait"
    assert {answer.result(PATIENCE).status_code for answer in answers} <= {200, 503}


@pytest.mark.parametrize("killed", [False, True], ids=["stopped", "killed"])
def test_they_end_with_their_server(world: World, server: Server, killed: bool) -> None:
    login(server, world)
    children = hashing(server.process.pid)
    assert children and all(map(lives, children))
    if killed:
        server.kill()
    else:
        server.stop()
    wait_until(lambda: not any(map(lives, children)), MOST, "a hashing process outlives its server")


def test_no_password_is_seen_from_outside(world: World, server: Server) -> None:
    secret = "a-password-that-nobody-else-types"
    commands: list[bytes] = []
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            commands.extend(command for _, _, command in everybody())

    watching = threading.Thread(target=watch)
    watching.start()
    for _ in range(5):
        assert login(server, world, secret).status_code == 401
    for pid in hashing(server.process.pid):
        os.kill(pid, signal.SIGKILL)  # what dies may not tell either
    login(server, world, secret)
    done.set()
    watching.join()
    assert any(b"argon.py" in command for command in commands), "the negative control: they were looked at"
    assert not any(secret.encode() in command for command in commands)
    assert secret not in server.log()
    assert "a hashing process died" in server.log()
