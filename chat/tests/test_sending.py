"""One function stores a message, whoever calls it."""
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, connections

from accounts.actor import Actor
from chat import sending
from chat.models import LONGEST_TEXT, Conversation, Entry
from foundation.ids import uuid7
from foundation.units import unit_of_work
from pandarchat.tests.world import World
from tickets.models import Ticket


def send(world: World, ticket: Ticket, **given: Any) -> Any:
    return world.api(given.pop("by", world.customer)).post(
        f"tickets/{ticket.pk}/messages/", {"client_id": uuid7(), "text": "Hello", **given}
    )


def entries(world: World, ticket: Ticket) -> list[Entry]:
    with unit_of_work(world.pandar.id):
        return list(Entry.objects.filter(conversation_id=ticket.pk).order_by("staff_seq"))


def heads(world: World, ticket: Ticket) -> tuple[int, int]:
    with unit_of_work(world.pandar.id):
        return Conversation.objects.values_list("staff_seq", "public_seq").get(id=ticket.pk)


def test_a_message_takes_the_next_number(world: World) -> None:
    ticket = world.ticket()
    first, second = send(world, ticket, text="one"), send(world, ticket, text="two")
    assert (first.status, second.status) == (201, 201)
    assert (first.data["seq"], second.data["seq"]) == (2, 3)
    assert [entry.text for entry in entries(world, ticket)][1:] == ["one", "two"]


def test_the_same_client_id_and_body_is_stored_once_and_another_body_is_a_conflict(world: World) -> None:
    ticket, client_id = world.ticket(), uuid7()
    first = send(world, ticket, client_id=client_id, text="once")
    again = send(world, ticket, client_id=client_id, text="once")
    assert (again.status, again.data) == (200, {**first.data, "duplicate": True})
    other = send(world, ticket, client_id=client_id, text="something else")
    assert (other.status, other.code) == (409, "conflict")
    assert len(entries(world, ticket)) == 2


def test_an_edit_in_between_does_not_confuse_a_repetition(world: World) -> None:
    ticket, client_id = world.ticket(), uuid7()
    first = send(world, ticket, client_id=client_id, text="as sent")
    assert world.api(world.customer).patch(f"messages/{first.data['id']}/", {"text": "as edited"}).status == 200
    assert send(world, ticket, client_id=client_id, text="as sent").data["duplicate"] is True
    assert send(world, ticket, client_id=client_id, text="as edited").code == "conflict"


def test_a_client_id_belongs_to_its_sender(world: World) -> None:
    ticket, client_id = world.ticket(), uuid7()
    assert send(world, ticket, client_id=client_id).status == 201
    assert send(world, ticket, client_id=client_id, by=world.agent).status == 201


def test_the_same_client_id_in_another_conversation_is_a_conflict(world: World) -> None:
    client_id = uuid7()
    assert send(world, world.ticket(), client_id=client_id).status == 201
    assert send(world, world.ticket(), client_id=client_id).code == "conflict"


@pytest.mark.parametrize("same_body", [True, False])
def test_the_same_client_id_many_times_at_once_is_stored_once(world: World, same_body: bool) -> None:
    ticket, client_id, actor = world.ticket(), uuid7(), world.actor(world.customer)

    def one(number: int) -> str:
        try:
            text = "same" if same_body else f"body {number}"
            stored = sending.send(actor=actor, draft=sending.Draft(conversation=ticket.pk, client_id=client_id, text=text))
        except sending.Conflict:
            return "conflict"
        else:
            return "duplicate" if stored.duplicate else "stored"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        outcomes = Counter(pool.map(one, range(100)))
    assert outcomes == {"stored": 1, ("duplicate" if same_body else "conflict"): 99}
    assert heads(world, ticket) == (2, 2)


def test_the_same_client_id_in_two_conversations_at_once_is_stored_once(world: World) -> None:
    tickets, actor = [world.ticket(), world.ticket()], world.actor(world.customer)

    def one(given: tuple[Ticket, UUID]) -> str:
        ticket, client_id = given
        try:
            sending.send(actor=actor, draft=sending.Draft(conversation=ticket.pk, client_id=client_id, text="same"))
        except sending.Conflict:
            return "conflict"
        finally:
            connections.close_all()
        return "stored"

    client_ids = [uuid7() for _ in range(40)]
    with ThreadPoolExecutor(8) as pool:
        outcomes = Counter(pool.map(one, [(ticket, client_id) for client_id in client_ids for ticket in tickets]))
    assert outcomes == {"stored": 40, "conflict": 40}


def test_senders_at_once_get_dense_numbers(world: World) -> None:
    ticket = world.ticket(agent=world.agent)
    customer, agent = world.actor(world.customer), world.actor(world.agent)
    begun = len(entries(world, ticket))

    def one(number: int) -> None:
        actor, internal = ((customer, False), (agent, False), (agent, True))[number % 3]
        try:
            sending.send(actor=actor, draft=sending.Draft(conversation=ticket.pk, client_id=uuid7(), text=str(number), internal=internal))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(90)))
    stored = entries(world, ticket)
    assert [entry.staff_seq for entry in stored] == list(range(1, len(stored) + 1))
    public = [entry.public_seq for entry in stored if entry.public_seq is not None]
    assert public == list(range(1, len(public) + 1))
    assert heads(world, ticket) == (len(stored), len(public))
    assert len(stored) - begun == 91, "90 messages, and the status that the agent's first reply changed"


