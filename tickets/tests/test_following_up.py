"""A customer who writes to a ticket that is over is answered in a follow-up: each message once, whatever is repeated, raced or cut off."""
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from accounts.actions import people
from accounts.actor import System
from accounts.models import AgentProfile, Role, RolePermission, Skill
from accounts.tests.parallel import at_once
from chat import sending
from chat.models import Attachment, Entry
from chat.tests.pictures import png
from foundation.models import Delivery
from foundation.units import unit_of_work
from pandarchat.testing.services import Server
from pandarchat.tests.checker import check_numbers
from pandarchat.tests.world import World
from tickets import queries
from tickets.actions.assigning import assign_queue
from tickets.models import Category, Status, Ticket


def over(world: World, how: str = "closed", **given: Any) -> Ticket:
    """A ticket whose customer's messages reopen it no more."""
    ticket = world.ticket(agent=world.agent, **given)
    end(world, ticket, how)
    return ticket


def end(world: World, ticket: Ticket, how: str = "closed") -> None:
    assert world.api(world.manager).post(f"tickets/{ticket.pk}/status/", {"status": "resolved"}).status == 200
    if how == "closed":
        assert world.api(world.manager).post(f"tickets/{ticket.pk}/status/", {"status": "closed"}).status == 200
    else:
        with unit_of_work(world.pandar.id):
            Ticket.objects.filter(pk=ticket.pk).update(resolved_at=timezone.now() - timedelta(days=7, minutes=1))


def take_and_end(world: World, ticket: Ticket) -> None:
    assert world.api(world.agent).post(f"tickets/{ticket.pk}/take/").status == 200
    end(world, ticket)


def say(world: World, ticket: Ticket, text: str = "It came back.", *, who: Any = None, client_id: Any = None, **body: Any) -> Any:
    return world.api(who or world.customer).post(
        f"tickets/{ticket.pk}/messages/", {"text": text, "client_id": str(client_id or uuid4()), **body})


def follow_ups(world: World, ticket: Ticket) -> list[Ticket]:
    with unit_of_work(world.pandar.id):
        return list(Ticket.objects.filter(follow_up_of_id=ticket.pk).order_by("number"))


def said(world: World, ticket: Ticket | UUID | str) -> list[str]:
    """The messages of a conversation, whose numbers are dense."""
    key = ticket.pk if isinstance(ticket, Ticket) else UUID(str(ticket))
    return [entry.text for entry in check_numbers(world.pandar.id, key) if entry.kind == "message"]


# Where it goes


@pytest.mark.parametrize("how", ["closed", "resolved"])
def test_the_answer_names_the_follow_up(world: World, how: str) -> None:
    with unit_of_work(world.pandar.id):
        Category.objects.create(organization_id=world.pandar.id, slug="cards", name="Cards")
    ticket = over(world, how, category="cards", tags=("b", "a"))
    head = len(check_numbers(world.pandar.id, ticket.pk))
    answer = say(world, ticket)
    assert (answer.status, answer.data["seq"], answer.data["duplicate"]) == (201, 1, False)
    (new,) = follow_ups(world, ticket)
    assert answer.data["ticket"] == {"id": str(new.pk), "number": f"PAN-{new.number}"}
    assert (new.subject, new.customer_id, new.category_id, new.status) == (ticket.subject, world.customer.id, ticket.category_id, "queued")
    assert world.api(world.agent).get(f"tickets/{new.pk}/").data["tags"] == ["a", "b"]
    assert said(world, new) == ["It came back."]
    assert len(check_numbers(world.pandar.id, ticket.pk)) == head, "the old one stays as it was"
    assert world.pandar.fresh(ticket).status == how


def test_both_tickets_show_each_other(world: World) -> None:
    ticket = over(world)
    say(world, ticket)
    (new,) = follow_ups(world, ticket)
    for person in (world.customer, world.agent):
        old, later = (world.api(person).get(f"tickets/{which.pk}/").data for which in (ticket, new))
        assert (old["follow_up_of"], later["follow_ups"]) == (None, [])
        assert later["follow_up_of"] == {"id": str(ticket.pk), "number": old["number"], "subject": ticket.subject, "status": "closed"}
        assert old["follow_ups"] == [{"id": str(new.pk), "number": later["number"], "subject": new.subject, "status": "queued"}]


