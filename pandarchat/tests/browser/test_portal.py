"""Customers on a phone: from registering to an answer, and what may go wrong on the way."""
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from accounts.actions import sessions
from accounts.models import Session, User
from chat.models import Entry
from chat.tests.pictures import drawing, jpeg
from foundation.units import unit_of_work
from journeys.actions import building
from journeys.graph.format import IMAGES, NUMBER, SINGLE
from journeys.models import Journey, Run
from journeys.tests.graphs import ask, end, graph
from journeys.tests.offering import offered
from pandarchat.services.processes import wait_until
from pandarchat.testing.services import StartServer
from pandarchat.tests.browser.conftest import AWAY, Forgive, SitDown, until
from pandarchat.tests.browser.portal import HAND, PORTAL, asked, choose, go_on
from pandarchat.tests.world import PASSWORD, World
from tickets.actions import moves
from tickets.models import Ticket

pytestmark = pytest.mark.usefixtures("committed", "redis_url")
PATIENCE = 30  # seconds
# What asks before one signs out is here too: it is loaded when the page stands.
LOADED = "['leaving', 'LeavingAsk'].every(part => performance.getEntriesByType('resource').some(({ name }) => name.includes(`/${part}-`)))"
CLAIM = graph(ask("what", SINGLE, nextNode="photo"), ask("photo", IMAGES, validation={"maxFiles": 2}, nextNode="why"),
              ask("why", validation={"minLength": 5, "maxLength": 40}, nextNode="claim"),
              end("claim", "create_ticket", ticket={"subject": "Claim: {{why}}"}, message="We look at it."))
TWO_WAYS = graph(ask("way", SINGLE, nextNodeMap={"a": "many"}, nextNode="why"), ask("many", NUMBER, nextNode="end"),
                 ask("why", nextNode="end"), end("end", message="Thank you."))


def give(world: World, ticket: Ticket, agent: User) -> None:
    world.available(agent)
    actor = world.actor(agent)
    with unit_of_work(actor):
        moves.take(actor=actor, ticket=ticket.pk)


def messages(world: World, ticket: Any) -> list[str]:
    with unit_of_work(world.pandar.id):
        return list(Entry.objects.filter(conversation_id=ticket, kind="message").order_by("staff_seq").values_list("text", flat=True))


def press_below(page: Page, button: Locator) -> None:
    """With a finger on its lower edge, which is beside it as soon as a line above goes away."""
    box = button.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 3)
    page.mouse.down()
    page.mouse.up()


