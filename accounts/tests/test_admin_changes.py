"""What is changed in Django admin goes through the actions, is on record, and makes nobody more powerful than who changed it."""
import json
import re
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from accounts import audit
from accounts.actions import people
from accounts.actor import System
from accounts.models import AgentProfile, AuditEntry, Organization, Role, Session, Shift, Skill, User
from accounts.tests.admin_world import Tenant, ours, page, signed_in, superuser, tenant, text, theirs
from foundation import events
from foundation.errors import Conflict
from foundation.ids import PLATFORM
from foundation.units import unit_of_work

__all__ = ["ours", "theirs"]


@pytest.fixture
def admin(ours: Tenant) -> Client:
    return signed_in(ours.admin)


def entry(tenant: Tenant, action: str) -> Any:
    """The only entry of this action."""
    with unit_of_work(tenant.organization.id):
        return AuditEntry.objects.get(action=action)


def granted(tenant: Tenant, role: Role) -> set[str]:
    with unit_of_work(tenant.organization.id):
        return set(people.permissions_of(role))


def role_named(tenant: Tenant, slug: str) -> Role:
    with unit_of_work(tenant.organization.id):
        return Role.objects.get(slug=slug)


def user_form(user: User, **changed: Any) -> dict[str, Any]:
    return {"name": user.name, "role": str(user.role_id), "is_active": "on", **changed}


# Users.


def test_adding_a_user(admin: Client, ours: Tenant) -> None:
    role = role_named(ours, "agent")
    answer = admin.post(page(User, "add"), {"name": "Ada", "email": "ADA@ours.test", "role": str(role.pk), "email_confirmed": "on"})
    with unit_of_work(ours.organization.id):
        ada = User.objects.get(email="ada@ours.test")
        assert AgentProfile.objects.filter(user=ada).exists()
    assert answer.headers["Location"] == reverse("admin:accounts_user_password", args=[ada.pk])
    assert not ada.has_usable_password() and ada.email_confirmed_at
    with unit_of_work(ours.organization.id):
        recorded = AuditEntry.objects.get(action="user_created", target_id=str(ada.id))
    assert recorded.actor_id == ours.admin.id and recorded.after == {"role": "agent"}


def test_a_known_address_is_an_error_of_the_form(admin: Client, ours: Tenant) -> None:
    data = {"name": "Ada", "email": ours.agent.email, "role": str(ours.agent.role_id)}
    answer = admin.post(page(User, "add"), data)
    assert answer.status_code == 200 and "A user with this address exists already." in text(answer)


def test_an_address_of_another_organization_is_free_here(admin: Client, ours: Tenant, theirs: Tenant) -> None:
    data = {"name": "Ada", "email": theirs.agent.email, "role": str(role_named(ours, "agent").pk)}
    assert admin.post(page(User, "add"), data).status_code == 302


def test_another_role_ends_what_was_granted_under_the_old(admin: Client, ours: Tenant) -> None:
    before = ours.fresh(ours.agent).epoch
    manager = role_named(ours, "manager")
    assert admin.post(page(User, "change", ours.agent.pk), user_form(ours.agent, role=str(manager.pk))).status_code == 302
    after = ours.fresh(ours.agent)
    assert (after.role_id, after.epoch) == (manager.pk, before + 1)
    recorded = entry(ours, "role_changed")
    assert (recorded.before, recorded.after, recorded.actor_id) == ({"role": "agent"}, {"role": "manager"}, ours.admin.id)


def test_disabling_and_renaming(admin: Client, ours: Tenant) -> None:
    admin.post(page(User, "change", ours.agent.pk), {"name": "Renamed", "role": str(ours.agent.role_id)})
    after = ours.fresh(ours.agent)
    assert (after.name, after.is_active) == ("Renamed", False)
    assert entry(ours, "user_disabled").target_id == str(ours.agent.pk)
    assert entry(ours, "user_changed").after == {"name": "Renamed"}


