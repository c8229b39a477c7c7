"""People over the API: who sees them, who changes what of them, and nobody makes anybody more powerful than they are."""
from typing import Any

import pytest

from accounts import audit
from accounts.actions import people
from accounts.actor import System
from accounts.models import AuditEntry, Role, Session, User
from accounts.tests.factor_world import Clock, clock, equip
from foundation.units import unit_of_work

__all__ = ["clock"]
ROLES = ("admin", "manager", "agent", "customer")
HELPER = ["accounts.view_user", "accounts.change_user", "accounts.delete_session", "tickets.view_ticket"]


def trail(world: Any, action: str) -> list[Any]:
    with unit_of_work(world.pandar.id):
        return list(AuditEntry.objects.filter(action=action).order_by("id"))


def shown(world: Any, user: User, person: User | None = None) -> Any:
    return world.api(person or world.admin).get(f"users/{user.id}/").data


def helper(world: Any, *more: str) -> User:
    """May administer people, and little else."""
    with unit_of_work(world.pandar.id):
        role = Role.objects.create(organization_id=world.pandar.id, slug="helper", name="Helper")
        people.set_permissions(role=role, permissions=[*HELPER, *more], actor=System(world.pandar.id))
        return people.create_user(email="helper@pandar.test", name="Helper", role="helper", hashed="!", actor=System(world.pandar.id))


def powerless(world: Any) -> User:
    with unit_of_work(world.pandar.id):
        Role.objects.create(organization_id=world.pandar.id, slug="bare", name="Bare")
        return people.create_user(email="bare@pandar.test", name="Bare", role="bare", hashed="!", actor=System(world.pandar.id))


def test_who_is_who(world: Any) -> None:
    rows = world.api(world.admin).get("users/").body
    assert rows["count"] == len(world.pandar.people) and rows["pages"] == 1
    assert [row["name"] for row in rows["data"]] == sorted(person.name for person in world.pandar.people)
    agent = next(row for row in rows["data"] if row["id"] == str(world.agent.id))
    assert (agent["role"], agent["role_name"], agent["staff"], agent["active"], agent["second_factor"], agent["own"]) == (
        "agent", "Agent", True, True, False, False)
    assert agent == shown(world, world.agent) and agent["last_seen_at"] is None
    world.token(world.agent)
    assert shown(world, world.agent)["last_seen_at"] is not None


@pytest.mark.parametrize(("query", "expected"), [
    ({"role": "agent"}, {"agent", "teammate"}), ({"staff": "false"}, {"customer", "other_customer"}),
    ({"q": "TEAMMATE@"}, {"teammate"}), ({"q": " manager zanzi "}, {"manager"}), ({"q": "100%"}, set()), ({"active": "false"}, set()),
    ({"role": "nothing"}, set()), ({"staff": "true", "active": "true", "q": "a"}, {"agent", "teammate", "manager", "admin"}),
])
def test_finding_somebody(world: Any, query: dict[str, str], expected: set[str]) -> None:
    found = world.api(world.admin).get("users/", **query).data
    assert {row["id"] for row in found} == {str(getattr(world, name).id) for name in expected}


def test_a_filter_that_does_not_exist_is_refused(world: Any) -> None:
    assert world.api(world.admin).get("users/", colour="red").status == 400
    assert world.api(world.admin).get("users/", page="0").status == 400


