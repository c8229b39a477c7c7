"""Signing out ends one session, or everything."""
from typing import Any

import pytest

from accounts.models import AuditEntry, Session, SocketTicket
from foundation.units import unit_of_work

PASSWORD = "correct horse battery"


def login(world: Any, email: str = "customer@pandar.test") -> Any:
    return world.api(None).post("auth/login/", {"organization": "pandar", "email": email, "password": PASSWORD}).data


def api(world: Any, pair: Any) -> Any:
    return type(world.api(None))(pair["access"])


def alive(world: Any, pair: Any) -> bool:
    return bool(api(world, pair).get("auth/me/").status == 200)


@pytest.fixture
def three(world: Any) -> list[Any]:
    """Two sessions of the customer and one of somebody else."""
    return [login(world), login(world), login(world, "agent@pandar.test")]


def test_one_session_ends_and_the_others_do_not(world: Any, three: list[Any]) -> None:
    assert api(world, three[0]).post("auth/logout/").data == {"ended": "this"}
    assert [alive(world, pair) for pair in three] == [False, True, True]
    assert world.api(None).post("auth/refresh/", {"refresh": three[0]["refresh"]}).status == 401
    assert world.api(None).post("auth/refresh/", {"refresh": three[1]["refresh"]}).status == 200


def test_everywhere_ends_all_of_the_user_at_once(world: Any, three: list[Any]) -> None:
    api(world, three[1]).post("auth/socket-ticket/")
    assert api(world, three[0]).post("auth/logout/", {"everywhere": True}).data == {"ended": "all"}
    assert [alive(world, pair) for pair in three] == [False, False, True]
    assert world.api(None).post("auth/refresh/", {"refresh": three[1]["refresh"]}).status == 401
    with unit_of_work(world.pandar.id):
        assert SocketTicket.objects.count() == 0
        assert not Session.objects.filter(user=world.customer, revoked_at=None).exists()
    assert alive(world, login(world)), "one may sign in again"


def test_the_epoch_alone_ends_access_tokens(world: Any, three: list[Any]) -> None:
    before = world.pandar.fresh(world.customer).epoch
    api(world, three[0]).post("auth/logout/", {"everywhere": True})
    assert world.pandar.fresh(world.customer).epoch == before + 1
    with unit_of_work(world.pandar.id):
        Session.objects.update(revoked_at=None)
    assert [alive(world, pair) for pair in three] == [False, False, True]


def test_it_is_on_record(world: Any, three: list[Any]) -> None:
    api(world, three[0]).post("auth/logout/")
    api(world, three[1]).post("auth/logout/", {"everywhere": True})
    with unit_of_work(world.pandar.id):
        assert set(AuditEntry.objects.filter(action__startswith="logout").values_list("action", "actor_id")) == {
            ("logout", world.customer.id), ("logout_everywhere", world.customer.id)}


def test_signed_out_is_signed_out(world: Any, three: list[Any]) -> None:
    api(world, three[0]).post("auth/logout/")
    assert api(world, three[0]).post("auth/logout/").status == 401
    assert world.api(None).post("auth/logout/").status == 401


def test_a_refused_body_ends_nothing(world: Any, three: list[Any]) -> None:
    assert api(world, three[0]).post("auth/logout/", {"everywhere": "perhaps"}).status == 400
    assert alive(world, three[0])
