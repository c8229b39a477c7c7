"""Inviting staff: nobody grants more than they hold, a link works once, and what changed meanwhile counts."""
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail

from accounts import links
from accounts.actions import inviting, mailing, people
from accounts.actor import System
from accounts.models import AuditEntry, Invitation, Role, User
from accounts.tests.mail_world import PASSWORD, owed, sent, token_in
from accounts.tests.parallel import at_once, meanwhile
from foundation.units import unit_of_work

EMAIL = "ngozi@example.com"


def invite(world: Any, person: User | None = None, **given: str) -> Any:
    return world.api(person or world.manager).post("invitations/", {"email": EMAIL, "role": "agent", **given})


def accept(world: Any, token: str, **given: str) -> Any:
    return world.api(None).post("auth/invitation/accept/", {"token": token, "name": "Ngozi", "password": PASSWORD, **given})


@pytest.fixture
def token(world: Any) -> str:
    invite(world)
    (letter,) = sent(world.pandar.id)
    return token_in(letter)


def test_who_is_invited_joins_with_a_name_and_a_password(world: Any) -> None:
    shown = invite(world, name="Ngozi O.").data
    assert (shown["email"], shown["role"], shown["invited_by"], shown["letters"]) == (EMAIL, "agent", world.manager.name, 1)
    (letter,) = sent(world.pandar.id)
    assert letter.to == [EMAIL] and world.manager.name in letter.body
    looked = world.api(None).post("auth/invitation/", {"token": token_in(letter)}).data
    assert (looked["email"], looked["name"], looked["role"], looked["organization"]["slug"]) == (EMAIL, "Ngozi O.", "Agent", "pandar")
    assert accept(world, token_in(letter)).data == {"email": EMAIL}
    login = world.api(None).post("auth/login/", {"organization": "pandar", "email": EMAIL, "password": PASSWORD}).data
    assert (login["user"]["role"], login["user"]["name"]) == ("agent", "Ngozi")
    with unit_of_work(world.pandar.id):
        user = User.objects.select_related("agent").get(email=EMAIL)
        actions = list(AuditEntry.objects.filter(target_type="accounts.invitation").order_by("id").values_list("action", flat=True))
    assert user.email_confirmed_at is not None and user.agent is not None
    assert actions == ["staff_invited", "invitation_accepted"]
    assert world.api(world.manager).get("invitations/").body["count"] == 0


@pytest.mark.parametrize(("person", "status"), [("admin", 201), ("manager", 201), ("agent", 403), ("customer", 403)])
def test_it_takes_the_permission(world: Any, person: str, status: int) -> None:
    assert invite(world, getattr(world, person)).status == status
    assert len(sent(world.pandar.id)) == (1 if status == 201 else 0)


@pytest.mark.parametrize(("role", "status", "code"), [
    ("admin", 403, "escalation"), ("customer", 400, "invalid"), ("nothing", 400, "invalid"), ("manager", 201, None)])
def test_a_manager_invites_to_what_they_may_grant(world: Any, role: str, status: int, code: str | None) -> None:
    answer = invite(world, role=role)
    assert (answer.status, answer.body.get("code")) == (status, code)


def test_a_known_address_and_one_that_is_invited_are_refused(world: Any) -> None:
    known = invite(world, email=world.agent.email)
    assert (known.code, list(known.body["fields"])) == ("email_taken", ["email"])
    assert invite(world).status == 201
    again = invite(world, email=f" {EMAIL.upper()}")
    assert (again.code, list(again.body["fields"])) == ("already_invited", ["email"])


def test_a_link_works_once(world: Any, token: str) -> None:
    assert accept(world, token).status == 201
    assert accept(world, token).code == "dead_link"


def test_of_many_at_once_with_one_link_one_joins(world: Any, token: str) -> None:
    assert Counter(answer.status for answer in at_once([lambda: accept(world, token)] * 5)) == {201: 1, 410: 4}


def test_sent_again_the_earlier_link_is_dead(world: Any, token: str) -> None:
    (row,) = world.api(world.manager).get("invitations/").data
    assert world.api(world.manager).post(f"invitations/{row['id']}/resend/").data["letters"] == 2
    (letter,) = sent(world.pandar.id)
    assert accept(world, token).code == "dead_link"
    assert accept(world, token_in(letter)).status == 201
    assert world.api(world.manager).post(f"invitations/{row['id']}/resend/").status == 404


def test_of_two_letters_that_wait_the_last_is_sent(world: Any) -> None:
    row = invite(world).data
    world.api(world.manager).post(f"invitations/{row['id']}/resend/")
    (letter,) = sent(world.pandar.id)
    assert accept(world, token_in(letter)).status == 201


def test_letters_to_one_address_are_few(world: Any) -> None:
    row = invite(world).data
    statuses = [world.api(world.manager).post(f"invitations/{row['id']}/resend/").status for _ in range(5)]
    assert statuses == [200] * 4 + [429]


def test_withdrawing_does_not_begin_anew(world: Any) -> None:
    api, statuses = world.api(world.manager), []
    for _ in range(inviting.MOST_LETTERS + 1):
        answer = invite(world)
        statuses.append((answer.status, answer.body.get("code")))
        if answer.status == 201:
            api.delete(f"invitations/{answer.data['id']}/")
    assert statuses == [(201, None)] * inviting.MOST_LETTERS + [(429, "too_many_letters")]
    with unit_of_work(world.pandar.id):
        Invitation.objects.update(created_at=datetime.now(UTC) - timedelta(days=2))
    assert invite(world).status == 201, "the next day"


