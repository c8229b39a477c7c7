"""A stranger on the socket: every command with foreign keys, and what arrives without being asked for."""
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import pytest

from foundation.tests.socket_world import Client
from foundation.units import unit_of_work
from pandarchat.routing import COMMANDS, sockets
from pandarchat.testing.services import Server
from pandarchat.tests.walk import UUID_TEXT, ids_of
from pandarchat.tests.world import Planted, Rows, World, fingerprint, open_socket
from tickets.actions import moves

STRANGERS = ["agent", "manager", "admin", "customer"]
UNANSWERED = {"pong"}
Fields = Callable[[Rows, Rows], list[dict[str, Any]]]

# What to send under each command; a command that is not here fails the walk.
TABLE: dict[str, Fields] = {
    "authenticate": lambda theirs, mine: [{"token": "not.a.token"}],
    "pong": lambda theirs, mine: [{"n": 1}],
    "agent-status": lambda theirs, mine: [{"status": "busy"}],
    "join-ticket-room": lambda theirs, mine: [
        {"ticket": theirs.ticket.pk}, {"ticket": theirs.queued.pk, "after": 1}, {"ticket": theirs.message.id}],
    "leave-ticket-room": lambda theirs, mine: [{"ticket": theirs.ticket.pk}],
    "send-message": lambda theirs, mine: [
        {"ticket": theirs.ticket.pk, "client_id": uuid4(), "text": "seized"},
        {"ticket": theirs.ticket.pk, "client_id": uuid4(), "text": "seized", "internal": True},
        {"ticket": mine.ticket.pk, "client_id": theirs.message.client_id, "text": "mine"},
        {"ticket": mine.ticket.pk, "client_id": uuid4(), "attachments": [theirs.attachment.id]},
        {"ticket": mine.ticket.pk, "client_id": uuid4(), "attachments": [theirs.upload.id]}],
    "typing": lambda theirs, mine: [{"ticket": theirs.ticket.pk}, {"ticket": theirs.ticket.pk, "internal": True}],
    "watch-tickets": lambda theirs, mine: [{"tickets": [theirs.ticket.pk, theirs.queued.pk]}],
    "viewing": lambda theirs, mine: [{"ticket": theirs.ticket.pk}],
    "watch-queue": lambda theirs, mine: [{}, {"watching": False}],
    "read": lambda theirs, mine: [{"ticket": theirs.ticket.pk, "seq": 2}],
}
REFUSED = {"authenticate", "join-ticket-room", "typing", "viewing", "read"}


def test_no_command_is_forgotten() -> None:
    assert {model.__struct_config__.tag for model in sockets.table.models} == set(TABLE)
    assert len(sockets.table.models) == len(COMMANDS) + 2


def jsonable(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value if isinstance(value, (bool, int)) else list(map(str, value)) if isinstance(value, list) else str(value)
            for name, value in fields.items()}


def everything(client: Client) -> list[dict[str, Any]]:
    """All that has arrived so far: what the server publishes comes before the answer to this."""
    ref = client.send("authenticate", token="not.a.token")
    client.wait(lambda frame: frame.get("ref") == ref)
    kept = list(client.frames)
    client.frames.clear()
    return kept


@pytest.mark.parametrize("role", STRANGERS)
def test_no_command_reaches_a_foreign_ticket(planted: Planted, server: Server, role: str) -> None:
    world, theirs, mine = planted.world, planted.of_pandar, planted.of_acme
    before, secrets = fingerprint(world.pandar.id), ids_of(theirs)
    with world.socket(getattr(world.acme, role), server) as stranger:
        for name, fields in TABLE.items():
            for given in map(jsonable, fields(theirs, mine)):
                if name in UNANSWERED:
                    stranger.send(name, **given)
                    continue
                answer = stranger.ask(name, **given)
                about_theirs = given.get("ticket") in secrets
                assert answer["type"] in {"ok", "watching", "error"}, (name, given, answer)
                assert answer["type"] == "error" or not (about_theirs and name in REFUSED | {"send-message"}), (name, given, answer)
                check(answer, world, secrets - set(UUID_TEXT.findall(str(given))))
        for frame in everything(stranger):
            check(frame, world, secrets)
    assert fingerprint(world.pandar.id) == before


def check(frame: dict[str, Any], world: World, secrets: set[str]) -> None:
    text = str(frame)
    assert world.pandar.canary not in text, text
    assert not set(UUID_TEXT.findall(text)) & secrets, text


def busy_day(planted: Planted) -> None:
    """Something of everything that sockets hear of, in pandar."""
    world, rows = planted.world, planted.of_pandar
    ticket = world.ticket(world.customer)
    world.say(world.customer, rows.ticket, f"last words {world.pandar.canary}")
    world.available(world.teammate)
    teammate = world.actor(world.teammate)
    with unit_of_work(teammate):
        moves.take(actor=teammate, ticket=ticket.pk)
    with unit_of_work(teammate):
        moves.release(actor=teammate, ticket=ticket.pk)


HEARD = {"new-ticket", "entry", "agent-status-changed", "ticket-assigned", "ticket-updated", "queue-updated"}


def test_strangers_hear_nothing_and_insiders_everything(planted: Planted, server: Server) -> None:
    world, secrets = planted.world, ids_of(planted.of_pandar)
    with ExitStack() as stack:
        strangers = [stack.enter_context(world.socket(person, server)) for person in world.strangers]
        insider = stack.enter_context(world.socket(world.agent, server))
        assert insider.ask("join-ticket-room", ticket=str(planted.of_pandar.ticket.pk), after=0)["type"] == "batch"
        for stranger in strangers:
            assert stranger.ask("join-ticket-room", ticket=str(planted.of_pandar.ticket.pk), after=0)["code"] == "not_found"
        busy_day(planted)
        heard: set[str] = set()
        while not heard >= HEARD:
            heard.add(insider.wait(lambda frame: frame["type"] in HEARD - heard)["type"])
        for stranger in strangers:
            frames = everything(stranger)
            assert {frame["type"] for frame in frames} <= {"ping"}, frames
            for frame in frames:
                check(frame, world, secrets)


def test_customers_hear_of_their_own_tickets_only(planted: Planted, server: Server) -> None:
    world = planted.world
    with world.socket(world.other_customer, server) as neighbour, world.socket(world.agent, server) as insider:
        assert neighbour.ask("join-ticket-room", ticket=str(planted.of_pandar.ticket.pk), after=0)["code"] == "not_found"
        busy_day(planted)
        insider.wait("ticket-assigned")
        insider.wait("queue-updated")
        assert {frame["type"] for frame in everything(neighbour)} <= {"ping"}


def test_nobody_may_do_anything_before_they_say_who_they_are(planted: Planted, server: Server) -> None:
    before = fingerprint(planted.world.pandar.id)
    for name in set(TABLE) - {"authenticate", "pong"}:
        client = open_socket(server)
        assert client.ask(name, **jsonable(TABLE[name](planted.of_pandar, planted.of_acme)[0]))["code"] == "unauthenticated"
        client.close()
    assert fingerprint(planted.world.pandar.id) == before
