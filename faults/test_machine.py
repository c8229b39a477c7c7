"""Client and server together, driven by Hypothesis: people talk, change their minds and move the ticket while their lines lose, double
and reorder what goes over them. In the end every view is what a fresh read shows, and no customer ever saw a note."""
import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from accounts.models import AgentProfile, User
from faults.bent import BentTab
from faults.crowd import TOKEN_SECONDS
from faults.record import Record
from faults.without import without
from foundation.units import unit_of_work
from pandarchat.story import client
from pandarchat.story.api import Account, Refused
from pandarchat.story.client import LineLost, Unsent
from pandarchat.story.conversation import Conversation, Entry, Outcome
from pandarchat.testing.services import StartServer
from pandarchat.tests.checker import Broken, check_stored, check_view
from pandarchat.tests.world import PASSWORD, World

EXAMPLES, STEPS = 20, 30
SETTLE_MOST = 20.0  # seconds
NOTE = "between us"
OFTEN = "conversation.pings_often"
tabs = st.integers(0, 3)
picks = st.integers(0, 1000)


@dataclass
class House:
    """Where the machine runs, and what it did so far."""

    world: World
    urls: Sequence[str]
    runner: asyncio.Runner
    tab: type[BentTab] = BentTab
    conversation: type[Conversation] = Conversation
    settle_most: float = SETTLE_MOST
    did: Counter[str] = field(default_factory=Counter)

    def open(self, person: User, url: str) -> BentTab:
        """A tab of somebody who is signed in."""
        tab = self.tab(url, Account("pandar", person.email, PASSWORD))
        shown = {"id": str(person.id), "name": person.name, "email": person.email, "staff": person != self.world.customer}
        self.run(self._connect(tab, {"access": self.world.token(person), "refresh": "", "expires_in": TOKEN_SECONDS, "user": shown}))
        return tab

    async def _connect(self, tab: BentTab, signed_in: dict[str, Any]) -> None:
        tab.api.keep(signed_in)
        await tab.connect()

    def run(self, work: Any) -> Any:
        return self.runner.run(work)


