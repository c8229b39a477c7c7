"""Signing in on the event loop: as by Django, refusals and records included, and never a second time."""
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from accounts import passwords
from accounts.actions import factors
from accounts.actions.credentials import BY_ACCOUNT
from accounts.api import fast
from accounts.models import AuditEntry, Organization, Session, User
from accounts.tests.factor_world import Clock, clock, equip
from foundation.ids import PLATFORM
from foundation.units import unit_of_work
from pandarchat.tests.event_loop import Heard, ask, own
from pandarchat.tests.world import PASSWORD, World

__all__ = ["clock"]
LOGIN = "auth/login/"


@pytest.fixture
def hashing() -> Iterator[None]:
    """As in a server."""
    passwords.start_processes()
    yield
    passwords.stop_processes()


def credentials(person: Any, **given: str) -> dict[str, str]:
    return {"organization": "pandar", "email": person.email, "password": PASSWORD, **given}


def told(heard: Any) -> tuple[int, Any]:
    """Status and body, without what differs from one session to the next."""
    data = heard.body.get("data", heard.body)
    return heard.status, {name: value for name, value in data.items() if name not in {"access", "refresh"}}


def anonymous(world: World, body: Any) -> tuple[Heard, Any]:
    """The same asked of the loop and of Django."""
    (quick,) = ask(("POST", LOGIN, None, body))
    return quick, world.api(None).post(LOGIN, body)


@pytest.mark.usefixtures("hashing")
def test_a_login_is_djangos_answer(world: World) -> None:
    with unit_of_work(world.acme.id):
        User.objects.filter(id=world.acme.customer.id).update(email_confirmed_at=None)
    with unit_of_work(PLATFORM):
        Organization.objects.filter(id=world.acme.id).update(requires_confirmed_email=True)
    given = [credentials(world.agent), credentials(world.customer, email=f" {world.customer.email.upper()} ", organization="PANDAR"),
             credentials(world.agent, password="wrong"), credentials(world.agent, organization="nowhere"),
             credentials(world.agent, email="nobody@pandar.test"), credentials(world.acme.customer, organization="acme")]
    answers = [anonymous(world, body) for body in given]
    for quick, slow in answers:
        assert (quick.left, *told(quick)) == (False, *told(slow))
        assert own(quick.headers) == own(slow.headers)
    assert [quick.status for quick, _ in answers] == [200, 200, 401, 401, 401, 403]
    tokens_of = [heard.body["data"] for heard in answers[0]]
    for pair in tokens_of:
        assert type(world.api(None))(pair["access"]).get("auth/me/").data == pair["user"]
        assert world.api(None).post("auth/refresh/", {"refresh": pair["refresh"]}).status == 200


@pytest.mark.usefixtures("hashing")
def test_the_loop_is_no_way_around_a_second_factor(world: World, clock: Clock) -> None:
    app, _ = equip(world.agent, clock)
    equip(world.admin, clock)
    with unit_of_work(world.pandar.id):
        factors.demand(organization=world.pandar.organization, actor=world.actor(world.admin))
    for person, code in ((world.agent, "second_factor_required"), (world.teammate, "second_factor_enrolment_required")):
        quick, slow = anonymous(world, credentials(person))
        assert (quick.left, quick.status, quick.body["code"]) == (False, slow.status, slow.code) == (False, 401, code)
        assert quick.body.keys() == slow.body.keys() >= {"challenge", "expires_in"}
        assert own(quick.headers) == own(slow.headers)
    with unit_of_work(world.pandar.id):
        assert Session.objects.count() == 0
    (quick,) = ask(("POST", LOGIN, None, credentials(world.agent)))
    answer = world.api(None).post("auth/login/factor/", {"challenge": quick.body["challenge"], "code": app.code()})
    assert answer.data["user"]["id"] == str(world.agent.id)


