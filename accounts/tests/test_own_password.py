"""Another password for oneself: by the one that one has, and for the browser that asks nothing ends."""
from typing import Any

import pytest

from accounts import passwords
from accounts.actions import credentials, factors, people, sessions
from accounts.actor import System
from accounts.models import AuditEntry, Factor, RecoveryCode, Session, User
from accounts.tests.factor_world import App, Clock, clock, equip
from accounts.tests.mail_world import PASSWORD, sent
from accounts.tests.test_browser_session import Browser
from foundation.units import unit_of_work

__all__ = ["clock"]
NEW = "a lamp in the harbour"


def login(world: Any, password: str) -> int:
    given = {"organization": "pandar", "email": world.customer.email, "password": password}
    return int(world.api(None).post("auth/login/", given).status)


def change(browser: Browser, password: str = PASSWORD, new: str = NEW) -> Any:
    return browser.ask("POST", "auth/password/", {"password": password, "new_password": new})


def signed_in(browser: Browser) -> bool:
    return bool(browser.ask("GET", "auth/me/").status_code == 200)


def test_the_browser_that_asks_stays_and_all_others_end(world: Any) -> None:
    mine, other, app = Browser(), Browser(), world.api(world.customer)
    mine.sign_in(world.customer)
    other.sign_in(world.customer)
    before = mine.key
    assert change(mine).status_code == 200
    assert (signed_in(mine), signed_in(other), app.get("auth/me/").status) == (True, False, 401)
    assert mine.key != before
    assert (login(world, NEW), login(world, PASSWORD)) == (200, 401)
    (only,) = [row for row in mine.ask("GET", "auth/sessions/").json()["data"] if row["kind"] == "browser"]
    assert only["current"]
    (notice,) = sent(world.pandar.id)
    assert "was changed" in notice.subject


def test_with_a_token_everything_ends(world: Any) -> None:
    app = world.api(world.customer)
    assert app.post("auth/password/", {"password": PASSWORD, "new_password": NEW}).status == 200
    assert app.get("auth/me/").status == 401
    assert login(world, NEW) == 200


def test_not_without_the_old_one(world: Any) -> None:
    mine = Browser()
    mine.sign_in(world.customer)
    answer = change(mine, password="a guess of somebody")
    assert (answer.status_code, answer.json()["code"], list(answer.json()["fields"])) == (400, "wrong_password", ["password"])
    assert (signed_in(mine), login(world, PASSWORD)) == (True, 200)


def test_a_weak_one_is_refused_at_its_field(world: Any) -> None:
    mine = Browser()
    mine.sign_in(world.customer)
    answer = change(mine, new="short")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["new_password"])
    assert (signed_in(mine), login(world, PASSWORD)) == (True, 200)
    with unit_of_work(world.pandar.id):
        assert not AuditEntry.objects.filter(action="password_changed").exists()
        assert User.objects.get(id=world.customer.id).epoch == world.customer.epoch


# What came between the check of the old password and the change.


def signed_out(person: User) -> None:
    sessions.sign_out_everywhere(actor=System(person.tenant), user=person)


def given_another(person: User) -> None:
    people.set_password(user=person, hashed=ANOTHER, actor=System(person.tenant))


def disabled(person: User) -> None:
    people.set_active(user=person, active=False, actor=System(person.tenant))


def session_ended(person: User) -> None:
    for session in Session.objects.filter(user=person):
        sessions.end(session=session, actor=System(person.tenant))


def nothing(person: User) -> None:
    pass


def between(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, world: Any, event: Any) -> None:
    """Let something happen to the customer once this function of a module has done its work."""
    real = getattr(module, name)

    def followed(*args: Any, **kwargs: Any) -> Any:
        found = real(*args, **kwargs)
        with unit_of_work(world.pandar.id):
            event(User.objects.select_related("role").get(id=world.customer.id))
        return found

    monkeypatch.setattr(module, name, followed)


ANOTHER = "argon2$of another"
ENDS = [signed_out, given_another, disabled, session_ended]
WAYS = [
    ("POST", "auth/password/", {"password": PASSWORD, "new_password": NEW}, passwords, "hashed"),
    ("POST", "auth/email/", {"password": PASSWORD, "email": "elsewhere@example.com"}, credentials, "verify"),
    ("POST", "auth/factor/", {"password": PASSWORD}, credentials, "verify"),
    ("POST", "auth/factor/confirm/", {}, factors, "count"),
    ("POST", "auth/factor/disable/", {"password": PASSWORD}, factors, "prove"),
    ("POST", "auth/factor/recovery-codes/", {"password": PASSWORD}, factors, "prove"),
]


def ask(world: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch, way: Any, event: Any) -> Any:
    method, path, body, module, name = way
    mine = Browser()
    mine.sign_in(world.customer)
    if name == "prove":
        app, _ = equip(world.customer, clock)
        body = {**body, "code": app.code()}
    elif name == "count":
        with unit_of_work(world.pandar.id):
            body = {"code": App(factors.enrol(user=world.customer).secret, clock).code()}
    between(monkeypatch, module, name, world, event)
    return mine.ask(method, path, body)


def state(world: Any) -> Any:
    with unit_of_work(world.pandar.id):
        person = User.objects.get(id=world.customer.id)
        codes = RecoveryCode.objects.filter(user=person).order_by("id").values_list("hash", flat=True)
        return person.password, list(Factor.objects.filter(user=person).values_list("confirmed_at")), [bytes(code) for code in codes]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way[1])
@pytest.mark.parametrize("event", ENDS)
def test_it_does_not_override_what_came_between(world: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch, way: Any, event: Any) -> None:
    """Otherwise whoever knows the old password keeps the account from its owner, who had the new one mailed or signed out everywhere."""
    seen: list[Any] = []

    def noted(person: User) -> None:
        event(person)
        seen.append(state(world))

    answer = ask(world, clock, monkeypatch, way, noted)
    assert (answer.status_code, answer.json()["code"]) == (401, "session_ended")
    assert [state(world)] == seen[-1:]
    with unit_of_work(world.pandar.id):
        assert not AuditEntry.objects.filter(action__in=["email_change_requested", "recovery_codes_renewed"]).exists()


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way[1])
def test_it_is_done_where_nothing_came_between(world: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch, way: Any) -> None:
    assert ask(world, clock, monkeypatch, way, nothing).status_code in {200, 201, 202}


def test_nor_what_came_while_the_old_one_was_checked(world: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    way = ("POST", "auth/password/", {"password": PASSWORD, "new_password": NEW}, credentials, "run")
    mine = Browser()
    mine.sign_in(world.customer)
    between(monkeypatch, *way[3:], world, signed_out)
    assert mine.ask(*way[:3]).json()["code"] == "session_ended"
    assert (login(world, NEW), login(world, PASSWORD)) == (401, 200)
