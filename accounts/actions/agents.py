"""Availability, capacity, skills, shifts, and noticing who is gone."""
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from accounts import audit
from accounts.actor import AnyActor
from accounts.models import AgentProfile, AgentSkill, Availability, Shift, Skill
from accounts.shifts import Hours
from accounts.wire import AgentStatusChanged
from foundation import events
from foundation.errors import Forbidden, Invalid, NotFound
from foundation.events import Push
from foundation.socket.frames import encode
from foundation.units import unit_of_work

GONE_AFTER = timedelta(seconds=60)
SEEN_EVERY = timedelta(seconds=10)
MANAGES = "accounts.manage_agents"
TEACHES = "accounts.change_agentskill"
PLANS = "accounts.change_shift"
MOST_SHIFTS = 50  # of an agent
# It waits for no row that something else changes now: whoever waits here while holding others would break the order of locks.
SEEN = """
WITH free AS MATERIALIZED (
  SELECT user_id FROM accounts_agentprofile
  WHERE user_id = ANY (%(agents)s::uuid[]) AND (last_seen_at IS NULL OR last_seen_at < now() - %(seen_every)s::interval)
  ORDER BY user_id FOR UPDATE SKIP LOCKED)
UPDATE accounts_agentprofile a SET last_seen_at = now() FROM free f WHERE a.user_id = f.user_id
"""


def staff_group(organization: UUID) -> str:
    """The sockets of an organization's staff."""
    return f"org:{organization}:staff"


def change(*, agent: AgentProfile, actor: AnyActor, availability: str | None = None, capacity: int | None = None) -> AgentProfile:
    """Set an agent's availability (their own or, for a manager, anyone's) and capacity (managers only)."""
    if agent.user_id != actor.id and not actor.may(MANAGES):
        raise Forbidden("You may change your own availability only.")
    if capacity is not None and not actor.may(MANAGES):
        raise Forbidden("Only a manager may change an agent's capacity.")
    agent = locked(agent.user_id)
    before = {"availability": agent.availability, "capacity": agent.capacity}
    if availability is not None:
        _become(agent, availability)
    if capacity is not None:
        agent.capacity = capacity
    agent.last_seen_at = Now() if agent.user_id == actor.id or availability else agent.last_seen_at
    agent.save()
    agent.refresh_from_db()
    _tell(agent, before, actor)
    return agent


def locked(agent: UUID) -> AgentProfile:
    """An agent's row, locked for the rest of the unit; raises NotFound."""
    found = AgentProfile.objects.select_for_update().filter(user_id=agent).first()
    if found is None:
        raise NotFound("There is no such agent.")
    return found


def _become(agent: AgentProfile, availability: str) -> None:
    if availability not in Availability.values:
        raise Invalid("This availability does not exist.", fields={"availability": [f"One of {', '.join(Availability.values)}."]})
    agent.lost_connection = False
    agent.went_offline_at = (agent.went_offline_at or Now()) if availability == Availability.OFFLINE else None
    agent.availability = availability


def _tell(agent: AgentProfile, before: dict[str, Any], actor: AnyActor) -> None:
    after = {"availability": agent.availability, "capacity": agent.capacity}
    if before == after:
        return
    if agent.user_id != actor.id or before["capacity"] != after["capacity"]:
        audit.record("agent_changed", actor=actor, target=agent, before=before, after=after)
    announce(agent)
    if agent.availability == Availability.AVAILABLE:
        events.emit("agent.available", {"agent": str(agent.user_id)})


def announce(agent: AgentProfile) -> None:
    """`agent-status-changed` to the organization's staff."""
    frame = AgentStatusChanged(agent=agent.user_id, availability=agent.availability, lost_connection=agent.lost_connection)
    events.hint(Push(staff_group(agent.organization_id), encode(frame)))


def set_skills(*, agent: AgentProfile, skills: Collection[UUID], actor: AnyActor) -> None:
    """What a locked agent knows from now on. Raises Forbidden, and Invalid for a skill that does not exist."""
    if not actor.may(TEACHES):
        raise Forbidden("You may not change what agents know.")
    names = dict(Skill.objects.filter(pk__in={*skills, *agent.agentskill_set.values_list("skill_id", flat=True)}).values_list("pk", "name"))
    if set(skills) - names.keys():
        raise Invalid("Some fields are not valid.", fields={"skills": ["There is no such skill."]})
    known = set(agent.agentskill_set.values_list("skill_id", flat=True))
    if known == set(skills):
        return
    agent.agentskill_set.exclude(skill_id__in=skills).delete()
    AgentSkill.objects.bulk_create(
        AgentSkill(organization_id=agent.organization_id, agent=agent, skill_id=skill) for skill in sorted(set(skills) - known))
    _reshaped(agent, actor, "agent_skills_changed", {"skills": sorted(names[key] for key in known)},
              {"skills": sorted(names[key] for key in skills)})


