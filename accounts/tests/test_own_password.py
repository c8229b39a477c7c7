"""Another password for oneself: by the one that one has, and for the browser that asks nothing ends."""
from typing import Any

from accounts.models import AuditEntry, User
from accounts.tests.mail_world import PASSWORD, sent
from accounts.tests.test_browser_session import Browser
from foundation.units import unit_of_work

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