class Talk(RuleBasedStateMachine):
    """An agent, a manager and a customer with two tabs in one conversation, over two servers."""

    house: House

    def __init__(self) -> None:
        super().__init__()
        self.house.did["conversations"] += 1
        world, urls = self.house.world, self.house.urls
        self.row = world.ticket(agent=world.agent)
        self.ticket = str(self.row.pk)
        people = (world.agent, world.manager, world.customer, world.customer)
        self.tabs = [self.house.open(person, urls[number % len(urls)]) for number, person in enumerate(people)]
        self.away: set[int] = set()
        self.sent: list[Unsent] = []
        self.sender: dict[str, BentTab] = {}
        self.repeated: list[tuple[Unsent, dict[str, Any]]] = []
        for tab in self.tabs:
            tab.conversations[self.ticket] = self.house.conversation(self.ticket)
            self.run(tab.join(self.ticket))

    def run(self, work: Any) -> Any:
        return self.house.run(work)

    def did(self, what: str) -> None:
        self.house.did[what] += 1

    # People.

    @rule(number=tabs, note=st.booleans(), times=st.integers(1, 3))
    def says(self, number: int, note: bool, times: int) -> None:
        for _ in range(times):
            self.did("messages")
            self.run(self._post(self.tabs[number], note))

    async def _post(self, tab: BentTab, note: bool) -> None:
        note = note and bool(tab.user["staff"])
        self._remember(tab, tab.post(self.ticket, f"{NOTE if note else 'message'} {len(self.sent)}", internal=note))
        await asyncio.sleep(0)

    @rule(number=tabs, note=st.booleans())
    def says_by_rest(self, number: int, note: bool) -> None:
        self.did("messages")
        self.run(self._post_by_rest(self.tabs[number], note))

    async def _post_by_rest(self, tab: BentTab, note: bool) -> None:
        note = note and bool(tab.user["staff"])
        message = Unsent(self.ticket, f"{NOTE if note else 'message'} {len(self.sent)}", note, str(uuid4()),
                         asyncio.get_running_loop().create_future())
        message.stored.set_result(await self._by_rest(tab, message))
        self._remember(tab, message)

    def _remember(self, tab: BentTab, message: Unsent) -> None:
        self.sent.append(message)
        self.sender[message.client_id] = tab

    async def _by_rest(self, tab: BentTab, message: Unsent) -> dict[str, Any]:
        body = {"client_id": message.client_id, "text": message.text, "internal": message.internal}
        answer: dict[str, Any] = (await tab.api.post(f"tickets/{self.ticket}/messages/", body)).data
        return answer

    @precondition(lambda self: self.sent)
    @rule(pick=picks)
    def repeats(self, pick: int) -> None:
        """What may be stored already is sent once more, over the other way."""
        message = self.sent[pick % len(self.sent)]
        self.did("repetitions")
        self.repeated.append((message, self.run(self._by_rest(self.sender[message.client_id], message))))

    @precondition(lambda self: self.sent)
    @rule(number=tabs, pick=picks)
    def edits(self, number: int, pick: int) -> None:
        self.did("edits")
        self._change(number, pick, lambda tab, entry, text: tab.api.patch(f"messages/{entry}/", {"text": f"{text}, on second thought"}))

    @precondition(lambda self: self.sent)
    @rule(number=tabs, pick=picks)
    def deletes(self, number: int, pick: int) -> None:
        self.did("deletions")
        self._change(number, pick, lambda tab, entry, text: tab.api.request("DELETE", f"messages/{entry}/"))

    def _change(self, number: int, pick: int, change: Callable[[BentTab, str, str], Any]) -> None:
        message = self.sent[pick % len(self.sent)]
        if message.stored.done():
            with suppress(Refused):  # somebody else's, or deleted
                self.run(change(self.tabs[number], message.stored.result()["id"], message.text))

    @rule(number=st.integers(0, 1), to=st.sampled_from(["in_progress", "pending", "resolved"]))
    def moves_the_ticket(self, number: int, to: str) -> None:
        self.did("moves")
        with suppress(Refused):  # the table knows no such move from here
            self.run(self.tabs[number].api.post(f"tickets/{self.ticket}/status/", {"status": to}))

    @rule(number=tabs)
    def reads(self, number: int) -> None:
        tab = self.tabs[number]
        self.run(tab.api.post(f"tickets/{self.ticket}/read/", {"seq": tab.conversations[self.ticket].last}))

    @rule(number=tabs)
    def leaves_and_returns(self, number: int) -> None:
        self.run(self._leave_and_return(self.tabs[number]))

    async def _leave_and_return(self, tab: BentTab) -> None:
        if tab.is_ready:
            self.did("returns")
            with suppress(LineLost, TimeoutError, client.ConnectionClosed):
                await tab.leave(self.ticket)
            tab.conversations.setdefault(self.ticket, self.house.conversation(self.ticket))
            with suppress(TimeoutError):
                await tab.join(self.ticket, within=self.house.settle_most)

    # Lines.

    @rule(number=tabs, fates=st.lists(st.sampled_from(["lost", "doubled", "overtaken"]), min_size=1, max_size=3))
    def bends(self, number: int, fates: list[str]) -> None:
        self.tabs[number].fates.extend(fates)

    @rule(number=tabs)
    def loses_an_answer(self, number: int) -> None:
        self.tabs[number].loses_answer = True

    @rule(number=tabs)
    def says_twice(self, number: int) -> None:
        self.tabs[number].says_twice = True

    @rule(number=tabs, for_long=st.booleans())
    def is_cut(self, number: int, for_long: bool) -> None:
        if number not in self.away:
            self.did("cuts")
            self.run(self._do(self.tabs[number].cut))
            self.away.add(number)
            if not for_long:
                self._resume(number)

    @precondition(lambda self: self.away)
    @rule(pick=picks)
    def comes_back(self, pick: int) -> None:
        self._resume(sorted(self.away)[pick % len(self.away)])

    def _resume(self, number: int) -> None:
        self.away.remove(number)
        self.run(self._do(self.tabs[number].resume))

    async def _do(self, what: Callable[[], None]) -> None:
        what()
        await asyncio.sleep(0)

    @rule(milliseconds=st.integers(0, 30))
    def time_passes(self, milliseconds: int) -> None:
        self.run(asyncio.sleep(milliseconds / 1000))

    # What holds.

    @invariant()
    def no_view_has_a_hole(self) -> None:
        for tab in self.tabs:
            numbers = [entry["seq"] for entry in tab.conversations[self.ticket].entries]
            if numbers != list(range(1, len(numbers) + 1)):
                raise Broken(f"{tab.user['name']} shows {numbers}")

    @invariant()
    def no_customer_saw_a_note(self) -> None:
        for tab in self.tabs[2:]:
            if any(NOTE in text for text in tab.saw):
                raise Broken("a customer saw a note")

    def teardown(self) -> None:
        try:
            self.run(self._settle())
            self.no_view_has_a_hole()
            self.no_customer_saw_a_note()
            check_stored(self.house.world.pandar.id, UUID(self.ticket), self.sent)
        finally:
            self.house.did["bent"] += sum(tab.bent for tab in self.tabs)
            self.house.did["connections"] += sum(tab.connections for tab in self.tabs)
            self.run(self._close())

    async def _settle(self) -> None:
        for tab in self.tabs:
            tab.straighten()
            tab.resume()
        try:
            async with asyncio.timeout(self.house.settle_most):
                await asyncio.gather(*(message.stored for message in self.sent))
                await asyncio.gather(*map(self._complete, self.tabs))
        except TimeoutError:
            raise Broken("the views do not become complete") from None
        for message, answer in self.repeated:
            if answer["seq"] != message.stored.result()["seq"]:
                raise Broken(f"a repetition of {message.stored.result()} was answered with {answer}")
        for tab in self.tabs:
            await check_view(tab, self.ticket)

    async def _complete(self, tab: BentTab) -> None:
        head = (await tab.api.get(f"tickets/{self.ticket}/entries/"))["head"]
        await tab.until(lambda: tab.conversations[self.ticket].last >= head, within=None)

    async def _close(self) -> None:
        await asyncio.gather(*(tab.close() for tab in self.tabs))


