"""Lists: filters, orders, and pages that show each ticket once, whatever changes meanwhile."""
import base64
import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from foundation.units import unit_of_work
from tickets import lists
from tickets.models import Category, Priority, Ticket


def ids(answer: Any) -> list[str]:
    return [row["id"] for row in answer.data]


def walk(api: Any, **query: str) -> list[str]:
    """Every key of a list, page by page."""
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        answer = api.get("tickets/", **query, **cursor)
        found += ids(answer)
        if answer.body["next"] is None:
            return found
        cursor = {"cursor": answer.body["next"]}


@pytest.fixture
def ten(world: Any, monkeypatch: pytest.MonkeyPatch) -> list[Ticket]:
    """Ten tickets of the customer in pages of three; priorities and categories alternate."""
    monkeypatch.setattr(lists, "PAGE", 3)
    with unit_of_work(world.pandar.id):
        Category.objects.create(organization_id=world.pandar.id, slug="cards", name="Cards")
    made = [world.ticket(category="cards" if number % 2 else None, tags=("odd",) if number % 2 else ()) for number in range(10)]
    with unit_of_work(world.pandar.id):
        for number, ticket in enumerate(made):
            due = datetime(2030, 1, 1 + number % 3, tzinfo=UTC) if number % 3 else None
            Ticket.objects.filter(pk=ticket.pk).update(priority=1 + number % 4, sla_due_at=due)
    return made


def value(ticket: Ticket, column: str) -> Any:
    if column == "last_entry_at":
        return ticket.conversation.last_entry_at
    return getattr(ticket, column) or datetime.max.replace(tzinfo=UTC)


@pytest.mark.parametrize("ordering", list(lists.ORDERINGS))
def test_every_order_walks_every_row_once_and_in_order(world: Any, ten: list[Ticket], ordering: str) -> None:
    found = walk(world.api(world.agent), ordering=ordering)
    column, descending = lists.ORDERINGS[ordering]
    with unit_of_work(world.pandar.id):
        rows = {str(t.pk): (value(t, column), t.pk) for t in Ticket.objects.select_related("conversation")}
    assert found == sorted(rows, key=lambda key: rows[key], reverse=descending)


def test_pages_by_number_and_by_cursor_are_the_same(world: Any, ten: list[Ticket]) -> None:
    api = world.api(world.agent)
    assert [key for page in range(1, 5) for key in ids(api.get("tickets/", page=str(page)))] == walk(api)
    assert ids(api.get("tickets/", page="5")) == []


def test_rows_that_change_meanwhile_are_neither_lost_nor_shown_twice(world: Any, ten: list[Ticket]) -> None:
    api = world.api(world.agent)
    found: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        answer = api.get("tickets/", ordering="-created_at", **cursor)
        found += ids(answer)
        with unit_of_work(world.pandar.id):
            for ticket in Ticket.objects.filter(pk__in=found):
                Ticket.objects.filter(pk=ticket.pk).update(status="resolved", priority=5 - ticket.priority, version=ticket.version + 1)
        world.ticket(world.other_customer)
        if answer.body["next"] is None:
            break
        cursor = {"cursor": answer.body["next"]}
    assert sorted(found) == sorted(str(ticket.pk) for ticket in ten)
    assert len(found) == 10


def test_the_envelope_counts(world: Any, ten: list[Ticket]) -> None:
    body = world.api(world.agent).get("tickets/", page="2").body
    assert {name: body[name] for name in ("count", "count_exact", "page", "pages")} == {
        "count": 10,
        "count_exact": True,
        "page": 2,
        "pages": 4,
    }
    assert world.api(world.agent).get("tickets/", cursor=body["next"]).body["page"] is None


def test_counting_stops_somewhere(world: Any, ten: list[Ticket], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "COUNTED_MOST", 6)
    body = world.api(world.agent).get("tickets/").body
    assert (body["count"], body["count_exact"], body["pages"]) == (6, False, 2)
    assert len(walk(world.api(world.agent))) == 10


NO_FILTERS = [
        {"page": "401"},
        {"page": "0"},
        {"page": "x"},
        {"ordering": "subject"},
        {"status": "lost"},
        {"priority": "9"},
        {"assignee": "you"},
        {"customer": "1"},
        {"tag": "x" * 51},
        {"colour": "red"},
        {"skill": "words"},
        {"last": "maybe"},
        {"cursor": "x" * 501},
    ]


def test_what_is_no_filter_is_refused(world: Any) -> None:
    for query in NO_FILTERS:
        answer = world.api(world.agent).get("tickets/", **query)
        assert (answer.status, list(answer.body["fields"])) == (400, list(query))


def test_page_four_hundred_is_the_last(world: Any) -> None:
    assert world.api(world.agent).get("tickets/", page="400").data == []


