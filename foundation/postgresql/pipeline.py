"""Prepared statements on the event loop: several in one round trip, which is one transaction.

psycopg's own cursors cost more processor time than such a statement takes PostgreSQL; this speaks libpq's pipeline mode through the
connections that psycopg makes, and leaves conversion of values to psycopg too.
"""
import asyncio
from collections import deque
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from re import Match, compile
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from django.conf import settings
from psycopg import capabilities, pq
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result

from foundation.async_database import connected
from foundation.turns import Turns

Rows = list[tuple[Any, ...]]
PARAMETER = compile(r"%\((\w+)\)s")
WAIT_SECONDS = 5.0  # the longest wait for a free line
ANSWER_SECONDS = 35.0  # longer than PostgreSQL lets a statement run: who is silent for so long is gone
LIMITS = "set_config('statement_timeout', '3s', true), set_config('lock_timeout', '3s', true)"  # the latter for foreign keys, at the commit
OPENED = f"""
SELECT set_config('app.organization', %(organization)s::text, true), set_config('plan_cache_mode', 'force_generic_plan', true), {LIMITS}
"""  # a unit of work on a line, its limits with it; as behind `act_as`, a statement has one plan for all values
FORGOTTEN = ("0A", "26")  # states of what was prepared once and is good no more: a changed table, another server behind a pooler
MOST_PREPARED = 64  # statements that a line keeps; a list of tickets, of which there are thousands of shapes, takes PostgreSQL 350 kB


@dataclass(frozen=True)
class Statement:
    """SQL with `$1` for the first of its named parameters; each parameter's type is to be clear from the SQL."""

    sql: str
    names: tuple[str, ...]


@lru_cache(maxsize=1024)
def statement(template: str) -> Statement:
    """A statement of the text that psycopg takes, with its `%(name)s`."""
    names: list[str] = []

    def number(found: Match[str]) -> str:
        if found[1] not in names:
            names.append(found[1])
        return f"${names.index(found[1]) + 1}"

    return Statement(PARAMETER.sub(number, template), tuple(names))


Asked = tuple[str, Mapping[str, Any]]  # a template and its values
GONE = ""  # stands for a statement that is let go


class Line:
    """One connection in pipeline mode. It runs one round trip at a time and gives itself back when that is over."""

    def __init__(self, connection: psycopg.AsyncConnection[Any], pool: "Lines") -> None:
        self._connection = connection
        self._prepares = connection.prepare_threshold is not None
        self._converter = Transformer(connection)
        self._pg = connection.pgconn
        self._pool = pool
        self._loop = asyncio.get_running_loop()
        self._socket = self._pg.socket
        self._names: dict[str, bytes] = {}  # prepared statements, the one that was run last at the end
        self._numbers = count()
        self._unneeded: list[bytes] = []
        self._expected: deque[tuple[str, bytes] | None] = deque()  # a statement being prepared, or None for one being run
        self._answer: asyncio.Future[list[Rows]] | None = None
        self._results: list[pq.abc.PGresult] = []
        self._error: pq.abc.PGresult | None = None
        self._writing = False
        self._closed = False
        self._silent: asyncio.TimerHandle | None = None
        self._pg.nonblocking = 1
        self._pg.enter_pipeline_mode()
        self._loop.add_reader(self._socket, self._readable)

    def ask(self, asked: Sequence[Asked]) -> "asyncio.Future[list[Rows]]":
        """Send the statements; the rows of each, or the error of the first that failed, whereupon nothing has happened."""
        answer = self._answer = self._loop.create_future()
        self._silent = self._loop.call_later(ANSWER_SECONDS, self._die, psycopg.OperationalError("the server does not answer"))
        try:
            self._forget()
            for template, values in asked:
                self._send(statement(template), values)
            self._pg.pipeline_sync()
            self._flush()
        except Exception as error:
            self._die(error)
        return answer

    def _forget(self) -> None:
        for name in self._unneeded:
            if capabilities.has_send_close_prepared():
                self._pg.send_close_prepared(name)  # poolers that keep statements know them by the protocol, not by SQL
            else:
                self._pg.send_query_params(b"DEALLOCATE " + name, None)
            self._expected.append((GONE, name))
        self._unneeded.clear()

    def _send(self, asked: Statement, values: Mapping[str, Any]) -> None:
        dumped = self._converter.dump_sequence([values[name] for name in asked.names], [PyFormat.TEXT] * len(asked.names))
        if self._prepares:
            self._pg.send_query_prepared(self._prepared(asked), dumped)
        else:
            self._pg.send_query_params(asked.sql.encode(), dumped)
        self._expected.append(None)

    def _prepared(self, asked: Statement) -> bytes:
        name = self._names.pop(asked.sql, None)
        if name is None:
            name = b"s%d" % next(self._numbers)
            self._pg.send_prepare(name, asked.sql.encode())
            self._expected.append((asked.sql, name))
        else:
            self._names[asked.sql] = name
        return name

    def _flush(self) -> None:
        unsent = self._pg.flush() == 1
        if unsent and not self._writing:
            self._loop.add_writer(self._socket, self._writable)
        elif not unsent and self._writing:
            self._loop.remove_writer(self._socket)
        self._writing = unsent

    def _writable(self) -> None:
        try:
            self._flush()
        except Exception as error:
            self._die(error)

    def _readable(self) -> None:
        try:
            self._pg.consume_input()
            self._flush()
            if self._answer is None:
                self._still_there()
            while self._answer is not None and not self._pg.is_busy():
                self._take(self._pg.get_result())
        except Exception as error:
            self._die(error)

    def _still_there(self) -> None:
        if self._pg.status != pq.ConnStatus.OK:
            raise psycopg.OperationalError("the connection is lost")

    def _take(self, result: "pq.abc.PGresult | None") -> None:
        if result is None:  # the end of one statement's results
            self._still_there()
            return
        if result.status == pq.ExecStatus.PIPELINE_SYNC:
            self._finish()
            return
        expected = self._expected.popleft() if self._expected else None
        if result.status == pq.ExecStatus.FATAL_ERROR:
            self._error = self._error or result
        elif expected is not None and result.status == pq.ExecStatus.COMMAND_OK:
            self._keep(*expected)
        elif expected is None:
            self._results.append(result)

    def _keep(self, sql: str, name: bytes) -> None:
        if sql == GONE:
            return
        if sql in self._names or len(self._names) >= MOST_PREPARED:
            self._unneeded.append(self._names.pop(sql if sql in self._names else next(iter(self._names))))
        self._names[sql] = name

    def _finish(self) -> None:
        answer, results, error = self._answer, self._results, self._error
        self._answer, self._results, self._error = None, [], None
        self._expected.clear()
        self._heard()
        failed = error_from_result(error) if error is not None else None
        if answer is not None and not answer.done():
            self._hand_over(answer, results, failed)
        if failed is not None and (failed.sqlstate or "").startswith(FORGOTTEN):
            self._die(failed)
        else:
            self._pool.give_back(self)

    def _heard(self) -> None:
        if self._silent is not None:
            self._silent.cancel()
            self._silent = None

    def _hand_over(self, answer: "asyncio.Future[list[Rows]]", results: Sequence[pq.abc.PGresult], failed: psycopg.Error | None) -> None:
        if failed is not None:
            answer.set_exception(failed)
            return
        try:
            answer.set_result([self._rows(result) for result in results])
        except Exception as error:
            answer.set_exception(of_psycopg(error))

    def _rows(self, result: "pq.abc.PGresult") -> Rows:
        self._converter.set_pgresult(result)
        return self._converter.load_rows(0, result.ntuples, tuple)

    def _die(self, error: Exception) -> None:
        self.close(error)
        self._pool.lost(self)

    def close(self, error: Exception | None = None) -> None:
        """Hang up; a statement that is under way is not waited for. Its number may be another connection's soon, so only once."""
        self._heard()
        answer, self._answer = self._answer, None
        if answer is not None and not answer.done():
            answer.set_exception(of_psycopg(error or psycopg.OperationalError("the connection was closed")))
        if self._closed:
            return
        self._closed = True
        self._loop.remove_reader(self._socket)
        if self._writing:
            self._loop.remove_writer(self._socket)
        self._pg.finish()


