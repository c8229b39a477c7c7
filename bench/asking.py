"""The measurements of `bench.measure`, on top of the yardstick's own sockets, clients and percentiles."""
import argparse
import asyncio
import itertools
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from yard import http, send
from yard.stats import latencies

CLIENTS = 16
LIST_PAGES = 20  # more than there are clients
PAGES = 2_000  # different requests, asked in turn
OTHERS_RATE = 30.0  # requests/s whose latency is watched while people log in
MOST_CONNECTIONS = 200
LAST_ANSWERS = 5  # seconds that the last ones of an open loop may take


# A long queue.


async def waiting(turn: Any, args: argparse.Namespace) -> None:
    """`queue.waiting`: the first page of a queue with 10,000 waiting tickets, 16 clients."""
    world, target = turn.target.world, turn.target
    if turn.name == "pandar":
        world["agents"] = world["waiting"]["agents"]
        many = world["waiting"]["tickets"]
        await asked(turn, "queue.waiting", lambda: http.requests_for(target, "queue"), args.seconds, waiting=many)
        return
    async with filled_queue(turn.described["env"]["DATABASE_URL"], args.waiting):
        await asked(turn, "queue.waiting", lambda: http.requests_for(target, "queue"), args.seconds, waiting=args.waiting)


@asynccontextmanager
async def filled_queue(address: str, many: int) -> AsyncIterator[None]:
    """The reference's organization under load with so many queued tickets; those that were added go again."""
    session = await asyncpg.connect(address)
    try:
        await session.execute(FILL_QUEUE.replace("$1", str(int(many))))
        await session.execute("ANALYZE tickets")
        yield
        await session.execute("DELETE FROM tickets WHERE category = 'waiting'")
    finally:
        await session.close()


FILL_QUEUE = """
INSERT INTO tickets (organization_id, subject, category, status, priority, channel, customer_id, created_at)
SELECT 1, 'Question ' || g || ' about an order that has not arrived', 'waiting', 'queued', 1 + g % 4, 'web', c.id,
       now() - interval '1 second' * g
FROM generate_series(1, $1 - (SELECT count(*) FROM tickets WHERE organization_id = 1 AND status = 'queued')) g,
     LATERAL (SELECT id FROM users WHERE organization_id = 1 AND role = 'customer' ORDER BY id OFFSET g % 250 LIMIT 1) c
"""


async def asked(turn: Any, measure: str, requests: Any, seconds: float, **more: Any) -> None:
    """A closed loop of 16 clients, once to warm up and once to measure."""
    await http.loop(turn.target, requests(), CLIENTS, http.WARM_UP_SECONDS)
    turn.report(measure, **more, **await http.loop(turn.target, requests(), CLIENTS, seconds))


# Lists that differ.


async def unlike(turn: Any, args: argparse.Namespace) -> None:
    """`list.unlike`: lists as `http.list.c16` asks for them, but each for another page than those that are asked for at that moment."""
    target = turn.target
    path = target.dialect.request("list")["path"]
    requests = []
    for number, token in enumerate(target.world["agents"][:LIST_PAGES * 10]):
        paged = path.replace("page=1", f"page={number % LIST_PAGES + 1}")
        target.world.setdefault("requests", {})["paged"] = {"method": "GET", "path": paged}
        requests.append(http.prepare(target, "paged", token))
    await asked(turn, "list.unlike", lambda: itertools.cycle(requests), args.seconds)


# Pages of long conversations.


async def page(turn: Any, args: argparse.Namespace) -> None:
    """`page.entries`: a page of a conversation, half of them anywhere in the longest one, 16 clients."""
    requests = list(pages(turn.target))
    random.Random(1).shuffle(requests)  # noqa: S311 (no secret)
    await asked(turn, "page.entries", lambda: itertools.cycle(requests), args.seconds, entries=turn.target.world["archive"]["entries"])


