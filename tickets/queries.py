"""Reading tickets and the queue. Lists are one prepared statement whose JSON PostgreSQL builds."""
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, time
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from accounts.actor import AnyActor
from accounts.models import AgentProfile, Skill, User
from accounts.shifts import Hours, on_shift, outlook
from foundation.errors import NotFound
from foundation.models import Delivery
from foundation.units import current_organization
from tickets import lifecycle
from tickets.assignment import TEXTS, Candidate, Reach, Reason, Waiting, reason
from tickets.models import QueueSettings, Status, Ticket

ASSIGN_TASK = "tickets.tasks.assign"
UNREAD_MOST = 100
# How a row becomes JSON: `ticket_json` in the migrations says what it holds.
PREFIX = "coalesce((SELECT q.number_prefix FROM tickets_queuesettings q WHERE q.organization_id = %(organization)s::uuid LIMIT 1), '')"
JSON = f"""
ticket_json(t, {PREFIX}, c.name, c.email, a.name, k.slug, k.name,
  (SELECT array_agg(g.name ORDER BY g.name) FROM tickets_tickettag g
   WHERE g.organization_id = t.organization_id AND g.ticket_id = t.conversation_id),
  CASE WHEN %(staff)s::boolean THEN v.staff_seq ELSE v.public_seq END, {{unread}}, %(staff)s::boolean)
"""
UNREAD_OF = f"""
(SELECT count(*) FROM (
  SELECT 1 FROM chat_entry e
  WHERE e.organization_id = %(organization)s::uuid AND e.conversation_id = t.conversation_id AND e.kind = 'message'
    AND e.staff_seq > coalesce((SELECT m.staff_seq FROM chat_readmark m WHERE m.organization_id = %(organization)s::uuid
                                AND m.conversation_id = t.conversation_id AND m.user_id = {{viewer}}), 0)
    AND e.sender_id IS DISTINCT FROM {{viewer}} AND ({{staff}} OR e.public_seq IS NOT NULL)
  LIMIT {UNREAD_MOST}) unread)
"""
UNREAD = UNREAD_OF.format(viewer="%(viewer)s::uuid", staff="%(staff)s::boolean")
JOINS = """
JOIN chat_conversation v ON v.id = t.conversation_id
JOIN accounts_user c ON c.id = t.customer_id
LEFT JOIN accounts_user a ON a.id = t.assignee_id
LEFT JOIN tickets_category k ON k.id = t.category_id
"""
ONE = f"""
SELECT {JSON.format(unread=UNREAD)} FROM tickets_ticket t {JOINS}
WHERE t.conversation_id = %(ticket)s AND (%(staff)s OR t.customer_id = %(viewer)s)
"""
# Those that come before a ticket in the queue's order, counted from its head, and no further than is told.
BEFORE = """
SELECT count(*) FROM (
  SELECT 1 FROM tickets_ticket b
  WHERE b.organization_id = %(organization)s AND b.status = 'queued'
    AND (b.priority > %(priority)s
         OR b.priority = %(priority)s AND (b.created_at, b.conversation_id) < (%(created_at)s, %(ticket)s))
  ORDER BY b.priority DESC, b.created_at, b.conversation_id LIMIT %(most)s) counted
"""
PLACES_MOST = 100
ATTENDED = {Reason.NEXT, Reason.ALL_AT_CAPACITY}
# A ticket's follow-ups, and theirs, that take messages of the customer.
FOLLOW_UPS = """
WITH RECURSIVE later AS (
  SELECT t.conversation_id, t.customer_id, t.status, t.resolved_at FROM tickets_ticket t
  WHERE t.organization_id = %(organization)s AND t.follow_up_of_id = %(ticket)s
  UNION ALL
  SELECT t.conversation_id, t.customer_id, t.status, t.resolved_at
  FROM later JOIN tickets_ticket t ON t.organization_id = %(organization)s AND t.follow_up_of_id = later.conversation_id)
SELECT conversation_id FROM later
WHERE customer_id = %(customer)s AND status <> 'closed' AND (status <> 'resolved' OR resolved_at >= %(reopens_since)s)
ORDER BY conversation_id
"""
HELD = f"""
SELECT t.conversation_id, {PREFIX} || '-' || t.number, t.subject, c.name, t.status, v.staff_seq, {UNREAD}
FROM tickets_ticket t JOIN chat_conversation v ON v.id = t.conversation_id JOIN accounts_user c ON c.id = t.customer_id
WHERE t.organization_id = %(organization)s::uuid AND t.assignee_id = %(viewer)s::uuid AND t.status IN ('assigned', 'in_progress', 'pending')
ORDER BY t.conversation_id DESC LIMIT %(most)s
"""
HELD_MOST = 1_000
Rows = Sequence[tuple[Any, ...]]
LOAD = """
SELECT a.user_id, u.name, a.availability, a.capacity, a.turn, a.lost_connection, a.last_seen_at,
  (SELECT count(*) FROM tickets_ticket t WHERE t.organization_id = a.organization_id AND t.assignee_id = a.user_id
     AND t.status IN ('assigned', 'in_progress')),
  (SELECT coalesce(array_agg(s.skill_id), '{}') FROM accounts_agentskill s
     WHERE s.organization_id = a.organization_id AND s.agent_id = a.user_id),
  (SELECT coalesce(json_agg(json_build_array(h.weekday, h.starts, h.ends, h.time_zone))::text, '[]') FROM accounts_shift h
     WHERE h.organization_id = a.organization_id AND h.agent_id = a.user_id)
FROM accounts_agentprofile a JOIN accounts_user u ON u.id = a.user_id AND u.is_active
WHERE a.organization_id = %(organization)s::uuid AND EXISTS (
  SELECT 1 FROM accounts_rolepermission rp JOIN auth_permission p ON p.id = rp.permission_id
  WHERE rp.organization_id = a.organization_id AND rp.role_id = u.role_id AND p.codename = 'serve_customers')
ORDER BY u.name, a.user_id
"""
# What goes back into the queue when its agent has been offline for the grace time; also since when they are.
ABSENCE = """
SELECT a.user_id, a.went_offline_at,
  (SELECT count(*) FROM tickets_ticket t WHERE t.organization_id = a.organization_id AND t.assignee_id = a.user_id
     AND t.status IN ('assigned', 'in_progress', 'pending') AND t.first_response_at IS NULL)
FROM accounts_agentprofile a WHERE a.organization_id = %(organization)s::uuid
"""
# Agents who are alike for the queue, as one row: its reasons ask whether there is any who. Two of them are named, for a ticket may wait for
# anybody but the one who gave it back.
KINDS = """
SELECT a.availability = 'available', a.capacity > coalesce(l.many, 0), coalesce(k.skills, '{}'), coalesce(h.shifts, '[]'),
       (array_agg(a.user_id))[1:2]
FROM accounts_agentprofile a JOIN accounts_user u ON u.id = a.user_id AND u.is_active
LEFT JOIN (
  SELECT t.assignee_id, count(*) AS many FROM tickets_ticket t
  WHERE t.organization_id = %(organization)s::uuid AND t.status IN ('assigned', 'in_progress') GROUP BY 1) l ON l.assignee_id = a.user_id
LEFT JOIN (
  SELECT s.agent_id, array_agg(s.skill_id ORDER BY s.skill_id) AS skills FROM accounts_agentskill s
  WHERE s.organization_id = %(organization)s::uuid GROUP BY 1) k ON k.agent_id = a.user_id
LEFT JOIN (
  SELECT s.agent_id, json_agg(json_build_array(s.weekday, s.starts, s.ends, s.time_zone)
                              ORDER BY s.weekday, s.starts, s.ends, s.time_zone)::text AS shifts FROM accounts_shift s
  WHERE s.organization_id = %(organization)s::uuid GROUP BY 1) h ON h.agent_id = a.user_id
WHERE a.organization_id = %(organization)s::uuid AND u.role_id IN (
  SELECT rp.role_id FROM accounts_rolepermission rp JOIN auth_permission p ON p.id = rp.permission_id
  WHERE rp.organization_id = %(organization)s::uuid AND p.codename = 'serve_customers')
GROUP BY 1, 2, 3, 4
"""
PAUSED = "SELECT NOT assigns_automatically FROM tickets_queuesettings WHERE organization_id = %(organization)s::uuid"
QUEUE = """
SELECT t.conversation_id, coalesce(t.skill_id, k.skill_id), t.preferred_agent_id, t.released_by_id
FROM tickets_ticket t LEFT JOIN tickets_category k ON k.id = t.category_id
WHERE t.organization_id = %s AND t.status = 'queued' ORDER BY t.priority DESC, t.created_at, t.conversation_id
LIMIT %s OFFSET %s
"""
AMONG = """
SELECT t.conversation_id, coalesce(t.skill_id, k.skill_id), t.preferred_agent_id, t.released_by_id
FROM tickets_ticket t LEFT JOIN tickets_category k ON k.id = t.category_id
WHERE t.conversation_id = ANY (%s) AND t.status = 'queued' ORDER BY t.priority DESC, t.created_at, t.conversation_id
"""
# What tickets.assignment.within() takes of the queue, and no more of it is read: of each category the first, as many as its skill has
# places; of each skill those that were sent to it; then those that an agent with places gave back, who are kinds of their own.
# What is one value stands in an ORDER BY, and for a skill as a range, where only the index that leads with it has that order: by statistics
# that are old, the whole queue's would do as well.
WITHIN = """
WITH known AS MATERIALIZED (
  SELECT * FROM unnest(%(skills)s::uuid[], %(knowing)s::bigint[]) r (skill, most) WHERE r.most > 0),
kinds AS MATERIALIZED (
  SELECT k.id AS category, k.skill_id AS skill, CASE WHEN k.skill_id IS NULL THEN %(anybody)s ELSE r.most END AS most
  FROM tickets_category k LEFT JOIN known r ON r.skill = k.skill_id
  WHERE k.organization_id = %(organization)s AND (k.skill_id IS NULL OR r.skill IS NOT NULL)),
found AS (
  SELECT t.*, k.skill, k.most FROM kinds k CROSS JOIN LATERAL (
    SELECT t.conversation_id, t.preferred_agent_id, t.released_by_id, t.priority, t.created_at FROM tickets_ticket t
    WHERE t.organization_id = %(organization)s AND t.status = 'queued' AND t.skill_id IS NULL AND t.category_id = k.category
      AND (t.released_by_id IS NULL OR t.released_by_id <> ALL (%(agents)s::uuid[]))
    ORDER BY t.priority DESC, t.created_at, t.conversation_id LIMIT k.most) t
  UNION ALL (
    SELECT t.conversation_id, t.preferred_agent_id, t.released_by_id, t.priority, t.created_at, NULL, %(anybody)s FROM tickets_ticket t
    WHERE t.organization_id = %(organization)s AND t.status = 'queued' AND t.skill_id IS NULL AND t.category_id IS NULL
      AND (t.released_by_id IS NULL OR t.released_by_id <> ALL (%(agents)s::uuid[]))
    ORDER BY t.category_id, t.priority DESC, t.created_at, t.conversation_id LIMIT %(anybody)s)
  UNION ALL
  SELECT t.*, r.skill, r.most FROM known r CROSS JOIN LATERAL (
    SELECT t.conversation_id, t.preferred_agent_id, t.released_by_id, t.priority, t.created_at FROM tickets_ticket t
    WHERE t.organization_id = %(organization)s AND t.status = 'queued' AND t.skill_id BETWEEN r.skill AND r.skill
      AND (t.released_by_id IS NULL OR t.released_by_id <> ALL (%(agents)s::uuid[]))
    ORDER BY t.skill_id, t.priority DESC, t.created_at, t.conversation_id LIMIT r.most) t
  UNION ALL
    SELECT t.conversation_id, t.preferred_agent_id, t.released_by_id, t.priority, t.created_at, coalesce(r.skill, k.skill),
           coalesce(r.most, k.most, %(anybody)s)
    FROM tickets_ticket t LEFT JOIN known r ON r.skill = t.skill_id
    LEFT JOIN kinds k ON t.skill_id IS NULL AND k.category = t.category_id
    WHERE t.organization_id = %(organization)s AND t.status = 'queued' AND t.released_by_id IS NOT NULL
      AND t.released_by_id = ANY (%(agents)s::uuid[])
      AND CASE WHEN t.skill_id IS NOT NULL THEN r.skill IS NOT NULL ELSE t.category_id IS NULL OR k.category IS NOT NULL END)
SELECT conversation_id, skill, preferred_agent_id, released_by_id FROM (
  SELECT *, row_number() OVER (
    PARTITION BY skill, CASE WHEN released_by_id = ANY (%(agents)s::uuid[]) THEN released_by_id END
    ORDER BY priority DESC, created_at, conversation_id) AS place
  FROM found) numbered
WHERE place <= most ORDER BY priority DESC, created_at, conversation_id
"""


