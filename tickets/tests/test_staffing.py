"""Agents' skills and shifts, skills, the queue's settings and previews of what is not saved, over the API."""
import threading
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connections

from accounts.actions import agents, skills
from accounts.models import AgentProfile, AgentSkill, AuditEntry, Skill, User
from accounts.tests.admin_world import Tenant, ours, page, signed_in, text
from accounts.tests.parallel import PATIENCE, meanwhile, until_blocked
from foundation.errors import Invalid
from foundation.models import Event
from foundation.units import unit_of_work
from tickets.models import Calendar, QueueSettings, SlaPolicy
from tickets.tests.sla_world import HOURS, category, promise

__all__ = ["ours"]
NIGHT = {"weekday": 4, "starts": "22:00", "ends": "06:00", "time_zone": "Asia/Tokyo"}
EVERYBODY = [("admin", 200, True), ("manager", 200, False), ("agent", 200, False), ("customer", 403, False)]


def trail(world: Any, action: str) -> list[Any]:
    with unit_of_work(world.pandar.id):
        return list(AuditEntry.objects.filter(action=action).order_by("id"))


def agent(world: Any, person: User | None = None) -> Any:
    return next(row for row in world.api(world.admin).get("agents/").data if row["id"] == str((person or world.agent).id))


def skill(world: Any, name: str, *people: User) -> Any:
    made = world.api(world.admin).post("skills/", {"name": name, "agents": [person.id for person in people]})
    assert made.status == 201, made.text
    return made.data


# Skills.


def test_a_skill_from_its_making_to_its_end(world: Any) -> None:
    api = world.api(world.admin)
    made = skill(world, "返金", world.agent)
    assert (made["name"], made["agents"], made["available"], made["people"]) == (
        "返金", 1, 0, [{"id": str(world.agent.id), "name": world.agent.name}])
    assert made["allowed"] == ["rename", "agents", "delete"] and api.get("skills/").data == [made]
    changed = api.patch(f"skills/{made['id']}/", {"name": "Refunds", "agents": [world.agent.id, world.teammate.id]}).data
    assert (changed["name"], changed["agents"]) == ("Refunds", 2) and agent(world, world.teammate)["skills"] == ["Refunds"]
    fewer = api.patch(f"skills/{made['id']}/", {"agents": [world.teammate.id]}).data
    assert [person["id"] for person in fewer["people"]] == [str(world.teammate.id)] and agent(world)["skills"] == []
    assert api.delete(f"skills/{made['id']}/").data == {"removed": True}
    assert api.get("skills/").data == [] and agent(world, world.teammate)["skills"] == []
    told = [entry.after for entry in trail(world, "agent_skills_changed")]
    assert told == [{"skills": ["返金"]}, {"skills": ["Refunds"]}, {"skills": []}]
    assert [len(trail(world, f"skill_{verb}")) for verb in ("added", "changed", "deleted")] == [1, 1, 1]


@pytest.mark.parametrize(("person", "reads", "writes"), EVERYBODY)
def test_staff_see_skills_and_admins_change_them(world: Any, person: str, reads: int, writes: bool) -> None:
    known = skill(world, "Cards", world.agent)
    api = world.api(getattr(world, person))
    assert [api.get("skills/").status, api.get(f"skills/{known['id']}/").status, api.get("categories/").status] == [reads] * 3
    if reads == 200 and not writes:
        assert api.get("skills/").data[0]["allowed"] == []
    statuses = [api.post("skills/", {"name": "New"}).status, api.patch(f"skills/{known['id']}/", {"name": "Other"}).status,
                api.patch(f"skills/{known['id']}/", {"agents": []}).status, api.delete(f"skills/{known['id']}/").status]
    assert statuses == ([201, 200, 200, 200] if writes else [403] * 4)