def test_the_address_of_a_user_stays(admin: Client, ours: Tenant) -> None:
    admin.post(page(User, "change", ours.agent.pk), user_form(ours.agent, email="new@ours.test", is_superuser="on", organization=""))
    after = ours.fresh(ours.agent)
    assert (after.email, after.is_superuser, after.organization_id) == (ours.agent.email, False, ours.organization.id)


# Power.


@pytest.fixture
def helper(ours: Tenant) -> User:
    """May administer people and roles, and little else."""
    role = ours.role("helper", "accounts.use_admin", "accounts.view_user", "accounts.add_user", "accounts.change_user",
                     "accounts.view_role", "accounts.add_role", "accounts.change_role", "tickets.view_ticket")
    return ours.user(role.slug, name="helper")


def test_nobody_changes_their_own_role_or_disables_themselves(admin: Client, ours: Tenant) -> None:
    agent = role_named(ours, "agent")
    admin.post(page(User, "change", ours.admin.pk), {"name": "Me", "role": str(agent.pk)})
    after = ours.fresh(ours.admin)
    assert (after.name, after.role_id, after.is_active) == ("Me", ours.admin.role_id, True)


def test_nobody_gives_a_role_that_may_do_more_than_they(helper: User, ours: Tenant) -> None:
    client = signed_in(helper)
    refused = client.post(page(User, "change", ours.agent.pk), user_form(ours.agent, role=str(role_named(ours, "admin").pk)))
    assert refused.status_code == 200 and "permissions that you do not hold" in text(refused)
    refused = client.post(page(User, "add"), {"name": "x", "email": "x@ours.test", "role": str(role_named(ours, "manager").pk)})
    assert refused.status_code == 200 and "permissions that you do not hold" in text(refused)
    assert ours.fresh(ours.agent).role_id == ours.agent.role_id


def test_an_admin_gives_every_shipped_role(admin: Client, ours: Tenant) -> None:
    """The control; agents and customers have duties that an admin has not."""
    for slug in ("admin", "manager", "agent", "customer"):
        role = role_named(ours, slug)
        answer = admin.post(page(User, "add"), {"name": slug, "email": f"new-{slug}@ours.test", "role": str(role.pk)})
        assert answer.status_code == 302, slug


def test_nobody_takes_over_somebody_who_may_do_more(helper: User, ours: Tenant) -> None:
    client = signed_in(helper)
    address = reverse("admin:accounts_user_password", args=[ours.admin.pk])
    refused = client.post(address, {"password": "another good phrase", "again": "another good phrase"})
    assert refused.status_code == 200 and "somebody who may do more than you" in text(refused)
    demoted = client.post(page(User, "change", ours.admin.pk), user_form(ours.admin, role=str(helper.role_id)), follow=True)
    assert "somebody who may do more than you" in text(demoted)
    disabled = client.post(page(User, "change", ours.admin.pk), {"name": "x", "role": str(ours.admin.role_id)}, follow=True)
    assert "somebody who may do more than you" in text(disabled)
    after = ours.fresh(ours.admin)
    assert (after.password, after.role_id, after.is_active, after.name) == (
        ours.admin.password, ours.admin.role_id, True, ours.admin.name)


def test_a_helper_takes_care_of_customers(helper: User, ours: Tenant) -> None:
    """The control: less power is enough over less power."""
    plain = ours.user(ours.role("plain", "tickets.view_ticket").slug, name="plain")
    client = signed_in(helper)
    data = {"password": "another good phrase", "again": "another good phrase"}
    assert client.post(reverse("admin:accounts_user_password", args=[plain.pk]), data).status_code == 302
    assert ours.fresh(plain).password != plain.password


def test_nobody_grants_what_they_do_not_hold(helper: User, ours: Tenant) -> None:
    client = signed_in(helper)
    refused = client.post(page(Role, "add"), {"name": "x", "slug": "x", "is_staff": "on", "granted": ["tickets.close_ticket"]})
    assert refused.status_code == 200 and "permissions that you do not hold" in text(refused)
    manager = role_named(ours, "manager")
    before = granted(ours, manager)
    refused = client.post(page(Role, "change", manager.pk), {"granted": [*before, "accounts.change_organization"]})
    assert refused.status_code == 200 and "permissions that you do not hold" in text(refused)
    assert granted(ours, manager) == before


