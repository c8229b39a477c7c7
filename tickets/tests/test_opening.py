"""Opening a ticket: one statement, whose answer is the serializer's."""
import json
from itertools import chain
from typing import Any

import pytest
from django.utils.dateparse import parse_datetime

from accounts.models import AgentProfile
from accounts.tests.parallel import at_once, meanwhile
from chat.models import Conversation, Entry
from foundation.models import Delivery, Event
from foundation.units import unit_of_work
from tickets import queries
from tickets.api.serializers import TicketRow
from tickets.models import Category, Priority, QueueSettings, Ticket
from tickets.numbers import BLOCK, numbers

NEW = {"subject": "My card", "text": "It does not work.\n"}
MOMENTS = ("created_at", "updated_at", "queued_at", "assigned_at", "first_response_at", "resolved_at", "closed_at")


def parsed(row: dict[str, Any]) -> dict[str, Any]:
    """A row with its moments as moments: PostgreSQL and Python write them differently."""
    return {**row, **{name: parse_datetime(row[name]) if row[name] else None for name in MOMENTS}}


def by_serializer(world: Any, person: Any, ticket: Any) -> dict[str, Any]:
    with unit_of_work(world.pandar.id):
        context = {"prefix": queries.prefix(), "staff": world.actor(person).staff, "viewer": person.id}
        row = TicketRow(Ticket.objects.get(pk=ticket), context=context).data
        return parsed(json.loads(json.dumps(row, default=str)))


def count(world: Any) -> int:
    with unit_of_work(world.pandar.id):
        return Ticket.objects.count()


def category(world: Any, slug: str = "cards") -> None:
    with unit_of_work(world.pandar.id):
        Category.objects.create(organization_id=world.pandar.id, slug=slug, name=f"About {slug}")


def test_it_is_queued_with_its_first_message(world: Any) -> None:
    answer = world.api(world.customer).post("tickets/", {**NEW, "channel": "chat"})
    assert answer.status == 201
    row = answer.data
    assert (row["status"], row["priority"], row["channel"], row["head"], row["version"]) == ("queued", "normal", "chat", 1, 1)
    assert row["customer"] == {"id": str(world.customer.id), "name": world.customer.name, "email": world.customer.email}
    with unit_of_work(world.pandar.id):
        conversation = Conversation.objects.get(id=row["id"])
        entry = Entry.objects.get(conversation=conversation)
        assert (entry.text, entry.staff_seq, entry.public_seq, entry.sender_id) == (NEW["text"], 1, 1, world.customer.id)
        assert (conversation.staff_seq, conversation.public_seq, conversation.customer_id) == (1, 1, world.customer.id)


def test_every_answer_is_the_serializers(world: Any) -> None:
    category(world)
    plain = world.api(world.customer).post("tickets/", NEW).data
    full = world.api(world.customer).post("tickets/", {**NEW, "category": "cards", "tags": ["b", "a", "b", "ünï"], "channel": "api"}).data
    assert parsed(plain) == by_serializer(world, world.customer, plain["id"])
    assert parsed(full) == by_serializer(world, world.customer, full["id"])
    assert full["tags"] == [], "they are the staff's"
    assert world.api(world.agent).get(f"tickets/{full['id']}/").data["tags"] == ["a", "b", "ünï"]


def test_lists_and_detail_are_the_serializers_too(world: Any) -> None:
    category(world)
    taken = world.ticket(agent=world.agent, category="cards", tags=("z", "y"))
    world.say(world.agent, taken)
    world.say(world.agent, taken, internal=True)
    world.say(world.customer, taken)
    world.ticket()
    world.api(world.agent).post(f"tickets/{taken.pk}/status/", {"status": "resolved"})
    world.api(world.manager).post(f"tickets/{taken.pk}/status/", {"status": "closed"})
    for person in (world.customer, world.agent, world.manager):
        rows = world.api(person).get("tickets/").data
        assert len(rows) == 2
        for row in rows:
            wanted = by_serializer(world, person, row["id"])
            assert parsed(row) == wanted
            detail = world.api(person).get(f"tickets/{row['id']}/").data
            assert {name: value for name, value in parsed(detail).items() if name in wanted} == wanted
            assert set(detail) - set(wanted) == {"skill", "follow_up_of", "follow_ups", "waiting", "allowed_statuses", "allowed_actions",
                                               "writing"}
    heads = [world.api(person).get(f"tickets/{taken.pk}/").data["head"] for person in (world.customer, world.agent)]
    assert heads[0] == heads[1] - 1, "a note is no gap to the customer"


