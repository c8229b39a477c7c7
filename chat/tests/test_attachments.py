"""Files on messages: tied once, in the message's own transaction, and shown wherever the message is."""
import asyncio
import base64
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, connections

from chat import sending, wire
from chat.attachments import actions, files
from chat.attachments.actions import Upload
from chat.models import LONGEST_TEXT, Attachment, Entry, Revision
from chat.tests import pictures
from chat.tests.test_uploads import do_what_is_owed, kept
from foundation.errors import Conflict, Invalid
from foundation.ids import uuid7
from foundation.socket.frames import FRAME_BYTES
from foundation.units import unit_of_work
from pandarchat.testing.loops import in_loop
from pandarchat.testing.services import Server
from pandarchat.tests.world import Answer, World
from tickets.models import Ticket


def upload(world: World, person: Any = None, content: bytes = pictures.PDF, name: str = "a.pdf") -> UUID:
    """A file that waits for its message."""
    return actions.upload(actor=world.actor(person or world.customer), given=Upload(name, content)).id


def send(world: World, ticket: Ticket, *attachments: UUID, by: Any = None, **given: Any) -> Answer:
    body = {"client_id": uuid7(), "text": "", "attachments": attachments, **given}
    return world.api(by or world.customer).post(f"tickets/{ticket.pk}/messages/", body)


def last(world: World, ticket: Ticket, person: Any = None) -> dict[str, Any]:
    """The last entry, as somebody reads it."""
    entries = world.api(person or world.customer).get(f"tickets/{ticket.pk}/entries/", after=0).data["entries"]
    return dict(entries[-1])


def row(world: World, attachment: UUID) -> Attachment:
    with unit_of_work(world.pandar.id):
        return Attachment.objects.get(id=attachment)


def test_a_message_may_consist_of_attachments_alone(world: World) -> None:
    ticket, one, two = world.ticket(), upload(world, content=pictures.jpeg(), name="card.jpg"), upload(world)
    told = send(world, ticket, two, one)
    assert told.status == 201
    entry = last(world, ticket)
    assert (entry["id"], entry["text"]) == (told.data["id"], "")
    document, picture = entry["attachments"]
    assert (document["id"], document["type"], document["thumbnail"]) == (str(two), "application/pdf", None)
    assert picture == {"id": str(one), "name": "card.jpg", "type": "image/jpeg", "size": row(world, one).size, "width": 64, "height": 48,
                       "url": f"/api/v1/attachments/{one}/", "thumbnail": f"/api/v1/attachments/{one}/thumbnail/"}
    tied = row(world, one)
    assert (tied.conversation_id, tied.staff_seq, tied.internal) == (ticket.pk, 2, False)


def test_nothing_said_and_nothing_attached_is_no_message(world: World) -> None:
    answer = send(world, world.ticket())
    assert (answer.status, set(answer.body["fields"])) == (400, {"text"})


def test_a_repetition_is_a_duplicate_and_other_attachments_a_conflict(world: World) -> None:
    ticket, client_id, one, two, three = world.ticket(), uuid7(), upload(world), upload(world), upload(world)
    first = send(world, ticket, one, two, client_id=client_id)
    assert send(world, ticket, one, two, client_id=client_id).data == {**first.data, "duplicate": True}
    for others in ((one,), (two, one), (one, two, three), ()):
        answer = send(world, ticket, *others, client_id=client_id, text="" if others else "said")
        assert (answer.status, answer.code) == (409, "conflict"), others
    assert row(world, three).conversation_id is None


def test_a_text_without_them_is_another_message(world: World) -> None:
    ticket, client_id = world.ticket(), uuid7()
    assert send(world, ticket, client_id=client_id, text="said").status == 201
    assert send(world, ticket, upload(world), client_id=client_id, text="said").code == "conflict"


def test_a_file_is_sent_once(world: World) -> None:
    ticket, other, one = world.ticket(), world.ticket(), upload(world)
    assert send(world, ticket, one).status == 201
    for where in (ticket, other):
        answer = send(world, where, one)
        assert (answer.status, set(answer.body["fields"])) == (400, {"attachments"})
    assert row(world, one).conversation_id == ticket.pk


