"""What somebody may do with a message, said with the message; and what a message may hold."""
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from chat.attachments import picture
from chat.models import LONGEST_TEXT, Entry
from chat.tests.pictures import jpeg
from foundation.ids import uuid7
from foundation.units import unit_of_work
from pandarchat.tests.world import World
from tickets.models import Ticket


def actions(world: World, person: User, message: str) -> list[str]:
    allowed: list[str] = world.api(person).get(f"messages/{message}/").data["allowed_actions"]
    return allowed


def said(world: World, ticket: Ticket, person: User, **more: object) -> str:
    answer = world.api(person).post(f"tickets/{ticket.pk}/messages/", {"client_id": str(uuid7()), "text": "hello", **more})
    return str(answer.data["id"])


def held_to_what_it_says(world: World, person: User, message: str) -> None:
    """What is allowed works, and nothing else does."""
    allowed = actions(world, person, message)
    for name, method in (("edit", "PATCH"), ("delete", "DELETE")):
        answer = world.api(person).call(method, f"messages/{message}/", body={"text": "changed"} if name == "edit" else None)
        assert (answer.status == 200) == (name in allowed), (name, answer.text)


def test_the_sender_edits_and_deletes_and_a_moderator_deletes(world: World) -> None:
    message = said(world, world.ticket(agent=world.agent), world.agent)
    found = {person: actions(world, person, message) for person in (world.agent, world.teammate, world.manager, world.customer)}
    assert found == {world.agent: ["edit", "delete"], world.teammate: [], world.manager: ["delete"], world.customer: []}
    for person in (world.teammate, world.customer, world.agent):
        held_to_what_it_says(world, person, message)


def test_what_is_old_is_deleted_only(world: World) -> None:
    message = said(world, world.ticket(), world.customer)
    with unit_of_work(world.pandar.id):
        Entry.objects.filter(id=message).update(created_at=timezone.now() - timedelta(minutes=16))
    assert actions(world, world.customer, message) == ["delete"]
    held_to_what_it_says(world, world.customer, message)


def test_nothing_is_done_with_what_is_deleted(world: World) -> None:
    message = said(world, world.ticket(agent=world.agent), world.agent)
    assert world.api(world.agent).delete(f"messages/{message}/").status == 200
    assert actions(world, world.agent, message) == []


def test_nor_in_a_closed_ticket(world: World) -> None:
    ticket = world.ticket(agent=world.agent)
    message = said(world, ticket, world.agent)
    for status in ("resolved", "closed"):
        assert world.api(world.manager).post(f"tickets/{ticket.pk}/status/", {"status": status}).status == 200
    assert actions(world, world.agent, message) == actions(world, world.manager, message) == []


def test_a_customer_sees_no_note_and_nobody_elses_message(world: World) -> None:
    ticket = world.ticket(agent=world.agent)
    note, message = said(world, ticket, world.agent, internal=True), said(world, ticket, world.agent)
    assert actions(world, world.teammate, note) == []
    assert world.api(world.customer).get(f"messages/{note}/").status == 404
    assert world.api(world.pandar.other_customer).get(f"messages/{message}/").status == 404


@pytest.mark.parametrize("person", ["agent", "customer"])
def test_the_limits_are_those_that_hold(world: World, person: str) -> None:
    who = getattr(world, person)
    limits = world.api(who).get("limits/").data
    ticket = world.ticket()
    most = limits["message_characters"]
    assert most == LONGEST_TEXT
    assert world.api(who).post(f"tickets/{ticket.pk}/messages/", {"client_id": str(uuid7()), "text": "x" * most}).status == 201
    assert world.api(who).post(f"tickets/{ticket.pk}/messages/", {"client_id": str(uuid7()), "text": "x" * (most + 1)}).code == "invalid"
    assert "image/jpeg" in limits["file_types"]
    assert limits["picture_pixels"] == picture.MOST_PIXELS
    assert world.api(who).upload(jpeg()).status == 201
    assert world.api(who).upload(b"\xff\xd8\xff" + b"x" * limits["file_bytes"]).code == "too_large"
