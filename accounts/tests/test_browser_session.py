"""Signing in with a browser: the session cookie, and nothing changed by it without the CSRF token."""
import json
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session as Stored
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import browser
from accounts.actions import credentials, people, sessions
from accounts.actor import System
from accounts.models import AuditEntry, Session, User
from accounts.tests.factor_world import Clock, clock, equip
from foundation import events
from foundation.units import unit_of_work

__all__ = ["clock"]
PASSWORD = "correct horse battery"
SESSION = "/api/v1/auth/session/"


class Browser:
    """A browser that checks as a server does: cookies are kept, and the CSRF token is sent where it is told to."""

    def __init__(self, *, agent: str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0") -> None:
        self.client = Client(enforce_csrf_checks=True, headers={"User-Agent": agent})

    def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, *, token: bool = True) -> Any:
        headers = dict(headers or {})
        if token and "csrftoken" in self.client.cookies:
            headers["X-CSRFToken"] = self.client.cookies["csrftoken"].value
        given = json.dumps(body if body is not None else {})
        return self.client.generic(method, f"/api/v1/{path}", given, content_type="application/json", headers=headers)

    def sign_in(self, person: User, password: str = PASSWORD, *, organization: str = "pandar",
                headers: dict[str, str] | None = None) -> Any:
        given = {"organization": organization, "email": person.email, "password": password}
        return self.ask("POST", "auth/session/", given, headers)

    @property
    def key(self) -> str:
        return str(self.client.cookies["sessionid"].value)


@pytest.fixture
def agents(world: Any) -> Browser:
    """The agent's browser, signed in."""
    found = Browser()
    assert found.sign_in(world.agent).status_code == 200
    return found


def test_it_answers_who_signed_in_and_gives_no_token(world: Any) -> None:
    answer = Browser().sign_in(world.agent)
    data = answer.json()["data"]
    assert set(data) == {"expires_in", "user"} and data["expires_in"] == settings.SESSION_COOKIE_AGE
    assert data["user"] == world.api(world.agent).get("auth/me/").data


@pytest.mark.parametrize("secure", [False, True])
def test_the_cookies_are_the_browsers_own(world: Any, settings: Any, secure: bool) -> None:
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = secure
    cookies = Browser().sign_in(world.agent).cookies
    session, csrf = cookies["sessionid"], cookies["csrftoken"]
    assert (session["httponly"], session["samesite"], bool(session["secure"])) == (True, "Lax", secure)
    assert (bool(csrf["httponly"]), csrf["samesite"], bool(csrf["secure"])) == (False, "Lax", secure)


def test_in_production_cookies_need_https() -> None:
    ask = "from django.conf import settings as s; print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY)"
    environment = {"DEBUG": "off", "SECRET_KEY": "0123456789" * 6, "DJANGO_SETTINGS_MODULE": "pandarchat.settings", "PATH": "/usr/bin:/bin"}
    told = subprocess.run([sys.executable, "-c", ask], env=environment, capture_output=True, text=True, check=True, cwd=settings.BASE_DIR)
    assert told.stdout.split() == ["True", "True", "True"]


def test_the_cookie_opens_the_api(world: Any, agents: Browser) -> None:
    assert agents.ask("GET", "auth/me/").json()["data"]["id"] == str(world.agent.id)
    assert agents.ask("GET", "tickets/").status_code == 200
    assert Browser().ask("GET", "auth/me/").status_code == 401


def test_nothing_is_done_in_the_name_of_who_signed_in_beside_it(world: Any, agents: Browser) -> None:
    assert agents.ask("PATCH", "agents/me/", {"availability": "away"}, {"X-Expected-User": str(world.agent.id)}).status_code == 200
    refused = agents.ask("PATCH", "agents/me/", {"availability": "busy"}, {"X-Expected-User": str(world.teammate.id)})
    assert (refused.status_code, refused.json()["code"]) == (401, "other_user")
    assert agents.ask("GET", "agents/me/").json()["data"]["availability"] == "away"
    assert world.api(world.agent).call("GET", "agents/me/", headers={"X-Expected-User": "x"}).status == 200  # a token says whose it is


