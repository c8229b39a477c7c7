"""What stands around every page: the truth about the connection, who is signed in, notices, and the number in the tab."""
import re

import pytest
from django.db.models.functions import Now
from playwright.sync_api import BrowserContext, Page, expect

from accounts.actions import sessions
from accounts.models import AgentProfile, Shift, User
from foundation.units import unit_of_work
from pandarchat.testing.services import StartServer
from pandarchat.tests.browser.conftest import Forgive, SitDown, until
from pandarchat.tests.browser.notifying import all_shown, hide, listen_for_notifications, notified
from pandarchat.tests.world import PASSWORD, World
from tickets.models import Ticket

pytestmark = pytest.mark.usefixtures("committed")
KEPT = """async () => {
    const asked = indexedDB.open('pandar-chat')
    const database = await new Promise(done => { asked.onsuccess = () => done(asked.result) })
    const rows = name => new Promise(done => {
        const counted = database.transaction(name).objectStore(name).count()
        counted.onsuccess = () => done(counted.result)
    })
    const found = await Promise.all(['unsent', 'files', 'drafts'].map(rows))
    database.close()
    return found.reduce((sum, one) => sum + one, sessionStorage.length)
}"""  # how much of whoever is signed in, or was, is in this browser
AT_WORK = {"availability": "available", "last_seen_at": Now()}


def said(page: Page, text: str) -> None:
    expect(page.get_by_role("contentinfo").get_by_role("status").filter(has_text=text)).to_be_visible()


def sign_out_everywhere(world: World, person: User) -> None:
    with unit_of_work(world.pandar.id):
        sessions.end_all(user=person.id, actor=world.pandar.actor(world.pandar.admin))


def said_last(world: World, ticket: Ticket) -> str:
    entries = world.api(world.customer).get(f"tickets/{ticket.pk}/entries/", after="0").data["entries"]
    return str([entry["text"] for entry in entries if entry["kind"] == "message"][-1])


def test_who_is_signed_out_elsewhere_signs_in_again_in_place_and_goes_on(world: World, sit_down: SitDown, forgive: Forgive) -> None:
    forgive("401", "WebSocket")
    ticket = world.ticket(agent=world.agent)
    page = sit_down(world.agent, at=f"/tickets/{ticket.pk}")
    said(page, "Connected")
    writing = page.get_by_role("textbox", name=f"Reply to {world.customer.name}")
    writing.fill("Half of an answer")
    sign_out_everywhere(world, world.agent)
    asked = page.get_by_role("dialog", name="You were signed out")
    expect(asked.get_by_label("Email address")).to_have_value(world.agent.email)
    expect(asked.get_by_label("Email address")).not_to_be_editable()
    expect(asked.get_by_label("Organization")).to_have_count(0)  # it is known
    with page.expect_popup() as opening:
        asked.get_by_role("link", name="Forgotten your password?").click()
    expect(opening.value.get_by_role("heading", name="A new password")).to_be_visible()
    opening.value.close()
    said_out = page.get_by_text("Signed out. What you typed is still here.")
    expect(said_out).to_be_visible()
    asked.get_by_label("Password", exact=True).fill(PASSWORD)
    asked.get_by_role("button", name="Sign in", exact=True).click()
    expect(asked).to_have_count(0)
    said(page, "Connected")
    expect(writing).to_have_value("Half of an answer")
    writing.press("Control+Enter")
    expect(page.get_by_role("log").get_by_text("Half of an answer")).to_be_visible()
    expect(page.get_by_text("Sending…")).to_have_count(0)
    until(lambda: said_last(world, ticket) == "Half of an answer")


