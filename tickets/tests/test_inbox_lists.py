"""What the inbox asks: lists of what is open, in the staff's orders and with what was said last, and how many each view has."""
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from accounts.models import Skill
from chat import actions as chat
from foundation.units import unit_of_work
from tickets import counting, lists
from tickets.actions import moves, transferring
from tickets.api.serializers import LastSaid
from tickets.models import Category, Ticket
from tickets.tests.sla_world import later, many_open, promise
from tickets.tests.test_lists import walk


def moved(world: Any, ticket: Ticket, *statuses: str) -> None:
    for status in statuses:
        with unit_of_work(world.pandar.id):
            moves.set_status(actor=world.actor(world.manager), ticket=ticket.pk, to=status)


def keys(*tickets: Ticket) -> set[str]:
    return {str(ticket.pk) for ticket in tickets}


def needing(world: Any, name: str) -> tuple[Skill, Category]:
    with unit_of_work(world.pandar.id):
        skill = Skill.objects.create(organization_id=world.pandar.id, name=name)
        return skill, Category.objects.create(organization_id=world.pandar.id, slug=name, name=name, skill=skill)


def last(world: Any, person: Any) -> Any:
    return world.api(person).get("tickets/", last="true").data[0]["last"]


def test_open_is_what_is_neither_resolved_nor_closed(world: Any) -> None:
    queued, held, waits, over = world.ticket(), *(world.ticket(agent=world.agent) for _ in range(3))
    moved(world, waits, "pending")
    moved(world, over, "resolved")
    assert set(walk(world.api(world.agent), status="open")) == keys(queued, held, waits)
    moved(world, over, "closed")
    assert set(walk(world.api(world.agent), status="open", assignee="me")) == keys(held, waits)


def test_a_skill_is_the_one_that_it_was_sent_to_or_else_its_categorys(world: Any) -> None:
    (cards, _), (loans, _) = needing(world, "cards"), needing(world, "loans")
    by_category, sent_away, sent_there = world.ticket(category="cards"), world.ticket(category="cards"), world.ticket()
    world.ticket(category="loans")
    for ticket, skill in ((sent_away, loans), (sent_there, cards)):
        with unit_of_work(world.pandar.id):
            transferring.transfer(actor=world.actor(world.agent), ticket=ticket.pk, skill=skill.pk)
    assert set(walk(world.api(world.agent), skill=str(cards.pk))) == keys(by_category, sent_there)
    assert walk(world.api(world.acme.agent), skill=str(cards.pk)) == []


def test_the_next_deadline_comes_first_and_none_last(world: Any) -> None:
    without = world.ticket()
    promise(world)
    late, soon = world.ticket(), world.ticket()
    later(world, late, minutes=70)
    later(world, soon, minutes=30)
    assert walk(world.api(world.agent), status="open", ordering="sla_due_at") == [str(ticket.pk) for ticket in (late, soon, without)]


def test_whatever_is_said_brings_a_ticket_to_the_front(world: Any) -> None:
    first, second = world.ticket(agent=world.agent), world.ticket(agent=world.agent)
    api = world.api(world.agent)
    assert walk(api, ordering="-last_entry_at") == [str(second.pk), str(first.pk)]
    before = walk(api, ordering="-updated_at")
    world.say(world.customer, first)
    assert walk(api, ordering="-last_entry_at") == [str(first.pk), str(second.pk)]
    assert walk(api, ordering="-updated_at") == before, "the negative control: a message changes no ticket"


@pytest.mark.parametrize("ordering", sorted(lists.STAFFS))
def test_customers_may_not_order_by_what_they_do_not_see(world: Any, ordering: str) -> None:
    world.ticket()
    assert world.api(world.customer).get("tickets/", ordering=ordering).status == 403
    assert world.api(world.agent).get("tickets/", ordering=ordering).status == 200


def test_what_was_said_last_is_there_for_whoever_asks(world: Any) -> None:
    ticket = world.ticket(agent=world.agent, text="How do I begin?")
    world.say(world.agent, ticket, "x" * 1_000)
    assert "last" not in world.api(world.agent).get("tickets/").data[0]
    said = last(world, world.teammate)
    at = datetime.fromisoformat(said.pop("at"))
    assert at.tzinfo is not None and at <= datetime.now(UTC)
    assert said == {"seq": 3, "sender": world.agent.name, "staff": True, "internal": False, "deleted": False, "attachments": 0,
                    "text": "x" * lists.LAST_TEXT}