def test_what_is_no_skill_is_refused(world: Any) -> None:
    api, known = world.api(world.admin), skill(world, "Cards")
    for given, field in (({"name": "Cards"}, "name"), ({"name": "CARDS"}, "name"), ({"name": " cards "}, "name"),
                         ({"name": ""}, "name"), ({"name": "x" * 101}, "name"),
                         ({"name": "x", "agents": [str(uuid4())]}, "agents"), ({"name": "x", "agents": [world.manager.id]}, "agents"),
                         ({"name": "x", "agents": [world.acme.agent.id]}, "agents")):
        answer = api.post("skills/", given)
        assert (answer.status, list(answer.body["fields"])) == (400, [field]), given
    assert [row["id"] for row in api.get("skills/").data] == [known["id"]]
    assert api.patch(f"skills/{uuid4()}/", {"name": "x"}).status == 404


def test_capital_letters_make_no_other_skill(world: Any) -> None:
    api = world.api(world.admin)
    cards, other = skill(world, "Cards"), skill(world, "Élan")
    refused = api.patch(f"skills/{other['id']}/", {"name": "cARDS"})
    assert (refused.status, refused.body["fields"]) == (400, {"name": ["This name is taken."]})
    assert api.post("skills/", {"name": "éLAN"}).status == 400
    assert api.patch(f"skills/{cards['id']}/", {"name": "CARDS"}).data["name"] == "CARDS", "its own name is not another's"
    with unit_of_work(world.pandar.id):
        Skill.objects.create(organization_id=world.pandar.id, name="cards")
    assert {row["name"] for row in api.get("skills/").data} == {"CARDS", "Élan", "cards"}, "what was named so before stays"


@pytest.mark.parametrize("locked", [True, False])
def test_nor_do_they_when_two_are_made_at_once(world: Any, committed: None, monkeypatch: pytest.MonkeyPatch, locked: bool) -> None:
    """And without the lock, both are made."""
    if not locked:
        monkeypatch.setattr(skills, "ONE_AT_A_TIME", "SELECT %s::text")
    actor = world.actor(world.admin)

    def second() -> bool:
        with suppress(Invalid), unit_of_work(world.pandar.id):
            skills.create(name="CARDS", actor=actor)
            return True
        return False

    assert meanwhile(world.pandar.id, lambda: skills.create(name="Cards", actor=actor), second) is not locked


def test_a_skill_that_a_category_needs_stays(world: Any) -> None:
    needed = skill(world, "Cards", world.agent)
    row = category(world, "cards")
    with unit_of_work(world.pandar.id):
        row.skill = Skill.objects.get(pk=needed["id"])
        row.save()
    api = world.api(world.admin)
    assert api.delete(f"skills/{needed['id']}/").code == "in_use"
    assert agent(world)["skills"] == ["Cards"] and trail(world, "skill_deleted") == []
    assert api.get("categories/").data == [{"slug": "cards", "name": "cards", "skill": "Cards", "policy": None}]


def test_whoever_is_switched_off_keeps_what_they_know(world: Any) -> None:
    known = skill(world, "Cards", world.agent, world.teammate)
    api = world.api(world.admin)
    api.patch(f"users/{world.teammate.id}/", {"active": False})
    shown = api.get(f"skills/{known['id']}/").data
    assert shown["agents"] == 1
    api.patch(f"skills/{known['id']}/", {"agents": [], "version": shown["version"]})
    with unit_of_work(world.pandar.id):
        assert [row.agent_id for row in AgentSkill.objects.all()] == [world.teammate.id]


def test_of_two_who_change_a_skill_the_second_is_told(world: Any) -> None:
    api, seen = world.api(world.admin), skill(world, "Cards")
    assert api.patch(f"skills/{seen['id']}/", {"agents": [world.agent.id], "version": seen["version"]}).status == 200
    late = api.patch(f"skills/{seen['id']}/", {"name": "Codes", "version": seen["version"]})
    assert (late.code, late.body["current"]["agents"]) == ("stale", 1)


