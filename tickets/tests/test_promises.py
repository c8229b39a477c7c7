"""Policies and calendars over the API and in Django admin: who may, what is refused, what is recorded, and the preview."""
import threading
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connections, transaction
from django.test import Client

from accounts.models import AuditEntry
from accounts.tests.admin_world import Tenant, ours, page, signed_in, text, theirs
from accounts.tests.parallel import PATIENCE
from foundation.tests.socket_world import eventually
from foundation.units import unit_of_work
from tickets.models import Calendar, Category, SlaPolicy, SlaTarget
from tickets.tests.sla_world import HOURS, category, promise, sla
from tickets.tests.test_locks import waiting_backends

__all__ = ["ours", "theirs"]
DESK: dict[str, Any] = {"name": "Desk", "time_zone": "Europe/Berlin", "hours": HOURS}
SUNDAY = [{"weekday": 6, "opens": "00:00", "closes": "00:00"}]


def trail(world: Any, *actions: str) -> list[Any]:
    with unit_of_work(world.pandar.id):
        return list(AuditEntry.objects.filter(action__in=actions).order_by("id"))


def test_a_calendar_from_its_making_to_its_end(world: Any) -> None:
    api = world.api(world.admin)
    own = [{"date": "2030-05-02", "name": "Closed"}]
    made = api.post("sla/calendars/", {**DESK, "country": "DE", "subdivision": "BY", "holidays": own})
    assert made.status == 201, made.text
    row = made.data
    assert row["hours"] == HOURS and row["holidays"] == own
    assert api.get(f"sla/calendars/{row['id']}/").data == row and api.get("sla/calendars/").data == [row]
    changed = api.patch(f"sla/calendars/{row['id']}/", {"time_zone": "Africa/Lagos"}).data
    assert changed == {**row, "time_zone": "Africa/Lagos", "version": changed["version"]} and changed["version"] != row["version"]
    assert api.delete(f"sla/calendars/{row['id']}/").status == 200
    assert api.get(f"sla/calendars/{row['id']}/").status == 404
    entries = trail(world, "calendar_added", "calendar_changed", "calendar_deleted")
    assert [entry.action for entry in entries] == ["calendar_added", "calendar_changed", "calendar_deleted"]
    assert (entries[1].before, entries[1].after) == ({"time_zone": "Europe/Berlin"}, {"time_zone": "Africa/Lagos"})


NO_CALENDARS: list[tuple[dict[str, Any], str]] = [
    ({"hours": []}, "hours"), ({"hours": [{"weekday": 7, "opens": "09:00", "closes": "17:00"}]}, "hours"),
    ({"hours": [{"weekday": 0, "opens": "09:00:30", "closes": "17:00"}]}, "hours"), ({"hours": [{"weekday": 0, "opens": "9"}]}, "hours"),
    ({"hours": HOURS * 21}, "hours"), ({"time_zone": "Mars/Olympus"}, "time_zone"), ({"country": "XX"}, "country"),
    ({"country": "DE", "subdivision": "XX"}, "subdivision"), ({"subdivision": "BY"}, "subdivision"), ({"name": ""}, "name"),
    ({"holidays": [{"date": "2030-02-30"}]}, "holidays"), ({"name": "a\nb"}, "name"),
]


def test_what_is_no_calendar_is_refused_and_changes_nothing(world: Any) -> None:
    api = world.api(world.admin)
    row = api.post("sla/calendars/", DESK).data
    for given, field in NO_CALENDARS:
        for answer in (api.post("sla/calendars/", {**DESK, "name": "Other", **given}), api.patch(f"sla/calendars/{row['id']}/", given)):
            assert answer.status == 400 and any(name.startswith(field) for name in answer.body["fields"]), (given, answer.text)
    assert api.get("sla/calendars/").data == [row]
    assert list(api.post("sla/calendars/", DESK).body["fields"]) == ["name"], "the name is taken"


def test_a_calendar_that_never_opens_is_refused(world: Any) -> None:
    from datetime import UTC, datetime, timedelta

    today = datetime.now(UTC).date()
    closed = [{"date": str(today + timedelta(days=day)), "name": ""} for day in range(-1, 368)]
    answer = world.api(world.admin).post("sla/calendars/", {**DESK, "holidays": closed})
    assert (answer.status, list(answer.body["fields"])) == (400, ["hours"])
    assert world.api(world.admin).post("sla/calendars/", {**DESK, "holidays": closed[:-200]}).status == 201, "the negative control"
    with unit_of_work(world.pandar.id), pytest.raises(IntegrityError, match="calendar_opens"), transaction.atomic():
        Calendar.objects.create(organization_id=world.pandar.id, name="None", hours=[])


