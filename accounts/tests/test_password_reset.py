"""A forgotten password: one answer for every address, a link that works once, and everything that was open ends."""
import contextlib
import re
import smtplib
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import links, passwords
from accounts.actions import mailing, people, recovering, sessions
from accounts.actor import System
from accounts.models import AuditEntry, Link, Organization, User
from accounts.tests.mail_world import owed, sent, token_in
from accounts.tests.parallel import at_once, unlocked
from foundation.ids import PLATFORM
from foundation.models import Event
from foundation.units import unit_of_work, wrapper

NEW = "a lamp in the harbour"


def ask(world: Any, email: str, organization: str = "pandar") -> Any:
    return world.api(None).post("auth/password/reset/", {"organization": organization, "email": email})


def finish(world: Any, token: str, password: str = NEW) -> Any:
    return world.api(None).post("auth/password/reset/confirm/", {"token": token, "password": password})


def login(world: Any, password: str) -> int:
    given = {"organization": "pandar", "email": world.agent.email, "password": password}
    return int(world.api(None).post("auth/login/", given).status)


@pytest.fixture
def token(world: Any) -> str:
    """The link that the agent was mailed."""
    ask(world, world.agent.email)
    (letter,) = sent(world.pandar.id)
    return token_in(letter)


def test_the_letter_goes_to_the_address_and_its_link_to_the_site(world: Any, settings: Any) -> None:
    settings.PUBLIC_URL = "https://chat.example.com"
    settings.ALLOWED_HOSTS = ["*"]
    given = {"organization": "pandar", "email": f" {world.agent.email.upper()} "}
    asked = world.api(None).client.post("/api/v1/auth/password/reset/", given, "application/json", headers={"Host": "evil.example.com"})
    assert asked.status_code == 202
    (letter,) = sent(world.pandar.id)
    assert letter.to == [world.agent.email]
    assert letter.subject == f"Your new password at {world.pandar.organization.name}"
    link = f"https://chat.example.com/account/reset/?token={token_in(letter)}"
    ((html, kind),) = letter.alternatives
    assert link in letter.body and link in html and kind == "text/html"
    assert owed(world.pandar.id) == []


def test_a_customers_link_leads_to_the_portal_of_their_organization(world: Any, settings: Any) -> None:
    settings.PUBLIC_URL = "https://chat.example.com"
    ask(world, world.customer.email)
    (letter,) = sent(world.pandar.id)
    token = token_in(letter)
    assert f"https://chat.example.com/portal/pandar/reset?token={token}" in letter.body
    assert "/account/" not in letter.body
    assert finish(world, token).status == 200
    (notice,) = sent(world.pandar.id)
    assert "https://chat.example.com/portal/pandar/forgotten" in notice.body


def test_a_new_password_ends_everything(world: Any, token: str) -> None:
    api = world.api(world.agent)
    assert api.get("auth/me/").status == 200
    assert finish(world, token).status == 200
    assert (login(world, NEW), login(world, "correct horse battery")) == (200, 401)
    assert api.get("auth/me/").status == 401
    with unit_of_work(world.pandar.id):
        actions = list(AuditEntry.objects.filter(target_id=str(world.agent.id)).order_by("id").values_list("action", flat=True))
    assert [name for name in actions if "password" in name] == [
        "password_reset_requested", "password_reset", "password_changed", "password_changed_sessions_ended"]
    (notice,) = sent(world.pandar.id)
    assert (notice.to, "was changed" in notice.subject) == ([world.agent.email], True)


def test_a_link_works_once(world: Any, token: str) -> None:
    assert finish(world, token).status == 200
    answer = finish(world, token, "another lamp in the harbour")
    assert (answer.status, answer.code) == (410, "dead_link")
    assert login(world, NEW) == 200


def test_of_many_at_once_with_one_link_one_succeeds(world: Any, token: str) -> None:
    answers = at_once([lambda number=number: finish(world, token, f"{NEW} {number}") for number in range(5)])  # type: ignore[misc]
    assert Counter(answer.status for answer in answers) == {200: 1, 410: 4}