def visible_to(actor: AnyActor) -> QuerySet[Ticket]:
    """Staff see all tickets of their organization, a customer their own."""
    mine = Ticket.objects.filter(organization_id=actor.organization_id)
    return mine if actor.staff else mine.filter(customer_id=actor.id)


def settings() -> QueueSettings:
    """The organization's queue settings, or what they are before anyone set them."""
    organization = current_organization()
    return QueueSettings.objects.filter(pk=organization).first() or QueueSettings(pk=organization)


def prefix() -> str:
    """What stands before the organization's ticket numbers."""
    return settings().number_prefix


def one(actor: AnyActor, ticket: UUID) -> dict[str, Any]:
    """A ticket as the lists show it; raises NotFound."""
    given: dict[str, Any] = {"organization": actor.organization_id, "staff": actor.staff, "viewer": actor.id, "ticket": ticket}
    with connection.cursor() as cursor:
        cursor.execute(ONE, given)
        row = cursor.fetchone()
    if row is None:
        raise NotFound("There is no such ticket.")
    shown: dict[str, Any] = orjson.loads(row[0])
    return shown


def detail(actor: AnyActor, ticket: UUID) -> dict[str, Any]:
    """A ticket with what the actor may do with it; raises NotFound."""
    shown = one(actor, ticket)
    row = Ticket.objects.select_related("skill", "category__skill").get(pk=ticket)
    before, after = Q(pk=row.follow_up_of_id), Q(follow_up_of=row)
    return {**shown, "skill": needed_skill(row) if actor.staff else None,
            "follow_up_of": next(iter(_briefly(actor, before)), None) if row.follow_up_of_id else None,
            "follow_ups": _briefly(actor, after), "waiting": place_of(row) if row.status == Status.QUEUED else None,
            "allowed_statuses": lifecycle.allowed_by_hand(row, actor),
            "allowed_actions": lifecycle.possible_actions(row, actor), "writing": lifecycle.writing(row, actor)}


