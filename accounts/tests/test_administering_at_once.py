"""Those who administer people, each other included, at the same moment: one after the other, and each as who they are by then."""
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actions import inviting, people, roles
from accounts.actor import System
from accounts.models import Factor, Invitation, Organization, Role, User
from accounts.tests.factor_world import Clock, clock, equip
from accounts.tests.mail_world import PASSWORD, sent, token_in
from accounts.tests.parallel import meanwhile
from foundation.errors import DomainError
from foundation.units import unit_of_work

__all__ = ["clock"]
HELD = ["accounts.view_user", "accounts.add_user", "accounts.change_user", "accounts.add_role", "accounts.change_role",
        "accounts.delete_role", "accounts.delete_session", "accounts.invite_staff", "accounts.change_organization"]
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


Act = Callable[[Any, User, dict[str, UUID]], Callable[[], str]]


def asked(method: str, path: str, **given: str) -> Act:
    """A request of somebody who has signed in, about somebody else or an invitation."""
    def prepared(world: Any, person: User, known: dict[str, UUID]) -> Callable[[], str]:
        api, address = world.api(person), path.format(**known)
        return lambda: str(api.call(method, address, body=given or None).body.get("code", "done"))

    return prepared


def done(act: Callable[[Any], Any]) -> Act:
    """What Django admin does, as whom it recognised when its request began."""
    def prepared(world: Any, person: User, known: dict[str, UUID]) -> Callable[[], str]:
        actor = world.actor(person)

        def answered() -> str:
            try:
                with unit_of_work(world.pandar.id):
                    act(actor)
            except DomainError as error:
                return error.code
            return "done"

        return answered

    return prepared


def add(actor: Any) -> None:
    people.create_user(email="friend@example.com", name="Friend", role="bare", hashed="!", actor=actor)


ACTS = {
    "end_all": asked("DELETE", "users/{whom}/sessions/"), "reset": asked("DELETE", "users/{whom}/factor/"),
    "invite": asked("POST", "invitations/", email="friend@example.com", role="bare"),
    "resend": asked("POST", "invitations/{invitation}/resend/"), "withdraw": asked("DELETE", "invitations/{invitation}/"),
    "organization": asked("PATCH", "organization/", name="Theirs"),
    "create_user": done(add),
}
GIVING = {"invite": ACTS["invite"], "create_user": ACTS["create_user"], "change_role": asked("PATCH", "users/{whom}/", role="bare")}


@pytest.fixture
def known(world: Any, two: dict[str, User], clock: Clock) -> dict[str, UUID]:
    """Somebody of no power who has a second factor, and an invitation that waits; both in a role `plain`."""
    system = System(world.pandar.id)
    with unit_of_work(world.pandar.id):
        Role.objects.create(organization_id=world.pandar.id, slug="plain", name="Plain")
        whom = people.create_user(email="whom@pandar.test", name="Whom", role="plain", hashed="!", actor=system)
        waiting = inviting.invite(email="waiting@example.com", role="plain", actor=system)
    equip(whom, clock)
    return {"whom": whom.id, "invitation": waiting.id}


def left(world: Any) -> list[Any]:
    """What the acts would change."""
    with unit_of_work(world.pandar.id):
        return [*User.objects.order_by("id").values_list("email", "epoch"), Factor.objects.count(),
                *Invitation.objects.values_list("email", "number", "withdrawn_at"), Organization.objects.get(id=world.pandar.id).name]


@pytest.mark.parametrize("act", ACTS)
def test_nor_is_anything_done_by_who_was_recognised_and_then_lost_the_right(
        world: Any, two: dict[str, User], known: dict[str, UUID], act: str) -> None:
    begun, actor, before = ACTS[act](world, two[OTHER], known), world.actor(two[ONE]), left(world)
    assert meanwhile(world.pandar.id, lambda: strip(world, actor, two[OTHER]), begun) == "forbidden"
    assert left(world) == before


@pytest.mark.parametrize("act", ACTS)
def test_whoever_kept_it_does_that(world: Any, two: dict[str, User], known: dict[str, UUID], act: str) -> None:
    """The control."""
    begun, actor, before = ACTS[act](world, two[OTHER], known), world.actor(two[ONE]), left(world)
    assert meanwhile(world.pandar.id, lambda: people.change(user=two[OTHER].id, name="Renamed", actor=actor), begun) == "done"
    assert left(world) != before


def bare(world: Any) -> UUID:
    with unit_of_work(world.pandar.id):
        return Role.objects.get(slug="bare").id


@pytest.mark.parametrize("act", GIVING)
def test_nobody_is_given_a_role_that_ends_meanwhile(world: Any, two: dict[str, User], known: dict[str, UUID], act: str) -> None:
    actor, begun = world.actor(two[ONE]), GIVING[act](world, two[OTHER], known)
    assert meanwhile(world.pandar.id, lambda: roles.delete(role=bare(world), actor=actor), begun) == "invalid"


@pytest.mark.parametrize("act", GIVING)
def test_nor_does_one_end_that_somebody_is_given_meanwhile(world: Any, two: dict[str, User], known: dict[str, UUID], act: str) -> None:
    actor, api, address = world.actor(two[ONE]), world.api(two[OTHER]), f"roles/{bare(world)}/"
    first = {"invite": lambda: inviting.invite(email="friend@example.com", role="bare", actor=actor), "create_user": lambda: add(actor),
             "change_role": lambda: people.change(user=known["whom"], role="bare", actor=actor)}[act]
    assert meanwhile(world.pandar.id, first, lambda: api.delete(address).code) == "in_use"


def test_an_invitation_is_not_accepted_to_a_role_that_grows_meanwhile(world: Any, two: dict[str, User]) -> None:
    actor = world.actor(two[ONE])
    with unit_of_work(world.pandar.id):
        inviting.invite(email="friend@example.com", role="bare", actor=world.actor(two[OTHER]))
        bare = Role.objects.get(slug="bare")
    (letter,) = sent(world.pandar.id)

    def accepted() -> str:
        given = {"token": token_in(letter), "name": "Friend", "password": PASSWORD}
        return str(world.api(None).post("auth/invitation/accept/", given).body.get("code", "done"))

    def grow() -> None:
        people.change(user=two[ONE].id, name="In turn", actor=actor)
        people.set_permissions(role=bare, permissions=["tickets.view_queue"], actor=System(world.pandar.id))

    assert meanwhile(world.pandar.id, grow, accepted) == "invitation_void"


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