def test_without_the_lock_numbers_would_collide(world: World) -> None:
    """The control of the test above: a bump that reads first and writes later is refused by the database, never stored twice."""
    ticket = world.ticket()
    with unit_of_work(world.pandar.id):
        last = Entry.objects.get(conversation_id=ticket.pk)
    with pytest.raises(IntegrityError, match="entry_staff_seq_once"), unit_of_work(world.pandar.id), connection.cursor() as cursor:
        cursor.execute("INSERT INTO chat_entry (organization_id, conversation_id, staff_seq, public_seq, kind, sender_is_staff) "
                       "VALUES (%s, %s, %s, %s, 'message', true)", [world.pandar.id, ticket.pk, last.staff_seq, (last.public_seq or 0) + 1])


def test_a_note_takes_a_number_that_the_customer_never_sees(world: World) -> None:
    ticket = world.ticket()
    before = heads(world, ticket)
    assert send(world, ticket, by=world.agent, text="between us", internal=True).status == 201
    assert heads(world, ticket) == (before[0] + 1, before[1])
    assert send(world, ticket).data["seq"] == before[1] + 1, "the customer's numbers have no gap"


def test_a_customer_writes_no_notes(world: World) -> None:
    ticket = world.ticket()
    answer = send(world, ticket, internal=True)
    assert (answer.status, answer.code) == (403, "forbidden")
    assert len(entries(world, ticket)) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"text": ""},
        {"text": " \n\t "},
        {"text": "x" * (LONGEST_TEXT + 1)},
        {"text": "\x00"},
        {"text": None},
        {"client_id": "no uuid"},
        {"client_id": None},
        {"attachments": [str(UUID(int=1))]},
        {"internal": "perhaps"},
    ],
)
def test_bad_messages_are_refused_by_field(world: World, body: dict[str, Any]) -> None:
    ticket = world.ticket()
    answer = send(world, ticket, **body)
    assert answer.status == 400
    assert set(answer.body["fields"]) == set(body)
    assert len(entries(world, ticket)) == 1


def test_the_longest_text_of_the_widest_characters_is_stored(world: World) -> None:
    ticket = world.ticket()
    assert send(world, ticket, text="🂡" * LONGEST_TEXT).status == 201
    assert entries(world, ticket)[1].text == "🂡" * LONGEST_TEXT


def test_nobody_sends_into_anothers_conversation(world: World) -> None:
    ticket = world.ticket()
    assert send(world, ticket, by=world.other_customer).status == 404
    assert send(world, ticket, by=world.acme.agent).status == 404
    assert send(world, ticket, by=world.other_customer, internal=True).status == 404, "what one does not see is not forbidden but absent"
    assert world.api(world.customer).post(f"tickets/{uuid7()}/messages/", {"client_id": uuid7(), "text": "x"}).status == 404


def test_who_lost_the_permission_does_not_send(world: World) -> None:
    ticket, customer = world.ticket(), world.actor(world.customer)
    mute = Actor(**{**customer.__dict__, "permissions": frozenset()})
    with pytest.raises(sending.Forbidden):
        sending.send(actor=mute, draft=sending.Draft(conversation=ticket.pk, client_id=uuid7(), text="x"))


def test_twenty_messages_in_ten_seconds_and_no_more(world: World, redis_url: str) -> None:
    ticket = world.ticket()
    answers = [send(world, ticket) for _ in range(21)]
    assert [answer.status for answer in answers] == [201] * 20 + [429]
    refused = answers[-1]
    assert refused.code == "rate_limited"
    assert 0 < refused.body["retry_after_ms"] <= 10_000
    assert 1 <= int(refused.headers["Retry-After"]) <= 10
    assert send(world, ticket, by=world.agent).status == 201, "the limit is a user's own"


def test_limits_off_limits_nothing(world: World, settings: Any, redis_url: str) -> None:
    settings.RATE_LIMITS = False
    ticket = world.ticket()
    assert {send(world, ticket).status for _ in range(25)} == {201}


def test_a_closed_conversation_takes_no_message(world: World) -> None:
    ticket = world.ticket(agent=world.agent)
    manager = world.api(world.manager)
    assert manager.post(f"tickets/{ticket.pk}/status/", {"status": "resolved"}).status == 200
    assert manager.post(f"tickets/{ticket.pk}/status/", {"status": "closed"}).status == 200
    head = world.api(world.agent).get(f"tickets/{ticket.pk}/").data["head"]
    answer = send(world, ticket, by=world.agent)
    assert (answer.status, answer.code) == (409, "closed")
    assert send(world, ticket, by=world.customer).data["ticket"]["id"] != str(ticket.pk), "a customer's goes elsewhere"
    assert world.api(world.agent).get(f"tickets/{ticket.pk}/").data["head"] == head
