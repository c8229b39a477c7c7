"""The second factor on the administration pages: signing in, one's own, somebody else's, and demanding it."""
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import passwords
from accounts.actions import factors, sessions
from accounts.actor import System
from accounts.models import Organization, User
from accounts.tests.admin_world import PASSWORD, Tenant, page, signed_in, superuser, tenant, text
from accounts.tests.factor_world import App, Clock, clock, equip
from accounts.tests.test_admin_signing_in import is_in, try_in
from foundation.ids import PLATFORM
from foundation.units import unit_of_work

__all__ = ["clock"]
STEP = "/admin/login/second-step/"


@pytest.fixture
def ours(committed: None) -> Tenant:
    return tenant("ours", "ourcanary")


@pytest.fixture
def boss(ours: Tenant) -> User:
    return ours.user("admin", name="boss", hashed=passwords.hashed(PASSWORD))


def secret_of(answer: Any) -> str:
    found = re.search(r"<code>([A-Z2-7]{32})</code>", text(answer))
    assert found, text(answer)
    return found[1]


@pytest.mark.parametrize("platform", [False, True])
def test_signing_in_takes_two_steps(platform: bool, ours: Tenant, boss: User, clock: Clock) -> None:
    user, slug = (superuser(passwords.hashed(PASSWORD)), "") if platform else (boss, "ours")
    app, codes = equip(user, clock)
    client = Client()
    assert try_in(slug, user.email, client=client).headers["Location"] == STEP
    assert not is_in(client)
    assert "not right" in text(client.post(STEP, {"code": "000000"}))
    assert not is_in(client)
    assert client.post(STEP, {"code": app.code()}).headers["Location"] == "/admin/"
    assert is_in(client)
    again = Client()
    try_in(slug, user.email, client=again)
    again.post(STEP, {"code": app.code()})
    assert not is_in(again), "the code was used"
    again.post(STEP, {"code": codes[0]})
    assert is_in(again)


def test_another_browser_cannot_take_the_second_step(ours: Tenant, boss: User, clock: Clock) -> None:
    app, _ = equip(boss, clock)
    try_in("ours", boss.email, client=Client())
    other = Client()
    assert other.post(STEP, {"code": app.code()}).headers["Location"] == "/admin/login/"
    assert not is_in(other)


def test_a_password_that_changed_meanwhile_ends_it(ours: Tenant, boss: User, clock: Clock) -> None:
    app, _ = equip(boss, clock)
    client = Client()
    try_in("ours", boss.email, client=client)
    with unit_of_work(boss.tenant):
        User.objects.filter(id=boss.id).update(password="another")
    client.post(STEP, {"code": app.code()})
    assert not is_in(client)


def demand(ours: Tenant) -> None:
    with unit_of_work(ours.organization.id):
        Organization.objects.filter(id=ours.organization.id).update(requires_second_factor=True)


def test_where_it_is_demanded_one_is_set_up_on_the_way(ours: Tenant, boss: User, clock: Clock) -> None:
    demand(ours)
    client = Client()
    assert try_in("ours", boss.email, client=client).headers["Location"] == STEP
    shown = client.get(STEP)
    assert 'src="data:image/svg+xml' in text(shown) and shown.headers["Cache-Control"] == "no-store"
    codes = client.post(STEP, {"code": App(secret_of(shown), clock).code()})
    assert len(re.findall(r"<li><code>[\w-]{19}</code>", text(codes))) == 10
    assert is_in(client)
    assert ours.actions()[:2] == ["admin_login", "second_factor_set_up"]