def test_what_one_does_not_hold_stays_when_the_rest_is_changed(helper: User, ours: Tenant) -> None:
    """A browser sends no disabled checkbox; that takes nothing away."""
    manager = role_named(ours, "manager")
    before = granted(ours, manager)
    assert {"tickets.view_ticket", "tickets.close_ticket"} <= before
    assert signed_in(helper).post(page(Role, "change", manager.pk), {"granted": []}).status_code == 302
    assert granted(ours, manager) == before - {"tickets.view_ticket", "accounts.view_user", "accounts.view_role"}


def test_nobody_changes_what_their_own_role_may_do(helper: User, ours: Tenant) -> None:
    before = granted(ours, helper.role)
    signed_in(helper).post(page(Role, "change", helper.role_id), {"name": "helper", "granted": ["tickets.view_ticket"]})
    assert granted(ours, helper.role) == before


# Roles.


def test_a_role_of_ones_own(admin: Client, ours: Tenant) -> None:
    both = ["tickets.take_ticket", "accounts.serve_customers"]
    data = {"name": "Senior agent", "slug": "senior-agent", "is_staff": "on", "granted": both}
    assert admin.post(page(Role, "add"), data).status_code == 302
    role = role_named(ours, "senior-agent")
    assert granted(ours, role) == {"tickets.take_ticket", "accounts.serve_customers"}
    assert admin.post(page(Role, "change", role.pk), {"name": "Senior", "granted": ["tickets.take_ticket"]}).status_code == 302
    with unit_of_work(ours.organization.id):
        changes = AuditEntry.objects.filter(action="role_permissions_changed", target_id=str(role.pk))
        assert changes[0].before == {"permissions": ["accounts.serve_customers", "tickets.take_ticket"]}
        assert changes[0].after == {"permissions": ["tickets.take_ticket"]}
    assert entry(ours, "role_changed").after == {"name": "Senior"}
    assert admin.post(page(Role, "delete", role.pk), {"post": "yes"}).status_code == 302
    assert ours.fresh(role) is None and entry(ours, "role_deleted").before["name"] == "Senior"


def staff_box(client: Client) -> str:
    """As it stands on the page of a new role."""
    found = re.search(r'<input type="checkbox" name="is_staff"[^>]*>', text(client.get(page(Role, "add"))))
    assert found
    return found[0]


def test_who_is_not_staff_is_not_offered_what_only_staff_may_make(helper: User, ours: Tenant) -> None:
    assert "checked" in staff_box(signed_in(helper)) and "disabled" not in staff_box(signed_in(helper))
    with unit_of_work(ours.organization.id):
        Role.objects.filter(slug="helper").update(is_staff=False)
    client = signed_in(helper)
    assert "checked" not in staff_box(client) and "disabled" in staff_box(client)
    assert client.post(page(Role, "add"), {"name": "Regular", "slug": "regular", "is_staff": "on"}).status_code == 302
    assert not role_named(ours, "regular").is_staff
    shown = text(client.get(page(Role, "change", role_named(ours, "manager").pk)))
    assert "tickets.close_ticket" in shown and "<input type=\"checkbox\"" not in shown
    assert "<input type=\"checkbox\"" in text(client.get(page(Role, "change", role_named(ours, "customer").pk)))


def test_a_change_of_permissions_is_felt_by_the_next_request(admin: Client, helper: User, ours: Tenant) -> None:
    client = signed_in(helper)
    assert client.get(page(Role, "changelist")).status_code == 200
    admin.post(page(Role, "change", helper.role_id), {"name": "helper", "granted": ["accounts.use_admin"]})
    assert client.get(page(Role, "changelist")).status_code == 403


