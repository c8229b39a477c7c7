"""A ticket is sent to those who have a skill: who may, where it waits, who gets it, and what is told of it."""
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, OperationalError

from accounts.models import AgentProfile, AgentSkill, AuditEntry, RolePermission, Skill
from accounts.tests.parallel import at_once
from chat.models import Entry
from foundation.models import Event
from foundation.units import unit_of_work
from tickets import queries
from tickets.actions.assigning import assign_queue
from tickets.models import Category, Ticket
from tickets.tests.test_assigning import check
from tickets.tests.test_moves import entries, facts, post, told_of


def skill_of(world: Any, *people: Any, name: str = "Payouts") -> Skill:
    """A skill that these people have."""
    with unit_of_work(world.pandar.id):
        skill = Skill.objects.create(organization_id=world.pandar.id, name=name)
        for person in people:
            AgentSkill.objects.create(organization_id=world.pandar.id, agent_id=person.id, skill=skill)
    return skill


def send(world: Any, person: Any, ticket: Ticket, skill: Skill | None, **body: Any) -> Any:
    return post(world, person, ticket, "transfer", skill=str(skill.pk) if skill else None, **body)


def on_duty(world: Any, *people: Any) -> None:
    with unit_of_work(world.pandar.id):
        AgentProfile.objects.filter(user__in=people).update(availability="available", capacity=5)


@pytest.mark.parametrize("status", ["assigned", "in_progress", "pending"])
def test_it_is_queued_for_those_who_have_the_skill(world: Any, status: str) -> None:
    skill, ticket = skill_of(world, world.teammate), world.ticket(agent=world.agent)
    if status != "assigned":
        post(world, world.agent, ticket, "status", status=status)
    row = send(world, world.agent, ticket, skill).data
    assert (row["status"], row["assignee"], row["skill"]) == ("queued", None, {"id": str(skill.pk), "name": "Payouts"})
    assert entries(world, ticket, "status")[-1].data == {"from": status, "to": "queued"}
    assert told_of(world, ticket, "change") == [{"field": "skill", "from": None, "to": "Payouts"}]
    assert {entry.public_seq for entry in entries(world, ticket, "change")} == {None}
    on_duty(world, world.agent, world.teammate)
    assert assign_queue(organization=world.pandar.id) == 1
    assert world.pandar.fresh(ticket).assignee_id == world.teammate.id


def test_nobody_without_the_skill_is_given_it(world: Any) -> None:
    """The negative control is the same ticket without the transfer."""
    skill = skill_of(world, world.teammate)
    sent, other = world.ticket(), world.ticket()
    assert send(world, world.manager, sent, skill).data["reason"] == "nobody_available"
    on_duty(world, world.agent)
    assert assign_queue(organization=world.pandar.id) == 1
    assert [world.pandar.fresh(ticket).status for ticket in (sent, other)] == ["queued", "assigned"]
    on_duty(world, world.teammate)
    assign_queue(organization=world.pandar.id)
    assert world.pandar.fresh(sent).assignee_id == world.teammate.id


def test_whoever_sent_it_away_does_not_get_it_back(world: Any) -> None:
    skill, ticket = skill_of(world, world.agent), world.ticket(agent=world.agent)
    on_duty(world, world.agent, world.teammate)
    row = send(world, world.agent, ticket, skill).data
    assert (row["reason"], row["reason_text"]) == ("only_releaser", "The only agent who could take it gave it back.")
    assert assign_queue(organization=world.pandar.id) == 0
    skill_row = {"organization_id": world.pandar.id, "agent_id": world.teammate.id, "skill": skill}
    with unit_of_work(world.pandar.id):
        AgentSkill.objects.create(**skill_row)
    assert assign_queue(organization=world.pandar.id) == 1
    assert world.pandar.fresh(ticket).assignee_id == world.teammate.id


