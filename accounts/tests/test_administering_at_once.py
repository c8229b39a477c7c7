"""Those who administer people, each other included, at the same moment: one after the other, and each as who they are by then."""
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actions import people, roles
from accounts.actor import System
from accounts.models import Role, User
from accounts.tests.parallel import meanwhile
from foundation.errors import DomainError
from foundation.units import unit_of_work

HELD = ["accounts.change_user", "accounts.change_role", "accounts.add_role", "accounts.delete_role"]
ONE, OTHER = "one", "other"


@pytest.fixture
def two(world: Any) -> dict[str, User]:
    """Who may administer each other, each in a role of their own; they are all who may."""
    system = System(world.pandar.id)
    with unit_of_work(world.pandar.id):
        User.objects.filter(id=world.admin.id).update(is_active=False)
        for slug in (ONE, OTHER):
            own = Role.objects.create(organization_id=world.pandar.id, slug=slug, name=slug)
            people.set_permissions(role=own, permissions=HELD, actor=system)
        Role.objects.create(organization_id=world.pandar.id, slug="bare", name="Bare")
        return {slug: people.create_user(email=f"{slug}@pandar.test", name=slug, role=slug, hashed="!", actor=system)
                for slug in (ONE, OTHER)}


def who_may(world: Any) -> set[str]:
    with unit_of_work(world.pandar.id):
        rows = User.objects.filter(is_active=True, role__permissions__codename="change_user").values_list("name", flat=True)
        return set(rows) & {ONE, OTHER}


def disable(world: Any, actor: Any, whom: User) -> None:
    people.change(user=whom.id, active=False, actor=actor)


def demote(world: Any, actor: Any, whom: User) -> None:
    people.change(user=whom.id, role="bare", actor=actor)


def strip(world: Any, actor: Any, whom: User) -> None:
    assert whom.role is not None
    roles.change(role=whom.role.id, permissions=[], actor=actor)


Way = Callable[[Any, Any, User], None]
WAYS: list[Way] = [disable, demote, strip]


def one_after_the_other(world: Any, two: dict[str, User], first: Way, second: Way) -> str:
    """What the second was answered, who began when the first was done and not committed."""
    actors = {slug: world.actor(person) for slug, person in two.items()}

    def answered() -> str:
        try:
            with unit_of_work(world.pandar.id):
                second(world, actors[OTHER], two[ONE])
        except DomainError as error:
            return error.code
        return "done"

    return meanwhile(world.pandar.id, lambda: first(world, actors[ONE], two[OTHER]), answered)


@pytest.mark.parametrize("second", WAYS)
@pytest.mark.parametrize("first", WAYS)
def test_two_do_not_lock_each_other_out(world: Any, two: dict[str, User], first: Way, second: Way) -> None:
    assert one_after_the_other(world, two, first, second) == ("forbidden" if first is strip else "session_ended")
    assert who_may(world) == {ONE}


@pytest.mark.parametrize("make", [
    lambda actor, role: roles.create(name="x", permissions=[], actor=actor),
    lambda actor, role: roles.delete(role=role, actor=actor)])
def test_nor_is_a_role_made_or_ended_by_who_may_not_by_then(world: Any, two: dict[str, User], make: Any) -> None:
    with unit_of_work(world.pandar.id):
        bare = Role.objects.get(slug="bare").id
    assert one_after_the_other(world, two, disable, lambda world, actor, _: make(actor, bare)) == "session_ended"
    with unit_of_work(world.pandar.id):
        assert Role.objects.filter(slug="bare").exists() and not Role.objects.filter(name="x").exists()


def test_whoever_still_may_has_only_waited(world: Any, two: dict[str, User]) -> None:
    def rename(world: Any, actor: Any, whom: User) -> None:
        people.change(user=whom.id, name=whom.name, actor=actor)

    assert one_after_the_other(world, two, rename, disable) == "done"
    assert who_may(world) == {OTHER}


@pytest.mark.parametrize("way", WAYS)
def test_the_organizations_row_is_locked_first(world: Any, two: dict[str, User], way: Way) -> None:
    """As a sign-in does, which takes the user's after it: otherwise each would wait for the other."""
    actor = world.actor(two[ONE])
    with unit_of_work(world.pandar.id), CaptureQueriesContext(connection) as asked:
        way(world, actor, two[OTHER])
    locking = [query["sql"] for query in asked if re.search(r"FOR (NO KEY )?UPDATE|^UPDATE", query["sql"])]
    assert "FROM accounts_organization" in locking[0] and len(locking) > 1
