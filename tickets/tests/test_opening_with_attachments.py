"""A new ticket whose first message has files."""
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from django.db import connections

from chat.models import Attachment, Conversation
from chat.tests import pictures
from foundation.ids import uuid7
from foundation.units import unit_of_work
from pandarchat.testing.services import Server
from pandarchat.tests.world import Answer, World
from tickets.models import Ticket

NEW = {"subject": "Card", "text": "Not paid."}


def first(world: World, answer: Answer) -> dict[str, Any]:
    """The first message of the ticket that was opened, as the staff read it."""
    entries = world.api(world.agent).get(f"tickets/{answer.data['id']}/entries/", after=0).data["entries"]
    return dict(entries[0])


def upload(world: World, content: bytes | None = None) -> UUID:
    return world.upload(world.customer, "card", content).id


def unsent(world: World) -> int:
    with unit_of_work(world.pandar.id):
        return Attachment.objects.filter(conversation=None).count()


@pytest.mark.parametrize("text", ["Not paid.", ""])
def test_files_come_with_the_first_message(world: World, text: str) -> None:
    one, two = upload(world), upload(world, pictures.png())
    answer = world.api(world.customer).post("tickets/", {**NEW, "text": text, "attachments": [two, one]})
    assert answer.status == 201
    message = first(world, answer)
    assert (message["text"], [file["id"] for file in message["attachments"]]) == (text, [str(two), str(one)])
    assert world.api(world.agent).get(f"attachments/{two}/").status == 200
    assert unsent(world) == 0


def test_over_a_server_it_is_the_same(world: World, server: Server) -> None:
    """The event loop leaves it to Django."""
    with world.http(world.customer, server) as http:
        file = http.post("upload/", files={"file": ("a.png", pictures.png())}).json()["data"]
        answer = http.post("tickets/", json={**NEW, "attachments": [file["id"]]})
        assert answer.status_code == 201
        entries = http.get(f"tickets/{answer.json()['data']['id']}/entries/").json()["data"]["entries"]
        assert entries[0]["attachments"] == [file]


@pytest.mark.parametrize("who", ["nobody's", "another's", "sent", "twice", "too many"])
def test_what_is_no_unsent_upload_opens_no_ticket(world: World, who: str) -> None:
    mine = upload(world)
    api = world.api(world.customer)
    if who == "sent":
        assert api.post("tickets/", {**NEW, "attachments": [mine]}).status == 201
    named = {"nobody's": [uuid7()], "another's": [world.upload(world.other_customer).id], "sent": [mine], "twice": [mine, mine],
             "too many": [uuid7() for _ in range(11)]}[who]
    with unit_of_work(world.pandar.id):
        before = (Ticket.objects.count(), Conversation.objects.count())
    answer = api.post("tickets/", {**NEW, "attachments": named}, key="a key")
    assert answer.status == 400 and next(iter(answer.body["fields"])).startswith("attachments")
    with unit_of_work(world.pandar.id):
        assert (Ticket.objects.count(), Conversation.objects.count()) == before
    assert api.post("tickets/", NEW, key="a key").status == 201, "a refusal leaves its key free"


def test_without_files_it_says_something(world: World) -> None:
    answer = world.api(world.customer).post("tickets/", {**NEW, "text": "", "attachments": []})
    assert (answer.status, set(answer.body["fields"])) == (400, {"text"})


def test_the_same_key_answers_the_same_ticket(world: World) -> None:
    new = {**NEW, "attachments": [upload(world)]}
    api = world.api(world.customer)
    one, again = (api.post("tickets/", new, key="once") for _ in range(2))
    assert (one.status, again.status, again.data["id"], again.headers["Idempotent-Replay"]) == (201, 201, one.data["id"], "true")
    other = api.post("tickets/", {**NEW, "attachments": [upload(world)]}, key="once")
    assert (other.status, other.code) == (409, "idempotency_key_reused")
    assert unsent(world) == 1


def test_the_same_key_at_the_same_moment_opens_one(world: World) -> None:
    new = {**NEW, "attachments": [upload(world)]}
    api = world.api(world.customer)

    def one(_: int) -> str:
        try:
            return str(api.post("tickets/", new, key="once").data["id"])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(one, range(12)))) == 1
    assert unsent(world) == 0