def test_who_teaches_a_skill_and_who_teaches_an_agent_do_not_wait_for_each_other(world: Any) -> None:
    """The one has the skill and wants the agent, the other has the agent and, at the commit, wants the skill to refer to."""
    api, known, answers = world.api(world.admin), skill(world, "Cards"), []

    def teach() -> None:
        answers.append(api.patch(f"agents/{world.agent.id}/", {"skills": [known["id"]]}))
        connections.close_all()

    thread = threading.Thread(target=teach, daemon=True)
    with unit_of_work(world.pandar.id):
        row = skills.locked(UUID(known["id"]))
        thread.start()
        until_blocked(thread)
        skills.set_agents(skill=row, wanted=[world.agent.id], actor=world.actor(world.admin))
    thread.join(PATIENCE)
    assert answers[0].status == 200, answers[0].text
    assert agent(world)["skills"] == ["Cards"]


def test_an_agent_who_learns_two_things_at_once_knows_both(world: Any) -> None:
    cards, codes = skill(world, "Cards"), skill(world, "Codes")
    api, actor = world.api(world.admin), world.actor(world.admin)

    def teach() -> None:
        agents.set_skills(agent=agents.locked(world.agent.id), skills=[UUID(cards["id"])], actor=actor)

    assert meanwhile(world.pandar.id, teach, lambda: api.patch(f"skills/{codes['id']}/", {"agents": [world.agent.id]}).status) == 200
    assert sorted(agent(world)["skills"]) == ["Cards", "Codes"]


def test_what_ends_while_an_agent_learns_it_is_refused(world: Any) -> None:
    known, api, actor = skill(world, "Cards"), world.api(world.admin), world.actor(world.admin)

    def end() -> None:
        skills.delete(skill=skills.locked(UUID(known["id"])), actor=actor)

    late = meanwhile(world.pandar.id, end, lambda: api.patch(f"agents/{world.agent.id}/", {"skills": [known["id"]], "capacity": 9}))
    assert (late.status, late.code) == (409, "conflict")
    assert agent(world)["capacity"] != 9 and agent(world)["skills"] == []


# Agents.


def test_what_an_agent_knows_and_when_they_work(world: Any) -> None:
    known, api = skill(world, "Cards"), world.api(world.admin)
    seen = agent(world)
    assert seen["allowed"] == ["availability", "capacity", "skills", "shifts"]
    given = {"skills": [known["id"]], "shifts": [NIGHT], "capacity": 7, "version": seen["version"]}
    changed = api.patch(f"agents/{world.agent.id}/", given).data
    assert (changed["skills"], changed["capacity"]) == (["Cards"], 7)
    assert changed["shifts"] == [{**NIGHT, "starts": "22:00:00", "ends": "06:00:00"}]
    late = api.patch(f"agents/{world.agent.id}/", {**given, "shifts": []})
    assert (late.code, late.body["current"]["capacity"]) == ("stale", 7)
    assert trail(world, "agent_shifts_changed")[0].after == {"shifts": ["Friday 22:00–06:00 Asia/Tokyo"]}
    again = api.patch(f"agents/{world.agent.id}/", {"skills": [known["id"]], "shifts": [NIGHT, NIGHT]})
    assert again.data["shifts"] == changed["shifts"] and len(trail(world, "agent_shifts_changed")) == 1, "nothing new, nothing recorded"
    assert api.patch(f"agents/{world.agent.id}/", {"shifts": []}).data["shifts"] == []


@pytest.mark.parametrize("shift", [
    {**NIGHT, "time_zone": "Mars/Olympus"}, {**NIGHT, "time_zone": "../etc/passwd"}, {**NIGHT, "ends": "22:00"}, {**NIGHT, "weekday": 7},
    {**NIGHT, "starts": "25:00"}, {"weekday": 1}])