def test_shipped_roles_keep_their_names_and_stay(admin: Client, ours: Tenant) -> None:
    role = role_named(ours, "agent")
    admin.post(page(Role, "change", role.pk), {"name": "x", "slug": "x", "granted": ["tickets.take_ticket"]})
    assert (ours.fresh(role).name, ours.fresh(role).slug) == (role.name, "agent")
    assert admin.post(page(Role, "delete", role.pk), {"post": "yes"}).status_code == 403
    assert ours.fresh(role) is not None


def test_a_role_in_use_stays(admin: Client, ours: Tenant, helper: User) -> None:
    answer = admin.post(page(Role, "delete", helper.role_id), {"post": "yes"})
    assert answer.status_code == 200 and "Cannot delete role" in text(answer)
    assert ours.fresh(helper.role) is not None


def test_what_libraries_define_cannot_be_granted(admin: Client, ours: Tenant) -> None:
    for name in ("django_celery_beat.change_periodictask", "auth.add_permission", "nobody.knows_this"):
        answer = admin.post(page(Role, "add"), {"name": "x", "slug": "x", "granted": [name]})
        assert answer.status_code == 200 and "Select a valid choice" in text(answer)


# Agents.


def agent_form(profile: AgentProfile, shifts: list[dict[str, Any]], skills: list[dict[str, Any]], **changed: Any) -> dict[str, Any]:
    data: dict[str, Any] = {"availability": profile.availability, "capacity": profile.capacity, **changed}
    for prefix, rows in (("shifts", shifts), ("agentskill_set", skills)):
        old = sum("id" in row for row in rows)
        data |= {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": old}
        data |= {f"{prefix}-{n}-{name}": value for n, row in enumerate(rows) for name, value in {**row, "agent": str(profile.pk)}.items()}
    return data


def test_an_agents_capacity_skills_and_shifts(admin: Client, ours: Tenant) -> None:
    profile, skill = ours.rows[AgentProfile], ours.rows[Skill]
    with unit_of_work(ours.organization.id):
        shift, old_skill = profile.shifts.get(), profile.agentskill_set.get()
    night = {"weekday": 4, "starts": "22:00", "ends": "06:00", "time_zone": "Europe/Berlin"}
    old = {"id": str(shift.pk), "weekday": 0, "starts": "10:00", "ends": "17:00", "time_zone": "Africa/Lagos"}
    known = {"id": str(old_skill.pk), "skill": str(skill.pk), "DELETE": "on"}
    data = agent_form(profile, [old, night], [known], capacity=7, availability="away")
    answer = admin.post(page(AgentProfile, "change", profile.pk), data)
    assert answer.status_code == 302, text(answer)
    after = ours.fresh(profile)
    assert (after.capacity, after.availability) == (7, "away")
    with unit_of_work(ours.organization.id):
        assert [str(shift) for shift in profile.shifts.all()] == ["Monday 10:00–17:00 Africa/Lagos", "Friday 22:00–06:00 Europe/Berlin"]
        assert not profile.agentskill_set.exists()
    assert entry(ours, "agent_changed").after == {"availability": "away", "capacity": 7}
    recorded = entry(ours, "agent_shifts_changed")
    assert recorded.before == {"shifts": ["Monday 09:00–17:00 Africa/Lagos"]}
    assert recorded.after == {"shifts": ["Monday 10:00–17:00 Africa/Lagos", "Friday 22:00–06:00 Europe/Berlin"]}
    assert (entry(ours, "agent_skills_changed").before, entry(ours, "agent_skills_changed").after) == (
        {"skills": ["skill ourcanary"]}, {"skills": []})


@pytest.mark.parametrize("name", ["Lagos", "Africa/Nowhere", "../etc/passwd", "+01:00"])
def test_a_time_zone_must_exist(name: str, admin: Client, ours: Tenant) -> None:
    profile = ours.rows[AgentProfile]
    night = {"weekday": 4, "starts": "22:00", "ends": "06:00", "time_zone": name}
    answer = admin.post(page(AgentProfile, "change", profile.pk), agent_form(profile, [night], []))
    assert answer.status_code == 200 and "There is no such time zone" in text(answer)
    with unit_of_work(ours.organization.id):
        assert Shift.objects.count() == 1


def test_a_skill_of_the_same_name_is_an_error_of_the_form(admin: Client, ours: Tenant, theirs: Tenant) -> None:
    assert ours.rows
    assert admin.post(page(Skill, "add"), {"name": "skill ourcanary"}).status_code == 200
    assert admin.post(page(Skill, "add"), {"name": "skill theircanary"}).status_code == 302  # another organization's is no obstacle


# Sessions, organizations.


def test_ending_a_session(admin: Client, ours: Tenant) -> None:
    session = ours.rows[Session]
    data = {"action": "end_sessions", "_selected_action": [str(session.pk)]}
    admin.post(page(Session, "changelist"), data)
    assert ours.fresh(session).revoked_because == "ended_by_staff"
    assert entry(ours, "session_ended").target_id == str(session.pk)


def test_ending_a_session_needs_the_permission(ours: Tenant) -> None:
    session = ours.rows[Session]
    role = ours.role("looker", "accounts.use_admin", "accounts.view_session")
    client = signed_in(ours.user(role.slug, name="looker"))
    client.post(page(Session, "changelist"), {"action": "end_sessions", "_selected_action": [str(session.pk)]})
    assert ours.fresh(session).revoked_at is None


def test_an_admin_changes_what_is_theirs_of_the_organization(admin: Client, ours: Tenant) -> None:
    data = {"name": "New name", "slug": "stolen", "requires_confirmed_email": "on"}  # and no is_active, which a browser sends as off
    admin.post(page(Organization, "change", ours.organization.pk), data)
    after = ours.fresh(ours.organization)
    assert (after.name, after.slug, after.requires_confirmed_email, after.is_active) == ("New name", "ours", True, True)
    recorded = entry(ours, "organization_changed")
    assert recorded.before == {"name": "Organization ourcanary", "requires_confirmed_email": False}
    assert admin.get(page(Organization, "add")).status_code == 403


def test_a_superuser_makes_and_closes_an_organization(ours: Tenant) -> None:
    client = signed_in(superuser())
    assert client.get(page(Organization, "add")).status_code == 200
    assert client.post(page(Organization, "add"), {"name": "New", "slug": "Bad Slug"}).status_code == 200
    assert "exists already" in text(client.post(page(Organization, "add"), {"name": "New", "slug": "ours"}))
    assert client.post(page(Organization, "add"), {"name": "New", "slug": "new"}).status_code == 302
    with unit_of_work(PLATFORM):
        new = Organization.objects.get(slug="new")
    with unit_of_work(new.id):
        assert set(Role.objects.values_list("slug", flat=True)) == {"admin", "manager", "agent", "customer"}
    client.post(page(Organization, "change", new.pk), {"name": "New"})
    with unit_of_work(PLATFORM):
        assert not Organization.objects.get(slug="new").is_active
        assert AuditEntry.objects.get(action="organization_changed").after == {"is_active": False}


def test_a_superuser_disables_another_and_not_themselves(db: None) -> None:
    root = superuser()
    with unit_of_work(PLATFORM):
        other = people.create_superuser(email="other@pandar.test", name="Other", hashed="!", actor=System(PLATFORM))
    client, others = signed_in(root), signed_in(other)
    assert others.get("/admin/").status_code == 200
    for user in (other, root):
        assert client.post(page(User, "change", user.pk), {"name": user.name}).status_code == 302
    assert others.get("/admin/").status_code == 302
    assert client.get("/admin/").status_code == 200
    with unit_of_work(PLATFORM):
        assert AuditEntry.objects.get(action="user_disabled").target_id == str(other.pk)


def test_history_shows_the_audit_trail(admin: Client, ours: Tenant) -> None:
    admin.post(page(User, "change", ours.agent.pk), user_form(ours.agent, name="Renamed"))
    shown = text(admin.get(page(User, "history", ours.agent.pk)))
    assert "user_changed" in shown and "name: agent ourcanary" in shown and "name: Renamed" in shown


# All or nothing.


@pytest.fixture
def real(committed: None) -> Tenant:
    return tenant("ours", "ourcanary")


def explode(error: Exception) -> Any:
    recorded = audit.record

    def record(action: str, **given: Any) -> None:
        recorded(action, **given)
        raise error

    return record


def test_an_exception_rolls_everything_back(real: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    client, before = signed_in(real.admin), real.agent
    trail = real.actions()
    monkeypatch.setattr(audit, "record", explode(RuntimeError("after the writes")))
    client.raise_request_exception = False
    assert client.post(page(User, "change", before.pk), user_form(before, name="Renamed")).status_code == 500
    assert real.fresh(before).name == before.name and real.actions() == trail


def test_a_page_without_a_transaction_of_its_own_is_rolled_back_too(real: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Django wraps its forms, not its lists' actions: there it is the unit alone."""
    client, session = signed_in(real.admin), real.rows[Session]
    monkeypatch.setattr(audit, "record", explode(RuntimeError("after the writes")))
    client.raise_request_exception = False
    assert client.post(page(Session, "changelist"), {"action": "end_sessions", "_selected_action": [str(session.pk)]}).status_code == 500
    assert real.fresh(session).revoked_at is None and "session_ended" not in real.actions()


REFUSALS = [(Conflict("It is taken."), "It is taken."), (IntegrityError("x"), "The database refused this")]


@pytest.mark.parametrize(("error", "told"), REFUSALS)
def test_a_refusal_is_told_and_rolled_back(error: Exception, told: str, real: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    client, before = signed_in(real.admin), real.agent
    with monkeypatch.context() as patched:
        patched.setattr(audit, "record", explode(error))
        answer = client.post(page(User, "change", before.pk), user_form(before, name="Renamed"))
    assert answer.headers["Location"] == page(User, "change", before.pk)
    shown = text(client.get(answer.headers["Location"]))
    assert told in shown and "was changed successfully" not in shown
    assert real.fresh(before).name == before.name


def test_what_fails_at_the_commit_itself_is_told_too(real: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys between tenant tables are checked when the unit ends, after the page had announced its success."""
    client = signed_in(real.admin)
    other = tenant("theirs", "theircanary")
    foreign = role_named(other, "agent")
    monkeypatch.setattr(people, "change_role", lambda user, role, actor: User.objects.filter(id=user.id).update(role_id=foreign.pk))
    data = user_form(real.agent, role=str(role_named(real, "manager").pk))
    shown = text(client.post(page(User, "change", real.agent.pk), data, follow=True))
    assert "The database refused this" in shown and "was changed successfully" not in shown
    assert real.fresh(real.agent).role_id == real.agent.role_id


def test_without_a_fault_the_same_change_is_kept(real: Tenant) -> None:
    """The control."""
    before = real.agent
    signed_in(real.admin).post(page(User, "change", before.pk), user_form(before, name="Renamed"))
    assert real.fresh(before).name == "Renamed" and "user_changed" in real.actions()


def test_the_house_itself_may_hand_out_everything(ours: Tenant) -> None:
    with unit_of_work(ours.organization.id):
        people.change_role(user=ours.agent, role=role_named(ours, "admin"), actor=System(ours.organization.id))


def test_the_staff_hear_of_other_shifts(real: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(events.hints(), "publish", lambda group, frame, exclude="": told.append(json.loads(frame)))
    profile = real.rows[AgentProfile]
    with unit_of_work(real.organization.id):
        shift = profile.shifts.get()
    same = {"id": str(shift.pk), "weekday": shift.weekday, "starts": f"{shift.starts:%H:%M}", "ends": f"{shift.ends:%H:%M}",
            "time_zone": shift.time_zone}
    for given, heard in ((same, []), ({**same, "starts": "10:00"}, [str(profile.pk)])):
        told.clear()
        assert signed_in(real.admin).post(page(AgentProfile, "change", profile.pk), agent_form(profile, [given], [])).status_code == 302
        assert [frame["agent"] for frame in told if frame["type"] == "agent-status-changed"] == heard