def test_only_what_the_asker_may_see_is_shown(world: World) -> None:
    ticket = over(world)
    say(world, ticket)
    (new,) = follow_ups(world, ticket)
    with unit_of_work(world.pandar.id):
        Ticket.objects.filter(pk=new.pk).update(customer_id=world.other_customer.id)
    assert world.api(world.customer).get(f"tickets/{ticket.pk}/").data["follow_ups"] == []
    assert world.api(world.other_customer).get(f"tickets/{new.pk}/").data["follow_up_of"] is None
    assert len(world.api(world.agent).get(f"tickets/{ticket.pk}/").data["follow_ups"]) == 1


def test_more_messages_go_into_the_same_follow_up(world: World) -> None:
    ticket = over(world)
    answers = [say(world, ticket, text).data for text in ("One.", "Two.", "Three.")]
    assert len({answer["ticket"]["id"] for answer in answers}) == 1
    assert [answer["seq"] for answer in answers] == [1, 2, 3]
    assert said(world, answers[0]["ticket"]["id"]) == ["One.", "Two.", "Three."]


def test_a_follow_up_that_is_over_has_a_successor(world: World) -> None:
    ticket = over(world)
    say(world, ticket)
    (first,) = follow_ups(world, ticket)
    take_and_end(world, first)
    say(world, ticket, "And again.")
    assert [said(world, one) for one in follow_ups(world, ticket)] == [["It came back."], ["And again."]]


def test_the_follow_up_of_a_follow_up_takes_what_is_sent_to_the_first(world: World) -> None:
    ticket = over(world)
    say(world, ticket)
    (first,) = follow_ups(world, ticket)
    take_and_end(world, first)
    second = say(world, first, "Again.").data["ticket"]
    assert say(world, ticket, "To the oldest.").data["ticket"] == second
    assert said(world, second["id"]) == ["Again.", "To the oldest."]


def test_it_reopens_a_follow_up_that_waits_or_was_resolved(world: World) -> None:
    ticket = over(world)
    say(world, ticket)
    (new,) = follow_ups(world, ticket)
    world.api(world.agent).post(f"tickets/{new.pk}/take/")
    for status, reopened in (("pending", "in_progress"), ("resolved", "queued")):
        assert world.api(world.agent).post(f"tickets/{new.pk}/status/", {"status": status}).status == 200
        assert say(world, ticket).data["ticket"]["id"] == str(new.pk)
        assert world.pandar.fresh(new).status == reopened


def test_whoever_had_the_ticket_gets_its_follow_up_if_they_are_there(world: World) -> None:
    ticket = over(world)
    with unit_of_work(world.pandar.id):
        AgentProfile.objects.update(availability="available", capacity=5)
        AgentProfile.objects.filter(user=world.agent).update(turn=9)  # the other one's turn
    say(world, ticket)
    (new,) = follow_ups(world, ticket)
    assert assign_queue(organization=world.pandar.id) == 1
    assert world.pandar.fresh(new).assignee_id == world.agent.id


def test_the_skill_that_it_was_sent_to_is_needed_again(world: World) -> None:
    with unit_of_work(world.pandar.id):
        skill = Skill.objects.create(organization_id=world.pandar.id, name="Payouts")
    ticket = world.ticket(agent=world.agent)
    world.api(world.agent).post(f"tickets/{ticket.pk}/transfer/", {"skill": str(skill.pk)})
    take_and_end(world, ticket)
    new = say(world, ticket).data["ticket"]["id"]
    assert world.api(world.agent).get(f"tickets/{new}/").data["skill"]["name"] == "Payouts"


def test_it_is_queued_as_any_other_ticket(world: World) -> None:
    ticket = over(world)
    with unit_of_work(world.pandar.id):
        before = Delivery.objects.filter(event__kind="ticket.queued").count()
    new = say(world, ticket).data["ticket"]["id"]
    with unit_of_work(world.pandar.id):
        assert Delivery.objects.filter(event__kind="ticket.queued").count() == before + 1
        assert [str(waiting.ticket) for waiting in queries.waiting()] == [new]


# Once


def test_a_repetition_finds_it(world: World) -> None:
    ticket, name = over(world), uuid4()
    first, again = (say(world, ticket, client_id=name) for _ in range(2))
    assert (first.status, again.status, again.data["duplicate"]) == (201, 200, True)
    assert {**again.data, "duplicate": False} == first.data
    assert say(world, ticket, "Something else.", client_id=name).code == "conflict"
    (new,) = follow_ups(world, ticket)
    assert said(world, new) == ["It came back."]


def test_a_repetition_of_a_later_message_finds_it_too(world: World) -> None:
    ticket, name = over(world), uuid4()
    say(world, ticket)
    first, again = (say(world, ticket, "The second.", client_id=name) for _ in range(2))
    assert {**again.data, "duplicate": False} == first.data
    assert said(world, first.data["ticket"]["id"]) == ["It came back.", "The second."]