def test_what_is_no_shift_is_refused(world: Any, shift: dict[str, Any]) -> None:
    answer = world.api(world.admin).patch(f"agents/{world.agent.id}/", {"shifts": [NIGHT, shift]})
    assert answer.status == 400 and all(name.startswith("shifts") for name in answer.body["fields"]), answer.text
    assert agent(world)["shifts"] == []


def test_a_skill_that_is_not_there_is_refused(world: Any) -> None:
    foreign = world.api(world.acme.admin).post("skills/", {"name": "Theirs"}).data
    for key in (foreign["id"], str(uuid4())):
        assert list(world.api(world.admin).patch(f"agents/{world.agent.id}/", {"skills": [key]}).body["fields"]) == ["skills"]


@pytest.mark.parametrize(("person", "allowed"), [
    ("manager", ["availability", "capacity"]), ("agent", ["availability"]), ("teammate", [])])
def test_others_plan_nobody(world: Any, person: str, allowed: list[str]) -> None:
    api = world.api(getattr(world, person))
    assert next(row for row in api.get("agents/").data if row["id"] == str(world.agent.id))["allowed"] == allowed
    for given in ({"skills": [skill(world, "Cards")["id"]]}, {"shifts": [NIGHT]}):
        assert api.patch(f"agents/{world.agent.id}/", given).status == 403
        with unit_of_work(world.pandar.id):
            Skill.objects.all().delete()
    assert (agent(world)["skills"], agent(world)["shifts"]) == ([], [])


def test_an_available_agent_who_learns_gets_what_waits(world: Any) -> None:
    world.available(world.agent)
    known = skill(world, "Cards")
    with unit_of_work(world.pandar.id):
        before = Event.objects.filter(kind="agent.available").count()
    world.api(world.admin).patch(f"agents/{world.agent.id}/", {"skills": [known["id"]]})
    world.api(world.admin).patch(f"agents/{world.teammate.id}/", {"skills": [known["id"]]})
    with unit_of_work(world.pandar.id):
        assert Event.objects.filter(kind="agent.available").count() == before + 1, "of the one who is available"


def test_whoever_sees_an_agents_page_without_their_shifts_changes_none(ours: Tenant) -> None:
    profile = ours.rows[AgentProfile]
    role = ours.role("leader", "accounts.use_admin", "accounts.view_agentprofile", "accounts.change_agentprofile",
                     "accounts.manage_agents", "accounts.view_shift", "accounts.view_agentskill")
    client = signed_in(ours.user(role.slug, name="leader"))
    form = {"availability": "away", "capacity": "3"}
    with unit_of_work(ours.organization.id):
        for name, row in (("shifts", profile.shifts.get()), ("agentskill_set", profile.agentskill_set.get())):
            form |= {f"{name}-TOTAL_FORMS": "1", f"{name}-INITIAL_FORMS": "1", f"{name}-0-id": str(row.pk), f"{name}-0-DELETE": "on",
                     f"{name}-0-agent": str(profile.pk)}
    assert client.post(page(AgentProfile, "change", profile.pk), form).status_code == 302
    with unit_of_work(ours.organization.id):
        assert (profile.shifts.count(), profile.agentskill_set.count()) == (1, 1)
    assert ours.fresh(profile).capacity == 3


# The queue.


@pytest.mark.parametrize(
    ("person", "reads", "writes"), [("admin", 200, 200), ("manager", 200, 403), ("agent", 403, 403), ("customer", 403, 403)])
def test_managers_see_how_the_queue_works_and_admins_change_it(world: Any, person: str, reads: int, writes: int) -> None:
    api = world.api(getattr(world, person))
    assert (api.get("queue/settings/").status, api.patch("queue/settings/", {"grace_seconds": 60}).status) == (reads, writes)


