"""Two agents and a customer talk, each in a browser of their own, whatever happens to the line, the server and the page."""
import base64
import re

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from accounts.models import User
from chat.tests.pictures import png
from pandarchat.testing.services import Server, StartServer
from pandarchat.tests.browser.conftest import AWAY, PHONE, Accessible, Forgive, SitDown, until
from pandarchat.tests.checker import check_numbers
from pandarchat.tests.world import World
from tickets.models import Ticket

pytestmark = pytest.mark.usefixtures("committed")
PASTE = """([content, name]) => {
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0))
    const given = new DataTransfer()
    given.items.add(new File([bytes], name, { type: 'image/png' }))
    document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData: given, bubbles: true, cancelable: true }))
}"""


def talk(page: Page) -> Locator:
    return page.get_by_role("log", name="Conversation")


def said(page: Page, text: str) -> Locator:
    return talk(page).get_by_role("article").filter(has_text=text)


def field(page: Page) -> Locator:
    return page.locator("textarea[data-composer]")


def kind(page: Page, name: str) -> Locator:
    """Where one chooses between a reply and a note."""
    return page.get_by_role("radiogroup", name="What you write").locator("label").filter(has_text=name)


def say(page: Page, text: str) -> None:
    field(page).fill(text)
    field(page).press("Control+Enter")


def at_agent(ticket: Ticket) -> str:
    return f"/tickets/{ticket.pk}"


def at_customer(ticket: Ticket) -> str:
    return f"/portal/pandar/tickets/{ticket.pk}"


def texts(world: World, ticket: Ticket) -> list[str]:
    """What is stored, by numbers without hole or double."""
    return [entry.text for entry in check_numbers(world.pandar.id, ticket.pk) if entry.kind == "message"]


def paste(page: Page, content: bytes, name: str = "card.png") -> None:
    field(page).focus()
    page.evaluate(PASTE, [base64.b64encode(content).decode(), name])


def sit_at(sit_down: SitDown, world: World, ticket: Ticket, server: Server | None = None) -> tuple[Page, Page, Page]:
    """The agent, their teammate and the customer, each with the conversation open."""
    places: tuple[tuple[User, str], ...] = (
        (world.agent, at_agent(ticket)), (world.teammate, at_agent(ticket)), (world.customer, at_customer(ticket)))
    agent, teammate, customer = (sit_down(person, at=at, on=server) for person, at in places)
    for page in (agent, teammate, customer):
        expect(talk(page).get_by_role("article")).not_to_have_count(0)
    return agent, teammate, customer


def test_three_talk_and_see_each_other(world: World, sit_down: SitDown) -> None:
    ticket = world.ticket(agent=world.agent)
    agent, teammate, customer = sit_at(sit_down, world, ticket)
    expect(agent.get_by_text(re.compile(f"Also looking:.*{world.teammate.name}"))).to_be_attached()
    field(customer).press_sequentially("Is any")
    expect(agent.get_by_text(f"{world.customer.name} is typing…")).to_be_visible()
    say(customer, "Is anybody there?")
    for page in (agent, teammate, customer):
        expect(said(page, "Is anybody there?")).to_have_count(1)
    expect(agent.get_by_text("is typing…")).to_be_hidden()
    expect(said(customer, "Is anybody there?").get_by_label("Read", exact=True)).to_be_visible()
    say(agent, "I am, see https://example.com/help.")
    expect(said(customer, "I am").get_by_role("link", name="https://example.com/help", exact=True)).to_be_visible()
    assert texts(world, ticket)[1:] == ["Is anybody there?", "I am, see https://example.com/help."]


