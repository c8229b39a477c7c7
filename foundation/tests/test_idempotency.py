"""`Idempotency-Key`: whatever is repeated under a key happens once."""
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from foundation.models import IdempotencyKey
from foundation.units import unit_of_work
from pandarchat.testing.services import Server
from pandarchat.tests.world import Answer, World
from tickets.models import Ticket

NEW = {"subject": "Once", "text": "Only once, please."}
AT_ONCE = 8


def tickets(world: World) -> int:
    with unit_of_work(world.pandar.id):
        return Ticket.objects.count()


def status(world: World, ticket: Ticket, to: str, key: str | None) -> Answer:
    return world.api(world.agent).post(f"tickets/{ticket.pk}/status/", {"status": to}, key=key)


def test_a_repeated_request_is_answered_again_and_done_once(world: World) -> None:
    """The fast path of a new ticket."""
    first, second = (world.api(world.customer).post("tickets/", NEW, key="k-1") for _ in range(2))
    assert (first.status, second.status, second.body) == (201, 201, first.body)
    assert ("Idempotent-Replay" in first.headers, second.headers["Idempotent-Replay"]) == (False, "true")
    assert tickets(world) == 1


def test_without_a_key_it_is_done_twice(world: World) -> None:
    for _ in range(2):
        world.api(world.customer).post("tickets/", NEW)
    assert tickets(world) == 2


def test_a_repeated_move_is_answered_again_and_done_once(world: World) -> None:
    """The way of every other write: the second move would be refused."""
    ticket = world.ticket(agent=world.agent)
    first, second = (status(world, ticket, "pending", "k-1") for _ in range(2))
    assert (first.status, second.status, second.data) == (200, 200, first.data)
    assert second.headers["Idempotent-Replay"] == "true"
    assert status(world, ticket, "pending", None).status == 409
    assert world.pandar.fresh(ticket).version == ticket.version + 1


@pytest.mark.parametrize("path", ["tickets/", "auth/logout/"])
def test_another_request_under_the_same_key_is_refused(world: World, path: str) -> None:
    world.api(world.customer).post("tickets/", NEW, key="k-1")
    answer = world.api(world.customer).post(path, {**NEW, "subject": "Something else"}, key="k-1")
    assert (answer.status, answer.code) == (409, "idempotency_key_reused")
    assert tickets(world) == 1
    assert world.api(world.customer).get("auth/me/").status == 200


def test_a_refused_request_leaves_its_key_free(world: World) -> None:
    refused = world.api(world.customer).post("tickets/", {**NEW, "category": "nowhere"}, key="k-1")
    assert refused.status == 400
    ticket = world.ticket(agent=world.agent)
    assert status(world, ticket, "closed", "k-2").status == 409
    with unit_of_work(world.pandar.id):
        assert not IdempotencyKey.objects.exists()
    assert world.api(world.customer).post("tickets/", NEW, key="k-1").status == 201
    assert status(world, ticket, "resolved", "k-2").status == 200


def test_the_same_key_of_somebody_else_is_another_key(world: World) -> None:
    answers = [world.api(person).post("tickets/", NEW, key="k-1") for person in (world.customer, world.other_customer, world.acme.customer)]
    assert [answer.status for answer in answers] == [201, 201, 201]
    assert len({answer.data["id"] for answer in answers}) == 3


@pytest.mark.parametrize("key", ["", "x" * 201, "tab\there"])
def test_a_malformed_key_is_refused(world: World, key: str) -> None:
    answer = world.api(world.customer).post("tickets/", NEW, key=key)
    assert (answer.status, answer.code) == (400, "invalid_idempotency_key")
    assert world.api(world.customer).post("tickets/", NEW, key="x" * 200).status == 201


def test_reading_takes_no_key(world: World) -> None:
    assert world.api(world.customer).call("GET", "tickets/", key="x" * 500).status == 200


def at_once(world: World, server: Server, person: Any, path: str, body: Any) -> list[Any]:
    barrier = Barrier(AT_ONCE)

    def post(_: int) -> Any:
        with world.http(person, server) as http:
            barrier.wait(30)
            return http.post(path, json=body, headers={"Idempotency-Key": "k-1"})

    world.token(person)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(post, range(AT_ONCE)))


def test_the_same_request_many_times_at_once_happens_once(world: World, server: Server) -> None:
    answers = at_once(world, server, world.customer, "tickets/", NEW)
    assert Counter(answer.status_code for answer in answers) == {201: AT_ONCE}
    assert len({answer.text for answer in answers}) == 1
    assert tickets(world) == 1


def test_the_same_write_many_times_at_once_happens_once(world: World, server: Server) -> None:
    ticket = world.api(world.customer).post("tickets/", NEW).data["id"]
    answers = at_once(world, server, world.agent, f"tickets/{ticket}/take/", {})
    assert len({(answer.status_code, answer.text) for answer in answers}) == 1
    assert answers[0].status_code == 200
    assert Counter(answer.headers.get("Idempotent-Replay") for answer in answers) == {None: 1, "true": AT_ONCE - 1}
