"""A queue with agents, and what must hold of its assignments."""
import time
from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import UUID

from accounts.models import AgentProfile
from chat.models import Conversation, Entry
from foundation.models import Delivery, Event
from foundation.units import unit_of_work
from pandarchat.tests.checker import Broken
from pandarchat.tests.world import World
from tickets.models import OPEN, Ticket

POLL = 0.1  # seconds


def waiting(world: World) -> int:
    """How many tickets are queued."""
    with unit_of_work(world.pandar.id):
        return Ticket.objects.filter(status="queued").count()


def owed(world: World) -> int:
    """How many deliveries are still to be done."""
    with unit_of_work(world.pandar.id):
        return Delivery.objects.count()


def until(true: Callable[[], bool], what: str, *, within: float) -> float:
    """Wait until it is so; the seconds that took. Raises Broken."""
    begun = time.monotonic()
    while not true():
        if time.monotonic() - begun > within:
            raise Broken(f"{what}: not within {within} s")
        time.sleep(POLL)
    return time.monotonic() - begun


def check_once(world: World, tickets: list[UUID]) -> None:
    """Each ticket went to one agent, by one entry and one event, and everybody was told."""
    with unit_of_work(world.pandar.id):
        owners = dict(Ticket.objects.filter(pk__in=tickets).values_list("pk", "assignee_id"))
        entries = list(Entry.objects.filter(conversation_id__in=tickets, kind="assignment").values_list("conversation_id", "data"))
        facts = Counter(payload["ticket"] for payload in Event.objects.filter(kind="ticket.assigned").values_list("payload", flat=True))
    said: Counter[UUID] = Counter(ticket for ticket, _ in entries)
    for ticket in tickets:
        if said[ticket] != 1 or facts[str(ticket)] != 1:
            raise Broken(f"{ticket} has {said[ticket]} assignments in its conversation and {facts[str(ticket)]} events")
    wrong = [ticket for ticket, data in entries if data is None or data["assignee"]["id"] != str(owners[ticket])]
    if wrong:
        raise Broken(f"tickets whose agent is not the one that was told: {wrong}")
    check_capacity(world)


def check_capacity(world: World) -> None:
    """Nobody holds more than fits; one statement, so one moment."""
    with unit_of_work(world.pandar.id):
        rows = Ticket.objects.filter(status__in=OPEN).values_list("assignee_id", "assignee__agent__capacity")
        loads = Counter(rows)
    over = {agent: load for (agent, capacity), load in loads.items() if load > capacity}
    if over:
        raise Broken(f"over capacity: {over}")


def check_history(world: World) -> None:
    """Read from the beginning, each conversation tells how its ticket came to its state: assigned from the queue only, or handed over,
    by numbers without a hole."""
    with unit_of_work(world.pandar.id):
        heads = dict(Conversation.objects.values_list("id", "staff_seq"))
        now = {key: (status, agent) for key, status, agent in Ticket.objects.values_list("pk", "status", "assignee_id")}
        entries = list(Entry.objects.order_by("conversation_id", "staff_seq").values_list("conversation_id", "staff_seq", "kind", "data"))
    told: dict[UUID, list[tuple[int, str, Any]]] = {key: [] for key in now}
    for key, seq, kind, data in entries:
        told[key].append((seq, kind, data))
    for key, history in told.items():
        if [seq for seq, _, _ in history] != list(range(1, heads[key] + 1)):
            raise Broken(f"{key} has the numbers {[seq for seq, _, _ in history]}, head {heads[key]}")
        if replayed(key, history) != (now[key][0], str(now[key][1])):
            raise Broken(f"{key} tells {replayed(key, history)} and is {now[key]}")


def replayed(key: UUID, history: list[tuple[int, str, Any]]) -> tuple[str, str]:
    state, agent = "queued", "None"
    for _, kind, data in history:
        if kind == "assignment":
            if data["from"] != state:
                raise Broken(f"{key} was assigned from {data['from']} while it was {state}")
            state, agent = "assigned", data["assignee"]["id"]
        elif kind == "status":
            if data["from"] != state:
                raise Broken(f"{key} moved from {data['from']} while it was {state}")
            state = data["to"]
            agent = "None" if state == "queued" else agent
    return state, agent


def counts(world: World) -> list[int]:
    """How many tickets each agent on duty was assigned, fewest first."""
    with unit_of_work(world.pandar.id):
        agents = list(AgentProfile.objects.filter(availability="available").values_list("pk", flat=True))
        given = Counter(Ticket.objects.exclude(assignee=None).values_list("assignee_id", flat=True))
    return sorted(given[agent] for agent in agents)