def packed(*parts: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


KEY = str(uuid4())


NO_CURSORS = [
        "x",
        "é",
        "====",
        "a" * 499,
        packed(),
        packed(1),
        packed("-updated_at", "2024-01-01T00:00:00Z"),
        packed("-updated_at", 5, KEY),
        packed("-updated_at", "yesterday", KEY),
        packed("-updated_at", "2024-01-01T00:00:00Z", "no key"),
        packed("-updated_at", "2024-01-01T00:00:00Z", 5),
        packed("-updated_at", "2024-01-01T00:00:00Z", None),
        packed("-created_at", "2024-01-01T00:00:00Z", KEY),
        packed("-updated_at", "2024-02-30T00:00:00Z", KEY),
        packed("-updated_at", "2024-W01-1T00:00:00Z", KEY),
        packed("-updated_at", "2024-01-01T00:00:00", KEY),
        packed("-updated_at", "infinity", KEY),
        packed("-updated_at", "0001-01-01T00:00:00+23:59", KEY),
        packed("-updated_at", "9999-12-31T23:59:59-23:59", KEY),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
        base64.urlsafe_b64encode(b"[" * 300).decode(),
    ]


def test_a_cursor_that_this_list_did_not_hand_out_is_refused(world: Any) -> None:
    for cursor in NO_CURSORS:
        answer = world.api(world.agent).get("tickets/", cursor=cursor)
        assert (answer.status, list(answer.body["fields"])) == (400, ["cursor"])


NO_NUMBERS = [
        ("-priority", "40000"),
        ("-priority", "1_0"),
        ("-priority", "٣"),
        ("priority", "2.0"),
        ("number", "9" * 30),
        ("-number", "-9" * 15),
        ("number", "１２"),
        ("number", ""),
        ("-priority", "-99999"),
    ]


def test_a_number_that_no_column_holds_is_refused(world: Any) -> None:
    for ordering, value in NO_NUMBERS:
        answer = world.api(world.agent).get("tickets/", ordering=ordering, cursor=packed(ordering, value, KEY))
        assert (answer.status, list(answer.body["fields"])) == (400, ["cursor"])


def test_a_cursor_of_another_list_shows_nothing_foreign(world: Any, ten: list[Ticket]) -> None:
    cursor = world.api(world.agent).get("tickets/", ordering="number").body["next"]
    foreign = world.api(world.acme.agent).get("tickets/", ordering="number", cursor=cursor)
    assert (foreign.status, foreign.data, foreign.body["count"]) == (200, [], 0)


def test_filters(world: Any, ten: list[Ticket]) -> None:
    api = world.api(world.agent)
    taken = world.ticket(world.other_customer, agent=world.agent)
    other = world.ticket(world.other_customer, agent=world.teammate)
    keys = [str(ticket.pk) for ticket in ten]
    odd = set(keys[1::2])
    assert set(walk(api, status="assigned")) == {str(taken.pk), str(other.pk)}
    assert set(walk(api, status="queued")) == set(keys)
    assert set(walk(api, assignee="me")) == {str(taken.pk)}
    assert set(walk(api, assignee=str(world.teammate.id))) == {str(other.pk)}
    assert set(walk(api, assignee="none")) == set(keys)
    assert set(walk(api, customer=str(world.customer.id))) == set(keys)
    assert set(walk(api, category="cards")) == set(walk(api, tag="odd")) == odd
    assert set(walk(api, priority=Priority(4).name.lower())) == set(keys[3::4])
    assert set(walk(api, tag="odd", priority="normal", customer=str(world.customer.id))) == set(keys[1::4])
    assert walk(api, category="nothing") == walk(api, tag="nothing") == walk(api, customer=str(uuid4())) == []
    assert api.get("tickets/", tag="odd").body["count"] == 5


def test_customers_see_their_own_and_nothing_else(world: Any) -> None:
    mine, theirs = world.ticket(), world.ticket(world.other_customer)
    api = world.api(world.customer)
    assert walk(api) == [str(mine.pk)]
    assert api.get("tickets/").body["count"] == 1
    assert walk(api, customer=str(world.other_customer.id)) == []
    assert api.get(f"tickets/{theirs.pk}/").status == 404
    assert set(walk(world.api(world.agent))) == {str(mine.pk), str(theirs.pk)}, "the negative control"
    assert walk(world.api(world.acme.agent)) == []
    assert world.api(world.acme.agent).get(f"tickets/{mine.pk}/").status == 404


def test_unread_is_what_others_said_since(world: Any) -> None:
    ticket = world.ticket(agent=world.agent)
    world.say(world.agent, ticket)
    world.say(world.agent, ticket, internal=True)
    shown = {
        name: world.api(getattr(world, name)).get(f"tickets/{ticket.pk}/").data["unread"] for name in ("customer", "agent", "teammate")
    }
    assert shown == {"customer": 1, "agent": 1, "teammate": 3}
    head = world.api(world.customer).get(f"tickets/{ticket.pk}/").data["head"]
    world.api(world.customer).post(f"tickets/{ticket.pk}/read/", {"seq": head})
    assert world.api(world.customer).get("tickets/").data[0]["unread"] == 0