def set_shifts(*, agent: AgentProfile, shifts: Iterable[Hours], actor: AnyActor) -> None:
    """When a locked agent works from now on; without any, always. Raises Forbidden, and Invalid for what is no working time."""
    if not actor.may(PLANS):
        raise Forbidden("You may not change when agents work.")
    wanted = sorted(set(shifts), key=lambda shift: (shift.weekday, shift.starts, shift.ends, shift.time_zone))
    check_shifts(wanted)
    rows = [Shift(organization_id=agent.organization_id, agent=agent, **asdict(shift)) for shift in wanted]
    before, after = [str(shift) for shift in agent.shifts.order_by("weekday", "starts", "ends", "time_zone")], [str(row) for row in rows]
    if before == after:
        return
    agent.shifts.all().delete()
    Shift.objects.bulk_create(rows)
    _reshaped(agent, actor, "agent_shifts_changed", {"shifts": before}, {"shifts": after})


def check_shifts(shifts: Sequence[Hours]) -> None:
    """Raises Invalid with everything that is wrong with them."""
    wrong = [*([f"At most {MOST_SHIFTS}."] if len(shifts) > MOST_SHIFTS else []),
             *(["There is no such time zone. Use an IANA name, such as Africa/Lagos or Europe/Berlin."]
               if {shift.time_zone for shift in shifts} - available_timezones() else []),
             *(["A shift ends at another time than it begins."] if any(shift.starts == shift.ends for shift in shifts) else [])]
    if wrong:
        raise Invalid("Some fields are not valid.", fields={"shifts": wrong})


def _reshaped(agent: AgentProfile, actor: AnyActor, act: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    """On record, shown to the staff, and a reason to look at the queue again."""
    audit.record(act, actor=actor, target=agent, before=before, after=after)
    announce(agent)
    if agent.availability == Availability.AVAILABLE:
        events.emit("agent.available", {"agent": str(agent.user_id)})


def seen(agents: Collection[UUID]) -> None:
    """Remember that these agents were here just now, at most once in ten seconds each."""
    with connection.cursor() as cursor:
        cursor.execute(SEEN, seen_by(agents))


def seen_by(agents: Collection[UUID]) -> dict[str, Any]:
    """The parameters of SEEN."""
    return {"agents": list(agents), "seen_every": SEEN_EVERY}


def seen_after_commit(*, organization: UUID, agent: UUID) -> None:
    """Remember that the agent was here, once the current unit of work is over: within it, it would hold the agent's row while the
    unit waits for conversations and for the assignment lock, which come first in the order of locks."""
    stale = Q(last_seen_at=None) | Q(last_seen_at__lt=Now() - SEEN_EVERY)
    if AgentProfile.objects.filter(stale, user_id=agent).exists():
        transaction.on_commit(partial(seen_now, organization, agent), robust=True)


def seen_now(organization: UUID, agent: UUID) -> None:
    """The same in a unit of its own."""
    with unit_of_work(organization):
        seen([agent])


def left(agent: UUID) -> None:
    """The agent's last socket on a server is gone: the minute after which they count as offline begins now."""
    AgentProfile.objects.filter(user_id=agent).update(last_seen_at=Now())


def organizations_with_gone_agents() -> list[UUID]:
    """Organizations in which somebody on duty has not been seen for a minute."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT organizations_with_gone_agents(make_interval(secs => %s))", [GONE_AFTER.total_seconds()])
        return [row[0] for row in cursor.fetchall()]


def mark_gone(*, organization: UUID) -> int:
    """Take agents offline who have not been seen for a minute; returns how many. Idempotent under any number of workers."""
    with unit_of_work(organization):
        gone = AgentProfile.objects.select_for_update(skip_locked=True).exclude(availability=Availability.OFFLINE).filter(
            last_seen_at__lt=Now() - GONE_AFTER)
        agents = list(gone.order_by("user_id"))
        AgentProfile.objects.filter(user_id__in=[agent.user_id for agent in agents]).update(
            availability=Availability.OFFLINE, lost_connection=True, went_offline_at=Now())
        for agent in agents:
            agent.availability, agent.lost_connection = Availability.OFFLINE, True
            announce(agent)
    return len(agents)
