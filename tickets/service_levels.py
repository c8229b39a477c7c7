"""What an organization promises, as `tickets.sla` computes with it: read by one statement, kept for a few seconds by whoever opens tickets;
and as the API shows it."""
import asyncio
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from datetime import time as WallClock
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, transaction

from accounts.actor import AnyActor
from foundation import logs
from foundation.errors import NotFound
from foundation.marks import mark
from foundation.postgresql.pipeline import OPENED, lines
from foundation.units import current_organization, unit_of_work
from tickets.models import Calendar as CalendarRow
from tickets.models import Category, Priority, SlaPolicy
from tickets.sla.agreement import Policy
from tickets.sla.calendars import Calendar, Hours
from tickets.sla.clocks import Kind, Target

KEPT_SECONDS = 5.0  # so late another process's new tickets hear of a changed policy
LOAD = """
SELECT json_build_object(
  'calendars', (SELECT coalesce(json_agg(json_build_object('id', c.id, 'time_zone', c.time_zone, 'hours', c.hours, 'holidays', c.holidays,
                                                           'country', c.country, 'subdivision', c.subdivision)), '[]')
                FROM tickets_calendar c WHERE c.organization_id = %(organization)s::uuid),
  'policies', (SELECT coalesce(json_agg(json_build_object('id', p.id, 'is_default', p.is_default, 'further_levels', p.further_levels,
                 'targets', (SELECT coalesce(json_agg(json_build_array(t.clock, t.priority, t.seconds, t.calendar_id)), '[]')
                             FROM tickets_slatarget t WHERE t.organization_id = p.organization_id AND t.policy_id = p.id))), '[]')
               FROM tickets_slapolicy p WHERE p.organization_id = %(organization)s::uuid),
  'categories', (SELECT coalesce(json_object_agg(k.slug, k.sla_policy_id), '{}')
                 FROM tickets_category k WHERE k.organization_id = %(organization)s::uuid AND k.sla_policy_id IS NOT NULL))::text
"""


@dataclass(frozen=True)
class Promises:
    """An organization's calendars and policies."""

    calendars: Mapping[UUID, Calendar] = field(default_factory=dict)
    policies: Mapping[UUID, Policy] = field(default_factory=dict)
    default: UUID | None = None
    categories: Mapping[str, UUID] = field(default_factory=dict)  # by slug, those that have a policy of their own

    def policy_of(self, category: str | None) -> Policy | None:
        """What is promised of a ticket of this category, named by its slug."""
        key = self.categories.get(category, self.default) if category else self.default
        return self.policies.get(key) if key else None


def load() -> Promises:
    """What the organization of the open unit of work promises now."""
    with connection.cursor() as cursor:
        cursor.execute(LOAD, {"organization": current_organization()})
        return read(cursor.fetchone()[0])


def read(text: str, before: Promises | None = None) -> Promises:
    """Of the JSON of LOAD; a calendar that is as it was before stays the same one, with the days that it has computed."""
    found = orjson.loads(text)
    known = {calendar: calendar for calendar in before.calendars.values()} if before else {}
    calendars = {UUID(row["id"]): known.get(made := calendar_of(row), made) for row in found["calendars"]}
    return Promises(
        calendars=calendars, policies={UUID(row["id"]): policy_of(row) for row in found["policies"]},
        default=next((UUID(row["id"]) for row in found["policies"] if row["is_default"]), None),
        categories={slug: UUID(policy) for slug, policy in found["categories"].items()})


def calendar_of(row: Mapping[str, Any]) -> Calendar:
    """A calendar as its row or a request describes it."""
    read = WallClock.fromisoformat
    hours = tuple(Hours(each["weekday"], read(each["opens"]), read(each["closes"])) for each in row["hours"])
    holidays = frozenset(date.fromisoformat(each["date"]) for each in row["holidays"])
    return Calendar(row["time_zone"], hours, holidays, row["country"], row["subdivision"])


def policy_of(row: Mapping[str, Any]) -> Policy:
    """A policy as LOAD has it."""
    targets = {(Kind(clock), priority): Target(seconds, UUID(calendar) if calendar else None)
               for clock, priority, seconds, calendar in row["targets"]}
    return Policy(UUID(row["id"]), targets, tuple(row["further_levels"]))


@dataclass
class Kept:
    text: str
    promises: Promises
    until: float


