"""Messages of a socket process that wait together share a statement and a commit, and nothing else."""
import asyncio
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
import pytest

from accounts.actor import Actor
from chat import sending
from chat.models import Entry
from foundation import async_database, batching
from foundation.errors import Conflict, NotFound
from foundation.ids import uuid7
from foundation.postgresql import pipeline
from foundation.units import unit_of_work
from pandarchat.testing.database import owner
from pandarchat.testing.loops import in_loop
from pandarchat.tests.checker import check_numbers
from pandarchat.tests.world import World
from tickets.models import Ticket

TOGETHER = 12


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many messages each statement carried."""
    sizes: list[int] = []
    run = batching.Lanes._run

    async def counted(self: Any, organization: UUID, batch: Any) -> None:
        sizes.append(len(batch))
        await run(self, organization, batch)

    monkeypatch.setattr(batching.Lanes, "_run", counted)
    return sizes


def send(actor: Actor, ticket: Ticket, text: str = "Hello", *, client_id: UUID | None = None) -> Awaitable[sending.Stored]:
    draft = sending.Draft(conversation=ticket.pk, client_id=client_id or uuid7(), text=text)
    return sending.send_from_socket(actor=actor, draft=draft, session="")


def texts(world: World, ticket: Ticket) -> list[str]:
    """What was said after the first message."""
    with unit_of_work(world.pandar.id):
        said = Entry.objects.filter(conversation_id=ticket.pk, kind="message", staff_seq__gt=1).order_by("staff_seq")
        return list(said.values_list("text", flat=True))


@contextmanager
def another_transaction(world: World) -> Iterator[psycopg.Connection[Any]]:
    """Somebody else's, of the same organization; rolled back where it was not committed."""
    with psycopg.connect(**async_database.parameters()) as connection:
        connection.execute("SELECT set_config('app.organization', %s, false)", [str(world.pandar.id)])
        try:
            yield connection
        finally:
            connection.rollback()


