"""Policies and calendars. What is changed here holds for tickets that are opened from now on; deadlines that run stay as they are."""
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.actor import AnyActor
from foundation import marks
from foundation.errors import Conflict, Invalid, NotFound
from foundation.units import current_organization
from tickets.models import Calendar, Category, Priority, SlaPolicy, SlaTarget
from tickets.service_levels import calendar_of, calendar_shown, calendar_state, policy_shown, policy_state, shelf
from tickets.sla import calendars, holidays

OPENS_WITHIN_DAYS = 366
MOST_HOURS = 100
MOST_HOLIDAYS = 1000
MOST_LEVELS = 5
LONGEST_LEVEL = 10_080  # minutes: a week
Fields = Mapping[str, Any]


def calendar(key: UUID) -> Calendar:
    """One of the organization's, locked; raises NotFound."""
    found = Calendar.objects.select_for_update().filter(pk=key).first()
    if found is None:
        raise NotFound("There is no such calendar.")
    return found


def policy(key: UUID) -> SlaPolicy:
    """One of the organization's, locked; raises NotFound."""
    found = SlaPolicy.objects.select_for_update().filter(pk=key).first()
    if found is None:
        raise NotFound("There is no such policy.")
    return found


def save_calendar(*, actor: AnyActor, given: Fields, key: UUID | None = None, seen: str | None = None) -> Calendar:
    """A new calendar, or another state of one. Raises Invalid for one that never opens, for an unknown zone or country, and where a target
    could no longer be reached; Conflict where `seen` is not the version that it has."""
    row = calendar(key) if key else Calendar(organization_id=current_organization(), hours=[])
    if key and seen:
        marks.check(seen, calendar_shown(actor, key))
    before = calendar_state(row) if key else None
    for name, value in given.items():
        setattr(row, name, value)
    check_calendar(row)
    _stored(row)
    _recorded("calendar", actor, row, before, calendar_state(row))
    return row


def delete_calendar(*, actor: AnyActor, key: UUID) -> None:
    """Raises Conflict while a policy counts by it."""
    row = calendar(key)
    if SlaTarget.objects.filter(calendar=row).exists():
        raise Conflict("Policies count by this calendar.", code="in_use")
    _recorded("calendar", actor, row, calendar_state(row), None)
    row.delete()


def check_calendar(row: Calendar) -> None:
    """Raises Invalid with everything that is wrong with a calendar, also where it opens too seldom for what is promised by it."""
    wrong = {
        **({} if row.time_zone in available_timezones() else {"time_zone": ["There is no such time zone. Use an IANA name."]}),
        **_wrong_place(row),
        **({} if 0 < len(row.hours) <= MOST_HOURS else {"hours": [f"Give 1 to {MOST_HOURS} of them: a calendar has to open."]}),
        **({} if len(row.holidays) <= MOST_HOLIDAYS else {"holidays": [f"At most {MOST_HOLIDAYS}."]}),
    }
    if not wrong and not calendar_of(calendar_state(row)).opens_within(timezone.now(), OPENS_WITHIN_DAYS):
        wrong["hours"] = ["With its holidays this calendar does not open within a year."]
    _refuse(wrong)
    _check_reach(SlaTarget.objects.filter(calendar=row).values_list("seconds", flat=True), row, field="hours")


def _wrong_place(row: Calendar) -> dict[str, list[str]]:
    if not row.country:
        return {"subdivision": ["Name its country too."]} if row.subdivision else {}
    try:
        holidays.check(row.country, row.subdivision)
    except holidays.NoSuchCountry:
        field = "subdivision" if row.subdivision and _known(row.country) else "country"
        return {field: ["Nobody knows its public holidays. Use ISO 3166 codes, such as NG, or DE and BY."]}
    return {}


def _known(country: str) -> bool:
    try:
        holidays.check(country)
    except holidays.NoSuchCountry:
        return False
    return True


def _check_reach(seconds: Iterable[int], row: Calendar, *, field: str) -> None:
    """Raises Invalid where a calendar opens too seldom for what is promised by it."""
    longest = max(seconds, default=0)
    try:
        calendar_of(calendar_state(row)).reached(timezone.now(), timedelta(seconds=longest))
    except calendars.NeverOpen:
        wrong = f"It would take {row.name} more than 40 years to be open so long."
        raise Invalid("Some fields are not valid.", fields={field: [wrong]}) from None


