"""Changing, taking, giving back, handing over, and moving by hand: who may, and what each leaves behind."""
from typing import Any
from uuid import uuid4

import pytest

from accounts.actions import people
from accounts.actor import System
from accounts.models import AgentProfile, AgentSkill, AuditEntry, Role, Skill, User
from accounts.tests.parallel import at_once
from chat.models import Entry
from foundation.models import Event
from foundation.units import unit_of_work
from tickets.models import Category, Status, Ticket


def entries(world: Any, ticket: Ticket, kind: str) -> list[Entry]:
    with unit_of_work(world.pandar.id):
        return list(Entry.objects.filter(conversation_id=ticket.pk, kind=kind).order_by("staff_seq"))


def told_of(world: Any, ticket: Ticket, kind: str) -> list[Any]:
    return [entry.data for entry in entries(world, ticket, kind)]


def post(world: Any, person: Any, ticket: Ticket, act: str, **body: Any) -> Any:
    return world.api(person).post(f"tickets/{ticket.pk}/{act}/", body)


def patch(world: Any, person: Any, ticket: Ticket, **body: Any) -> Any:
    return world.api(person).patch(f"tickets/{ticket.pk}/", body)


def facts(world: Any, kind: str) -> list[dict[str, Any]]:
    with unit_of_work(world.pandar.id):
        return list(Event.objects.filter(kind=kind).order_by("id").values_list("payload", flat=True))


def set_capacity(world: Any, person: Any, capacity: int) -> None:
    with unit_of_work(world.pandar.id):
        AgentProfile.objects.filter(user=person).update(capacity=capacity)


# Changes


def test_a_change_is_told_to_staff_and_makes_a_version(world: Any) -> None:
    ticket = world.ticket(tags=("old",))
    with unit_of_work(world.pandar.id):
        Category.objects.create(organization_id=world.pandar.id, slug="cards", name="Cards")
    answer = patch(world, world.agent, ticket, version=1, subject="New", priority="urgent", category="cards", tags=["b", "a", "a"])
    row = answer.data
    assert (row["subject"], row["priority"], row["category"]["slug"], row["tags"], row["version"]) == (
        "New",
        "urgent",
        "cards",
        ["a", "b"],
        2,
    )
    told = {data["field"]: (data["from"], data["to"]) for data in told_of(world, ticket, "change")}
    assert told == {
        "subject": (ticket.subject, "New"),
        "priority": ("normal", "urgent"),
        "category": (None, "cards"),
        "tags": (["old"], ["a", "b"]),
    }
    assert {entry.public_seq for entry in entries(world, ticket, "change")} == {None}
    assert world.api(world.customer).get(f"tickets/{ticket.pk}/").data["head"] == 1


def test_a_stale_version_is_told_the_current_state(world: Any) -> None:
    ticket = world.ticket()
    patch(world, world.agent, ticket, version=1, subject="First")
    answer = patch(world, world.teammate, ticket, version=1, subject="Second")
    assert (answer.status, answer.code) == (409, "stale")
    assert (answer.body["current"]["subject"], answer.body["current"]["version"]) == ("First", 2)
    assert answer.body["current"] == world.api(world.teammate).get(f"tickets/{ticket.pk}/").data
    assert patch(world, world.teammate, ticket, version=2, subject="Second").status == 200


def test_of_eight_with_one_version_one_wins(world: Any) -> None:
    ticket = world.ticket()
    world.token(world.agent)
    answers = at_once([lambda n=n: patch(world, world.agent, ticket, version=1, subject=f"by {n}") for n in range(8)])  # type: ignore[misc]
    assert sorted(answer.status for answer in answers) == [200] + [409] * 7
    assert world.pandar.fresh(ticket).version == 2


MALFORMED: list[Any] = [
        ({}, "version"),
        ({"version": "x"}, "version"),
        ({"version": 0}, "version"),
        ({"version": 2**40}, "version"),
        ({"version": 1, "priority": "huge"}, "priority"),
        ({"version": 1, "subject": ""}, "subject"),
        ({"version": 1, "category": "nothing"}, "category"),
        ({"version": 1, "tags": ["x" * 51]}, "tags"),
    ]


