"""Many clients in rooms who talk while something breaks, and what must hold afterwards.

    seats = seated(world)                                     # people, tickets and tokens, before the event loop

    async def story() -> Crowd:
        async with Crowd(seats, [server.url for server in two]) as crowd:
            async with crowd.talking(per_second=50):
                …                                              # break things
            await crowd.converged(within=30)
            await crowd.check_views()
            return crowd

    asyncio.run(story()).check_stored(world.pandar.id)
"""
import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from math import inf
from types import TracebackType
from typing import Any, Self, cast
from uuid import UUID

from accounts.actions import people
from accounts.actor import System
from accounts.models import User
from foundation.units import unit_of_work
from pandarchat.story.api import Account
from pandarchat.story.client import Client, Unsent
from pandarchat.story.conversation import Conversation, Entry, Outcome
from pandarchat.tests.checker import Broken, check_stored, check_view
from pandarchat.tests.world import PASSWORD, World

CONVERGE_MOST = 30.0  # seconds after the last repair until every view is complete
DEAF_MOST = 60.0  # seconds in which nobody may miss what was acknowledged
TOKEN_SECONDS = 590
RESENT = 100
AT_ONCE = 40  # clients that sign on at the same time


@dataclass(frozen=True)
class Seat:
    """One tab: whose, and the room it sits in."""

    user: User
    token: str
    ticket: str
    staff: bool = True


def seated(world: World, *, rooms: int = 25, tabs: int = 8, name: str = "crowd") -> list[Seat]:
    """`rooms` tickets with `tabs` tabs each: two of the customer, the others of agents; room by room."""
    agents = [person(world, f"{name}-agent-{number}", "agent") for number in range(rooms)]
    seats = []
    for number in range(rooms):
        customer = person(world, f"{name}-customer-{number}", "customer")
        ticket = world.ticket(customer, agent=agents[number])
        staff = [agents[(number + step) % rooms] for step in range(tabs - 2)]
        seats += [Seat(who, world.token(who), str(ticket.pk), who is not customer) for who in (customer, customer, *staff)]
    return seats


def person(world: World, name: str, role: str) -> User:
    """A new user of pandar with the world's password."""
    with unit_of_work(world.pandar.id):
        return people.create_user(email=f"{name}@pandar.test", name=name, role=role, hashed=world.agent.password,
                                  actor=System(world.pandar.id), confirmed=True)


class Watched(Conversation):
    """Remembers when each entry was first held, by the loop's clock."""

    def __init__(self, ticket: str) -> None:
        super().__init__(ticket)
        self.came: dict[str, float] = {}

    def take(self, seq: int, entry: Entry) -> Outcome:
        known = self.last
        outcome = super().take(seq, entry)
        now = asyncio.get_running_loop().time()
        for fresh in self.entries[known:]:
            self.came.setdefault(fresh["id"], now)
        return outcome


