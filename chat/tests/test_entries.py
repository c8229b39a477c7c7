"""Reading a conversation: batches, history, edits, deletions, how far somebody read."""
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actions import people
from accounts.actor import System
from chat import queries, wire
from chat.models import Entry, Revision
from foundation.ids import uuid7
from foundation.units import unit_of_work
from pandarchat.tests.world import World
from tickets.models import Ticket


def page(world: World, ticket: Ticket, person: Any, **query: Any) -> Any:
    return world.api(person).get(f"tickets/{ticket.pk}/entries/", **query)


def fill(world: World, ticket: Ticket, many: int, text: str = "filler", *, internal: bool = False) -> None:
    """Entries as they would have been sent one by one."""
    with unit_of_work(world.pandar.id):
        conversation = ticket.conversation
        conversation.refresh_from_db()
        rows = []
        for _ in range(many):
            conversation.staff_seq += 1
            conversation.public_seq += not internal
            rows.append(Entry(organization_id=world.pandar.id, conversation=conversation, staff_seq=conversation.staff_seq,
                              public_seq=None if internal else conversation.public_seq, kind="message", sender=world.customer, text=text,
                              sender_name=world.customer.name, sender_is_staff=False))
        Entry.objects.bulk_create(rows)
        conversation.save()


def walked(world: World, ticket: Ticket, person: Any) -> list[dict[str, Any]]:
    """All entries, as a client fetches them."""
    found: list[dict[str, Any]] = []
    after, more = 0, True
    while more:
        data = page(world, ticket, person, after=after).data
        assert data["from"] == after + 1
        found += data["entries"]
        after, more = data["to"], data["more"]
    assert after == data["head"]
    return found


def test_staff_see_everything_and_the_customer_what_is_public(world: World) -> None:
    ticket = world.ticket(agent=world.agent)
    world.say(world.agent, ticket, "for all")
    world.say(world.agent, ticket, "for staff", internal=True)
    world.say(world.customer, ticket, "back")
    staff, customer = walked(world, ticket, world.teammate), walked(world, ticket, world.customer)
    assert [entry["kind"] for entry in staff] == ["message", "assignment", "message", "status", "message", "message"]
    assert [entry["seq"] for entry in staff] == [1, 2, 3, 4, 5, 6]
    assert [entry["seq"] for entry in customer] == [1, 2, 3, 4, 5]
    assert "for staff" not in str(customer)
    assert [entry["internal"] for entry in staff] == [False, False, False, False, True, False]


def test_long_conversations_come_in_batches_without_hole_or_double(world: World) -> None:
    ticket = world.ticket()
    fill(world, ticket, 450)
    fill(world, ticket, 30, internal=True)
    fill(world, ticket, 20)
    for person, many in ((world.agent, 501), (world.customer, 471)):
        assert [entry["seq"] for entry in walked(world, ticket, person)] == list(range(1, many + 1))


def test_batches_are_cut_by_bytes(world: World) -> None:
    ticket = world.ticket()
    fill(world, ticket, 40, "🂡" * 10_000)
    data = page(world, ticket, world.agent, after=0).data
    assert data["more"] is True
    assert len(wire.encoder.encode(data["entries"])) <= wire.BATCH_BYTES + 1024
    assert [entry["seq"] for entry in walked(world, ticket, world.agent)] == list(range(1, 42))


def test_many_readers_do_not_push_a_batch_over_the_sockets_limit(world: World) -> None:
    from chat.models import ReadMark
    from foundation.socket.frames import FRAME_BYTES

    ticket = world.ticket()
    fill(world, ticket, 30, "x" * 2_800)
    with unit_of_work(world.pandar.id):
        hashed = world.agent.password
        for number in range(80):
            reader = people.create_user(email=f"reader-{number}@pandar.test", name="r" * 200, role="manager", hashed=hashed,
                                        actor=System(world.pandar.id))
            ReadMark.objects.create(organization_id=world.pandar.id, conversation=ticket.conversation, user=reader,
                                    staff_seq=1, public_seq=1)
    data = page(world, ticket, world.agent, after=0).data
    assert len(wire.encoder.encode(data)) < FRAME_BYTES
    assert 0 < len(data["reads"]) < 80, "those that fit beside the entries"


def test_one_entry_larger_than_a_batch_still_comes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "BATCH_BYTES", 10)
    ticket = world.ticket()
    fill(world, ticket, 3)
    assert len(page(world, ticket, world.agent, after=0).data["entries"]) == 1
    assert len(walked(world, ticket, world.agent)) == 4


def test_history_is_read_upwards(world: World) -> None:
    ticket = world.ticket()
    fill(world, ticket, 119)
    seen: list[int] = []
    before, more = 10**9, True
    while more:
        data = page(world, ticket, world.customer, before=before).data
        numbers = [entry["seq"] for entry in data["entries"]]
        assert (data["from"], data["to"]) == (numbers[0], numbers[-1])
        seen = numbers + seen
        before, more = data["from"], data["more"]
    assert seen == list(range(1, 121))