def test_how_the_queue_works(world: Any) -> None:
    api = world.api(world.admin)
    first = api.get("queue/settings/").data
    assert (first["number_prefix"], first["assigns_automatically"], first["grace_seconds"]) == ("", True, 300)
    changed = api.patch("queue/settings/", {"number_prefix": "HILFE", "grace_seconds": 0, "version": first["version"]}).data
    assert (changed["number_prefix"], changed["grace_seconds"]) == ("HILFE", 0)
    assert api.patch("queue/settings/", {"grace_seconds": 5, "version": first["version"]}).code == "stale"
    (entry,) = trail(world, "queuesettings_changed")
    assert (entry.before, entry.after) == ({"number_prefix": "", "grace_seconds": 300}, {"number_prefix": "HILFE", "grace_seconds": 0})
    assert world.api(world.customer).get(f"tickets/{world.ticket().pk}/").data["number"].startswith("HILFE-")


@pytest.mark.parametrize(("given", "field"), [
    ({"number_prefix": ""}, "number_prefix"), ({"number_prefix": "PAN-"}, "number_prefix"), ({"number_prefix": "A B"}, "number_prefix"),
    ({"number_prefix": "ABCDEFGHIJK"}, "number_prefix"), ({"grace_seconds": -1}, "grace_seconds"),
    ({"grace_seconds": 90_000}, "grace_seconds")])
def test_what_is_no_setting_is_refused(world: Any, given: dict[str, Any], field: str) -> None:
    answer = world.api(world.admin).patch("queue/settings/", given)
    assert (answer.status, list(answer.body["fields"])) == (400, [field])


def test_assignment_that_is_switched_on_looks_at_the_queue(world: Any) -> None:
    api = world.api(world.admin)
    api.patch("queue/settings/", {"assigns_automatically": False})
    assert world.api(world.manager).get("queue/").data == []
    with unit_of_work(world.pandar.id):
        assert not Event.objects.filter(kind="queue.resumed").exists()
    api.patch("queue/settings/", {"assigns_automatically": True})
    with unit_of_work(world.pandar.id):
        assert Event.objects.filter(kind="queue.resumed").count() == 1


def test_the_same_settings_in_the_admin(ours: Tenant) -> None:
    client, row = signed_in(ours.admin), ours.rows[QueueSettings]
    form = {"number_prefix": "A B", "grace_seconds": "60"}
    answer = client.post(page(QueueSettings, "change", row.pk), form)
    assert answer.status_code == 200 and "ten letters and digits" in text(answer)
    assert client.post(page(QueueSettings, "change", row.pk), {**form, "number_prefix": "AB"}).status_code == 302
    after = ours.fresh(row)
    assert (after.number_prefix, after.assigns_automatically, after.grace_seconds) == ("AB", False, 60)
    assert "queuesettings_changed" in ours.actions()


# What is not saved.

FRIDAY = "2026-06-05T14:00:00Z"  # 16:00 in Berlin
DRAFT = {"time_zone": "Europe/Berlin", "hours": HOURS}
TARGET = {"clock": "first_response", "priority": "high", "seconds": 4 * 3600}


def rows_of(world: Any) -> tuple[int, int]:
    with unit_of_work(world.pandar.id):
        return Calendar.objects.count(), SlaPolicy.objects.count()


def test_the_deadlines_of_what_is_not_saved(world: Any) -> None:
    api = world.api(world.admin)
    shown = api.post("sla/preview/", {"start": FRIDAY, "calendar": DRAFT, "targets": [TARGET, {**TARGET, "clock": "resolution"}]}).data
    assert [row["due_at"] for row in shown["targets"]] == ["2026-06-08T10:00:00+00:00"] * 2, "an hour on Friday and three on Monday"
    assert shown["targets"][0]["warning_at"] == "2026-06-08T08:00:00+00:00"
    assert rows_of(world) == (0, 0), "nothing was written"
    saved = api.post("sla/calendars/", {"name": "Desk", **DRAFT}).data
    both = api.post("sla/preview/", {"start": FRIDAY, "targets": [{**TARGET, "calendar": saved["id"]}, TARGET]}).data["targets"]
    assert [row["due_at"] for row in both] == ["2026-06-08T10:00:00+00:00", "2026-06-05T18:00:00+00:00"]