UNSAFE = [("POST", "tickets/"), ("POST", "auth/socket-ticket/"), ("PATCH", "agents/me/"), ("POST", "auth/logout/"),
          ("DELETE", "auth/session/"), ("DELETE", "auth/sessions/")]


@pytest.mark.parametrize(("method", "path"), UNSAFE)
def test_without_the_csrf_token_nothing_is_changed(world: Any, agents: Browser, method: str, path: str) -> None:
    """Whatever it would be; with the token the same request gets farther."""
    body = {"availability": "busy"}
    wrong = "a" * 32
    for headers in ({}, {"X-CSRFToken": wrong}):
        answer = agents.ask(method, path, body, headers, token=False)
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")
    assert agents.ask(method, path, body).json().get("code") != "csrf_failed"


def test_the_token_of_another_browser_is_none(world: Any, agents: Browser) -> None:
    other = Browser()
    other.sign_in(world.teammate)
    theirs = {"X-CSRFToken": other.client.cookies["csrftoken"].value}
    answer = agents.ask("PATCH", "agents/me/", {"availability": "busy"}, theirs, token=False)
    assert answer.json()["code"] == "csrf_failed"


def test_with_a_cookie_another_sites_page_changes_nothing(world: Any, agents: Browser) -> None:
    for origin, status in (("https://evil.example", 403), ("null", 403), ("http://testserver", 200)):
        assert agents.ask("PATCH", "agents/me/", {"availability": "busy"}, {"Origin": origin}).status_code == status


def test_another_sites_page_signs_nobody_in(world: Any) -> None:
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        one = Browser()
        answer = one.sign_in(world.agent, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")
        assert "sessionid" not in one.client.cookies
    own = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
    assert Browser().sign_in(world.agent, headers=own).status_code == 200


def test_a_token_needs_no_csrf_and_decides_alone(world: Any, agents: Browser) -> None:
    mine = {"Authorization": f"Bearer {world.token(world.customer)}"}
    assert agents.ask("POST", "auth/socket-ticket/", None, mine, token=False).status_code == 201
    assert agents.ask("GET", "auth/me/", None, mine).json()["data"]["id"] == str(world.customer.id)
    assert agents.ask("GET", "auth/me/", None, {"Authorization": "Bearer nonsense"}).status_code == 401, "the cookie is no substitute"


def test_its_end_is_fixed_when_it_begins(world: Any, agents: Browser) -> None:
    """What a socket is told is the end of the session, and not that of a session which would begin now; saving it moves nothing."""
    with unit_of_work(world.pandar.id):
        ends = Session.objects.get(kind="browser").expires_at
    with time_machine.travel(timezone.now() + timedelta(hours=5)):
        store = agents.client.session
        known = browser.of(store)
        assert known and abs(known.expires_at - ends) < timedelta(seconds=10)
        store["something"] = 1
        store.save()
        assert abs(Stored.objects.get(session_key=agents.key).expire_date - ends) < timedelta(seconds=10)


def test_signing_in_begins_another_session_and_carries_nothing_over(world: Any, agents: Browser) -> None:
    planted, csrf = agents.key, agents.client.cookies["csrftoken"].value
    assert agents.sign_in(world.teammate).status_code == 200
    assert agents.key != planted and agents.client.cookies["csrftoken"].value != csrf
    assert not Stored.objects.filter(session_key=planted).exists()
    assert agents.ask("GET", "auth/me/").json()["data"]["id"] == str(world.teammate.id)


def test_a_key_that_was_planted_is_not_taken_over(world: Any) -> None:
    victim = Browser()
    victim.client.cookies["sessionid"] = "plantedplantedplantedplantedplan"
    victim.sign_in(world.agent)
    assert victim.key != "plantedplantedplantedplantedplan"


def test_whatever_is_wrong_is_told_as_at_a_login(world: Any) -> None:
    answers = [Browser().sign_in(world.agent, "wrong"), Browser().sign_in(world.acme.agent),
               Browser().sign_in(world.agent, organization="nowhere")]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(401, "invalid_credentials")}
    assert all("sessionid" not in answer.cookies for answer in answers)


def test_tries_are_counted_with_those_of_tokens(world: Any, settings: Any) -> None:
    settings.RATE_LIMITS = True
    for number in range(credentials.BY_ACCOUNT.most):
        if number % 2:
            Browser().sign_in(world.agent, "wrong")
        else:
            world.api(None).post("auth/login/", {"organization": "pandar", "email": world.agent.email, "password": "wrong"})
    assert Browser().sign_in(world.agent).status_code == 429