@dataclass
class Crowd:
    """Clients on `urls` in turn. `figures()` says for the record what they held."""

    seats: Sequence[Seat]
    urls: Sequence[str]
    conversation: type[Watched] = Watched
    clients: list[Client] = field(default_factory=list)
    sent: list[Unsent] = field(default_factory=list)
    senders: dict[str, Client] = field(default_factory=dict)  # by client_id
    seconds_talking: float = 0.0
    seconds_to_converge: float = 0.0

    async def __aenter__(self) -> Self:
        door = asyncio.Semaphore(AT_ONCE)
        try:
            await asyncio.gather(*(self._sit(seat, self.urls[number % len(self.urls)], door) for number, seat in enumerate(self.seats)))
        except BaseException:
            await self.leave()
            raise
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.leave()

    async def leave(self) -> None:
        await asyncio.gather(*(client.close() for client in self.clients))

    async def _sit(self, seat: Seat, url: str, door: asyncio.Semaphore) -> None:
        async with door:
            self.clients.append(client := client_of(seat, url))
            await client.connect(within=60)
            client.conversations[seat.ticket] = self.conversation(seat.ticket)
            await client.join(seat.ticket, within=30)

    # Talking.

    @asynccontextmanager
    async def talking(self, *, per_second: float = 50) -> AsyncIterator[None]:
        """All send in turn, so many messages a second altogether, until the block ends."""
        stop = asyncio.Event()
        begun = asyncio.get_running_loop().time()
        talk = asyncio.create_task(self._talk(per_second, stop))
        try:
            yield
        finally:
            stop.set()
            await talk
            self.seconds_talking += asyncio.get_running_loop().time() - begun

    async def _talk(self, per_second: float, stop: asyncio.Event) -> None:
        """By the clock, so that what one pause took longer the next ones make up for."""
        clock = asyncio.get_running_loop().time
        begun, said = clock(), 0
        while not stop.is_set():
            while said < (clock() - begun) * per_second:
                self.say(self.clients[len(self.sent) % len(self.clients)])
                said += 1
            await asyncio.sleep(1 / per_second)

    def say(self, client: Client, text: str | None = None) -> Unsent:
        """A message in the client's room; every eighth of the staff is a note."""
        number = len(self.sent)
        (ticket,) = client.conversations
        message = client.post(ticket, text or f"message {number}", internal=bool(client.user["staff"]) and number % 8 == 0)
        self.sent.append(message)
        self.senders[message.client_id] = client
        return message

    async def coming_back(self, since: float, *, within: float) -> list[float]:
        """Waits until everybody is connected; when, by the loop's clock, those were who had to connect again."""
        await asyncio.sleep(0.5)
        await asyncio.gather(*(client.until(lambda who=client: who.is_ready, within=within) for client in self.clients))  # type: ignore[misc]
        last = [max(heard.at for heard in client.heard if heard.type == "ready") for client in self.clients]
        return [at for at in last if at > since]

    # Afterwards.

    async def converged(self, *, within: float = CONVERGE_MOST, since: float | None = None) -> float:
        """Everything is acknowledged and every view complete; seconds `since` (now). Raises Broken where that takes too long, or where
        somebody missed an acknowledged entry for longer than DEAF_MOST."""
        clock = asyncio.get_running_loop().time
        since = clock() if since is None else since
        try:
            async with asyncio.timeout_at(since + within):
                await asyncio.gather(*(message.stored for message in self.sent))
                heads = await self._heads()
                await asyncio.gather(*(self._complete(client, heads) for client in self.clients))
        except TimeoutError:
            raise Broken(f"not converged {within} s after the last repair: {self._missing()}") from None
        self.seconds_to_converge = clock() - since
        deaf = self.deaf_seconds()
        if deaf > DEAF_MOST:
            raise Broken(f"somebody missed an acknowledged entry for {deaf:.1f} s")
        return self.seconds_to_converge

    async def _heads(self) -> dict[tuple[str, bool], int]:
        """By room and whether staff look."""
        asked = {(ticket, bool(client.user["staff"])): client for client in self.clients for ticket in client.conversations}
        pages = await asyncio.gather(*(client.api.get(f"tickets/{ticket}/entries/") for (ticket, _), client in asked.items()))
        return {key: page["head"] for key, page in zip(asked, pages, strict=True)}

    async def _complete(self, client: Client, heads: dict[tuple[str, bool], int]) -> None:
        staff = bool(client.user["staff"])
        for ticket, conversation in list(client.conversations.items()):
            await client.until(lambda found=conversation, head=heads[ticket, staff]: found.last >= head, within=None)  # type: ignore[misc]

    def _missing(self) -> str:
        unsent = sum(not message.stored.done() for message in self.sent)
        away = sum(not client.is_ready for client in self.clients)
        rooms = defaultdict(set)
        for client in self.clients:
            for ticket, conversation in client.conversations.items():
                rooms[ticket, client.user["staff"]].add(conversation.last)
        return f"{unsent} messages not acknowledged, {away} clients away, views differ in {sum(len(x) > 1 for x in rooms.values())} rooms"

    def deaf_seconds(self) -> float:
        """The longest time from an acknowledgement until a client of that room, who may see the message, held it."""
        readers: dict[str, list[tuple[Client, Watched]]] = defaultdict(list)
        for client in self.clients:
            for ticket, conversation in client.conversations.items():
                readers[ticket].append((client, cast(Watched, conversation)))
        longest = 0.0
        for message in self.sent:
            entry = message.stored.result()["id"]
            for client, watched in readers[message.ticket]:
                if client.user["staff"] or not message.internal:
                    longest = max(longest, watched.came.get(entry, inf) - message.at)
        return longest

    async def check_heard(self, *, within: float) -> None:
        """One more message in each room is heard by all; raises Broken."""
        speakers = {ticket: client for client in self.clients for ticket in client.conversations}
        for speaker in speakers.values():
            self.say(speaker)
        known = self.seconds_to_converge
        await self.converged(within=within)
        self.seconds_to_converge = known

    async def check_resent(self) -> int:
        """A hundred acknowledged messages are sent once more, and get their old numbers; returns how many. Raises Broken."""
        sample = self.sent[:: max(1, len(self.sent) // RESENT)]
        for message in sample:
            again = await self.senders[message.client_id].command(
                "send-message", ticket=message.ticket, client_id=message.client_id, text=message.text, internal=message.internal)
            before = message.stored.result()
            if not again["duplicate"] or (again["id"], again["seq"]) != (before["id"], before["seq"]):
                raise Broken(f"{message.client_id} was stored as {before['seq']}, and when it was sent again as {again['seq']}")
        return len(sample)

    async def check_views(self) -> None:
        """Every client shows what a fresh read shows."""
        await asyncio.gather(*(check_view(client, ticket) for client in self.clients for ticket in client.conversations))

    def check_stored(self, organization: UUID) -> None:
        """What was acknowledged is what is stored, numbers are dense; after the loop, as it asks the database."""
        for ticket in {seat.ticket for seat in self.seats}:
            check_stored(organization, UUID(ticket), [message for message in self.sent if message.ticket == ticket])

    def figures(self) -> dict[str, Any]:
        return {
            "clients": len(self.clients), "servers": len(set(self.urls)), "rooms": len({seat.ticket for seat in self.seats}),
            "messages": len(self.sent), "per_second": round(len(self.sent) / self.seconds_talking) if self.seconds_talking else 0,
            "reconnections": sum(client.connections - 1 for client in self.clients),
            "converged_seconds": round(self.seconds_to_converge, 1), "deaf_seconds": round(self.deaf_seconds(), 1)}


def client_of(seat: Seat, url: str) -> Client:
    """A client that is signed in already; hashing passwords for hundreds would be a test of argon2."""
    client = Client(url, Account("pandar", seat.user.email, PASSWORD), patience=60)
    shown = {"id": str(seat.user.id), "name": seat.user.name, "email": seat.user.email, "staff": seat.staff}
    client.api.keep({"access": seat.token, "refresh": "", "expires_in": TOKEN_SECONDS, "user": shown})
    return client
