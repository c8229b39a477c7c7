"""Refresh tokens rotate; one that comes twice ends its family, whoever holds the newer one."""
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts import tokens
from accounts.models import AuditEntry, Session, User
from accounts.tests.parallel import at_once
from foundation.units import unit_of_work

PASSWORD = "correct horse battery"


@pytest.fixture
def family(world: Any) -> dict[str, Any]:
    """The tokens of a new session of the customer."""
    data: dict[str, Any] = (
        world.api(None).post("auth/login/", {"organization": "pandar", "email": "customer@pandar.test", "password": PASSWORD}).data
    )
    return data


def refresh(world: Any, token: str) -> Any:
    return world.api(None).post("auth/refresh/", {"refresh": token})


def me(world: Any, token: str) -> int:
    return int(type(world.api(None))(token).get("auth/me/").status)


def test_each_gives_the_next(world: Any, family: dict[str, Any]) -> None:
    seen = {family["refresh"]}
    token = family["refresh"]
    for _ in range(4):
        pair = refresh(world, token).data
        assert set(pair) == {"access", "refresh", "expires_in"}
        assert me(world, pair["access"]) == 200
        token = pair["refresh"]
        assert token not in seen
        seen.add(token)
    with unit_of_work(world.pandar.id):
        assert Session.objects.get().generation == 5


def test_a_rotation_leaves_the_session_s_end_where_it_was(world: Any, family: dict[str, Any]) -> None:
    ends = {
        tokens.read(family["refresh"], tokens.REFRESH).expires_at,
        tokens.read(refresh(world, family["refresh"]).data["refresh"], tokens.REFRESH).expires_at,
    }
    assert len(ends) == 1


def test_used_twice_the_family_is_dead(world: Any, family: dict[str, Any]) -> None:
    newer = refresh(world, family["refresh"]).data
    assert me(world, newer["access"]) == me(world, family["access"]) == 200
    again = refresh(world, family["refresh"])
    assert (again.status, again.code) == (401, "session_ended")
    assert refresh(world, newer["refresh"]).status == 401
    assert me(world, newer["access"]) == me(world, family["access"]) == 401
    with unit_of_work(world.pandar.id):
        session = Session.objects.get()
        assert (session.revoked_because, session.revoked_at is not None) == ("reuse", True)
        assert AuditEntry.objects.filter(action="refresh_token_reused", target_id=str(session.id)).count() == 1


def test_another_family_of_the_same_user_lives_on(world: Any, family: dict[str, Any]) -> None:
    other = world.api(None).post("auth/login/", {"organization": "pandar", "email": "customer@pandar.test", "password": PASSWORD}).data
    refresh(world, family["refresh"])
    refresh(world, family["refresh"])
    assert refresh(world, other["refresh"]).status == 200


def test_six_at_once_are_one_success_and_then_a_dead_family(world: Any, family: dict[str, Any]) -> None:
    answers = at_once([lambda: refresh(world, family["refresh"])] * 6)
    assert Counter(answer.status for answer in answers) == {200: 1, 401: 5}
    (won,) = [answer.data for answer in answers if answer.status == 200]
    assert refresh(world, won["refresh"]).status == 401
    assert me(world, won["access"]) == 401


GARBAGE = ["", "x", "a.b.c", "x" * 5000]


def test_garbage_is_refused(world: Any) -> None:
    for broken in GARBAGE:
        assert refresh(world, broken).status in (400, 401)


def test_an_access_token_is_no_refresh_token(world: Any, family: dict[str, Any]) -> None:
    assert refresh(world, family["access"]).code == "invalid_token"
    assert refresh(world, family["refresh"]).status == 200


def test_an_expired_one_is_refused(world: Any) -> None:
    session = world.pandar.session(world.customer)
    old = tokens.issue(tokens.REFRESH, organization=world.pandar.id, user=world.customer.id, session=session.id, number=1,
                       expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert refresh(world, old).code == "token_expired"


def test_a_generation_that_was_not_yet_is_refused(world: Any) -> None:
    session = world.pandar.session(world.customer)
    early = tokens.issue(tokens.REFRESH, organization=world.pandar.id, user=world.customer.id, session=session.id, number=2,
                         expires_at=datetime.now(UTC) + timedelta(minutes=1))
    assert refresh(world, early).status == 401


def test_a_disabled_user_gets_no_more(world: Any, family: dict[str, Any]) -> None:
    with unit_of_work(world.pandar.id):
        User.objects.filter(id=world.customer.id).update(is_active=False)
    assert refresh(world, family["refresh"]).code == "session_ended"


def test_an_expired_session_gets_no_more(world: Any, family: dict[str, Any]) -> None:
    with unit_of_work(world.pandar.id):
        Session.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert refresh(world, family["refresh"]).code == "session_ended"