def test_it_goes_before_what_the_category_needs(world: Any) -> None:
    cards, payouts = skill_of(world, world.agent, name="Cards"), skill_of(world, world.teammate)
    with unit_of_work(world.pandar.id):
        Category.objects.create(organization_id=world.pandar.id, slug="cards", name="Cards", skill=cards)
    ticket = world.ticket(category="cards")
    seen = lambda: world.api(world.agent).get(f"tickets/{ticket.pk}/").data["skill"]["name"]  # noqa: E731
    assert seen() == "Cards"
    send(world, world.manager, ticket, payouts)
    assert seen() == "Payouts"
    assert send(world, world.manager, ticket, None).data["skill"]["name"] == "Cards"
    send(world, world.manager, ticket, payouts)
    on_duty(world, world.agent, world.teammate)
    assign_queue(organization=world.pandar.id)
    assert world.pandar.fresh(ticket).assignee_id == world.teammate.id


def test_a_category_that_is_chosen_later_decides_again(world: Any) -> None:
    cards, payouts = skill_of(world, world.agent, name="Cards"), skill_of(world, world.teammate)
    with unit_of_work(world.pandar.id):
        Category.objects.create(organization_id=world.pandar.id, slug="cards", name="Cards", skill=cards)
    ticket = world.ticket()
    version = send(world, world.manager, ticket, payouts).data["version"]
    answer = world.api(world.manager).patch(f"tickets/{ticket.pk}/", {"version": version, "subject": "Another"})
    assert answer.data["skill"]["name"] == "Payouts"
    answer = world.api(world.manager).patch(f"tickets/{ticket.pk}/", {"version": version + 1, "category": "cards"})
    assert answer.data["skill"]["name"] == "Cards"


def test_of_a_waiting_ticket_only_the_skill_changes(world: Any) -> None:
    skill, first, ticket = skill_of(world, world.teammate), world.ticket(), world.ticket()
    before = world.pandar.fresh(ticket)
    row = send(world, world.agent, ticket, skill, version=1).data
    after = world.pandar.fresh(ticket)
    assert (row["version"], after.queued_at, after.created_at, after.released_by_id) == (2, before.queued_at, before.created_at, None)
    assert entries(world, ticket, "status") == []
    assert [row["ticket"]["id"] for row in world.api(world.agent).get("queue/").data] == [str(first.pk), str(ticket.pk)]


def test_nothing_new_is_no_version(world: Any) -> None:
    skill, ticket = skill_of(world), world.ticket()
    for _ in range(2):
        assert send(world, world.agent, ticket, skill).data["version"] == 2
    assert len(entries(world, ticket, "change")) == 1
    with unit_of_work(world.pandar.id):
        assert AuditEntry.objects.filter(action="ticket_transferred").count() == 1


def test_that_nobody_has_it_is_said(world: Any) -> None:
    skill, ticket = skill_of(world), world.ticket(agent=world.agent)
    row = send(world, world.agent, ticket, skill).data
    assert (row["reason"], row["reason_text"]) == ("nobody_with_skill", "No agent has the skill that it needs.")
    (waiting,) = world.api(world.manager).get("queue/").data
    assert (waiting["reason"], waiting["reason_text"]) == (row["reason"], row["reason_text"])


def test_a_note_goes_with_it_to_the_staff(world: Any) -> None:
    skill, ticket = skill_of(world, world.teammate), world.ticket(agent=world.agent)
    assert send(world, world.agent, ticket, skill, note="The bank is closed.").status == 200
    kinds = [(entry["kind"], entry["internal"]) for entry in world.api(world.teammate).get(f"tickets/{ticket.pk}/entries/").data["entries"]]
    assert kinds[-3:] == [("status", True), ("change", True), ("message", True)]
    assert "bank is closed" not in world.api(world.customer).get(f"tickets/{ticket.pk}/entries/").text
    assert world.pandar.fresh(ticket).first_response_at is None, "a note answers nobody"


def test_the_record_and_the_event(world: Any) -> None:
    skill, ticket = skill_of(world, world.teammate), world.ticket(agent=world.agent)
    send(world, world.manager, ticket, skill)
    with unit_of_work(world.pandar.id):
        record = AuditEntry.objects.get(action="ticket_transferred")
    assert (record.actor_id, record.before, record.after) == (
        world.manager.id, {"skill": None, "assignee": str(world.agent.id)}, {"skill": str(skill.pk), "assignee": None})
    (fact,) = facts(world, "ticket.queued")[1:]
    assert fact["ticket"] == str(ticket.pk)
    assert json.loads(fact["push"][0][1])["type"] == "queue-updated"


