"""Signing in with a second factor: two steps, each code once, and nobody gets around it."""
import hashlib
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.actions import demanding, entering, factors, people, sessions
from accounts.actions.steps import run
from accounts.actor import System
from accounts.models import AuditEntry, Challenge, Factor, Organization, RecoveryCode, Role, Session, User
from accounts.tests.factor_world import PASSWORD, App, Clock, clock, credentials, equip
from accounts.tests.mail_world import sent
from accounts.tests.parallel import at_once, meanwhile, unlocked
from accounts.tests.test_browser_session import Browser
from foundation.errors import Conflict, DomainError, Forbidden
from foundation.ids import PLATFORM
from foundation.units import unit_of_work

__all__ = ["clock"]


@pytest.fixture
def equipped(world: Any, clock: Clock) -> tuple[App, list[str]]:
    return equip(world.agent, clock)


@pytest.fixture
def app(equipped: tuple[App, list[str]]) -> App:
    return equipped[0]


def begin(world: Any, person: User | None = None) -> str:
    """The challenge after the right password."""
    answer = world.api(None).post("auth/login/", credentials(person or world.agent))
    assert (answer.status, answer.code) == (401, "second_factor_required")
    return str(answer.body["challenge"])


def go_on(world: Any, challenge: str, code: str) -> Any:
    return world.api(None).post("auth/login/factor/", {"challenge": challenge, "code": code})


def sessions_of(world: Any) -> int:
    with unit_of_work(world.pandar.id):
        return Session.objects.count()


def trail(world: Any, action: str) -> list[AuditEntry]:
    with unit_of_work(world.pandar.id):
        return list(AuditEntry.objects.filter(action=action).order_by("id"))


def test_a_login_takes_two_steps(world: Any, app: App) -> None:
    challenge = begin(world)
    assert sessions_of(world) == 0, "nothing has begun"
    data = go_on(world, challenge, app.code()).data
    assert set(data) == {"access", "refresh", "expires_in", "user"}
    assert type(world.api(None))(data["access"]).get("auth/me/").data["id"] == str(world.agent.id)
    (entry,) = trail(world, "login")
    assert (entry.actor_id, entry.after) == (world.agent.id, {"second_factor": "totp"})


def test_without_a_factor_it_takes_one(world: Any, app: App) -> None:
    assert world.api(None).post("auth/login/", credentials(world.teammate)).status == 200


def test_a_wrong_password_says_nothing_of_the_factor(world: Any, app: App) -> None:
    assert world.api(None).post("auth/login/", credentials(world.agent, "wrong")).code == "invalid_credentials"
    with unit_of_work(world.pandar.id):
        assert Challenge.objects.count() == 0


@pytest.mark.parametrize(("steps", "status"), [(-2, 400), (-1, 200), (0, 200), (1, 200), (2, 400)])
def test_the_clock_may_differ_by_one_step(world: Any, clock: Clock, app: App, steps: int, status: int) -> None:
    clock.tick(3)
    assert go_on(world, begin(world), app.code(steps)).status == status


def test_a_code_counts_once(world: Any, app: App) -> None:
    code = app.code()
    assert go_on(world, begin(world), code).status == 200
    assert go_on(world, begin(world), code).code == "wrong_code"


def test_after_a_code_none_of_an_earlier_step_counts(world: Any, clock: Clock, app: App) -> None:
    clock.tick(3)
    assert go_on(world, begin(world), app.code(1)).status == 200
    for steps in (1, 0, -1):
        assert go_on(world, begin(world), app.code(steps)).code == "wrong_code"
    clock.tick(2)
    assert go_on(world, begin(world), app.code()).status == 200, "the negative control"


def test_the_code_of_the_set_up_is_used_up_too(world: Any, clock: Clock) -> None:
    app, _ = equip(world.agent, clock)
    assert go_on(world, begin(world), app.code(-1)).code == "wrong_code"