def test_who_signs_out_is_gone_and_somebody_else_may_sign_in(world: World, sit_down: SitDown, forgive: Forgive) -> None:
    """In all tabs of the browser, and nothing of theirs stays in it. A tab looks and speaks as another one was told to."""
    forgive("401", "WebSocket")
    page = sit_down(world.agent, at=f"/tickets/{world.ticket(agent=world.agent).pk}")
    beside = page.context.new_page()
    beside.goto("/")
    said(beside, "Connected")
    page.bring_to_front()
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("menuitemradio", name="Dark").click()
    expect(beside.locator("html")).to_have_attribute("data-theme", "dark")
    page.keyboard.press("Escape")
    page.get_by_role("textbox", name=f"Reply to {world.customer.name}").fill("Half of an answer")
    expect(page.get_by_text("Draft saved")).to_be_visible()
    assert page.evaluate(KEPT) > 0
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_label("Organization")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    until(lambda: page.evaluate(KEPT) == 0)
    expect(beside.get_by_label("Organization")).to_be_visible()
    page.get_by_role("button", name="Français").click()
    expect(beside.get_by_label("Adresse e-mail")).to_be_visible()
    other = sit_down(world.teammate)
    said(other, "Connected")
    sign_out_everywhere(world, world.teammate)
    other.get_by_role("dialog").get_by_role("button", name="Sign in as somebody else").click()
    expect(other.get_by_role("dialog")).to_have_count(0)
    expect(other.get_by_label("Email address")).to_have_value("")


def test_whoever_signs_in_in_somebody_elses_place_sees_nothing_of_theirs(world: World, sit_down: SitDown, forgive: Forgive) -> None:
    forgive("401", "WebSocket", "ERR_FAILED", "404")
    world.ticket(agent=world.agent, subject="for our eyes")
    page = sit_down(world.agent)
    said(page, "Connected")
    expect(page.get_by_text("for our eyes")).to_be_visible()
    sign_out_everywhere(world, world.agent)
    asked = page.get_by_role("dialog", name="You were signed out")
    expect(asked).to_be_visible()
    page.route("**/api/v1/tickets/**", lambda route: route.abort())  # what is not answered is not shown from memory
    tab = page.context.new_page()
    tab.goto(page.url)
    tab.get_by_label("Organization").fill(world.acme.organization.slug)
    tab.get_by_label("Email address").fill(world.acme.agent.email)
    tab.get_by_label("Password", exact=True).fill(PASSWORD)
    tab.get_by_role("button", name="Sign in", exact=True).click()
    expect(tab.get_by_role("button", name="Your account")).to_be_visible()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # as when its tab is looked at again
    expect(asked).to_have_count(0)
    expect(page.get_by_role("button", name="Your account")).to_be_visible()
    expect(page.get_by_text("for our eyes")).to_have_count(0)


def test_a_page_that_breaks_leaves_the_others_standing(world: World, sit_down: SitDown, forgive: Forgive) -> None:
    forgive("ERR_FAILED", "dynamically imported module")
    page = sit_down(world.manager)
    said(page, "Connected")
    page.route(re.compile(r"/assets/[^/]+\.js$"), lambda route: route.abort())
    page.get_by_role("link", name="Queue").click()
    broken = page.get_by_role("alert").filter(has_text="Something on this page broke.")
    expect(broken).to_be_visible()
    page.get_by_role("link", name="Inbox").click()
    expect(broken).to_have_count(0)
    said(page, "Connected")
    page.get_by_role("link", name="Queue").click()
    expect(broken).to_be_visible()
    page.unroute_all()
    broken.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", name="Queue").first).to_be_visible()
    expect(broken).to_have_count(0)


def test_no_network_is_said_at_once_and_so_is_its_return(world: World, sit_down: SitDown, forgive: Forgive) -> None:
    forgive("ERR_INTERNET_DISCONNECTED")
    page = sit_down(world.agent)
    said(page, "Connected")
    page.context.set_offline(True)
    said(page, "Your device is offline since")
    page.context.set_offline(False)
    said(page, "Connected")


@pytest.mark.usefixtures("pages")
def test_a_server_that_is_gone_is_not_hidden(world: World, sit_down: SitDown, servers: StartServer, forgive: Forgive) -> None:
    forgive("ERR_CONNECTION", "WebSocket", "500")
    server = servers()
    page = sit_down(world.agent, on=server)
    said(page, "Connected")
    server.stop()
    said(page, "No connection since")
    expect(page.get_by_role("button", name="Try now")).to_be_visible()