def test_a_note_is_no_reply_and_never_reaches_the_customer(world: World, sit_down: SitDown) -> None:
    ticket = world.ticket(agent=world.agent)
    agent, teammate, customer = sit_at(sit_down, world, ticket)
    heard: list[str] = []
    customer.on("websocket", lambda line: line.on("framereceived", lambda frame: heard.append(str(frame))))
    customer.reload()
    expect(talk(customer).get_by_role("article")).not_to_have_count(0)
    kind(agent, "Note").click()
    expect(agent.get_by_role("button", name="Add note")).to_be_visible()
    field(agent).fill("They lie to us")
    kind(agent, "Reply").click()
    expect(field(agent)).to_have_value("")  # what was typed as a note is none of a reply
    expect(agent.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    kind(agent, "Note").click()
    expect(field(agent)).to_have_value("They lie to us")
    field(agent).press("Control+Enter")
    expect(said(teammate, "They lie to us")).to_contain_text("Internal note")
    kind(agent, "Reply").click()
    say(agent, "One moment, please.")
    expect(said(customer, "One moment")).to_have_count(1)
    expect(customer.get_by_text("They lie")).to_have_count(0)
    assert heard
    assert not [frame for frame in heard if "They lie" in frame]


def test_a_message_is_edited_and_deleted_before_the_others_eyes(world: World, sit_down: SitDown) -> None:
    ticket = world.ticket(agent=world.agent)
    agent, _, customer = sit_at(sit_down, world, ticket)
    say(agent, "It takes an hour.")
    expect(said(customer, "an hour")).to_have_count(1)
    said(agent, "an hour").hover()
    said(agent, "an hour").get_by_role("button", name="More about").click()
    agent.get_by_role("menuitem", name="Edit").click()
    agent.get_by_role("textbox", name="Edit").fill("It takes a day.")
    agent.get_by_role("textbox", name="Edit").press("Control+Enter")
    expect(said(customer, "It takes a day.")).to_contain_text("edited")
    said(agent, "a day").hover()
    said(agent, "a day").get_by_role("button", name="More about").click()
    agent.get_by_role("menuitem", name="Delete").click()
    agent.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(said(customer, "This message was deleted.")).to_have_count(1)
    expect(customer.get_by_text("a day")).to_have_count(0)
    said(customer, "This message was deleted.").hover()
    expect(said(customer, "This message was deleted.").get_by_role("button")).to_have_count(0)


def test_the_server_is_killed_in_the_middle(world: World, sit_down: SitDown, servers: StartServer, pages: object, forgive: Forgive) -> None:
    forgive(*AWAY)
    ticket = world.ticket(agent=world.agent)
    server = servers()
    agent, teammate, customer = sit_at(sit_down, world, ticket, server)
    say(customer, "before")
    expect(said(agent, "before")).to_have_count(1)
    server.kill()
    say(agent, "meanwhile one")
    say(agent, "meanwhile two")
    expect(said(agent, "meanwhile two")).to_contain_text("when there is a connection")
    servers(PANDAR_PORT=str(server.port))
    for page in (agent, teammate, customer):
        for text in ("before", "meanwhile one", "meanwhile two"):
            expect(said(page, text)).to_have_count(1)
    expect(agent.get_by_text("when there is a connection")).to_have_count(0)
    assert texts(world, ticket)[1:] == ["before", "meanwhile one", "meanwhile two"]


def test_a_minute_in_a_tunnel_while_typing(world: World, sit_down: SitDown, forgive: Forgive) -> None:
    forgive("ERR_INTERNET_DISCONNECTED", "WebSocket")
    ticket = world.ticket(agent=world.agent)
    agent, _, customer = sit_at(sit_down, world, ticket)
    customer.clock.install()
    customer.context.set_offline(True)
    paste(customer, png())
    say(customer, "from the tunnel")
    field(customer).press_sequentially("and a sentence that is not fin")
    customer.clock.fast_forward("01:00")
    expect(said(customer, "from the tunnel")).to_contain_text("when there is a connection")
    say(agent, "Are you still there?")
    expect(said(agent, "Are you still there?")).to_have_count(1)
    customer.clock.resume()
    customer.context.set_offline(False)
    expect(said(customer, "Are you still there?")).to_have_count(1)
    expect(said(agent, "from the tunnel").get_by_role("img", name="card.png")).to_be_visible()
    expect(said(customer, "from the tunnel")).to_have_count(1)
    expect(field(customer)).to_have_value("and a sentence that is not fin")
    assert sorted(texts(world, ticket)[1:]) == ["Are you still there?", "from the tunnel"]


def test_what_is_unsent_survives_a_reload_with_its_picture_and_is_sent_once(
    world: World, sit_down: SitDown, servers: StartServer, pages: object, forgive: Forgive
) -> None:
    forgive(*AWAY)
    ticket = world.ticket(agent=world.agent)
    server = servers()
    page = sit_down(world.agent, at=at_agent(ticket), on=server)
    expect(talk(page).get_by_role("article")).not_to_have_count(0)
    expect(field(page)).to_be_visible()
    server.kill()
    paste(page, png())
    expect(page.get_by_role("list", name="Files").get_by_text("card.png")).to_be_visible()
    say(page, "with a picture")
    expect(said(page, "with a picture")).to_contain_text("card.png")
    field(page).fill("a draft")
    servers(PANDAR_PORT=str(server.port))
    page.reload()
    expect(said(page, "with a picture").get_by_role("img", name="card.png")).to_be_visible()
    expect(said(page, "with a picture")).to_have_count(1)
    expect(field(page)).to_have_value("a draft")
    assert texts(world, ticket)[1:] == ["with a picture"]
    elsewhere = sit_down(world.agent, at=at_agent(ticket))
    expect(field(elsewhere)).to_have_value("a draft")  # on the server too


def test_a_double_click_sends_once_and_the_next_click_sends_the_next(world: World, sit_down: SitDown) -> None:
    ticket = world.ticket(agent=world.agent)
    page = sit_down(world.agent, at=at_agent(ticket))
    send = page.get_by_role("button", name="Send", exact=True)
    field(page).fill("the first")
    send.dblclick()
    expect(said(page, "the first")).to_have_count(1)
    expect(send).to_be_disabled()
    expect(field(page)).to_be_focused()
    page.keyboard.type("the second")
    page.mouse.down()  # where it was
    page.mouse.up()
    expect(said(page, "the second")).to_have_count(1)
    page.reload()  # at once: what was sent is no draft
    expect(said(page, "the second")).to_have_count(1)
    expect(field(page)).to_have_value("")
    until(lambda: texts(world, ticket)[1:] == ["the first", "the second"])


def test_a_picture_is_pasted_and_looked_at(world: World, sit_down: SitDown, accessible: Accessible) -> None:
    ticket = world.ticket(agent=world.agent)
    agent, _, customer = sit_at(sit_down, world, ticket)
    for name in ("front.png", "back.png"):
        paste(customer, png(), name)
        expect(customer.get_by_role("list", name="Files").get_by_text(name)).to_be_visible()
    say(customer, "both sides")
    picture = said(agent, "both sides").get_by_role("button", name="Look at front.png")
    picture.click()
    viewer = agent.get_by_role("dialog", name="Pictures")
    expect(viewer.get_by_role("img", name="front.png")).to_be_visible()
    expect(viewer.get_by_text("1 of 2")).to_be_visible()
    accessible(agent)
    agent.keyboard.press("+")
    expect(viewer.get_by_text("125 %")).to_be_visible()
    agent.keyboard.press("r")
    expect(viewer.get_by_role("img", name="front.png")).to_have_attribute("style", re.compile(r"rotate\(90deg\)"))
    agent.keyboard.press("ArrowRight")
    expect(viewer.get_by_role("img", name="back.png")).to_be_visible()
    agent.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    expect(picture).to_be_focused()


def test_files_that_cannot_be_taken_say_why_and_keep_the_text(world: World, sit_down: SitDown, forgive: Forgive) -> None:
    forgive("400")
    ticket = world.ticket(agent=world.agent)
    page = sit_down(world.agent, at=at_agent(ticket))
    expect(talk(page).get_by_role("article")).not_to_have_count(0)
    field(page).fill("look")
    page.set_input_files("input[type=file]", [
        FilePayload(name="page.html", mimeType="text/html", buffer=b"<p>"),
        FilePayload(name="long.pdf", mimeType="application/pdf", buffer=b"%PDF-1.4" + b" " * 5 * 1024 * 1024),
        FilePayload(name="broken.pdf", mimeType="application/pdf", buffer=b"no document")])
    expect(page.get_by_text("page.html cannot be attached")).to_be_visible()
    expect(page.get_by_text("long.pdf is too large")).to_be_visible()
    tray = page.get_by_role("list", name="Files")
    expect(tray.get_by_text("Only JPEG, PNG, WebP and GIF")).to_be_visible()
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    tray.get_by_role("button", name="Remove broken.pdf").click()
    expect(field(page)).to_have_value("look")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(said(page, "look")).to_have_count(1)


def test_a_ticket_that_is_closed_while_one_types_keeps_the_text(world: World, sit_down: SitDown) -> None:
    ticket = world.ticket(agent=world.agent)
    agent, _, customer = sit_at(sit_down, world, ticket)
    field(agent).fill("I was about to say")
    for status in ("resolved", "closed"):
        assert world.api(world.manager).post(f"tickets/{ticket.pk}/status/", {"status": status}).status == 200
    expect(agent.get_by_text("This ticket is closed.")).to_be_visible()
    expect(agent.get_by_role("figure").get_by_text("I was about to say")).to_be_visible()
    expect(customer.get_by_text("Your message goes into a new one")).to_be_visible()
    say(customer, "It came back")
    expect(customer.get_by_text("Your message went on in")).to_be_visible()
    customer.get_by_text("Your message went on in").get_by_role("link").click()
    expect(said(customer, "It came back")).to_have_count(1)


def test_one_stays_where_one_reads(world: World, sit_down: SitDown) -> None:
    """Earlier entries come in above and new ones below, and the line that one reads does not move."""
    ticket = world.ticket(agent=world.agent)
    for number in range(1, 131):
        world.say(world.customer if number % 3 else world.agent, ticket, f"message number {number}\nand a second line")
    page = sit_down(world.teammate, at=at_agent(ticket))
    world.api(world.teammate).post(f"tickets/{ticket.pk}/read/", {"seq": 10_000})
    page.reload()
    log = talk(page)
    expect(said(page, "message number 130 and")).to_be_in_viewport()
    said(page, "message number 95 and").scroll_into_view_if_needed()
    expect(page.get_by_role("button", name="To the newest", exact=True)).to_be_visible()
    anchor = said(page, "message number 95 and")
    before = anchor.bounding_box()
    assert before is not None
    world.say(world.customer, ticket, "one more")
    expect(page.get_by_role("button", name="To the newest, 1 new")).to_be_visible()
    expect(said(page, "message number 45 and")).to_be_attached()
    after = anchor.bounding_box()
    assert after is not None
    assert abs(after["y"] - before["y"]) < 1
    page.get_by_role("button", name="To the newest, 1 new").click()
    expect(said(page, "one more")).to_be_in_viewport()
    until(lambda: said(page, "message number 1 and").count() > 0, lambda: log.press("Home"))  # each time as far up as there is


def test_new_is_what_came_since_one_read(world: World, sit_down: SitDown) -> None:
    ticket = world.ticket(agent=world.agent)
    world.say(world.agent, ticket, "known")
    assert world.api(world.agent).post(f"tickets/{ticket.pk}/read/", {"seq": 10_000}).status == 200
    world.say(world.customer, ticket, "not known yet")
    page = sit_down(world.agent, at=at_agent(ticket))
    line = talk(page).get_by_role("listitem").filter(has=page.get_by_text("New", exact=True))
    expect(line).to_contain_text("not known yet")
    world.say(world.customer, ticket, "and this")
    expect(said(page, "and this")).to_have_count(1)
    expect(line).to_contain_text("not known yet")  # it stays as long as one looks
    say(page, "I see.")
    expect(line).to_have_count(0)  # and until one has answered
    world.say(world.customer, ticket, "what then?")
    expect(line).to_contain_text("what then?")


def test_an_emoji_is_found_by_its_name_on_a_phone(world: World, sit_down: SitDown) -> None:
    page = sit_down(world.agent, at=at_agent(world.ticket(agent=world.agent)), viewport=PHONE)
    kind(page, "Note").click()
    field(page).fill("what I think")
    page.get_by_role("button", name="Emoji").click()
    expect(page.get_by_role("option", name="grinning face", exact=True)).to_be_visible()
    page.keyboard.type("waving hand")
    page.keyboard.press("Enter")
    expect(field(page)).to_have_value("what I think👋")


def test_an_emoji_is_written_by_its_name_and_enter_sends_all_the_same(world: World, sit_down: SitDown, accessible: Accessible) -> None:
    ticket = world.ticket(agent=world.agent)
    page = sit_down(world.customer, at=at_customer(ticket))
    offered = page.get_by_role("listbox", name="Emoji").get_by_role("option")
    field(page).press_sequentially("At 10:30 :wavi")
    expect(offered.filter(has_text="waving hand").first).to_have_attribute("aria-selected", "true")
    accessible(page)
    field(page).press("ArrowUp")
    expect(offered.last).to_have_attribute("aria-selected", "true")
    field(page).press("ArrowDown")
    field(page).press("Enter")
    expect(field(page)).to_have_value("At 10:30 👋")
    expect(offered).to_have_count(0)
    field(page).press_sequentially(" :smi")
    expect(offered).not_to_have_count(0)
    field(page).press("Escape")
    expect(offered).to_have_count(0)
    expect(field(page)).to_be_focused()
    field(page).press("Enter")
    expect(said(page, "At 10:30 👋 :smi")).to_have_count(1)


def top(thing: Locator) -> float:
    box = thing.bounding_box()
    assert box is not None
    return box["y"]


def bottom(thing: Locator) -> float:
    box = thing.bounding_box()
    assert box is not None
    return box["y"] + box["height"]
