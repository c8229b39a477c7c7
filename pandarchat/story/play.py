"""The main job, played once by an outside client: a ticket comes in, an agent gets it, two people talk, nothing is lost."""
import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, suppress
from typing import Any
from uuid import uuid4

import httpx

from pandarchat.story import following, journey, picture
from pandarchat.story.api import Account, Refused, Unreachable
from pandarchat.story.client import Client, CommandRefused, Ended, Frame, Heard, LineLost
from pandarchat.story.conversation import Conversation, settled
from pandarchat.story.promise import Promise
from pandarchat.story.report import Missing, Report

AGENTS = 4
SOON, LATER = 10.0, 20.0  # seconds until what should follow at once, or through the task queue, counts as missing
WHOLE = 180.0
FIRST_ASSIGNMENT = 2  # its number: the first message is 1
TWICE = 2


async def play(url: str, organization: str, stranger_of: str, password: str, report: Report, *, promise: float = 0) -> None:
    """Play the story; what is missing stands in the report afterwards. With `promise`, so many seconds, it includes a deadline that is
    missed, for which it needs somebody who looks at the clocks."""
    story = Story(url, organization, stranger_of, password, report, promise=promise)
    try:
        async with asyncio.timeout(WHOLE + 2 * promise):
            await story.play()
    except Missing:
        pass
    except TimeoutError:
        report.expect(False, f"“{story.scene}” ends in time")
    except (Refused, Unreachable, CommandRefused, Ended, LineLost) as error:
        report.expect(False, f"“{story.scene}” goes on: {error!r}")
    finally:
        await story.clean_up()


def ms_since(began: float) -> float:
    return (asyncio.get_running_loop().time() - began) * 1000


