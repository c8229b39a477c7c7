"""A ticket is closed, and its customer writes to it again: the message is in a follow-up, once, and with whoever had the ticket."""
import asyncio
from typing import TYPE_CHECKING
from uuid import uuid4

from pandarchat.story.client import Frame

if TYPE_CHECKING:
    from pandarchat.story.play import Story

LATER = 20.0  # seconds until what follows through the task queue counts as missing
TEXT = "It came back this morning, now for another card."


async def follow(story: "Story") -> str:
    """The scene; answers the follow-up's key."""
    report, customer, manager = story.report, story.customer, story.manager
    for status in ("resolved", "closed"):
        await manager.api.post(f"tickets/{story.ticket}/status/", {"status": status}, key=str(uuid4()))
    await story.shows(customer, story.customer_view, lambda e: e.get("to") == "closed", "the customer sees the ticket closed")
    marks = {client: client.mark() for client in (manager, story.agent)}
    began, client_id = asyncio.get_running_loop().time(), str(uuid4())
    stored = await customer.send(story.ticket, TEXT, client_id=client_id)
    report.need("ticket" in stored, "what is written to a closed ticket goes into another one, which the answer names")
    place: Frame = stored["ticket"]
    milliseconds = (asyncio.get_running_loop().time() - began) * 1000
    report.saw("the customer", f"wrote to {story.number}, which is closed: it is in {place['number']}", milliseconds)
    again = await customer.send(story.ticket, TEXT, client_id=client_id)
    report.expect(again["duplicate"] and (again["ticket"], again["id"]) == (place, stored["id"]), "sent again it is a duplicate there")
    await customer.join(place["id"])
    told = [entry["text"] for entry in customer.conversations[place["id"]].entries if entry["kind"] == "message"]
    report.expect(told == [TEXT], "the message is the follow-up's first, once")
    await story.heard(manager, "new-ticket", lambda frame: bool(frame["ticket"] == place["id"]), since=marks[manager],
                      what="the manager hears of the follow-up")
    await assigned(story, place, marks[story.agent])
    shown = await story.agent.api.get(f"tickets/{place['id']}/")
    report.expect(shown["follow_up_of"]["id"] == story.ticket, "the follow-up names the ticket that it follows")
    return str(place["id"])


async def assigned(story: "Story", place: Frame, since: int) -> None:
    """To whoever had the ticket before."""
    try:
        given = await story.agent.hear("ticket-assigned", lambda frame: bool(frame["ticket"] == place["id"]), since=since, within=LATER)
    except TimeoutError:
        story.report.need(False, f"{place['number']} is assigned within {LATER:.0f} s")
        raise
    story.report.expect(given.frame["assignee"]["id"] == story.agent.user["id"], "whoever had the ticket gets its follow-up")
    story.report.saw(story.agent.user["name"], f"heard that {place['number']} is theirs")
