"""Drafts: kept for their writer alone, and no tab writes over another's."""
import json
from typing import Any

import pytest

from accounts.models import User
from chat import drafts
from chat.limits import DRAFTS
from chat.models import Draft
from foundation.ids import uuid7
from foundation.tests.socket_world import Client
from foundation.units import unit_of_work
from pandarchat.testing.services import Server
from pandarchat.tests.world import Answer, World
from tickets.models import Ticket


def save(world: World, person: User, ticket: Ticket, text: str, **given: Any) -> Answer:
    return world.api(person).call("PUT", f"tickets/{ticket.pk}/draft/", body={"text": text, **given})


def kept(world: World, person: User, ticket: Ticket) -> Any:
    return world.api(person).get(f"tickets/{ticket.pk}/draft/").data


def saying(text: str) -> Any:
    return lambda frame: frame["type"] == "draft-changed" and frame["text"] == text


def test_a_reply_and_a_note_are_kept_apart(world: World) -> None:
    ticket = world.ticket()
    reply = save(world, world.agent, ticket, "Dear customer").data
    note = save(world, world.agent, ticket, " Odd. ", internal=True).data
    assert kept(world, world.agent, ticket) == {"reply": {"text": "Dear customer", **reply}, "note": {"text": " Odd. ", **note}}


def test_a_draft_follows_the_one_that_was_seen(world: World) -> None:
    ticket = world.ticket()
    first = save(world, world.agent, ticket, "one").data["saved_at"]
    second = save(world, world.agent, ticket, "two", seen=first).data["saved_at"]
    assert second > first
    late = save(world, world.agent, ticket, "another tab's", seen=first)
    assert (late.status, late.code, late.body["current"]) == (409, "draft_changed", {"text": "two", "saved_at": second})
    assert save(world, world.agent, ticket, "another tab's").status == 409, "one that saw none does not write over one either"
    assert kept(world, world.agent, ticket)["reply"] == {"text": "two", "saved_at": second}


def test_a_repeated_save_is_saved_already(world: World) -> None:
    ticket = world.ticket()
    first = save(world, world.agent, ticket, "one").data
    assert save(world, world.agent, ticket, "one").data == first
    second = save(world, world.agent, ticket, "two", seen=first["saved_at"]).data
    assert save(world, world.agent, ticket, "two", seen=first["saved_at"]).data == second


def test_a_late_save_does_not_bring_back_what_was_sent(world: World) -> None:
    ticket = world.ticket()
    first = save(world, world.agent, ticket, "one").data["saved_at"]
    assert world.api(world.agent).delete(f"tickets/{ticket.pk}/draft/").data == {"saved_at": None}
    late = save(world, world.agent, ticket, "one and more", seen=first)
    assert (late.status, late.body["current"]) == (409, None)
    assert kept(world, world.agent, ticket) == {"reply": None, "note": None}


def test_a_blank_draft_is_none(world: World) -> None:
    ticket = world.ticket()
    assert save(world, world.agent, ticket, " \n").data == {"saved_at": None}
    first = save(world, world.agent, ticket, "one").data["saved_at"]
    assert save(world, world.agent, ticket, "", seen=None).status == 409, "blank in a tab that has not seen it"
    assert save(world, world.agent, ticket, "", seen=first).data == {"saved_at": None}
    assert kept(world, world.agent, ticket)["reply"] is None
    assert save(world, world.agent, ticket, "", seen=first).data == {"saved_at": None}, "gone already"


def test_nobody_else_sees_it(world: World) -> None:
    ticket = world.ticket(agent=world.agent)
    save(world, world.agent, ticket, "my secret draft")
    save(world, world.agent, ticket, "my secret note", internal=True)
    for person in (world.teammate, world.manager, world.admin, world.customer):
        assert kept(world, person, ticket) == {"reply": None, "note": None}
        for path in ("drafts/", "tickets/", f"tickets/{ticket.pk}/", f"tickets/{ticket.pk}/entries/"):
            assert "secret" not in world.api(person).get(path).text
    world.api(world.teammate).delete(f"tickets/{ticket.pk}/draft/")
    assert kept(world, world.agent, ticket)["reply"]["text"] == "my secret draft", "nobody discards another's"