def tabs(context: BrowserContext, page: Page, ticket: Ticket) -> list[Page]:
    """Two tabs of one browser, neither of which is looked at."""
    other = context.new_page()
    for tab in (page, other):
        listen_for_notifications(tab)
        tab.goto("/")
        expect(tab.get_by_role("option").filter(has_text=ticket.subject)).to_be_visible()
        said(tab, "Connected")
        hide(tab)
    return [page, other]


def test_one_tab_tells_of_a_customers_message_and_all_count_it(world: World, sit_down: SitDown) -> None:
    ticket = world.ticket(agent=world.agent)
    page = sit_down(world.agent)
    page.evaluate("localStorage.setItem('notices', JSON.stringify({ desktop: true }))")
    both = tabs(page.context, page, ticket)
    for tab in both:
        expect(tab).to_have_title(re.compile(r"^\(1\) "))
    world.say(world.customer, ticket, "a secret that is not for the lock screen")
    for tab in both:
        expect(tab).to_have_title(re.compile(r"^\(2\) "))
        tab.wait_for_function("() => document.querySelector('link[rel=icon]').href.startsWith('data:image/png')")
    assert all_shown(both) == [{"title": f"New message from {world.customer.name}", "body": ticket.subject}]


def test_nobody_is_called_to_where_they_are(world: World, sit_down: SitDown) -> None:
    ticket, other = world.ticket(agent=world.agent), world.ticket(agent=world.agent, subject="another one")
    page = sit_down(world.agent)
    page.evaluate("localStorage.setItem('notices', JSON.stringify({ desktop: true }))")
    listen_for_notifications(page)
    page.goto(f"/tickets/{ticket.pk}")
    said(page, "Connected")
    world.say(world.customer, ticket, "seen as it comes")
    expect(page.get_by_role("log").get_by_text("seen as it comes")).to_be_visible()
    hide(page)
    world.say(world.customer, other, "not seen")
    assert notified(page)["body"] == "another one"


def test_permission_is_asked_for_when_it_is_switched_on_and_a_refusal_says_what_to_do(world: World, sit_down: SitDown) -> None:
    page = sit_down(world.agent)
    listen_for_notifications(page, permission="denied")
    page.reload()
    switch = page.get_by_role("button", name="Desktop notifications")
    expect(switch).to_have_attribute("aria-pressed", "false")
    switch.click()
    expect(page.get_by_role("dialog")).to_contain_text("Press the sign to the left of the address")
    page.keyboard.press("Escape")
    expect(switch).to_have_attribute("aria-pressed", "false")
    sound = page.get_by_role("button", name="Sound")
    with page.expect_response(lambda response: "chime" in response.url) as answer:
        sound.click()
    assert answer.value.ok
    page.reload()
    expect(sound).to_have_attribute("aria-pressed", "true")


SILENT = """
HTMLMediaElement.prototype.play = () => Promise.reject(new DOMException('', 'NotAllowedError'))
Notification.requestPermission = async () => 'default'
"""
NO_NOTIFICATIONS = """
window.Notification = class {
  static permission = 'granted'
  constructor() { throw new TypeError('Illegal constructor') }
}
"""


def test_a_browser_that_plays_nothing_and_one_that_shows_nothing_say_so(world: World, sit_down: SitDown) -> None:
    ticket = world.ticket(agent=world.agent)
    page = sit_down(world.agent)
    listen_for_notifications(page, permission="default")
    page.add_init_script(SILENT)
    page.evaluate("localStorage.setItem('notices', JSON.stringify({ sound: true }))")
    page.reload()
    said(page, "Connected")
    expect(page.get_by_role("option").filter(has_text=ticket.subject)).to_be_visible()
    hide(page)
    sound = page.get_by_role("button", name="Sound: The browser plays no sound before you have pressed something")
    expect(page.get_by_role("button", name="Sound", exact=True)).to_be_visible()
    world.say(world.customer, ticket, "Hello?")
    expect(sound).to_be_visible()
    hide(page, away=False)
    page.mouse.move(10, 10)  # as a hand does, which comes from somewhere
    sound.hover()
    expect(page.get_by_role("tooltip").filter(has_text="plays no sound before")).to_be_visible()
    page.keyboard.press("Shift")
    expect(page.get_by_role("button", name="Sound", exact=True)).to_be_visible()
    page.get_by_role("button", name="Desktop notifications").click()
    expect(page.get_by_role("dialog")).to_contain_text("got no answer. Switch them on once more")
    page.keyboard.press("Escape")
    page.add_init_script(NO_NOTIFICATIONS)
    page.evaluate("localStorage.setItem('notices', JSON.stringify({ desktop: true }))")
    page.reload()
    said(page, "Connected")
    switch = page.get_by_role("button", name="Desktop notifications")
    expect(switch).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("option").filter(has_text=ticket.subject)).to_be_visible()
    hide(page)
    world.say(world.customer, ticket, "Is nobody there?")
    expect(page.get_by_text("This browser cannot show notifications of a page.")).to_be_visible()
    expect(switch).to_have_attribute("aria-pressed", "false")