def place_of(ticket: Ticket) -> dict[str, Any]:
    """Where in the queue a ticket waits, exact for the first hundred, and whether anybody who could take it is there now."""
    given = {"organization": ticket.organization_id, "priority": ticket.priority, "created_at": ticket.created_at, "ticket": ticket.pk,
             "most": PLACES_MOST}
    with connection.cursor() as cursor:
        cursor.execute(BEFORE, given)
        (before,) = cursor.fetchone()
    exact = before < PLACES_MOST
    return {"position": before + exact, "exact": exact, "since": ticket.queued_at,
            "attended": replace(duty(), paused=False).reason(waiting_of(ticket)) in ATTENDED}


def _briefly(actor: AnyActor, which: Q) -> list[dict[str, Any]]:
    """Tickets as others refer to them, oldest first; those that the actor sees."""
    found = list(visible_to(actor).filter(which).order_by("pk").values("pk", "number", "subject", "status"))
    before = prefix() if found else ""
    return [{"id": row["pk"], "number": f"{before}-{row['number']}", "subject": row["subject"], "status": row["status"]} for row in found]


def open_follow_ups(actor: AnyActor, ticket: UUID) -> list[UUID]:
    """A ticket's follow-ups, and theirs, to which this customer may still write, in the order in which conversations are locked."""
    given = {"organization": actor.organization_id, "ticket": ticket, "customer": actor.id,
             "reopens_since": timezone.now() - lifecycle.REOPENS_FOR}
    with connection.cursor() as cursor:
        cursor.execute(FOLLOW_UPS, given)
        return [key for (key,) in cursor.fetchall()]


