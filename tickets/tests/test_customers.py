"""What the staff see of a customer, which tags are suggested, what happened to a ticket, and who may change it."""
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import RolePermission, Session, User
from chat.models import Entry
from foundation.units import unit_of_work
from tickets import customers
from tickets.models import Ticket
from tickets.tests.test_moves import post


def profile(world: Any, person: Any, of: Any) -> Any:
    return world.api(person).get(f"customers/{of.id}/")


def test_a_customer_as_the_staff_know_them(world: Any) -> None:
    done = world.ticket(agent=world.agent)
    world.ticket()
    world.ticket(world.other_customer)
    post(world, world.agent, done, "status", status="resolved")
    shown = profile(world, world.agent, world.customer).data
    assert (shown["id"], shown["name"], shown["email"]) == (str(world.customer.id), world.customer.name, world.customer.email)
    assert (shown["active"], shown["email_confirmed"], datetime.fromisoformat(shown["since"])) == (True, True, world.customer.created_at)
    assert shown["tickets"] == {"count": 2, "count_exact": True, "open": 1}
    with unit_of_work(world.pandar.id):
        User.objects.filter(pk=world.customer.pk).update(email_confirmed_at=None, is_active=False)
    shown = profile(world, world.agent, world.customer).data
    assert (shown["active"], shown["email_confirmed"]) == (False, False)


def test_when_they_were_last_seen(world: Any) -> None:
    assert profile(world, world.agent, world.other_customer).data["last_seen_at"] is None
    seen = datetime(2030, 5, 4, 3, 2, tzinfo=UTC)
    with unit_of_work(world.pandar.id):
        for before in (timedelta(days=2), timedelta(0), timedelta(hours=1)):
            Session.objects.create(organization_id=world.pandar.id, user=world.other_customer, last_used_at=seen - before, expires_at=seen)
    assert datetime.fromisoformat(profile(world, world.agent, world.other_customer).data["last_seen_at"]) == seen


def test_very_many_tickets_are_not_counted_to_the_end(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(customers, "COUNTED_MOST", 2)
    for _ in range(3):
        world.ticket()
    assert profile(world, world.agent, world.customer).data["tickets"] == {"count": 2, "count_exact": False, "open": 2}


def test_who_sees_customers(world: Any) -> None:
    assert profile(world, world.customer, world.customer).status == 403
    assert profile(world, world.agent, world.teammate).status == 404  # staff are no customers
    assert world.api(world.agent).get(f"customers/{uuid4()}/").status == 404
    assert profile(world, world.acme.agent, world.customer).status == 404
    assert profile(world, world.acme.agent, world.acme.customer).status == 200  # the control


def test_tags_in_use_are_suggested_once_each(world: Any) -> None:
    for tags in (["refund", "Nigeria"], ["refund", "steam"], ["apple"]):
        world.ticket(tags=tuple(tags))
    world.ticket(world.acme.customer, tags=("acme-only",))
    api = world.api(world.agent)
    assert sorted(api.get("tags/").data) == ["Nigeria", "apple", "refund", "steam"]
    assert api.get("tags/", search="NIG").data == ["Nigeria"]
    assert api.get("tags/", search="fun").data == ["refund"]
    assert api.get("tags/", search="%").data == []
    assert world.api(world.customer).get("tags/").status == 403
    assert world.api(world.acme.agent).get("tags/").data == ["acme-only"]


def test_of_many_tags_the_first_are_suggested(world: Any) -> None:
    for start in range(0, 60, 20):
        world.ticket(tags=tuple(f"tag-{number:02}" for number in range(start, start + 20)))
    found = world.api(world.agent).get("tags/").data
    assert found == [f"tag-{number:02}" for number in range(customers.TAGS_MOST)]
    assert world.api(world.agent).get("tags/", search="59").data == ["tag-59"]


def history(world: Any, person: Any, ticket: Ticket, **query: Any) -> Any:
    return world.api(person).get(f"tickets/{ticket.pk}/history/", **query).data


def test_what_happened_is_told_without_what_was_said(world: Any) -> None:
    ticket = world.ticket(agent=world.agent)
    world.say(world.agent, ticket)
    world.say(world.agent, ticket, internal=True)
    version = world.pandar.fresh(ticket).version
    world.api(world.agent).patch(f"tickets/{ticket.pk}/", {"version": version, "priority": "high"})
    page = history(world, world.agent, ticket)
    assert [entry["kind"] for entry in page["entries"]] == ["change", "status", "assignment"]
    assert page["more"] is False
    assert [entry["kind"] for entry in history(world, world.customer, ticket)["entries"]] == ["status", "assignment"]
    with unit_of_work(world.pandar.id):
        happened = Entry.objects.filter(conversation_id=ticket.pk).exclude(kind="message").order_by("-staff_seq")
        assert [entry["seq"] for entry in page["entries"]] == list(happened.values_list("staff_seq", flat=True))


def test_older_happenings_come_page_by_page(world: Any) -> None:
    ticket = world.ticket(agent=world.agent)
    for number in range(52):
        version = world.pandar.fresh(ticket).version
        world.api(world.agent).patch(f"tickets/{ticket.pk}/", {"version": version, "subject": f"subject {number}"})
    first = history(world, world.agent, ticket)
    assert (len(first["entries"]), first["more"]) == (50, True)
    rest = history(world, world.agent, ticket, before=first["entries"][-1]["seq"])
    assert ([entry["kind"] for entry in rest["entries"]], rest["more"]) == (["change", "change", "assignment"], False)
    assert not {entry["seq"] for entry in rest["entries"]} & {entry["seq"] for entry in first["entries"]}


def test_nobody_reads_the_history_of_what_is_not_theirs(world: Any) -> None:
    ticket = world.ticket()
    for person in (world.other_customer, world.acme.agent):
        assert world.api(person).get(f"tickets/{ticket.pk}/history/").status == 404


def test_whoever_may_change_a_ticket_is_told_so(world: Any) -> None:
    ticket = world.ticket(agent=world.agent)

    def told(person: Any) -> bool:
        return "change" in world.api(person).get(f"tickets/{ticket.pk}/").data["allowed_actions"]

    assert (told(world.agent), told(world.manager), told(world.customer)) == (True, True, False)
    post(world, world.agent, ticket, "status", status="resolved")
    assert told(world.manager)
    post(world, world.manager, ticket, "status", status="closed")
    assert not told(world.manager)
    with unit_of_work(world.pandar.id):
        role = world.agent.role
        RolePermission.objects.filter(role=role, permission__codename="change_ticket").delete()
        type(role).objects.filter(pk=role.pk).update(version=role.version + 1)
    ticket = world.ticket()
    assert (told(world.agent), told(world.manager)) == (False, True)