def test_it_is_on_record(world: Any, agents: Browser) -> None:
    Browser().sign_in(world.agent, "wrong")
    with unit_of_work(world.pandar.id):
        actions = list(AuditEntry.objects.filter(action__startswith="login").order_by("id").values_list("action", flat=True))
        row = Session.objects.get(kind="browser")
    assert actions == ["login", "login_failed"]
    assert (row.user_id, row.address) == (world.agent.id, "127.0.0.1")
    assert timedelta(hours=11) < row.expires_at - row.created_at < timedelta(hours=13)


def test_an_answer_to_the_ended_session_leaves_the_cookie_of_the_next_one(world: Any, agents: Browser) -> None:
    """What was asked before may be answered after somebody signed in again."""
    before = agents.key
    agents.sign_in(world.agent)
    late = Browser()
    late.client.cookies["sessionid"] = before
    answer = late.ask("GET", "auth/me/")
    assert (answer.status_code, "Cookie" in answer.headers["Vary"]) == (401, True)
    assert "sessionid" not in answer.cookies
    assert agents.ask("GET", "auth/me/").status_code == 200


def test_signing_out_ends_it(world: Any, agents: Browser) -> None:
    key = agents.key
    assert agents.ask("DELETE", "auth/session/").json()["data"] == {"ended": "this"}
    assert agents.client.cookies["sessionid"].value == ""
    agents.client.cookies["sessionid"] = key
    assert agents.ask("GET", "auth/me/").status_code == 401
    with unit_of_work(world.pandar.id):
        assert Session.objects.get(kind="browser").revoked_because == "logout"


def endings(world: Any) -> dict[str, Any]:
    house = System(world.pandar.id)
    return {
        "epoch": lambda: sessions.sign_out_everywhere(actor=house, user=world.agent),
        "epoch alone": lambda: User.objects.filter(id=world.agent.id).update(epoch=9),
        "password": lambda: people.set_password(user=User.objects.get(id=world.agent.id), hashed="x", actor=house),
        "disabled": lambda: people.set_active(user=User.objects.get(id=world.agent.id), active=False, actor=house),
        "row": lambda: Session.objects.filter(kind="browser").update(revoked_at=timezone.now()),
        "time": lambda: Session.objects.filter(kind="browser").update(expires_at=timezone.now()),
        "nothing": lambda: User.objects.filter(id=world.agent.id).update(name="Another"),
    }


@pytest.mark.parametrize("how", ["epoch", "epoch alone", "password", "disabled", "row", "time", "nothing"])
def test_it_ends_with_epoch_password_user_and_row(world: Any, agents: Browser, how: str) -> None:
    """The last, which ends nothing, is the negative control."""
    with unit_of_work(world.pandar.id):
        endings(world)[how]()
    answer = agents.ask("GET", "auth/me/")
    assert (answer.status_code, answer.json().get("code")) == ((200, None) if how == "nothing" else (401, "session_ended"))


def test_a_forged_session_of_another_organization_is_nobody(world: Any, agents: Browser) -> None:
    for name, value in ((browser.TENANT, str(world.acme.id)), ("_auth_user_id", str(world.teammate.id)), (browser.EPOCH, 7)):
        session = agents.client.session
        before = session[name]
        session[name] = value
        session.save()
        assert agents.ask("GET", "auth/me/").status_code == 401, name
        session[name] = before
        session.save()
    assert agents.ask("GET", "auth/me/").status_code == 200


def test_a_browser_that_lost_the_csrf_cookie_gets_another(world: Any, agents: Browser) -> None:
    del agents.client.cookies["csrftoken"]
    assert agents.ask("PATCH", "agents/me/", {"availability": "busy"}).status_code == 403
    assert "csrftoken" in agents.ask("GET", "auth/me/").cookies
    assert agents.ask("PATCH", "agents/me/", {"availability": "busy"}).status_code == 200