def needed_skill(ticket: Ticket) -> dict[str, Any] | None:
    """The skill that an agent needs to be assigned the ticket: the one that it was sent to, else its category's."""
    skill = ticket.skill or (ticket.category.skill if ticket.category else None)
    return {"id": skill.id, "name": skill.name} if skill else None


def why_waits(ticket: Ticket) -> dict[str, str]:
    """Why a queued ticket waits, as the queue says it."""
    why = duty().reason(waiting_of(ticket))
    return {"reason": why.value, "reason_text": TEXTS[why]}


def waiting_of(ticket: Ticket) -> Waiting:
    """A queued ticket as the assignment sees it."""
    skill = needed_skill(ticket)
    return Waiting(ticket.pk, skill["id"] if skill else None, ticket.preferred_agent_id, ticket.released_by_id)


def last_turn() -> int:
    """The number of the organization's last assignment; read it under the assignment lock."""
    return AgentProfile.objects.filter(organization_id=current_organization()).aggregate(last=Max("turn"))["last"] or 0


def agents(now: datetime | None = None) -> list[dict[str, Any]]:
    """Every agent with availability, load, and whether a shift is on; also what the queue needs of them."""
    now = now or timezone.now()
    names = ("id", "name", "availability", "capacity", "turn", "lost_connection", "last_seen_at", "load", "skills", "shifts")
    found = [dict(zip(names, row, strict=True)) for row in _agents()]
    for agent in found:
        agent["shifts"] = worked(agent["shifts"])
        agent["on_shift"] = on_shift(agent["shifts"], now)
    return found


