"""A journey as a customer walks it: question by question, back once, with a picture, to a ticket whose answers the staff read."""
import asyncio
from typing import Any
from uuid import uuid4

import httpx

from pandarchat.story import picture
from pandarchat.story.api import Api, Refused
from pandarchat.story.client import Client, Frame
from pandarchat.story.report import Report

WORDS = "The parcel was open, and one of the cards is bent."
STEPS: list[tuple[str, Any]] = [("node-1", "order_issue"), ("node-2", ["damaged"])]
LAST = "node-3"


async def walk(customer: Client, agent: Client, report: Report) -> Frame:
    """The demo's journey from its first question to its ticket, which the answer is."""
    began, api, name = asyncio.get_running_loop().time(), customer.api, f"{customer.user['name']} (customer)"
    offered = await api.get("journeys/")
    report.need(bool(offered), "a journey is offered to the customer")
    run: Frame = (await api.post(f"journeys/{offered[0]['id']}/runs/", key=str(uuid4()))).data
    path = f"runs/{run['id']}"
    report.saw(name, f"began “{offered[0]['name']}”: {run['node']['question']}", since(began))
    for node, value in STEPS:
        run = await answered(api, run, node, value, report=report)
    await refused(api, path, report)
    run = await went_back(api, path, report)
    run = await answered(api, run, *STEPS[-1], report=report)
    file = await api.upload("bent card.png", picture.receipt())
    run = await answered(api, run, "node-5", [file["id"]], report=report)
    began, key = asyncio.get_running_loop().time(), str(uuid4())
    done = (await api.post(f"{path}/answers/", {"node": LAST, "value": WORDS}, key=key)).data
    report.need(done["status"] == "completed" and done["action"] == "create_ticket", "the last answer completes the journey")
    report.saw(name, f"completed it: {done['ticket']['number']}, “{done['message']}”", since(began))
    again = (await api.post(f"{path}/answers/", {"node": LAST, "value": WORDS})).data
    report.expect(again["ticket"] == done["ticket"], "the same last answer opens no second ticket")
    await read_by_staff(agent, done["ticket"]["id"], file, report)
    ticket: Frame = done["ticket"]
    return ticket


async def answered(api: Api, run: Frame, node: str, value: Any, *, report: Report) -> Frame:
    """The run after this answer to the question that it asks."""
    report.need(run["node"] is not None and run["node"]["id"] == node, f"{node} is asked")
    after: Frame = (await api.post(f"runs/{run['id']}/answers/", {"node": node, "value": value}, key=str(uuid4()))).data
    report.expect(after["progress"] >= run["progress"], f"the progress does not fall with {node}")
    return after


async def refused(api: Api, path: str, report: Report) -> None:
    """A picture that nobody uploaded is no answer."""
    try:
        await api.post(f"{path}/answers/", {"node": "node-5", "value": [str(uuid4())]})
    except Refused as error:
        report.expect(error.status == httpx.codes.BAD_REQUEST, f"a picture that is not there answers 400, not {error.status}")
    else:
        report.expect(False, "a picture that is not there is refused")


async def went_back(api: Api, path: str, report: Report) -> Frame:
    before: Frame = (await api.post(f"{path}/back/")).data
    node, value = STEPS[-1]
    report.expect((before["node"]["id"], before["node"]["answer"]) == (node, value), "going back asks again, with what was answered")
    return before


async def read_by_staff(agent: Client, ticket: str, file: Frame, report: Report) -> None:
    """The answers beside the ticket, and the picture with its first message."""
    began = asyncio.get_running_loop().time()
    answers = await agent.api.get(f"tickets/{ticket}/answers/")
    report.expect([answer["node"] for answer in answers] == ["node-1", "node-2", "node-5", LAST], "the ticket has every answer, in order")
    report.expect(answers[-1]["value"] == WORDS, "an answer is there as it was given")
    first = (await agent.api.get(f"tickets/{ticket}/entries/", after=0))["entries"][0]
    report.expect(WORDS in first["text"] and [shown["id"] for shown in first["attachments"]] == [file["id"]],
                  "the first message tells the answers and has the picture")
    told = ", ".join(answer["text"] for answer in answers[:2])
    report.saw(f"{agent.user['name']} ({agent.user['role']})", f"read what was answered: {told}", since(began))


def since(began: float) -> float:
    return (asyncio.get_running_loop().time() - began) * 1000