def test_an_agent_who_is_free_gets_a_waiting_one_at_once(world: Any) -> None:
    """By the event: no beat runs here."""
    skill, ticket = skill_of(world, world.teammate), world.ticket()
    send(world, world.manager, ticket, skill)
    assert [fact["ticket"] for fact in facts(world, "ticket.queued")] == [str(ticket.pk)] * 2


def test_a_skill_that_is_not_there_or_not_ours(world: Any) -> None:
    with unit_of_work(world.acme.id):
        foreign = Skill.objects.create(organization_id=world.acme.id, name="Theirs")
    ticket = world.ticket(agent=world.agent)
    for key in (str(foreign.pk), str(uuid4())):
        answer = post(world, world.agent, ticket, "transfer", skill=key)
        assert (answer.status, answer.body["fields"]) == (400, {"skill": ["There is no such skill."]})
    for body in ({}, {"skill": "x"}, {"skill": 5}, {"skill": None, "note": "x" * 10_001}):
        assert post(world, world.agent, ticket, "transfer", **body).status == 400
    assert (world.pandar.fresh(ticket).status, world.pandar.fresh(ticket).version) == ("assigned", 2)


@pytest.mark.parametrize("status", ["resolved", "closed"])
def test_what_is_over_is_not_sent(world: Any, status: str) -> None:
    skill, ticket = skill_of(world, world.teammate), world.ticket(agent=world.agent)
    with unit_of_work(world.pandar.id):
        Ticket.objects.filter(pk=ticket.pk).update(status=status)
    answer = send(world, world.manager, ticket, skill)
    assert (answer.status, answer.code, answer.body["state"], answer.body["allowed"]) == (409, "move_refused", status, [])


def test_only_its_agent_or_a_manager_sends_it(world: Any) -> None:
    skill, ticket = skill_of(world, world.teammate), world.ticket(agent=world.agent)
    assert send(world, world.teammate, ticket, skill).status == 403
    assert world.pandar.fresh(ticket).status == "assigned"
    assert send(world, world.manager, ticket, skill).status == 200


def test_without_the_permission_it_is_refused_and_not_offered(world: Any) -> None:
    skill, ticket = skill_of(world, world.teammate), world.ticket(agent=world.agent)
    with unit_of_work(world.pandar.id):
        role = world.agent.role
        RolePermission.objects.filter(role=role, permission__codename="transfer_ticket").delete()
        type(role).objects.filter(pk=role.pk).update(version=role.version + 1)
    assert send(world, world.agent, ticket, skill).status == 403
    assert world.api(world.agent).get(f"tickets/{ticket.pk}/").data["allowed_actions"] == ["release", "change"]


def test_a_note_needs_its_permission_and_refused_changes_nothing(world: Any) -> None:
    skill, ticket = skill_of(world, world.teammate), world.ticket(agent=world.agent)
    with unit_of_work(world.pandar.id):
        role = world.agent.role
        RolePermission.objects.filter(role=role, permission__codename="write_note").delete()
        type(role).objects.filter(pk=role.pk).update(version=role.version + 1)
    assert send(world, world.agent, ticket, skill, note="x").status == 403
    assert (world.pandar.fresh(ticket).status, world.pandar.fresh(ticket).skill_id) == ("assigned", None)


def test_customers_do_not_learn_of_skills(world: Any) -> None:
    skill, ticket = skill_of(world, world.teammate), world.ticket()
    send(world, world.agent, ticket, skill)
    answer = world.api(world.customer).get(f"tickets/{ticket.pk}/")
    assert answer.data["skill"] is None
    assert "Payouts" not in answer.text
    assert world.api(world.customer).get("skills/").status == 403


def test_the_skills_that_there_are(world: Any) -> None:
    payouts, cards = skill_of(world, world.agent, world.teammate), skill_of(world, name="Cards")
    on_duty(world, world.agent)
    answer = world.api(world.agent).get("skills/")
    assert [{name: row[name] for name in ("id", "name", "agents", "available")} for row in answer.data] == [
                           {"id": str(cards.pk), "name": "Cards", "agents": 0, "available": 0},
                           {"id": str(payouts.pk), "name": "Payouts", "agents": 2, "available": 1}]
    assert world.api(world.acme.agent).get("skills/").data == []