@pytest.mark.parametrize("query", [{"after": -1}, {"after": "x"}, {"before": 0}, {"after": 1, "before": 2}, {"other": 1}, {"after": 2**60}])
def test_bad_places_are_refused(world: World, query: dict[str, Any]) -> None:
    assert page(world, world.ticket(), world.agent, **query).status == 400


def test_a_place_beyond_the_end_is_empty_and_tells_the_true_head(world: World) -> None:
    data = page(world, world.ticket(), world.agent, after=99).data
    assert (data["entries"], data["more"], data["to"], data["head"]) == ([], False, 1, 1)


def test_nobody_reads_anothers_conversation(world: World) -> None:
    ticket = world.ticket()
    assert page(world, ticket, world.other_customer).status == 404
    assert page(world, ticket, world.acme.admin).status == 404


# Edits and deletions


def test_an_edit_is_an_entry_and_a_replay_shows_the_current_text(world: World) -> None:
    ticket = world.ticket()
    message = world.say(world.customer, ticket, "first")
    answer = world.api(world.customer).patch(f"messages/{message.id}/", {"text": "second"})
    assert (answer.data["text"], answer.data["edited_at"] is not None, answer.data["seq"]) == ("second", True, 2)
    world.api(world.customer).patch(f"messages/{message.id}/", {"text": "third"})
    shown = walked(world, ticket, world.agent)
    assert [entry["kind"] for entry in shown] == ["message", "message", "edit", "edit"]
    assert [entry.get("text") for entry in shown[1:]] == ["third"] * 3
    assert {entry["target"] for entry in shown[2:]} == {str(message.id)}
    with unit_of_work(world.pandar.id):
        assert list(Revision.objects.values_list("text", flat=True)) == ["first", "second"], "what was said stays on record"


def test_the_target_is_told_in_the_viewers_own_numbers(world: World) -> None:
    ticket = world.ticket()
    world.say(world.agent, ticket, "a note before", internal=True)
    message = world.say(world.customer, ticket, "text")
    world.api(world.customer).patch(f"messages/{message.id}/", {"text": "changed"})
    assert walked(world, ticket, world.agent)[-1]["target_seq"] == 3
    assert walked(world, ticket, world.customer)[-1]["target_seq"] == 2


def test_the_same_text_again_changes_nothing(world: World) -> None:
    ticket = world.ticket()
    message = world.say(world.customer, ticket, "same")
    assert world.api(world.customer).patch(f"messages/{message.id}/", {"text": "same"}).status == 200
    assert len(walked(world, ticket, world.agent)) == 2


def test_after_fifteen_minutes_a_message_stands(world: World) -> None:
    message = world.say(world.customer, world.ticket())
    for minutes, status in ((14, 200), (16, 409)):
        with unit_of_work(world.pandar.id):
            Entry.objects.filter(id=message.id).update(created_at=timezone.now() - timedelta(minutes=minutes))
        answer = world.api(world.customer).patch(f"messages/{message.id}/", {"text": f"after {minutes}"})
        assert answer.status == status
    assert answer.code == "too_late"


def test_nobody_edits_anothers_message(world: World) -> None:
    ticket = world.ticket()
    message = world.say(world.customer, ticket)
    assert world.api(world.agent).patch(f"messages/{message.id}/", {"text": "x"}).status == 403
    assert world.api(world.manager).patch(f"messages/{message.id}/", {"text": "x"}).status == 403
    assert world.api(world.other_customer).patch(f"messages/{message.id}/", {"text": "x"}).status == 404
    assert world.api(world.acme.agent).patch(f"messages/{message.id}/", {"text": "x"}).status == 404
    assert world.api(world.customer).patch(f"messages/{uuid7()}/", {"text": "x"}).status == 404


def test_a_deleted_message_keeps_its_place_and_loses_its_text(world: World) -> None:
    ticket = world.ticket()
    message = world.say(world.customer, ticket, "regretted")
    assert world.api(world.customer).delete(f"messages/{message.id}/").data["text"] == ""
    again = world.api(world.customer).delete(f"messages/{message.id}/")
    assert again.status == 200
    shown = walked(world, ticket, world.agent)
    assert [entry["kind"] for entry in shown] == ["message", "message", "deletion"]
    assert (shown[1]["text"], shown[1]["deleted_at"] is not None) == ("", True)
    assert "regretted" not in str(shown)
    with unit_of_work(world.pandar.id):
        assert Revision.objects.get().text == "regretted"
    assert world.api(world.customer).patch(f"messages/{message.id}/", {"text": "back"}).code == "deleted"