class Shelf:
    """This process's copies, for whoever opens tickets."""

    def __init__(self) -> None:
        self._kept: dict[UUID, Kept] = {}
        self._lock = threading.Lock()
        self._reading: dict[UUID, asyncio.Task[Promises]] = {}

    def of(self, organization: UUID) -> Promises:
        """What it promises, or promised a moment ago. Call it outside a unit of work."""
        kept = self._kept.get(organization)
        if kept and kept.until > time.monotonic():
            return kept.promises
        with unit_of_work(organization), connection.cursor() as cursor:
            cursor.execute(LOAD, {"organization": organization})
            return self._keep(organization, cursor.fetchone()[0])

    async def of_loop(self, organization: UUID) -> Promises:
        """The same on an event loop; all who ask meanwhile wait for one reading."""
        kept = self._kept.get(organization)
        if kept and kept.until > time.monotonic():
            return kept.promises
        task = self._reading.get(organization)
        if task is None or task.get_loop() is not asyncio.get_running_loop():
            task = self._reading[organization] = asyncio.get_running_loop().create_task(self._read(organization), context=logs.nobodys())
        return await asyncio.shield(task)

    async def _read(self, organization: UUID) -> Promises:
        logs.organization_id.set(str(organization))
        try:
            given = {"organization": organization}
            _, ((text,),) = await lines().ask((OPENED, given), (LOAD, given), of=organization)
            return self._keep(organization, text)
        finally:
            self._reading.pop(organization, None)

    def _keep(self, organization: UUID, text: str) -> Promises:
        with self._lock:
            kept = self._kept.get(organization)
            promises = kept.promises if kept and kept.text == text else read(text, kept.promises if kept else None)
            self._kept[organization] = Kept(text, promises, time.monotonic() + KEPT_SECONDS)
            return promises

    def forget(self, organization: UUID | None = None) -> None:
        """Read anew the next time; of all organizations, as a new process does."""
        if organization is None:
            self._kept.clear()
        elif kept := self._kept.get(organization):
            kept.until = 0.0

    def forget_after_commit(self) -> None:
        """This process's next ticket hears of what the current unit of work changes."""
        organization = current_organization()
        transaction.on_commit(lambda: self.forget(organization), robust=True)


shelf = Shelf()


def calendars_shown(actor: AnyActor) -> list[dict[str, Any]]:
    """The organization's calendars as the API shows them."""
    rows = CalendarRow.objects.filter(organization_id=current_organization())
    counting: dict[UUID, set[str]] = {}
    for key, name in SlaPolicy.objects.exclude(targets__calendar=None).values_list("targets__calendar", "name"):
        counting.setdefault(key, set()).add(name)
    return [_calendar_shown(actor, row, sorted(counting.get(row.pk, ()))) for row in rows]


def calendar_shown(actor: AnyActor, calendar: UUID) -> dict[str, Any]:
    """One of them; raises NotFound."""
    found = next((row for row in calendars_shown(actor) if row["id"] == calendar), None)
    if found is None:
        raise NotFound("There is no such calendar.")
    return found


def _calendar_shown(actor: AnyActor, row: CalendarRow, policies: list[str]) -> dict[str, Any]:
    state = calendar_state(row)
    acts = {"change": actor.may("tickets.change_calendar"), "delete": actor.may("tickets.delete_calendar") and not policies}
    return {**state, "id": row.pk, "policies": policies, "version": mark(state), "allowed": [name for name, may in acts.items() if may]}


def calendar_state(row: CalendarRow) -> dict[str, Any]:
    """A calendar as audit entries and computations have it."""
    return {name: getattr(row, name) for name in ("name", "time_zone", "hours", "holidays", "country", "subdivision")}


def policies_shown(actor: AnyActor) -> list[dict[str, Any]]:
    """The organization's policies as the API shows them."""
    rows = SlaPolicy.objects.filter(organization_id=current_organization()).prefetch_related("targets", "categories")
    return [_policy_shown(actor, row) for row in rows]


def policy_shown(actor: AnyActor, policy: UUID) -> dict[str, Any]:
    """One of them; raises NotFound."""
    row = SlaPolicy.objects.filter(organization_id=current_organization(), pk=policy).first()
    if row is None:
        raise NotFound("There is no such policy.")
    return _policy_shown(actor, row)


def _policy_shown(actor: AnyActor, row: SlaPolicy) -> dict[str, Any]:
    state = policy_state(row)
    acts = {"change": "tickets.change_slapolicy", "delete": "tickets.delete_slapolicy"}
    return {**state, "id": row.pk, "version": mark(state), "allowed": [name for name, permission in acts.items() if actor.may(permission)]}


def policy_state(row: SlaPolicy) -> dict[str, Any]:
    """A policy as audit entries have it; the keys of calendars are texts."""
    return {
        "name": row.name, "is_default": row.is_default, "further_levels": row.further_levels,
        "categories": sorted(category.slug for category in row.categories.all()),
        "targets": [{"clock": target.clock, "priority": Priority(target.priority).name.lower(), "seconds": target.seconds,
                     "calendar": target.calendar_id and str(target.calendar_id)} for target in row.targets.all()],
    }


def categories_shown() -> list[dict[str, Any]]:
    """What tickets can be about."""
    rows = Category.objects.filter(organization_id=current_organization()).order_by("name", "slug")
    return [{"slug": slug, "name": name, "skill": skill, "policy": policy}
            for slug, name, skill, policy in rows.values_list("slug", "name", "skill__name", "sla_policy")]
