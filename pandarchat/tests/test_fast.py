"""The fast paths: they answer as Django does, hand over what they may not judge, and believe nothing that they remember."""
import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts import presence, recognition, tokens
from accounts.actions import people
from accounts.actor import System
from accounts.models import AgentProfile, Organization, Role, Session, User
from chat import queries
from foundation import batching, sharing
from foundation.async_database import connected
from foundation.batching import Alone
from foundation.http import errors, middleware
from foundation.models import Delivery, IdempotencyKey
from foundation.postgresql import pipeline
from foundation.units import unit_of_work
from pandarchat.tests.event_loop import Heard, ask, one, own
from pandarchat.tests.world import Planted, World
from tickets import lists
from tickets.actions import opening
from tickets.api import fast
from tickets.api.serializers import NewTicket
from tickets.models import QueueSettings, Ticket

NEW = {"subject": "My card", "text": "It does not work.\n", "category": None}
PLAIN = {"subject": "My card", "text": "It does not work.\n", "priority": "high", "channel": "chat"}


@pytest.fixture(autouse=True)
def nobody_is_known() -> Iterator[None]:
    recognition.forget()
    yield
    recognition.forget()


@pytest.fixture
def world(world: World) -> World:
    """Every role's permissions have been read once."""
    for person in (*world.pandar.people, *world.acme.people):
        world.actor(person)
    return world


READS: list[tuple[str, dict[str, Any]]] = [
    ("tickets/", {}), ("tickets/", {"status": "queued", "page": 1}), ("tickets/", {"assignee": "me"}), ("tickets/", {"tag": "x"}),
    ("tickets/", {"ordering": "priority", "category": "cards", "priority": "normal", "assignee": "none"}), ("queue/", {}),
    ("queue/", {"page": 2}), ("tickets/{ticket}/entries/", {}), ("tickets/{ticket}/entries/", {"before": 3}),
    ("tickets/{ticket}/entries/", {"after": 100}), ("tickets/{ticket}/entries/", {"after": 1}),
]


def test_every_read_is_djangos_answer(planted: Planted) -> None:
    world, ticket = planted.world, planted.of_pandar.ticket
    world.api(world.customer).post(f"tickets/{ticket.pk}/read/", {"seq": 1})
    for person in (world.agent, world.manager, world.customer):
        for path, query in READS:
            if person is world.customer and (path == "queue/" or "tag" in query):
                continue
            address = path.format(ticket=ticket.pk)
            first, again = ask(*[("GET", address, world.token(person), None, query)] * 2)
            slow = world.api(person).get(address, **query)
            assert (first.left, first.status, first.body) == (False, slow.status, slow.body), (path, query)
            assert again.body == first.body
            assert own(first.headers) == own(slow.headers)


def test_a_page_by_cursor_is_fast_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "PAGE", 1)
    made = [str(world.ticket().pk) for _ in range(2)]
    (first,) = ask(("GET", "tickets/", world.token(world.agent)))
    (second,) = ask(("GET", "tickets/", world.token(world.agent), None, {"cursor": first.body["next"]}))
    assert [page.body["data"][0]["id"] for page in (first, second)] == made[::-1]
    assert ask(("GET", "tickets/", world.token(world.agent), None, {"cursor": "x"}))[0].left


def test_a_new_ticket_is_stored_told_and_owed(world: World) -> None:
    (heard,) = ask(("POST", "tickets/", world.token(world.customer), PLAIN))
    assert (heard.left, heard.status) == (False, 201)
    listed = world.api(world.customer).get("tickets/").data
    assert [heard.body["data"]] == listed
    assert (listed[0]["priority"], listed[0]["channel"], listed[0]["head"]) == ("normal", "chat", 1)
    with unit_of_work(world.pandar.id):
        assert "tickets.tasks.assign" in Delivery.objects.values_list("subscriber", flat=True)
    slow = world.api(world.customer).post("tickets/", PLAIN)
    assert own(heard.headers).keys() == own(slow.headers).keys()
    assert heard.body["data"].keys() == slow.data.keys()


