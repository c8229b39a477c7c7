"""An access token is good while everything that it stands on is."""
import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from django.conf import settings

from accounts import tokens
from accounts.models import Organization, Session, User
from foundation.ids import PLATFORM, uuid7
from foundation.units import unit_of_work


def me(world: Any, token: str) -> Any:
    return type(world.api(None))(token).get("auth/me/")


def token(world: Any, **changed: Any) -> str:
    """A token of the agent, with some claims changed."""
    person, session = world.agent, world.pandar.session(world.agent)
    claims = {"typ": "access", "org": str(person.organization_id), "sub": str(person.id), "sid": str(session.id), "num": 1,
              "exp": datetime.now(UTC) + timedelta(minutes=5), **changed}
    return jwt.encode({name: value for name, value in claims.items() if value is not None}, settings.SECRET_KEY, "HS256")


def test_a_good_one_is_let_in(world: Any) -> None:
    assert me(world, token(world)).data["email"] == world.agent.email


def test_its_life_is_ten_minutes(world: Any) -> None:
    claims = tokens.read(world.token(world.agent), tokens.ACCESS)
    assert timedelta(minutes=9) < claims.expires_at - datetime.now(UTC) <= timedelta(minutes=10)


NO_TOKENS = ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer a b c", "Bearer \x00", "Bearer ä.ö.ü", "Token x"]


def test_no_token_is_401(world: Any) -> None:
    for header in NO_TOKENS:
        api = world.api(None)
        api.headers = {"Authorization": header}
        answer = api.get("auth/me/")
        assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_an_expired_one_says_so(world: Any) -> None:
    answer = me(world, token(world, exp=datetime.now(UTC) - timedelta(seconds=1)))
    assert (answer.status, answer.code) == (401, "token_expired")


OTHER_KINDS = [tokens.REFRESH, tokens.TICKET, "admin", None, 7]


def test_another_kind_is_refused(world: Any) -> None:
    for kind in OTHER_KINDS:
        assert me(world, token(world, typ=kind)).code == "invalid_token"


MALFORMED: list[Any] = [
        {"org": None},
        {"sub": None},
        {"exp": None},
        {"org": "x"},
        {"sub": 5},
        {"sid": "x"},
        {"num": "x"},
        {"num": []},
        {"exp": "soon"},
        {"exp": 1e300},
        {"exp": 10**18},
        {"org": ["a"]},
        {"sid": {}},
        {"org": str(PLATFORM)},
    ]


def test_malformed_claims_are_refused_though_signed(world: Any) -> None:
    for claims in MALFORMED:
        answer = me(world, token(world, **claims))
        assert (answer.status, answer.code in ("invalid_token", "session_ended")) == (401, True)


def test_one_without_a_session_is_refused(world: Any) -> None:
    answer = me(world, token(world, sid=None))
    assert (answer.status, answer.code) == (401, "invalid_token")


def test_a_tampered_one_is_refused(world: Any) -> None:
    head, body, signature = token(world).split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    forged = base64.urlsafe_b64encode(json.dumps({**claims, "sub": str(world.admin.id)}).encode()).decode().rstrip("=")
    for bad in (f"{head}.{forged}.{signature}", f"{head}.{body}.{signature[:-4]}AAAA", f"{head}.{body}.", f"{head}.{body}"):
        assert me(world, bad).code == "invalid_token"


OTHER_ALGORITHMS = ["none", "HS512", "HS384"]


def test_another_algorithm_is_refused(world: Any) -> None:
    for algorithm in OTHER_ALGORITHMS:
        claims = jwt.decode(token(world), options={"verify_signature": False})
        key = "" if algorithm == "none" else settings.SECRET_KEY
        assert me(world, jwt.encode(claims, key, algorithm)).code == "invalid_token"


def test_another_key_is_refused(world: Any) -> None:
    claims = jwt.decode(token(world), options={"verify_signature": False})
    assert me(world, jwt.encode(claims, "k" * 64, "HS256")).code == "invalid_token"


def test_another_organization_in_the_claims_finds_nobody(world: Any) -> None:
    assert me(world, token(world, org=str(world.acme.id))).status == 401
    foreign = world.acme.session(world.acme.agent)
    assert me(world, token(world, sid=str(foreign.id))).code == "session_ended"


def test_another_users_session_is_refused(world: Any) -> None:
    assert me(world, token(world, sid=str(world.pandar.session(world.admin).id))).code == "session_ended"


def test_a_disabled_user_is_out_at_once(world: Any) -> None:
    given = token(world)
    with unit_of_work(world.pandar.id):
        User.objects.filter(id=world.agent.id).update(is_active=False)
    assert me(world, given).code == "session_ended"


def test_a_disabled_organization_is_out_at_once(world: Any) -> None:
    given = token(world)
    with unit_of_work(PLATFORM):
        Organization.objects.filter(id=world.pandar.id).update(is_active=False)
    assert me(world, given).code == "session_ended"


@pytest.mark.parametrize("ended", [{"revoked_at": datetime(2020, 1, 1, tzinfo=UTC)}, {"expires_at": datetime(2020, 1, 1, tzinfo=UTC)}])
def test_an_ended_session_is_out_at_once(world: Any, ended: dict[str, Any]) -> None:
    given = token(world)
    with unit_of_work(world.pandar.id):
        Session.objects.update(**ended)
    assert me(world, given).code == "session_ended"


def test_a_step_of_the_epoch_ends_it(world: Any) -> None:
    given = token(world)
    with unit_of_work(world.pandar.id):
        User.objects.filter(id=world.agent.id).update(epoch=2)
    assert me(world, given).code == "session_ended"
    assert me(world, token(world, num=2)).status == 200


def test_a_session_that_never_was_is_refused(world: Any) -> None:
    assert me(world, token(world, sid=str(uuid7()))).code == "session_ended"
