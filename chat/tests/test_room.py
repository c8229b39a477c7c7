"""Conversations on real sockets of a real server."""
import json
from typing import Any

import pytest

from accounts.actions import sessions
from foundation import events
from foundation.ids import uuid7
from foundation.tests.socket_world import Client, eventually
from foundation.units import unit_of_work
from pandarchat.testing.services import Server
from pandarchat.tests.world import World
from tickets.models import Ticket


def join(socket: Client, ticket: Ticket, after: int = 0) -> dict[str, Any]:
    return socket.ask("join-ticket-room", ticket=str(ticket.pk), after=after)


def send(socket: Client, ticket: Ticket, text: str = "Hello", **given: Any) -> dict[str, Any]:
    return socket.ask("send-message", **{"ticket": str(ticket.pk), "client_id": str(uuid7()), "text": text, **given})


def entry_saying(text: str) -> Any:
    return lambda frame: frame["type"] == "entry" and frame["entry"].get("text") == text


def silent(socket: Client, *forbidden: str) -> None:
    """Whatever was on the way has arrived once a later answer has; none of it speaks of what is forbidden."""
    socket.ask("leave-ticket-room", ticket=str(uuid7()))
    heard = json.dumps(socket.frames)
    for text in forbidden:
        assert text not in heard


def test_two_people_talk(world: World, server: Server) -> None:
    ticket = world.ticket(agent=world.agent)
    with world.socket(world.agent, server) as agent, world.socket(world.customer, server) as customer:
        assert [join(agent, ticket)["to"], join(customer, ticket)["to"]] == [2, 2]
        stored = send(agent, ticket, "from the agent")
        assert (stored["type"], stored["seq"], stored["duplicate"]) == ("ok", 3, False)
        heard = customer.wait(entry_saying("from the agent"))
        assert (heard["seq"], heard["entry"]["id"], heard["entry"]["sender"]["name"]) == (3, stored["id"], world.agent.name)
        assert customer.wait("entry")["entry"]["to"] == "in_progress", "the first reply begins the work"
        answered = send(customer, ticket, "from the customer")
        assert agent.wait(entry_saying("from the customer"))["seq"] == answered["seq"] == 5


def test_the_sending_socket_hears_ok_alone_and_the_senders_other_tabs_the_entry(world: World, server: Server) -> None:
    ticket = world.ticket()
    with world.socket(world.customer, server) as tab, world.socket(world.customer, server) as other:
        join(tab, ticket), join(other, ticket)
        send(tab, ticket, "once")
        assert other.wait(entry_saying("once"))["seq"] == 2
        silent(tab, "once")


def test_rest_and_socket_are_the_same_action(world: World, server: Server) -> None:
    ticket, client_id = world.ticket(), str(uuid7())
    with world.socket(world.customer, server) as socket:
        join(socket, ticket)
        by_socket = send(socket, ticket, "same", client_id=client_id)
        by_rest = world.api(world.customer).post(f"tickets/{ticket.pk}/messages/", {"client_id": client_id, "text": "same"}).data
        assert by_rest == {"id": by_socket["id"], "seq": by_socket["seq"], "created_at": by_rest["created_at"], "duplicate": True}
        with world.http(world.agent, server) as http:
            http.post(f"tickets/{ticket.pk}/messages/", json={"client_id": str(uuid7()), "text": "by REST"}).raise_for_status()
        assert socket.wait(entry_saying("by REST"))["seq"] == 3


def test_a_note_is_heard_by_staff_and_by_no_customer(world: World, server: Server) -> None:
    ticket = world.ticket()
    with (
        world.socket(world.agent, server) as agent,
        world.socket(world.teammate, server) as mate,
        world.socket(world.customer, server) as customer,
    ):
        for socket in (agent, mate, customer):
            join(socket, ticket)
        send(agent, ticket, "between us", internal=True)
        assert mate.wait(entry_saying("between us"))["entry"]["internal"] is True
        after = send(agent, ticket, "for everybody")
        assert (after["seq"], customer.wait(entry_saying("for everybody"))["seq"]) == (3, 2), "no gap in the customer's numbers"
        silent(customer, "between us")


