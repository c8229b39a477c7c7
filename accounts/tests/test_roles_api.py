"""Roles and the organization over the API: the permission table, and nobody gives or takes what they do not hold."""
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.actions import people
from accounts.actor import System
from accounts.models import AuditEntry, Invitation, Organization, Role, User
from accounts.tests.factor_world import Clock, clock, equip
from foundation.units import unit_of_work
from pandarchat.roles import SHIPPED

__all__ = ["clock"]
SENIOR = {"name": "Senior agent", "permissions": ["tickets.take_ticket", "accounts.serve_customers", "chat.send_message"]}


def role(world: Any, slug: str, person: User | None = None) -> Any:
    return next(row for row in world.api(person or world.admin).get("roles/").data if row["slug"] == slug)


def actions(world: Any) -> list[str]:
    with unit_of_work(world.pandar.id):
        return list(AuditEntry.objects.filter(target_type="accounts.role").order_by("id").values_list("action", flat=True))


def helper(world: Any) -> User:
    """May administer roles, and little else."""
    held = ["accounts.view_role", "accounts.add_role", "accounts.change_role", "accounts.delete_role", "tickets.view_ticket"]
    with unit_of_work(world.pandar.id):
        own = Role.objects.create(organization_id=world.pandar.id, slug="helper", name="Helper")
        people.set_permissions(role=own, permissions=held, actor=System(world.pandar.id))
        return people.create_user(email="helper@pandar.test", name="Helper", role="helper", hashed="!", actor=System(world.pandar.id))


def test_the_permission_table(world: Any) -> None:
    api = world.api(world.admin)
    rows = api.get("roles/").data
    assert [row["slug"] for row in rows] == ["admin", "manager", "agent", "customer"]
    assert all(set(row["permissions"]) == SHIPPED[row["slug"]].permissions for row in rows)
    assert [(row["people"], row["own"], row["shipped"]) for row in rows] == [
        (1, True, True), (1, False, True), (2, False, True), (2, False, True)]
    subjects = api.get("permissions/").data
    known = {permission["name"]: permission for subject in subjects for permission in subject["permissions"]}
    assert known.keys() >= {name for shipped in SHIPPED.values() for name in shipped.permissions}
    assert not any(name.startswith(("auth.", "django_celery_beat.", "sessions.")) for name in known)
    assert all(permission["grantable"] for permission in known.values() if permission["name"] in SHIPPED["agent"].permissions)
    assert next(row for row in subjects if row["subject"] == "tickets.ticket")["text"] == "Tickets"


def test_what_a_manager_cannot_give_they_see(world: Any) -> None:
    known = {permission["name"]: permission["grantable"] for subject in world.api(world.manager).get("permissions/").data
             for permission in subject["permissions"]}
    assert (known["tickets.reassign_ticket"], known["accounts.change_role"], known["accounts.serve_customers"]) == (True, False, True)
    assert [role(world, slug, world.manager)["assignable"] for slug in ("admin", "manager", "agent")] == [False, True, True]


@pytest.mark.parametrize(
    ("person", "reads", "writes"), [("admin", 200, 201), ("manager", 200, 403), ("agent", 403, 403), ("customer", 403, 403)])
def test_managers_read_and_admins_write(world: Any, person: str, reads: int, writes: int) -> None:
    own = world.api(world.admin).post("roles/", SENIOR).data
    api = world.api(getattr(world, person))
    assert [api.get(path).status for path in ("roles/", f"roles/{own['id']}/", "permissions/")] == [reads] * 3
    assert api.post("roles/", {"name": "Another"}).status == writes
    done = 200 if writes == 201 else 403
    assert [api.patch(f"roles/{own['id']}/", {"name": "Renamed"}).status, api.delete(f"roles/{own['id']}/").status] == [done] * 2


