"""Confirming an address, and changing it: at the new one, with a word to the old one."""
from typing import Any

import pytest

from accounts.actions import mailing
from accounts.models import AuditEntry, Organization, User
from accounts.tests.mail_world import PASSWORD, sent, token_in
from foundation.ids import PLATFORM
from foundation.units import unit_of_work

NEW = "another@example.com"


def change(world: Any, email: str = NEW, password: str = PASSWORD) -> Any:
    return world.api(world.agent).post("auth/email/", {"password": password, "email": email})


def confirm(world: Any, token: str) -> Any:
    return world.api(None).post("auth/email/confirm/", {"token": token})


def address(world: Any) -> str:
    return str(world.pandar.fresh(world.agent).email)


def login(world: Any, email: str) -> Any:
    return world.api(None).post("auth/login/", {"organization": "pandar", "email": email, "password": PASSWORD})


def test_it_counts_once_it_is_confirmed_there(world: Any) -> None:
    before = world.agent.email
    assert change(world).status == 202
    letters = {letter.to[0]: letter for letter in sent(world.pandar.id)}
    assert set(letters) == {NEW, before}
    assert "about to change" in letters[before].subject
    assert address(world) == before
    assert confirm(world, token_in(letters[NEW])).data == {"email": NEW}
    assert address(world) == NEW
    assert (login(world, NEW).status, login(world, before).status) == (200, 401)
    (notice,) = sent(world.pandar.id)
    assert notice.to == [before] and "was changed" in notice.subject
    with unit_of_work(world.pandar.id):
        entry = AuditEntry.objects.get(action="email_changed")
    assert (entry.before, entry.after) == ({"email": before}, {"email": NEW})


def test_a_new_address_ends_everything(world: Any) -> None:
    api = world.api(world.agent)
    change(world)
    letters = {letter.to[0]: letter for letter in sent(world.pandar.id)}
    assert api.get("auth/me/").status == 200
    assert confirm(world, token_in(letters[NEW])).status == 200
    assert api.get("auth/me/").status == 401


def test_a_letter_to_a_strange_address_says_nothing_that_its_sender_wrote(world: Any) -> None:
    """Or anybody could have us write to anybody what they want."""
    with unit_of_work(world.pandar.id):
        User.objects.filter(id=world.agent.id).update(name="Buy at evil.example.com")
    change(world)
    change(world, world.teammate.email)
    letters = {letter.to[0]: letter for letter in sent(world.pandar.id)}
    said = {to: "evil" in letter.subject + letter.body + str(letter.alternatives) for to, letter in letters.items()}
    assert said == {NEW: False, world.teammate.email: False, world.agent.email: True}, "the last is their own"


def test_changes_are_limited_by_who_asks_and_by_address(world: Any, settings: Any) -> None:
    settings.RATE_LIMITS = True
    most = mailing.TO_ONE.most
    assert [change(world, f"{number}@example.com").status for number in range(most + 1)] == [202] * most + [429]
    others = [world.teammate, world.manager, world.admin, world.customer, world.customer, world.customer]
    asked = [world.api(person).post("auth/email/", {"password": PASSWORD, "email": NEW}) for person in others]
    assert [answer.status for answer in asked] == [202] * most + [429]


def test_it_takes_the_password(world: Any) -> None:
    assert change(world, password="wrong").code == "wrong_password"
    assert sent(world.pandar.id) == []


def test_one_that_is_taken_is_answered_alike_and_told_there(world: Any) -> None:
    taken, free = change(world, world.teammate.email), change(world)
    assert (taken.status, taken.text) == (free.status, free.text)
    letters = {letter.to[0]: letter for letter in sent(world.pandar.id)}
    assert "belongs to an account" in letters[world.teammate.email].subject
    assert "token=" not in letters[world.teammate.email].body


def test_one_that_was_taken_meanwhile_is_refused(world: Any) -> None:
    change(world)
    token = next(token_in(letter) for letter in sent(world.pandar.id) if letter.to == [NEW])
    with unit_of_work(world.pandar.id):
        User.objects.filter(id=world.teammate.id).update(email=NEW)
    assert confirm(world, token).code == "email_taken"
    assert address(world) == world.agent.email


def test_the_same_address_of_another_organization_is_free(world: Any) -> None:
    change(world, world.acme.agent.email)
    token = next(token_in(letter) for letter in sent(world.pandar.id) if letter.to == [world.acme.agent.email])
    assert confirm(world, token).status == 200


def test_a_link_works_once_and_dies_with_the_next_change(world: Any) -> None:
    change(world)
    change(world, "third@example.com")
    tokens = {letter.to[0]: token_in(letter) for letter in sent(world.pandar.id) if "token=" in letter.body}
    assert confirm(world, tokens[NEW]).status == 200
    assert confirm(world, tokens[NEW]).code == "dead_link"
    assert confirm(world, tokens["third@example.com"]).code == "dead_link", "the address is another than it was bound to"


def test_ones_own_is_no_change(world: Any) -> None:
    assert change(world, world.agent.email).status == 400


# At registration.


@pytest.fixture
def demanding(world: Any) -> None:
    with unit_of_work(PLATFORM):
        Organization.objects.filter(id=world.pandar.id).update(requires_confirmed_email=True)


def register(world: Any, email: str = NEW) -> Any:
    return world.api(None).post("auth/register/", {"organization": "pandar", "email": email, "password": PASSWORD, "name": "Ada"})


def test_where_it_is_demanded_a_new_account_confirms_its_address(world: Any, demanding: None) -> None:
    assert register(world).status == 201
    assert login(world, NEW).code == "email_not_confirmed"
    (letter,) = sent(world.pandar.id)
    assert letter.to == [NEW]
    assert confirm(world, token_in(letter)).status == 200
    assert login(world, NEW).status == 200


def test_elsewhere_no_letter_is_sent(world: Any) -> None:
    register(world)
    assert sent(world.pandar.id) == []
    assert login(world, NEW).status == 200


def test_whoever_has_an_account_is_told_there(world: Any, demanding: None) -> None:
    """And the password of whoever tried does not become theirs, also where the address was not confirmed yet."""
    new, known = register(world), register(world)
    assert (new.status, new.text) == (known.status, known.text)
    first, second = sent(world.pandar.id)
    assert "token=" in first.body
    assert "You have an account" in second.subject and "token=" not in second.body


def test_nobody_is_flooded_by_registrations(world: Any, demanding: None, settings: Any) -> None:
    """Silently: else whoever floods would keep the address from registering."""
    settings.RATE_LIMITS = True
    assert {register(world).status for _ in range(mailing.TO_ONE.most + 2)} == {201}
    assert len(sent(world.pandar.id)) == mailing.TO_ONE.most


def test_another_letter_can_be_asked_for(world: Any, demanding: None) -> None:
    register(world)
    sent(world.pandar.id)
    asked = [world.api(None).post("auth/email/confirmation/", {"organization": "pandar", "email": email})
             for email in (NEW, world.agent.email, "nobody@example.com")]
    assert {(answer.status, answer.text) for answer in asked} == {(202, asked[0].text)}
    (letter,) = sent(world.pandar.id)
    assert letter.to == [NEW]
    page = f"/account/confirm/?token={token_in(letter)}"
    client = world.api(None).client
    assert client.get(page).status_code == 200
    assert login(world, NEW).code == "email_not_confirmed"
    assert "is confirmed" in client.post(page).content.decode()
    assert login(world, NEW).status == 200