@pytest.mark.usefixtures("hashing")
def test_a_login_leaves_the_same_on_record(world: World) -> None:
    bodies = [credentials(world.agent), credentials(world.agent, password="wrong"), credentials(world.agent, email="nobody@pandar.test")]
    for body in bodies:
        anonymous(world, body)
    differs = {"id", "at", "request_id"}
    with unit_of_work(world.pandar.id):
        trail = list(AuditEntry.objects.filter(action__startswith="login").order_by("id").values())
        sessions = list(Session.objects.order_by("id").values("organization_id", "user_id", "generation", "revoked_at", "revoked_because",
                                                               "address"))
    entries = [{name: value for name, value in entry.items() if name not in differs} for entry in trail]
    assert [entry["action"] for entry in entries] == ["login"] * 2 + ["login_failed"] * 4
    assert entries[0::2] == entries[1::2]
    assert len(sessions) == 2
    assert sessions[0] == sessions[1]


@pytest.mark.usefixtures("hashing")
def test_tries_on_the_loop_are_counted_with_djangos(world: World, settings: Any) -> None:
    settings.RATE_LIMITS = True
    wrong, right = credentials(world.agent, password="wrong"), credentials(world.agent)
    for _ in range(4):
        anonymous(world, wrong)
    assert ask(("POST", LOGIN, None, right))[0].status == 200, "which starts anew"
    for _ in range(5):
        quick, slow = anonymous(world, wrong)
        assert (quick.status, slow.status) == (401, 401)
    quick, slow = anonymous(world, right)
    assert (quick.left, quick.status, quick.body["code"]) == (False, slow.status, slow.code) == (False, 429, "rate_limited")
    assert quick.headers and int(quick.headers["retry-after"]) > 0


@pytest.mark.usefixtures("hashing")
def test_what_are_no_credentials_is_left_to_django(world: World) -> None:
    good = credentials(world.agent)
    odd: list[Any] = [b"", b"[]", b"{", {**good, "more": "x"}, {"email": good["email"]}, {**good, "email": "no address"},
                      {**good, "organization": ""}, {**good, "organization": "x" * 51}, {**good, "password": ""},
                      {**good, "password": None}, {**good, "password": "x" * 1001}, {**good, "password": "\0"}]
    assert all(heard.left for heard in ask(*[("POST", LOGIN, None, body) for body in odd]))
    assert ask(("POST", LOGIN, None, good, {"a": "b"}))[0].left
    assert ask(("POST", LOGIN, None, good, None, {"content-type": "text/plain"}))[0].left
    assert not ask(("POST", LOGIN, None, good))[0].left, "the negative control"


def test_without_processes_a_login_is_djangos(world: World) -> None:
    assert ask(("POST", LOGIN, None, credentials(world.agent)))[0].left


@pytest.mark.usefixtures("hashing")
@pytest.mark.parametrize("error", [RuntimeError, psycopg.errors.QueryCanceled, psycopg.OperationalError])
def test_a_login_that_fails_on_the_way_is_not_done_again(world: World, monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    async def failing(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(fast, "run_on_loop", failing)
    (heard,) = ask(("POST", LOGIN, None, credentials(world.agent)))
    assert (heard.left, heard.status, heard.body["code"]) == (False, 503, "unavailable")


@pytest.mark.usefixtures("hashing")
def test_where_too_many_sign_in_the_loop_says_so(world: World, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.RATE_LIMITS = True
    with monkeypatch.context() as patch:
        patch.setattr(passwords._lines[0], "most", 0)
        for _ in range(BY_ACCOUNT.most):
            quick, slow = anonymous(world, credentials(world.agent))
            assert (quick.left, *told(quick)) == (False, *told(slow))
            assert (quick.status, quick.body["code"]) == (503, "busy")
            assert own(quick.headers) == own(slow.headers)
    assert ask(("POST", LOGIN, None, credentials(world.agent)))[0].status == 200, "and none of it was a try"