def test_a_new_password_of_ones_own_keeps_this_browser_and_ends_the_others(world: Any) -> None:
    here, there = Browser(), Browser()
    assert here.sign_in(world.admin).status_code == there.sign_in(world.admin).status_code == 200
    key = here.key
    changed = here.ask("POST", "auth/password/", {"password": PASSWORD, "new_password": "another good phrase"})
    assert changed.status_code == 200, changed.content
    assert here.ask("GET", "auth/me/").status_code == 200 and here.key != key
    assert here.client.get("/admin/").status_code == 200, "and it still opens the administration pages"
    assert there.ask("GET", "auth/me/").status_code == 401 and there.client.get("/admin/").status_code == 302
    assert len(here.ask("GET", "auth/sessions/").json()["data"]) == 1


def test_one_sign_in_is_for_the_administration_pages_too(world: Any) -> None:
    boss = Browser()
    boss.sign_in(world.admin)
    assert boss.client.get("/admin/").status_code == 200
    with unit_of_work(world.pandar.id):
        sessions.end(session=Session.objects.get(kind="browser"), actor=System(world.pandar.id))
    assert boss.client.get("/admin/").status_code == 302
    assert boss.ask("GET", "auth/me/").status_code == 401


def test_whoever_may_not_use_those_pages_does_not_by_this(world: Any, agents: Browser) -> None:
    assert agents.client.get("/admin/").status_code == 302


# Somebody else signs in where somebody is signed in.


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The groups whose sockets are told to close."""
    groups: list[str] = []
    real = events.control

    def heard(group: str, verb: str, **data: Any) -> None:
        groups.append(group)
        real(group, verb, **data)

    monkeypatch.setattr(events, "control", heard)
    return groups


def before(browser: Browser, tenant: Any, person: User) -> tuple[list[str], Any]:
    """The groups of what a browser has open, and its row."""
    with unit_of_work(tenant.id):
        row = Session.objects.get(user=person, kind="browser")
    return [sessions.session_group(row.id), sessions.browser_group(browser.key)], row.id


def ended(tenant: Any, row: Any) -> bool:
    with unit_of_work(tenant.id):
        return Session.objects.get(id=row).revoked_at is not None


def enters(world: Any, one: Browser, clock: Clock, how: str) -> None:
    """Somebody signs in with a browser that somebody else is signed in with."""
    match how:
        case "another":
            assert one.sign_in(world.teammate).status_code == 200
        case "of another organization":
            assert one.sign_in(world.acme.agent, organization="acme").status_code == 200
        case "with a second factor":
            equip(world.teammate, clock)
            assert one.sign_in(world.teammate).json()["code"] == "second_factor_required"
        case "on the administration pages":
            given = {"organization": "acme", "email": world.acme.admin.email, "password": PASSWORD}
            headers = {"X-CSRFToken": one.client.cookies["csrftoken"].value}
            assert one.client.post("/admin/login/", given, headers=headers).status_code == 302


@pytest.mark.parametrize("how", ["another", "of another organization", "with a second factor", "on the administration pages"])
def test_what_somebody_had_open_ends_where_another_signs_in(world: Any, agents: Browser, clock: Clock, told: list[str], how: str) -> None:
    """Their sockets too, at once: whoever sits there now is not to be told what comes for them."""
    groups, row = before(agents, world.pandar, world.agent)
    enters(world, agents, clock, how)
    assert ended(world.pandar, row) and set(groups) <= set(told)


def test_nothing_ends_where_nobody_signs_in(world: Any, agents: Browser, told: list[str]) -> None:
    _, row = before(agents, world.pandar, world.agent)
    assert agents.sign_in(world.teammate, "a guess of somebody").status_code == 401
    assert not ended(world.pandar, row) and told == []


def test_where_nobody_is_signed_in_a_sign_in_asks_for_nothing_more(world: Any, monkeypatch: pytest.MonkeyPatch, told: list[str]) -> None:
    """It is a measured path."""
    Browser().sign_in(world.agent)  # what the role may do is remembered from here on
    with CaptureQueriesContext(connection) as fresh:
        Browser().sign_in(world.agent)
    assert told == [] and not any(query["sql"].startswith('UPDATE "accounts_session"') for query in fresh)
    monkeypatch.setattr(browser, "replaced", lambda request: None)
    with CaptureQueriesContext(connection) as without:
        Browser().sign_in(world.agent)
    assert len(fresh) == len(without)