def test_a_cut_connection_is_resumed_from_the_last_number(world: World, server: Server) -> None:
    ticket = world.ticket()
    with world.socket(world.customer, server) as customer:
        last = join(customer, ticket)["to"]
    for text in ("missed one", "missed two"):
        world.say(world.agent, ticket, text)
    with world.socket(world.customer, server) as customer:
        batch = join(customer, ticket, after=last)
        assert (batch["from"], batch["to"], batch["head"], batch["more"]) == (2, 3, 3, False)
        assert [entry["text"] for entry in batch["entries"]] == ["missed one", "missed two"]


def test_long_absences_come_in_batches_and_too_long_ones_are_reset(world: World, server: Server) -> None:
    from chat.tests.test_entries import fill

    ticket = world.ticket()
    fill(world, ticket, 999)
    with world.socket(world.agent, server) as agent:
        seen, after, more = [], 0, True
        while more:
            batch = join(agent, ticket, after)
            seen += [entry["seq"] for entry in batch["entries"]]
            after, more = batch["to"], batch["more"]
        assert seen == list(range(1, 1001))
        fill(world, ticket, 1)
        reset = join(agent, ticket, 0)
        assert (reset["type"], reset["head"]) == ("reset", 1001)
        assert join(agent, ticket, 5000)["type"] == "reset", "a number that was never given out"
        send(agent, ticket, "heard after a reset too")


def test_edits_and_deletions_are_heard(world: World, server: Server) -> None:
    ticket = world.ticket()
    message = world.say(world.customer, ticket, "before")
    with world.socket(world.agent, server) as agent, world.http(world.customer, server) as http:
        join(agent, ticket)
        http.patch(f"messages/{message.id}/", json={"text": "after"}).raise_for_status()
        edit = agent.wait("entry")["entry"]
        assert (edit["kind"], edit["target"], edit["text"]) == ("edit", str(message.id), "after")
        http.delete(f"messages/{message.id}/").raise_for_status()
        assert agent.wait("entry")["entry"]["kind"] == "deletion"


def test_typing_is_heard_by_the_others_and_a_notes_typing_by_staff_alone(world: World, server: Server) -> None:
    ticket = world.ticket()
    with (
        world.socket(world.agent, server) as agent,
        world.socket(world.teammate, server) as mate,
        world.socket(world.customer, server) as customer,
    ):
        for socket in (agent, mate, customer):
            join(socket, ticket)
        agent.ask("typing", ticket=str(ticket.pk), internal=True)
        assert mate.wait("typing")["internal"] is True
        silent(customer, "typing")
        agent.ask("typing", ticket=str(ticket.pk))
        assert customer.wait("typing")["user"]["name"] == world.agent.name
        customer.ask("typing", ticket=str(ticket.pk), typing=False, internal=True)
        heard = agent.wait("typing")
        assert (heard["typing"], heard["internal"]) == (False, False), "a customer has no notes to type"


def test_nobody_floods_a_room_with_signs(world: World, server: Server) -> None:
    ticket = world.ticket()
    with world.socket(world.customer, server) as customer:
        join(customer, ticket)
        answers = [customer.ask("typing", ticket=str(ticket.pk)) for _ in range(41)]
        assert [answer["type"] for answer in answers] == ["ok"] * 40 + ["error"]
        assert answers[-1]["code"] == "rate_limited"
        assert send(customer, ticket)["type"] == "ok", "messages have a limit of their own"