def test_a_policy_from_its_making_to_its_end(world: Any) -> None:
    api = world.api(world.admin)
    calendar = api.post("sla/calendars/", DESK).data
    category(world, "cards")
    category(world, "other")
    targets = [{"clock": "resolution", "priority": "high", "seconds": 7200, "calendar": calendar["id"]},
               {"clock": "first_response", "priority": "normal", "seconds": 60, "calendar": None}]
    made = api.post("sla/policies/", {"name": "Gold", "targets": targets, "categories": ["cards"], "further_levels": [30, 60]})
    assert made.status == 201, made.text
    row = made.data
    assert (row["is_default"], row["further_levels"], row["categories"]) == (False, [30, 60], ["cards"])
    assert sorted(row["targets"], key=str) == sorted(targets, key=str)
    assert api.get(f"sla/policies/{row['id']}/").data == row and api.get("sla/policies/").data == [row]
    changed = api.patch(f"sla/policies/{row['id']}/", {"categories": ["other"], "targets": targets[:1]}).data
    assert (changed["categories"], changed["targets"], changed["further_levels"]) == (["other"], targets[:1], [30, 60])
    assert api.delete(f"sla/calendars/{calendar['id']}/").code == "in_use"
    assert api.delete(f"sla/policies/{row['id']}/").status == 200
    with unit_of_work(world.pandar.id):
        assert not SlaTarget.objects.exists() and not Category.objects.exclude(sla_policy=None).exists()
    assert api.delete(f"sla/calendars/{calendar['id']}/").status == 200
    assert [entry.action for entry in trail(world, "sla_policy_added", "sla_policy_changed", "sla_policy_deleted")] == [
        "sla_policy_added", "sla_policy_changed", "sla_policy_deleted"]


def test_one_policy_is_the_default(world: Any) -> None:
    first = promise(world)
    second = world.api(world.admin).post("sla/policies/", {"name": "New", "is_default": True}).data
    rows = {row["id"]: row["is_default"] for row in world.api(world.admin).get("sla/policies/").data}
    assert rows == {str(first.pk): False, second["id"]: True}
    assert trail(world, "sla_policy_changed")[0].after == {"is_default": False}


def test_what_is_no_policy_is_refused(world: Any) -> None:
    api = world.api(world.admin)
    target = {"clock": "resolution", "priority": "high", "seconds": 60, "calendar": None}
    for given, field in (
        ({"targets": [target, target]}, "targets"), ({"targets": [{**target, "seconds": 0}]}, "targets"),
        ({"targets": [{**target, "clock": "lunch"}]}, "targets"), ({"targets": [{**target, "priority": "no"}]}, "targets"),
        ({"targets": [{**target, "calendar": str(uuid4())}]}, "targets"), ({"targets": [{**target, "calendar": 5}]}, "targets"),
        ({"categories": ["nothing"]}, "categories"), ({"further_levels": [30, 30]}, "further_levels"),
        ({"further_levels": [60, 30]}, "further_levels"), ({"further_levels": [0]}, "further_levels"), ({"name": ""}, "name"),
    ):
        answer = api.post("sla/policies/", {"name": "Gold", **given})
        assert answer.status == 400 and any(name.startswith(field) for name in answer.body["fields"]), (given, answer.text)
    assert api.get("sla/policies/").data == []


def test_what_a_calendar_never_reaches_is_not_promised(world: Any) -> None:
    api = world.api(world.admin)
    seldom = api.post("sla/calendars/", {**DESK, "hours": [{"weekday": 0, "opens": "09:00", "closes": "09:01"}]}).data
    target = {"clock": "resolution", "priority": "high", "seconds": 86_400 * 30, "calendar": seldom["id"]}
    assert list(api.post("sla/policies/", {"name": "Gold", "targets": [target]}).body["fields"]) == ["targets"]
    often = api.patch(f"sla/calendars/{seldom['id']}/", {"hours": SUNDAY})
    assert often.status == 200 and api.post("sla/policies/", {"name": "Gold", "targets": [target]}).status == 201
    back = api.patch(f"sla/calendars/{seldom['id']}/", {"hours": [{"weekday": 0, "opens": "09:00", "closes": "09:01"}]})
    assert list(back.body["fields"]) == ["hours"], "nor by changing the calendar afterwards"


