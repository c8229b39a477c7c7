"""What waits for the same statement shares one: its way to PostgreSQL and back, and its commit."""
import asyncio
import contextlib
from collections import Counter, deque
from collections.abc import Callable
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

import orjson
import psycopg
from psycopg.errors import DeadlockDetected, LockNotAvailable, QueryCanceled

from foundation import logs
from foundation.postgresql import pipeline

LANES = 3  # statements at once in a process
LANES_OF_ONE = 2  # of one organization: a held lock of its own keeps nobody else waiting
MOST_PER_BATCH = 64
BATCH_SECONDS = 5.0
# What nobody waits for any more holds no lock either, and what another transaction holds keeps only its own item waiting: alone.
OPENED = """
SELECT set_config('app.organization', %(organization)s::text, true), set_config('plan_cache_mode', 'force_generic_plan', true),
       set_config('statement_timeout', '4s', true), set_config('lock_timeout', '200ms', true)
"""
ROLLED_BACK = (LockNotAvailable, QueryCanceled, DeadlockDetected)  # psycopg counts them as operational, as it does a lost connection

Row = tuple[Any, ...]


class Alone(Exception):
    """The item was not done in a batch and is to be done by itself. `again`: it may have been committed for all that."""

    def __init__(self, *, again: bool) -> None:
        self.again = again
        super().__init__()


class Batcher:
    """Runs `sql` with `organization`, `items` (a JSON array) and what `shared()` names; it answers one row for each item, in their order.

    Items of one organization only share a statement, and never two of the same `key`. A batch that fails stores nothing and
    raises Alone to each of its items, so nobody's error is another's. It runs on lines of its own, named by their `purpose`.
    """

    def __init__(self, sql: str, purpose: str, shared: Callable[[], dict[str, Any]] = dict) -> None:
        self._sql = sql
        self._purpose = purpose
        self._shared = shared
        self._lanes: WeakKeyDictionary[asyncio.AbstractEventLoop, Lanes] = WeakKeyDictionary()

    async def row(self, organization: UUID, key: Any, item: dict[str, Any]) -> Row:
        """This item's row; raises Alone."""
        loop = asyncio.get_running_loop()
        lanes = self._lanes.get(loop)
        if lanes is None:
            lanes = self._lanes[loop] = Lanes(self._sql, self._purpose, self._shared)
        answer: asyncio.Future[Row] = loop.create_future()
        lanes.add(organization, Waiting(key, item, answer))
        return await answer


class Waiting:
    """An item in line."""

    __slots__ = ("answer", "item", "key")

    def __init__(self, key: Any, item: dict[str, Any], answer: "asyncio.Future[Row]") -> None:
        self.key = key
        self.item = item
        self.answer = answer


class Lanes:
    """The statements of one event loop. Organizations take turns."""

    def __init__(self, sql: str, purpose: str, shared: Callable[[], dict[str, Any]]) -> None:
        self._sql = sql
        self._purpose = purpose
        self._shared = shared
        self._waiting: dict[UUID, deque[Waiting]] = {}
        self._running: Counter[UUID] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()

    def add(self, organization: UUID, waiting: Waiting) -> None:
        self._waiting.setdefault(organization, deque()).append(waiting)
        self._start()

    def _start(self) -> None:
        if len(self._tasks) >= LANES:
            return
        for organization in self._waiting:
            if self._running[organization] < LANES_OF_ONE:
                self._running[organization] += 1
                task = asyncio.get_running_loop().create_task(self._serve(organization), name="batch", context=logs.nobodys())
                self._tasks.add(task)
                return

    async def _serve(self, organization: UUID) -> None:
        """Begins a moment after it was started: what arrives in that moment comes along."""
        logs.organization_id.set(str(organization))
        try:
            while batch := self._take(organization):
                await self._run(organization, batch)
                if len(self._waiting) > 1:
                    break  # the others' turn
        finally:
            self._running[organization] -= 1
            if not self._running[organization]:
                del self._running[organization]
            self._tasks.discard(asyncio.current_task())
            self._start()

    def _take(self, organization: UUID) -> list[Waiting]:
        line = self._waiting.pop(organization, None)
        batch: dict[Any, Waiting] = {}
        while line and len(batch) < MOST_PER_BATCH:
            if line[0].key in batch:
                break
            waiting = line.popleft()
            if not waiting.answer.done():  # whoever asked has given up
                batch[waiting.key] = waiting
        if line:
            self._waiting[organization] = line  # at the end
        return list(batch.values())

    async def _run(self, organization: UUID, batch: list[Waiting]) -> None:
        try:
            async with asyncio.timeout(BATCH_SECONDS):
                items = orjson.dumps([waiting.item for waiting in batch]).decode()
                values = {"organization": organization, "items": items, **self._shared()}
                lines = pipeline.lines(self._purpose, LANES)
                _, rows = await lines.ask((OPENED, values), (self._sql, values), of=object())  # whose turn it is was decided here already
            answered = list(zip(batch, rows, strict=True))
        except Exception as error:
            refused = isinstance(error, ROLLED_BACK) or (
                isinstance(error, psycopg.Error) and not isinstance(error, psycopg.OperationalError))
            for waiting in batch:
                if not waiting.answer.done():
                    waiting.answer.set_exception(Alone(again=not refused))
            return
        for waiting, row in answered:
            with contextlib.suppress(asyncio.InvalidStateError):  # given up meanwhile: a repetition finds what is stored
                waiting.answer.set_result(row)