def test_a_file_is_sent_by_its_uploader_and_in_their_organization(world: World) -> None:
    ticket, theirs = world.ticket(agent=world.agent), world.ticket(world.acme.customer)
    mine, foreign = upload(world), actions.upload(actor=world.actor(world.acme.customer), given=Upload("a", pictures.PDF)).id
    for person, where, named in ((world.agent, ticket, mine), (world.customer, ticket, foreign), (world.acme.customer, theirs, mine)):
        answer = send(world, where, named, by=person, text="said")
        assert (answer.status, set(answer.body["fields"])) == (400, {"attachments"})
    assert send(world, ticket, mine, uuid7()).status == 400, "one that is not there spoils it all"
    assert row(world, mine).conversation_id is None
    assert last(world, ticket, world.agent)["kind"] == "assignment", "nothing was stored"


def test_ten_and_no_more_each_once(world: World) -> None:
    ticket, many = world.ticket(), [upload(world) for _ in range(11)]
    assert send(world, ticket, *many).status == 400
    assert send(world, ticket, many[0], many[0]).status == 400
    assert send(world, ticket, *many[:10]).status == 201
    assert [about["id"] for about in last(world, ticket)["attachments"]] == [str(key) for key in many[:10]]


def test_what_is_not_whole_yet_is_not_sent(world: World) -> None:
    ticket, one = world.ticket(), upload(world)
    with unit_of_work(world.pandar.id):
        Attachment.objects.update(ready=False)
    assert send(world, ticket, one).status == 400
    with pytest.raises(IntegrityError, match="attachment_sent_whole"), unit_of_work(world.pandar.id):
        Attachment.objects.filter(id=one).update(conversation_id=ticket.pk, staff_seq=1)


def test_one_file_in_many_messages_at_once_is_in_one_of_them(world: World) -> None:
    tickets, one, actor = [world.ticket() for _ in range(4)], upload(world), world.actor(world.customer)

    def attempt(number: int) -> str:
        draft = sending.Draft(conversation=tickets[number % 4].pk, client_id=uuid7(), text="", attachments=(one,))
        try:
            sending.send(actor=actor, draft=draft)
        except Invalid:
            return "refused"
        finally:
            connections.close_all()
        return "stored"

    with ThreadPoolExecutor(8) as pool:
        assert Counter(pool.map(attempt, range(24))) == {"stored": 1, "refused": 23}


def test_two_files_in_either_order_at_once_wait_for_each_other(world: World) -> None:
    actor, tickets = world.actor(world.customer), [world.ticket(), world.ticket()]

    def attempt(given: tuple[int, tuple[UUID, ...]]) -> str:
        number, attachments = given
        draft = sending.Draft(conversation=tickets[number % 2].pk, client_id=uuid7(), text="", attachments=attachments)
        try:
            sending.send(actor=actor, draft=draft)
        except Invalid:
            return "refused"
        finally:
            connections.close_all()
        return "stored"

    for _ in range(5):
        pair = (upload(world), upload(world))
        with ThreadPoolExecutor(4) as pool:
            assert Counter(pool.map(attempt, [(n, pair if n % 2 else pair[::-1]) for n in range(4)])) == {"stored": 1, "refused": 3}


def test_a_message_that_wakes_a_ticket_has_its_attachments(world: World) -> None:
    """It is stored in a unit of work together with what it moves; where that is refused nothing is tied."""
    ticket, one = world.ticket(agent=world.agent), upload(world, world.agent)
    assert send(world, ticket, one, by=world.agent).status == 201
    entries = world.api(world.customer).get(f"tickets/{ticket.pk}/entries/", after=0).data["entries"]
    assert [about["id"] for entry in entries for about in entry.get("attachments", [])] == [str(one)]
    assert "status" in {entry["kind"] for entry in entries}, "the first response"


def test_a_refused_message_leaves_its_files_unsent(world: World) -> None:
    """Staff write nothing more into a closed ticket."""
    ticket, one = world.ticket(agent=world.agent), upload(world, world.agent)
    manager = world.api(world.manager)
    for status in ("resolved", "closed"):
        assert manager.post(f"tickets/{ticket.pk}/status/", {"status": status}).status == 200
    assert send(world, ticket, one, by=world.agent).code == "closed"
    assert row(world, one).conversation_id is None