def test_who_looks_is_seen_by_staff_until_they_leave_or_vanish(world: World, server: Server) -> None:
    ticket = world.ticket()
    with world.socket(world.agent, server) as agent, world.socket(world.customer, server) as customer:
        join(agent, ticket), join(customer, ticket)
        for leave in ("viewing", "leave-ticket-room"):
            with world.socket(world.teammate, server) as mate:
                join(mate, ticket)
                mate.ask("viewing", ticket=str(ticket.pk))
                assert agent.wait("viewing")["viewing"] is True
                mate.ask(leave, ticket=str(ticket.pk), **({"viewing": False} if leave == "viewing" else {}))
                assert agent.wait("viewing")["viewing"] is False
        with world.socket(world.teammate, server) as mate:
            join(mate, ticket)
            mate.ask("viewing", ticket=str(ticket.pk))
            assert agent.wait("viewing")["user"]["name"] == world.teammate.name
        assert agent.wait("viewing")["viewing"] is False, "a connection that is gone looks no longer"
        silent(customer, "viewing", world.teammate.name)


def test_reading_is_told_in_each_sides_own_numbers(world: World, server: Server) -> None:
    ticket = world.ticket()
    world.say(world.agent, ticket, "a note", internal=True)
    world.say(world.agent, ticket, "an answer")
    with world.socket(world.agent, server) as agent, world.socket(world.customer, server) as customer:
        join(agent, ticket), join(customer, ticket)
        customer.ask("read", ticket=str(ticket.pk), seq=2)
        assert agent.wait("read")["seq"] == 3
        agent.ask("read", ticket=str(ticket.pk), seq=3)
        assert customer.wait("read")["seq"] == 2


def test_reading_a_note_is_not_told_to_the_customer(world: World, server: Server) -> None:
    ticket = world.ticket()
    with world.socket(world.agent, server) as agent, world.socket(world.customer, server) as customer:
        join(agent, ticket), join(customer, ticket)
        agent.ask("read", ticket=str(ticket.pk), seq=1)
        told = customer.wait("read")
        assert (told["seq"], told["user"]) == (1, {"id": None, "name": "Pandar Chat", "staff": True}), "not which of the staff"
        world.say(world.teammate, ticket, "a note", internal=True)
        agent.ask("read", ticket=str(ticket.pk), seq=2)
        silent(customer, '"read"')


@pytest.mark.parametrize("command", ["typing", "viewing"])
def test_who_has_not_joined_shows_nothing(world: World, server: Server, command: str) -> None:
    with world.socket(world.agent, server) as agent:
        assert agent.ask(command, ticket=str(world.ticket().pk))["code"] == "not_joined"


def test_rooms_of_others_are_not_found(world: World, server: Server) -> None:
    ticket = world.ticket()
    for stranger in (world.other_customer, world.acme.agent, world.acme.customer):
        with world.socket(stranger, server) as socket:
            for answer in (join(socket, ticket), send(socket, ticket), socket.ask("read", ticket=str(ticket.pk), seq=1)):
                assert (answer["type"], answer["code"]) == ("error", "not_found")


def test_pings_carry_the_heads_of_the_rooms(world: World, server: Server) -> None:
    """A message whose hint was lost (here: stored by a function that publishes nothing) is found by the next ping."""
    ticket = world.ticket()
    with world.socket(world.agent, server) as agent:
        join(agent, ticket)
        from chat.tests.test_entries import fill

        fill(world, ticket, 1, "never published")
        ping = agent.wait(lambda frame: frame["type"] == "ping" and frame["heads"].get(str(ticket.pk)) == 2, seconds=40)
        assert ping
        assert join(agent, ticket, 1)["entries"][0]["text"] == "never published"


def test_a_disabled_users_sockets_close_within_seconds(world: World, server: Server) -> None:
    from accounts.actions import people

    with world.socket(world.agent, server) as agent, world.socket(world.teammate, server) as mate:
        with unit_of_work(world.pandar.id):
            people.set_active(user=world.agent, active=False, actor=world.actor(world.admin))
        assert agent.closed(5) == 4403
        assert mate.ask("leave-ticket-room", ticket=str(uuid7()))["type"] == "ok"


def test_signing_out_everywhere_closes_every_tab(world: World, server: Server) -> None:
    with (
        world.socket(world.customer, server) as one,
        world.socket(world.customer, server) as two,
        world.http(world.customer, server) as http,
    ):
        http.post("auth/logout/", json={"everywhere": True}).raise_for_status()
        assert [one.closed(5), two.closed(5)] == [4403, 4403]
        assert http.get("auth/me/").status_code == 401