def _agents() -> Rows:
    with connection.cursor() as cursor:
        cursor.execute(LOAD, {"organization": current_organization()})
        return cursor.fetchall()


def worked(shifts: str) -> list[Hours]:
    """Shifts from their JSON; most agents have none."""
    return [hours(*shift) for shift in orjson.loads(shifts)] if shifts != "[]" else []


def hours(weekday: int, starts: str, ends: str, time_zone: str) -> Hours:
    """A shift from its JSON."""
    return Hours(weekday, time.fromisoformat(starts), time.fromisoformat(ends), time_zone)


def candidates(now: datetime | None = None) -> list[Candidate]:
    """The agents as the assignment sees them."""
    now = now or timezone.now()
    return [
        Candidate(agent=agent, available=availability == "available", load=load, capacity=capacity, turn=turn, skills=frozenset(skills),
                  on_shift=on_shift(worked(shifts), now))
        for agent, _, availability, capacity, turn, _, _, load, skills, shifts in _agents()
    ]


@dataclass(frozen=True)
class Duty:
    """What decides why tickets wait: agents of each kind, and whether assignment is switched off."""

    candidates: Sequence[Candidate]
    paused: bool
    known: dict[tuple[UUID | None, UUID | None], Reason] = field(default_factory=dict)

    def reason(self, waiting: Waiting) -> Reason:
        """Why a ticket waits; asked once for all that need the same of an agent."""
        needs = waiting.skill, waiting.released_by
        if needs not in self.known:
            self.known[needs] = reason(waiting, self.candidates, paused=self.paused)
        return self.known[needs]


def duty() -> Duty:
    """The organization's agents as they are now."""
    given = {"organization": current_organization()}
    with connection.cursor() as cursor:
        cursor.execute(KINDS, given)
        kinds = cursor.fetchall()
        cursor.execute(PAUSED, given)
        return duty_of(kinds, cursor.fetchall())


def duty_of(kinds: Rows, paused: Rows) -> Duty:
    """The same of the rows of KINDS and PAUSED; before anyone set anything, assignment is on."""
    now = timezone.now()
    candidates = [
        Candidate(agent=agent, available=available, load=0, capacity=int(free), skills=frozenset(skills),
                  on_shift=on_shift(worked(shifts), now))
        for available, free, skills, shifts, agents in kinds for agent in agents
    ]
    return Duty(candidates, paused=bool(paused and paused[0][0]))


def waiting(*, most: int | None = None, offset: int = 0) -> list[Waiting]:
    """The queue in its order, or a part of it."""
    with connection.cursor() as cursor:
        cursor.execute(QUEUE, [current_organization(), most, offset])
        return [Waiting(*row) for row in cursor.fetchall()]


