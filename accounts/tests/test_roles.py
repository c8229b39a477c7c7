"""Roles are sets of permissions; a change takes effect at once, and is on record."""
from typing import Any
from uuid import UUID

import pytest

from accounts import tokens
from accounts.actions import people
from accounts.actor import System
from accounts.models import AgentProfile, AuditEntry, Role, User
from foundation.errors import Conflict, Invalid
from foundation.units import unit_of_work


def role(world: Any, slug: str) -> Role:
    with unit_of_work(world.pandar.id):
        return Role.objects.get(slug=slug)


def set_permissions(world: Any, slug: str, permissions: list[str]) -> None:
    with unit_of_work(world.pandar.id):
        people.set_permissions(role=Role.objects.get(slug=slug), permissions=permissions, actor=System(world.pandar.id))


def become(world: Any, person: Any, slug: str) -> None:
    with unit_of_work(world.pandar.id):
        people.change_role(
            user=User.objects.select_related("role").get(id=person.id), role=Role.objects.get(slug=slug), actor=System(world.pandar.id)
        )


def test_every_organization_begins_with_the_shipped_roles(world: Any) -> None:
    for tenant in (world.pandar, world.acme):
        with unit_of_work(tenant.id):
            assert dict(Role.objects.values_list("slug", "is_staff")) == {"admin": True, "agent": True, "customer": False, "manager": True}


def test_an_organizations_own_role(world: Any) -> None:
    with unit_of_work(world.pandar.id):
        Role.objects.create(organization_id=world.pandar.id, slug="senior", name="Senior agent")
    set_permissions(world, "senior", ["chat.send_message", "tickets.view_queue"])
    become(world, world.teammate, "senior")
    world.pandar._tokens.clear()  # that session ended with the role
    with unit_of_work(world.pandar.id):
        epoch = User.objects.get(id=world.teammate.id).epoch
    token = tokens.access(
        organization=world.pandar.id, user=world.teammate.id, session=world.pandar.session(world.teammate).id, epoch=epoch
    )
    me = type(world.api(None))(token).get("auth/me/").data
    assert (me["role"], me["permissions"]) == ("senior", ["chat.send_message", "tickets.view_queue"])
    with unit_of_work(world.acme.id):
        assert not Role.objects.filter(slug="senior").exists()


def test_permissions_take_effect_with_the_next_request(world: Any) -> None:
    api = world.api(world.agent)
    assert api.get("queue/").status == 200
    before = role(world, "agent")
    set_permissions(world, "agent", ["chat.send_message"])
    assert (api.get("queue/").status, api.get("auth/me/").data["permissions"]) == (403, ["chat.send_message"])
    assert role(world, "agent").version == before.version + 1
    set_permissions(world, "agent", ["tickets.view_queue"])
    assert api.get("queue/").status == 200
    assert world.api(world.acme.agent).get("queue/").status == 200, "the other organization's role is its own"


def test_the_record_holds_before_and_after(world: Any) -> None:
    set_permissions(world, "customer", ["chat.send_message"])
    with unit_of_work(world.pandar.id):
        entry = AuditEntry.objects.get(action="role_permissions_changed")
    assert entry.before == {"permissions": ["chat.edit_message", "chat.send_message", "journeys.run_journey", "tickets.open_ticket"]}
    assert entry.after == {"permissions": ["chat.send_message"]}


def test_an_unknown_permission_changes_nothing(world: Any) -> None:
    before = role(world, "customer").version
    with pytest.raises(Invalid) as refused:
        set_permissions(world, "customer", ["chat.send_message", "chat.fly"])
    assert refused.value.fields == {"permissions": ["chat.fly"]}
    assert role(world, "customer").version == before
    assert "chat.edit_message" in world.api(world.customer).get("auth/me/").data["permissions"]


def test_another_role_ends_everything_begun_under_the_old_one(world: Any) -> None:
    agents_api, other = world.api(world.agent), world.api(world.teammate)
    become(world, world.agent, "manager")
    assert agents_api.get("auth/me/").code == "session_ended"
    assert other.get("auth/me/").status == 200
    with unit_of_work(world.pandar.id):
        entry = AuditEntry.objects.get(action="role_changed")
        assert (entry.before, entry.after, UUID(entry.target_id)) == ({"role": "agent"}, {"role": "manager"}, world.agent.id)
        assert AuditEntry.objects.filter(action="role_changed_sessions_ended").count() == 1


def test_the_same_role_ends_nothing(world: Any) -> None:
    api = world.api(world.agent)
    become(world, world.agent, "agent")
    assert api.get("auth/me/").status == 200


def test_whoever_becomes_an_agent_has_a_profile(world: Any) -> None:
    become(world, world.manager, "agent")
    with unit_of_work(world.pandar.id):
        assert AgentProfile.objects.filter(user=world.manager).exists()


def test_a_role_that_comes_to_serve_makes_its_people_agents(world: Any) -> None:
    with unit_of_work(world.pandar.id):
        granted = people.permissions_of(Role.objects.get(slug="manager"))
        assert not AgentProfile.objects.filter(user=world.manager).exists()
    set_permissions(world, "manager", [*granted, "accounts.serve_customers"])
    assert world.api(world.manager).patch("agents/me/", {"availability": "available"}).status == 200
    set_permissions(world, "manager", [*granted, "accounts.serve_customers"])
    with unit_of_work(world.pandar.id):
        assert AgentProfile.objects.filter(user=world.manager).count() == 1


def test_disabling_ends_everything(world: Any) -> None:
    api = world.api(world.agent)
    with unit_of_work(world.pandar.id):
        people.set_active(user=User.objects.select_related("role").get(id=world.agent.id), active=False, actor=System(world.pandar.id))
    assert api.get("auth/me/").status == 401


def test_an_organization_is_named_once(world: Any) -> None:
    with pytest.raises(Conflict):
        people.create_organization(slug="pandar", name="Again")
