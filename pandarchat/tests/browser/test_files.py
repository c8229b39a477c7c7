"""Files in a conversation: let fall on it, on their way through bad networks and refusals, and pictures in the viewer."""
import base64
import re
from itertools import pairwise
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, Route, expect

from chat import sending
from chat.tests.pictures import encoded, png
from foundation.ids import uuid7
from pandarchat.tests.browser.conftest import PHONE, Forgive, SitDown, until
from pandarchat.tests.browser.test_conversation import at_agent, field, said, sit_at, talk, texts
from pandarchat.tests.world import World
from tickets.models import Ticket

pytestmark = pytest.mark.usefixtures("committed")
UPLOADS = "**/api/v1/upload/"
CARRY = """(place, [name, files]) => {
    const given = new DataTransfer()
    const bytes = (content) => Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0))
    for (const [content, called, type] of files) given.items.add(new File([bytes(content)], called, { type }))
    return place.dispatchEvent(new DragEvent(name, { dataTransfer: given, bubbles: true, cancelable: true }))
}"""


def carry(place: Locator, how: str, *files: tuple[bytes, str, str]) -> bool:
    """`dragover` or `drop` of files with content, name and type; whether the browser would do with them what it does by itself."""
    return bool(place.evaluate(CARRY, [how, [[base64.b64encode(content).decode(), *named] for content, *named in files]]))


def tray(page: Page) -> Locator:
    return page.get_by_role("list", name="Files")


def test_files_are_let_fall_anywhere_on_the_conversation(world: World, sit_down: SitDown) -> None:
    ticket = world.ticket(agent=world.agent)
    agent, _, customer = sit_at(sit_down, world, ticket)
    card = (png(), "card.png", "image/png")
    field(agent).fill("look")
    assert not carry(talk(agent), "dragover", card)
    expect(agent.get_by_text("Let go to attach")).to_be_visible()
    large = (b"%PDF-1.4" + b" " * 5 * 1024 * 1024, "long.pdf", "application/pdf")
    assert not carry(talk(agent), "drop", card, large, (b"<p>", "page.html", "text/html"))
    expect(agent.get_by_text("Let go to attach")).to_be_hidden()
    expect(tray(agent).get_by_text("card.png")).to_be_visible()
    said_so = agent.get_by_role("alert")
    expect(said_so.get_by_text("long.pdf is too large: 5.2 MB at most.")).to_be_visible()
    expect(said_so.get_by_text("page.html cannot be attached")).to_be_visible()
    for how in ("dragover", "drop"):  # beside it they are not taken, and the page is not left for them
        assert not carry(agent.get_by_role("listbox"), how, card)
    expect(tray(agent).get_by_role("listitem")).to_have_count(1)
    field(agent).press("Control+Enter")
    expect(said(customer, "look").get_by_role("img", name="card.png")).to_be_visible()
    assert texts(world, ticket)[1:] == ["look"]