def test_a_skill_that_is_deleted_is_needed_no_more(world: Any) -> None:
    skill, ticket = skill_of(world), world.ticket()
    send(world, world.manager, ticket, skill)
    with unit_of_work(world.pandar.id):
        Skill.objects.get(pk=skill.pk).delete()
    assert world.pandar.fresh(ticket).skill_id is None


def test_a_foreign_skill_is_refused_by_the_database(world: Any) -> None:
    with unit_of_work(world.acme.id):
        foreign = Skill.objects.create(organization_id=world.acme.id, name="Theirs")
    ticket = world.ticket()
    with pytest.raises(IntegrityError), unit_of_work(world.pandar.id):
        Ticket.objects.filter(pk=ticket.pk).update(skill_id=foreign.pk)


def test_of_eight_with_one_version_one_wins(world: Any) -> None:
    skills = [skill_of(world, name=f"Skill {n}") for n in range(8)]
    ticket = world.ticket(agent=world.agent)
    world.token(world.agent)
    answers = at_once([lambda s=skill: send(world, world.agent, ticket, s, version=2) for skill in skills])  # type: ignore[misc]
    assert sorted(answer.status for answer in answers) == [200] + [409] * 7
    assert len(entries(world, ticket, "change")) == 1


@pytest.mark.parametrize("round_", range(3))
def test_against_the_queue_and_people_who_take(world: Any, round_: int) -> None:
    """Whoever is given a ticket by the queue has the skill that it needs at that moment, whatever is sent where meanwhile."""
    skills = [skill_of(world, world.agent, name="Cards"), skill_of(world, world.teammate)]
    made = [world.ticket() for _ in range(6)]
    on_duty(world, world.agent, world.teammate)
    for person in (world.agent, world.teammate, world.manager):
        world.token(person)

    def sending(skill: Skill) -> Callable[[], Any]:
        return lambda: [send(world, world.manager, ticket, skill) for ticket in made]

    def queue() -> list[Any]:
        for _ in range(4):
            with suppress(OperationalError):  # on a slow machine it gives up after two seconds, and is repeated
                assign_queue(organization=world.pandar.id)
        return []

    answers = at_once([sending(skills[0]), sending(skills[1]), lambda: [post(world, world.agent, ticket, "take") for ticket in made],
                       queue, queue])[:3]
    assert {answer.status for some in answers for answer in some} <= {200, 409}, "nobody waits for each other"
    queue()
    check(world)
    by_agent = {world.agent.id: "Cards", world.teammate.id: "Payouts"}
    with unit_of_work(world.pandar.id):
        for ticket in Ticket.objects.all():
            for needed, given in queue_gave(ticket.pk):
                assert needed in (None, by_agent[given])
    assert {ticket.status for ticket in map(world.pandar.fresh, made)} <= {"assigned", "queued"}


def queue_gave(ticket: UUID) -> list[tuple[str | None, UUID]]:
    """Whom the house gave a ticket, beside the skill that its conversation said it needed then."""
    needed, given = None, []
    for entry in Entry.objects.filter(conversation_id=ticket).order_by("staff_seq"):
        data: Any = entry.data
        if entry.kind == "change":
            needed = data["to"]
        elif entry.kind == "assignment" and entry.sender_id is None:
            given.append((needed, UUID(data["assignee"]["id"])))
    return given


def test_the_queue_says_why_by_the_ticket_s_own_skill(world: Any) -> None:
    skill, ticket = skill_of(world, world.teammate), world.ticket()
    on_duty(world, world.agent)
    with unit_of_work(world.pandar.id):
        assert queries.why_waits(Ticket.objects.get(pk=ticket.pk))["reason"] == "next"
    send(world, world.manager, ticket, skill)
    with unit_of_work(world.pandar.id):
        assert queries.why_waits(Ticket.objects.get(pk=ticket.pk))["reason"] == "nobody_available"
        assert Event.objects.filter(kind="ticket.queued").count() == 2
