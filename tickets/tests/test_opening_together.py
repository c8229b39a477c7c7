"""Tickets that are opened at the same moment share a statement and a commit, and nothing else."""
import asyncio
import json
import queue
from collections.abc import Awaitable, Iterator
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from accounts import recognition
from accounts.actor import Actor
from accounts.models import Session, User
from foundation import batching, following
from foundation.models import Delivery, Event, IdempotencyKey
from foundation.units import unit_of_work
from pandarchat.testing.loops import in_loop
from pandarchat.tests.checker import check_numbers
from pandarchat.tests.world import World
from tickets.actions import opening
from tickets.actions.opening import NewTicket, Opened
from tickets.models import Category, Ticket
from tickets.numbers import numbers
from tickets.service_levels import Promises

TOGETHER = 12


@pytest.fixture(autouse=True)
def nobody_is_known() -> Iterator[None]:
    recognition.forget()
    numbers.forget()
    yield
    recognition.forget()


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[set[UUID]]:
    """The customers of each statement."""
    batches: list[set[UUID]] = []
    run = batching.Lanes._run

    async def counted(self: Any, organization: UUID, batch: Any) -> None:
        if "customer" in batch[0].item:
            batches.append({waiting.item["customer"] for waiting in batch})
        await run(self, organization, batch)

    monkeypatch.setattr(batching.Lanes, "_run", counted)
    return batches


def known(world: World, person: User) -> recognition.Known:
    """Somebody whom a process has met."""
    token, actor = world.token(person), world.actor(person)
    return recognition.Known(token, Actor(**{**vars(actor), "session_id": session_of(world, person)}), 1e12, ("", {}))


def session_of(world: World, person: User) -> UUID:
    with unit_of_work(world.actor(person)):
        return Session.objects.filter(user_id=person.pk).latest("id").id


def opened(who: recognition.Known, *, key: str | None = None, fingerprint: bytes = b"1", **about: Any) -> Awaitable[Opened | None]:
    new = NewTicket(**{"subject": "My card", "text": "It does not work.", **about})
    return opening.open_from_loop(known=who, new=new, key=key, fingerprint=fingerprint if key else None)


def stored(organization: UUID) -> list[Ticket]:
    with unit_of_work(organization):
        return list(Ticket.objects.order_by("number"))


def test_they_share_statements_and_each_is_whole(world: World, statements: list[set[UUID]]) -> None:
    with unit_of_work(world.pandar.id):
        Category.objects.create(organization_id=world.pandar.id, slug="cards", name="Cards")
    one, other = known(world, world.customer), known(world, world.other_customer)

    async def story() -> Any:
        return await asyncio.gather(*(
            opened((one, other)[n % 2], subject=f"card {n}", category="cards" if n % 3 else None, key=f"k{n}") for n in range(TOGETHER)))

    rows = [json.loads(each.body) for each in in_loop(story)]
    assert any(len(batch) == 2 for batch in statements) and len(statements) < TOGETHER
    assert [row["subject"] for row in rows] == [f"card {n}" for n in range(TOGETHER)], "everybody hears of their own"
    assert [row["customer"]["id"] for row in rows] == [str((one, other)[n % 2].actor.id) for n in range(TOGETHER)]
    assert [row["category"] is None for row in rows] == [n % 3 == 0 for n in range(TOGETHER)]
    assert len({row["number"] for row in rows}) == len(stored(world.pandar.id)) == TOGETHER
    for row in rows:
        check_numbers(world.pandar.id, UUID(row["id"]))
    with unit_of_work(world.pandar.id):
        assert {event.payload["ticket"] for event in Event.objects.filter(kind="ticket.queued")} == {row["id"] for row in rows}
        assert Delivery.objects.filter(subscriber="tickets.tasks.assign").count() == TOGETHER
        assert IdempotencyKey.objects.count() == TOGETHER


def test_organizations_never_share_a_statement(world: World, statements: list[set[UUID]]) -> None:
    ours, theirs = known(world, world.customer), known(world, world.acme.customer)

    async def story() -> Any:
        return await asyncio.gather(*(opened(who) for _ in range(TOGETHER) for who in (ours, theirs)))

    assert None not in in_loop(story)
    assert {frozenset(batch) for batch in statements} == {frozenset({ours.actor.id}), frozenset({theirs.actor.id})}
    assert len(stored(world.pandar.id)) == len(stored(world.acme.id)) == TOGETHER
    assert {ticket.customer_id for ticket in stored(world.acme.id)} == {theirs.actor.id}


def test_whoever_ended_meanwhile_opens_nothing_and_harms_nobody(world: World, statements: list[set[UUID]]) -> None:
    one, ended = known(world, world.customer), known(world, world.other_customer)
    recognition._known[ended.token] = ended
    with unit_of_work(world.pandar.id):
        Session.objects.filter(user=world.other_customer).update(revoked_at=timezone.now())

    async def story() -> Any:
        return await asyncio.gather(*(opened(who) for _ in range(TOGETHER) for who in (one, ended)))

    answers = in_loop(story)
    assert [answer is None for answer in answers] == [False, True] * TOGETHER
    assert {ticket.customer_id for ticket in stored(world.pandar.id)} == {world.customer.id}
    assert ended.token not in recognition._known
    assert any(len(batch) == 2 for batch in statements)