@pytest.mark.parametrize("limit", ["MOST_A_DAY", "MOST_OPEN"])
def test_invitations_of_an_organization_are_not_without_end(world: Any, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setattr(inviting, limit, 2)
    answers = [invite(world, email=f"{number}@example.com") for number in range(3)]
    assert [answer.status for answer in answers] == [201, 201, 429]
    assert invite(world, world.acme.manager).status == 201, "another organization has its own"


def test_another_organization_neither_sees_nor_moves_it(world: Any, token: str) -> None:
    (row,) = world.api(world.manager).get("invitations/").data
    theirs = world.api(world.acme.manager)
    assert theirs.get("invitations/").data == []
    assert theirs.delete(f"invitations/{row['id']}/").status == theirs.post(f"invitations/{row['id']}/resend/").status == 404
    forged, _ = links.secret("invitation", world.acme.id, links.read(token).id)
    assert accept(world, forged).code == "dead_link"
    assert invite(world, world.acme.manager).status == 201, "nor does it stand in their way"
    assert accept(world, token).status == 201
    with unit_of_work(world.acme.id):
        assert not User.objects.filter(email=EMAIL).exists()


def test_a_role_of_another_organization_is_none(world: Any) -> None:
    with unit_of_work(world.acme.id):
        Role.objects.create(organization_id=world.acme.id, slug="theirs", name="Theirs", is_staff=True)
    assert invite(world, role="theirs").code == "invalid"


def test_a_letter_that_was_being_written_does_not_bring_its_link_back(world: Any) -> None:
    """It waits for who sends it again, and finds that it is not the last any more."""
    row = invite(world).data
    (first,) = owed(world.pandar.id)
    manager = world.actor(world.manager)

    def written() -> int:
        mailing.deliver(organization=world.pandar.id, delivery=first)
        return len(mail.outbox)

    assert meanwhile(world.pandar.id, lambda: inviting.resend(invitation=row["id"], actor=manager), written) == 0
    (letter,) = sent(world.pandar.id)
    assert accept(world, token_in(letter)).status == 201


def test_withdrawn_it_is_dead(world: Any, token: str) -> None:
    (row,) = world.api(world.manager).get("invitations/").data
    assert world.api(world.manager).delete(f"invitations/{row['id']}/").data == {"withdrawn": True}
    assert accept(world, token).code == "dead_link"
    assert world.api(world.manager).delete(f"invitations/{row['id']}/").status == 404
    assert invite(world).status == 201, "and the address is free again"


def changes(world: Any) -> dict[str, Any]:
    house = System(world.pandar.id)
    return {
        "the role holds more": lambda: people.set_permissions(role=Role.objects.get(slug="agent"), actor=house, permissions=[
            *people.permissions_of(Role.objects.get(slug="agent")), "accounts.use_admin"]),
        "the inviter may less": lambda: people.change_role(user=User.objects.get(id=world.manager.id), role=Role.objects.get(slug="agent"),
                                                           actor=house),
        "the inviter is gone": lambda: people.set_active(user=User.objects.get(id=world.manager.id), active=False, actor=house),
        "time": lambda: Invitation.objects.update(expires_at=datetime.now(UTC)),
        "nothing": lambda: User.objects.filter(id=world.manager.id).update(name="Another"),
    }


@pytest.mark.parametrize(("how", "status"), [
    ("the role holds more", 403), ("the inviter may less", 403), ("the inviter is gone", 403), ("time", 410), ("nothing", 201)])
def test_what_changed_meanwhile_counts(world: Any, token: str, how: str, status: int) -> None:
    with unit_of_work(world.pandar.id):
        changes(world)[how]()
    assert accept(world, token).status == status
    with unit_of_work(world.pandar.id):
        assert User.objects.filter(email=EMAIL).exists() == (status == 201)


def test_a_weak_password_leaves_the_link_as_it_is(world: Any, token: str) -> None:
    assert accept(world, token, password="short").status == 400
    assert accept(world, token).status == 201


def test_a_link_of_another_kind_invites_nobody(world: Any) -> None:
    world.api(None).post("auth/password/reset/", {"organization": "pandar", "email": world.agent.email})
    (letter,) = sent(world.pandar.id)
    assert accept(world, token_in(letter)).code == "dead_link"


def test_the_page_of_the_link_joins_too(world: Any, token: str) -> None:
    client, page = world.api(None).client, f"/account/invitation/?token={token}"
    shown = client.get(page)
    assert shown.status_code == 200
    assert f"{world.pandar.organization.name} invites {EMAIL} to join as Agent." in shown.content.decode()
    assert client.get("/account/invitation/?token=x").status_code == 410
    assert "differ" in client.post(page, {"name": "Ngozi", "password": PASSWORD, "again": "x"}).content.decode()
    answer = client.post(page, {"name": "Ngozi", "password": PASSWORD, "again": PASSWORD})
    assert "Welcome, Ngozi" in answer.content.decode()
    assert client.get(page).status_code == 410