def test_who_signs_in_again_before_the_end_is_heard_of_stays(world: World, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    with world.socket(world.customer, server) as before:
        with monkeypatch.context() as late, unit_of_work(world.pandar.id):
            late.setattr(events, "control", lambda *which, **data: told.append((which, data)))
            sessions.sign_out_everywhere(actor=world.actor(world.customer), user=world.customer)
        world.pandar._tokens.clear()
        with world.socket(world.customer, server) as after:
            for which, data in told:
                events.control(*which, **data)
            assert before.closed(5) == 4403
            assert after.wait("access-changed")["left"] == []
            assert after.ask("leave-ticket-room", ticket=str(uuid7()))["type"] == "ok"


def test_rights_that_a_role_loses_are_lost_on_open_sockets(world: World, server: Server) -> None:
    from accounts.actions import people
    from accounts.models import Role

    ticket = world.ticket()
    with world.socket(world.agent, server) as agent:
        join(agent, ticket)
        with unit_of_work(world.pandar.id):
            role = Role.objects.get(slug="agent")
            people.set_permissions(role=role, permissions=["chat.send_message"], actor=world.actor(world.admin))
        assert agent.wait("access-changed")["left"] == []
        assert send(agent, ticket, "still")["type"] == "ok"
        assert send(agent, ticket, "a note", internal=True)["code"] == "forbidden"


def test_a_socket_ticket_opens_one_socket(world: World, server: Server) -> None:
    from pandarchat.tests.world import open_socket

    ticket = world.api(world.customer).post("auth/socket-ticket/").data["ticket"]
    first, second = open_socket(server), open_socket(server)
    try:
        assert first.ask("authenticate", token=ticket)["user"]["id"] == str(world.customer.id)
        assert second.ask("authenticate", token=ticket)["type"] == "error"
        assert second.closed() == 4401
    finally:
        first.close()
        second.close()


def test_sends_are_limited_over_tabs_and_rest_together(world: World, server: Server, redis_url: str) -> None:
    ticket = world.ticket()
    with (
        world.socket(world.customer, server) as one,
        world.socket(world.customer, server) as two,
        world.http(world.customer, server) as http,
    ):
        answers = [send(socket, ticket) for _ in range(10) for socket in (one, two)]
        assert {answer["type"] for answer in answers} == {"ok"}
        refused = send(one, ticket)
        assert (refused["code"], 0 < refused["retry_after_ms"] <= 10_000) == ("rate_limited", True)
        assert http.post(f"tickets/{ticket.pk}/messages/", json={"client_id": str(uuid7()), "text": "x"}).status_code == 429


def test_an_agents_own_status(world: World, server: Server) -> None:
    with (
        world.socket(world.agent, server) as agent,
        world.socket(world.manager, server) as manager,
        world.socket(world.customer, server) as customer,
    ):
        assert agent.ask("agent-status", status="available")["type"] == "ok"
        heard = manager.wait("agent-status-changed")
        assert (heard["agent"], heard["availability"]) == (str(world.agent.id), "available")
        assert agent.ask("agent-status", status="asleep")["code"] == "invalid"
        assert customer.ask("agent-status", status="away")["code"] == "not_found"
        silent(customer, "agent-status-changed")


def test_an_agent_whose_last_socket_is_gone_is_seen_last_then(world: World, server: Server) -> None:
    from django.db.models.functions import Now

    from accounts.models import AgentProfile

    world.available(world.agent)
    with unit_of_work(world.pandar.id):
        AgentProfile.objects.filter(user=world.agent).update(last_seen_at=None)
    with world.socket(world.agent, server):
        pass

    def seen() -> bool:
        with unit_of_work(world.pandar.id):
            return AgentProfile.objects.filter(user=world.agent, last_seen_at__lte=Now()).exists()

    assert eventually(seen)
