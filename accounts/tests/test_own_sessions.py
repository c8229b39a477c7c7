"""Where one is signed in, and ending that."""
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts import devices, tokens
from accounts.actions import sessions
from accounts.models import AuditEntry, Session, User
from accounts.tests.test_browser_session import Browser
from foundation.units import unit_of_work

PASSWORD = "correct horse battery"


def login(world: Any, person: User) -> dict[str, Any]:
    given = {"organization": "pandar", "email": person.email, "password": PASSWORD}
    data: dict[str, Any] = world.api(None).post("auth/login/", given).data
    return data


def api(world: Any, pair: dict[str, Any]) -> Any:
    return type(world.api(None))(pair["access"])


def id_of(pair: dict[str, Any]) -> str:
    return str(tokens.read(pair["access"], tokens.ACCESS).session_id)


def test_the_list_names_each_sign_in(world: Any) -> None:
    pair, browser = login(world, world.agent), Browser()
    browser.sign_in(world.agent)
    login(world, world.teammate)
    answer = api(world, pair).get("auth/sessions/")
    assert answer.body["count"] == 2
    shown = {row["kind"]: row for row in answer.data}
    assert shown["browser"]["device"] == "Firefox on Linux"
    assert (shown["tokens"]["id"], shown["tokens"]["current"], shown["browser"]["current"]) == (id_of(pair), True, False)
    assert shown["browser"]["address"] == "127.0.0.1"
    assert {row["id"]: row["current"] for row in browser.ask("GET", "auth/sessions/").json()["data"]} == {
        shown["browser"]["id"]: True, shown["tokens"]["id"]: False}


def test_one_is_ended_for_good(world: Any) -> None:
    here, there = login(world, world.agent), login(world, world.agent)
    assert api(world, here).delete(f"auth/sessions/{id_of(there)}/").status == 200
    assert api(world, there).get("auth/me/").code == "session_ended"
    assert world.api(None).post("auth/refresh/", {"refresh": there["refresh"]}).code == "session_ended"
    assert api(world, here).get("auth/me/").status == 200
    assert [row["id"] for row in api(world, here).get("auth/sessions/").data] == [id_of(here)]
    assert api(world, here).delete(f"auth/sessions/{id_of(there)}/").status == 404, "it has ended already"
    with unit_of_work(world.pandar.id):
        entry = AuditEntry.objects.get(action="session_ended")
    assert (entry.actor_id, entry.target_id) == (world.agent.id, id_of(there))


def test_somebody_elses_is_not_there(world: Any) -> None:
    mine, colleagues = login(world, world.admin), login(world, world.agent)
    assert api(world, mine).delete(f"auth/sessions/{id_of(colleagues)}/").status == 404
    assert api(world, colleagues).get("auth/me/").status == 200


def test_all_others_end_at_once(world: Any) -> None:
    here, others, browser = login(world, world.agent), [login(world, world.agent) for _ in range(3)], Browser()
    browser.sign_in(world.agent)
    colleagues = login(world, world.teammate)
    assert api(world, here).delete("auth/sessions/").data == {"ended": 4}
    assert {api(world, other).get("auth/me/").status for other in others} == {401}
    assert browser.ask("GET", "auth/me/").status_code == 401
    assert api(world, here).get("auth/me/").status == api(world, colleagues).get("auth/me/").status == 200
    assert api(world, here).delete("auth/sessions/").data == {"ended": 0}


def test_what_has_ended_is_not_listed(world: Any) -> None:
    here = login(world, world.agent)
    with unit_of_work(world.pandar.id):
        agent = {"organization_id": world.pandar.id, "user": world.agent}
        Session.objects.create(**agent, expires_at=datetime.now(UTC) - timedelta(seconds=1))
        Session.objects.create(**agent, expires_at=datetime.now(UTC) + timedelta(days=1), revoked_at=datetime.now(UTC))
    assert [row["id"] for row in api(world, here).get("auth/sessions/").data] == [id_of(here)]


def test_a_browsers_use_is_noted_to_the_minute(world: Any) -> None:
    browser = Browser()
    browser.sign_in(world.agent)
    with unit_of_work(world.pandar.id):
        row = Session.objects.get(kind="browser")
        Session.objects.update(last_used_at=row.last_used_at - sessions.SEEN_EVERY * 2)
    browser.ask("GET", "auth/me/")
    (shown,) = browser.ask("GET", "auth/sessions/").json()["data"]
    noted = datetime.fromisoformat(shown["last_seen_at"])
    assert noted >= row.last_used_at
    browser.ask("GET", "auth/me/")
    (again,) = browser.ask("GET", "auth/sessions/").json()["data"]
    assert again["last_seen_at"] == shown["last_seen_at"]


WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(("said", "device"), [
    (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/140.0.0.0 Safari/537.36", "Chrome on Windows"),
    (f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) {WEBKIT} Version/18.5 Mobile/15E148 Safari/604.1", "Mobile Safari on iOS"),
    ("", "unknown"), ("our own till/2.1", "our own till/2.1"), ("x" * 300, "x" * 80),
])
def test_a_device_has_a_name(said: str, device: str) -> None:
    assert devices.name_of(said) == device