def test_an_upload_that_breaks_off_or_is_refused_loses_nothing_and_is_sent_once(world: World, sit_down: SitDown, forgive: Forgive) -> None:
    forgive("ERR_CONNECTION_RESET", "ERR_FAILED", "413")
    ticket = world.ticket(agent=world.agent)
    agent, _, customer = sit_at(sit_down, world, ticket)
    refusal = {"success": False, "error": "A proxy takes no files of this size.", "code": "too_large", "fields": {}}
    answers: list[Any] = [
        lambda route: route.abort("connectionreset"),
        lambda route: (route.fetch(), route.abort("connectionreset")),  # stored, and the answer is lost
        lambda route: route.fulfill(status=413, json=refusal),
    ]

    def broken(route: Route) -> None:
        answers.pop(0)(route) if answers else route.continue_()

    agent.route(UPLOADS, broken)
    carry(talk(agent), "drop", (png(), "card.png", "image/png"))
    expect(tray(agent).get_by_text("Waits for a connection")).to_be_visible()
    field(agent).fill("with a picture")
    expect(tray(agent).get_by_text("A proxy takes no files of this size.")).to_be_visible()
    expect(agent.get_by_text("Remove the file that was refused, then send.")).to_be_visible()
    expect(agent.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    agent.reload()
    expect(tray(agent).get_by_text("A proxy takes no files of this size.")).to_be_visible()
    expect(field(agent)).to_have_value("with a picture")
    tray(agent).get_by_role("button", name="Try once more").click()
    field(agent).press("Control+Enter")
    for page in (agent, customer):
        expect(said(page, "with a picture").get_by_role("img", name="card.png")).to_have_count(1)
    expect(tray(agent)).to_have_count(0)
    assert not answers
    assert texts(world, ticket)[1:] == ["with a picture"]


def pictures(world: World, ticket: Ticket, *names: str) -> None:
    """A customer's message with large pictures."""
    content = encoded(Image.effect_mandelbrot((1200, 900), (-2, -1.5, 1, 1.5), 60), "PNG")
    made = tuple(world.upload(world.customer, name, content).id for name in names)
    draft = sending.Draft(conversation=ticket.pk, client_id=uuid7(), text="both sides", attachments=made)
    sending.send(actor=world.actor(world.customer), draft=draft)


def lies(viewer: Locator) -> tuple[float, float, float, float]:
    """How the picture lies: its distance from the middle, its turn in degrees, and its scale."""
    style = viewer.get_by_role("img").get_attribute("style") or ""
    x, y, turn, scale = re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", style)
    return float(x), float(y), float(turn), float(scale)


def upright(viewer: Locator) -> bool:
    box = viewer.get_by_role("img").bounding_box()
    return box is not None and box["height"] > box["width"]


def look_at(page: Page, name: str) -> Locator:
    page.get_by_role("button", name=f"Look at {name}").click()
    viewer = page.get_by_role("dialog", name="Pictures")
    expect(viewer.get_by_role("img", name=name)).to_have_attribute("data-state", "there")
    return viewer


def test_a_picture_is_looked_at_with_mouse_and_keys(world: World, sit_down: SitDown) -> None:
    ticket = world.ticket(agent=world.agent)
    pictures(world, ticket, "front.png", "back.png")
    page = sit_down(world.agent, at=at_agent(ticket))
    viewer = look_at(page, "front.png")
    box = viewer.get_by_role("img").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] * 0.75, box["y"] + box["height"] * 0.75
    page.mouse.move(x, y)
    page.mouse.wheel(0, -400)
    expect(viewer.get_by_text("100 %")).to_be_hidden()
    left, up, _, scale = lies(viewer)
    assert scale > 1.5
    assert left < 0 > up, "what lies under the pointer stays there"
    page.mouse.down()
    page.mouse.move(x - 60, y - 40, steps=3)
    page.mouse.up()
    dragged = lies(viewer)
    assert (round(dragged[0] - left), round(dragged[1] - up)) == (-60, -40)
    page.mouse.move(x, y)
    page.mouse.dblclick(x, y)
    expect(viewer.get_by_text("100 %")).to_be_visible()
    viewer.get_by_role("button", name="Turn left").click()
    assert lies(viewer)[2] == -90
    until(lambda: upright(viewer))  # and it fits as it lies
    for key, turns in (("r", 0), ("r", 90)):
        page.keyboard.press(key)
        assert lies(viewer)[2] == turns
    for _ in range(20):
        page.keyboard.press("+")
    expect(viewer.get_by_text("1200 %")).to_be_visible()
    page.keyboard.press("ArrowRight")  # along the picture, while it is larger than the window
    expect(viewer.get_by_role("img", name="front.png")).to_be_visible()
    page.keyboard.press("0")
    expect(viewer.get_by_text("100 %")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(viewer.get_by_role("img", name="back.png")).to_be_visible()
    with page.expect_download() as taken:
        page.keyboard.press("d")
    assert taken.value.suggested_filename == "back.png"
    page.keyboard.press("j")  # nothing happens below what lies over the page
    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    expect(page.get_by_role("button", name="Look at front.png")).to_be_focused()


def test_a_picture_is_looked_at_with_fingers(world: World, sit_down: SitDown) -> None:
    ticket = world.ticket(agent=world.agent)
    pictures(world, ticket, "front.png")
    page = sit_down(world.agent, at=at_agent(ticket), viewport=PHONE, has_touch=True, is_mobile=True)
    viewer = look_at(page, "front.png")
    hand = page.context.new_cdp_session(page)
    middle = (PHONE["width"] / 2, PHONE["height"] / 2)

    def touch(how: str, *apart: float) -> None:
        points = [{"x": middle[0] + distance, "y": middle[1], "id": number} for number, distance in enumerate(apart)]
        hand.send("Input.dispatchTouchEvent", {"type": how, "touchPoints": points})

    touch("touchStart", -20, 20)
    for nearer, farther in pairwise(range(20, 81, 10)):
        assert nearer < farther
        touch("touchMove", -farther, farther)
    touch("touchEnd")
    expect(viewer.get_by_text("400 %")).to_be_visible()
    before = lies(viewer)
    touch("touchStart", 0)
    touch("touchMove", 30)
    touch("touchMove", 50)
    touch("touchEnd")
    expect(viewer.get_by_text("400 %")).to_be_visible()
    assert round(lies(viewer)[0] - before[0]) == 50
    assert page.evaluate("visualViewport.scale") == 1, "the page itself is not made larger"
    viewer.get_by_role("button", name="Close").tap()
    expect(viewer).to_be_hidden()
