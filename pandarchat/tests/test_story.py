"""The outside client and its story: what they find when all is well, and what they notice when it is not."""
import asyncio
import contextlib
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any, cast
from uuid import uuid4

import httpx
import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosedError

from pandarchat.demo import loading
from pandarchat.story import play as story
from pandarchat.story import promise
from pandarchat.story.api import EARLY, Account, Api, Refused
from pandarchat.story.client import Client, CommandRefused, Unsent, _Line
from pandarchat.story.conversation import Conversation, Entry, Outcome, settled
from pandarchat.story.report import Report
from pandarchat.testing.services import Server, StartWorker
from tickets.actions import escalating

# The rules, without a network.


def entry(seq: int, **fields: Any) -> Entry:
    return {"kind": "message", "id": str(seq), "seq": seq, "text": f"text {seq}", "edited_at": None, "deleted_at": None, **fields}


@given(st.integers(0, 12).flatmap(lambda head: st.tuples(st.just(head), st.lists(st.integers(1, max(1, head)), max_size=40))))
def test_whatever_is_doubled_lost_or_out_of_order_asking_once_completes_it(given: tuple[int, list[int]]) -> None:
    head, arrivals = given
    log = [entry(seq) for seq in range(1, head + 1)]
    conversation = Conversation("t")
    for seq in arrivals:
        if seq <= head:
            before = conversation.last
            outcome = conversation.take(seq, log[seq - 1])
            assert outcome == (Outcome.DROPPED if seq <= before else Outcome.APPLIED if seq == before + 1 else Outcome.HELD)
        assert [e["seq"] for e in conversation.entries] == list(range(1, conversation.last + 1))
    conversation.heard_of(head)
    assert conversation.incomplete == (conversation.last < head)
    conversation.take_all(log[conversation.last:])
    assert conversation.entries == log
    assert not conversation.incomplete


def test_a_removed_entry_is_noticed() -> None:
    log = [entry(seq) for seq in range(1, 6)]
    conversation = Conversation("t")
    conversation.take_all(e for e in log if e["seq"] != 3)
    assert (conversation.last, conversation.incomplete) == (2, True)
    conversation.take(3, log[2])
    assert (conversation.last, conversation.incomplete) == (5, False)


def test_an_edit_and_a_deletion_make_of_the_shown_what_a_fresh_read_tells() -> None:
    shown = [entry(1), entry(2), entry(3, kind="edit", target="1", text="one"), entry(4, kind="edit", target="1", text="uno"),
             entry(5, kind="deletion", target="2")]
    fresh = [entry(1, text="uno", edited_at="2026-01-01T00:00:00Z"), entry(2, text="", deleted_at="2026-01-01T00:00:00Z"),
             entry(3, kind="edit", target="1", text="uno"), entry(4, kind="edit", target="1", text="uno"),
             entry(5, kind="deletion", target="2")]
    assert settled(shown) == settled(fresh)
    assert settled(shown[:4]) != settled(fresh[:4])