def test_it_is_what_would_be_promised(world: Any) -> None:
    """The preview of a policy that is not saved is that of the same policy once it is."""
    api = world.api(world.admin)
    calendar = api.post("sla/calendars/", {"name": "Desk", **DRAFT}).data
    policy = promise(world, {"first_response": {"high": 240}}, calendar=UUID(calendar["id"]))
    before = api.post("sla/preview/", {"start": FRIDAY, "targets": [{**TARGET, "calendar": calendar["id"]}]}).data["targets"][0]
    after = api.get("sla/preview/", policy=str(policy.pk), priority="high", start=FRIDAY).data["first_response"]
    assert {name: after[name] for name in ("warning_at", "critical_at", "due_at")} == {
        name: before[name] for name in ("warning_at", "critical_at", "due_at")}


@pytest.mark.parametrize(("given", "field"), [
    ({"calendar": {**DRAFT, "hours": []}}, "hours"), ({"calendar": {**DRAFT, "time_zone": "Mars"}}, "time_zone"),
    ({"calendar": {**DRAFT, "country": "XX"}}, "country"), ({"targets": [{**TARGET, "calendar": str(uuid4())}]}, "targets"),
    ({"targets": [{**TARGET, "seconds": 0}]}, "targets"), ({"targets": [TARGET] * 25}, "targets"), ({"start": "soon"}, "start")])
def test_a_preview_refuses_what_could_not_be_saved(world: Any, given: dict[str, Any], field: str) -> None:
    answer = world.api(world.admin).post("sla/preview/", {"targets": [TARGET], **given})
    assert answer.status == 400 and any(name.startswith(field) or field in name for name in answer.body["fields"]), answer.text


def test_a_target_that_is_never_reached_has_no_moments(world: Any) -> None:
    seldom = {**DRAFT, "hours": [{"weekday": 0, "opens": "09:00", "closes": "09:01"}]}
    shown = world.api(world.admin).post("sla/preview/", {"calendar": seldom, "targets": [{**TARGET, "seconds": 86_400 * 30}]}).data
    assert shown["targets"][0]["due_at"] is None


@pytest.mark.parametrize(("person", "status"), [("admin", 200), ("manager", 200), ("agent", 403), ("customer", 403)])
def test_who_may_preview(world: Any, person: str, status: int) -> None:
    assert world.api(getattr(world, person)).post("sla/preview/", {"targets": [TARGET]}).status == status


def test_calendars_and_policies_have_versions(world: Any) -> None:
    api = world.api(world.admin)
    calendar = api.post("sla/calendars/", {"name": "Desk", **DRAFT}).data
    assert calendar["allowed"] == ["change", "delete"] and calendar["policies"] == []
    policy = api.post("sla/policies/", {"name": "Gold", "targets": [{**TARGET, "calendar": calendar["id"]}]}).data
    for path, row in ((f"sla/calendars/{calendar['id']}/", calendar), (f"sla/policies/{policy['id']}/", policy)):
        assert api.patch(path, {"name": "Newer", "version": row["version"]}).status == 200
        late = api.patch(path, {"name": "Newest", "version": row["version"]})
        assert (late.status, late.code, late.body["current"]["name"]) == (409, "stale", "Newer")
        assert api.patch(path, {"name": "Newest"}).data["name"] == "Newest", "whoever names none writes over it"
    assert (api.get(f"sla/calendars/{calendar['id']}/").data["policies"], api.get(f"sla/calendars/{calendar['id']}/").data["allowed"]) == (
        ["Newest"], ["change"])
    assert world.api(world.manager).get("sla/policies/").data[0]["allowed"] == []
