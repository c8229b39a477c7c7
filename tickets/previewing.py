"""The deadlines that a ticket would have, by what is promised and by what somebody is about to promise."""
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from foundation.errors import Invalid, NotFound
from tickets.actions import promising
from tickets.models import Calendar, Category, Priority
from tickets.service_levels import calendar_of, load
from tickets.sla.agreement import clock_as_json
from tickets.sla.agreement import start as begins
from tickets.sla.clocks import Kind, Target

MOMENTS = ("warning_at", "critical_at", "due_at")


def preview(*, priority: str, start: datetime | None = None, policy: UUID | None = None, category: str | None = None) -> dict[str, Any]:
    """The clocks of a ticket that would be opened then. Raises NotFound for a policy that is not there, Invalid for such a category."""
    promises, at = load(), start or timezone.now()
    if policy is not None and policy not in promises.policies:
        raise NotFound("There is no such policy.")
    if category is not None and not Category.objects.filter(slug=category).exists():
        raise Invalid("Some fields are not valid.", fields={"category": ["There is no such category."]})
    found = promises.policies[policy] if policy else promises.policy_of(category)
    shown: dict[str, Any] = {"policy": found.id if found else None, "start": at}
    for kind in Kind:
        clock = begins(found.targets.get((kind, Priority[priority.upper()])), at, promises.calendars) if found else None
        shown[kind.value] = clock_as_json(clock) if clock else None
    return shown


def draft(*, targets: Sequence[Mapping[str, Any]], start: datetime | None = None,
          calendar: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The same of targets that nobody saved. Where a calendar is given that nobody saved, all of them count by it. Raises Invalid for what
    could not be saved; a target that its calendar never reaches has no moments."""
    at, calendars = start or timezone.now(), dict(load().calendars)
    by = None
    if calendar is not None:
        promising.check_calendar(Calendar(**calendar))
        by = uuid4()
        calendars[by] = calendar_of({"holidays": [], "country": "", "subdivision": "", **calendar})
    elif {target["calendar"] for target in targets if target["calendar"]} - calendars.keys():
        raise Invalid("Some fields are not valid.", fields={"targets": ["There is no such calendar."]})
    shown = []
    for target in targets:
        clock = begins(Target(target["seconds"], by or target["calendar"]), at, calendars)
        moments = clock_as_json(clock) if clock else dict.fromkeys(MOMENTS)
        shown.append({"clock": target["clock"], "priority": target["priority"], **{name: moments[name] for name in MOMENTS}})
    return {"start": at, "targets": shown}