def test_malformed_changes_change_nothing(world: Any) -> None:
    for body, field in MALFORMED:
        ticket = world.ticket()
        answer = patch(world, world.agent, ticket, **{"subject": "New", **body})
        assert answer.status == 400
        assert [name.split(".")[0] for name in answer.body["fields"]] == [field]
        assert world.pandar.fresh(ticket).subject == ticket.subject


def test_nothing_new_is_no_version(world: Any) -> None:
    ticket = world.ticket()
    assert (
        patch(world, world.agent, ticket, version=1, subject=ticket.subject, priority="normal", tags=[], category=None).data["version"] == 1
    )
    assert entries(world, ticket, "change") == []


def test_customers_do_not_change_tickets(world: Any) -> None:
    ticket = world.ticket()
    assert patch(world, world.customer, ticket, version=1, subject="New").status == 403
    assert patch(world, world.other_customer, ticket, version=1, subject="New").status == 404
    assert patch(world, world.acme.agent, ticket, version=1, subject="New").status == 404


# Taking


def test_an_agent_takes_a_ticket(world: Any) -> None:
    ticket = world.ticket()
    row = post(world, world.agent, ticket, "take", version=1).data
    assert (row["status"], row["assignee"]["id"], row["version"]) == ("assigned", str(world.agent.id), 2)
    assert row["assigned_at"]
    (entry,) = entries(world, ticket, "assignment")
    assert entry.data == {"assignee": {"id": str(world.agent.id), "name": world.agent.name}, "from": "queued"}
    assert (entry.staff_seq, entry.public_seq) == (2, 2)
    assert [fact["ticket"] for fact in facts(world, "ticket.assigned")] == [str(ticket.pk)]
    with unit_of_work(world.pandar.id):
        assert AgentProfile.objects.get(user=world.agent).turn == 1


@pytest.mark.parametrize("act", ["take", "release", "transfer", "status", "reassign"])
def test_what_one_does_not_see_is_404_and_what_one_may_not_is_403(world: Any, act: str) -> None:
    ticket = world.ticket()
    bodies: dict[str, Any] = {"status": {"status": "resolved"}, "reassign": {"agent": str(world.agent.id)}, "transfer": {"skill": None}}
    body = bodies.get(act, {})
    assert post(world, world.customer, ticket, act, **body).status == 403
    assert post(world, world.other_customer, ticket, act, **body).status == 404
    for stranger in (world.acme.customer, world.acme.agent, world.acme.manager):
        assert post(world, stranger, ticket, act, **body).status == 404
    assert world.api(world.manager).post(f"tickets/{uuid4()}/{act}/", body).status == 404
    assert world.pandar.fresh(ticket).version == 1


def test_whoever_is_no_agent_takes_nothing_and_is_not_offered_it(world: Any) -> None:
    ticket = world.ticket()
    assert post(world, world.manager, ticket, "take").status == 403
    offered = {
        name: world.api(getattr(world, name)).get(f"tickets/{ticket.pk}/").data["allowed_actions"]
        for name in ("manager", "agent", "customer")
    }
    assert offered == {"manager": ["transfer", "reassign", "change"], "agent": ["take", "transfer", "change"], "customer": []}


def test_at_capacity_nothing_is_taken(world: Any) -> None:
    set_capacity(world, world.agent, 1)
    world.ticket(agent=world.agent)
    ticket = world.ticket()
    answer = post(world, world.agent, ticket, "take")
    assert (answer.status, answer.code, answer.body["load"], answer.body["capacity"]) == (409, "at_capacity", 1, 1)
    set_capacity(world, world.agent, 2)
    assert post(world, world.agent, ticket, "take").status == 200


def test_pending_makes_room(world: Any) -> None:
    set_capacity(world, world.agent, 1)
    held = world.ticket(agent=world.agent)
    post(world, world.agent, held, "status", status="pending")
    assert post(world, world.agent, world.ticket(), "take").status == 200