def test_a_role_from_its_making_to_its_end(world: Any) -> None:
    api = world.api(world.admin)
    made = api.post("roles/", SENIOR)
    assert made.status == 201, made.text
    assert (made.data["slug"], made.data["shipped"], made.data["people"]) == ("senior-agent", False, 0)
    assert made.data["permissions"] == sorted(SENIOR["permissions"]) and made.data["allowed"] == ["rename", "permissions", "delete"]
    assert api.get(f"roles/{made.data['id']}/").data == made.data
    changed = api.patch(f"roles/{made.data['id']}/", {"name": "Senior", "permissions": ["chat.send_message"]}).data
    assert (changed["name"], changed["permissions"]) == ("Senior", ["chat.send_message"])
    assert api.delete(f"roles/{made.data['id']}/").data == {"removed": True}
    assert api.get(f"roles/{made.data['id']}/").status == 404
    assert actions(world) == ["role_added", "role_permissions_changed", "role_changed", "role_permissions_changed", "role_deleted"]


@pytest.mark.parametrize("name", ["責任者", "مدير الفريق", "Senior  agent!", "Admin"])
def test_a_name_of_any_script_gets_a_slug_that_is_free(world: Any, name: str) -> None:
    first, second = (world.api(world.admin).post("roles/", {"name": name}) for _ in range(2))
    assert first.status == second.status == 201 and first.data["name"] == name
    assert len({first.data["slug"], second.data["slug"], "admin"}) == 3


def test_what_is_no_role_is_refused(world: Any) -> None:
    api = world.api(world.admin)
    for given, field in (({"name": " "}, "name"), ({"name": "x", "slug": "Bad Slug"}, "slug"), ({"name": "x", "slug": "agent"}, "slug"),
                         ({"name": "x" * 201}, "name")):
        answer = api.post("roles/", given)
        assert (answer.status, list(answer.body["fields"])) == (400, [field]), answer.text
    assert len(api.get("roles/").data) == 4


def test_shipped_roles_keep_their_names_and_stay(world: Any) -> None:
    api, agent = world.api(world.admin), role(world, "agent")
    assert agent["allowed"] == ["permissions"]
    assert api.patch(f"roles/{agent['id']}/", {"name": "x"}).code == "shipped_role"
    assert api.delete(f"roles/{agent['id']}/").code == "shipped_role"


def test_a_role_in_use_stays(world: Any) -> None:
    api = world.api(world.admin)
    own = api.post("roles/", SENIOR).data
    api.patch(f"users/{world.teammate.id}/", {"role": own["slug"]})
    assert role(world, own["slug"])["allowed"] == ["rename", "permissions"]
    assert api.delete(f"roles/{own['id']}/").code == "in_use"
    api.patch(f"users/{world.teammate.id}/", {"role": "agent"})
    invited = api.post("invitations/", {"email": "new@example.com", "role": own["slug"]}).data
    assert api.delete(f"roles/{own['id']}/").code == "in_use"
    api.delete(f"invitations/{invited['id']}/")
    assert api.delete(f"roles/{own['id']}/").code == "in_use", "or letters would not be counted"
    with unit_of_work(world.pandar.id):
        Invitation.objects.update(created_at=datetime.now(UTC) - timedelta(days=2))
    assert api.delete(f"roles/{own['id']}/").status == 200


def test_nobody_gives_or_takes_what_they_do_not_hold(world: Any) -> None:
    api, manager = world.api(helper(world)), role(world, "manager")
    held = manager["permissions"]
    assert api.post("roles/", {"name": "x", "permissions": ["tickets.close_ticket"]}).code == "escalation"
    assert api.patch(f"roles/{manager['id']}/", {"permissions": [*held, "accounts.change_organization"]}).code == "escalation"
    assert api.patch(f"roles/{manager['id']}/", {"permissions": ["tickets.view_ticket"]}).code == "escalation", "nor takes it away"
    assert role(world, "manager")["permissions"] == held
    less = [name for name in held if name != "tickets.view_ticket"]
    assert api.patch(f"roles/{manager['id']}/", {"permissions": less}).data["permissions"] == less, "the control"
    assert "role_added" not in actions(world), "what was refused left nothing"


