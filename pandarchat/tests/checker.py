"""What must hold after any fault, said once: acknowledged set = stored set; per conversation the numbers are 1…head without hole or
double; every client's view equals a fresh read."""
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from typing import Any
from uuid import UUID

from chat.models import Conversation, Entry, Kind
from foundation.models import Delivery
from foundation.units import unit_of_work
from pandarchat.story.client import Client, Unsent
from pandarchat.story.conversation import settled
from tickets.models import Ticket


class Broken(AssertionError):
    """The promise was broken; the text says where."""


def check_numbers(organization: UUID, conversation: UUID) -> list[Entry]:
    """The stored entries, after making sure that both counters are dense."""
    with unit_of_work(organization):
        row = Conversation.objects.get(id=conversation)
        entries = list(Entry.objects.filter(conversation_id=conversation).order_by("staff_seq"))
    staff = [entry.staff_seq for entry in entries]
    public = sorted(entry.public_seq for entry in entries if entry.public_seq is not None)
    _must(staff == list(range(1, row.staff_seq + 1)), f"staff numbers of {conversation} are {staff}, head {row.staff_seq}")
    _must(public == list(range(1, row.public_seq + 1)), f"public numbers of {conversation} are {public}, head {row.public_seq}")
    return entries


def check_stored(organization: UUID, conversation: UUID, sent: Iterable[Unsent]) -> None:
    """Every acknowledged message is stored once, in the ticket and under the number that was acknowledged, and nothing else is; what was
    sent to a ticket that was over is in its follow-up."""
    acknowledged = {
        message.client_id: message.stored.result() for message in sent if message.stored.done() and not message.stored.exception()
    }
    places = {conversation, *(UUID(answer["ticket"]["id"]) for answer in acknowledged.values() if "ticket" in answer)}
    entries = [entry for place in places for entry in check_numbers(organization, place) if entry.client_id]
    stored = {str(entry.client_id): entry for entry in entries}
    _must(set(acknowledged) == set(stored), f"acknowledged but not stored: {set(acknowledged) - set(stored)}; "
          f"stored but not acknowledged: {set(stored) - set(acknowledged)}")
    for client_id, answer in acknowledged.items():
        entry = stored[client_id]
        place = answer["ticket"]["id"] if "ticket" in answer else str(conversation)
        _must(str(entry.conversation_id) == place, f"{client_id} was acknowledged as of {place}, stored in {entry.conversation_id}")
        _must(
            answer["seq"] in (entry.staff_seq, entry.public_seq),
            f"{client_id} was acknowledged as {answer['seq']}, stored as {entry.staff_seq}",
        )


def check_settled(organization: UUID) -> None:
    """Every external effect happened once: nothing is owed to a subscriber any more, and whoever was given a ticket was given it once."""
    with unit_of_work(organization):
        owed = list(Delivery.objects.values_list("subscriber", flat=True))
        tickets = list(Ticket.objects.values_list("pk", "assignee_id"))
        given = list(Entry.objects.filter(kind=Kind.ASSIGNMENT).order_by("staff_seq").values_list("conversation_id", "data"))
    _must(not owed, f"still owed: {Counter(owed)}")
    for ticket, assignee in tickets:
        told: list[Any] = [data for conversation, data in given if conversation == ticket]
        agents = [data["assignee"]["id"] if data["assignee"] else None for data in told]
        _must(all(one != other for one, other in pairwise(agents)), f"{ticket} was given to the same agent twice: {agents}")
        _must((agents or [None])[-1] == (assignee and str(assignee)), f"{ticket} is {assignee}'s, its entries say {agents}")


async def check_view(client: Client, ticket: str) -> None:
    """What a client shows is what a fresh read shows."""
    fresh: list[dict[str, Any]] = []
    more = True
    while more:
        page = await client.api.get(f"tickets/{ticket}/entries/", after=len(fresh))
        fresh += page["entries"]
        more = page["more"]
    mine = client.conversations[ticket].shown()
    seen = [(entry["seq"], entry["id"], entry["kind"], entry.get("text")) for entry in mine]
    read = [(entry["seq"], entry["id"], entry["kind"], entry.get("text")) for entry in settled(fresh)]
    _must(seen == read, f"{client.user['email']} shows {len(seen)} entries, a fresh read {len(read)}: {set(seen) ^ set(read)}")


def _must(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Broken(otherwise)