def test_from_registering_to_an_answer(world: World, sit_down: SitDown, forgive: Forgive) -> None:
    forgive("401")
    offered(world.pandar, CLAIM, name="Make a claim")
    before = world.ticket(world.other_customer)
    page = sit_down(at=f"{PORTAL}journeys/", **HAND)
    page.get_by_role("link", name="Make an account").click()
    page.get_by_label("Your name").fill("Ngozi Eze")
    page.get_by_label("Email address").fill("ngozi")
    page.get_by_label("Password", exact=True).fill("a lamp in the harbour")
    button = page.get_by_role("button", name="Make an account")
    button.click()
    expect(page.get_by_text("Please give an email address")).to_be_visible()
    page.get_by_label("Email address").fill("ngozi@example.com")
    press_below(page, button)
    page.get_by_role("link", name="To the first page").click()

    page.get_by_role("link", name="Make a claim").click()
    asked(page, "what?")
    go_on(page)
    expect(page.get_by_role("alert")).to_have_text("Please choose one.")
    page.get_by_label("B", exact=True).check()
    go_on(page)
    asked(page, "photo?")
    choose(page, FilePayload(name="card.jpg", mimeType="image/jpeg", buffer=jpeg()))
    expect(page.get_by_text("1 of 2")).to_be_visible()
    expect(page.locator("input[capture=environment]")).to_have_attribute("accept", "image/jpeg,image/png,image/webp,image/gif")
    go_on(page)
    asked(page, "why?")
    page.get_by_role("textbox").fill("It is broken, and much too long for this question.")
    expect(page.get_by_role("alert")).to_contain_text("Too long by")
    page.get_by_role("textbox").fill("It broke.")
    go_on(page)
    expect(page.get_by_text("We look at it.")).to_be_visible()
    page.get_by_role("link", name="To the conversation").click()

    # The other customer's ticket comes before; nobody is there yet, then somebody is, and takes it.
    expect(page.get_by_text("Nobody is here at the moment.")).to_be_visible()
    world.available(world.teammate)
    page.reload()
    expect(page.get_by_text("You are number 2 in line")).to_be_visible()
    give(world, before, world.teammate)
    expect(page.get_by_text("You are next")).to_be_visible()
    with unit_of_work(world.pandar.id):
        mine = Ticket.objects.get(subject__startswith="Claim")
    give(world, mine, world.agent)
    expect(page.locator("[data-whole]").get_by_text(f"{world.agent.name} will answer you")).to_be_visible()
    world.say(world.agent, mine, "Which one was it?")
    expect(page.get_by_text("Which one was it?")).to_be_visible()
    page.get_by_role("textbox", name="Write a message").fill("The blue one.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("[data-whole]").get_by_text(f"{world.agent.name} is answering")).to_be_visible()
    expect(page.get_by_text("The blue one.")).to_have_count(1)
    wait_until(lambda: messages(world, mine.pk)[1:] == ["Which one was it?", "The blue one."], PATIENCE, "the message is not stored once")


def test_what_is_written_without_a_network_is_sent_once(world: World, sit_down: SitDown, forgive: Forgive) -> None:
    forgive("ERR_INTERNET_DISCONNECTED", "WebSocket")
    ticket = world.ticket(world.customer, agent=world.agent)
    page = sit_down(world.customer, at=f"{PORTAL}tickets/{ticket.pk}", **HAND)
    field = page.get_by_role("textbox", name="Write a message")
    field.fill("First.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("First.")).to_be_visible()
    until(lambda: page.evaluate(LOADED))
    context = page.context
    context.set_offline(True)
    field.fill("In the tunnel.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("In the tunnel.")).to_be_visible()
    assert "In the tunnel." not in messages(world, ticket.pk)
    page.get_by_role("link", name="Back").click()
    page.get_by_role("link", name="Account").click()
    expect(page.get_by_text("This list could not be loaded.")).to_be_visible()
    page.get_by_role("button", name="Sign out", exact=True).click()
    asking = page.get_by_role("dialog", name="Sign out now?")
    expect(asking.get_by_text("1 message was not sent yet.")).to_be_visible()
    asking.get_by_role("button", name="Stay signed in").click()
    expect(asking).to_have_count(0)
    page.close()
    context.set_offline(False)
    later = context.new_page()
    later.goto(f"{PORTAL}tickets/{ticket.pk}")
    world.say(world.agent, ticket, "Are you there?")
    expect(later.get_by_text("Are you there?")).to_be_visible()
    expect(later.get_by_text("In the tunnel.")).to_have_count(1)
    later.get_by_role("textbox", name="Write a message").fill("Out again.")
    later.get_by_role("button", name="Send", exact=True).click()
    expect(later.get_by_text("Out again.")).to_be_visible()
    said = ["Are you there?", "First.", "In the tunnel.", "Out again."]
    wait_until(lambda: sorted(messages(world, ticket.pk)[1:]) == said, PATIENCE, "what was written is not stored once")


@pytest.mark.usefixtures("pages")
def test_a_server_that_restarts_loses_no_answer(world: World, sit_down: SitDown, servers: StartServer, forgive: Forgive) -> None:
    forgive(*AWAY)
    offered(world.pandar, TWO_WAYS, name="Two ways")
    first = servers()
    page = sit_down(world.customer, at=PORTAL, on=first, **HAND)
    page.get_by_role("link", name="Two ways").click()
    page.get_by_label("B", exact=True).check()
    go_on(page)
    asked(page, "why?")
    page.get_by_role("textbox").fill("Because of the restart.")
    first.stop()
    go_on(page)
    expect(page.get_by_text("The server cannot be reached. Nothing that you typed is lost")).to_be_visible()
    servers(PANDAR_PORT=str(first.port))
    page.reload()
    expect(page.get_by_role("textbox")).to_have_value("Because of the restart.")
    go_on(page)
    expect(page.get_by_text("Thank you.")).to_be_visible()


def test_a_journey_that_is_archived_meanwhile(world: World, sit_down: SitDown, forgive: Forgive) -> None:
    """Whoever has begun goes on to the end; whoever comes by an old link is told."""
    forgive("404")
    journey = offered(world.pandar, TWO_WAYS, name="Two ways")
    page = sit_down(world.customer, at=f"{PORTAL}journeys/{journey.pk}", **HAND)
    page.get_by_label("A", exact=True).check()
    with unit_of_work(world.pandar.id):
        building.archive(actor=world.actor(world.admin), journey=journey.pk, version=Journey.objects.get(pk=journey.pk).version)
    go_on(page)
    page.get_by_role("textbox").fill("12,5")
    page.goto(PORTAL)
    page.locator("section", has_text="Go on where you were").get_by_role("link", name="Two ways").click()
    expect(page.get_by_role("textbox")).to_have_value("12,5")
    go_on(page)
    expect(page.get_by_text("Thank you.")).to_be_visible()
    with unit_of_work(world.pandar.id):
        assert Run.objects.get().answers == [["way", "a"], ["many", 12.5]]
    page.goto(f"{PORTAL}journeys/{journey.pk}")
    expect(page.get_by_role("heading", name="This is not offered any more.")).to_be_visible()
    page.get_by_role("link", name="To the first page").click()
    expect(page.get_by_role("link", name="Write to us")).to_be_visible()
    expect(page.get_by_role("link", name="Two ways")).to_have_count(0)


def test_one_goes_on_with_another_device(world: World, sit_down: SitDown, forgive: Forgive) -> None:
    forgive("409")
    journey = offered(world.pandar, TWO_WAYS, name="Two ways")
    phone = sit_down(world.customer, at=f"{PORTAL}journeys/{journey.pk}", **HAND)
    phone.get_by_label("A", exact=True).check()
    go_on(phone)
    asked(phone, "many?")
    phone.get_by_role("textbox").fill("12")

    desk = sit_down(world.customer, at=PORTAL)
    desk.locator("section", has_text="Go on where you were").get_by_role("link").click()
    asked(desk, "many?")
    desk.get_by_role("button", name="Back").click()
    expect(desk.get_by_label("A", exact=True)).to_be_checked()
    desk.get_by_label("B", exact=True).check()
    go_on(desk)
    asked(desk, "why?")

    go_on(phone)
    expect(phone.get_by_text("You went on with this on another device.")).to_be_visible()
    asked(phone, "why?")
    phone.get_by_role("textbox").fill("Both of me agree.")
    go_on(phone)
    expect(phone.get_by_text("Thank you.")).to_be_visible()
    desk.get_by_role("textbox").fill("Too late.")
    go_on(desk)
    expect(desk.get_by_text("You finished this on another device.")).to_be_visible()


def test_a_session_that_is_over_keeps_what_was_typed(world: World, sit_down: SitDown, forgive: Forgive) -> None:
    forgive("401")
    offered(world.pandar, TWO_WAYS, name="Two ways")
    page = sit_down(world.customer, at=PORTAL, **HAND)
    page.get_by_role("link", name="Two ways").click()
    page.get_by_label("B", exact=True).check()
    go_on(page)
    page.get_by_role("textbox").fill("Typed before.")
    with unit_of_work(world.pandar.id):
        for session in Session.objects.filter(user=world.customer):
            sessions.end(session=session, actor=world.actor(world.admin))
    window = page.get_by_role("dialog")
    expect(window).to_be_visible()
    window.get_by_label("Password", exact=True).fill(PASSWORD)
    window.get_by_role("button", name="Sign in", exact=True).click()
    expect(window).to_have_count(0)
    expect(page.get_by_role("textbox")).to_have_value("Typed before.")
    go_on(page)
    expect(page.get_by_text("Thank you.")).to_be_visible()


def test_a_picture_is_answered_with_and_seen_by_the_agent(world: World, sit_down: SitDown, forgive: Forgive) -> None:
    """What is none, or too large, is told beside those that are; none of it hinders them."""
    forgive("400")
    offered(world.pandar, graph(ask("photo", IMAGES, nextNode="why"), ask("why", nextNode="claim"),
                                end("claim", "create_ticket", ticket={"subject": "Look"})), name="Show")
    page = sit_down(world.customer, at=PORTAL, **HAND)
    page.get_by_role("link", name="Show").click()
    choose(page, FilePayload(name="notes.txt", mimeType="text/plain", buffer=b"words"),
           FilePayload(name="huge.png", mimeType="image/png", buffer=b"\x89PNG" + bytes(6 * 1024 * 1024)),
           FilePayload(name="long.gif", mimeType="image/gif", buffer=b"GIF89a" + bytes(6 * 1024 * 1024)),
           FilePayload(name="words.jpg", mimeType="image/jpeg", buffer=b"words that say they are a picture"),
           FilePayload(name="card.jpg", mimeType="image/jpeg", buffer=jpeg()))
    expect(page.get_by_text("notes.txt is no picture that we can read.")).to_be_visible()
    expect(page.get_by_text("huge.png could not be read.")).to_be_visible()
    expect(page.get_by_text("long.gif is too large, and could not be made smaller.")).to_be_visible()
    expect(page.get_by_text("words.jpg is no picture that we can read.")).to_be_visible()  # which the server found out
    expect(page.get_by_text("1 of 10")).to_be_visible()
    go_on(page)
    asked(page, "why?")
    page.get_by_role("button", name="Back").click()
    expect(page.get_by_text("1 of 10")).to_be_visible()
    go_on(page)
    page.get_by_role("textbox").fill("It will not scan.")
    go_on(page)
    page.get_by_role("link", name="To the conversation").click()
    expect(page.locator("[data-whole]").get_by_text("It will not scan.").first).to_be_visible()

    with unit_of_work(world.pandar.id):
        ticket = Ticket.objects.get()
    desk = sit_down(world.agent, at=f"/tickets/{ticket.pk}")
    answers = desk.get_by_role("region", name="Journey answers")
    expect(answers.get_by_text("It will not scan.")).to_be_visible()
    picture = answers.get_by_role("img", name="Picture for “photo?”")
    picture.scroll_into_view_if_needed()
    wait_until(lambda: picture.evaluate("picture => picture.naturalWidth") > 0, PATIENCE, "the picture is not seen")
    picture.click()
    shown = desk.get_by_role("dialog", name="Picture").get_by_role("img", name="photo?")
    expect(shown).to_have_attribute("data-state", "there")
    assert shown.evaluate("picture => [picture.width, picture.naturalWidth]") == [drawing().width] * 2


def test_what_is_closed_goes_on_in_a_new_conversation(world: World, sit_down: SitDown) -> None:
    ticket = world.ticket(world.customer, agent=world.agent, subject="The blue card")
    for status in ("resolved", "closed"):
        assert world.api(world.manager).post(f"tickets/{ticket.pk}/status/", {"status": status}).status == 200
    page = sit_down(world.customer, at=f"{PORTAL}tickets/{ticket.pk}", **HAND)
    expect(page.get_by_text("This is finished. If you write, we go on in a new conversation.")).to_be_visible()
    page.get_by_role("textbox", name="Write a new message").fill("It happened again.")
    page.get_by_role("button", name="Send", exact=True).click()
    said = page.get_by_role("status").filter(has_text="Your message went on in")
    said.get_by_role("link").click()
    expect(page.locator("[data-whole]").get_by_text("It happened again.")).to_have_count(1)
    with unit_of_work(world.pandar.id):
        later = Ticket.objects.get(follow_up_of=ticket)
    assert messages(world, later.pk) == ["It happened again."]
    assert messages(world, ticket.pk)[1:] == []
    expect(page.get_by_role("textbox", name="Write a message")).to_have_value("")
    page.get_by_role("link", name="Goes on from").click()
    expect(page.get_by_role("heading", name="The blue card")).to_be_visible()
    page.get_by_role("link", name="Goes on in").click()
    expect(page.locator("[data-whole]").get_by_text("It happened again.")).to_be_visible()


def test_who_waits_again_is_told_so(world: World, sit_down: SitDown) -> None:
    world.available(world.teammate)
    ticket = world.ticket(world.customer, agent=world.agent, subject="The blue card")
    page = sit_down(world.customer, at=f"{PORTAL}tickets/{ticket.pk}", **HAND)
    there = page.locator("[data-whole]")
    expect(there.get_by_text(f"{world.agent.name} will answer you")).to_be_visible()
    assert world.api(world.agent).post(f"tickets/{ticket.pk}/release/", {}).status == 200
    expect(there.get_by_text("You are waiting for an answer again. You are next.")).to_be_visible()
    give(world, ticket, world.teammate)
    expect(there.get_by_text(f"{world.teammate.name} will answer you")).to_be_visible()
    assert world.api(world.teammate).post(f"tickets/{ticket.pk}/status/", {"status": "resolved"}).status == 200
    expect(there.get_by_text("This is solved.").first).to_be_visible()
    page.get_by_role("textbox", name="Write a message").fill("It happened again.")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(there.get_by_text("You are waiting for an answer again. You are next.")).to_be_visible()


def test_doors_tell_nobody_who_is_there(world: World, sit_down: SitDown, forgive: Forgive) -> None:
    """A name that nobody has looks and answers like any other."""
    forgive("401")
    seen = []
    for organization in ("pandar", "nobody"):
        page = sit_down(at=f"/portal/{organization}/", **HAND)
        page.get_by_label("Email address").fill("stranger@example.com")
        page.get_by_label("Password", exact=True).fill("something long")
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_role("alert")).to_be_visible()
        seen.append(page.locator("main").inner_text().replace(organization, "…"))
    assert seen[0] == seen[1]
    page.get_by_role("button", name="Français").click()
    page.get_by_label("Mot de passe", exact=True).fill("")
    page.get_by_role("button", name="Se connecter", exact=True).click()
    expect(page.get_by_text("Remplissez ce champ, s’il vous plaît.")).to_be_visible()  # and not the browser's own words, which are English


def test_staff_and_customers_of_others_are_shown_their_own_way(world: World, sit_down: SitDown, forgive: Forgive) -> None:
    agent = sit_down(world.agent, at=PORTAL)
    expect(agent.get_by_role("link", name="To the console")).to_be_visible()
    stranger = sit_down(world.acme.customer, at=PORTAL)
    stranger.get_by_role("link", name=f"To {world.acme.organization.name}").click()
    expect(stranger.get_by_role("heading", name="How can we help?")).to_be_visible()
    assert stranger.url.endswith("/portal/acme/")
    customer = sit_down(world.customer, at="/")
    expect(customer.get_by_role("heading", name="How can we help?")).to_be_visible()
    forgive("400")
    customer.route("**/api/v1/runs/", lambda route: route.fulfill(status=400, json={"error": "Not today.", "code": "invalid"}))
    customer.reload(wait_until="networkidle")
    expect(customer.get_by_role("alert")).to_contain_text("Not today.")
    customer.unroute("**/api/v1/runs/")
    customer.get_by_role("button", name="Try again").click()
    expect(customer.get_by_role("alert")).to_have_count(0)
