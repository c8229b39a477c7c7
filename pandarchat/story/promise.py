"""A promise with little time: a policy, a ticket that nobody answers, a warning, a breach and its escalation."""
import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING
from uuid import uuid4

from pandarchat.story.api import Refused, Unreachable
from pandarchat.story.client import Client, Frame, Heard

if TYPE_CHECKING:
    from pandarchat.story.play import Story

CATEGORY = "account"  # of the demo; until the story ends it has the story's policy
HEARD_EVERYWHERE = 6.0  # seconds until each process knows of a policy
SWEEPS = 60.0  # so often clocks are looked at
SECONDS = 130.0  # half of it is longer than a sweep's pause, so that a warning comes before the breach


class Promise:
    """The two scenes; `seconds` is what the policy promises."""

    def __init__(self, story: "Story", seconds: float) -> None:
        self.story, self.seconds = story, seconds
        self.ticket = self.number = self.policy = ""

    async def is_made(self) -> None:
        story, report = self.story, self.story.report
        self.admin = story.login("admin")
        await self.admin.api.sign_in()
        target = {"clock": "resolution", "priority": "normal", "seconds": int(self.seconds), "calendar": None}
        given = {"name": f"Story {uuid4().hex[:8]}", "categories": [CATEGORY], "targets": [target]}
        self.policy = (await self.admin.api.post("sla/policies/", given, key=str(uuid4()))).data["id"]
        report.saw("the admin", f"promised a resolution within {self.seconds:.0f} s")
        await asyncio.sleep(HEARD_EVERYWHERE)
        self.since = {client: client.mark() for client in (story.manager, *story.agents)}
        self.began = asyncio.get_running_loop().time()
        new = {"subject": "My name is misspelt", "text": "It says Bloa. Please correct it.", "category": CATEGORY}
        opened = (await story.customer.api.post("tickets/", new, key=str(uuid4()))).data
        self.ticket, self.number = opened["id"], opened["number"]
        report.expect(opened["sla"] is None, "a customer is shown no clocks")
        clock = (await self.shown())["sla"]["resolution"]
        report.need(clock is not None and clock["target_seconds"] == int(self.seconds), "the ticket's resolution clock runs")
        report.saw("the manager", f"sees that {self.number} is due at {clock['due_at'][11:19]}")

    async def is_broken(self) -> None:
        story, report, manager = self.story, self.story.report, self.story.manager
        warning = await self.hears(manager, "sla-warning", "is warned before it is late")
        report.expect(warning.frame["state"] in ("warning", "critical"), "the warning says how little is left")
        breach = await self.hears(manager, "sla-breach", "hears of the breach")
        report.expect((breach.frame["level"], breach.frame["priority"]) == (1, "high"), "the breach raised level and priority by one")
        shown = await self.shown()
        report.expect((shown["priority"], shown["sla"]["escalation_level"]) == ("high", 1), "the ticket was escalated once")
        report.expect(shown["sla"]["resolution"]["due_at"] == breach.frame["due_at"].replace("Z", "+00:00"), "its deadline stayed")
        late = await manager.api.get("tickets/", sla="breached")
        report.expect(self.ticket in [ticket["id"] for ticket in late], "it is in the list of what is late")
        changes = [entry for entry in await self.entries(manager) if entry["kind"] == "change"]
        told_of = [(entry["field"], entry["after"]["level"]) for entry in changes]
        report.expect(told_of == [("escalation", 1)], "its conversation says so once")
        report.expect(all(entry["kind"] != "change" for entry in await self.entries(story.customer)), "and the customer never sees it")
        for agent in story.agents:
            told = [heard.type for heard in agent.heard[self.since[agent]:]]
            report.expect("sla-breach" not in told, f"{agent.user['name']}, an agent, is not alarmed")
        report.saw("the manager", f"sees {self.number} escalated: priority high, level 1")

    async def hears(self, client: Client, kind: str, what: str) -> Heard:
        report, patience = self.story.report, self.seconds + 2 * SWEEPS
        try:
            heard = await client.hear(kind, lambda frame: bool(frame["ticket"] == self.ticket), since=self.since[client], within=patience)
        except TimeoutError:
            report.need(False, f"the manager {what} within {patience:.0f} s")
            raise
        report.expect(True, f"the manager {what}")
        report.saw("the manager", f"heard {kind} of {self.number}", (heard.at - self.began) * 1000)
        return heard

    async def shown(self) -> Frame:
        found: Frame = await self.story.manager.api.get(f"tickets/{self.ticket}/")
        return found

    async def entries(self, client: Client) -> list[Frame]:
        found: list[Frame] = (await client.api.get(f"tickets/{self.ticket}/entries/", after=0))["entries"]
        return found

    async def is_taken_back(self) -> None:
        """The policy is gone, and the ticket resolved."""
        if self.policy:
            await self.admin.api.request("DELETE", f"sla/policies/{self.policy}/")
        if self.ticket:
            if (await self.shown())["status"] == "queued":
                await self.is_taken()
            with suppress(Refused, Unreachable):
                await self.story.manager.api.post(f"tickets/{self.ticket}/status/", {"status": "resolved"})

    async def is_taken(self) -> None:
        """By the first agent who has room."""
        for agent in self.story.agents:
            with suppress(Refused):
                await agent.api.post(f"tickets/{self.ticket}/take/")
                return