def test_who_may_delete(world: World) -> None:
    ticket = world.ticket()
    message = world.say(world.customer, ticket)
    assert world.api(world.agent).delete(f"messages/{message.id}/").status == 403
    assert world.api(world.other_customer).delete(f"messages/{message.id}/").status == 404
    assert world.api(world.manager).delete(f"messages/{message.id}/").status == 200


def test_what_happens_to_a_note_is_internal_too(world: World) -> None:
    ticket = world.ticket()
    note = world.say(world.agent, ticket, "secret", internal=True)
    assert world.api(world.customer).delete(f"messages/{note.id}/").status == 404
    agent = world.api(world.agent)
    assert agent.patch(f"messages/{note.id}/", {"text": "other secret"}).status == 200
    assert agent.delete(f"messages/{note.id}/").status == 200
    assert len(walked(world, ticket, world.customer)) == 1
    assert [entry["internal"] for entry in walked(world, ticket, world.agent)] == [False, True, True, True]


def test_what_was_said_cannot_be_unsaid_in_the_record(world: World) -> None:
    message = world.say(world.customer, world.ticket(), "said")
    world.api(world.customer).delete(f"messages/{message.id}/")
    from django.db import ProgrammingError, connection

    for statement in ("UPDATE chat_revision SET text = 'never said'", "DELETE FROM chat_revision", "TRUNCATE chat_revision"):
        with pytest.raises(ProgrammingError, match="permission denied"), unit_of_work(world.pandar.id), connection.cursor() as cursor:
            cursor.execute(statement)


# Reading


def unread(world: World, ticket: Ticket, person: Any) -> int:
    return int(world.api(person).get(f"tickets/{ticket.pk}/").data["unread"])


def test_reading_counts_the_unread_down_and_never_up(world: World) -> None:
    ticket = world.ticket(agent=world.agent)
    for number in range(3):
        world.say(world.customer, ticket, str(number))
    assert unread(world, ticket, world.agent) == 4
    agent = world.api(world.agent)
    assert agent.post(f"tickets/{ticket.pk}/read/", {"seq": 4}).data == {"seq": 4}
    assert unread(world, ticket, world.agent) == 1
    assert agent.post(f"tickets/{ticket.pk}/read/", {"seq": 1}).data == {"seq": 4}
    assert agent.post(f"tickets/{ticket.pk}/read/", {"seq": 999}).data == {"seq": 5}
    assert unread(world, ticket, world.agent) == 0
    assert unread(world, ticket, world.customer) == 0, "one's own messages are not unread"
    assert unread(world, ticket, world.teammate) == 4, "everybody reads for themselves"


def test_a_place_is_shown_to_the_others_in_their_numbers(world: World) -> None:
    ticket = world.ticket(agent=world.agent)
    world.say(world.agent, ticket, "a note", internal=True)
    world.say(world.customer, ticket, "the last")
    assert world.api(world.customer).post(f"tickets/{ticket.pk}/read/", {"seq": 3}).data == {"seq": 3}
    assert world.api(world.agent).post(f"tickets/{ticket.pk}/read/", {"seq": 3}).data == {"seq": 3}
    staff = {mark["user"]["id"]: mark["seq"] for mark in page(world, ticket, world.agent).data["reads"]}
    public = {mark["user"]["id"]: mark["seq"] for mark in page(world, ticket, world.customer).data["reads"]}
    assert staff == {str(world.customer.id): 4, str(world.agent.id): 3}
    assert public == {str(world.customer.id): 3, None: 2}
    assert world.api(world.teammate).post(f"tickets/{ticket.pk}/read/", {"seq": 4}).data == {"seq": 4}
    marks = page(world, ticket, world.customer).data["reads"]
    assert marks[0] == {"user": {"id": None, "name": "Pandar Chat", "staff": True}, "seq": 3}, "as far as any of the staff has read"
    assert [mark["user"]["id"] for mark in marks[1:]] == [str(world.customer.id)], "and not who"
    assert len(page(world, ticket, world.manager).data["reads"]) == 3, "the staff see each of them"


def test_reading_anothers_conversation_is_not_found(world: World) -> None:
    ticket = world.ticket()
    assert world.api(world.other_customer).post(f"tickets/{ticket.pk}/read/", {"seq": 1}).status == 404
    for seq in (-1, "x", None, 2**60):
        assert world.api(world.customer).post(f"tickets/{ticket.pk}/read/", {"seq": seq}).status == 400


def test_every_kind_has_its_shape() -> None:
    kinds = {struct.__struct_config__.tag for struct in wire.Entry.__args__}
    from chat.models import Kind

    assert kinds == set(Kind.values)
    assert queries.COLUMNS.count(",") + 1 == len(wire.Row.__dataclass_fields__)
