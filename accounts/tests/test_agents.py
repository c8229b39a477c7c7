"""Agents say whether they are there; who is gone is noticed by the house."""
import json
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db.models.functions import Now
from django.utils import timezone
from redis import Redis

from accounts import socket, tasks
from accounts.actions import agents
from accounts.models import AgentProfile, AuditEntry, Availability, Shift
from accounts.tests.parallel import at_once
from foundation import events
from foundation.models import Event, Heartbeat
from foundation.units import unit_of_work
from tickets import queries


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The frames that staff are shown."""
    frames: list[dict[str, Any]] = []

    def publish(group: str, frame: str, *, exclude: str = "") -> None:
        assert group.endswith(":staff")
        frames.append(json.loads(frame))

    monkeypatch.setattr(events.hints(), "publish", publish)
    return frames


def profile(world: Any, person: Any = None) -> AgentProfile:
    with unit_of_work(world.pandar.id):
        return AgentProfile.objects.get(user=person or world.agent)


def set_profile(world: Any, **given: Any) -> None:
    with unit_of_work(world.pandar.id):
        AgentProfile.objects.filter(user=world.agent).update(**given)


def unseen_for(world: Any, seconds: float) -> None:
    set_profile(world, last_seen_at=Now() - timedelta(seconds=seconds))


def mark_gone(world: Any) -> int:
    return agents.mark_gone(organization=world.pandar.id)


def test_agents_and_nobody_else_have_a_profile(world: Any) -> None:
    with unit_of_work(world.pandar.id):
        assert set(AgentProfile.objects.values_list("pk", flat=True)) == {world.agent.id, world.teammate.id}
    assert profile(world).availability == "offline"


@pytest.mark.parametrize("before", Availability.values)
@pytest.mark.parametrize("after", Availability.values)
def test_every_change_of_ones_own_availability(world: Any, before: str, after: str, told: list[dict[str, Any]]) -> None:
    set_profile(world, availability=before)
    shown = world.api(world.agent).patch("agents/me/", {"availability": after}).data
    assert shown["availability"] == after == profile(world).availability
    assert (profile(world).went_offline_at is not None) == (after == "offline")
    changed = (
        [{"type": "agent-status-changed", "agent": str(world.agent.id), "availability": after, "lost_connection": False}]
        if before != after
        else []
    )
    assert told == changed
    with unit_of_work(world.pandar.id):
        assert Event.objects.filter(kind="agent.available").count() == (before != after and after == "available")
        assert AuditEntry.objects.filter(action="agent_changed").count() == 0, "one's own availability is no sensitive act"


def test_an_availability_that_is_none_is_refused(world: Any) -> None:
    for wrong in ("here", "", None, 1):
        assert world.api(world.agent).patch("agents/me/", {"availability": wrong}).status == 400
    assert world.api(world.agent).patch("agents/me/").status == 400
    assert profile(world).availability == "offline"


def test_capacity_is_the_managers(world: Any) -> None:
    path = f"agents/{world.agent.id}/"
    assert world.api(world.agent).patch(path, {"capacity": 9}).status == 403
    world.api(world.agent).patch("agents/me/", {"availability": "busy", "capacity": 9})
    assert profile(world).capacity == 5
    assert world.api(world.manager).patch(path, {"capacity": 9}).data["capacity"] == 9
    with unit_of_work(world.pandar.id):
        entry = AuditEntry.objects.get(action="agent_changed")
    assert entry.before
    assert entry.after
    assert (entry.before["capacity"], entry.after["capacity"], entry.actor_id) == (5, 9, world.manager.id)


NO_CAPACITIES = [-1, 1001, "many", None, 1.5]


def test_a_capacity_that_makes_no_sense_is_refused(world: Any) -> None:
    for capacity in NO_CAPACITIES:
        assert world.api(world.manager).patch(f"agents/{world.agent.id}/", {"capacity": capacity}).status == 400
        assert profile(world).capacity == 5


def test_more_room_asks_for_an_assignment(world: Any) -> None:
    set_profile(world, availability="available")
    world.api(world.manager).patch(f"agents/{world.agent.id}/", {"capacity": 6})
    with unit_of_work(world.pandar.id):
        assert Event.objects.filter(kind="agent.available").count() == 1


def test_who_may_change_whom(world: Any) -> None:
    path = f"agents/{world.agent.id}/"
    assert world.api(world.manager).patch(path, {"availability": "away"}).data["availability"] == "away"
    assert world.api(world.teammate).patch(path, {"availability": "busy"}).status == 403
    assert world.api(world.customer).patch(path, {"availability": "busy"}).status == 404
    assert world.api(world.acme.manager).patch(path, {"availability": "busy"}).status == 404
    assert world.api(world.manager).patch(f"agents/{world.customer.id}/", {"availability": "busy"}).status == 404
    assert world.api(world.manager).patch("agents/me/", {"availability": "busy"}).status == 404
    assert world.api(world.customer).patch("agents/me/", {"availability": "busy"}).status == 403
    assert profile(world).availability == "away"


def test_staff_see_the_agents_of_their_organization(world: Any) -> None:
    rows = world.api(world.teammate).get("agents/").data
    assert [row["id"] for row in rows] == [str(world.agent.id), str(world.teammate.id)]
    assert set(rows[0]) == {
        "id",
        "name",
        "availability",
        "capacity",
        "lost_connection",
        "last_seen_at",
        "load",
        "unanswered",
        "grace_seconds",
        "offline_since",
        "skills",
        "shifts",
        "on_shift",
        "shift_until",
        "shift_next",
        "version",
        "allowed",
    }
    assert world.api(world.customer).get("agents/").status == 403


def test_it_is_shown_what_would_go_back_and_when(world: Any) -> None:
    held = [world.ticket(agent=world.agent) for _ in range(3)]
    world.api(world.agent).post(f"tickets/{held[0].pk}/messages/", {"client_id": str(uuid4()), "text": "Hello."})
    world.api(world.agent).patch("agents/me/", {"availability": "available"})
    shown = world.api(world.agent).get("agents/me/").data
    assert (shown["load"], shown["unanswered"], shown["grace_seconds"], shown["offline_since"]) == (3, 2, 300, None)
    world.api(world.agent).patch("agents/me/", {"availability": "offline"})
    since = datetime.fromisoformat(world.api(world.agent).get("agents/me/").data["offline_since"])
    assert since == profile(world).went_offline_at


def test_ones_own_tickets_that_are_not_over_and_what_is_unread_of_them(world: Any) -> None:
    first, second, over, _ = (world.ticket(agent=world.agent) for _ in range(4))
    world.ticket(agent=world.teammate)
    world.ticket()
    world.api(world.agent).post(f"tickets/{over.pk}/status/", {"status": "in_progress"})
    world.api(world.agent).post(f"tickets/{over.pk}/status/", {"status": "resolved"})
    world.api(world.customer).post(f"tickets/{second.pk}/messages/", {"client_id": str(uuid4()), "text": "And?"})
    listed = {row["id"]: row for row in world.api(world.agent).get("tickets/", assignee="me").data}
    rows = world.api(world.agent).get("agents/me/tickets/").data
    assert [row["id"] for row in rows] == sorted(listed.keys() - {str(over.pk)})
    assert rows[1] == {**{name: listed[str(second.pk)][name] for name in ("id", "number", "subject", "status", "head", "unread")},
                       "customer": world.customer.name}
    assert rows[1]["unread"] == rows[0]["unread"] + 1
    assert world.api(world.manager).get("agents/me/tickets/").data == []
    assert world.api(world.customer).get("agents/me/tickets/").status == 403
    assert rows[0]["id"] == str(first.pk)


def test_of_ones_own_tickets_the_newest_are_listed_and_no_more(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    tickets = sorted(str(world.ticket(agent=world.agent).pk) for _ in range(3))
    monkeypatch.setattr(queries, "HELD_MOST", 2)
    assert [row["id"] for row in world.api(world.agent).get("agents/me/tickets/").data] == tickets[1:]


def test_shifts_are_shown_as_the_moments_that_come_of_them(world: Any) -> None:
    with unit_of_work(world.pandar.id):
        for day in range(7):
            Shift.objects.create(organization_id=world.pandar.id, agent_id=world.agent.id, weekday=day, starts=time(9), ends=time(17))
        at_ten, at_night = (next(row for row in queries.agents_shown(datetime(2026, 3, 2, hour, tzinfo=UTC)) if row["id"] == world.agent.id)
                            for hour in (10, 22))
    tomorrow = datetime(2026, 3, 3, 9, tzinfo=UTC)
    assert (at_ten["on_shift"], at_ten["shift_until"], at_ten["shift_next"]) == (True, datetime(2026, 3, 2, 17, tzinfo=UTC), tomorrow)
    assert (at_night["on_shift"], at_night["shift_until"], at_night["shift_next"]) == (False, None, tomorrow)


def test_after_a_minute_unseen_an_agent_is_offline(world: Any, told: list[dict[str, Any]]) -> None:
    set_profile(world, availability="busy")
    unseen_for(world, 61)
    assert agents.organizations_with_gone_agents() == [world.pandar.id]
    assert mark_gone(world) == 1
    found = profile(world)
    assert (found.availability, found.lost_connection, found.went_offline_at is not None) == ("offline", True, True)
    assert told == [{"type": "agent-status-changed", "agent": str(world.agent.id), "availability": "offline", "lost_connection": True}]
    assert (mark_gone(world), agents.organizations_with_gone_agents()) == (0, [])


@pytest.mark.parametrize(("availability", "seconds"), [("available", 50), ("busy", 30), ("away", 0), ("offline", 3600)])
def test_within_the_minute_and_once_offline_nothing_changes(world: Any, availability: str, seconds: float) -> None:
    set_profile(world, availability=availability)
    unseen_for(world, seconds)
    assert (agents.organizations_with_gone_agents(), mark_gone(world)) == ([], 0)
    assert (profile(world).availability, profile(world).lost_connection) == (availability, False)


def test_never_seen_is_unknown_and_not_gone(world: Any) -> None:
    set_profile(world, availability="available", last_seen_at=None)
    assert mark_gone(world) == 0


def test_a_wiped_redis_is_not_offline(world: Any, redis_url: str) -> None:
    set_profile(world, availability="available")
    unseen_for(world, 5)
    with Redis.from_url(redis_url) as client:
        client.flushall()
    assert mark_gone(world) == 0
    assert profile(world).availability == "available"


def test_eight_workers_mark_one_once(world: Any, told: list[dict[str, Any]]) -> None:
    set_profile(world, availability="available")
    unseen_for(world, 61)
    assert sum(at_once([lambda: mark_gone(world)] * 8)) == 1
    assert len(told) == 1


def test_any_request_counts_as_seen(world: Any) -> None:
    set_profile(world, availability="available")
    unseen_for(world, 61)
    world.api(world.agent).get("auth/me/")
    assert mark_gone(world) == 0
    world.api(world.teammate).get("auth/me/")
    unseen_for(world, 61)
    assert mark_gone(world) == 1, "somebody else's request does not"


def test_seen_is_written_once_in_ten_seconds(world: Any) -> None:
    for age, written in ((5, False), (11, True)):
        unseen_for(world, age)
        before = profile(world).last_seen_at
        world.api(world.agent).get("auth/me/")
        assert (profile(world).last_seen_at != before) is written


def test_on_return_the_agent_is_told(world: Any) -> None:
    def welcome() -> list[Any]:
        return socket.welcome(socket.of_token(world.token(world.agent), ""))

    assert welcome() == []
    set_profile(world, availability="available")
    unseen_for(world, 61)
    mark_gone(world)
    (frame,) = welcome()
    assert (frame.agent, frame.availability, frame.lost_connection) == (world.agent.id, "offline", True)
    assert world.api(world.agent).get("agents/me/").data["lost_connection"] is True
    world.api(world.agent).patch("agents/me/", {"availability": "available"})
    assert welcome() == []
    assert socket.welcome(socket.of_token(world.token(world.customer), "")) == []


def test_a_last_socket_that_closes_begins_the_minute(world: Any) -> None:
    unseen_for(world, 300)
    set_profile(world, availability="available")
    socket.gone(socket.of_token(world.token(world.agent), ""))
    assert mark_gone(world) == 0
    assert profile(world).availability == "available", "a manual status survives"


def test_going_offline_by_oneself_is_no_lost_connection(world: Any) -> None:
    world.api(world.agent).patch("agents/me/", {"availability": "available"})
    world.api(world.agent).patch("agents/me/", {"availability": "offline"})
    went = profile(world).went_offline_at
    assert went is not None
    world.api(world.agent).patch("agents/me/", {"availability": "offline"})
    assert (profile(world).lost_connection, profile(world).went_offline_at) == (False, went)


def test_after_an_outage_everybody_has_a_minute_to_show_up_again(world: Any) -> None:
    """While the database was away nobody could be seen; the watch begins anew and takes nobody offline at once."""
    world.available(world.agent)
    with unit_of_work(world.pandar.id):
        AgentProfile.objects.update(last_seen_at=timezone.now() - timedelta(minutes=5))
    tasks.mark_gone_agents()
    assert availability(world, world.agent) == "available"
    Heartbeat.objects.update(since=timezone.now() - timedelta(seconds=61))
    tasks.mark_gone_agents()
    assert availability(world, world.agent) == "offline"


def availability(world: Any, person: Any) -> str:
    with unit_of_work(world.pandar.id):
        return str(AgentProfile.objects.get(user=person).availability)