def test_pages(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.queries.PAGE", 4)
    api = world.api(world.admin)
    pages = [api.get("users/", page=number) for number in (1, 2, 3)]
    assert [len(page.data) for page in pages] == [4, 2, 0] and pages[0].body["pages"] == 2
    assert len({row["id"] for page in pages for row in page.data}) == 6


@pytest.mark.parametrize(
    ("person", "reads", "writes"), [("admin", 200, 200), ("manager", 200, 403), ("agent", 403, 403), ("customer", 403, 403)])
def test_managers_read_and_admins_write(world: Any, person: str, reads: int, writes: int) -> None:
    api = world.api(getattr(world, person))
    assert [api.get("users/").status, api.get(f"users/{world.teammate.id}/").status] == [reads] * 2
    assert api.patch(f"users/{world.teammate.id}/", {"name": "Renamed"}).status == writes
    assert api.delete(f"users/{world.teammate.id}/sessions/").status == writes
    with unit_of_work(world.pandar.id):
        assert (User.objects.get(id=world.teammate.id).name == "Renamed") == (writes == 200)


def test_what_one_may_do_comes_with_somebody(world: Any) -> None:
    assert shown(world, world.agent)["allowed"] == ["rename", "role", "active", "sign_out"]
    assert shown(world, world.admin)["allowed"] == ["rename"] and shown(world, world.admin)["own"]
    assert shown(world, world.agent, world.manager)["allowed"] == []
    assert shown(world, world.admin, helper(world))["allowed"] == [], "an admin may do more"


def test_another_name_role_and_an_end(world: Any) -> None:
    api, agents_api = world.api(world.admin), world.api(world.agent)
    assert agents_api.get("auth/me/").status == 200
    changed = api.patch(f"users/{world.agent.id}/", {"name": "أمينة 美咲", "role": "manager"}).data
    assert (changed["name"], changed["role"]) == ("أمينة 美咲", "manager")
    assert agents_api.get("auth/me/").code == "session_ended"
    assert trail(world, "user_changed")[0].after == {"name": "أمينة 美咲"} and trail(world, "role_changed")[0].after == {"role": "manager"}
    off = api.patch(f"users/{world.agent.id}/", {"active": False}).data
    assert off["active"] is False and api.get("users/", active="false").data == [off]
    on = api.patch(f"users/{world.agent.id}/", {"active": True}).data
    assert on["active"] and [len(trail(world, name)) for name in ("user_disabled", "user_enabled")] == [1, 1]


def test_an_address_is_confirmed_and_stays_so(world: Any) -> None:
    with unit_of_work(world.pandar.id):
        User.objects.filter(id=world.agent.id).update(email_confirmed_at=None)
    api = world.api(world.admin)
    assert "confirm_email" in shown(world, world.agent)["allowed"]
    assert api.patch(f"users/{world.agent.id}/", {"email_confirmed": True}).data["email_confirmed"]
    assert list(api.patch(f"users/{world.agent.id}/", {"email_confirmed": False}).body["fields"]) == ["email_confirmed"]


def test_nobody_administers_themselves_or_who_may_do_more(world: Any) -> None:
    mine, theirs = world.api(world.admin), world.api(helper(world))
    with unit_of_work(world.pandar.id):
        User.objects.filter(id=world.admin.id).update(email_confirmed_at=None)
    for change in ({"role": "agent"}, {"active": False}):
        assert mine.patch(f"users/{world.admin.id}/", change).code == "own_account"
    for change in ({"role": "agent"}, {"active": False}, {"name": "Fool"}, {"email_confirmed": True}):
        assert theirs.patch(f"users/{world.admin.id}/", change).code == "escalation"
    assert theirs.patch(f"users/{powerless(world).id}/", {"name": "Renamed"}).data["name"] == "Renamed", "the control"
    assert theirs.patch(f"users/{world.customer.id}/", {"role": "manager"}).code == "escalation"
    assert theirs.delete(f"users/{world.admin.id}/sessions/").code == "escalation"
    assert mine.delete(f"users/{world.admin.id}/sessions/").code == "own_account"
    with unit_of_work(world.pandar.id):
        after = User.objects.select_related("role").get(id=world.admin.id)
    assert (after.role_id, after.is_active, after.epoch, after.name, after.email_confirmed_at) == (
        world.admin.role_id, True, world.admin.epoch, world.admin.name, None)


def test_a_refusal_changes_nothing_of_what_stood_beside_it(world: Any) -> None:
    whom = powerless(world)
    answer = world.api(helper(world)).patch(f"users/{whom.id}/", {"name": "Renamed", "role": "admin"})
    assert answer.code == "escalation" and shown(world, whom)["name"] == whom.name


@pytest.mark.parametrize(("given", "field"), [
    ({"name": ""}, "name"), ({"name": "x" * 201}, "name"), ({"name": "a\u202eb"}, "name"), ({"role": "nothing"}, "role")])
def test_what_is_no_change_is_refused(world: Any, given: dict[str, Any], field: str) -> None:
    answer = world.api(world.admin).patch(f"users/{world.agent.id}/", given)
    assert (answer.status, list(answer.body["fields"])) == (400, [field])


def test_of_two_who_change_somebody_the_second_is_told(world: Any) -> None:
    api, seen = world.api(world.admin), shown(world, world.agent)
    assert api.patch(f"users/{world.agent.id}/", {"name": "First", "version": seen["version"]}).status == 200
    late = api.patch(f"users/{world.agent.id}/", {"name": "Second", "version": seen["version"]})
    assert (late.status, late.code, late.body["current"]["name"]) == (409, "stale", "First")
    again = api.patch(f"users/{world.agent.id}/", {"name": "Second", "version": late.body["current"]["version"]})
    assert again.data["name"] == "Second", "the control"


def test_somebody_is_signed_out_everywhere(world: Any) -> None:
    theirs = world.api(world.agent)
    assert theirs.get("auth/me/").status == 200
    assert world.api(world.admin).delete(f"users/{world.agent.id}/sessions/").data == {"signed_out": True}
    assert theirs.get("auth/me/").code == "session_ended" and len(trail(world, "ended_by_staff")) == 1
    with unit_of_work(world.pandar.id):
        assert not Session.objects.filter(user=world.agent, revoked_at=None).exists()


def test_whoever_has_a_second_factor_can_lose_it(world: Any, clock: Clock) -> None:
    equip(world.agent, clock)
    row = shown(world, world.agent)
    assert row["second_factor"] and "reset_factor" in row["allowed"]
    assert world.api(world.admin).delete(f"users/{world.agent.id}/factor/").status == 200
    assert not shown(world, world.agent)["second_factor"]


def test_ones_own_name(world: Any) -> None:
    for person in (world.customer, world.agent):
        api = world.api(person)
        assert api.patch("auth/me/", {"name": "Adaeze", "role": "admin", "email": "x@x.test"}).data["name"] == "Adaeze"
        me = api.get("auth/me/").data
        assert (me["name"], me["email"], me["role"]) == ("Adaeze", person.email, person.role.slug)
    assert world.api(world.agent).patch("auth/me/", {"name": " "}).status == 400
    assert len(trail(world, "user_changed")) == 2


# One's own password.


def change(world: Any, api: Any, **given: str) -> Any:
    return api.post("auth/password/", {"password": "correct horse battery", "new_password": "another good phrase", **given})


def test_ones_own_password(world: Any) -> None:
    api = world.api(world.agent)
    other = world.pandar.session(world.agent)
    assert change(world, api, password="wrong").code == "wrong_password"
    weak = change(world, api, new_password="short")
    assert (weak.status, list(weak.body["fields"])) == (400, ["new_password"])
    with unit_of_work(world.pandar.id):
        assert User.objects.get(id=world.agent.id).password == world.agent.password
    assert change(world, api).status == 200
    assert api.get("auth/me/").code == "session_ended"
    assert world.pandar.fresh(other).revoked_because == "password_changed_sessions_ended"
    login = {"organization": "pandar", "email": world.agent.email}
    assert world.api(None).post("auth/login/", {**login, "password": "another good phrase"}).status == 200
    assert world.api(None).post("auth/login/", {**login, "password": "correct horse battery"}).status == 401


def test_it_takes_ones_own_password_and_only_that(world: Any) -> None:
    """The control for the walk: a stranger's try with the wrong one changes nothing."""
    before = world.pandar.fresh(world.customer).password
    assert change(world, world.api(world.customer), password="not the one").status == 400
    assert world.pandar.fresh(world.customer).password == before


def test_an_exception_rolls_the_change_back(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded = audit.record

    def explode(action: str, **given: Any) -> None:
        recorded(action, **given)
        if action == "role_changed":
            raise RuntimeError("after the writes")

    monkeypatch.setattr(audit, "record", explode)
    answer = world.api(world.admin).patch(f"users/{world.agent.id}/", {"name": "Renamed", "role": "manager"})
    assert answer.status == 500
    monkeypatch.undo()
    assert shown(world, world.agent)["name"] == world.agent.name and trail(world, "user_changed") == []