def test_what_waits_shares_a_statement_and_keeps_its_order(world: World, statements: list[int]) -> None:
    tickets, actor = [world.ticket(), world.ticket()], world.actor(world.customer)

    async def story() -> list[sending.Stored]:
        return await asyncio.gather(*(send(actor, tickets[n % 2], f"message {n}") for n in range(TOGETHER)))

    stored = in_loop(story)
    assert sum(statements) == TOGETHER > len(statements)
    for which, ticket in enumerate(tickets):
        assert [message.seq for message in stored[which::2]] == list(range(2, 2 + TOGETHER // 2))
        assert texts(world, ticket) == [f"message {n}" for n in range(which, TOGETHER, 2)]
        check_numbers(world.pandar.id, ticket.pk)


def test_organizations_never_share_a_statement(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[set[str]] = []
    run = batching.Lanes._run

    async def watched(self: Any, organization: UUID, batch: Any) -> None:
        seen.append({str(organization)} | {str(home[waiting.item["sender"]]) for waiting in batch})
        await run(self, organization, batch)

    monkeypatch.setattr(batching.Lanes, "_run", watched)
    mine, theirs = world.ticket(), world.ticket(world.acme.customer)
    home = {world.customer.id: world.pandar.id, world.acme.customer.id: world.acme.id}
    actors = [(world.actor(world.customer), mine), (world.actor(world.acme.customer), theirs)]

    async def story() -> Any:
        crossed = [send(actors[0][0], theirs), send(actors[1][0], mine)]
        good = [send(actor, ticket) for _ in range(TOGETHER) for actor, ticket in actors]
        return await asyncio.gather(*crossed, *good, return_exceptions=True)

    answers = in_loop(story)
    assert [type(answer) for answer in answers[:2]] == [NotFound, NotFound]
    assert {type(answer) for answer in answers[2:]} == {sending.Stored}
    assert all(len(organizations) == 1 for organizations in seen)
    assert len(texts(world, mine)) == TOGETHER


def test_a_conversation_that_somebody_holds_keeps_only_its_own_message(world: World) -> None:
    held, free, actor = world.ticket(), world.ticket(), world.actor(world.customer)

    async def story() -> tuple[sending.Stored, bool]:
        with another_transaction(world) as other:
            other.execute("SELECT 1 FROM chat_conversation WHERE id = %s FOR UPDATE", [held.pk])
            kept = asyncio.ensure_future(send(actor, held, "kept"))
            passed = [await asyncio.wait_for(send(actor, free, f"passed {n}"), 5) for n in range(3)]
            waits = not kept.done()
            other.rollback()
        assert [message.seq for message in passed] == [2, 3, 4]
        return await asyncio.wait_for(kept, 5), waits

    stored, waited = in_loop(story)
    assert waited and stored.seq == 2
    assert texts(world, held) == ["kept"]


def test_one_client_id_in_two_conversations_harms_nobody_else(world: World, statements: list[int]) -> None:
    one, two, third, actor, client_id = world.ticket(), world.ticket(), world.ticket(), world.actor(world.customer), uuid7()

    async def story() -> Any:
        return await asyncio.gather(
            send(actor, one, client_id=client_id), send(actor, two, client_id=client_id), *(send(actor, third) for _ in range(TOGETHER)),
            return_exceptions=True)

    first, second, *others = in_loop(story)
    assert {type(first), type(second)} == {sending.Stored, Conflict}
    assert sorted(message.seq for message in others) == list(range(2, 2 + TOGETHER))


def test_a_key_that_another_transaction_is_about_to_write_sends_all_alone(world: World) -> None:
    one, two, third, actor, client_id = world.ticket(), world.ticket(), world.ticket(), world.actor(world.customer), uuid7()
    customer = world.customer

    async def story() -> Any:
        with another_transaction(world) as other:
            other.execute(sending.SEND, (world.pandar.id, one.pk, customer.id, "x", False, client_id, "first", b"1", False, False, []))
            twice = asyncio.ensure_future(send(actor, two, client_id=client_id))
            passed = [await asyncio.wait_for(send(actor, third, f"passed {n}"), 5) for n in range(2)]
            other.commit()
        return passed, await asyncio.gather(twice, return_exceptions=True)

    passed, (twice,) = in_loop(story)
    assert [message.seq for message in passed] == [2, 3]
    assert isinstance(twice, Conflict)
    assert texts(world, one) == ["first"]


def test_a_repetition_in_the_same_batch_is_stored_once(world: World, statements: list[int]) -> None:
    ticket, actor, client_id = world.ticket(), world.actor(world.customer), uuid7()

    async def story() -> Any:
        return await asyncio.gather(*(send(actor, ticket, client_id=client_id) for _ in range(TOGETHER)))

    answers = in_loop(story)
    assert sorted(answer.duplicate for answer in answers) == [False] + [True] * (TOGETHER - 1)
    assert {answer.seq for answer in answers} == {2}


def test_a_connection_that_dies_under_a_batch_loses_nothing_and_doubles_nothing(world: World) -> None:
    ticket, actor = world.ticket(), world.actor(world.customer)

    async def story() -> Any:
        await send(actor, ticket, "before")
        with owner() as admin:
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND query LIKE %s",
                          ["%send_messages(%"])
        return await asyncio.gather(*(send(actor, ticket, f"after {n}") for n in range(TOGETHER)))

    stored = in_loop(story)
    assert sorted(message.seq for message in stored) == list(range(3, 3 + TOGETHER))
    assert not any(message.duplicate for message in stored)
    assert sorted(texts(world, ticket)) == sorted(["before", *(f"after {n}" for n in range(TOGETHER))])


def test_whoever_gave_up_before_their_turn_is_not_stored(world: World) -> None:
    ticket, actor = world.ticket(), world.actor(world.customer)

    async def story() -> None:
        given_up = asyncio.ensure_future(send(actor, ticket, "given up"))
        await asyncio.sleep(0)  # in line, and no further
        given_up.cancel()
        await send(actor, ticket, "kept")

    in_loop(story)
    assert texts(world, ticket) == ["kept"]


def test_a_batch_that_nobody_waits_for_any_more_holds_no_line(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "OPENED", batching.OPENED.replace("4s", "200ms"))
    sleeping = "SELECT pg_sleep(60) FROM json_array_elements(%(items)s::json) WHERE %(organization)s::uuid IS NOT NULL"
    slow = batching.Batcher(sleeping, "slow")

    async def story() -> dict[str, int]:
        with pytest.raises(batching.Alone) as alone:
            await slow.row(world.pandar.id, "key", {})
        assert not alone.value.again, "PostgreSQL said that nothing was stored"
        return pipeline.lines("slow").get_stats()

    stats = in_loop(story)
    assert (stats["pool_size"], stats["pool_available"], stats["pool_max"]) == (1, 1, batching.LANES)


@pytest.mark.parametrize(("error", "again"), [
    (psycopg.errors.UniqueViolation, False), (psycopg.errors.LockNotAvailable, False), (psycopg.errors.InvalidSqlStatementName, False),
    (psycopg.errors.DeadlockDetected, False), (psycopg.errors.AdminShutdown, True), (psycopg.OperationalError, True), (TimeoutError, True),
])
def test_what_may_have_been_stored_is_told_from_what_was_not(
    world: World, monkeypatch: pytest.MonkeyPatch, error: type[Exception], again: bool
) -> None:
    async def failing(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr(pipeline.Lines, "ask", failing)

    async def story() -> bool:
        with pytest.raises(batching.Alone) as alone:
            await batching.Batcher("SELECT 1", "any").row(world.pandar.id, "key", {})
        return alone.value.again

    assert in_loop(story) is again