def test_a_repetition_after_the_follow_up_was_closed_too(world: World) -> None:
    ticket, names = over(world), [uuid4(), uuid4()]
    first = [say(world, ticket, client_id=name).data for name in names]
    (new,) = follow_ups(world, ticket)
    take_and_end(world, new)
    again = [say(world, ticket, client_id=name) for name in names]
    assert [answer.status for answer in again] == [200, 200]
    assert [{**answer.data, "duplicate": False} for answer in again] == first
    assert len(follow_ups(world, ticket)) == 1


@pytest.mark.parametrize("how", ["closed", "resolved"])
def test_what_was_stored_before_the_end_is_a_repetition_there(world: World, how: str) -> None:
    ticket, name = world.ticket(agent=world.agent), uuid4()
    first = say(world, ticket, client_id=name).data
    end(world, ticket, how)
    again = say(world, ticket, client_id=name)
    assert (again.status, again.data) == (200, {**first, "duplicate": True})
    assert "ticket" not in again.data
    assert say(world, ticket, "Something else.", client_id=name).code == "conflict"
    assert follow_ups(world, ticket) == []


def test_the_name_of_a_message_elsewhere_is_refused_and_begins_nothing(world: World) -> None:
    ticket, other, name = over(world), world.ticket(), uuid4()
    assert say(world, other, client_id=name).status == 201
    assert say(world, ticket, client_id=name).code == "conflict"
    new = over(world)
    went = say(world, new, "Elsewhere.", client_id=uuid4()).data
    assert went["ticket"]["id"] != str(new.pk)
    assert follow_ups(world, ticket) == []


def test_an_edit_in_between_does_not_make_it_another_message(world: World) -> None:
    ticket, name = over(world), uuid4()
    first = say(world, ticket, client_id=name).data
    assert world.api(world.customer).patch(f"messages/{first['id']}/", {"text": "It came back!"}).status == 200
    assert say(world, ticket, client_id=name).data["duplicate"] is True


def test_of_messages_and_repetitions_at_once_each_is_stored_once(world: World) -> None:
    ticket, names = over(world), [uuid4() for _ in range(4)]
    world.token(world.customer)

    def one(n: int) -> Callable[[], Any]:
        return lambda: say(world, ticket, f"Message {n % 4}.", client_id=names[n % 4])

    answers = at_once([one(n) for n in range(16)])
    assert {answer.status for answer in answers} == {200, 201}
    assert [answer.status for answer in answers].count(201) == 4
    assert len({answer.data["ticket"]["id"] for answer in answers}) == 1
    (new,) = follow_ups(world, ticket)
    assert sorted(said(world, new)) == [f"Message {n}." for n in range(4)]
    for n in range(4):
        assert len({(a.data["id"], a.data["seq"]) for a in answers[n::4]}) == 1