def test_what_is_stored_is_not_told_as_failed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Django would store it a second time; what is owed has its rows."""
    def broken(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(opening.following, "send", broken)
    (heard,) = ask(("POST", "tickets/", world.token(world.customer), PLAIN))
    assert (heard.left, heard.status) == (False, 201)
    with unit_of_work(world.pandar.id):
        assert (Ticket.objects.count(), Delivery.objects.count() > 0) == (1, True)


@pytest.mark.parametrize(("again", "key", "left"), [(False, None, True), (False, "k-1", True), (True, "k-1", False), (True, None, False)])
def test_what_may_be_stored_is_not_asked_for_again(
    world: World, monkeypatch: pytest.MonkeyPatch, again: bool, key: str | None, left: bool
) -> None:
    async def failing(*_: Any) -> Any:
        raise Alone(again=again)

    monkeypatch.setattr(opening.together, "row", failing)
    (heard,) = ask(("POST", "tickets/", world.token(world.customer), PLAIN, None, {"idempotency-key": key or ""}))
    assert (heard.left, heard.status) == (left, 0 if left else 503)


QUESTIONS = [("GET", "tickets/", None), ("GET", "queue/", None), ("GET", "tickets/{ticket}/entries/", None), ("POST", "tickets/", PLAIN)]


@pytest.mark.parametrize(("method", "path", "body"), QUESTIONS)
def test_who_waits_too_long_for_a_line_is_told_so_and_nothing_is_done_twice(
    world: World, monkeypatch: pytest.MonkeyPatch, method: str, path: str, body: Any,
) -> None:
    """In an overload Django would do it once more, beside all else."""
    who = world.customer if body else world.agent
    request = (method, path.format(ticket=world.ticket(agent=world.agent).pk), world.token(who), body)

    async def story() -> tuple[Heard, Heard]:
        await one(*request)
        busy = [asyncio.ensure_future(lines.ask(("SELECT pg_sleep(2)", {}), of=number))
                for _, lines in pipeline.open_lines() for number in range(lines._most)]
        await asyncio.sleep(0)
        with monkeypatch.context() as soon:
            soon.setattr(pipeline, "WAIT_SECONDS", 0.1)
            refused = await one(*request)
        assert not any(asking.done() for asking in busy)
        await asyncio.gather(*busy)
        answered = await one(*request)
        pipeline.close()
        return refused, answered

    refused, answered = asyncio.run(story())
    assert (refused.left, refused.status) == (False, 503)
    assert refused.headers["retry-after"] == "2"  # type: ignore[index]
    assert (refused.body["code"], refused.body["retry_after_ms"]) == ("unavailable", 2000)
    assert (answered.left, answered.status) == (False, 201 if body else 200)
    with unit_of_work(world.pandar.id):
        assert Ticket.objects.count() == (3 if body else 1)


@pytest.mark.parametrize(("error", "left"), [
    (psycopg.errors.AdminShutdown, False), (psycopg.OperationalError, False), (psycopg.errors.LockNotAvailable, False),
    (TimeoutError, False), (psycopg.errors.QueryCanceled, True), (psycopg.errors.FeatureNotSupported, True), (ZeroDivisionError, True),
])
def test_a_database_that_is_away_is_told_as_django_tells_it(world: World, monkeypatch: pytest.MonkeyPatch, error: Any, left: bool) -> None:
    async def failing(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(recognition, "act", failing)
    (heard,) = ask(("GET", f"tickets/{world.ticket().pk}/entries/", world.token(world.agent)))
    assert (heard.left, heard.status) == (left, 0 if left else 503)
    if not left:
        told = errors.unavailable()
        assert json.loads(told.content) == heard.body
        assert heard.headers["retry-after"] == told["Retry-After"]  # type: ignore[index]


def test_a_connection_that_is_lost_on_the_way_is_told(world: World) -> None:
    request = ("GET", "tickets/", world.token(world.agent))

    async def story() -> list[Heard]:
        heard = [await one(*request)]
        await presence.noting().done()
        asking = asyncio.ensure_future(one(*request))
        for _ in range(100):
            if any(line._answer for line in pipeline.lines()._open):
                break
            await asyncio.sleep(0)
        for line in tuple(pipeline.lines()._open):
            line._die(psycopg.OperationalError("the connection is lost"))
        heard.append(await asking)
        heard.append(await one(*request))
        pipeline.close()
        return heard

    assert [(heard.left, heard.status) for heard in asyncio.run(story())] == [(False, 200), (False, 503), (False, 200)]


@pytest.mark.parametrize("given", ["", "mine-12345678", "not safe to log"])
def test_a_request_that_is_left_keeps_its_name(world: World, given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[str] = []
    begin = middleware.begin
    monkeypatch.setattr(middleware, "begin", lambda given: begun.append(begin(given)) or begun[-1])  # type: ignore[func-returns-value]
    (heard,) = ask(("GET", "tickets/", None, None, None, {"x-request-id": given}))
    assert heard.left
    assert [heard.left_as] == begun
    assert begin(heard.left_as) == heard.left_as, "Django takes it as it is"


def test_both_ways_share_their_idempotency_keys(world: World) -> None:
    token, keyed = world.token(world.customer), {"idempotency-key": "k-1"}
    first, second = ask(*[("POST", "tickets/", token, PLAIN, None, keyed)] * 2)
    slow = world.api(world.customer).post("tickets/", PLAIN, key="k-1")
    assert first.body == second.body == slow.body
    assert [("idempotent-replay" in heard.headers) for heard in (first, second)] == [False, True]  # type: ignore[operator]
    assert slow.headers["Idempotent-Replay"] == "true"
    assert ask(("POST", "tickets/", token, {**PLAIN, "subject": "Another"}, None, keyed))[0].left, "a conflict is Django's to tell"
    with unit_of_work(world.pandar.id):
        assert (Ticket.objects.count(), IdempotencyKey.objects.count()) == (1, 1)


def test_what_is_to_be_refused_is_left_and_has_changed_nothing(world: World) -> None:
    ticket = world.ticket()
    agent, customer = world.token(world.agent), world.token(world.customer)
    expired = tokens.access(organization=world.pandar.id, user=world.agent.id, session=world.pandar.session(world.agent).id, epoch=1,
                            lifetime=timedelta(seconds=-1))
    left = [
        ("GET", "tickets/", None), ("GET", "tickets/", "nonsense"), ("GET", "tickets/", expired), ("GET", "tickets/", agent[:-2]),
        ("GET", "tickets/", agent, None, {"status": "lost"}), ("GET", "tickets/", agent, None, {"colour": "red"}),
        ("GET", "tickets/", agent, None, {"tag": "0" * 2000}),
        ("GET", "tickets/", agent, None, None, {"accept": "text/html"}), ("GET", "tickets/", agent, None, None, {"host": "evil.example"}),
        ("GET", "tickets/", agent, None, None, {"authorization": f"Basic {agent}"}),
        ("HEAD", "tickets/", agent), ("GET", "queue/", customer), ("GET", "queue/", agent, None, {"page": "0"}),
        ("GET", f"tickets/{ticket.pk}/entries/", world.token(world.other_customer)),
        ("GET", f"tickets/{ticket.pk}/entries/", world.token(world.acme.agent)),
        ("GET", f"tickets/{ticket.pk}/entries/", agent, None, {"after": 1, "before": 2}),
        ("POST", "tickets/", agent, PLAIN), ("POST", "tickets/", customer, NEW), ("POST", "tickets/", customer, b"{"),
        ("POST", "tickets/", customer, {**PLAIN, "category": "nothing"}), ("POST", "tickets/", customer, {**PLAIN, "tags": ["a"]}),
        ("POST", "tickets/", customer, PLAIN, None, {"content-type": "text/plain"}),
        ("POST", "tickets/", customer, PLAIN, None, {"idempotency-key": "x" * 201}), ("DELETE", "tickets/", agent),
    ]
    assert [request for request, heard in zip(left, ask(*left), strict=True) if not heard.left] == []
    assert world.api(world.agent).get("tickets/").body["count"] == 1
    assert not ask(("GET", "tickets/", agent))[0].left, "the negative control"


def changed(world: World, what: str) -> None:
    """Something that ends what the agent's token could do until now."""
    with unit_of_work(world.pandar.id):
        agent, role = User.objects.filter(id=world.agent.id), Role.objects.filter(user=world.agent)
        match what:
            case "disabled":
                agent.update(is_active=False)
            case "signed out everywhere":
                agent.update(epoch=5)
            case "session":
                Session.objects.filter(user=world.agent).update(revoked_at=timezone.now())
            case "session over":
                Session.objects.filter(user=world.agent).update(expires_at=timezone.now())
            case "renamed":
                agent.update(name="Somebody else")
            case "role":
                agent.update(role=Role.objects.get(slug="customer"))
            case "permissions":
                people.set_permissions(role=role.get(), permissions=["chat.send_message"], actor=System(world.pandar.id))
            case "customers":
                role.update(is_staff=False)
            case "organization":
                Organization.objects.filter(id=world.pandar.id).update(is_active=False)