def pages(target: Any) -> Iterator[bytes]:
    archive, choose = target.world["archive"], random.Random(1)  # noqa: S311 (no secret)
    longest, *others = archive["conversations"]
    for number in range(PAGES):
        one = longest if number % 2 or not others else choose.choice(others)
        path = f"tickets/{one['ticket']}/entries/?after={choose.randrange(one['head'])}"
        target.world["requests"]["page"] = {"method": "GET", "path": path}
        yield http.prepare(target, "page", choose.choice(archive["agents"]))


# People logging in beside others who work.


async def login(turn: Any, args: argparse.Namespace) -> None:
    """`login.beside`: the latency of lists at a fixed rate, alone and while so many log in per second."""
    target, seconds = turn.target, args.seconds
    lists, logins = http.agents_asking(target, "list"), http.people_logging_in(target)
    await open_loop(target, lists, OTHERS_RATE, 1)
    alone = await open_loop(target, lists, OTHERS_RATE, seconds)
    beside, entered = await asyncio.gather(open_loop(target, lists, OTHERS_RATE, seconds), open_loop(target, logins, args.logins, seconds))
    again = await open_loop(target, lists, OTHERS_RATE, seconds)
    calm = (alone["p95_ms"] + again["p95_ms"]) / 2 if alone["p95_ms"] and again["p95_ms"] else None
    turn.report(
        "login.beside", logins_asked_per_s=args.logins, logins_per_s=entered["per_s"], login_p50_ms=entered["p50_ms"],
        login_p95_ms=entered["p95_ms"], refused=entered["refused"], alone_p95_ms=calm, beside_p50_ms=beside["p50_ms"],
        beside_p95_ms=beside["p95_ms"], times_slower=round(beside["p95_ms"] / calm, 2) if calm and beside["p95_ms"] else None,
        failed={**alone["refused"], **beside["refused"]})


async def open_loop(target: Any, requests: Iterator[bytes], rate: float, seconds: float) -> dict[str, Any]:
    """Requests that do not wait for each other; latency counts from when each was due. {"per_s", "p50_ms", …, "refused": {status: n}}"""
    idle: list[Any] = []
    took: list[float] = []
    statuses: Counter[int] = Counter()
    tasks: list[asyncio.Task[None]] = []

    async def one(due: float) -> None:
        client = idle.pop() if idle else await http.Client.open(target.world["http"])
        try:
            status, _ = await client.ask(next(requests))
        except (OSError, TimeoutError):
            status = 0
        statuses[status] += 1
        if 0 < status < 400:  # noqa: PLR2004
            took.append(time.perf_counter() - due)
        idle.append(client)

    due = began = time.perf_counter()
    while due < began + seconds and len(tasks) < MOST_CONNECTIONS * 100:
        await asyncio.sleep(max(0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(one(due)))
        due += random.expovariate(rate)
    _, late = await asyncio.wait(tasks, timeout=LAST_ANSWERS)
    lasted = time.perf_counter() - began
    for task in late:
        task.cancel()
    for client in idle:
        client.close()
    bad = {str(status): n for status, n in statuses.items() if not 0 < status < 400}  # noqa: PLR2004
    return {"per_s": round(len(took) / lasted, 1), **latencies(took), "refused": {**bad, **({"late": len(late)} if late else {})}}


# A second process.


async def processes(turn: Any, args: argparse.Namespace) -> None:
    """`send.max` and `http.list.c16` with as many server processes as run; clients are spread over them evenly."""
    options = argparse.Namespace(rooms=100, count=50, rate=200.0, seconds=2.0, ladder=args.ladder, rung_seconds=2.0)
    found: dict[str, dict[str, Any]] = {}
    await send.measure(turn.target, options, lambda measure, **values: found.update({measure: values}))
    turn.report("processes.send.max", **found["send.max"])
    await asked(turn, "processes.list", lambda: http.requests_for(turn.target, "list"), args.seconds)