def test_without_the_lock_of_the_first_conversation_two_begin_one_each(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control of the race."""
    import threading

    gate, opener = threading.Barrier(2), sending.waking.opener()

    def meanwhile(*given: Any) -> Any:
        gate.wait(20)
        return opener.elsewhere(*given)

    ticket = over(world)
    world.token(world.customer)
    monkeypatch.setattr("chat.queries.lock", lambda actor, conversation: None)
    monkeypatch.setattr(sending.waking, "_openers", [sending.waking.Opener(opener.woken, meanwhile, opener.place)])
    at_once([lambda: say(world, ticket)] * 2)
    assert len(follow_ups(world, ticket)) == 2


def test_while_the_ticket_is_closed_no_message_is_lost(world: World) -> None:
    """Some are stored before the end, the others in the follow-up; each where its answer says."""
    ticket = world.ticket(agent=world.agent)
    assert world.api(world.manager).post(f"tickets/{ticket.pk}/status/", {"status": "pending"}).status == 200
    for person in (world.customer, world.manager):
        world.token(person)
    names = [uuid4() for _ in range(8)]

    def closing() -> None:
        for _ in range(20):
            for status in ("resolved", "closed"):
                world.api(world.manager).post(f"tickets/{ticket.pk}/status/", {"status": status})
            if world.pandar.fresh(ticket).status == "queued":
                world.api(world.agent).post(f"tickets/{ticket.pk}/take/")

    def customer(n: int) -> Callable[[], Any]:
        return lambda: say(world, ticket, f"Message {n}.", client_id=names[n])

    answers = at_once([*(customer(n) for n in range(8)), closing])[:8]
    assert {answer.status for answer in answers} == {201}
    end_of = world.pandar.fresh(ticket).status
    assert end_of in ("closed", "queued", "assigned", "in_progress"), end_of
    for n, answer in enumerate(answers):
        place = answer.data["ticket"]["id"] if "ticket" in answer.data else str(ticket.pk)
        assert said(world, place).count(f"Message {n}.") == 1
        again = customer(n)()
        assert (again.status, again.data) == (200, {**answer.data, "duplicate": True})
    assert len(follow_ups(world, ticket)) <= 1


def test_while_the_follow_up_is_closed_too(world: World) -> None:
    ticket = over(world)
    say(world, ticket, "First.")
    (new,) = follow_ups(world, ticket)
    world.api(world.agent).post(f"tickets/{new.pk}/take/")
    for person in (world.customer, world.manager):
        world.token(person)
    works: list[Callable[[], Any]] = [lambda n=n: say(world, ticket, f"Message {n}.") for n in range(6)]  # type: ignore[misc]
    answers = at_once([*works, lambda: [
        world.api(world.manager).post(f"tickets/{new.pk}/status/", {"status": status}) for status in ("resolved", "closed")]])[:6]
    assert {answer.status for answer in answers} == {201}
    told = [text for one in follow_ups(world, ticket) for text in said(world, one)]
    assert sorted(told) == ["First.", *(f"Message {n}." for n in range(6))]


def test_what_fails_leaves_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket, name = over(world), uuid4()

    def broken(*given: Any) -> Any:
        raise RuntimeError("the process is gone")

    monkeypatch.setattr(sending, "_begun", broken)
    assert say(world, ticket, client_id=name).status == 500
    monkeypatch.undo()
    assert follow_ups(world, ticket) == []
    assert say(world, ticket, client_id=name).status == 201
    assert len(follow_ups(world, ticket)) == 1


# Attachments


def test_attachments_come_with_it(world: World) -> None:
    ticket, name = over(world), uuid4()
    for number, text in enumerate(("", "A second picture.")):
        file = world.upload(world.customer, "receipt.png", png())
        sent: dict[str, Any] = {"text": text, "attachments": [str(file.id)], "client_id": uuid4() if number else name}
        answer = say(world, ticket, **sent)
        assert (answer.status, answer.data["seq"]) == (201, number + 1)
        again = say(world, ticket, **sent)
        assert {**again.data, "duplicate": False} == answer.data
        entries = world.api(world.agent).get(f"tickets/{answer.data['ticket']['id']}/entries/", after=0).data["entries"]
        assert [one["id"] for one in entries[number]["attachments"]] == [str(file.id)]
        assert world.api(world.agent).get(f"attachments/{file.id}/").status == 200
    assert len(follow_ups(world, ticket)) == 1


def test_somebody_elses_attachment_begins_nothing(world: World) -> None:
    ticket, file = over(world), world.upload(world.other_customer)
    answer = say(world, ticket, attachments=[str(file.id)])
    assert (answer.status, list(answer.body["fields"])) == (400, ["attachments"])
    assert follow_ups(world, ticket) == []
    with unit_of_work(world.pandar.id):
        assert Attachment.objects.get(id=file.id).conversation_id is None


# On the socket


def test_the_socket_answers_the_same(world: World, server: Server) -> None:
    ticket, name = over(world), str(uuid4())
    sent = {"ticket": str(ticket.pk), "client_id": name, "text": "It came back."}
    with world.socket(world.customer, server) as customer, world.socket(world.agent, server) as agent:
        first, again = (customer.ask("send-message", **sent) for _ in range(2))
        (new,) = follow_ups(world, ticket)
        assert (first["type"], first["seq"], first["duplicate"]) == ("ok", 1, False)
        assert first["ticket"] == {"id": str(new.pk), "number": f"PAN-{new.number}"}
        assert {**again, "ref": first["ref"]} == {**first, "duplicate": True}
        assert say(world, ticket, client_id=name).data["id"] == first["id"], "over REST it is the same message"
        assert agent.wait("new-ticket")["ticket"] == str(new.pk)
        assert customer.wait("ticket-updated")["ticket"] == str(new.pk), "another tab would hear of it"
        assert agent.ask("join-ticket-room", ticket=str(new.pk), after=0)["type"] == "batch"
        second = customer.ask("send-message", **{**sent, "client_id": str(uuid4()), "text": "And once more."})
        heard = agent.wait("entry")
        assert (heard["ticket"], heard["seq"], heard["entry"]["id"]) == (str(new.pk), second["seq"], second["id"])
        refused = agent.ask("send-message", **{**sent, "client_id": str(uuid4())})
        assert (refused["type"], refused["code"]) == ("error", "closed")
        ordinary = customer.ask("send-message", **{**sent, "ticket": str(new.pk), "client_id": str(uuid4())})
        assert "ticket" not in ordinary


# Who


def test_staff_begin_none(world: World) -> None:
    ticket = over(world)
    for person in (world.agent, world.manager):
        for internal in (False, True):
            answer = say(world, ticket, who=person, internal=internal)
            assert (answer.status, answer.code) == (409, "closed")
    assert follow_ups(world, ticket) == []


def test_nobody_else_reaches_it(world: World) -> None:
    ticket = over(world)
    for who in (world.other_customer, world.acme.customer):
        assert say(world, ticket, who=who).status == 404
    assert follow_ups(world, ticket) == []


def test_whoever_may_open_no_tickets_is_told_that_it_is_closed(world: World) -> None:
    ticket = over(world)
    with unit_of_work(world.pandar.id):
        role = world.customer.role
        RolePermission.objects.filter(role=role, permission__codename="open_ticket").delete()
        type(role).objects.filter(pk=role.pk).update(version=role.version + 1)
    answer = say(world, ticket)
    assert (answer.status, answer.code) == (409, "closed")
    assert follow_ups(world, ticket) == []


def test_another_organizations_ticket_is_followed_by_none(world: World) -> None:
    foreign, mine = world.ticket(world.acme.customer), world.ticket()
    with pytest.raises(IntegrityError), unit_of_work(world.pandar.id):
        Ticket.objects.filter(pk=mine.pk).update(follow_up_of=foreign.pk)


# And the others


def test_an_ordinary_message_says_nothing_of_another_ticket(world: World) -> None:
    assert "ticket" not in say(world, world.ticket()).data


def test_an_ordinary_message_asks_nothing_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One statement, as before; a follow-up is looked for only where there is something to follow."""
    ticket, actor = world.ticket(), world.actor(world.customer)
    asked: list[str] = []
    by_itself = sending.by_itself

    def by_itself_noted(sql: str, given: Any) -> Any:
        asked.append(sql)
        return by_itself(sql, given)

    def noted(execute: Callable[..., Any], sql: str, *given: Any) -> Any:
        asked.append(sql)
        return execute(sql, *given)

    monkeypatch.setattr(sending, "by_itself", by_itself_noted)
    monkeypatch.setattr(sending.waking, "_openers", [])
    with connection.execute_wrapper(noted):
        sending.send(actor=actor, draft=sending.Draft(ticket.pk, uuid4(), "Hello"))
    assert asked == [sending.SEND]


def test_statuses_that_are_over(world: World) -> None:
    """By the one rule that reopening has too: a ticket that is not over takes the message itself."""
    for status in Status.values:
        ticket = world.ticket(agent=None if status == "queued" else world.agent)
        if status == "closed":
            end(world, ticket)
        elif status not in ("queued", "assigned"):
            world.api(world.agent).post(f"tickets/{ticket.pk}/status/", {"status": status})
        answer = say(world, ticket)
        assert (answer.status, "ticket" in answer.data) == (201, status == "closed")
        with unit_of_work(world.pandar.id):
            Ticket.objects.filter(assignee=world.agent).update(status="pending")
            assert Entry.objects.filter(client_id__isnull=False, conversation_id=ticket.pk).exists() == (status != "closed")


@pytest.mark.parametrize("role", ["customer", "agent"])
def test_whoever_may_not_write_is_told_before_they_try(world: World, role: str) -> None:
    ticket, person = world.ticket(), getattr(world, role)
    with unit_of_work(world.pandar.id):
        found = Role.objects.get(slug=role)
        kept = set(people.permissions_of(found)) - {"chat.send_message"}
        people.set_permissions(role=found, permissions=sorted(kept), actor=System(world.pandar.id))
    assert world.api(person).get(f"tickets/{ticket.pk}/").data["writing"] == "forbidden"
    assert say(world, ticket, who=person).status == 403


@pytest.mark.parametrize(("how", "customer", "staff"),
                         [(None, "here", "here"), ("closed", "follow_up", "closed"), ("week", "follow_up", "here")])
def test_a_ticket_says_where_the_next_message_goes(world: World, how: str | None, customer: str, staff: str) -> None:
    ticket = over(world, how) if how else world.ticket()
    writing = {person: world.api(person).get(f"tickets/{ticket.pk}/").data["writing"] for person in (world.customer, world.agent)}
    assert writing == {world.customer: customer, world.agent: staff}
    answer = say(world, ticket)
    assert ("ticket" in answer.data) == (customer == "follow_up"), "and there it goes"
    assert (say(world, ticket, who=world.agent).status == 201) == (staff == "here")
