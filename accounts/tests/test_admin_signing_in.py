"""Signing in to Django admin, being let in on each request, and one's own password: with real passwords and real commits."""
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from accounts import passwords
from accounts.actions import credentials, people, sessions
from accounts.actor import System
from accounts.browser import TENANT
from accounts.models import AuditEntry, Organization, User
from accounts.tests.admin_world import PASSWORD, Tenant, page, signed_in, superuser, tenant, text
from foundation.ids import PLATFORM
from foundation.units import unit_of_work, wrapper

LOGIN = "/admin/login/"


@pytest.fixture
def ours(committed: None) -> Tenant:
    return tenant("ours", "ourcanary")


@pytest.fixture
def boss(ours: Tenant) -> User:
    return ours.user("admin", name="boss", hashed=passwords.hashed(PASSWORD))


def try_in(organization: str, email: str, password: str = PASSWORD, client: Client | None = None) -> Any:
    return (client or Client()).post(LOGIN, {"organization": organization, "email": email, "password": password})


def is_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


def test_an_admin_signs_in_and_out(boss: User, ours: Tenant) -> None:
    client = Client()
    assert not is_in(client)
    assert try_in("ours", "BOSS@ours.test ", client=client).status_code == 302
    assert is_in(client)
    assert ours.actions()[0] == "admin_login"
    client.post("/admin/logout/")
    assert not is_in(client)
    assert ours.actions()[0] == "admin_logout"
    assert ours.fresh(boss).last_login is not None


def test_signing_in_begins_another_session(boss: User) -> None:
    client = Client()
    client.get(LOGIN)
    session = client.session
    session["planted"] = True
    session.save()
    planted = str(session.session_key)
    client.cookies["sessionid"] = planted
    try_in("ours", boss.email, client=client)
    assert client.cookies["sessionid"].value != planted
    assert not is_in_with(planted) and is_in(client)


def is_in_with(session: str) -> bool:
    client = Client()
    client.cookies["sessionid"] = session
    return is_in(client)


@pytest.mark.parametrize(("organization", "email", "password"), [
    ("ours", "boss@ours.test", "wrong"), ("ours", "nobody@ours.test", PASSWORD), ("nowhere", "boss@ours.test", PASSWORD),
    ("", "boss@ours.test", PASSWORD), ("theirs", "boss@ours.test", PASSWORD),
])
def test_wrong_credentials_are_told_alike(organization: str, email: str, password: str, boss: User) -> None:
    tenant("theirs", "theircanary")
    client = Client()
    answer = try_in(organization, email, password, client)
    assert answer.status_code == 200 and "Organization, address or password is wrong." in text(answer)
    assert not is_in(client)


def test_a_failed_try_is_on_record(boss: User, ours: Tenant) -> None:
    try_in("ours", boss.email, "wrong")
    assert ours.actions()[0] == "login_failed"


@pytest.mark.parametrize("role", ["agent", "manager", "customer"])
def test_who_may_not_use_these_pages_does_not_get_in(role: str, ours: Tenant) -> None:
    user = ours.user(role, name="someone", hashed=passwords.hashed(PASSWORD))
    client = Client()
    answer = try_in("ours", user.email, client=client)
    assert "may not use the administration pages" in text(answer) and not is_in(client)
    assert not is_in(signed_in(user))  # nor with a session that somehow says so


def test_whoever_loses_the_permission_is_out_at_once(boss: User, ours: Tenant) -> None:
    helper = ours.user(ours.role("helper", "accounts.use_admin", "accounts.view_user").slug, name="helper")
    client = signed_in(helper)
    assert is_in(client)
    with unit_of_work(ours.organization.id):
        people.set_permissions(role=helper.role, permissions=["accounts.view_user"], actor=System(ours.organization.id))
    assert not is_in(client)


def disable(user: User) -> None:
    people.set_active(user=user, active=False, actor=System(user.tenant))


def sign_out(user: User) -> None:
    sessions.sign_out_everywhere(actor=System(user.tenant), user=user)


def close(user: User) -> None:
    Organization.objects.filter(id=user.tenant).update(is_active=False)


@pytest.mark.parametrize("ending", [disable, sign_out, close])
def test_a_session_ends_with_the_user_the_epoch_and_the_organization(ending: Any, boss: User) -> None:
    client = signed_in(boss)
    assert is_in(client)
    with unit_of_work(boss.tenant):
        ending(User.objects.select_related("organization").get(id=boss.id))
    assert not is_in(client)