CHANGES = ["disabled", "signed out everywhere", "session", "session over", "renamed", "role", "permissions", "customers", "organization"]


@pytest.mark.parametrize("path", ["queue/", "tickets/{ticket}/entries/"])
@pytest.mark.parametrize("what", CHANGES)
def test_whoever_is_another_by_now_is_not_who_they_were(world: World, what: str, path: str) -> None:
    request = ("GET", path.format(ticket=world.ticket().pk), world.token(world.agent))
    assert not ask(request)[0].left
    changed(world, what)
    assert ask(request)[0].left
    assert world.token(world.agent) not in recognition._known


@pytest.mark.parametrize("path", ["queue/", "tickets/{ticket}/entries/"])
def test_without_the_question_they_would_be(world: World, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """The negative control: what is remembered alone lets a disabled user in."""
    monkeypatch.setattr(recognition, "ACT_AS", "SELECT (set_config('app.organization', %(organization)s::text, true) IS NULL), NULL, NULL")
    believing = recognition.OF_EACH.replace("FROM actor_of(x.person, x.session) f", "FROM accounts_user f").replace(
        recognition.OF_EACH[recognition.OF_EACH.index("  WHERE f."):recognition.OF_EACH.index(") a ON true")], "  WHERE f.id = x.person")
    monkeypatch.setattr(recognition, "OF_EACH", believing)
    monkeypatch.setattr(fast, "unread", recognition.OfEach(lists.UNREAD_OF_EACH, "unread"))
    request = ("GET", path.format(ticket=world.ticket().pk), world.token(world.agent))
    ask(request)
    changed(world, "disabled")
    assert not ask(request)[0].left


@pytest.mark.parametrize("limit", ["20ms", "20s"])
def test_what_is_slow_keeps_no_line_and_is_left(world: World, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    request, usual = ("GET", "tickets/", world.token(world.agent)), lists._list_sql
    monkeypatch.setattr(lists, "_list_sql", lambda *given: usual(*given).replace("\nFROM", " || (SELECT '' FROM pg_sleep(0.5))\nFROM", 1))
    monkeypatch.setattr(sharing, "OPENED", sharing.OPENED.replace("'3s'", f"'{limit}'"))
    ticket = world.ticket().pk
    assert ask(request)[0].left == (limit == "20ms"), "where all share"
    monkeypatch.undo()
    slow = lists.UNREAD_OF_EACH.replace("FROM unnest", "FROM pg_sleep(0.5), unnest", 1)
    monkeypatch.setattr(fast, "unread", recognition.OfEach(slow, "unread"))
    monkeypatch.setattr(batching, "OPENED", batching.OPENED.replace("'4s'", f"'{limit}'"))
    assert ask(request)[0].left == (limit == "20ms"), "where each asks, with others"
    monkeypatch.undo()
    monkeypatch.setattr(queries, "HEADS", queries.HEADS.replace("FROM chat", "FROM pg_sleep(0.5), chat", 1))
    monkeypatch.setattr(recognition, "ACT_AS", recognition.ACT_AS.replace("'3s'", f"'{limit}'"))
    recognition.forget()
    assert ask(("GET", f"tickets/{ticket}/entries/", request[2]))[0].left == (limit == "20ms"), "where each asks alone"


def at_once(*requests: tuple[Any, ...]) -> list[Heard]:
    """The answers to requests that are there at the same moment, the callers known."""

    async def story() -> list[Heard]:
        try:
            for _ in range(2):
                heard = await asyncio.gather(*(one(*request) for request in requests))
            return heard
        finally:
            await presence.noting().done()
            pipeline.close()

    return asyncio.run(story())


def rows_unread(heard: Heard) -> list[int]:
    return [row.get("ticket", row)["unread"] for row in heard.body["data"]]


def test_one_who_is_another_by_now_takes_nothing_from_the_others(world: World) -> None:
    people = [world.agent, world.teammate, world.manager]
    requests = [("GET", "queue/", world.token(person)) for person in people]

    async def story() -> list[Heard]:
        for request in requests:
            await one(*request)
        await asyncio.to_thread(changed, world, "disabled")
        heard = await asyncio.gather(*(one(*request) for request in requests))
        pipeline.close()
        return heard

    assert [heard.left for heard in asyncio.run(story())] == [True, False, False]


@pytest.mark.parametrize("path", ["tickets/", "queue/"])
def test_who_shares_a_page_has_their_own_unread(world: World, path: str) -> None:
    ticket = world.ticket()
    for number in range(3):
        world.say(world.customer, ticket, str(number))
    world.api(world.agent).post(f"tickets/{ticket.pk}/read/", {"seq": 3})
    people = [world.agent, world.teammate, world.manager] * 4
    heard = at_once(*(("GET", path, world.token(person)) for person in people))
    assert [rows_unread(answer) for answer in heard] == [[1], [4], [4]] * 4
    assert not any(answer.left for answer in heard)


def mixed(world: World) -> bool:
    """Whether customers who ask for the same at the same moment get anything of each other's."""
    mine, theirs = world.ticket(world.customer), world.ticket(world.other_customer)
    people = [(world.customer, mine), (world.other_customer, theirs)] * 6
    heard = at_once(*(("GET", "tickets/", world.token(person)) for person, _ in people))
    return any([row["id"] for row in answer.body["data"]] != [str(ticket.pk)] for answer, (_, ticket) in zip(heard, people, strict=True))


def test_customers_share_no_page(world: World) -> None:
    assert not mixed(world)


def test_if_a_question_were_its_words_alone_they_would(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    monkeypatch.setattr(sharing, "named", lambda asked: (asked[0],))
    assert mixed(world)


def test_agents_who_ask_at_once_are_noted_together(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [world.agent, world.teammate, world.manager]
    requests = [("GET", "queue/", world.token(person)) for person in people]
    noted: list[set[Any]] = []
    usual = presence.seen_by
    monkeypatch.setattr(presence, "seen_by", lambda agents: noted.append(set(agents)) or usual(agents))  # type: ignore[func-returns-value]

    async def story() -> None:
        await asyncio.gather(*(one(*request) for request in requests * 10))
        await presence.noting().done()
        pipeline.close()

    asyncio.run(story())
    with unit_of_work(world.pandar.id):
        seen = set(AgentProfile.objects.exclude(last_seen_at=None).values_list("pk", flat=True))
    assert seen >= {world.agent.id, world.teammate.id}
    assert len(noted) <= 2 * len(people), "not once for each request"
    assert set().union(*noted) <= seen | {world.manager.id}


def test_whoever_could_not_be_noted_is_answered_and_noted_later(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    request = ("GET", "queue/", world.token(world.agent))
    with monkeypatch.context() as broken:
        broken.setattr(presence, "SEEN", "SELECT 1 / 0")
        assert not ask(request)[0].left
    with unit_of_work(world.pandar.id):
        assert AgentProfile.objects.get(user=world.agent).last_seen_at is None
    assert not ask(request)[0].left
    with unit_of_work(world.pandar.id):
        assert AgentProfile.objects.get(user=world.agent).last_seen_at is not None


@pytest.mark.parametrize(("limit", "left"), [("50ms", True), ("20s", False)])
def test_who_waits_for_a_lock_keeps_no_line_and_nothing_is_stored(world: World, monkeypatch: pytest.MonkeyPatch, limit: str,
                                                                  left: bool) -> None:
    """The customer's row is asked for by the commit, when all statements are through: an error there is none of theirs."""
    monkeypatch.setattr(batching, "OPENED", batching.OPENED.replace("200ms", limit))
    request = ("POST", "tickets/", world.token(world.customer), PLAIN)
    organization, customer = str(world.pandar.id), world.customer.id

    async def story() -> Heard:
        await one(*request)
        async with await connected() as other:
            await other.set_autocommit(False)
            await other.execute("SELECT set_config('app.organization', %s, true)", [organization])
            await other.execute("SELECT 1 FROM accounts_user WHERE id = %s FOR UPDATE", [customer])
            waiting = asyncio.ensure_future(one(*request))
            await asyncio.sleep(0.5)
            await other.rollback()
        heard = await waiting
        pipeline.close()
        return heard

    heard = asyncio.run(story())
    assert (heard.left, heard.status) == (left, 0 if left else 201)
    with unit_of_work(world.pandar.id):
        assert Ticket.objects.count() == (1 if left else 2)


def test_nothing_foreign_is_seen(planted: Planted) -> None:
    world = planted.world
    for stranger in (world.acme.agent, world.acme.manager, world.acme.customer):
        for path, query in READS[:7]:
            (heard,) = ask(("GET", path, world.token(stranger), None, query))
            assert world.pandar.canary not in json.dumps(heard.body)


def test_an_agent_who_asks_was_here(world: World) -> None:
    token = world.token(world.agent)

    async def story() -> None:
        await one("GET", "tickets/", token)
        await presence.noting().done()
        pipeline.close()

    asyncio.run(story())
    with unit_of_work(world.pandar.id):
        seen = AgentProfile.objects.get(user=world.agent).last_seen_at
    assert seen is not None
    assert datetime.now(UTC) - seen < timedelta(minutes=1)


def test_the_hops_of_a_request_are_one_list_in_however_many_lines(world: World, settings: Any) -> None:
    """A proxy behind a load balancer adds a line of its own to that of the balancer."""
    settings.TRUSTED_PROXIES = 2
    asked = ("GET", "tickets/", world.token(world.agent), None, None, {"x-forwarded-for": "198.51.100.7, 203.0.113.5"})
    (heard,) = ask((*asked, [("x-forwarded-for", "192.0.2.9")]))
    assert (heard.left, heard.status) == (False, 200)
    assert recognition._known[world.token(world.agent)].actor.address == "203.0.113.5"
    assert ask((*asked, [("accept", "*/*"), ("accept", "*/*")]))[0].left, "nothing else may come twice"


def test_a_long_query_is_not_remembered(world: World) -> None:
    """Queries are remembered by their bytes, by the thousand, before anybody is known."""
    held = fast.tickets_wanted.cache_info().currsize
    ask(("GET", "tickets/", None, None, {"tag": "0" * 2000}))
    assert fast.tickets_wanted.cache_info().currsize == held
    ask(("GET", "tickets/", None, None, {"tag": "0" * 900}))
    assert fast.tickets_wanted.cache_info().currsize == held + 1, "the negative control"


def test_whoever_asks_for_the_queue_sees_what_was_before_they_asked(world: World) -> None:
    """Answers are shared among those who ask meanwhile, and none is older than its question."""
    world.ticket()
    token = world.token(world.agent)

    async def story() -> list[str]:
        async def reason() -> str:
            heard = await one("GET", "queue/", token)
            return str(heard.body["data"][0]["reason"])

        earlier = [asyncio.ensure_future(reason()) for _ in range(8)]
        await asyncio.sleep(0.001)
        await asyncio.to_thread(pause)
        later = await asyncio.gather(*(reason() for _ in range(8)))
        await asyncio.gather(*earlier)
        pipeline.close()
        return later

    def pause() -> None:
        with unit_of_work(world.pandar.id):
            QueueSettings.objects.update(assigns_automatically=False)

    assert set(asyncio.run(story())) == {"paused"}


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=210) | st.sampled_from(
    ["web", "fax", " a", "a\0", "a\u202eb", "\n", "a\tb"])
bodies = st.dictionaries(st.sampled_from(["subject", "text", "category", "channel", "priority", "tags", "other"]),
                         texts | st.none() | st.integers() | st.lists(texts, max_size=2))


@given(body=bodies | st.fixed_dictionaries({"subject": texts, "text": texts}, optional={"category": texts, "priority": texts}))
def test_what_the_fast_path_takes_the_serializer_takes_unchanged(body: dict[str, Any]) -> None:
    offered = fast.offered(json.dumps(body).encode())
    if offered is not None:
        serializer = NewTicket(data=body)
        assert serializer.is_valid(), serializer.errors
        assert dict(serializer.validated_data) == body == offered
