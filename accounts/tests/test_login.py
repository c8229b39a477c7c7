"""Signing in: one answer to everything that is wrong, and a record of both outcomes."""
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from accounts import passwords
from accounts.actions import credentials, people
from accounts.actor import System
from accounts.models import AuditEntry, Organization, Session, User
from foundation.async_database import parameters
from foundation.ids import PLATFORM
from foundation.units import unit_of_work, wrapper
from pandarchat.services.processes import wait_until
from pandarchat.testing.database import owner

PASSWORD = "correct horse battery"


def login(world: Any, *, organization: str = "pandar", email: str = "customer@pandar.test", password: str = PASSWORD) -> Any:
    return world.api(None).post("auth/login/", {"organization": organization, "email": email, "password": password})


def trail(world: Any, action: str) -> list[AuditEntry]:
    with unit_of_work(world.pandar.id):
        return list(AuditEntry.objects.filter(action=action))


def test_the_answer_holds_tokens_and_the_user(world: Any) -> None:
    data = login(world).data
    assert set(data) == {"access", "refresh", "expires_in", "user"}
    assert data["user"]["organization"]["slug"] == "pandar"
    assert (data["user"]["role"], data["user"]["staff"]) == ("customer", False)
    assert data["user"]["permissions"] == ["chat.edit_message", "chat.send_message", "journeys.run_journey", "tickets.open_ticket"]
    assert type(world.api(None))(data["access"]).get("auth/me/").data == data["user"]


SPELLINGS = [{"email": "CUSTOMER@Pandar.TEST"}, {"email": " customer@pandar.test "}, {"organization": "PANDAR"},
                                   {"organization": " Pandar "}]


def test_case_and_spaces_around_do_not_matter(world: Any) -> None:
    for given in SPELLINGS:
        assert login(world, **given).status == 200


ALMOST = [PASSWORD.upper(), f" {PASSWORD}", PASSWORD + " "]


def test_of_a_password_everything_matters(world: Any) -> None:
    for password in ALMOST:
        assert login(world, password=password).status == 401


def test_everything_wrong_is_answered_alike(world: Any) -> None:
    answers = [login(world, organization="nowhere"), login(world, email="nobody@pandar.test"), login(world, password="wrong"),
               login(world, email="customer@acme.test"), login(world, organization="acme")]
    assert {(answer.status, answer.code) for answer in answers} == {(401, "invalid_credentials")}
    assert len({answer.text for answer in answers}) == 1