def test_load_and_shift_are_at_hand(world: World, sit_down: SitDown) -> None:
    with unit_of_work(world.pandar.id):
        for day in range(7):
            Shift.objects.create(organization_id=world.pandar.id, agent_id=world.agent.id, weekday=day, starts="00:00", ends="23:59")
        AgentProfile.objects.filter(pk=world.agent.id).update(**AT_WORK)
    world.ticket(agent=world.agent)
    page = sit_down(world.agent, timezone_id="UTC")
    expect(page.get_by_text("1 of 5", exact=True)).to_be_visible()
    expect(page.get_by_text(re.compile(r"shift until (\w+ )?23:59"))).to_be_visible()


def test_who_gets_no_tickets_is_told_and_remarks_stand_where_nothing_is_beneath(world: World, sit_down: SitDown, forgive: Forgive) -> None:
    forgive("503")
    ticket = world.ticket()
    page = sit_down(world.agent)
    expect(page.get_by_text("You get no tickets while you are offline.")).to_be_visible()
    expect(page.get_by_role("region", name="Tickets")).to_contain_text("none comes by itself while your status is “Offline”")
    page.get_by_role("button", name="Become available").click()
    expect(page.get_by_role("region", name="Tickets")).to_contain_text("New ones come by themselves")
    expect(page.get_by_text("You get no tickets while you are offline.")).to_be_hidden()
    page.goto(f"/tickets/{ticket.pk}")
    busy = {"error": "Briefly unavailable.", "code": "unavailable"}
    page.route("**/agents/me/", lambda route: route.continue_() if route.request.method == "GET" else route.fulfill(status=503, json=busy))
    for name in ("Busy", "Away", "Busy"):
        page.get_by_role("radio", name=name).click()
        expect(page.get_by_role("radio", name="Available")).to_be_checked()
    remark = page.get_by_role("alertdialog")
    expect(remark).to_have_count(1)
    expect(remark).to_contain_text("×3")
    page.keyboard.press("?")  # what stands there takes no keys
    expect(page.get_by_role("dialog", name="Keys").get_by_text("Ctrl+Enter")).to_be_visible()
    page.keyboard.press("Escape")
    for width, height in ((1440, 900), (800, 600), (360, 640)):
        page.set_viewport_size({"width": width, "height": height})
        until(lambda: page.evaluate(BENEATH) == [])
    assert page.evaluate(BENEATH.replace("remark.getBoundingClientRect()", "document.querySelector('h1').getBoundingClientRect()")) != []
    remark.get_by_role("button", name="Close").click()
    expect(remark).to_have_count(0)


# Texts and what can be pressed over which a remark lies.
BENEATH = """() => {
  const remark = document.querySelector('[data-remark]')
  const { left, right, top, bottom } = remark.getBoundingClientRect()
  const shown = [...document.querySelectorAll('h1, h2, p, time, textarea, button, a, [role=option], [role=radio], [role=status]')]
  return shown.filter((one) => !remark.contains(one)).filter((one) => {
    const box = one.getBoundingClientRect()
    return one.checkVisibility() && box.width > 2 && box.left < right && box.right > left && box.top < bottom && box.bottom > top
  }).map((one) => one.outerHTML.slice(0, 80))
}"""