@pytest.mark.parametrize(("method", "key", "asked"), [("GET", None, 2), ("POST", "a key", 2), ("POST", None, 1)])
def test_a_lost_answer_is_asked_for_again_where_that_does_no_harm(method: str, key: str | None, asked: int) -> None:
    answers = [httpx.Response(502, json={"code": "unavailable"}, headers={"Retry-After": "0"}), httpx.Response(200, json={"data": 1})]
    sent: list[httpx.Request] = []

    def proxy(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return answers[len(sent) - 1]

    async def ask() -> None:
        api = Api("http://localhost", Account("pandar", "a@b.test", "x"))
        api._http = httpx.AsyncClient(base_url="http://localhost", transport=httpx.MockTransport(proxy))
        await api._send(method, "tickets/", key=key)

    with pytest.raises(Refused, match="502") if asked == 1 else contextlib.nullcontext():
        asyncio.run(ask())
    assert len(sent) == asked


class Gone:
    """A connection that ended, which its reader has not noticed yet."""

    tries = 0

    async def send(self, text: str) -> None:
        self.tries += 1
        if self.tries > 100:
            raise AssertionError("tried again and again without letting anything else happen")
        raise ConnectionClosedError(None, None)


def test_a_line_that_is_gone_is_not_tried_again_before_the_next_one() -> None:
    async def story() -> int:
        async with Client("http://nowhere.test", Account("pandar", "somebody@pandar.test", "")) as client:
            socket = Gone()
            client._line = line = _Line(cast(Any, socket))
            line.ready.set()
            with pytest.raises(TimeoutError):
                await client.join("ticket", within=0.05)
            return socket.tries

    assert asyncio.run(story()) == 1


# Against a real server.


@pytest.fixture
def demo(committed: None, redis_url: str, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """The demo's people, without their conversations."""
    settings.DEBUG = True
    monkeypatch.setattr(loading, "SCRIPTS", ())
    call_command("loaddemo", stdout=StringIO())


@pytest.fixture
def playing(demo: None, server: Server) -> Server:
    """The shared server, with the demo's people on it."""
    return server


def told(server: Server, *options: str) -> str:
    out = StringIO()
    call_command("demo_story", "--url", server.url, "--promise", "0", *options, stdout=out)
    return out.getvalue()


def test_the_story_misses_nothing_and_leaves_things_as_they_were(playing: Server, workers: StartWorker, settings: Any) -> None:
    workers()
    before = asyncio.run(availabilities(playing, settings.DEMO_PASSWORD, set_first="busy"))
    for organization in ("pandar", "acme"):
        assert "Nothing is missing" in told(playing, "--organization", organization)
    assert asyncio.run(availabilities(playing, settings.DEMO_PASSWORD)) == before


def test_a_promise_is_broken_and_escalated(playing: Server, workers: StartWorker) -> None:
    workers()
    stop = threading.Event()

    def sweeps() -> None:
        while not stop.wait(0.5):
            escalating.sweep()
        connections.close_all()

    thread = threading.Thread(target=sweeps, daemon=True)
    thread.start()
    try:
        text = told(playing, "--promise", "12")
    finally:
        stop.set()
        thread.join(20)
    assert "Nothing is missing" in text and "heard sla-warning" in text and "heard sla-breach" in text
    assert "escalated: priority high, level 1" in text


def test_without_a_sweep_the_story_says_that_nobody_was_warned(
    playing: Server, workers: StartWorker, monkeypatch: pytest.MonkeyPatch,
) -> None:
    workers()
    monkeypatch.setattr(promise, "SWEEPS", 1.0)
    with pytest.raises(CommandError, match="is warned before it is late"):
        told(playing, "--promise", "2")


async def availabilities(server: Server, password: str, set_first: str = "") -> list[str]:
    async with Client(server.url, Account("pandar", "manager@pandar.test", password)) as manager:
        await manager.api.sign_in()
        agents = await manager.api.get("agents/")
        if set_first:
            await manager.api.patch(f"agents/{agents[0]['id']}/", {"availability": set_first})
        return [agent["availability"] for agent in await manager.api.get("agents/")]


def test_the_story_follows_a_ticket_that_went_to_somebody_else(
    playing: Server, workers: StartWorker, monkeypatch: pytest.MonkeyPatch,
) -> None:
    workers()
    monkeypatch.setattr(story.Story, "agent_named", lambda self, assignee: None)
    monkeypatch.setattr(story.Story, "reassigned", reassigned_to_another)
    assert "Nothing is missing" in told(playing)


async def reassigned_to_another(self: story.Story, assignee: dict[str, Any], real: Any = story.Story.reassigned) -> Client:
    self.agents.sort(key=lambda agent: agent.user["id"] == assignee["id"])  # the one who has it cannot be given it
    found: Client = await real(self, assignee)
    return found


def test_without_a_worker_the_story_says_what_is_missing(playing: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(story, "LATER", 3.0)
    with pytest.raises(CommandError, match="is assigned within 3 s"):
        told(playing)


def test_without_a_server_the_story_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    report = Report(lambda line: None)
    monkeypatch.setattr(story, "Client", lambda url, account: Client(url, account, patience=0.5))
    asyncio.run(story.play("http://127.0.0.1:9", "pandar", "acme", "x", report))
    assert any("nobody answers" in what for what in report.missing)


@pytest.mark.parametrize("sabotage", [
    pytest.param(lambda view: view.entries.pop(0), id="removed"),
    pytest.param(lambda view: view.entries[1].update(seq=7), id="renumbered"),
    pytest.param(lambda view: view.entries[0].update(text="something else"), id="changed"),
])
def test_the_last_check_sees_what_was_not_shown_as_it_is_stored(
    playing: Server, settings: Any, monkeypatch: pytest.MonkeyPatch, sabotage: Callable[[Conversation], None],
) -> None:
    monkeypatch.setattr(story, "SOON", 1.0)
    assert asyncio.run(last_check(playing, settings.DEMO_PASSWORD, lambda view: None)) == []
    assert asyncio.run(last_check(playing, settings.DEMO_PASSWORD, sabotage)) != []


async def last_check(server: Server, password: str, sabotage: Callable[[Conversation], None]) -> list[str]:
    report = Report(lambda line: None)
    played = story.Story(server.url, "pandar", "acme", password, report)
    async with two_in_a_room(server, password) as (customer, agent, ticket):
        await customer.send(ticket, "Hello?")
        played.customer, played.customer_view = customer, customer.conversations[ticket]
        played.agent, played.agent_view, played.ticket = agent, agent.conversations[ticket], ticket
        await agent.until(lambda: played.agent_view.last == 2)
        sabotage(played.customer_view)
        await played.shown_is_stored()
    return report.missing


class two_in_a_room:
    """A customer and an agent who have joined a new ticket."""

    def __init__(self, server: Server, password: str) -> None:
        self.customer = Client(server.url, Account("pandar", "customer-1@pandar.test", password))
        self.agent = Client(server.url, Account("pandar", "agent-1@pandar.test", password))

    async def __aenter__(self) -> tuple[Client, Client, str]:
        await self.customer.connect()
        await self.agent.connect()
        opened = await self.customer.api.post("tickets/", {"subject": "Hello", "text": "Is anybody there?"}, key=str(uuid4()))
        ticket: str = opened.data["id"]
        await self.customer.join(ticket)
        await self.agent.join(ticket)
        return self.customer, self.agent, ticket

    async def __aexit__(self, *error: Any) -> None:
        await self.customer.close()
        await self.agent.close()


async def lose_one_entry(server: Server, password: str) -> Conversation:
    """The second of three messages never reaches the agent as a frame."""
    async with two_in_a_room(server, password) as (customer, agent, ticket):
        lost = lose(agent, "two")
        for text in ("one", "two", "three"):
            await customer.send(ticket, text)
        view = agent.conversations[ticket]
        await agent.until(lambda: view.head == 4)
        assert lost
        with contextlib.suppress(TimeoutError):
            await agent.until(lambda: view.last == 4, within=3)
        return view


def lose(client: Client, text: str) -> list[dict[str, Any]]:
    """From now on the frames of this message do not reach the client; returns where they go."""
    take, lost = client._take, []

    async def take_but_one(line: _Line, frame: dict[str, Any]) -> None:
        if frame["type"] == "entry" and frame["entry"]["text"] == text:
            lost.append(frame)
            client._happened()
        else:
            await take(line, frame)

    client._take = take_but_one  # type: ignore[method-assign]
    return lost


def test_an_entry_that_was_lost_on_the_way_is_asked_for(playing: Server, settings: Any) -> None:
    view = asyncio.run(lose_one_entry(playing, settings.DEMO_PASSWORD))
    assert [e["text"] for e in view.entries] == ["Is anybody there?", "one", "two", "three"]


def test_a_last_entry_that_was_lost_is_found_by_the_heads_of_a_ping(playing: Server, settings: Any) -> None:
    async def last_one_lost() -> list[str]:
        async with two_in_a_room(playing, settings.DEMO_PASSWORD) as (customer, agent, ticket):
            lost, view = lose(agent, "the last"), agent.conversations[ticket]
            await customer.send(ticket, "the last")
            await agent.until(lambda: bool(lost))
            line = agent._line
            assert line is not None
            await agent._take(line, {"type": "ping", "n": 0, "heads": {ticket: 2}})
            await heard_by(agent, ticket, 2)
            return [e["text"] for e in view.entries]

    assert asyncio.run(last_one_lost()) == ["Is anybody there?", "the last"]


def test_a_client_that_does_not_ask_stays_behind(playing: Server, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Client, "_ask_if_incomplete", lambda self, ticket: None)
    view = asyncio.run(lose_one_entry(playing, settings.DEMO_PASSWORD))
    assert view.incomplete
    assert view.last == 2


def test_what_was_not_acknowledged_is_stored_once_however_often_the_line_is_cut(playing: Server, settings: Any) -> None:
    asyncio.run(cut_again_and_again(playing, settings.DEMO_PASSWORD))


def test_a_client_that_names_its_message_anew_stores_it_twice(playing: Server, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    send_first = Client._send_first

    async def renamed(self: Client, line: _Line, message: Unsent) -> None:
        message.client_id = str(uuid4())
        await send_first(self, line, message)

    assert asyncio.run(lost_acknowledgement(playing, settings.DEMO_PASSWORD)) == ["Is anybody there?", "Once, please."]
    monkeypatch.setattr(Client, "_send_first", renamed)
    assert asyncio.run(lost_acknowledgement(playing, settings.DEMO_PASSWORD)) == ["Is anybody there?", "Once, please.", "Once, please."]


async def lost_acknowledgement(server: Server, password: str) -> list[str]:
    async with two_in_a_room(server, password) as (customer, agent, ticket):
        customer.deafen()
        message = customer.post(ticket, "Once, please.")
        await heard_by(agent, ticket, 2)
        customer.cut()
        customer.resume()
        await asyncio.wait_for(message.stored, 20)
        return [e["text"] for e in await story.entries_of(agent, ticket)]


async def cut_again_and_again(server: Server, password: str) -> None:
    async with two_in_a_room(server, password) as (customer, agent, ticket):
        messages = []
        for number in range(0, 6, 2):
            messages.append(customer.post(ticket, f"message {number}"))
            customer.cut()  # before it went out, or while it does
            customer.resume()
            await customer.until(lambda: not customer.unsent)
            customer.deafen()
            messages.append(customer.post(ticket, f"message {number + 1}"))
            await heard_by(agent, ticket, number + 3)
            customer.cut()  # stored, and the acknowledgement not taken in
            customer.resume()
        async with asyncio.timeout(20):
            numbers = [(await message.stored)["seq"] for message in messages]
        assert numbers == [2, 3, 4, 5, 6, 7]
        assert customer.connections > 1
        assert [message.sent for message in messages[1::2]] == [2, 2, 2]
        for client in (customer, agent):
            await heard_by(client, ticket, 7)
            assert client.conversations[ticket].shown() == settled(await story.entries_of(client, ticket))


async def heard_by(client: Client, ticket: str, last: int) -> None:
    await client.until(lambda: client.conversations[ticket].last == last)


def test_a_final_refusal_reaches_whoever_sent(playing: Server, settings: Any) -> None:
    async def refused() -> None:
        async with two_in_a_room(playing, settings.DEMO_PASSWORD) as (customer, agent, ticket):
            with pytest.raises(CommandRefused, match="forbidden"):
                await customer.send(ticket, "I write a note", internal=True)
            with pytest.raises(CommandRefused, match="not_found"):
                await agent.send(str(uuid4()), "to nobody")
            with pytest.raises(Refused, match="404"):
                await customer.api.get(f"tickets/{uuid4()}/")
            assert (await customer.send(ticket, "and it goes on"))["seq"] == 2
            assert not customer.unsent

    asyncio.run(refused())


def test_a_reset_client_loads_by_rest_what_is_true(playing: Server, settings: Any) -> None:
    async def reset() -> None:
        async with two_in_a_room(playing, settings.DEMO_PASSWORD) as (customer, agent, ticket):
            await customer.send(ticket, "the second")
            view = agent.conversations[ticket]
            await heard_by(agent, ticket, 2)
            view.take_all([entry(3), entry(4)])  # as if the server had gone back in time
            await agent.join(ticket)
            assert [heard.type for heard in agent.heard].count("reset") == 1
            assert view.shown() == settled(await story.entries_of(agent, ticket))
            await customer.send(ticket, "the third")
            await heard_by(agent, ticket, 3)

    asyncio.run(reset())


def test_a_socket_is_authenticated_again_before_its_time_is_over(playing: Server, settings: Any) -> None:
    async def extended() -> bool:
        async with Client(playing.url, Account("pandar", "agent-1@pandar.test", settings.DEMO_PASSWORD)) as agent:
            await agent.connect()
            assert agent._line is not None
            since, ends = agent.mark(), datetime.now(UTC) + timedelta(seconds=EARLY)
            await agent._authenticate_again(agent._line, {"expires_at": ends.isoformat()})
            renewed = await agent.hear("ready", since=since)
            return agent.connections == 1 and datetime.fromisoformat(renewed.frame["expires_at"]) > ends

    assert asyncio.run(extended())


def test_a_refresh_token_whose_answer_was_lost_costs_a_new_sign_in(playing: Server, settings: Any) -> None:
    async def renewed() -> str:
        async with Client(playing.url, Account("pandar", "agent-1@pandar.test", settings.DEMO_PASSWORD)) as agent:
            await agent.api.sign_in()
            await agent.api._send("POST", "auth/refresh/", json={"refresh": agent.api._refresh})
            agent.api.distrust_token()
            email: str = (await agent.api.get("auth/me/"))["email"]
            return email

    assert asyncio.run(renewed()) == "agent-1@pandar.test"


def test_a_user_who_signs_out_everywhere_ends_for_good(playing: Server, settings: Any) -> None:
    async def ended() -> int:
        async with two_in_a_room(playing, settings.DEMO_PASSWORD) as (customer, _, _):
            await customer.api.post("auth/logout/", {"everywhere": True})
            ending = customer.until(lambda: False, within=15)
            with pytest.raises(Exception, match="4403"):
                await ending
            assert customer.ended is not None
            return customer.ended.code

    assert asyncio.run(ended()) == 4403