def within_reach(reach: Reach) -> list[Waiting]:
    """The part of the queue that decides, in its order."""
    given: dict[str, Any] = {"organization": current_organization(), "anybody": reach.anybody, "skills": list(reach.knowing),
                             "knowing": list(reach.knowing.values()), "agents": list(reach.agents)}
    with connection.cursor() as cursor:
        cursor.execute(WITHIN, given)
        return [Waiting(*row) for row in cursor.fetchall()]


def waiting_among(tickets: Collection[UUID]) -> list[Waiting]:
    """Those of the tickets that wait, in the queue's order."""
    with connection.cursor() as cursor:
        cursor.execute(AMONG, [list(tickets)])
        return [Waiting(*row) for row in cursor.fetchall()]


LOCK_QUEUED = """
SELECT c.id FROM chat_conversation c JOIN tickets_ticket t ON t.conversation_id = c.id
WHERE c.id = ANY (%s) AND t.status = 'queued' ORDER BY c.id FOR UPDATE OF c
"""


def lock_queued(tickets: Sequence[UUID]) -> set[UUID]:
    """Those of the tickets that wait, their conversations locked in the order of their keys."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK_QUEUED, [list(tickets)])
        return {key for (key,) in cursor.fetchall()}


def lock_agents(agents: Collection[UUID]) -> set[UUID]:
    """The agents' rows, locked in the order of their keys."""
    rows = AgentProfile.objects.select_for_update().filter(pk__in=agents).order_by("pk")
    return set(rows.values_list("pk", flat=True))


def assignments_asked_for() -> list[UUID]:
    """The deliveries that an assignment of this organization will have answered."""
    return list(Delivery.objects.filter(organization_id=current_organization(), subscriber=ASSIGN_TASK).values_list("id", flat=True))


def held(actor: AnyActor) -> list[dict[str, Any]]:
    """What the actor has to answer: their tickets that are not over, the newest thousand, with the head of each and what they have not read
    of it."""
    names = ("id", "number", "subject", "customer", "status", "head", "unread")
    with connection.cursor() as cursor:
        cursor.execute(HELD, {"organization": actor.organization_id, "viewer": actor.id, "staff": True, "most": HELD_MOST})
        return [dict(zip(names, row, strict=True)) for row in reversed(cursor.fetchall())]


def agents_named(keys: Collection[UUID]) -> dict[UUID, User]:
    """Users by key."""
    return {user.id: user for user in User.objects.filter(id__in=keys).only("id", "name")}


def numbers_of(tickets: Sequence[UUID]) -> dict[UUID, str]:
    """Tickets' numbers, as people read them."""
    before = prefix()
    return {key: f"{before}-{number}" for key, number in Ticket.objects.filter(pk__in=tickets).values_list("pk", "number")}


def agents_shown(now: datetime | None = None) -> list[dict[str, Any]]:
    """Every agent as the API shows them."""
    now = now or timezone.now()
    names, absence, grace = dict(Skill.objects.values_list("id", "name")), _absence(), settings().grace_seconds
    return [_shown(agent, names, now) | absence[agent["id"]] | {"grace_seconds": grace} for agent in agents(now)]


def _absence() -> dict[UUID, dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(ABSENCE, {"organization": current_organization()})
        return {agent: {"offline_since": since, "unanswered": unanswered} for agent, since, unanswered in cursor.fetchall()}


def _shown(agent: dict[str, Any], skills: Mapping[UUID, str], now: datetime) -> dict[str, Any]:
    ahead = outlook(agent["shifts"], now)
    return {**{key: value for key, value in agent.items() if key != "turn"}, "skills": sorted(skills[skill] for skill in agent["skills"]),
            "shifts": [asdict(shift) for shift in agent["shifts"]], "shift_until": ahead.until, "shift_next": ahead.next}


def agent_visible(actor: AnyActor, agent: UUID) -> None:
    """Raises NotFound unless the actor sees this agent: whoever sees the queue sees the organization's."""
    if not actor.may("tickets.view_queue") or not AgentProfile.objects.filter(organization_id=actor.organization_id, pk=agent).exists():
        raise NotFound("There is no such agent.")