def test_a_taken_ticket_is_not_taken_again(world: Any) -> None:
    ticket = world.ticket(agent=world.agent)
    answer = post(world, world.teammate, ticket, "take")
    assert (answer.status, answer.code, answer.body["state"], answer.body["allowed"]) == (409, "move_refused", "assigned", [])


def test_of_two_takers_one_gets_it(world: Any) -> None:
    ticket = world.ticket()
    for person in (world.agent, world.teammate):
        world.token(person)
    answers = at_once([lambda p=p: post(world, p, ticket, "take") for p in (world.agent, world.teammate) * 3])  # type: ignore[misc]
    assert sorted(answer.status for answer in answers) == [200] + [409] * 5
    assert len(entries(world, ticket, "assignment")) == 1


@pytest.mark.parametrize("act", ["take", "release", "transfer", "reassign", "status"])
def test_every_move_heeds_the_version(world: Any, act: str) -> None:
    ticket = world.ticket() if act == "take" else world.ticket(agent=world.agent)
    bodies: dict[str, Any] = {"reassign": {"agent": str(world.teammate.id)}, "status": {"status": "pending"}, "transfer": {"skill": None}}
    body = bodies.get(act, {})
    person = world.manager if act == "reassign" else world.agent
    version = world.pandar.fresh(ticket).version
    stale = post(world, person, ticket, act, version=version + 1, **body)
    assert (stale.status, stale.code, stale.body["current"]["version"]) == (409, "stale", version)
    assert post(world, person, ticket, act, version=version, **body).status == 200


# Giving back


def test_released_it_is_queued_and_remembers_by_whom(world: Any) -> None:
    ticket = world.ticket(agent=world.agent)
    row = post(world, world.agent, ticket, "release").data
    assert (row["status"], row["assignee"]) == ("queued", None)
    assert world.pandar.fresh(ticket).released_by_id == world.agent.id
    assert entries(world, ticket, "status")[-1].data == {"from": "assigned", "to": "queued"}
    assert row["created_at"] == world.api(world.agent).get(f"tickets/{ticket.pk}/").data["created_at"]


def test_what_a_customer_is_told_of_all_that(world: Any) -> None:
    """Who answers, and that it was solved and goes on; not who gave it back or away, nor what it was tagged."""
    ticket = world.ticket(agent=world.agent, tags=("fraud",))
    post(world, world.agent, ticket, "release")
    post(world, world.manager, ticket, "reassign", agent=str(world.teammate.id))
    world.say(world.teammate, ticket, "Done.")
    post(world, world.teammate, ticket, "status", status="resolved")
    world.say(world.customer, ticket, "Not quite.")
    told = [(entry["kind"], entry.get("to") or (entry.get("assignee") or {}).get("name"), entry["sender"]["id"])
            for entry in world.api(world.customer).get(f"tickets/{ticket.pk}/entries/").data["entries"] if entry["kind"] != "message"]
    assert told == [("assignment", world.agent.name, None), ("assignment", world.teammate.name, None), ("status", "in_progress", None),
                    ("status", "resolved", None), ("status", "queued", str(world.customer.id))]
    by = {(entry["kind"], entry["sender"]["id"], entry["internal"])
          for entry in world.api(world.agent).get(f"tickets/{ticket.pk}/entries/").data["entries"]}
    assert {("status", str(world.agent.id), True), ("assignment", str(world.manager.id), False)} <= by, "the staff are"
    shown, listed = (world.api(world.customer).get(path).data for path in (f"tickets/{ticket.pk}/", "tickets/"))
    assert [shown["tags"], listed[0]["tags"]] == [[], []]
    assert world.api(world.agent).get("tickets/").data[0]["tags"] == ["fraud"]
    assert world.api(world.customer).get("tickets/", tag="fraud").status == 403, "nor is it guessed"


def test_only_its_agent_or_a_manager_gives_back(world: Any) -> None:
    ticket = world.ticket(agent=world.agent)
    assert post(world, world.teammate, ticket, "release").status == 403
    offered = [
        world.api(person).get(f"tickets/{ticket.pk}/").data["allowed_actions"] for person in (world.agent, world.teammate, world.manager)
    ]
    assert offered == [["release", "transfer", "change"], ["change"], ["release", "transfer", "reassign", "change"]]
    assert world.pandar.fresh(ticket).status == "assigned"
    assert post(world, world.manager, ticket, "release").status == 200