def test_an_unknown_category_opens_nothing(world: Any) -> None:
    answer = world.api(world.customer).post("tickets/", {**NEW, "category": "nothing"}, key="k")
    assert (answer.status, list(answer.body["fields"])) == (400, ["category"])
    assert count(world) == 0
    assert world.api(world.customer).post("tickets/", NEW, key="k").status == 201, "a refusal leaves its key free"


@pytest.mark.parametrize("key", [None, "k"])
def test_a_category_that_ends_at_that_moment_opens_nothing(world: Any, key: str | None) -> None:
    category(world)
    api = world.api(world.customer)
    late = meanwhile(world.pandar.id, lambda: Category.objects.all().delete(), lambda: api.post(
        "tickets/", {**NEW, "category": "cards"}, key=key))
    assert (late.status, late.code, count(world)) == (409, "conflict", 0)
    assert api.post("tickets/", NEW, key=key).status == 201, "the key is free"


def test_a_foreign_category_is_unknown(world: Any) -> None:
    category(world)
    answer = world.api(world.acme.customer).post("tickets/", {**NEW, "category": "cards"})
    assert answer.status == 400


def test_the_customers_priority_is_ignored(world: Any) -> None:
    assert world.api(world.customer).post("tickets/", {**NEW, "priority": "urgent"}).data["priority"] == "normal"


@pytest.mark.parametrize("priority", list(Priority))
def test_the_house_may_say_a_priority(world: Any, priority: Priority) -> None:
    ticket = world.ticket(priority=priority)
    assert ticket.priority == priority
    with unit_of_work(world.pandar.id):
        (_, frame), = Event.objects.get(kind="ticket.queued").payload["push"]
    assert json.loads(frame)["priority"] == world.api(world.agent).get(f"tickets/{ticket.pk}/").data["priority"] == priority.name.lower()


@pytest.mark.parametrize("person", ["agent", "manager", "admin"])
def test_staff_do_not_open_tickets(world: Any, person: str) -> None:
    assert world.api(getattr(world, person)).post("tickets/", NEW).status == 403
    assert count(world) == 0


MALFORMED: list[Any] = [
        ({"subject": ""}, "subject"),
        ({"subject": "x" * 201}, "subject"),
        ({"text": ""}, "text"),
        ({"text": "x" * 10_001}, "text"),
        ({"channel": "fax"}, "channel"),
        ({"tags": ["x" * 51]}, "tags.0"),
        ({"tags": ["x"] * 21}, "tags"),
        ({"tags": "x"}, "tags"),
        ({"subject": "a\0b"}, "subject"),
        ({"text": None}, "text"),
        ({"subject": ["x"]}, "subject"),
    ]


def test_malformed_input_names_its_field_and_opens_nothing(world: Any) -> None:
    for given, field in MALFORMED:
        answer = world.api(world.customer).post("tickets/", {**NEW, **given})
        assert answer.status == 400
        assert any(name.startswith(field.split(".", maxsplit=1)[0]) for name in answer.body["fields"])
        assert count(world) == 0


def test_ten_thousand_characters_fit(world: Any) -> None:
    assert world.api(world.customer).post("tickets/", {**NEW, "text": "ж" * 10_000}).status == 201


def test_a_repeated_key_answers_the_first_ticket(world: Any) -> None:
    first, again = (world.api(world.customer).post("tickets/", NEW, key="one") for _ in range(2))
    assert (first.data, first.status) == (again.data, again.status)
    assert "Idempotent-Replay" in again.headers
    assert "Idempotent-Replay" not in first.headers
    assert count(world) == 1