def test_of_many_at_once_with_one_code_one_enters(world: Any, app: App) -> None:
    challenges, code = [begin(world) for _ in range(6)], app.code()
    answers = at_once([lambda challenge=challenge: go_on(world, challenge, code) for challenge in challenges])  # type: ignore[misc]
    assert Counter(answer.status for answer in answers) == {200: 1, 400: 5}


def test_without_the_lock_two_would_enter(world: Any, app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    unlocked(monkeypatch, factors, "_step", together=2)
    challenges, code = [begin(world) for _ in range(2)], app.code()
    answers = at_once([lambda challenge=challenge: go_on(world, challenge, code) for challenge in challenges])  # type: ignore[misc]
    assert [answer.status for answer in answers] == [200, 200]


def test_a_challenge_is_used_once(world: Any, clock: Clock, app: App) -> None:
    challenge = begin(world)
    assert go_on(world, challenge, app.code()).status == 200
    clock.tick()
    assert go_on(world, challenge, app.code()).code == "challenge_ended"


def test_of_many_at_once_with_one_challenge_one_enters(world: Any, equipped: tuple[App, list[str]]) -> None:
    challenge, (_, codes) = begin(world), equipped
    answers = at_once([lambda code=code: go_on(world, challenge, code) for code in codes[:5]])  # type: ignore[misc]
    assert Counter(answer.status for answer in answers) == {200: 1, 401: 4}
    with unit_of_work(world.pandar.id):
        assert RecoveryCode.objects.filter(used_at=None).count() == 9


def test_after_five_wrong_codes_the_challenge_has_ended(world: Any, app: App) -> None:
    challenge = begin(world)
    for _ in range(factors.TRIES_AT_ONE):
        assert go_on(world, challenge, "000000").code == "wrong_code"
    assert go_on(world, challenge, app.code()).code == "challenge_ended"
    assert len(trail(world, "second_factor_failed")) == factors.TRIES_AT_ONE
    assert go_on(world, begin(world), app.code()).status == 200


def test_tries_are_limited_over_all_challenges(world: Any, app: App, settings: Any) -> None:
    settings.RATE_LIMITS = True
    for _ in range(factors.TRIES.most):
        assert go_on(world, begin(world), "000000").status == 400
    assert go_on(world, begin(world), app.code()).code == "rate_limited"


def test_a_challenge_ends_with_its_time(world: Any, app: App) -> None:
    challenge = begin(world)
    with unit_of_work(world.pandar.id):
        Challenge.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert go_on(world, challenge, app.code()).code == "challenge_ended"


@pytest.mark.parametrize("change", [{"password": "another"}, {"is_active": False}, {"name": "Another"}])
def test_a_challenge_ends_with_what_it_was_for(world: Any, app: App, change: dict[str, Any]) -> None:
    """The last change, of the name, ends nothing."""
    challenge = begin(world)
    with unit_of_work(world.pandar.id):
        User.objects.filter(id=world.agent.id).update(**change)
    assert go_on(world, challenge, app.code()).status == (200 if "name" in change else 401)


def test_what_is_no_challenge_opens_nothing(world: Any, app: App, clock: Clock) -> None:
    data = go_on(world, begin(world), app.code()).data
    clock.tick()
    for other in (data["access"], data["refresh"], "x", "a.b.c"):
        assert go_on(world, other, app.code()).status == 401


def test_a_challenge_is_no_token(world: Any, app: App) -> None:
    challenge = begin(world)
    assert type(world.api(None))(challenge).get("auth/me/").status == 401
    assert world.api(None).post("auth/refresh/", {"refresh": challenge}).status == 401


def test_somebody_elses_code_is_none(world: Any, clock: Clock, app: App) -> None:
    others, _ = equip(world.teammate, clock)
    assert go_on(world, begin(world), others.code()).code == "wrong_code"
    assert go_on(world, begin(world), app.code()).status == 200


def test_a_recovery_code_stands_in_once(world: Any, equipped: tuple[App, list[str]]) -> None:
    _, codes = equipped
    assert len(codes) == len(set(codes)) == 10
    assert go_on(world, begin(world), f" {codes[0].upper()} ").status == 200
    assert go_on(world, begin(world), codes[0]).code == "wrong_code"
    assert go_on(world, begin(world), codes[1].replace("-", "")).status == 200
    assert [entry.after for entry in trail(world, "login")] == [{"second_factor": "recovery_code"}] * 2


def test_of_many_at_once_with_one_recovery_code_one_enters(world: Any, equipped: tuple[App, list[str]]) -> None:
    challenges = [begin(world) for _ in range(6)]
    code = equipped[1][0]
    answers = at_once([lambda challenge=challenge: go_on(world, challenge, code) for challenge in challenges])  # type: ignore[misc]
    assert Counter(answer.status for answer in answers) == {200: 1, 400: 5}


def test_no_secret_stands_in_the_database(world: Any, equipped: tuple[App, list[str]]) -> None:
    app, codes = equipped
    with unit_of_work(world.pandar.id):
        held = bytes(Factor.objects.get().secret) + b"".join(bytes(row.hash) for row in RecoveryCode.objects.all())
    assert app.secret.encode() not in held
    assert not any(code.replace("-", "").encode() in held for code in codes)


def test_without_the_proof_the_statement_that_begins_a_session_does_nothing(world: Any, app: App) -> None:
    """Whatever led there."""
    agent = world.pandar.fresh(world.agent)
    given: dict[str, Any] = {"tenant": world.pandar.id, "user": agent.id, "digest": hashlib.sha256(agent.password.encode()).digest(),
                             "kind": "tokens", "address": "", "user_agent": ""}
    assert run(entering.entering(**given)) is None
    assert run(entering.entering(**given, proved="totp")) is not None


# In a browser.


def test_a_browser_goes_on_in_two_steps(world: Any, app: App) -> None:
    one = Browser()
    answer = one.sign_in(world.agent)
    assert (answer.status_code, answer.json()["code"]) == (401, "second_factor_required")
    assert one.ask("GET", "auth/me/").status_code == 401
    before = one.key
    given = {"challenge": answer.json()["challenge"], "code": app.code()}
    assert one.ask("POST", "auth/session/factor/", given).json()["data"]["user"]["id"] == str(world.agent.id)
    assert one.key != before
    assert one.ask("GET", "auth/me/").status_code == 200


def test_a_browsers_challenge_is_worth_nothing_elsewhere(world: Any, app: App) -> None:
    one, other = Browser(), Browser()
    given = {"challenge": one.sign_in(world.agent).json()["challenge"], "code": app.code()}
    other.sign_in(world.agent)
    assert other.ask("POST", "auth/session/factor/", given).json()["code"] == "challenge_ended"
    assert Browser().ask("POST", "auth/session/factor/", given).json()["code"] == "challenge_ended"
    assert go_on(world, given["challenge"], given["code"]).code == "challenge_ended", "nor for tokens"
    assert one.ask("POST", "auth/session/factor/", given).status_code == 200


def test_a_logins_challenge_gives_no_browser_a_session(world: Any, app: App) -> None:
    given = {"challenge": begin(world), "code": app.code()}
    assert Browser().ask("POST", "auth/session/factor/", given).json()["code"] == "challenge_ended"


# Demanded by the organization.


@pytest.fixture
def demanded(world: Any, clock: Clock) -> App:
    """The organization demands it, by its admin, who has one."""
    app, _ = equip(world.admin, clock)
    demand(world)
    return app


def demand(world: Any) -> None:
    with unit_of_work(world.pandar.id):
        organization = Organization.objects.get(id=world.pandar.id)
        factors.demand(organization=organization, actor=world.actor(world.admin))


def test_staff_without_a_factor_can_only_enrol(world: Any, demanded: App, clock: Clock) -> None:
    answer = world.api(None).post("auth/login/", credentials(world.agent))
    assert (answer.status, answer.code) == (401, "second_factor_enrolment_required")
    challenge = answer.body["challenge"]
    assert go_on(world, challenge, "123456").code == "no_enrolment"
    begun = world.api(None).post("auth/factor/enrolment/", {"challenge": challenge})
    assert begun.status == 201 and begun.data["uri"].startswith("otpauth://totp/Pandar%20Chat:agent%40pandar.test")
    app = App(begun.data["secret"], clock)
    assert go_on(world, challenge, "000000").code == "wrong_code"
    data = go_on(world, challenge, app.code()).data
    assert len(data["recovery_codes"]) == 10
    assert type(world.api(None))(data["access"]).get("auth/factor/").data["enabled"] is True
    clock.tick()
    assert go_on(world, begin(world), app.code()).status == 200
    assert [entry.target_id for entry in trail(world, "second_factor_set_up")] == [str(world.admin.id), str(world.agent.id)]


def test_customers_are_not_asked(world: Any, demanded: App) -> None:
    assert world.api(None).post("auth/login/", credentials(world.customer)).status == 200


def test_another_organization_is_not_asked(world: Any, demanded: App) -> None:
    assert world.api(None).post("auth/login/", credentials(world.acme.agent, organization="acme")).status == 200


def test_enrolment_is_for_whoever_has_no_factor(world: Any, app: App) -> None:
    assert world.api(None).post("auth/factor/enrolment/", {"challenge": begin(world)}).code == "challenge_ended"


def test_with_the_demand_the_sessions_of_staff_without_end(world: Any, clock: Clock) -> None:
    equip(world.admin, clock)
    admin, agent, customer = (world.api(person) for person in (world.admin, world.agent, world.customer))
    assert {api.get("auth/me/").status for api in (admin, agent, customer)} == {200}
    demand(world)
    assert [api.get("auth/me/").status for api in (admin, agent, customer)] == [200, 401, 200]


def left_by_a_demand(world: Any, enter: Any) -> Any:
    """What came of entering while the demand was switched on, but not committed when that began."""
    return meanwhile(world.pandar.id, lambda: factors.demand(organization=world.pandar.organization, actor=world.actor(world.admin)), enter)


def login_of_the_agent(world: Any) -> Any:
    return world.api(None).post("auth/login/", credentials(world.agent))


def test_nobody_slips_in_while_it_is_switched_on(world: Any, clock: Clock) -> None:
    equip(world.admin, clock)
    left_by_a_demand(world, lambda: login_of_the_agent(world))
    assert running_of(world.agent) == 0
    assert login_of_the_agent(world).code == "second_factor_enrolment_required"


def test_without_a_share_of_the_organization_they_would(world: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    equip(world.admin, clock)
    monkeypatch.setattr(entering, "ENTER", entering.ENTER.replace("FOR SHARE", ""))
    assert left_by_a_demand(world, lambda: login_of_the_agent(world)).status == 200
    assert running_of(world.agent) == 1


def running_of(user: User) -> int:
    with unit_of_work(user.tenant):
        return Session.objects.filter(user=user, revoked_at=None).count()


def disable_ones_own(user: User) -> str:
    with unit_of_work(user.tenant):
        try:
            factors.disable(verified=User.objects.select_related("organization", "role").get(id=user.id), actor=System(user.tenant))
        except DomainError as error:
            return error.code
    return "disabled"


def test_nobody_disables_theirs_while_it_is_switched_on(world: Any, clock: Clock, app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    equip(world.admin, clock)
    assert left_by_a_demand(world, lambda: disable_ones_own(world.agent)) == "second_factor_demanded"


def test_without_a_share_of_the_organization_it_would_be_gone(world: Any, clock: Clock, app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    equip(world.admin, clock)
    monkeypatch.setattr(demanding, "DEMANDS", demanding.DEMANDS.replace("FOR SHARE", ""))
    assert left_by_a_demand(world, lambda: disable_ones_own(world.agent)) == "disabled"


def test_a_browser_that_stays_signed_in_needs_it_too(world: Any, demanded: App) -> None:
    with unit_of_work(world.pandar.id):
        agent = User.objects.select_related("role").get(id=world.agent.id)
        with pytest.raises(DomainError, match="demands a second factor"):
            sessions.begin_browser(user=agent, address="", user_agent="")


def test_a_secret_that_was_confirmed_meanwhile_is_not_replaced(world: Any, clock: Clock) -> None:
    """Whoever began twice, and confirmed the one while the other was begun anew, keeps what counts."""
    user = world.agent
    with unit_of_work(world.pandar.id):
        user = User.objects.select_related("organization", "role").get(id=user.id)
        app = App(factors.enrol(user=user).secret, clock)

    def again() -> str:
        with unit_of_work(world.pandar.id):
            try:
                factors.enrol(user=user)
            except Conflict as error:
                return error.code
        return "replaced"

    assert meanwhile(world.pandar.id, lambda: factors.confirm(user=user, code=app.code(), actor=None), again) == "second_factor_exists"
    clock.tick()
    assert go_on(world, begin(world), app.code()).status == 200


def test_who_demands_it_has_one(world: Any) -> None:
    with pytest.raises(Conflict, match="your own second factor first"):
        demand(world)
    with unit_of_work(world.pandar.id):
        assert not Organization.objects.get(id=world.pandar.id).requires_second_factor


# One's own.


def test_setting_one_up_takes_the_password_and_a_code(world: Any, clock: Clock) -> None:
    api = world.api(world.agent)
    assert api.get("auth/factor/").data == {"enabled": False, "since": None, "recovery_codes_left": 0, "demanded": False}
    assert api.post("auth/factor/", {"password": "wrong"}).code == "wrong_password"
    app = App(api.post("auth/factor/", {"password": PASSWORD}).data["secret"], clock)
    assert world.api(None).post("auth/login/", credentials(world.agent)).status == 200, "it does not count yet"
    assert api.post("auth/factor/confirm/", {"code": "000000"}).code == "wrong_code"
    assert len(api.post("auth/factor/confirm/", {"code": app.code()}).data["recovery_codes"]) == 10
    assert api.get("auth/factor/").data["enabled"] is True
    assert begin(world)
    assert api.post("auth/factor/", {"password": PASSWORD}).code == "second_factor_exists"
    assert api.post("auth/factor/confirm/", {"code": app.code()}).code == "no_enrolment"


def test_a_new_secret_voids_one_that_was_not_confirmed(world: Any, clock: Clock) -> None:
    api = world.api(world.agent)
    first, second = (App(api.post("auth/factor/", {"password": PASSWORD}).data["secret"], clock) for _ in range(2))
    assert api.post("auth/factor/confirm/", {"code": first.code()}).code == "wrong_code"
    assert api.post("auth/factor/confirm/", {"code": second.code()}).status == 200


def test_disabling_takes_the_password_and_a_code(world: Any, app: App) -> None:
    api = world.api(world.agent)
    assert api.post("auth/factor/disable/", {"password": "wrong", "code": app.code()}).code == "wrong_password"
    assert api.post("auth/factor/disable/", {"password": PASSWORD, "code": "000000"}).code == "wrong_code"
    assert api.get("auth/factor/").data["enabled"] is True
    assert api.post("auth/factor/disable/", {"password": PASSWORD, "code": app.code()}).status == 200
    assert world.api(None).post("auth/login/", credentials(world.agent)).status == 200
    assert len(trail(world, "second_factor_disabled")) == 1
    (letter,) = sent(world.pandar.id)
    assert (letter.to, "is gone" in letter.subject) == ([world.agent.email], True)


def test_what_is_demanded_is_not_disabled(world: Any, demanded: App) -> None:
    answer = world.api(world.admin).post("auth/factor/disable/", {"password": PASSWORD, "code": demanded.code()})
    assert (answer.status, answer.code) == (403, "second_factor_demanded")
    assert world.api(world.admin).get("auth/factor/").data["enabled"] is True


def test_new_recovery_codes_void_the_earlier_ones(world: Any, equipped: tuple[App, list[str]]) -> None:
    app, codes = equipped
    fresh = world.api(world.agent).post("auth/factor/recovery-codes/", {"password": PASSWORD, "code": app.code()}).data["recovery_codes"]
    assert not set(fresh) & set(codes)
    assert go_on(world, begin(world), codes[0]).code == "wrong_code"
    assert go_on(world, begin(world), fresh[0]).status == 200
    assert world.api(world.agent).get("auth/factor/").data["recovery_codes_left"] == 9


def test_an_admin_takes_it_by_the_api(world: Any, clock: Clock, app: App) -> None:
    api, path = world.api(world.agent), f"users/{world.agent.id}/factor/"
    for person in (world.manager, world.agent, world.customer):
        assert world.api(person).delete(path).code == "forbidden"
    assert world.api(world.acme.admin).delete(path).status == 404
    assert world.api(world.admin).delete(f"users/{world.admin.id}/factor/").code == "own_account"
    assert world.api(world.admin).delete(f"users/{world.teammate.id}/factor/").code == "no_second_factor"
    assert api.get("auth/factor/").data["enabled"] is True
    assert world.api(world.admin).delete(path).data == {"removed": True}
    assert api.get("auth/me/").status == 401
    assert login_of_the_agent(world).status == 200
    (entry,) = trail(world, "second_factor_reset")
    assert (entry.actor_id, entry.target_id) == (world.admin.id, str(world.agent.id))
    (letter,) = sent(world.pandar.id)
    assert (letter.to, "is gone" in letter.subject) == ([world.agent.email], True)


def test_who_may_do_more_is_out_of_reach_of_the_api(world: Any, clock: Clock) -> None:
    equip(world.admin, clock)
    with unit_of_work(world.pandar.id):
        manager = Role.objects.get(slug="manager")
        granted = [*people.permissions_of(manager), "accounts.change_user"]
        people.set_permissions(role=manager, permissions=granted, actor=System(world.pandar.id))
    assert world.api(world.manager).delete(f"users/{world.admin.id}/factor/").code == "escalation"


def test_taking_somebodys_factor_signs_them_out(world: Any, app: App) -> None:
    api = world.api(world.agent)
    with unit_of_work(world.pandar.id):
        factors.reset(user=world.agent.id, actor=world.actor(world.admin))
    assert api.get("auth/me/").status == 401
    assert world.api(None).post("auth/login/", credentials(world.agent)).status == 200
    (entry,) = trail(world, "second_factor_reset")
    assert (entry.actor_id, entry.target_id) == (world.admin.id, str(world.agent.id))


@pytest.mark.parametrize(("actor", "user", "code"), [("manager", "admin", "forbidden"), ("admin", "admin", "own_account")])
def test_nobody_takes_their_own_or_that_of_who_may_do_more(world: Any, clock: Clock, actor: str, user: str, code: str) -> None:
    person = getattr(world, user)
    equip(person, clock)
    with pytest.raises(Forbidden) as caught, unit_of_work(world.pandar.id):
        factors.reset(user=person.id, actor=world.actor(getattr(world, actor)))
    assert caught.value.code == code


# Keys.


def test_secrets_come_under_the_current_key(world: Any, settings: Any, clock: Clock, app: App) -> None:
    settings.ENCRYPTION_KEYS = [b"k" * 32]
    assert [factors.reseal(organization=organization) for organization in (world.pandar.id, world.acme.id, PLATFORM)] == [1, 0, 0]
    assert factors.reseal(organization=world.pandar.id) == 0
    settings.SECRET_KEY = "another key, from which no old one can be made"
    assert go_on(world, begin(world), app.code()).status == 200


def test_a_factor_is_sealed_for_one_person(world: Any, clock: Clock, app: App) -> None:
    """Somebody who can write rows gives another person's secret to themselves: it does not open."""
    equip(world.teammate, clock)
    with unit_of_work(world.pandar.id):
        theirs = Factor.objects.get(user=world.agent).secret
        Factor.objects.filter(user=world.teammate).update(secret=theirs)
    assert go_on(world, begin(world, world.teammate), app.code()).status == 500


def test_the_house_may_take_it_from_anybody(world: Any, clock: Clock) -> None:
    equip(world.admin, clock)
    with unit_of_work(world.pandar.id):
        factors.reset(user=world.admin.id, actor=System(world.pandar.id))
        assert not Factor.objects.exists()