def test_over_the_socket_it_is_the_same(world: World, server: Server) -> None:
    ticket, one = world.ticket(agent=world.agent), upload(world)
    with world.socket(world.customer, server) as customer, world.socket(world.agent, server) as agent:
        agent.ask("join-ticket-room", ticket=str(ticket.pk), after=0)
        given = {"ticket": str(ticket.pk), "client_id": str(uuid7()), "attachments": [str(one)]}
        stored = customer.ask("send-message", **given)
        assert (stored["type"], stored["duplicate"]) == ("ok", False)
        heard = agent.wait(lambda frame: frame["type"] == "entry" and frame["entry"]["kind"] == "message")["entry"]
        assert heard["attachments"] == last(world, ticket, world.agent)["attachments"] != []
        assert customer.ask("send-message", **given)["duplicate"] is True
        refused = customer.ask("send-message", **{**given, "client_id": str(uuid7())})
        assert (refused["type"], refused["code"], set(refused["fields"])) == ("error", "invalid", {"attachments"})
        batch = agent.ask("join-ticket-room", ticket=str(ticket.pk), after=0)
        assert batch["entries"][-1]["attachments"] == heard["attachments"]


def test_a_first_try_whose_answer_was_lost_is_shown_with_its_files(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket, one, actor = world.ticket(), upload(world), world.actor(world.customer)
    shown: list[wire.Row] = []
    ask = sending.one_row

    async def twice(*args: Any, **kwargs: Any) -> Any:
        await ask(*args, **kwargs)
        row, _ = await ask(*args, **kwargs)
        return row, True

    monkeypatch.setattr(sending, "one_row", twice)
    monkeypatch.setattr(sending, "show", lambda conversation, row, session="": shown.append(row))
    draft = sending.Draft(conversation=ticket.pk, client_id=uuid7(), text="", attachments=(one,))
    stored = in_loop(lambda: sending.send_from_socket(actor=actor, draft=draft, session=""))
    assert not stored.duplicate
    assert [[about.id for about in wire.attached(row.data)] for row in shown] == [[one]]


def test_others_that_wait_do_not_wait_for_it(world: World) -> None:
    """What has attachments goes alone; what has none shares its statement as ever."""
    ticket, one, actor = world.ticket(), upload(world), world.actor(world.customer)

    async def story() -> Any:
        drafts = [sending.Draft(conversation=ticket.pk, client_id=uuid7(), text=f"{n}", attachments=(one,) if n == 3 else ())
                  for n in range(8)]
        return await asyncio.gather(*(sending.send_from_socket(actor=actor, draft=draft, session="") for draft in drafts))

    assert sorted(message.seq for message in in_loop(story)) == list(range(2, 10))


def test_deleting_a_message_removes_its_files(world: World) -> None:
    ticket, one, two = world.ticket(), upload(world, content=pictures.jpeg(), name="card.jpg"), upload(world)
    sent = send(world, ticket, one, two, text="look")
    rows = [row(world, key) for key in (one, two)]
    url = last(world, ticket)["attachments"][0]["url"]
    answer = world.api(world.customer).delete(f"messages/{sent.data['id']}/")
    assert (answer.status, answer.data["attachments"], answer.data["text"]) == (200, [], "")
    assert world.api(world.customer).get(url).status == 404
    do_what_is_owed(world)
    assert [kept(row) for row in rows] == [set(), set()] and list(files.keys_of(world.pandar.id)) == []
    with unit_of_work(world.pandar.id):
        revision = Revision.objects.get()
        assert revision.data is not None, "what there was stays on record"
        assert [about["name"] for about in revision.data["attachments"]] == ["card.jpg", "a.pdf"]
        assert Attachment.objects.count() == 0
    entries = world.api(world.agent).get(f"tickets/{ticket.pk}/entries/", after=0).data["entries"]
    assert [entry.get("attachments") for entry in entries if entry["kind"] == "message"] == [[], []]


def test_a_deletion_that_is_rolled_back_removes_nothing(world: World) -> None:
    from chat import actions as chat

    ticket, one = world.ticket(), upload(world)
    sent, customer = send(world, ticket, one), world.actor(world.customer)
    with pytest.raises(ZeroDivisionError), unit_of_work(customer):
        chat.delete(actor=customer, message=UUID(sent.data["id"]))
        raise ZeroDivisionError
    do_what_is_owed(world)
    assert kept(row(world, one))


def test_what_was_sent_goes_with_its_message_only(world: World) -> None:
    ticket, one = world.ticket(), upload(world)
    send(world, ticket, one)
    answer = world.api(world.customer).delete(f"upload/{one}/")
    assert (answer.status, answer.code) == (409, "sent")
    assert row(world, one).conversation_id == ticket.pk


def test_an_edit_keeps_the_files_and_may_empty_the_text(world: World) -> None:
    ticket, one = world.ticket(), upload(world)
    sent, plain = send(world, ticket, one, text="look"), send(world, ticket, text="said")
    api = world.api(world.customer)
    edited = api.patch(f"messages/{sent.data['id']}/", {"text": ""})
    assert (edited.status, edited.data["text"], [about["id"] for about in edited.data["attachments"]]) == (200, "", [str(one)])
    assert set(api.patch(f"messages/{plain.data['id']}/", {"text": " "}).body["fields"]) == {"text"}


def test_an_entry_fits_into_a_frame_whatever_is_in_it(world: World) -> None:
    ticket = world.ticket()
    many = [upload(world, name="🂡" * 200) for _ in range(10)]
    refused = send(world, ticket, *many, text="\x01" * LONGEST_TEXT)
    assert (refused.status, set(refused.body["fields"])) == (400, {"text"})
    sent = send(world, ticket, *many, text="\x01" * 8_000)
    assert sent.status == 201
    entry = last(world, ticket)
    assert len(wire.encoder.encode(entry)) < FRAME_BYTES - 3_000
    longer = world.api(world.customer).patch(f"messages/{sent.data['id']}/", {"text": "\x01" * LONGEST_TEXT})
    assert (longer.status, set(longer.body["fields"])) == (400, {"text"})


def test_a_message_without_any_has_the_hash_that_it_always_had(world: World) -> None:
    draft = sending.Draft(conversation=UUID(int=1), client_id=UUID(int=2), text="said")
    assert base64.b16encode(sending.digest(draft)[:6]) == b"1C8A9F86C84E"


# Tying in somebody else's unit of work, as a new ticket and a journey do.


def test_files_are_tied_to_a_message_that_has_none(world: World) -> None:
    ticket, one, two, customer = world.ticket(), upload(world, content=pictures.png()), upload(world), world.actor(world.customer)
    with unit_of_work(customer):
        actions.tie(actor=customer, attachments=[two, one], conversation=ticket.pk)
    assert [about["id"] for about in last(world, ticket)["attachments"]] == [str(two), str(one)]
    assert world.api(world.agent).get(f"attachments/{one}/").status == 200
    with pytest.raises(ValueError, match="no such message"), unit_of_work(customer):
        actions.tie(actor=customer, attachments=[upload_inside(world)], conversation=ticket.pk)


def upload_inside(world: World) -> UUID:
    """A row as an upload leaves it."""
    return Attachment.objects.create(organization_id=world.pandar.id, uploader=world.customer, key="none", name="a", ready=True,
                                     media_type="image/png").id


def test_others_files_are_tied_by_nobody(world: World) -> None:
    ticket, one, other = world.ticket(), upload(world), world.actor(world.other_customer)
    with pytest.raises(Invalid), unit_of_work(other):
        actions.tie(actor=other, attachments=[one], conversation=ticket.pk)
    assert row(world, one).conversation_id is None


def test_the_database_refuses_a_message_that_is_not_there(world: World) -> None:
    one, ticket = upload(world), world.ticket()
    with pytest.raises(IntegrityError, match="chat_attachment_message"), unit_of_work(world.pandar.id):
        Attachment.objects.filter(id=one).update(conversation_id=ticket.pk, staff_seq=99)


def test_the_database_refuses_a_message_of_another_organization(world: World) -> None:
    one, theirs = upload(world), world.ticket(world.acme.customer)
    with pytest.raises(IntegrityError), unit_of_work(world.pandar.id):
        Attachment.objects.filter(id=one).update(conversation_id=theirs.pk, staff_seq=1)


def test_without_the_lock_one_file_would_be_in_two_messages(world: World) -> None:
    """The control: whoever looked before and writes later takes it from the first."""
    tickets, one = [world.ticket(), world.ticket()], upload(world)
    with unit_of_work(world.pandar.id):
        seen = [Attachment.objects.get(id=one) for _ in tickets]
        for ticket, row in zip(tickets, seen, strict=True):
            row.conversation_id, row.staff_seq = ticket.pk, 1
            row.save()
            Entry.objects.filter(conversation_id=ticket.pk, staff_seq=1).update(data={"attachments": [{"id": str(one)}]})
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM chat_entry WHERE data IS NOT NULL")
            assert cursor.fetchone() == (2,)


def test_other_conflicts_leave_files_alone(world: World) -> None:
    ticket, one, client_id = world.ticket(), upload(world), uuid7()
    send(world, ticket, text="said", client_id=client_id)
    draft = sending.Draft(conversation=ticket.pk, client_id=client_id, text="", attachments=(one,))
    with pytest.raises(Conflict):
        sending.send(actor=world.actor(world.customer), draft=draft)
    assert row(world, one).conversation_id is None
