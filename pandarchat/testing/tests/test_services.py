"""What runs beside a test can be broken by it, and harms no other."""
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from redis import Redis

from pandarchat.environment import ROOT
from pandarchat.services.processes import eventually
from pandarchat.services.redis import RedisServer, answers
from pandarchat.testing.services import Server, StartServer, StartWorker, without_repetition
from pandarchat.testing.tests.test_database import OURS

LONG = 60  # seconds until a test gives up


def test_redis_is_empty_and_this_processes_own(redis_url: str) -> None:
    client = Redis.from_url(redis_url)
    assert client.dbsize() == 0
    assert os.environ.get("PYTEST_XDIST_WORKER", "main") in redis_url
    client.set("left", "over")


def test_redis_is_empty_again(redis_url: str) -> None:
    assert Redis.from_url(redis_url).dbsize() == 0


def test_a_redis_of_ones_own_is_killed_and_comes_back_empty(own_redis: RedisServer, redis_url: str) -> None:
    Redis.from_url(own_redis.url).set("lost", "soon")
    own_redis.kill()
    assert not answers(own_redis.url)
    assert answers(redis_url)
    own_redis.start()
    assert Redis.from_url(own_redis.url).dbsize() == 0


def test_a_server_answers(server: Server) -> None:
    assert httpx.get(f"{server.url}/healthz").status_code == httpx.codes.OK


def test_a_server_of_ones_own_is_killed(servers: StartServer, server: Server) -> None:
    own = servers(PANDAR_RATE_LIMITS="off")
    own.kill()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{own.url}/healthz")
    assert httpx.get(f"{server.url}/healthz").status_code == httpx.codes.OK


def test_a_worker_starts_on_its_own_redis(workers: StartWorker, own_redis: RedisServer) -> None:
    worker = workers(REDIS_URL=own_redis.url)
    assert "ready" in worker.log()


def test_kill_9_of_the_tests_leaves_nothing(open_folder: Path) -> None:
    waiting = open_folder / "test_waiting.py"
    waiting.write_text("import pathlib, time\ndef test_waiting(redis_url):\n"
                       f"    pathlib.Path({str(open_folder / 'waits')!r}).touch()\n    time.sleep(600)\n")
    values = {name: value for name, value in os.environ.items() if name not in OURS and not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--confcutdir", str(ROOT), "--rootdir", str(ROOT),
               "-c", str(ROOT / "pytest.ini"), str(waiting)]
    popen = subprocess.Popen(command, cwd=ROOT, env={**values, "PANDAR_VAR": str(open_folder / "v")}, start_new_session=True,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert eventually((open_folder / "waits").exists, LONG)
    assert left(open_folder)
    popen.send_signal(signal.SIGKILL)
    popen.wait()
    assert eventually(lambda: not left(open_folder), LONG), left(open_folder)


def left(folder: Path) -> list[str]:
    """Command lines that mention the folder's services."""
    found = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = process.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if f"{folder}/v" in line:
            found.append(line)
    return found


def test_a_log_that_is_shown_says_the_same_once() -> None:
    away = [f"00:0{second} the pool is away (0x7f{second})" for second in range(3)]
    assert without_repetition("\n".join(["ready", *away, "back"])) == ["ready", away[0], "… 2 more of these", "back"]