def test_without_a_session_nobody_asks_whether_they_ended(world: World) -> None:
    """The negative control of the above."""
    ended = known(world, world.other_customer)
    with unit_of_work(world.pandar.id):
        Session.objects.filter(user=world.other_customer).update(revoked_at=timezone.now())
    item = opening.prepare(ended.actor, NewTicket("a", "b"), (1, "PAN"), Promises()).item

    async def story() -> Any:
        return await opening.together.row(world.pandar.id, 1, item)

    assert in_loop(story)[0] == opening.STORED


def test_what_django_is_to_refuse_is_left_and_keeps_no_other(world: World) -> None:
    one, other = known(world, world.customer), known(world, world.other_customer)

    async def story() -> Any:
        return await asyncio.gather(opened(one, category="nothing"), opened(other), opened(one, category="nothing", key="k"))

    first, second, third = in_loop(story)
    assert (first, third) == (None, None) and second is not None
    with unit_of_work(world.pandar.id):
        assert (Ticket.objects.count(), IdempotencyKey.objects.count()) == (1, 0)


def test_one_key_at_the_same_moment_opens_one(world: World) -> None:
    """Two statements that run at once may meet in the key: the one that is refused leaves all of its tickets to Django's door."""
    one, other = known(world, world.customer), known(world, world.other_customer)

    async def story() -> Any:
        same = [opened(one, key="k") for _ in range(TOGETHER)]
        return await asyncio.gather(*same, opened(other, key="k"), opened(one, key="k", fingerprint=b"2"))

    *same, others, conflict = in_loop(story)
    assert conflict is None, "Django says so"
    same = [answer or by_django(one) for answer in same]
    others = others or by_django(other)
    assert sorted(answer.repeated for answer in same) == [False] + [True] * (TOGETHER - 1)
    assert len({answer.body for answer in same}) == 1 and others.body != same[0].body
    assert len(stored(world.pandar.id)) == 2


def by_django(who: recognition.Known) -> Opened:
    return opening.open_ticket(actor=who.actor, new=NewTicket("My card", "It does not work."), key="k", fingerprint=b"1")


def test_the_two_doors_share_a_key_in_flight(world: World) -> None:
    """The loop's batch meets a key that another transaction is about to remember: nothing is doubled, and nobody's ticket is lost."""
    one, other = known(world, world.customer), known(world, world.other_customer)
    item = opening.prepare(one.actor, NewTicket("first", "b"), (1, "PAN"), Promises(), key="k", fingerprint=b"1").item

    async def story() -> Any:
        from foundation.async_database import connected

        async with await connected() as elsewhere:
            await elsewhere.set_autocommit(False)
            given = {"organization": world.pandar.id, "items": json.dumps([item], default=str), "subscribers": []}
            await elsewhere.execute(opening.OPEN, given)
            both = await asyncio.gather(opened(one, key="k"), opened(other))
            await elsewhere.commit()
        return both

    assert in_loop(story) == [None, None], "both are Django's now, one by one"
    again = opening.open_ticket(actor=one.actor, new=NewTicket("first", "b"), key="k", fingerprint=b"1")
    assert again.repeated and json.loads(again.body)["subject"] == "first"
    assert [ticket.subject for ticket in stored(world.pandar.id)] == ["first"]


def test_a_number_that_another_holds_fails_one_batch(world: World) -> None:
    """What a failover can bring about: those tickets are Django's, and the next ones get numbers of a new block."""
    one = known(world, world.customer)

    async def story() -> Any:
        first = await opened(one)
        numbers._of_loop[world.pandar.id].next -= 1
        return first, await opened(one), await opened(one)

    first, second, third = in_loop(story)
    assert (first is None, second is None, third is None) == (False, True, False)
    assert len({ticket.number for ticket in stored(world.pandar.id)}) == 2


def test_an_assignment_that_answers_for_many_is_asked_for_once_and_once_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: queue.Queue[str] = queue.Queue()
    monkeypatch.setattr(following.queueing, "enqueue", lambda task, organization, delivery: asked.put(task))
    monkeypatch.setattr(following, "PAUSE_SECONDS", 3600)
    one, assign = known(world, world.customer), "tickets.tasks.assign"

    async def story() -> None:
        await opened(one)
        assert await asyncio.to_thread(asked.get, timeout=20) == assign, "the first at once"
        for _ in range(5):
            await opened(one)
        gathering = following._gatherings[asyncio.get_running_loop()]
        await asyncio.sleep(2 * following.SECONDS)
        assert asked.empty()
        gathering._resume((assign, world.pandar.id))
        assert await asyncio.to_thread(asked.get, timeout=20) == assign, "and one for all that came in the pause"
        assert gathering._pausing == {(assign, world.pandar.id): None}, "nobody waits for the end of the next pause"
        gathering._resume((assign, world.pandar.id))
        assert gathering._pausing == {}

    in_loop(story)
    assert asked.empty()
