"""Statements in one round trip: one transaction, bounded lines, and nothing that outlives a broken connection."""
import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any

import psycopg
import pytest

from foundation.postgresql import pipeline
from foundation.postgresql.pipeline import statement
from foundation.turns import Turns

BEAT = "INSERT INTO foundation_heartbeat (name, at) VALUES (%(name)s::text, now()) RETURNING name"
BEATS = "SELECT name FROM foundation_heartbeat ORDER BY name"
DIVIDE = "SELECT 1 / %(by)s::integer"
PREPARED = "SELECT count(*) FROM pg_prepared_statements"
SLOW = "SELECT pg_sleep(0.02), %(number)s::integer"
pytestmark = pytest.mark.usefixtures("committed")


class Lines(pipeline.Lines):
    """Asked by one organization where nothing else is said."""

    async def ask(self, *asked: pipeline.Asked, of: Hashable = "us") -> list[pipeline.Rows]:
        return await super().ask(*asked, of=of)


def play(story: Callable[[Lines], Awaitable[Any]]) -> Any:
    """The story's result, on a loop and lines of its own."""

    async def alone() -> Any:
        lines = Lines(3)
        try:
            return await story(lines)
        finally:
            lines.close()

    return asyncio.run(alone())


def test_named_parameters_become_numbers() -> None:
    assert statement("SELECT %(a)s::int, %(b)s::text, %(a)s::int") == pipeline.Statement("SELECT $1::int, $2::text, $1::int", ("a", "b"))


def test_values_come_back_as_psycopg_reads_them() -> None:
    given = {"number": 4, "texts": ["a", None, "b,c"], "nothing": None, "bytes": b"\0\xff"}
    sql = "SELECT %(number)s::bigint + 1, %(texts)s::text[], %(nothing)s::text, %(bytes)s::bytea, true"
    assert play(lambda line: line.ask((sql, given))) == [[(5, ["a", None, "b,c"], None, b"\0\xff", True)]]


@pytest.mark.parametrize("prepare", ["on", "off"])
def test_all_is_one_transaction(settings: Any, prepare: str) -> None:
    """Behind a pooler that keeps no statements, too."""
    settings.DATABASE_PREPARE = prepare

    async def story(lines: Lines) -> Any:
        await lines.ask(("SELECT set_config('app.organization', 'here', true)", {}), (BEAT, {"name": "kept"}))
        with pytest.raises(psycopg.errors.DivisionByZero):
            await lines.ask((BEAT, {"name": "undone"}), (DIVIDE, {"by": 0}), (BEAT, {"name": "never"}))
        return await lines.ask(("SELECT current_setting('app.organization', true)", {}), (BEATS, {}), (DIVIDE, {"by": 1}))

    assert play(story) == [[("",)], [("kept",)], [(1,)]]


def test_who_asks_when_all_lines_are_busy_waits() -> None:
    async def story(_: Lines) -> Any:
        few = Lines(2)
        answers = await asyncio.gather(*(few.ask((SLOW, {"number": number}), of=number) for number in range(12)))
        held = len(few._open)
        few.close()
        return held, [answer[0][0][1] for answer in answers]

    assert play(story) == (2, list(range(12)))


def test_who_leaves_leaves_no_line_behind() -> None:
    async def story(_: Lines) -> Any:
        one = Lines(1)
        await one.ask((DIVIDE, {"by": 1}))
        running, waiting = (asyncio.ensure_future(one.ask((SLOW, {"number": number}))) for number in range(2))
        await asyncio.sleep(0)
        running.cancel()
        waiting.cancel()
        answer = await one.ask((SLOW, {"number": 7}))
        one.close()
        return answer[0][0][1], running.cancelled(), waiting.cancelled()

    assert play(story) == (7, True, True)


def test_a_dead_connection_fails_its_own_question_only() -> None:
    async def story(lines: Lines) -> Any:
        with pytest.raises(psycopg.OperationalError):
            await lines.ask(("SELECT pg_terminate_backend(pg_backend_pid())", {}))
        return await lines.ask((DIVIDE, {"by": 1}))

    assert play(story) == [[(1,)]]


def test_an_idle_connection_that_dies_is_forgotten() -> None:
    async def story(lines: Lines) -> Any:
        ((pid,),), = await lines.ask(("SELECT pg_backend_pid()", {}))
        other = Lines(1)
        await other.ask(("SELECT pg_terminate_backend(%(pid)s::integer)", {"pid": pid}))
        other.close()
        async with asyncio.timeout(10):
            while lines._open:  # noqa: ASYNC110 - the loop itself notices
                await asyncio.sleep(0.01)
        return await lines.ask((DIVIDE, {"by": 1}))

    assert play(story) == [[(1,)]]


def test_a_table_that_changed_is_asked_anew() -> None:
    async def story(lines: Lines) -> Any:
        made = "CREATE TEMP TABLE IF NOT EXISTS changing AS SELECT 1 AS a"
        await lines.ask((made, {}))
        await lines.ask(("SELECT * FROM changing", {}))
        await lines.ask(("ALTER TABLE changing ADD COLUMN b integer", {}))
        with pytest.raises(psycopg.errors.FeatureNotSupported):
            await lines.ask(("SELECT * FROM changing", {}))
        await lines.ask((made, {}))
        return await lines.ask(("SELECT * FROM changing", {}))

    assert play(story) == [[(1,)]], "on a new connection, whose temporary table is new as well"