def test_nobody_changes_what_their_own_role_may_do(world: Any) -> None:
    own = role(world, "admin")
    assert own["own"] and own["allowed"] == []
    answer = world.api(world.admin).patch(f"roles/{own['id']}/", {"permissions": own["permissions"][1:]})
    assert answer.code == "own_account"


def test_a_change_is_felt_with_the_next_request(world: Any) -> None:
    agents_api, agent = world.api(world.agent), role(world, "agent")
    assert agents_api.get("queue/").status == 200
    less = [name for name in agent["permissions"] if name != "tickets.view_queue"]
    assert world.api(world.admin).patch(f"roles/{agent['id']}/", {"permissions": less, "version": agent["version"]}).status == 200
    assert agents_api.get("queue/").status == 403


def test_of_two_who_change_a_role_the_second_is_told(world: Any) -> None:
    api, agent = world.api(world.admin), role(world, "agent")
    first, second = agent["permissions"][1:], agent["permissions"][:-1]
    assert api.patch(f"roles/{agent['id']}/", {"permissions": first, "version": agent["version"]}).status == 200
    late = api.patch(f"roles/{agent['id']}/", {"permissions": second, "version": agent["version"]})
    assert (late.code, late.body["current"]["permissions"]) == ("stale", first)
    assert role(world, "agent")["permissions"] == first


# The organization.


@pytest.mark.parametrize(("person", "status"), [("admin", 200), ("manager", 403), ("agent", 403), ("customer", 403)])
def test_an_admin_sees_and_changes_the_organization(world: Any, person: str, status: int) -> None:
    api = world.api(getattr(world, person))
    assert [api.get("organization/").status, api.patch("organization/", {"name": "Neu"}).status] == [status] * 2


def test_what_an_organization_decides(world: Any) -> None:
    api = world.api(world.admin)
    before = api.get("organization/").data
    given = {"name": "パンダ", "requires_confirmed_email": True, "slug": "stolen", "is_active": False, "version": before["version"]}
    after = api.patch("organization/", given).data
    assert (after["name"], after["slug"], after["requires_confirmed_email"]) == ("パンダ", "pandar", True)
    assert api.patch("organization/", given).code == "stale"
    with unit_of_work(world.pandar.id):
        entry = AuditEntry.objects.get(action="organization_changed")
        assert Organization.objects.get(id=world.pandar.id).is_active
    assert entry.before == {"name": before["name"], "requires_confirmed_email": False}


def test_whoever_demands_a_second_factor_has_one(world: Any, clock: Clock) -> None:
    api, agents_api = world.api(world.admin), world.api(world.agent)
    assert agents_api.get("auth/me/").status == 200
    assert api.patch("organization/", {"requires_second_factor": True}).code == "own_factor_first"
    assert not api.get("organization/").data["requires_second_factor"]
    equip(world.admin, clock)
    assert api.patch("organization/", {"requires_second_factor": True}).data["requires_second_factor"]
    assert agents_api.get("auth/me/").code == "session_ended", "whoever has none is signed out"
    assert api.patch("organization/", {"requires_second_factor": False}).data["requires_second_factor"] is False


# Who is not staff makes no staff, and is given nothing that is staff's.


def outsider(world: Any) -> User:
    """Not of the staff, in a role of an organization that gave it more than it is to be given by now."""
    held = ["accounts.view_role", "accounts.add_role", "accounts.change_role", "accounts.delete_role", "accounts.view_user",
            "accounts.change_user", "accounts.invite_staff", "chat.send_message", "chat.edit_message", "tickets.view_ticket"]
    with unit_of_work(world.pandar.id):
        own = Role.objects.create(organization_id=world.pandar.id, slug="outsider", name="Outsider", is_staff=False)
        people._grant(own, held)
        Role.objects.create(organization_id=world.pandar.id, slug="bare", name="Bare")
        Role.objects.create(organization_id=world.pandar.id, slug="guest", name="Guest", is_staff=False)
        return people.create_user(email="outsider@pandar.test", name="Outsider", role="outsider", hashed="!", actor=System(world.pandar.id))