class Story:
    """The scenes in their order. `agent` is whoever has the ticket."""

    def __init__(self, url: str, organization: str, stranger_of: str, password: str, report: Report, *, promise: float = 0) -> None:
        self.url = url
        self.organization = organization
        self.stranger_of = stranger_of
        self.password = password
        self.report = report
        self.stack = AsyncExitStack()
        self.availability: dict[Client, str] = {}
        self.scene = ""
        self.ticket = ""
        self.number = ""
        self.follow_up = ""
        self.agents: list[Client] = []
        self.file: Frame = {}
        self.promise = Promise(self, promise) if promise else None

    async def play(self) -> None:
        for title, scene in self.scenes():
            self.scene = title
            self.report.heading(title)
            await scene()

    def scenes(self) -> Iterable[tuple[str, Callable[[], Awaitable[None]]]]:
        made = [("A promise with little time", self.promise.is_made)] if self.promise else []
        broken = [("The promise is broken, and the ticket escalated", self.promise.is_broken)] if self.promise else []
        return (
            ("The staff arrive", self.staff_arrive),
            ("A customer registers", self.customer_registers),
            *made,
            ("A ticket comes in, an agent gets it", self.ticket_comes_in),
            ("Two people talk", self.two_people_talk),
            ("They see each other", self.they_see_each_other),
            ("A picture of the receipt", self.picture_is_sent),
            ("The connection is cut and resumed", self.connection_is_cut),
            ("A note that the customer never sees", self.note_for_the_staff),
            ("A message whose acknowledgement was lost", self.acknowledgement_is_lost),
            ("Resolved, and reopened by a reply", self.resolved_and_reopened),
            ("A journey leads to a ticket", self.journey_is_walked),
            ("A stranger from another organization", self.stranger_knocks),
            ("What was shown is what is stored", self.shown_is_stored),
            ("Closed, and followed up by a message", self.closed_and_followed),
            *broken,
        )

    # Who is there.

    def client(self, organization: str, email: str, password: str) -> Client:
        client = Client(self.url, Account(organization, email, password))
        self.stack.push_async_callback(client.close)
        return client

    def login(self, name: str, organization: str | None = None) -> Client:
        organization = organization or self.organization
        return self.client(organization, f"{name}@{organization}.test", self.password)

    async def staff_arrive(self) -> None:
        began = asyncio.get_running_loop().time()
        self.manager = self.login("manager")
        agents = [self.login(f"agent-{number}") for number in range(1, AGENTS + 1)]
        for client in (self.manager, *agents):
            await client.connect()
        self.report.saw(name_of(self.manager), "signed in and opened a socket, and so did four agents", ms_since(began))
        for client in agents:
            self.availability[client] = (await client.api.get("agents/me/"))["availability"]
            self.agents.append(client)
        for client in agents:
            await self.becomes_available(client)

    async def becomes_available(self, client: Client) -> None:
        began = asyncio.get_running_loop().time()
        since = self.manager.mark()
        await client.command("agent-status", status="available")
        before = self.availability[client]
        if before == "available":
            self.report.saw(name_of(client), "was available already", ms_since(began))
            return
        heard = await self.heard(
            self.manager, "agent-status-changed", lambda f: (f["agent"], f["availability"]) == (client.user["id"], "available"),
            since=since, what=f"the manager hears that {client.user['name']} is available")
        self.report.saw(name_of(self.manager), f"saw {client.user['name']} become available ({before} before)", after(heard, began))

    async def customer_registers(self) -> None:
        began = asyncio.get_running_loop().time()
        name = f"story-{uuid4().hex[:10]}"
        self.customer = self.client(self.organization, f"{name}@{self.organization}.test", secrets.token_urlsafe(16))
        await self.customer.api.register("Bola Story")
        self.report.saw("Bola Story (customer)", f"registered {self.customer.api.account.email}", ms_since(began))
        began = asyncio.get_running_loop().time()
        await self.customer.connect()
        self.report.saw(name_of(self.customer), "signed in and opened a socket", ms_since(began))
        self.report.expect(self.customer.user["role"] == "customer", "whoever registers is a customer")

    # Scenes.

    async def ticket_comes_in(self) -> None:
        marks = {client: client.mark() for client in (self.manager, *self.agents)}
        began = asyncio.get_running_loop().time()
        key = str(uuid4())
        new = {"subject": "Steam card, payout missing", "tags": ["story"], "text": "Hello, my Steam card was approved, but no money came."}
        answer = await self.customer.api.post("tickets/", new, key=key)
        self.ticket, self.number = answer.data["id"], answer.data["number"]
        self.report.saw(name_of(self.customer), f"opened a ticket: {self.number}", ms_since(began))
        told = await self.heard(self.manager, "new-ticket", self.is_mine, since=marks[self.manager],
                                what="the manager hears of the new ticket")
        self.report.saw(name_of(self.manager), f"heard of {self.number}", after(told, began))
        again = await self.customer.api.post("tickets/", new, key=key)
        self.report.expect(again.replayed and again.data["id"] == self.ticket, "the same Idempotency-Key opens no second ticket")
        assignee = await self.assigned(marks[self.manager], began)
        await self.agent_gets_it(assignee, marks, began)

    async def assigned(self, since: int, began: float) -> Frame:
        """Who got the ticket, as the manager heard."""
        try:
            heard = await self.manager.hear("ticket-assigned", self.is_mine, since=since, within=LATER)
        except TimeoutError:
            self.report.need(False, f"{self.number} is assigned within {LATER:.0f} s ({await self.why_it_waits()})")
            raise
        assignee: Frame = heard.frame["assignee"]
        self.report.saw(name_of(self.manager), f"heard that {self.number} was assigned to {assignee['name']}", after(heard, began))
        return assignee

    async def why_it_waits(self) -> str:
        with suppress(Refused, Unreachable):
            queue = await self.manager.api.get("queue/")
            mine = next((item for item in queue if item["ticket"]["id"] == self.ticket), None)
            return f"place {mine['position']} in the queue: {mine['reason_text']}" if mine else "it is not on the first page of the queue"
        return "the queue does not answer"

    async def agent_gets_it(self, assignee: Frame, marks: dict[Client, int], began: float) -> None:
        """Follow the ticket to its agent; somebody's who is not of this story comes to us through the manager."""
        agent = self.agent_named(assignee)
        if agent is None:
            agent = await self.reassigned(assignee)
        self.agent = agent
        heard = await self.heard(
            agent, "ticket-assigned", lambda f: self.is_mine(f) and f["assignee"]["id"] == agent.user["id"], since=marks[agent],
            what="the agent hears that the ticket is theirs")
        self.report.saw(name_of(agent), f"heard that {self.number} is theirs", after(heard, began))
        self.agent_view = await agent.join(self.ticket)
        self.customer_view = await self.customer.join(self.ticket)
        self.report.expect(kinds(self.customer_view)[:2] == ["message", "assignment"], "the customer sees their message and who got it")
        self.report.expect(kinds(self.agent_view)[:2] == ["message", "assignment"], "the agent sees the first message and the assignment")

    def agent_named(self, assignee: Frame) -> Client | None:
        return next((agent for agent in self.agents if agent.user["id"] == assignee["id"]), None)

    async def reassigned(self, assignee: Frame) -> Client:
        for agent in self.agents:
            with suppress(Refused):
                await self.manager.api.post(f"tickets/{self.ticket}/reassign/", {"agent": agent.user["id"]}, key=str(uuid4()))
                self.report.saw(name_of(self.manager), f"gave {self.number} from {assignee['name']} to {agent.user['name']}")
                return agent
        self.report.need(False, "one of the four agents has room for the ticket")
        raise Missing

    async def two_people_talk(self) -> None:
        await self.says(self.customer, self.agent, "It has been two days, could you look, please?")
        await self.says(self.agent, self.customer, "Good morning! I am looking at it now.")
        await self.shows(self.customer, self.customer_view, lambda e: e.get("to") == "in_progress",
                         "the customer sees that the ticket is in progress after the agent's first reply")
        await self.says(self.customer, self.agent, "Thank you, take your time.")

    async def says(self, speaker: Client, listener: Client, text: str) -> Frame:
        """A message from one to the other, with the time until it was stored and until it was heard."""
        began = asyncio.get_running_loop().time()
        since = listener.mark()
        stored = await speaker.send(self.ticket, text)
        stored_after = ms_since(began)
        heard = await self.heard(listener, "entry", lambda f: f["entry"]["id"] == stored["id"], since=since,
                                 what=f"{name_of(listener)} hears “{text}”")
        self.report.saw(name_of(speaker), f"“{text}” stored as number {stored['seq']}", stored_after)
        self.report.saw(name_of(listener), f"“{text}” heard as number {heard.frame['seq']}", after(heard, began))
        self.report.expect(heard.frame["entry"]["text"] == text, f"“{text}” arrives as it was written")
        return stored

    async def they_see_each_other(self) -> None:
        await self.manager.join(self.ticket)
        await self.seen(self.agent, self.customer, "typing", {"typing": True}, "saw that the agent is typing")
        await self.seen(self.customer, self.agent, "typing", {"typing": True}, "saw that the customer is typing")
        since = self.customer.mark()
        await self.seen(self.agent, self.manager, "viewing", {"viewing": True}, "saw that the agent has the ticket on screen")
        await self.seen(self.customer, self.agent, "read", {"seq": self.customer_view.last}, "saw how far the customer has read")
        await self.seen(self.agent, self.customer, "read", {"seq": self.agent_view.last}, "saw how far the agent has read")
        self.report.expect("viewing" not in [heard.type for heard in self.customer.heard[since:]], "a customer never learns who looks")
        self.report.expect(self.customer_view.reads.get(None) == self.customer_view.last,
                           "what the staff have read is told in the customer's own numbers")
        self.report.expect(self.agent.user["id"] not in self.customer_view.reads, "and not who of them it was")

    async def picture_is_sent(self) -> None:
        began, since = asyncio.get_running_loop().time(), self.agent.mark()
        file = await self.customer.api.upload("receipt from my phone.png", picture.receipt())
        self.report.saw(name_of(self.customer), f"uploaded {file['name']}: {file['width']} × {file['height']}", ms_since(began))
        early = await refused_with(self.agent.api.download(file["url"]))
        self.report.expect(early == httpx.codes.NOT_FOUND, "before it is sent nobody else sees it")
        stored = await self.customer.send(self.ticket, "", attachments=[file])
        heard = await self.heard(self.agent, "entry", lambda f: f["entry"]["id"] == stored["id"], since=since,
                                 what="the agent hears the message with the picture")
        self.report.expect(heard.frame["entry"]["attachments"] == [file], "the message tells of the picture as its upload did")
        whole, small = [await self.agent.api.download(file[which]) for which in ("url", "thumbnail")]
        self.report.saw(name_of(self.agent), f"opened the picture, {len(whole.content)} bytes, its thumbnail {len(small.content)}",
                        after(heard, began))
        self.report.expect(whole.headers["Content-Type"] == "image/png" and whole.content.startswith(b"\x89PNG"), "the picture is a PNG")
        self.report.expect(picture.WHERE.encode() not in whole.content, "where it was taken is gone from it")
        self.file = file

    async def seen(self, doer: Client, watcher: Client, kind: str, fields: Frame, what: str) -> None:
        began = asyncio.get_running_loop().time()
        since, told_as = watcher.mark(), None if kind == "read" and watcher is self.customer else doer.user["id"]
        await doer.command(kind, ticket=self.ticket, **fields)
        heard = await self.heard(watcher, kind, lambda f: self.is_mine(f) and f["user"]["id"] == told_as, since=since,
                                 what=f"{name_of(watcher)} {what}")
        self.report.saw(name_of(watcher), what, after(heard, began))

    async def connection_is_cut(self) -> None:
        last, connections = self.customer_view.last, self.customer.connections
        self.customer.cut()
        await self.customer.until(lambda: not self.customer.is_ready, within=SOON)
        self.report.saw(name_of(self.customer), f"lost the connection, holding number {last}")
        missed = [(await self.agent.send(self.ticket, text))["id"] for text in ("Your payout left us at 09:12.", "It waits at your bank.")]
        self.report.saw(name_of(self.agent), "wrote two messages meanwhile")
        self.report.expect(self.customer_view.last == last, "nothing reaches a client whose connection is cut")
        since, began = self.customer.mark(), asyncio.get_running_loop().time()
        self.customer.resume()
        batch = await self.heard(self.customer, "batch", self.is_mine, since=since, what="the customer is sent what was missed")
        await self.customer.until(lambda: not self.customer_view.incomplete, within=SOON)
        first, to = batch.frame["from"], batch.frame["to"]
        self.report.saw(name_of(self.customer), f"resumed after {last}: got {first} to {to} in one batch", after(batch, began))
        self.report.expect(self.customer.connections == connections + 1, "the customer came back with one new connection")
        self.report.expect([entry["id"] for entry in batch.frame["entries"]] == missed and first == last + 1,
                           "the batch holds exactly what was missed")

    async def note_for_the_staff(self) -> None:
        view, since = self.customer_view, self.customer.mark()
        before = (view.last, self.agent_view.last)
        secret = f"Note {uuid4().hex}: check the receipt before the next payout."
        began, heard_from = asyncio.get_running_loop().time(), self.manager.mark()
        note = await self.agent.send(self.ticket, secret, internal=True)
        heard = await self.heard(self.manager, "entry", lambda f: f["entry"]["id"] == note["id"], since=heard_from,
                                 what="the manager hears the note")
        self.report.saw(name_of(self.manager), f"heard the note as number {note['seq']}", after(heard, began))
        public = await self.says(self.agent, self.customer, "Your bank should show it by this evening.")
        await self.customer.until(lambda: not view.incomplete, within=SOON)
        self.report.expect((view.last, public["seq"]) == (before[0] + 1, before[1] + 2),
                           "the note takes a number from the staff and leaves no gap to the customer")
        self.report.expect(secret not in repr(self.customer.heard[since:]), "the customer's socket never carried the note")
        fresh = await self.customer.api.get(f"tickets/{self.ticket}/entries/", after=0)
        self.report.expect(secret not in repr(fresh), "REST never shows the customer the note")
        self.report.saw(name_of(self.customer), f"never saw the note: numbers {before[0]}, {view.last} without a gap")

    async def acknowledgement_is_lost(self) -> None:
        """The line stays open and delivers nothing: the message is stored, and its sender cannot know."""
        text, client_id = "Is it certain that it will be today?", str(uuid4())
        since = self.agent.mark()
        self.customer.deafen()
        message = self.customer.post(self.ticket, text, client_id=client_id)
        await self.heard(self.agent, "entry", lambda f: f["entry"].get("client_id") == client_id, since=since,
                         what="the agent hears the message")
        self.report.expect(not message.stored.done(), "the sender has no acknowledgement yet")
        self.report.saw(name_of(self.customer), "sent a message, its acknowledgement was lost with the connection")
        self.customer.cut()
        began = asyncio.get_running_loop().time()
        self.customer.resume()
        async with asyncio.timeout(SOON):
            stored = await message.stored
        await self.customer.until(lambda: not self.customer_view.incomplete, within=SOON)
        self.report.saw(name_of(self.customer), f"sent it again under the same client_id: it is number {stored['seq']}", ms_since(began))
        self.report.expect(message.sent == TWICE and stored["duplicate"], "what was sent twice is answered as a duplicate")
        for view in (self.customer_view, self.agent_view):
            self.report.expect(texts(view).count(text) == 1, "what was sent twice is shown once")

    async def resolved_and_reopened(self) -> None:
        began = asyncio.get_running_loop().time()
        since = self.customer.mark()
        answer = await self.agent.api.post(f"tickets/{self.ticket}/status/", {"status": "resolved"}, key=str(uuid4()))
        self.report.expect(answer.data["status"] == "resolved", "the agent resolves the ticket")
        heard = await self.heard(self.customer, "entry", lambda f: f["entry"].get("to") == "resolved", since=since,
                                 what="the customer sees that the ticket is resolved")
        self.report.saw(name_of(self.customer), f"saw that {self.number} is resolved", after(heard, began))
        since, began = self.agent.mark(), asyncio.get_running_loop().time()
        await self.says(self.customer, self.agent, "It is evening, and there is still nothing.")
        try:
            given = await self.agent.hear("ticket-assigned", self.is_mine, since=since, within=LATER)
        except TimeoutError:
            self.report.need(False, f"{self.number} is assigned again within {LATER:.0f} s ({await self.why_it_waits()})")
            raise
        self.report.saw(name_of(self.agent), f"heard that {self.number} was reopened and given to {given.frame['assignee']['name']}",
                        after(given, began))
        self.report.expect(given.frame["assignee"]["id"] == self.agent.user["id"], "the reopened ticket returns to the agent who had it")
        await self.shows(self.customer, self.customer_view, lambda e: e.get("to") == "queued", "the customer sees it reopened")
        await self.shows(self.customer, self.customer_view, lambda e: e["kind"] == "assignment" and e["seq"] > FIRST_ASSIGNMENT,
                         "the customer sees it assigned again")

    async def journey_is_walked(self) -> None:
        await journey.walk(self.customer, self.agent, self.report)

    async def closed_and_followed(self) -> None:
        self.follow_up = await following.follow(self)

    async def stranger_knocks(self) -> None:
        stranger = self.login("agent-1", self.stranger_of)
        await stranger.connect()
        path = f"tickets/{self.ticket}/"
        doors: list[tuple[str, str, dict[str, Any]]] = [
            ("GET", path, {}), ("GET", f"{path}entries/", {}), ("POST", f"{path}take/", {"json": {}}),
            ("POST", f"{path}status/", {"json": {"status": "resolved"}}),
            ("PATCH", path, {"json": {"version": 1, "subject": "Mine now"}}),
            ("POST", f"{path}messages/", {"json": {"client_id": str(uuid4()), "text": "Let me in."}}),
        ]
        for method, door, options in doors:
            status = await refused_with(stranger.api.request(method, door, **options))
            self.report.expect(status == httpx.codes.NOT_FOUND, f"a stranger's {method} {door} answers 404, not {status}")
        for which in ("url", "thumbnail"):
            status = await refused_with(stranger.api.download(self.file[which]))
            self.report.expect(status == httpx.codes.NOT_FOUND, f"a stranger's {which} of the picture answers 404, not {status}")
        code = await socket_refusal(stranger.join(self.ticket))
        self.report.expect(code == "not_found", f"a stranger's join is refused as not_found, not {code}")
        self.report.saw(name_of(stranger), f"got 404 at {len(doors)} doors, and no room on the socket")

    async def shown_is_stored(self) -> None:
        for client, view in ((self.customer, self.customer_view), (self.agent, self.agent_view)):
            stored = await entries_of(client, self.ticket)
            await self.holds(client, view, len(stored))
            numbers = [entry["seq"] for entry in stored]
            self.report.expect(numbers == list(range(1, len(stored) + 1)), f"{name_of(client)}: numbers are 1 to head, no hole, no double")
            self.report.expect(view.shown() == settled(stored), f"{name_of(client)}: what the socket showed is what REST tells")
            self.report.saw(name_of(client), f"has numbers 1 to {len(stored)}, on the socket as over REST")

    # Afterwards.

    async def clean_up(self) -> None:
        """The tickets are resolved, and everybody's availability what it was."""
        try:
            async with asyncio.timeout(LATER):
                for ticket in filter(None, (self.ticket, self.follow_up)):
                    await self.resolve(ticket)
                if self.promise:
                    await self.promise.is_taken_back()
                for client, availability in self.availability.items():
                    await client.api.patch("agents/me/", {"availability": availability})
        except (Refused, Unreachable, TimeoutError) as error:
            self.report.expect(False, f"everything is left as it was found ({error!r})")
        finally:
            await self.stack.aclose()

    async def resolve(self, ticket: str) -> None:
        status = (await self.manager.api.get(f"tickets/{ticket}/"))["status"]
        if status == "queued":
            await self.taken(ticket)
        if status not in ("resolved", "closed"):
            await self.manager.api.post(f"tickets/{ticket}/status/", {"status": "resolved"})

    async def taken(self, ticket: str) -> None:
        """By the first agent who has room."""
        for agent in self.agents:
            with suppress(Refused):
                await agent.api.post(f"tickets/{ticket}/take/")
                return

    # Small things.

    def is_mine(self, frame: Frame) -> bool:
        return bool(frame.get("ticket") == self.ticket)

    async def heard(self, client: Client, kind: str, where: Callable[[Frame], bool], *, since: int, what: str) -> Heard:
        """A frame that must come soon; raises Missing."""
        try:
            heard = await client.hear(kind, where, since=since, within=SOON)
        except TimeoutError:
            self.report.need(False, f"{what} within {SOON:.0f} s")
            raise
        self.report.expect(True, what)
        return heard

    async def holds(self, client: Client, view: Conversation, many: int) -> None:
        """So many entries must be there soon."""
        with suppress(TimeoutError):
            await client.until(lambda: view.last >= many, within=SOON)
        self.report.expect(view.last == many, f"{name_of(client)} holds {many} entries, not {view.last}")

    async def shows(self, client: Client, view: Conversation, where: Callable[[Frame], bool], what: str) -> None:
        """An entry that must be there soon."""
        try:
            await client.until(lambda: any(where(entry) for entry in view.entries), within=SOON)
        except TimeoutError:
            self.report.expect(False, what)
        else:
            self.report.expect(True, what)


def name_of(client: Client) -> str:
    """`Amara Nwosu (agent)`."""
    return f"{client.user['name']} ({client.user['role']})"


def after(heard: Heard, began: float) -> float:
    return (heard.at - began) * 1000


def kinds(view: Conversation) -> list[str]:
    return [entry["kind"] for entry in view.entries]


def texts(view: Conversation) -> list[str]:
    return [entry["text"] for entry in view.entries if entry["kind"] == "message"]


async def entries_of(client: Client, ticket: str) -> list[Frame]:
    """All entries by REST, page after page."""
    found: list[Frame] = []
    while True:
        page = await client.api.get(f"tickets/{ticket}/entries/", after=len(found))
        found.extend(page["entries"])
        if not page["more"]:
            return found


async def refused_with(request: Awaitable[Any]) -> int:
    """The status of an answer."""
    try:
        answer = await request
        return int(answer.status_code if isinstance(answer, httpx.Response) else answer.status)
    except Refused as refused:
        return refused.status


async def socket_refusal(join: Awaitable[Any]) -> str:
    try:
        await join
    except CommandRefused as refused:
        return refused.code
    return "nothing"