def play(house: House, **chosen: Any) -> None:
    """Hypothesis plays; raises what it found."""
    with unit_of_work(house.world.pandar.id):
        AgentProfile.objects.update(capacity=1000)
    machine = type("Talk", (Talk,), {"house": house})
    run_state_machine_as_test(machine, settings=settings(
        stateful_step_count=STEPS, deadline=None, database=None, suppress_health_check=list(HealthCheck),
        phases=[Phase.generate], report_multiple_bugs=False, **chosen))


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> Iterator[asyncio.Runner]:
    monkeypatch.setattr(client, "FIRST_PAUSE", 0.02)
    with asyncio.Runner() as found:
        yield found


def test_whatever_the_line_does_all_views_are_equal(
    world: World, servers: StartServer, redis_url: str, runner: asyncio.Runner, record: Record, rounds: int,
) -> None:
    two = [servers(*without(OFTEN), PANDAR_RATE_LIMITS="off").url for _ in range(2)]
    house = House(world, two, runner)
    play(house, max_examples=EXAMPLES * rounds, derandomize=rounds == 1)
    record("Hypothesis: client and server together", steps_each=STEPS, **figures(house))


def figures(house: House) -> dict[str, Any]:
    return dict(house.did)


class Credulous(Conversation):
    """Shows what comes, as it comes."""

    def take(self, seq: int, entry: Entry) -> Outcome:
        self.heard_of(seq)
        self.entries.append(entry)
        return Outcome.APPLIED


class Incurious(BentTab):
    """Never asks for what it lacks."""

    def _ask_if_incomplete(self, ticket: str) -> None:
        pass


CONTROLS = {"delivery.ping_heads": "heads in pings", "delivery.repetition": "the client_id of what is repeated",
            "conversation.privacy": "privacy of notes", "numbers are looked at": "a look at the numbers, in the client",
            "gaps are asked for": "asking for gaps, in the client"}


@pytest.mark.parametrize(("guard", "changes"), [
    ("numbers are looked at", {"conversation": Credulous}),
    ("gaps are asked for", {"tab": Incurious}),
    ("delivery.ping_heads", {}),
    ("delivery.repetition", {}),
    ("conversation.privacy", {}),
])
def test_without_its_guard_it_is_found(
    world: World, servers: StartServer, redis_url: str, runner: asyncio.Runner, record: Record, guard: str, changes: dict[str, Any],
) -> None:
    """The control."""
    guards = [OFTEN, guard] if "." in guard else [OFTEN]
    house = House(world, [servers(*without(*guards), PANDAR_RATE_LIMITS="off").url], runner, settle_most=4, **changes)
    with pytest.raises((Broken, Flaky)):
        play(house, max_examples=40, derandomize=True)
    record("Hypothesis: client and server together", control=CONTROLS.get(guard, guard), **figures(house))
