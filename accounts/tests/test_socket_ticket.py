"""A socket ticket opens one socket, once, soon."""
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts import socket, tokens
from accounts.actions import sessions
from accounts.models import SocketTicket, User
from accounts.tests.parallel import at_once
from accounts.tokens import InvalidToken
from foundation.models import IdempotencyKey
from foundation.units import unit_of_work


def ticket(world: Any, person: Any = None) -> str:
    return str(world.api(person or world.agent).post("auth/socket-ticket/").data["ticket"])


def use(token: str) -> str:
    """The user's key, or the code of the refusal."""
    try:
        return str(socket.of_token(token, "127.0.0.1").user_id)
    except InvalidToken as error:
        return error.code


def test_it_names_the_user_and_the_session(world: Any) -> None:
    found = socket.of_token(ticket(world), "127.0.0.1")
    assert (found.user_id, found.organization_id, found.name) == (world.agent.id, world.pandar.id, world.agent.name)
    assert found.session_id == tokens.read(world.token(world.agent), tokens.ACCESS).session_id


def test_who_is_read_again_stays_in_the_history_that_the_socket_was_told_of(world: Any) -> None:
    """Or a changed role after a restore would hide from the next ping that the socket is of before."""
    found = socket.of_token(ticket(world), "127.0.0.1")
    again = socket.again(replace(found, history="of before"))
    assert again is not None
    assert (again.user_id, again.history) == (world.agent.id, "of before")


def test_it_works_once(world: Any) -> None:
    given = ticket(world)
    assert [use(given), use(given)] == [str(world.agent.id), "invalid_token"]
    with unit_of_work(world.pandar.id):
        assert SocketTicket.objects.count() == 0


def test_of_eight_at_once_one_wins(world: Any) -> None:
    given = ticket(world)
    outcomes = at_once([lambda: use(given)] * 8)
    assert sorted(outcomes) == sorted([str(world.agent.id), *["invalid_token"] * 7])


def test_a_key_does_not_repeat_it_and_keeps_nothing(world: Any) -> None:
    api = world.api(world.agent)
    answers = [api.client.post("/api/v1/auth/socket-ticket/", headers={**api.headers, "Idempotency-Key": "one"}) for _ in range(2)]
    assert len({answer.json()["data"]["ticket"] for answer in answers}) == 2
    with unit_of_work(world.pandar.id):
        assert not IdempotencyKey.objects.exists()


def test_it_lasts_thirty_seconds(world: Any) -> None:
    answer = world.api(world.agent).post("auth/socket-ticket/")
    assert (answer.status, answer.data["expires_in"]) == (201, 30)
    left = tokens.read(answer.data["ticket"], tokens.TICKET).expires_at - datetime.now(UTC)
    assert timedelta(seconds=20) < left <= timedelta(seconds=30)


def test_an_expired_one_is_refused_though_unused(world: Any) -> None:
    claims = tokens.read(ticket(world), tokens.TICKET)
    old = tokens.issue(tokens.TICKET, organization=claims.organization_id, user=claims.user_id, session=claims.session_id, id=claims.id,
                       expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert use(old) == "token_expired"


def test_it_dies_with_its_session(world: Any) -> None:
    given = ticket(world)
    sessions_actor = world.actor(world.agent)
    world.api(world.agent).post("auth/logout/")
    assert use(given) == "session_ended"
    assert sessions_actor.id == world.agent.id


def test_it_dies_with_everything(world: Any) -> None:
    given = ticket(world)
    with unit_of_work(world.pandar.id):
        sessions.sign_out_everywhere(actor=world.actor(world.agent), user=User.objects.get(id=world.agent.id))
    assert use(given) in ("session_ended", "invalid_token")


def test_somebody_elses_row_does_not_help(world: Any) -> None:
    mine, theirs = (tokens.read(ticket(world, person), tokens.TICKET) for person in (world.agent, world.teammate))
    assert theirs.id
    forged = tokens.issue(tokens.TICKET, organization=mine.organization_id, user=mine.user_id, session=mine.session_id, id=theirs.id,
                          expires_at=mine.expires_at)
    assert use(forged) == "invalid_token"


def test_it_is_no_access_token(world: Any) -> None:
    assert type(world.api(None))(ticket(world)).get("auth/me/").code == "invalid_token"


def test_an_access_token_opens_sockets_any_number_of_times(world: Any) -> None:
    assert [use(world.token(world.agent)) for _ in range(3)] == [str(world.agent.id)] * 3


def test_a_refresh_token_opens_none(world: Any) -> None:
    session = world.pandar.session(world.agent)
    token = tokens.issue(tokens.REFRESH, organization=world.pandar.id, user=world.agent.id, session=session.id, number=1,
                         expires_at=datetime.now(UTC) + timedelta(minutes=1))
    assert use(token) == "invalid_token"


@pytest.mark.parametrize("person", ["customer", "agent"])
def test_being_let_in_counts_as_seen_for_agents(world: Any, person: str) -> None:
    socket.of_token(world.token(getattr(world, person)), "127.0.0.1")
    from accounts.models import AgentProfile

    with unit_of_work(world.pandar.id):
        assert AgentProfile.objects.exclude(last_seen_at=None).count() == (1 if person == "agent" else 0)