def test_a_key_belongs_to_one_request_of_one_user(world: Any) -> None:
    world.api(world.customer).post("tickets/", NEW, key="one")
    other = world.api(world.customer).post("tickets/", {**NEW, "subject": "Another"}, key="one")
    assert (other.status, other.code) == (409, "idempotency_key_reused")
    assert world.api(world.other_customer).post("tickets/", NEW, key="one").status == 201
    assert count(world) == 2


def test_without_a_key_each_opens_one(world: Any) -> None:
    assert len({world.api(world.customer).post("tickets/", NEW).data["id"] for _ in range(3)}) == 3


def test_one_key_in_parallel_opens_one(world: Any) -> None:
    world.token(world.customer)
    answers = at_once([lambda: world.api(world.customer).post("tickets/", NEW, key="one")] * 8)
    assert {answer.status for answer in answers} == {201}
    assert len({answer.data["id"] for answer in answers}) == 1
    assert count(world) == 1


@pytest.mark.parametrize("key", ["", "x" * 201, "a\x7f"])
def test_a_malformed_key_is_refused(world: Any, key: str) -> None:
    assert world.api(world.customer).post("tickets/", NEW, key=key).status == 400
    assert count(world) == 0


def test_numbers_are_unique_under_eight_threads(world: Any) -> None:
    for person in (world.customer, world.acme.customer):
        world.token(person)

    def several(person: Any) -> list[str]:
        return [world.api(person).post("tickets/", NEW).data["number"] for _ in range(6)]

    found = at_once([lambda: several(world.customer)] * 6 + [lambda: several(world.acme.customer)] * 2)
    ours, theirs = (list(chain.from_iterable(part)) for part in (found[:6], found[6:]))
    assert len(set(ours)) == 36
    assert len(set(theirs)) == 12
    assert {number.split("-", maxsplit=1)[0] for number in ours} == {"PAN"}
    assert {number.split("-", maxsplit=1)[0] for number in theirs} == {"ACM"}
    assert min(int(number.split("-")[1]) for number in ours) == 1001 == min(int(number.split("-")[1]) for number in theirs)


def test_a_new_process_begins_behind_the_last_block(world: Any) -> None:
    world.api(world.customer).post("tickets/", NEW)
    numbers.forget()
    assert world.api(world.customer).post("tickets/", NEW).data["number"] == f"PAN-{1001 + BLOCK}"


def test_numbers_that_a_failover_gave_to_another_process_are_not_insisted_on(world: Any) -> None:
    """A replica that takes over without the last transactions hands out numbers which a process still holds."""
    assert world.api(world.customer).post("tickets/", NEW).data["number"] == "PAN-1001"
    with unit_of_work(world.pandar.id):
        conversation = Conversation.objects.create(organization_id=world.pandar.id, customer=world.customer)
        Ticket.objects.create(conversation=conversation, organization_id=world.pandar.id, customer=world.customer, number=1002, subject="x")
    assert world.api(world.customer).post("tickets/", NEW).data["number"] == f"PAN-{1001 + BLOCK}"
    assert world.api(world.customer).post("tickets/", NEW).data["number"] == f"PAN-{1002 + BLOCK}"


def test_the_prefix_is_the_organizations(world: Any) -> None:
    with unit_of_work(world.pandar.id):
        QueueSettings.objects.create(organization_id=world.pandar.id, number_prefix="DESK", next_number=77)
    assert world.api(world.customer).post("tickets/", NEW).data["number"] == "DESK-77"


def test_an_assignment_and_a_push_are_owed(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from foundation import events

    monkeypatch.setattr(events, "send", lambda *given: None)  # the process dies before it says anything
    opened = world.api(world.customer).post("tickets/", NEW).data
    with unit_of_work(world.pandar.id):
        assert Event.objects.get(kind="ticket.queued").payload["ticket"] == opened["id"]
        assert sorted(Delivery.objects.values_list("subscriber", flat=True)) == ["push", "tickets.tasks.assign"]
        assert not AgentProfile.objects.filter(availability="available").exists()