def test_the_list_has_the_beginnings_newest_first(world: World) -> None:
    one, two = world.ticket(), world.ticket()
    save(world, world.agent, one, "short")
    save(world, world.agent, two, "x" * 5_000, internal=True)
    found = world.api(world.agent).get("drafts/").data
    assert [(row["ticket"], row["internal"], row["text"]) for row in found] == [
        (str(two.pk), True, "x" * drafts.PREVIEW), (str(one.pk), False, "short")]


def test_customers_write_replies_and_no_notes(world: World) -> None:
    ticket = world.ticket()
    assert save(world, world.customer, ticket, "my words").status == 200
    assert save(world, world.customer, ticket, "note", internal=True).status == 403
    foreign = world.ticket(world.other_customer)
    assert save(world, world.customer, foreign, "theirs").status == 404
    assert world.api(world.customer).delete(f"tickets/{foreign.pk}/draft/").status == 404
    with unit_of_work(world.pandar.id):
        assert Draft.objects.count() == 1


def test_whoever_loses_sight_of_a_conversation_loses_its_draft(world: World) -> None:
    ticket = world.ticket(world.other_customer)
    with unit_of_work(world.pandar.id):
        Draft.objects.create(organization_id=world.pandar.id, conversation=ticket.conversation, user=world.customer, text="from before")
    assert world.api(world.customer).get("drafts/").data == []
    assert world.api(world.customer).get(f"tickets/{ticket.pk}/draft/").status == 404


def test_there_are_so_many_and_no_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "MOST", 2)
    tickets = [world.ticket() for _ in range(3)]
    first = save(world, world.agent, tickets[0], "one").data["saved_at"]
    save(world, world.agent, tickets[1], "two")
    assert save(world, world.agent, tickets[2], "three").code == "too_many_drafts"
    assert save(world, world.agent, tickets[0], "one more", seen=first).status == 200, "what is there goes on"


def test_saving_is_limited(world: World, settings: Any) -> None:
    settings.RATE_LIMITS = True
    ticket = world.ticket()
    answers = [save(world, world.agent, ticket, "").status for _ in range(DRAFTS.most + 1)]
    assert answers == [200] * DRAFTS.most + [429]


@pytest.mark.parametrize("bad", [{}, {"text": None}, {"text": "x" * 10_001}, {"text": "a\0b"}, {"text": "x", "seen": "yesterday"},
                                 {"text": "x", "tab": "t" * 65}])
def test_what_is_no_draft_is_refused(world: World, bad: dict[str, Any]) -> None:
    ticket = world.ticket()
    assert world.api(world.agent).call("PUT", f"tickets/{ticket.pk}/draft/", body=bad).code == "invalid"
    assert kept(world, world.agent, ticket) == {"reply": None, "note": None}


def silent(socket: Client, text: str) -> None:
    """Whatever was on the way has arrived once a later answer has."""
    socket.ask("leave-ticket-room", ticket=str(uuid7()))
    assert text not in json.dumps(socket.frames)


def test_the_writers_other_tabs_hear_of_it_and_nobody_else(world: World, server: Server) -> None:
    ticket = world.ticket(agent=world.agent)
    with (world.socket(world.agent, server) as tab, world.socket(world.teammate, server) as mate,
          world.socket(world.customer, server) as customer, world.http(world.agent, server) as http):
        for socket in (mate, customer):
            socket.ask("join-ticket-room", ticket=str(ticket.pk), after=0)
        path = f"tickets/{ticket.pk}/draft/"
        saved = http.put(path, json={"text": "still thinking", "tab": "one"}).raise_for_status().json()["data"]["saved_at"]
        heard = tab.wait(saying("still thinking"))
        assert heard == {"type": "draft-changed", "ticket": str(ticket.pk), "internal": False, "text": "still thinking", "saved_at": saved,
                         "tab": "one"}
        http.delete(path, params={"tab": "one"}).raise_for_status()
        assert tab.wait(saying(""))["saved_at"] is None
        silent(mate, "still thinking")
        silent(customer, "still thinking")