def test_everything_wrong_costs_one_hash(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []

    def check(password: str, hashed: str) -> bool:
        checked.append(hashed)
        return False

    monkeypatch.setattr(passwords, "check_password", check)
    for given in ({"organization": "nowhere"}, {"email": "nobody@pandar.test"}, {"password": "wrong"}):
        login(world, **given)
    assert len(checked) == 3
    assert all(hashed.startswith("argon2$argon2id$") for hashed in checked)


def test_inactive_users_and_organizations_are_nobody(world: Any) -> None:
    with unit_of_work(world.pandar.id):
        User.objects.filter(id=world.customer.id).update(is_active=False)
    with unit_of_work(PLATFORM):
        Organization.objects.filter(id=world.acme.id).update(is_active=False)
    assert login(world).code == login(world, organization="acme", email="customer@acme.test").code == "invalid_credentials"
    assert login(world, email="agent@pandar.test").status == 200, "the negative control"


def test_an_unconfirmed_address_is_told_only_with_the_right_password(world: Any) -> None:
    with unit_of_work(PLATFORM):
        Organization.objects.filter(id=world.pandar.id).update(requires_confirmed_email=True)
    with unit_of_work(world.pandar.id):
        User.objects.filter(id=world.customer.id).update(email_confirmed_at=None)
    answer = login(world)
    assert (answer.status, answer.code) == (403, "email_not_confirmed")
    assert login(world, password="wrong").code == "invalid_credentials"
    with unit_of_work(world.pandar.id):
        people.confirm_email(user=User.objects.get(id=world.customer.id), actor=System(world.pandar.id))
    assert login(world).status == 200


def test_an_unconfirmed_address_does_where_it_is_not_demanded(world: Any) -> None:
    with unit_of_work(world.pandar.id):
        User.objects.filter(id=world.customer.id).update(email_confirmed_at=None)
    assert login(world).status == 200


def test_a_platform_superuser_gets_no_tokens(world: Any, password_hash: str) -> None:
    with unit_of_work(PLATFORM):
        people.create_superuser(email="root@pandar.test", name="Root", hashed=password_hash, actor=System(PLATFORM))
    for organization in ("", " ", "pandar", str(PLATFORM)):
        assert login(world, organization=organization, email="root@pandar.test").status in (400, 401)
    with unit_of_work(PLATFORM):
        assert Session.objects.count() == 0


def test_success_and_failure_are_on_record(world: Any) -> None:
    login(world)
    login(world, password="wrong")
    login(world, email="nobody@pandar.test")
    (entry,) = trail(world, "login")
    assert (entry.actor_id, entry.target_id, entry.address) == (world.customer.id, str(world.customer.id), "127.0.0.1")
    failures = {(entry.actor_id, entry.actor_name, entry.target_id) for entry in trail(world, "login_failed")}
    assert failures == {(None, "customer@pandar.test", str(world.customer.id)), (None, "nobody@pandar.test", "")}


def test_the_record_holds_no_password(world: Any) -> None:
    login(world, password="a secret nobody may read")
    (entry,) = trail(world, "login_failed")
    assert "secret" not in str(vars(entry))


def test_no_password_is_checked_inside_a_unit_of_work(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []

    def check(password: str, hashed: str) -> bool:
        seen.append((wrapper().organization, wrapper().in_atomic_block))
        return True

    monkeypatch.setattr(passwords, "check_password", check)
    assert login(world).status == 200
    with unit_of_work(world.pandar.id):
        passwords.matches("inside, to show that the test would see it", "x")
    assert seen == [(None, False), (world.pandar.id, True)]


@pytest.mark.parametrize("change", [{"password": "another"}, {"is_active": False}, {}])
def test_nobody_enters_who_changed_while_their_password_was_checked(
    world: Any, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any],
) -> None:
    """The last change, none, is the negative control."""

    def check(password: str, hashed: str) -> bool:
        with unit_of_work(world.pandar.id):
            User.objects.filter(id=world.customer.id).update(**change, name="Renamed")
        return True

    monkeypatch.setattr(passwords, "check_password", check)
    assert login(world).status == (401 if change else 200)
    with unit_of_work(world.pandar.id):
        assert Session.objects.count() == (0 if change else 1)
    assert (len(trail(world, "login")), len(trail(world, "login_failed"))) == ((0, 1) if change else (1, 0))


@pytest.mark.parametrize("change", ["password = 'another'", "is_active = false", "name = 'Renamed'"])
def test_nobody_enters_while_somebody_is_about_to_change_them(world: Any, change: str) -> None:
    """Whoever changes the password ends the sessions that there are: one that began on what it was must not come after. The last change,
    which ends nobody, is the negative control."""
    with psycopg.connect(**parameters()) as other, ThreadPoolExecutor(1) as pool:
        other.execute("SELECT set_config('app.organization', %s, true)", [str(world.pandar.id)])
        other.execute(f"UPDATE accounts_user SET {change} WHERE id = %s".encode(), [world.customer.id])
        answer = pool.submit(login, world)
        (pid,) = other.execute("SELECT pg_backend_pid()").fetchone() or (0,)
        with owner() as admin:
            wait_until(lambda: admin.execute("SELECT count(*) FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))",
                                             [pid]).fetchone() == (1,), 10, "the login does not wait")
        other.commit()
        renamed = "Renamed" in change
        assert answer.result(20).status == (200 if renamed else 401)
    with unit_of_work(world.pandar.id):
        assert Session.objects.count() == (1 if renamed else 0)


def test_whoever_is_told_to_come_again_has_not_tried(world: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.RATE_LIMITS = True
    full = passwords.Bench(1, 1)
    with monkeypatch.context() as patch, full.place():
        patch.setattr(passwords, "bench", lambda: full)
        assert {login(world).code for _ in range(2 * credentials.BY_ACCOUNT.most)} == {"busy"}
    assert login(world).status == 200


def test_the_session_holds_from_where_it_came(world: Any) -> None:
    login(world)
    with unit_of_work(world.pandar.id):
        session = Session.objects.get()
        assert (session.user_id, session.address, session.generation) == (world.customer.id, "127.0.0.1", 1)
        assert timedelta(days=29) < session.expires_at - session.created_at < timedelta(days=31)
        assert User.objects.get(id=world.customer.id).last_login == session.created_at


def test_a_failed_login_changes_nothing_but_the_record(world: Any) -> None:
    login(world, password="wrong")
    with unit_of_work(world.pandar.id):
        assert Session.objects.count() == 0
        assert User.objects.get(id=world.customer.id).last_login is None