@pytest.fixture
def bare(world: Any) -> User:
    """Of the staff, with no permission at all."""
    world.outsider = outsider(world)
    with unit_of_work(world.pandar.id):
        return people.create_user(email="bare@pandar.test", name="Bare", role="bare", hashed="!", actor=System(world.pandar.id))


def test_whoever_is_not_staff_makes_no_staff(world: Any, bare: User) -> None:
    """Staff see all conversations, whatever their role holds."""
    api, kept = world.api(world.outsider), role(world, "bare")
    assert api.post("roles/", {"name": "x", "staff": True}).code == "escalation"
    assert api.patch(f"roles/{kept['id']}/", {"permissions": ["chat.send_message"]}).code == "escalation"
    assert api.patch(f"roles/{kept['id']}/", {"name": "x"}).code == "escalation"
    assert api.delete(f"roles/{kept['id']}/").code == "escalation"
    assert api.patch(f"users/{world.customer.id}/", {"role": "bare"}).code == "escalation"
    assert api.post("invitations/", {"email": "friend@example.com", "role": "bare"}).code == "escalation"
    assert api.patch(f"users/{bare.id}/", {"active": False}).code == "escalation", "nor have they power over them"
    assert role(world, "bare") == kept and "role_added" not in actions(world)
    assert api.post("roles/", {"name": "x", "staff": False, "permissions": ["chat.send_message"]}).status == 201, "the control"
    assert api.patch(f"users/{world.customer.id}/", {"role": "guest"}).status == 200, "the control"


def test_what_they_cannot_do_they_see(world: Any, bare: User) -> None:
    shown = role(world, "bare", world.outsider)
    assert (shown["assignable"], shown["allowed"]) == (False, [])
    shown = role(world, "guest", world.outsider)
    assert (shown["assignable"], shown["allowed"]) == (True, ["rename", "permissions", "delete"])
    theirs = world.api(world.outsider).get("users/", q="Bare").data
    assert [user["allowed"] for user in theirs] == [[]]
    assert world.api(world.outsider).patch(f"users/{theirs[0]['id']}/", {"name": "x"}).code == "escalation"


@pytest.mark.parametrize("permission", ["tickets.view_queue", "accounts.view_user", "accounts.change_role", "accounts.serve_customers"])
def test_a_role_that_is_not_staffs_is_given_nothing_of_staff(world: Any, permission: str) -> None:
    api, customer = world.api(world.admin), role(world, "customer")
    refused = [api.patch(f"roles/{customer['id']}/", {"permissions": [*customer["permissions"], permission]}),
               api.post("roles/", {"name": "Guests", "staff": False, "permissions": [permission]})]
    assert [(answer.status, list(answer.body["fields"])) for answer in refused] == [(400, ["permissions"])] * 2
    assert role(world, "customer") == customer and "role_added" not in actions(world)
    assert api.post("roles/", {"name": "Guests", "permissions": [permission]}).status == 201, "the control"


def test_what_such_a_role_has_already_it_keeps(world: Any, bare: User) -> None:
    api, theirs = world.api(world.admin), role(world, "outsider")
    less = [name for name in theirs["permissions"] if name != "accounts.change_role"]
    changed = api.patch(f"roles/{theirs['id']}/", {"permissions": [*less, "tickets.open_ticket"]})
    assert sorted(changed.data["permissions"]) == sorted([*less, "tickets.open_ticket"])
    assert api.patch(f"roles/{theirs['id']}/", {"permissions": theirs["permissions"]}).status == 400, "it does not get it back"


def test_the_table_says_what_customers_can_be_given(world: Any) -> None:
    rows = [permission for subject in world.api(world.admin).get("permissions/").data for permission in subject["permissions"]]
    assert {row["name"] for row in rows if row["for_customers"]} == SHIPPED["customer"].permissions