def test_without_the_locks_two_would_succeed(world: Any, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    monkeypatch.setattr(recovering, "_used", recovering._living)
    unlocked(monkeypatch, recovering, "_used", together=2)
    answers = at_once([lambda number=number: finish(world, token, f"{NEW} {number}") for number in range(2)])  # type: ignore[misc]
    assert [answer.status for answer in answers] == [200, 200]


def test_a_weak_password_leaves_the_link_as_it_is(world: Any, token: str) -> None:
    assert finish(world, token, "short").body["fields"]["password"]
    assert finish(world, token).status == 200


def deaths(world: Any) -> dict[str, Any]:
    house, agent = System(world.pandar.id), world.agent.id
    return {
        "time": lambda: Link.objects.update(expires_at=datetime.now(UTC)),
        "password": lambda: people.set_password(user=User.objects.get(id=agent), hashed="x", actor=house),
        "epoch": lambda: sessions.sign_out_everywhere(actor=house, user=world.agent),
        "address": lambda: User.objects.filter(id=agent).update(email="other@example.com"),
        "disabled": lambda: people.set_active(user=User.objects.get(id=agent), active=False, actor=house),
        "hash": lambda: Link.objects.update(hash=b"x" * 32),
        "purpose": lambda: Link.objects.update(purpose="confirm"),
        "nothing": lambda: User.objects.filter(id=agent).update(name="Another"),
    }


@pytest.mark.parametrize("how", ["time", "password", "epoch", "address", "disabled", "hash", "purpose", "nothing"])
def test_a_link_dies_with_what_it_was_bound_to(world: Any, token: str, how: str) -> None:
    """The last, which it is not bound to, is the negative control."""
    with unit_of_work(world.pandar.id):
        deaths(world)[how]()
    assert finish(world, token).status == (200 if how == "nothing" else 410)


def test_an_older_link_dies_with_the_reset(world: Any) -> None:
    for _ in range(2):
        ask(world, world.agent.email)
    first, second = map(token_in, sent(world.pandar.id))
    assert finish(world, second).status == 200
    assert finish(world, first).code == "dead_link"


def test_what_is_no_link_is_dead(world: Any, token: str) -> None:
    for other in ("x", "ä" * 86, token[:-4], token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB"), "A" * 86, f"{token}AAAA"):
        assert finish(world, other).code == "dead_link", other


def test_a_link_of_another_organization_opens_nothing_here(world: Any, token: str) -> None:
    named = links.read(token)
    forged, _ = links.secret("reset", world.acme.id, named.id)
    assert finish(world, forged).code == "dead_link"


def test_every_address_is_answered_alike_with_the_same_work(world: Any) -> None:
    """Statement by statement; that nobody is there the letter's writer finds out."""
    heard = {}
    for email in (world.agent.email, "nobody@pandar.test", world.acme.agent.email):
        with CaptureQueriesContext(connection) as queries:
            answer = ask(world, email)
        heard[email] = (answer.status, answer.text, [query["sql"].split("VALUES")[0].split(" WHERE")[0][:60] for query in queries])
    assert len({str(told) for told in heard.values()}) == 1
    assert len(heard[world.agent.email][2]) > 3, "the negative control: there is work"
    assert [letter.to for letter in sent(world.pandar.id)] == [[world.agent.email]]
    assert ask(world, world.agent.email, "nowhere").text == heard[world.agent.email][1]


def test_nobody_inactive_is_written_to(world: Any) -> None:
    with unit_of_work(world.pandar.id):
        User.objects.filter(id=world.agent.id).update(is_active=False)
    ask(world, world.agent.email)
    assert sent(world.pandar.id) == [] and owed(world.pandar.id) == []


def test_a_superuser_is_not_written_to(world: Any, password_hash: str) -> None:
    with unit_of_work(PLATFORM):
        people.create_superuser(email="root@pandar.test", name="Root", hashed=password_hash, actor=System(PLATFORM))
    for organization in ("pandar", " ", "x"):
        ask(world, "root@pandar.test", organization)
    assert sent(world.pandar.id) == []


def test_asking_is_limited_by_account_whether_or_not_there_is_one(world: Any, settings: Any) -> None:
    settings.RATE_LIMITS = True
    for email in (world.agent.email, "nobody@pandar.test"):
        assert [ask(world, email).status for _ in range(mailing.TO_ONE.most + 1)] == [202] * mailing.TO_ONE.most + [429]


def test_the_secret_stands_nowhere_in_the_database(world: Any, token: str) -> None:
    with unit_of_work(world.pandar.id):
        held = str(list(Link.objects.values())) + str(list(Event.objects.values()))
    assert token not in held and token[-40:] not in held
    assert world.agent.email in held, "the negative control"


def test_a_letter_that_was_sent_twice_has_the_same_link(world: Any, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker died between sending and striking out."""
    ask(world, world.teammate.email)
    with monkeypatch.context() as patch:
        patch.setattr(mailing.events, "finish", lambda *_: None)
        (first,) = sent(world.pandar.id)
    (second,) = sent(world.pandar.id)
    assert token_in(first) == token_in(second)
    assert finish(world, token_in(first)).status == 200


def test_a_letter_is_sent_outside_of_any_unit(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, real = [], mailing.send

    def watched(*given: Any) -> None:
        seen.append((wrapper().organization, wrapper().in_atomic_block))
        real(*given)

    monkeypatch.setattr(mailing, "send", watched)
    ask(world, world.agent.email)
    assert len(sent(world.pandar.id)) == 1
    assert seen == [(None, False)]


def test_the_password_is_hashed_outside_of_any_unit(world: Any, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed, seen = passwords.hashed, []

    def watched(password: str) -> str:
        seen.append(wrapper().in_atomic_block)
        return hashed(password)

    monkeypatch.setattr(passwords, "hashed", watched)
    assert finish(world, token).status == 200
    assert seen == [False]


def test_a_mail_server_that_is_away_is_asked_again(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any) -> None:
        raise ConnectionRefusedError

    ask(world, world.agent.email)
    with monkeypatch.context() as patch:
        patch.setattr(mailing.EmailMultiAlternatives, "send", away)
        with pytest.raises(ConnectionRefusedError):
            sent(world.pandar.id)
    assert len(sent(world.pandar.id)) == 1


def test_a_letter_that_waited_for_long_has_a_link_that_works(world: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mail server was away for hours, and meanwhile the key was replaced."""
    def away(*_: Any) -> None:
        raise ConnectionRefusedError

    ask(world, world.agent.email)
    with monkeypatch.context() as patch, pytest.raises(ConnectionRefusedError):
        patch.setattr(mailing.EmailMultiAlternatives, "send", away)
        sent(world.pandar.id)
    with unit_of_work(world.pandar.id):
        assert Link.objects.update(expires_at=datetime.now(UTC) - timedelta(hours=1)) == 1
    settings.SECRET_KEY = "another key " + "0123456789" * 5
    (letter,) = sent(world.pandar.id)
    assert finish(world, token_in(letter)).status == 200


@pytest.mark.parametrize(("code", "left"), [(550, 0), (450, 1)])
def test_an_address_that_is_refused_for_good_is_given_up(world: Any, monkeypatch: pytest.MonkeyPatch, code: int, left: int) -> None:
    def refuse(*_: Any) -> None:
        raise smtplib.SMTPRecipientsRefused({world.agent.email: (code, b"no")})

    ask(world, world.agent.email)
    with monkeypatch.context() as patch, contextlib.suppress(smtplib.SMTPRecipientsRefused):
        patch.setattr(mailing.EmailMultiAlternatives, "send", refuse)
        sent(world.pandar.id)
    assert len(owed(world.pandar.id)) == left


def test_what_could_not_be_sent_for_a_day_is_not_sent(world: Any) -> None:
    ask(world, world.agent.email)
    with unit_of_work(world.pandar.id):
        Event.objects.update(created_at=datetime.now(UTC) - timedelta(days=2))
    assert sent(world.pandar.id) == [] and owed(world.pandar.id) == []


def test_a_reset_proves_the_address(world: Any) -> None:
    with unit_of_work(PLATFORM):
        Organization.objects.filter(id=world.pandar.id).update(requires_confirmed_email=True)
    with unit_of_work(world.pandar.id):
        User.objects.filter(id=world.agent.id).update(email_confirmed_at=None)
    ask(world, world.agent.email)
    assert finish(world, token_in(sent(world.pandar.id)[0])).status == 200
    assert login(world, NEW) == 200


def test_the_pages_do_nothing_by_being_looked_at(world: Any, token: str) -> None:
    client = world.api(None).client
    page = f"/account/reset/?token={token}"
    answer = client.get(page)
    assert (answer.status_code, "no-store" in answer.headers["Cache-Control"]) == (200, True)
    assert login(world, "correct horse battery") == 200
    assert "differ" in client.post(page, {"password": NEW, "again": "x"}).content.decode()
    told = client.post(page, {"password": NEW, "again": NEW}).content.decode()
    assert "was changed" in told and "once more" not in told
    assert login(world, NEW) == 200
    assert client.post(page, {"password": NEW, "again": NEW}).status_code == 410


def test_the_page_for_a_forgotten_password_asks_for_a_letter(world: Any) -> None:
    given = {"organization": "pandar", "email": world.agent.email}
    answer = world.api(None).client.post("/account/forgotten/", given)
    assert "an email is on its way" in answer.content.decode()
    assert len(sent(world.pandar.id)) == 1


def test_the_page_asks_for_another_letter_until_that_is_too_often(world: Any) -> None:
    client, given = world.api(None).client, {"organization": "pandar", "email": world.agent.email}
    first = client.post("/account/forgotten/", given).content.decode()
    assert "Send another email" in first and "once more" not in first
    fields = dict(re.findall(r'<input type="hidden" name="(organization|email)" value="([^"]*)"', first))
    assert fields == given
    second = client.post("/account/forgotten/", {**fields, "another": "1"}).content.decode()
    assert "an email is on its way" in second and "We tried once more." in second
    answers = [client.post("/account/forgotten/", {**fields, "another": "1"}) for _ in range(2, mailing.TO_ONE.most + 1)]
    assert [answer.status_code for answer in answers] == [200] * (len(answers) - 1) + [429]
    refused = answers[-1].content.decode()
    assert "Too many tries. Come back in" in refused and "on its way" not in refused
    told = client.post("/account/forgotten/", {**fields, "another": "1"}, headers={"Accept-Language": "fr"}).content.decode()
    assert "C’était trop souvent." in told
    assert len(sent(world.pandar.id)) == mailing.TO_ONE.most
