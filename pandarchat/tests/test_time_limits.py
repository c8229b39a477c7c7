"""Whoever waits for a lock that somebody else holds is told so, and holds no connection meanwhile; nothing was done."""
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import OperationalError, connections
from django.http import HttpResponse
from django.test import RequestFactory

from accounts.middleware import AdminUnitOfWork
from accounts.models import User
from chat.models import Conversation, Entry
from foundation import units
from foundation.async_database import parameters
from foundation.units import unit_of_work
from pandarchat.services.processes import eventually
from pandarchat.tests.world import Answer, Api, World
from tickets.models import Ticket

LIMITS = {"100ms": "refused", "20s": "answered"}  # the second is the control: they wait until the lock is free


@contextmanager
def held(world: World, rows: Any) -> Iterator[threading.Event]:
    """Somebody else's transaction holds these rows until the block ends or the event is set."""
    holds, enough = threading.Event(), threading.Event()

    def hold() -> None:
        with unit_of_work(world.pandar.id):
            assert list(rows.select_for_update())
            holds.set()
            enough.wait(20)
        connections.close_all()

    holder = threading.Thread(target=hold)
    holder.start()
    assert holds.wait(10)
    try:
        yield enough
    finally:
        enough.set()
        holder.join()


def somebody_waits() -> bool:
    with psycopg.connect(**parameters()) as looker:
        row = looker.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()
    return row is not None and row[0] > 0


REQUESTS: dict[str, tuple[str, Callable[[World, Ticket], Any], Callable[[Api, Ticket], Answer]]] = {
    "a message": ("customer", lambda world, ticket: Conversation.objects.filter(pk=ticket.pk),
                  lambda api, ticket: api.post(f"tickets/{ticket.pk}/messages/", {"client_id": str(uuid4()), "text": "Hello?"})),
    "a change": ("agent", lambda world, ticket: Conversation.objects.filter(pk=ticket.pk),
                 lambda api, ticket: api.patch(f"tickets/{ticket.pk}/", {"version": ticket.version, "priority": "high"})),
    "a new ticket": ("customer", lambda world, ticket: User.objects.filter(pk=world.customer.pk),
                     lambda api, ticket: api.post("tickets/", {"subject": "Card", "text": "Not paid."})),
}


@pytest.mark.parametrize("request_", REQUESTS)
@pytest.mark.parametrize("limit", LIMITS)
def test_who_waits_for_a_lock_is_told_so(world: World, monkeypatch: pytest.MonkeyPatch, request_: str, limit: str) -> None:
    ticket = world.ticket(agent=world.agent)
    who, rows, ask = REQUESTS[request_]
    api = world.api(getattr(world, who))
    monkeypatch.setattr(units, "LIMITS", units.LIMITS.replace("'lock_timeout', '5s'", f"'lock_timeout', '{limit}'"))
    with unit_of_work(world.pandar.id):
        before = Entry.objects.count()
    with held(world, rows(world, ticket)) as enough:
        waited: list[bool] = []

        def release() -> None:
            waited.append(eventually(somebody_waits, 10))
            enough.set()

        releasing = threading.Thread(target=release)
        if LIMITS[limit] == "answered":
            releasing.start()
        answer = ask(api, ticket)
        if LIMITS[limit] == "answered":
            releasing.join()
            assert (waited, answer.status in (200, 201)) == ([True], True)
    if LIMITS[limit] == "refused":
        assert answer.status == 503
        assert (answer.headers["Retry-After"], answer.body["code"]) == ("2", "unavailable")
        with unit_of_work(world.pandar.id):
            assert Entry.objects.count() == before


def test_an_admin_page_says_so_too() -> None:
    def view(request: Any) -> HttpResponse:
        raise OperationalError

    request = RequestFactory().get("/admin/")
    request.resolver_match = SimpleNamespace(app_names=["admin"])  # type: ignore[assignment]
    request.session = {}  # type: ignore[assignment]
    view.own_units = True  # type: ignore[attr-defined]
    answer = AdminUnitOfWork(lambda request: HttpResponse()).process_view(request, view, (), {})
    assert answer is not None
    assert (answer.status_code, answer.headers["Retry-After"], answer.headers["Content-Type"].partition(";")[0]) == (503, "2", "text/html")