def test_ones_own_is_set_up_renewed_and_disabled(ours: Tenant, boss: User, clock: Clock) -> None:
    client, own = signed_in(boss), reverse("admin:second_factor")
    assert "This is not your password." in text(client.post(own, {"password": "wrong"}))
    app = App(secret_of(client.post(own, {"password": PASSWORD})), clock)
    assert "not right" in text(client.post(own, {"code": "000000"}))
    assert "Recovery codes" in text(client.post(own, {"code": app.code()}))
    clock.tick()
    assert "Recovery codes" in text(client.post(own, {"password": PASSWORD, "code": app.code(), "codes": "x"}))
    clock.tick()
    assert "not your password" in text(client.post(own, {"password": "wrong", "code": app.code(), "disable": "x"}))
    assert client.post(own, {"password": PASSWORD, "code": app.code(), "disable": "x"}).status_code == 302
    assert {"second_factor_set_up", "recovery_codes_renewed", "second_factor_disabled"} <= set(ours.actions())
    assert try_in("ours", boss.email, client=Client()).headers["Location"] == "/admin/"


def test_whoever_was_signed_out_meanwhile_sets_none_up(ours: Tenant, boss: User, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    client, own = signed_in(boss), reverse("admin:second_factor")
    app, count = App(secret_of(client.post(own, {"password": PASSWORD})), clock), factors.count

    def ended(*whose: Any) -> None:
        count(*whose)
        with unit_of_work(boss.tenant):
            sessions.sign_out_everywhere(actor=System(boss.tenant), user=boss)

    monkeypatch.setattr(factors, "count", ended)
    assert "Recovery codes" not in text(client.post(own, {"code": app.code()}))
    with unit_of_work(boss.tenant):
        assert factors.of(boss.id) is None


def test_a_superusers_own_while_they_act_elsewhere(ours: Tenant, clock: Clock) -> None:
    root = superuser(passwords.hashed(PASSWORD))
    client, own = signed_in(root, picked=ours.organization), reverse("admin:second_factor")
    app = App(secret_of(client.post(own, {"password": PASSWORD})), clock)
    assert "Recovery codes" in text(client.post(own, {"code": app.code()}))
    with unit_of_work(PLATFORM):
        assert factors.of(root.id)


def test_an_admin_takes_it_from_whoever_lost_it(ours: Tenant, boss: User, clock: Clock) -> None:
    helper = ours.user("agent", name="helper")
    equip(helper, clock)
    client = signed_in(boss)
    address = reverse("admin:accounts_user_second_factor", args=[helper.pk])
    assert address in text(client.get(page(User, "change", helper.pk)))
    assert client.get(address).status_code == 200
    with unit_of_work(helper.tenant):
        assert factors.of(helper.id), "asked first"
    assert client.post(address).status_code == 302
    with unit_of_work(helper.tenant):
        assert factors.of(helper.id) is None
    assert ours.actions()[1] == "second_factor_reset"
    assert address not in text(client.get(page(User, "change", helper.pk)))


def test_another_organizations_cannot_be_taken(ours: Tenant, boss: User, clock: Clock) -> None:
    theirs = tenant("theirs", "theircanary").user("agent", name="helper")
    equip(theirs, clock)
    assert signed_in(boss).post(reverse("admin:accounts_user_second_factor", args=[theirs.pk])).status_code == 302
    with unit_of_work(theirs.tenant):
        assert factors.of(theirs.id)


def test_demanding_it_takes_ones_own(ours: Tenant, boss: User, clock: Clock) -> None:
    client, address = signed_in(boss), page(Organization, "change", ours.organization.pk)
    given = {"name": "Ours", "requires_second_factor": "on"}
    assert "Set up your own second factor first." in text(client.post(address, given, follow=True))
    assert not ours.fresh(ours.organization).requires_second_factor
    equip(boss, clock)
    assert client.post(address, given).status_code == 302
    assert ours.fresh(ours.organization).requires_second_factor
    assert "organization_changed" in ours.actions()


def test_from_the_platform_it_is_not_demanded(ours: Tenant) -> None:
    client, address = signed_in(superuser()), page(Organization, "change", ours.organization.pk)
    client.post(address, {"name": "Ours", "is_active": "on", "requires_second_factor": "on"})
    assert not ours.fresh(ours.organization).requires_second_factor