def save_policy(*, actor: AnyActor, given: Fields, key: UUID | None = None, seen: str | None = None) -> SlaPolicy:
    """A new policy, or another state of one. `targets` and `categories` (slugs), where given, replace what was there. A policy that becomes
    the default takes that from the one before. Raises Invalid; Conflict where `seen` is not the version that it has."""
    row = policy(key) if key else SlaPolicy(organization_id=current_organization())
    if key and seen:
        marks.check(seen, policy_shown(actor, key))
    before = policy_state(row) if key else None
    for name in ("name", "is_default", "further_levels"):
        setattr(row, name, given.get(name, getattr(row, name)))
    check_levels(row.further_levels)
    if row.is_default:
        _take_default(row, actor)
    _stored(row)
    if "targets" in given:
        _set_targets(row, given["targets"])
    if "categories" in given:
        _set_categories(row, given["categories"])
    _recorded("sla_policy", actor, row, before, policy_state(row))
    return row


def delete_policy(*, actor: AnyActor, key: UUID) -> None:
    """Its categories have the default one from now on; clocks that run by it go on."""
    row = policy(key)
    _recorded("sla_policy", actor, row, policy_state(row), None)
    row.delete()


def _take_default(row: SlaPolicy, actor: AnyActor) -> None:
    for other in SlaPolicy.objects.select_for_update().filter(is_default=True).exclude(pk=row.pk):
        before = policy_state(other)
        other.is_default = False
        other.save(update_fields=["is_default"])
        _recorded("sla_policy", actor, other, before, policy_state(other))


def check_target(seconds: int, row: Calendar | None, *, field: str) -> None:
    """Raises Invalid for one that its calendar never reaches."""
    if row is not None:
        _check_reach([seconds], row, field=field)


def check_levels(levels: Sequence[int]) -> None:
    """Raises Invalid unless they rise."""
    rising = list(levels) == sorted(set(levels))
    if not (rising and len(levels) <= MOST_LEVELS and all(1 <= level <= LONGEST_LEVEL for level in levels)):
        _refuse({"further_levels": [f"At most {MOST_LEVELS} numbers of minutes, rising, from 1 to {LONGEST_LEVEL}."]})


def _set_targets(row: SlaPolicy, targets: Sequence[Fields]) -> None:
    named = {target["calendar"] for target in targets if target["calendar"]}
    # Locked, so that none is changed or deleted before this policy is known to count by it.
    known = {found.pk: found for found in Calendar.objects.select_for_update().filter(pk__in=named).order_by("pk")}
    if named - known.keys():
        _refuse({"targets": ["There is no such calendar."]})
    places = [(target["clock"], target["priority"]) for target in targets]
    if len(set(places)) < len(places):
        _refuse({"targets": ["One target for each clock and priority."]})
    for target in targets:
        check_target(target["seconds"], known.get(target["calendar"]), field="targets")
    row.targets.all().delete()
    SlaTarget.objects.bulk_create(
        SlaTarget(organization_id=row.organization_id, policy=row, clock=target["clock"], priority=Priority[target["priority"].upper()],
                  seconds=target["seconds"], calendar_id=target["calendar"]) for target in targets)


def _set_categories(row: SlaPolicy, slugs: Sequence[str]) -> None:
    found = Category.objects.filter(slug__in=slugs)
    if set(slugs) - set(found.values_list("slug", flat=True)):
        _refuse({"categories": ["There is no such category."]})
    Category.objects.filter(sla_policy=row).exclude(slug__in=slugs).update(sla_policy=None)
    found.update(sla_policy=row)


def _stored(row: Calendar | SlaPolicy) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if "sla_policy_one_default" in str(error):
            raise Conflict("Another policy became the default at this moment.", code="another_default") from None
        raise Invalid("Some fields are not valid.", fields={"name": ["This name is taken."]}) from None


def _recorded(kind: str, actor: AnyActor, row: Any, before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
    """The audit entry of a change, and no ticket is opened by what was, here from the commit on and elsewhere a few seconds later."""
    shelf.forget_after_commit()
    if before is None or after is None:
        audit.record(f"{kind}_{'added' if before is None else 'deleted'}", actor=actor, target=row, before=before, after=after)
        return
    old, new = audit.changes(before, after)
    if new:
        audit.record(f"{kind}_changed", actor=actor, target=row, before=old, after=new)


def _refuse(wrong: dict[str, list[str]]) -> None:
    if wrong:
        raise Invalid("Some fields are not valid.", fields=wrong)