def test_a_queued_ticket_is_not_given_back(world: Any) -> None:
    assert post(world, world.manager, world.ticket(), "release").code == "move_refused"


# Handing over


def test_a_manager_hands_over_and_it_is_on_record(world: Any) -> None:
    ticket = world.ticket(agent=world.agent)
    row = post(world, world.manager, ticket, "reassign", agent=str(world.teammate.id)).data
    assert (row["status"], row["assignee"]["id"]) == ("assigned", str(world.teammate.id))
    assert facts(world, "capacity.freed") == [{"agent": str(world.agent.id)}]
    frame = facts(world, "ticket.assigned")[-1]["push"][0][1]
    assert str(world.agent.id) in frame, "the old one is told"
    assert str(world.teammate.id) in frame, "and the new one"
    with unit_of_work(world.pandar.id):
        entry = AuditEntry.objects.get(action="ticket_reassigned")
    assert (entry.before, entry.after, entry.actor_id) == (
        {"assignee": str(world.agent.id)},
        {"assignee": str(world.teammate.id)},
        world.manager.id,
    )


def test_a_queued_ticket_may_be_handed_to_somebody(world: Any) -> None:
    assert post(world, world.manager, world.ticket(), "reassign", agent=str(world.agent.id)).data["assignee"]["id"] == str(world.agent.id)


def test_agents_do_not_hand_over(world: Any) -> None:
    ticket = world.ticket(agent=world.agent)
    assert post(world, world.agent, ticket, "reassign", agent=str(world.teammate.id)).status == 403


@pytest.mark.parametrize("who", ["manager", "customer", "stranger", "nobody"])
def test_nobody_but_an_agent_is_given_tickets(world: Any, who: str) -> None:
    ticket = world.ticket(agent=world.agent)
    key = {"stranger": world.acme.agent.id, "nobody": uuid4()}.get(who) or getattr(world, who).id
    answer = post(world, world.manager, ticket, "reassign", agent=str(key))
    assert (answer.status, answer.code) == (400, "not_an_agent")
    assert world.pandar.fresh(ticket).assignee_id == world.agent.id


def test_whoever_is_an_agent_no_more_is_given_nothing(world: Any) -> None:
    with unit_of_work(world.pandar.id):
        people.change_role(user=User.objects.select_related("role").get(id=world.teammate.id), role=Role.objects.get(slug="manager"),
                           actor=System(world.pandar.id))
    ticket = world.ticket(agent=world.agent)
    assert post(world, world.manager, ticket, "reassign", agent=str(world.teammate.id)).code == "not_an_agent"


def test_a_disabled_agent_is_given_nothing(world: Any) -> None:
    with unit_of_work(world.pandar.id):
        User.objects.filter(id=world.teammate.id).update(is_active=False)
    assert post(world, world.manager, world.ticket(), "reassign", agent=str(world.teammate.id)).code == "not_an_agent"


def test_capacity_binds_managers_too(world: Any) -> None:
    set_capacity(world, world.teammate, 0)
    assert post(world, world.manager, world.ticket(), "reassign", agent=str(world.teammate.id)).code == "at_capacity"


def test_whoever_lacks_the_skill_is_refused_where_that_is_asked(world: Any) -> None:
    with unit_of_work(world.pandar.id):
        skill = Skill.objects.create(organization_id=world.pandar.id, name="cards")
        Category.objects.create(organization_id=world.pandar.id, slug="cards", name="Cards", skill=skill)
        AgentSkill.objects.create(organization_id=world.pandar.id, agent_id=world.teammate.id, skill=skill)
    ticket = world.ticket(category="cards")
    refused = post(world, world.manager, ticket, "reassign", agent=str(world.agent.id), requires_skill=True)
    assert (refused.status, refused.code, refused.body["skill"]) == (409, "lacks_skill", {"id": str(skill.pk), "name": "cards"})
    assert world.pandar.fresh(ticket).assignee_id is None
    skilled = post(world, world.manager, ticket, "reassign", agent=str(world.teammate.id), requires_skill=True)
    assert skilled.data["assignee"]["id"] == str(world.teammate.id)
    unasked = post(world, world.manager, ticket, "reassign", agent=str(world.agent.id))
    assert unasked.data["assignee"]["id"] == str(world.agent.id), "a manager may insist"
    assert post(world, world.manager, world.ticket(), "reassign", agent=str(world.agent.id), requires_skill=True).status == 200
    nobody = post(world, world.manager, ticket, "reassign", agent=str(world.customer.id), requires_skill=True)
    assert nobody.code == "not_an_agent"


