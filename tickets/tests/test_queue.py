"""The queue in its order, and why each ticket waits."""
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actions import people
from accounts.actor import System
from accounts.models import AgentProfile, AgentSkill, Shift, Skill
from foundation.units import unit_of_work
from tickets import queries
from tickets.actions.assigning import assign_queue
from tickets.assignment import Reason, Waiting
from tickets.assignment import reason as reason_of
from tickets.models import Category, QueueSettings, Ticket


def rows(world: Any, person: Any = None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.api(person or world.manager).get("queue/").data
    return found


def reason(world: Any) -> str:
    (row,) = rows(world)
    assert row["reason_text"].endswith(".")
    return str(row["reason"])


def every_agent(world: Any, **given: Any) -> None:
    with unit_of_work(world.pandar.id):
        AgentProfile.objects.update(**given)


def test_by_priority_then_by_age(world: Any) -> None:
    made = [world.ticket() for _ in range(5)]
    with unit_of_work(world.pandar.id):
        for number, priority in ((1, 4), (3, 3), (4, 4)):
            Ticket.objects.filter(pk=made[number].pk).update(priority=priority)
    found = rows(world)
    assert [row["ticket"]["id"] for row in found] == [str(made[number].pk) for number in (1, 4, 3, 0, 2)]
    assert [row["position"] for row in found] == [1, 2, 3, 4, 5]


def test_a_released_ticket_keeps_its_place(world: Any) -> None:
    first, second = world.ticket(agent=world.agent), world.ticket()
    world.api(world.agent).post(f"tickets/{first.pk}/release/")
    assert [row["ticket"]["id"] for row in rows(world)] == [str(first.pk), str(second.pk)]


def test_only_what_waits_and_only_ours(world: Any) -> None:
    world.ticket(agent=world.agent)
    world.ticket(world.acme.customer)
    ours = world.ticket()
    answer = world.api(world.agent).get("queue/")
    assert [row["ticket"]["id"] for row in answer.data] == [str(ours.pk)]
    assert (answer.body["count"], answer.body["count_exact"]) == (1, True)


def test_customers_do_not_see_it(world: Any) -> None:
    world.ticket()
    assert world.api(world.customer).get("queue/").status == 403


def test_the_ticket_in_it_is_the_lists(world: Any) -> None:
    ticket = world.ticket(tags=("a",))
    (row,) = rows(world)
    (listed,) = world.api(world.manager).get("tickets/").data
    assert row["ticket"] == listed
    assert row["skill"] is None
    assert row["waiting_since"] == listed["queued_at"]
    assert listed["id"] == str(ticket.pk)


def test_pages(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from tickets import lists

    monkeypatch.setattr(lists, "PAGE", 2)
    made = [str(world.ticket().pk) for _ in range(5)]
    pages = [world.api(world.manager).get("queue/", page=str(page)) for page in (1, 2, 3, 4)]
    assert [[row["ticket"]["id"] for row in page.data] for page in pages] == [made[:2], made[2:4], made[4:], []]
    assert [[row["position"] for row in page.data] for page in pages] == [[1, 2], [3, 4], [5], []]
    assert (pages[0].body["count"], pages[0].body["pages"]) == (5, 3)


def test_nobody_is_available(world: Any) -> None:
    world.ticket()
    assert reason(world) == "nobody_available"


def test_the_organization_has_no_agents(world: Any) -> None:
    world.ticket()
    with unit_of_work(world.pandar.id):
        AgentProfile.objects.all().delete()
    assert reason(world) == "no_agents"


def test_nobody_has_the_skill(world: Any) -> None:
    with unit_of_work(world.pandar.id):
        skill = Skill.objects.create(organization_id=world.pandar.id, name="cards")
        Category.objects.create(organization_id=world.pandar.id, slug="cards", name="Cards", skill=skill)
    world.ticket(category="cards")
    every_agent(world, availability="available")
    assert reason(world) == "nobody_with_skill"
    assert rows(world)[0]["skill"] == str(skill.pk)
    with unit_of_work(world.pandar.id):
        AgentSkill.objects.create(organization_id=world.pandar.id, agent_id=world.agent.id, skill=skill)
    assert reason(world) == "next"


def test_only_whoever_gave_it_back_could_take_it(world: Any) -> None:
    ticket = world.ticket(agent=world.agent)
    world.api(world.agent).post(f"tickets/{ticket.pk}/release/")
    with unit_of_work(world.pandar.id):
        AgentProfile.objects.exclude(user=world.agent).delete()
    every_agent(world, availability="available")
    assert reason(world) == "only_releaser"


def test_nobody_is_inside_a_shift(world: Any) -> None:
    world.ticket()
    every_agent(world, availability="available")
    day = (timezone.now() + timedelta(days=3)).weekday()
    with unit_of_work(world.pandar.id):
        for agent in AgentProfile.objects.all():
            Shift.objects.create(organization_id=world.pandar.id, agent=agent, weekday=day, starts=time(9), ends=time(10))
    assert reason(world) == "nobody_on_shift"
    with unit_of_work(world.pandar.id):
        Shift.objects.filter(agent_id=world.agent.id).delete()
    assert reason(world) == "next"


@pytest.mark.parametrize(("utc", "on"), [
    ("2024-03-30T20:59", False), ("2024-03-30T21:00", True), ("2024-03-31T03:59", True), ("2024-03-31T04:00", False),
    ("2024-10-26T19:59", False), ("2024-10-26T20:00", True), ("2024-10-27T04:59", True), ("2024-10-27T05:00", False),
    ("2024-10-23T09:29", False), ("2024-10-23T09:30", True), ("2024-10-23T12:00", False), ("2024-10-23T16:00", True),
])
def test_shifts_as_they_are_kept_decide_who_is_on_duty(world: Any, utc: str, on: bool) -> None:
    """A night over both changes of the clocks, and a day in two parts in another zone."""
    ids = {"organization_id": world.pandar.id, "agent_id": world.agent.id}
    with unit_of_work(world.pandar.id):
        Shift.objects.create(**ids, weekday=5, starts=time(22), ends=time(6), time_zone="Europe/Berlin")
        Shift.objects.create(**ids, weekday=2, starts=time(15), ends=time(17, 30), time_zone="Asia/Kolkata")
        Shift.objects.create(**ids, weekday=2, starts=time(21), ends=time(22), time_zone="Asia/Kolkata")
        found = {c.agent: c.on_shift for c in queries.candidates(datetime.fromisoformat(utc).replace(tzinfo=UTC))}
    assert found == {world.agent.id: on, world.teammate.id: True}


def test_who_is_outside_their_shift_is_given_nothing(world: Any) -> None:
    ticket = world.ticket()
    every_agent(world, availability="available")
    now = timezone.now()
    with unit_of_work(world.pandar.id):
        AgentProfile.objects.exclude(user=world.agent).delete()
        ended = Shift.objects.create(organization_id=world.pandar.id, agent_id=world.agent.id, weekday=(now - timedelta(days=2)).weekday(),
                                     starts=time(22), ends=time(6))
    assert (assign_queue(organization=world.pandar.id), world.pandar.fresh(ticket).status) == (0, "queued")
    with unit_of_work(world.pandar.id):
        yesterday = (now - timedelta(days=1)).weekday()
        Shift.objects.filter(pk=ended.pk).update(weekday=yesterday, starts=time(23, 59, 59, 999999), ends=time(23, 59, 59))
    assert assign_queue(organization=world.pandar.id) == 1, "it began yesterday and goes on until the last second of today"


def test_all_are_at_capacity(world: Any) -> None:
    world.ticket()
    every_agent(world, availability="available", capacity=0)
    assert reason(world) == "all_at_capacity"


def test_assignment_is_switched_off(world: Any) -> None:
    world.ticket()
    every_agent(world, availability="available")
    with unit_of_work(world.pandar.id):
        QueueSettings.objects.update(assigns_automatically=False)
    assert reason(world) == "paused"


def test_it_is_being_assigned(world: Any) -> None:
    world.ticket()
    every_agent(world, availability="available")
    assert reason(world) == "next"


def test_whoever_is_an_agent_no_more_is_no_reason_to_wait(world: Any) -> None:
    from accounts.models import User

    world.ticket()
    every_agent(world, availability="available")
    with unit_of_work(world.pandar.id):
        User.objects.filter(agent__isnull=False).update(is_active=False)
    assert reason(world) == "no_agents"


def crew(world: Any) -> list[Any]:
    """Agents of several kinds, some of them alone in theirs; the skills that there are."""
    with unit_of_work(world.pandar.id):
        ids = {"organization_id": world.pandar.id}
        cards, money = (Skill.objects.create(name=name, **ids) for name in ("Cards", "Money"))
        day = (timezone.now() + timedelta(days=3)).weekday()
        for number, (available, room, skills, later) in enumerate([
            ("available", 0, [cards], False), ("available", 0, [cards], False), ("offline", 5, [cards, money], False),
            ("available", 5, [money], True), ("available", 0, [], False), ("away", 5, [], True),
        ]):
            user = people.create_user(email=f"crew-{number}@pandar.test", name=f"Crew {number}", role="agent", hashed=world.agent.password,
                                      actor=System(world.pandar.id))
            AgentProfile.objects.filter(user=user).update(availability=available, capacity=room)
            for skill in skills:
                AgentSkill.objects.create(agent_id=user.id, skill=skill, **ids)
            if later:
                Shift.objects.create(agent_id=user.id, weekday=day, starts=time(9), ends=time(10), **ids)
        AgentProfile.objects.filter(user__in=[world.agent.id, world.teammate.id]).update(availability="offline")
    return [cards.id, money.id]


def told(world: Any, skills: list[Any], kinds: str = queries.KINDS) -> tuple[list[Reason], list[Reason]]:
    """Why tickets of every need wait: by one look at each kind of agents, and by a look at every agent."""
    with unit_of_work(world.pandar.id):
        everybody = queries.candidates()
        before, queries.KINDS = queries.KINDS, kinds
        try:
            duty = queries.duty()
        finally:
            queries.KINDS = before
    givers = (None, *(c.agent for c in everybody))
    needs = [Waiting(world.pandar.id, skill=skill, released_by=by) for skill in (None, *skills) for by in givers]
    return [duty.reason(waiting) for waiting in needs], [reason_of(waiting, everybody) for waiting in needs]


def test_two_agents_of_each_kind_tell_the_reason(world: Any) -> None:
    """One of each would not: who gave a ticket back may be just that one. That is the negative control."""
    skills = crew(world)
    by_kind, by_everybody = told(world, skills)
    assert by_kind == by_everybody
    assert len(set(by_kind)) > 2
    by_one, by_everybody = told(world, skills, queries.KINDS.replace("[1:2]", "[1:1]"))
    assert by_one != by_everybody