def test_what_is_larger_than_a_socket_takes_arrives_whole() -> None:
    text = "x" * 5_000_000
    assert play(lambda lines: lines.ask(("SELECT length(%(text)s::text), %(text)s::text", {"text": text}))) == [[(len(text), text)]]


def test_a_server_that_falls_silent_takes_no_line_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """As when a machine is gone without a word: nobody would ever say that the connection is."""
    monkeypatch.setattr(pipeline, "ANSWER_SECONDS", 0.2)

    async def story(_: Lines) -> Any:
        one = Lines(1)
        await one.ask((DIVIDE, {"by": 1}))
        (line,) = one._open
        line._loop.remove_reader(line._socket)
        async with asyncio.timeout(5):
            with pytest.raises(psycopg.OperationalError):
                await one.ask((DIVIDE, {"by": 1}))
        monkeypatch.undo()
        answer = await one.ask((DIVIDE, {"by": 1}))
        one.close()
        return answer

    assert play(story) == [[(1,)]]


@pytest.mark.parametrize(("question", "error"), [
    (("SELECT %(text)s::text", {"text": "\ud800"}), "UnicodeEncodeError"), (("SELECT 'infinity'::timestamptz", {}), "too large"),
    (("SELECT %(missing)s::text", {}), "KeyError"),
])
def test_what_cannot_be_converted_is_an_error_and_costs_no_line(question: Any, error: str) -> None:
    async def story(_: Lines) -> Any:
        one = Lines(1)
        for _attempt in range(2):
            async with asyncio.timeout(4):
                with pytest.raises(psycopg.Error, match=error):
                    await one.ask(("SELECT 1", {}), question)
        answer = await one.ask((DIVIDE, {"by": 1}))
        one.close()
        return answer

    assert play(story) == [[(1,)]]


def test_the_same_statement_twice_leaves_no_name_taken() -> None:
    async def story(lines: Lines) -> Any:
        await lines.ask((DIVIDE, {"by": 1}), (DIVIDE, {"by": 1}))
        await lines.ask(("SELECT 2", {}))
        return await lines.ask((PREPARED, {}), (DIVIDE, {"by": 1}))

    assert play(story) == [[(3,)], [(1,)]], "and the one that was prepared twice is let go once"


def test_a_line_keeps_so_many_statements_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Filters and orderings make thousands of statements, and each takes PostgreSQL memory on every connection."""
    monkeypatch.setattr(pipeline, "MOST_PREPARED", 5)

    async def story(lines: Lines) -> Any:
        for number in range(30):
            assert await lines.ask((DIVIDE, {"by": 1}), (f"SELECT {number}", {})) == [[(1,)], [(number,)]]
            with pytest.raises(psycopg.errors.DivisionByZero):
                await lines.ask((DIVIDE, {"by": 0}), (f"SELECT {number} + 1", {}))
        ((held,),), ((divide,),) = await lines.ask((PREPARED, {}), (f"{PREPARED} WHERE statement LIKE 'SELECT 1 /%'", {}))
        return held, divide, len(lines._open)

    held, divide, opened = play(story)
    assert (held <= 5 + 2, divide, opened) == (True, 1, 1), "what is asked all the time stays prepared, on the same line"


def test_who_leaves_passes_on_that_a_line_may_be_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(_: Lines) -> Any:
        one = Lines(1)
        dying = asyncio.ensure_future(one.ask(("SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(1)", {})))
        await asyncio.sleep(0)
        first, second = (asyncio.ensure_future(one.ask((DIVIDE, {"by": 1}))) for _ in range(2))
        await asyncio.sleep(0)
        assert one._turns.waiting == 2, "both wait for the only line"
        give_back = one._turns.give_back
        monkeypatch.setattr(one._turns, "give_back", lambda whose: (give_back(whose), first.cancel())[0])
        async with asyncio.timeout(4):
            answer = await second
        await asyncio.gather(dying, first, return_exceptions=True)
        one.close()
        return answer, first.cancelled()

    assert play(story) == ([[(1,)]], True)


def test_what_is_under_way_when_all_ends_is_told_so() -> None:
    async def story(_: Lines) -> Any:
        one = Lines(1)
        await one.ask((DIVIDE, {"by": 1}))
        running = asyncio.ensure_future(one.ask(("SELECT pg_sleep(5)", {})))
        await asyncio.sleep(0.01)
        one.close()
        async with asyncio.timeout(2):
            with pytest.raises(psycopg.OperationalError):
                await running
        return True

    assert play(story)


def test_who_is_slow_leaves_a_line_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """And without turns they take all: the control."""

    async def story(lines: Lines) -> bool:
        slow = [asyncio.ensure_future(lines.ask(("SELECT pg_sleep(0.4)", {}), of="slow")) for _ in range(6)]
        await asyncio.sleep(0)
        await lines.ask((DIVIDE, {"by": 1}), of="others")
        kept = not any(one.done() for one in slow)
        await asyncio.gather(*slow)
        assert (lines._turns._held, lines._turns._free, len(lines._open) <= 3) == ({}, 3, True)
        return kept

    assert play(story)
    monkeypatch.setattr(Turns, "_may", lambda turns, whose: turns._free > 0)
    assert not play(story)