def test_customers_never_see_what_is_internal(world: Any) -> None:
    ticket = world.ticket(agent=world.agent, text="How do I begin?")
    world.say(world.agent, ticket, "a secret", internal=True)
    assert (last(world, world.teammate)["text"], last(world, world.teammate)["internal"]) == ("a secret", True)
    shown = last(world, world.customer)
    assert (shown["text"], shown["seq"], shown["internal"]) == ("How do I begin?", 1, False)
    assert "secret" not in world.api(world.customer).get("tickets/", last="true").text


def test_a_last_message_is_shown_as_it_is_now(world: Any) -> None:
    ticket = world.ticket(agent=world.agent)
    message = world.say(world.agent, ticket, 'before "\\')
    assert last(world, world.agent)["text"] == 'before "\\'
    for act, expected in ((lambda actor: chat.edit(actor=actor, message=message.id, text="after"), ("after", False)),
                          (lambda actor: chat.delete(actor=actor, message=message.id), ("", True))):
        with unit_of_work(world.pandar.id):
            act(world.actor(world.agent))
        assert (last(world, world.agent)["text"], last(world, world.agent)["deleted"]) == expected


def test_who_does_not_ask_for_it_does_not_pay_for_it(world: Any) -> None:
    asked, plain = (lists.asked(world.actor(world.agent), lists.Wanted(last=last))[0][0] for last in (True, False))
    assert "chat_entry" in asked and "chat_entry" not in plain


def test_the_serializer_describes_it(world: Any) -> None:
    world.ticket()
    said = last(world, world.agent)
    assert list(said) == list(LastSaid().fields) and LastSaid(said).data == said


def test_every_view_is_counted_in_one_answer(world: Any) -> None:
    cards, _ = needing(world, "cards")
    promise(world)
    queued, _ = world.ticket(category="cards"), world.ticket(tags=("vip", "odd"))
    _, waits = world.ticket(agent=world.agent, tags=("vip",)), world.ticket(agent=world.agent)
    _, over = world.ticket(agent=world.teammate), world.ticket(agent=world.agent, tags=("vip",))
    moved(world, waits, "pending")
    moved(world, over, "resolved")
    later(world, queued, minutes=700)
    with unit_of_work(world.pandar.id):
        head = Ticket.objects.get(pk=waits.pk).conversation.staff_seq
    world.api(world.agent).post(f"tickets/{waits.pk}/read/", {"seq": head})
    found = world.api(world.agent).get("tickets/counts/").data
    assert {name: found[name]["count"] for name in (*counting.VIEWS, "unread")} == {
        "mine": 2, "unassigned": 2, "open": 5, "pending": 1, "breached": 1, "unread": 1}
    assert found["skills"] == [{"id": str(cards.pk), "name": "cards", "count": 1, "count_exact": True}]
    assert found["tags"] == [{"name": "vip", "count": 2, "count_exact": True}, {"name": "odd", "count": 1, "count_exact": True}]
    assert world.api(world.teammate).get("tickets/counts/").data["mine"]["count"] == 1
    assert world.api(world.acme.agent).get("tickets/counts/").data["open"]["count"] == 0
    for view, query in (("mine", {"assignee": "me", "status": "open"}), ("unassigned", {"status": "queued"}), ("open", {"status": "open"}),
                        ("pending", {"status": "pending"}), ("breached", {"sla": "breached"})):
        assert world.api(world.agent).get("tickets/", **query).body["count"] == found[view]["count"], view


def test_no_count_goes_on_for_ever(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "COUNTED_MOST", 2)
    for _ in range(3):
        world.ticket(tags=("vip",))
    found = world.api(world.agent).get("tickets/counts/").data
    assert (found["open"], found["mine"]) == ({"count": 2, "count_exact": False}, {"count": 0, "count_exact": True})
    assert found["tags"] == [{"name": "vip", "count": 2, "count_exact": False}]


def test_customers_have_no_views(world: Any) -> None:
    assert world.api(world.customer).get("tickets/counts/").status == 403


def plan(world: Any, wanted: lists.Wanted) -> str:
    (sql, given), _ = lists.asked(world.actor(world.agent), wanted)
    with unit_of_work(world.pandar.id), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}", given)
        return "\n".join(row[0] for row in cursor.fetchall())


@pytest.mark.parametrize(("ordering", "index"), [
    ("-updated_at", "ticket_open_by_update"), ("created_at", "ticket_open_by_creation"), ("-priority", "ticket_open_by_priority"),
    ("sla_due_at", "ticket_open_by_deadline")])
def test_an_index_serves_each_order_of_what_is_open(world: Any, ordering: str, index: str) -> None:
    many_open(world)
    shown = plan(world, lists.Wanted(status="open", ordering=ordering))
    assert index in shown, shown