def test_a_session_that_names_another_tenant_is_nobodys(boss: User) -> None:
    client = signed_in(boss)
    for other in (str(tenant("theirs", "theircanary").organization.id), str(PLATFORM)):
        session = client.session
        session[TENANT] = other
        session.save()
        assert not is_in(client)
        client = signed_in(boss)


def test_a_superuser_signs_in_with_the_organization_left_empty(committed: None) -> None:
    root = superuser(passwords.hashed(PASSWORD))
    client = Client()
    assert try_in("", root.email, client=client).status_code == 302
    assert is_in(client)
    with unit_of_work(PLATFORM):
        assert AuditEntry.objects.all()[0].action == "admin_login"


@pytest.fixture
def limits(settings: Any) -> Iterator[None]:
    settings.RATE_LIMITS = True
    yield


def test_tries_are_counted_and_then_refused_even_with_the_right_password(boss: User, limits: None) -> None:
    for _ in range(credentials.BY_ACCOUNT.most):
        assert "is wrong" in text(try_in("ours", boss.email, "wrong"))
    client = Client()
    assert "Too many tries" in text(try_in("ours", boss.email, client=client))
    assert not is_in(client)


def test_without_limits_the_right_password_still_works(boss: User, settings: Any) -> None:
    """The control: it is the count that refuses."""
    settings.RATE_LIMITS = False
    for _ in range(credentials.BY_ACCOUNT.most):
        try_in("ours", boss.email, "wrong")
    assert try_in("ours", boss.email).status_code == 302


def test_parallel_tries_are_counted_too(boss: User, limits: None) -> None:
    def once(_: int) -> bool:
        try:
            return "is wrong" in text(try_in("ours", boss.email, "wrong"))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(once, range(40))) <= credentials.BY_ACCOUNT.most


def test_a_busy_house_says_so(boss: User, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = passwords.Bench(1)
    bench.here = bench.room
    monkeypatch.setattr(passwords, "bench", lambda: bench)
    assert "Too many people sign in at this moment" in text(try_in("ours", boss.email))


def test_after_signing_in_one_is_sent_on_but_never_away(boss: User) -> None:
    data = {"organization": "ours", "email": boss.email, "password": PASSWORD}
    assert Client().post(LOGIN, {**data, "next": "/admin/accounts/user/"}).headers["Location"] == "/admin/accounts/user/"
    assert Client().post(LOGIN, {**data, "next": "https://elsewhere.test/"}).headers["Location"] == "/admin/"


def change_own(client: Client, old: str, new: str) -> Any:
    return client.post(reverse("admin:password_change"), {"old": old, "password": new, "again": new})


@pytest.mark.parametrize("platform", [False, True])
def test_ones_own_password(platform: bool, committed: None) -> None:
    hashed = passwords.hashed(PASSWORD)
    ours = tenant("ours", "ourcanary")
    user = superuser(hashed) if platform else ours.user("admin", name="boss", hashed=hashed)
    slug = "" if platform else "ours"
    client, elsewhere = signed_in(user, picked=ours.organization if platform else None), signed_in(user)
    assert "This is not your password." in text(change_own(client, "wrong", "another good phrase"))
    assert "too short" in text(change_own(client, PASSWORD, "short"))
    assert is_in(elsewhere)
    assert change_own(client, PASSWORD, "another good phrase").status_code == 302
    assert is_in(client) and not is_in(elsewhere)
    assert try_in(slug, user.email, "another good phrase").status_code == 302
    assert "is wrong" in text(try_in(slug, user.email, PASSWORD))


def test_an_admin_sets_an_agents_password_outside_a_unit(boss: User, ours: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed, open_units = passwords.hashed, []

    def watched(password: str) -> str:
        open_units.append(wrapper().in_atomic_block)
        return hashed(password)

    monkeypatch.setattr(passwords, "hashed", watched)
    address = reverse("admin:accounts_user_password", args=[ours.agent.pk])
    client = signed_in(boss)
    assert client.get(address).status_code == 200
    answer = client.post(address, {"password": "another good phrase", "again": "another good phrase"})
    assert answer.status_code == 302 and answer.headers["Location"] == page(User, "change", ours.agent.pk)
    assert open_units == [False]
    assert passwords.matches("another good phrase", ours.fresh(ours.agent).password)
    assert "password_changed" in ours.actions()
