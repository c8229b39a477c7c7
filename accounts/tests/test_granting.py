"""Permissions that are new reach the shipped roles of organizations that are there already."""
import importlib
from typing import Any

from django.apps import apps

from accounts.actions import people
from accounts.actor import System
from accounts.granting import grant_to_shipped
from accounts.models import Role, RolePermission
from foundation.units import unit_of_work
from pandarchat.roles import SHIPPED

invites = importlib.import_module("accounts.migrations.0012_who_invites")
journeys = importlib.import_module("journeys.migrations.0003_roles")
levels = importlib.import_module("tickets.migrations.0011_roles_of_service_levels")
LEVELS = ("slapolicy", "slatarget", "calendar")


def held(tenant: Any, slug: str) -> set[str]:
    with unit_of_work(tenant.id):
        return {name for name in people.permissions_of(Role.objects.get(slug=slug)) if name.startswith("journeys.")}


def versions(tenant: Any) -> dict[str, int]:
    with unit_of_work(tenant.id):
        return dict(Role.objects.values_list("slug", "version"))


def test_every_shipped_role_is_as_if_the_organization_were_new(world: Any) -> None:
    with unit_of_work(world.pandar.id):
        own = Role.objects.create(organization_id=world.pandar.id, slug="own", name="Own")
        people.set_permissions(role=own, permissions=["chat.send_message"], actor=System(world.pandar.id))
        RolePermission.objects.filter(permission__content_type__app_label="journeys").delete()
    before, other = versions(world.pandar), versions(world.acme)
    grant_to_shipped(apps, None, "journeys", journeys.GRANTED)
    for slug, shipped in SHIPPED.items():
        assert held(world.pandar, slug) == {name for name in shipped.permissions if name.startswith("journeys.")}, slug
    assert held(world.pandar, "own") == set()
    after = versions(world.pandar)
    assert after == {slug: version + (slug != "own") for slug, version in before.items()}, "else a remembered set would be stale"
    assert versions(world.acme) == other
    grant_to_shipped(apps, None, "journeys", journeys.GRANTED)
    assert versions(world.pandar) == after


def test_service_levels_reach_them_too(world: Any) -> None:
    def of_levels(names: Any) -> set[str]:
        return {name for name in names if name.startswith("tickets.") and name.rpartition("_")[2] in LEVELS}

    with unit_of_work(world.pandar.id):
        RolePermission.objects.filter(permission__content_type__app_label="tickets", permission__content_type__model__in=LEVELS).delete()
    grant_to_shipped(apps, None, "tickets", levels.GRANTED)
    with unit_of_work(world.pandar.id):
        for slug, shipped in SHIPPED.items():
            assert of_levels(people.permissions_of(Role.objects.get(slug=slug))) == of_levels(shipped.permissions), slug


def test_inviting_staff_reaches_them_too(world: Any) -> None:
    with unit_of_work(world.pandar.id):
        RolePermission.objects.filter(permission__codename="invite_staff").delete()
    grant_to_shipped(apps, None, "accounts", invites.GRANTED)
    with unit_of_work(world.pandar.id):
        holders = {role.slug for role in Role.objects.all() if "accounts.invite_staff" in people.permissions_of(role)}
    assert holders == {slug for slug, shipped in SHIPPED.items() if "accounts.invite_staff" in shipped.permissions} == {"admin", "manager"}


def test_what_an_organization_took_from_a_role_it_does_not_get_back(world: Any) -> None:
    with unit_of_work(world.pandar.id):
        people.set_permissions(role=Role.objects.get(slug="agent"), permissions=["chat.send_message"], actor=System(world.pandar.id))
    grant_to_shipped(apps, None, "journeys", journeys.GRANTED)
    with unit_of_work(world.pandar.id):
        assert set(people.permissions_of(Role.objects.get(slug="agent"))) == {"chat.send_message", "journeys.view_journey"}


def test_an_admin_can_hand_out_every_shipped_role(world: Any) -> None:
    """Otherwise nobody could make a customer, or disable one."""
    admin = world.actor(world.admin)
    with unit_of_work(world.pandar.id):
        for slug in SHIPPED:
            made = people.create_user(email=f"{slug}-2@pandar.test", name=slug, role=slug, hashed="!", actor=admin)
            people.set_active(user=made, active=False, actor=admin)
            assert made.is_active is False