def test_a_calendar_is_not_deleted_under_a_policy_that_begins_to_count_by_it(world: Any) -> None:
    calendar, answers = world.api(world.admin).post("sla/calendars/", DESK).data, list[Any]()

    def delete() -> None:
        answers.append(world.api(world.admin).delete(f"sla/calendars/{calendar['id']}/"))
        connections.close_all()

    deleting = threading.Thread(target=delete, daemon=True)
    with unit_of_work(world.pandar.id):
        promise(world, {"resolution": {"normal": 10}}, calendar=UUID(calendar["id"]))
        deleting.start()
        eventually(lambda: waiting_backends() or answers, "it waits for the policy, or did not")
    deleting.join(PATIENCE)
    assert (answers[0].status, answers[0].code) == (409, "in_use")
    assert sla(world, world.ticket())["resolution"]["calendar"] == calendar["id"]


@pytest.mark.parametrize(
    ("person", "reads", "writes"), [("admin", 200, 201), ("manager", 200, 403), ("agent", 403, 403), ("customer", 403, 403)])
def test_managers_read_and_admins_write(world: Any, person: str, reads: int, writes: int) -> None:
    policy = promise(world)
    api = world.api(getattr(world, person))
    for path in ("sla/policies/", "sla/calendars/", f"sla/policies/{policy.pk}/", "sla/preview/"):
        assert api.get(path).status == reads
    assert [api.post("sla/calendars/", DESK).status, api.post("sla/policies/", {"name": "New"}).status] == [writes] * 2
    assert api.patch(f"sla/policies/{policy.pk}/", {"name": "Newer"}).status == (200 if writes == 201 else 403)
    assert api.delete(f"sla/policies/{policy.pk}/").status == (200 if writes == 201 else 403)


def test_the_preview_says_what_a_ticket_would_have(world: Any) -> None:
    api = world.api(world.admin)
    calendar = api.post("sla/calendars/", DESK).data
    default = promise(world, {"first_response": {"high": 240}, "next_response": {"high": 30}}, calendar=UUID(calendar["id"]))
    cards = promise(world, {"resolution": {"normal": 60}}, name="Cards", is_default=False)
    category(world, "cards", cards)
    shown = api.get("sla/preview/", start="2026-06-05T14:00:00Z", priority="high").data  # a Friday, 16:00 in Berlin
    assert (shown["policy"], shown["resolution"]) == (str(default.pk), None)
    assert shown["first_response"]["due_at"] == "2026-06-08T10:00:00+00:00", "an hour on Friday and three on Monday"
    assert shown["first_response"]["warning_at"] == "2026-06-08T08:00:00+00:00"
    assert shown["next_response"]["due_at"] == "2026-06-05T14:30:00+00:00"
    of_cards = api.get("sla/preview/", category="cards", start="2026-06-05T14:00:00Z").data
    assert of_cards["resolution"]["due_at"] == "2026-06-05T15:00:00+00:00"
    assert api.get("sla/preview/", policy=str(cards.pk)).data["policy"] == str(cards.pk)
    assert api.get("sla/preview/", category="cards", priority="low").data["resolution"] is None
    assert api.get("sla/preview/", policy=str(uuid4())).status == 404
    for query in ({"start": "x"}, {"start": "1900-01-01T00:00:00Z"}, {"colour": "red"}, {"category": "crads"}):
        assert api.get("sla/preview/", **query).status == 400


def test_where_nothing_is_promised_the_preview_says_so(world: Any) -> None:
    shown = world.api(world.manager).get("sla/preview/").data
    assert shown["policy"] is None and shown["first_response"] is None


# Django admin.


@pytest.fixture
def admin(ours: Tenant) -> Client:
    return signed_in(ours.admin)


def calendar_form(**given: str) -> dict[str, str]:
    return {"name": "Desk", "time_zone": "Europe/Berlin", "country": "DE", "subdivision": "", "own_holidays": "2030-12-24 Christmas Eve",
            "opening_hours": "Mon-Fri 09:00-12:30, 13:30-18:00\nSat 22:00-06:00", **given}