def test_to_whom_it_belongs_it_is_not_given(world: Any) -> None:
    ticket = world.ticket(agent=world.agent)
    assert post(world, world.manager, ticket, "reassign", agent=str(world.agent.id)).code == "already_assigned"


# By hand


BY_HAND = {
    "queued": set(), "assigned": {"in_progress", "pending", "resolved"}, "in_progress": {"pending", "resolved"},
    "pending": {"in_progress", "resolved"}, "resolved": set(), "closed": set(),
}


@pytest.mark.parametrize("source", Status.values)
def test_from_each_status_exactly_the_allowed_ones(world: Any, source: str) -> None:
    for to in Status.values:
        for person, more in ((world.agent, set()), (world.manager, {"closed"} if source == "resolved" else set())):
            ticket = world.ticket(agent=None if source == "queued" else world.agent)
            with unit_of_work(world.pandar.id):
                Ticket.objects.filter(pk=ticket.pk).update(status=source)
            allowed = BY_HAND[source] | more
            assert set(world.api(person).get(f"tickets/{ticket.pk}/").data["allowed_statuses"]) == allowed
            answer = post(world, person, ticket, "status", status=to)
            if to in allowed:
                assert (answer.status, answer.data["status"]) == (200, to)
                assert entries(world, ticket, "status")[-1].data == {"from": source, "to": to}
            else:
                assert (answer.status, answer.body["allowed"], answer.body["state"]) == (409, sorted(allowed), source)
            with unit_of_work(world.pandar.id):
                Ticket.objects.filter(assignee=world.agent).update(status="pending")


def test_moments_are_kept(world: Any) -> None:
    ticket = world.ticket(agent=world.agent)
    assert post(world, world.agent, ticket, "status", status="resolved").data["resolved_at"]
    assert post(world, world.manager, ticket, "status", status="closed").data["closed_at"]


def test_room_that_becomes_free_is_told(world: Any) -> None:
    ticket = world.ticket(agent=world.agent)
    post(world, world.agent, ticket, "status", status="in_progress")
    assert facts(world, "capacity.freed") == []
    post(world, world.agent, ticket, "status", status="pending")
    assert facts(world, "capacity.freed") == [{"agent": str(world.agent.id)}]
    post(world, world.agent, ticket, "status", status="resolved")
    assert len(facts(world, "capacity.freed")) == 1, "it was free already"


def test_a_closed_ticket_stays_as_it_is(world: Any) -> None:
    ticket = world.ticket(agent=world.agent)
    post(world, world.agent, ticket, "status", status="resolved")
    version = post(world, world.manager, ticket, "status", status="closed").data["version"]
    assert patch(world, world.agent, ticket, version=version, subject="New").code == "closed"
    answer = world.api(world.agent).post(f"tickets/{ticket.pk}/messages/", {"client_id": str(uuid4()), "text": "Hello?"})
    assert (answer.status, answer.code) == (409, "closed")
    world.api(world.customer).post(f"tickets/{ticket.pk}/messages/", {"client_id": str(uuid4()), "text": "Hello?"})
    assert (world.pandar.fresh(ticket).status, world.pandar.fresh(ticket).version) == ("closed", version)


@pytest.mark.parametrize("status", ["", "done", None, 5])
def test_a_status_that_is_none_is_refused(world: Any, status: Any) -> None:
    assert post(world, world.agent, world.ticket(), "status", status=status).status == 400
