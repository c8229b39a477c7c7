"""Signing up tells nobody which addresses exist."""
from typing import Any

import pytest

from accounts import passwords
from accounts.actions import people
from accounts.models import AgentProfile, AuditEntry, Organization, User
from accounts.tests.parallel import at_once
from foundation.ids import PLATFORM
from foundation.units import unit_of_work, wrapper

PASSWORD = "a lamp in the harbour"


def register(world: Any, **given: str) -> Any:
    return world.api(None).post(
        "auth/register/", {"organization": "pandar", "email": "ada@example.com", "password": PASSWORD, "name": "Ada", **given}
    )


def users(organization: Any, email: str) -> list[User]:
    with unit_of_work(organization.id):
        return list(User.objects.select_related("role").filter(email=email))


def test_a_customer_signs_up_and_then_signs_in(world: Any) -> None:
    assert register(world, email=" Ada@Example.COM ").status == 201
    (user,) = users(world.pandar, "ada@example.com")
    assert (user.name, user.role.slug if user.role else "", user.email_confirmed_at) == ("Ada", "customer", None)
    answer = world.api(None).post("auth/login/", {"organization": "pandar", "email": "ada@example.com", "password": PASSWORD})
    assert answer.data["user"]["id"] == str(user.id)


def test_new_known_and_homeless_addresses_are_answered_alike(world: Any) -> None:
    email = world.customer.email
    answers = [
        register(world, email=email),
        register(world, organization="nowhere", email=email),
        register(world, organization="acme", email=email),
    ]
    assert {answer.status for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert set(answers[0].data) == {"email", "message"}
    assert len(users(world.pandar, email)) == 1
    assert len(users(world.acme, email)) == 1, "the negative control: this one was new"


def test_each_of_them_costs_one_hash(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def make(password: str) -> str:
        made.append(password)
        return "!"

    monkeypatch.setattr(passwords, "make_password", make)
    for organization, email in (("pandar", "new@example.com"), ("pandar", world.customer.email), ("nowhere", "new@example.com")):
        register(world, organization=organization, email=email)
    assert made == [PASSWORD] * 3


def test_a_known_address_keeps_its_password(world: Any) -> None:
    before = world.pandar.fresh(world.customer).password
    register(world, email=world.customer.email)
    assert world.pandar.fresh(world.customer).password == before


def test_an_inactive_organization_is_answered_like_any(world: Any) -> None:
    with unit_of_work(PLATFORM):
        Organization.objects.filter(id=world.acme.id).update(is_active=False)
    assert register(world, organization="acme").text == register(world, organization="nowhere").text
    assert users(world.acme, "ada@example.com") == []


def test_a_weak_password_is_refused_with_every_reason(world: Any) -> None:
    answer = register(world, password="12345")
    assert (answer.status, answer.code) == (400, "invalid")
    assert len(answer.body["fields"]["password"]) >= 3
    assert users(world.pandar, "ada@example.com") == []


WEAK = [("adaexample", "similar"), ("short-one", "short"), ("83920174659201", "numeric"),
                                                ("iloveyou12", "common")]


def test_each_rule_of_passwords(world: Any) -> None:
    for password, word in WEAK:
        answer = register(world, password=password, email="ada@example.com", name="adaexample")
        assert answer.status == 400
        assert word in " ".join(answer.body["fields"]["password"])


MALFORMED = [{"email": "no address"}, {"email": ""}, {"name": ""}, {"organization": ""}, {"email": "a\0@b.test"}, {"name": "A\nda"},
             {"name": "Ada \u202e"}]


def test_malformed_input_names_its_field(world: Any) -> None:
    for given in MALFORMED:
        answer = register(world, **given)
        assert (answer.status, list(answer.body["fields"])) == (400, list(given))


def test_an_address_that_grows_in_lower_case_is_measured_as_it_is_stored(world: Any) -> None:
    grown = "İ" * 200 + "@b.cd"
    answers = [register(world, email=grown), register(world, organization="nowhere", email=grown)]
    assert [(answer.status, list(answer.body["fields"])) for answer in answers] == [(400, ["email"])] * 2
    login = world.api(None).post("auth/login/", {"organization": "pandar", "email": grown, "password": PASSWORD})
    assert login.status == 400


def test_one_address_in_two_organizations_is_two_people(world: Any) -> None:
    register(world)
    register(world, organization="acme", password="another good password")
    (one,), (other,) = users(world.pandar, "ada@example.com"), users(world.acme, "ada@example.com")
    assert one.id != other.id
    login = {"email": "ada@example.com", "password": PASSWORD}
    assert world.api(None).post("auth/login/", {"organization": "pandar", **login}).status == 200
    assert world.api(None).post("auth/login/", {"organization": "acme", **login}).status == 401


def test_eight_at_once_make_one_user(world: Any) -> None:
    passwords.bench.cache_clear()
    answers = at_once([lambda: register(world)] * 8)
    assert {answer.status for answer in answers} == {201}
    assert len(users(world.pandar, "ada@example.com")) == 1


def test_it_is_on_record(world: Any) -> None:
    register(world)
    (user,) = users(world.pandar, "ada@example.com")
    with unit_of_work(world.pandar.id):
        entry = AuditEntry.objects.get(action="registered", target_id=str(user.id))
        assert (entry.actor_id, entry.actor_name, entry.address) == (None, "ada@example.com", "127.0.0.1")
        assert not AgentProfile.objects.filter(user=user).exists()


def test_too_many_from_one_address_are_told_to_wait(world: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.RATE_LIMITS = True
    monkeypatch.setattr(passwords, "make_password", lambda password: "!")
    for number in range(people.REGISTRATIONS.most):
        assert register(world, email=f"ada-{number}@example.com").status == 201
    refused = register(world, email="one-more@example.com")
    assert (refused.status, refused.code) == (429, "rate_limited")
    assert int(refused.headers["Retry-After"]) > 0
    settings.RATE_LIMITS = False
    assert register(world, email="one-more@example.com").status == 201


def test_no_password_is_hashed_inside_a_unit_of_work(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []

    def make(password: str) -> str:
        seen.append((wrapper().organization, wrapper().in_atomic_block))
        return "!"

    monkeypatch.setattr(passwords, "make_password", make)
    register(world)
    with unit_of_work(world.pandar.id):
        passwords.hashed("inside, to show that the test would see it")
    assert seen == [(None, False), (world.pandar.id, True)]