def test_a_calendar_in_the_admin(admin: Client, ours: Tenant) -> None:
    assert admin.post(page(Calendar, "add"), calendar_form()).status_code == 302
    with unit_of_work(ours.organization.id):
        row = Calendar.objects.get(name="Desk")
        assert AuditEntry.objects.filter(action="calendar_added").exists()
    assert len(row.hours) == 11 and row.holidays == [{"date": "2030-12-24", "name": "Christmas Eve"}]
    shown = text(admin.get(page(Calendar, "change", row.pk)))
    assert "Mon-Fri 09:00-12:30, 13:30-18:00" in shown and "2030-12-24 Christmas Eve" in shown
    assert admin.post(page(Calendar, "change", row.pk), calendar_form(opening_hours="Mon 08:00-16:00")).status_code == 302
    assert len(ours.fresh(row).hours) == 1
    for wrong, said in (({"opening_hours": "Mon 9-17"}, "should look like"), ({"time_zone": "Mars"}, "no such time zone"),
                        ({"country": "XX"}, "Nobody knows"), ({"own_holidays": "tomorrow"}, "should look like")):
        answer = admin.post(page(Calendar, "change", row.pk), calendar_form(**wrong))
        assert answer.status_code == 200 and said in text(answer)
    assert admin.post(page(Calendar, "delete", row.pk), {"post": "yes"}).status_code == 302 and ours.fresh(row) is None


def targets_form(**given: str) -> dict[str, str]:
    return {"targets-TOTAL_FORMS": "1", "targets-INITIAL_FORMS": "0", "targets-0-clock": "resolution", "targets-0-priority": "3",
            "targets-0-within": "8:00:00", "targets-0-calendar": "", **given}


def test_a_policy_in_the_admin(admin: Client, ours: Tenant) -> None:
    first = {"name": "Gold", "is_default": "on", "further_levels": "30,60", **targets_form()}
    assert admin.post(page(SlaPolicy, "add"), first).status_code == 302
    with unit_of_work(ours.organization.id):
        row = SlaPolicy.objects.get(name="Gold")
        assert (row.further_levels, row.is_default, row.targets.get().seconds) == ([30, 60], True, 28_800)
    assert "8:00:00" in text(admin.get(page(SlaPolicy, "change", row.pk)))
    second = {"name": "Silver", "is_default": "on", "further_levels": "", **targets_form(**{"targets-TOTAL_FORMS": "0"})}
    assert admin.post(page(SlaPolicy, "add"), second).status_code == 302
    assert ours.fresh(row).is_default is False, "the new one has taken it over"
    wrong = {**first, "name": "Bronze", "further_levels": "60,30"}
    assert admin.post(page(SlaPolicy, "add"), wrong).status_code == 200
    assert admin.post(page(SlaPolicy, "add"), {**first, "name": "Bronze", **targets_form(**{"targets-0-within": "0"})}).status_code == 200
    assert admin.post(page(SlaPolicy, "delete", row.pk), {"post": "yes"}).status_code == 302 and ours.fresh(row) is None


def test_what_a_calendar_would_never_reach_is_told_beside_its_hours(admin: Client, ours: Tenant) -> None:
    assert admin.post(page(Calendar, "add"), calendar_form()).status_code == 302
    with unit_of_work(ours.organization.id):
        row = Calendar.objects.get(name="Desk")
    longest = targets_form(**{"targets-0-within": "366 00:00:00", "targets-0-calendar": str(row.pk)})
    assert admin.post(page(SlaPolicy, "add"), {"name": "Gold", "further_levels": "", **longest}).status_code == 302
    refused = admin.post(page(Calendar, "change", row.pk), calendar_form(opening_hours="Mon 09:00-09:01"))
    assert refused.status_code == 200 and "more than 40 years" in text(refused) and len(ours.fresh(row).hours) == 11


def test_a_ticket_opened_after_a_change_in_the_admin_has_it(world: Any) -> None:
    """The page and the API are two doors to one rule, and to one memory of it."""
    assert sla(world, world.ticket()) is None
    admin = signed_in(world.admin)
    form = {"name": "Gold", "is_default": "on", "further_levels": "", **targets_form(**{"targets-0-priority": "2"})}
    assert admin.post(page(SlaPolicy, "add"), form).status_code == 302
    assert sla(world, world.ticket())["resolution"]["target_seconds"] == 28_800