def of_psycopg(error: Exception) -> psycopg.Error:
    """The error as one that whoever writes understands: whether it was stored cannot be known."""
    if isinstance(error, psycopg.Error):
        return error
    found = psycopg.OperationalError(f"{type(error).__name__}: {error}")
    found.__cause__ = error
    return found


class Lines:
    """At most `most` lines of one event loop, opened when they are needed. Organizations share them by turns."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._turns = Turns(most)
        self._open: set[Line] = set()
        self._free: list[Line] = []
        self._users: dict[Line, Hashable] = {}

    async def ask(self, *asked: Asked, of: Hashable) -> list[Rows]:
        """The rows of each statement, all of them one transaction; `of` is the organization whose turn it takes. Raises psycopg's errors,
        and TimeoutError where no line was free in time; nothing is tried twice here."""
        line = self._free.pop() if self._free and self._turns.take_now(of) else await self._another(of)
        self._users[line] = of
        return await line.ask(asked)

    async def _another(self, of: Hashable) -> Line:
        async with asyncio.timeout(WAIT_SECONDS):
            await self._turns.take(of)
            return self._free.pop() if self._free else await self._connect(of)

    async def _connect(self, of: Hashable) -> Line:
        try:
            line = Line(await connected(), self)
        except BaseException:
            self._turns.give_back(of)
            raise
        self._open.add(line)
        return line

    def get_stats(self) -> dict[str, int]:
        """In the words of psycopg's pools; for metrics."""
        return {"pool_size": len(self._open), "pool_available": len(self._free), "pool_max": self._most,
                "requests_waiting": self._turns.waiting}

    def give_back(self, line: Line) -> None:
        """A line is free."""
        self._free.append(line)
        self._turns.give_back(self._users.pop(line))

    def lost(self, line: Line) -> None:
        """A line is gone; whoever waits may open another."""
        self._open.discard(line)
        if line in self._free:
            self._free.remove(line)
        if line in self._users:
            self._turns.give_back(self._users.pop(line))

    def close(self) -> None:
        """At the end of the process."""
        for line in self._open:
            line.close()
        self._open.clear()
        self._free.clear()
        self._users.clear()


REQUESTS = "fast"
_lines: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, Lines]] = WeakKeyDictionary()


def lines(purpose: str = REQUESTS, most: int | None = None) -> Lines:
    """This loop's lines; what they are for has some of its own, so that slow questions keep no message waiting. `most`: as many as the
    socket's pool where nothing is said."""
    mine = _lines.setdefault(asyncio.get_running_loop(), {})
    if purpose not in mine:
        mine[purpose] = Lines(most or settings.SOCKET_POOL_SIZE)
    return mine[purpose]


def open_lines() -> list[tuple[str, Lines]]:
    """Of all loops of this process, with their purpose; for metrics."""
    return [found for mine in tuple(_lines.values()) for found in tuple(mine.items())]


def close() -> None:
    """Hang up this loop's lines."""
    for found in _lines.pop(asyncio.get_running_loop(), {}).values():
        found.close()
