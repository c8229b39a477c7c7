"""The inbox in real browsers: what one person sees of what others do, and what each keeps to themselves."""
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from chat.tests.test_room import join
from foundation.units import unit_of_work
from pandarchat.testing.services import Server, StartServer
from pandarchat.tests.browser.conftest import AWAY, PHONE, Accessible, Forgive, SitDown, until
from pandarchat.tests.world import World
from tickets.actions import moves
from tickets.models import Ticket
from tickets.tests.sla_world import later, many_open, promise

pytestmark = pytest.mark.usefixtures("committed")


def show(page: Page, view: str) -> None:
    page.get_by_role("button", name=view).click()


def row(page: Page, ticket: Ticket) -> Locator:
    return page.get_by_role("option", name=ticket.subject)


def counts(page: Page, **wanted: int) -> None:
    """What stands beside the views."""
    for view, many in wanted.items():
        expect(page.get_by_role("button", name=f"{view.replace('_', ' ').capitalize()} {many}", exact=True)).to_be_visible()


def test_two_people_see_what_comes_and_goes_and_who_is_there(world: World, sit_down: SitDown, site: Server) -> None:
    one, other = sit_down(world.agent), sit_down(world.teammate)
    for page in (one, other):
        show(page, "Unassigned")
        expect(page.get_by_text("Nothing here.")).to_be_visible()
    ticket = world.ticket(subject="The card was refused", text="It says that the code is used.")
    for page in (one, other):
        expect(row(page, ticket)).to_contain_text("It says that the code is used.")
        counts(page, unassigned=1, all_open=1, mine=0)
    with world.socket(world.customer, site) as customer, world.socket(world.manager, site) as manager:
        join(customer, ticket), join(manager, ticket)
        manager.ask("viewing", ticket=str(ticket.pk))
        for page in (one, other):  # a sign of typing is not repeated for who begins to listen after it
            until(row(page, ticket).get_by_text("is typing").is_visible, lambda: customer.ask("typing", ticket=str(ticket.pk)))
            expect(row(page, ticket)).to_contain_text(f"Looking at it: {world.manager.name}")
        customer.ask("send-message", ticket=str(ticket.pk), client_id=str(ticket.pk), text="Are you there?")
        for page in (one, other):
            expect(row(page, ticket)).to_contain_text("Are you there?")
            expect(row(page, ticket)).not_to_contain_text("is typing")
            expect(row(page, ticket)).to_contain_text("2 unread")
    expect(row(one, ticket)).not_to_contain_text("Looking at it")
    with unit_of_work(world.pandar.id):
        moves.take(actor=world.actor(world.agent), ticket=ticket.pk)
    for page in (one, other):
        expect(page.get_by_text("Nothing here.")).to_be_visible()
    counts(one, unassigned=0, mine=1, all_open=1)
    counts(other, unassigned=0, mine=0, all_open=1)
    show(one, "Mine")
    expect(row(one, ticket)).to_be_visible()


def test_what_happened_while_the_server_was_away_is_there_after_it_came_back(
        world: World, sit_down: SitDown, servers: StartServer, forgive: Forgive) -> None:
    forgive(*AWAY, "503")
    before = world.ticket(subject="From before")
    mine = servers()
    page = sit_down(world.agent, on=mine)
    show(page, "All open")
    expect(row(page, before)).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Connected")).to_be_visible()
    mine.stop()
    expect(page.get_by_role("status").filter(has_text="Connected")).to_be_hidden()
    missed = world.ticket(subject="Opened meanwhile")
    expect(row(page, before)).to_be_visible()
    again = servers(PANDAR_PORT=str(mine.port))
    assert again.url == mine.url
    expect(row(page, missed)).to_be_visible()
    counts(page, all_open=2)
    with world.socket(world.customer, again) as customer:
        join(customer, before)
        customer.ask("send-message", ticket=str(before.pk), client_id=str(before.pk), text="Still there?")
        expect(row(page, before)).to_contain_text("Still there?")


def test_a_draft_is_shown_to_whoever_wrote_it_and_to_nobody_else(world: World, sit_down: SitDown, site: Server) -> None:
    ticket = world.ticket(agent=world.agent, subject="The card was refused")
    mine, theirs = sit_down(world.agent), sit_down(world.teammate)
    for page in (mine, theirs):
        show(page, "All open")
        expect(row(page, ticket)).to_be_visible()
    with world.http(world.agent, site) as elsewhere:
        saved = elsewhere.put(f"tickets/{ticket.pk}/draft/", json={"text": "I have asked them"}).raise_for_status().json()["data"]
        expect(row(mine, ticket)).to_contain_text("Draft: I have asked them")
        elsewhere.put(f"tickets/{ticket.pk}/draft/", json={"text": "", "seen": saved["saved_at"]}).raise_for_status()
    expect(row(mine, ticket)).not_to_contain_text("Draft:")
    with world.http(world.agent, site) as elsewhere:
        elsewhere.put(f"tickets/{ticket.pk}/draft/", json={"text": "Odd.", "internal": True}).raise_for_status()
    mine.reload()
    expect(row(mine, ticket)).to_contain_text("Draft note: Odd.")
    world.say(world.customer, ticket, "And now?")
    expect(row(theirs, ticket)).to_contain_text("And now?")  # whatever was on the way has arrived
    expect(row(theirs, ticket)).not_to_contain_text("Odd.")


@pytest.mark.parametrize("hours", [-30, 30])
def test_deadlines_are_right_where_the_clock_is_wrong(world: World, sit_down: SitDown, hours: int) -> None:
    promise(world)
    late, soon = world.ticket(subject="Late"), world.ticket(subject="Soon")
    later(world, late, minutes=70)
    later(world, soon, minutes=25)
    page = sit_down(world.agent)
    page.clock.install(time=datetime.now(UTC) + timedelta(hours=hours))
    page.reload()
    show(page, "All open")
    expect(row(page, late)).to_contain_text("10m overdue")
    expect(row(page, soon)).to_contain_text("34m left")
    page.clock.fast_forward(60_000)
    expect(row(page, soon)).to_contain_text("33m left")  # by itself


def test_a_machine_that_slept_says_so_and_catches_up(world: World, sit_down: SitDown, forgive: Forgive) -> None:
    """Its clock went on while nothing ran; what it thinks of the time is put right by the first word of the server."""
    forgive("ERR_INTERNET_DISCONNECTED")
    promise(world)
    ticket = world.ticket(subject="Soon")
    later(world, ticket, minutes=25)
    page = sit_down(world.agent)
    connection = page.get_by_role("status", name="Connection")
    page.clock.install()
    page.reload()
    show(page, "All open")
    expect(row(page, ticket)).to_contain_text("34m left")
    page.context.set_offline(True)
    page.clock.fast_forward("08:00:00")
    expect(connection).to_contain_text("Your device is offline since")
    world.say(world.customer, ticket, "Are you awake?")
    missed = world.ticket(subject="While it slept")
    page.context.set_offline(False)
    expect(connection).to_contain_text("Connected")
    expect(row(page, missed)).to_be_visible()
    expect(row(page, ticket)).to_contain_text("Are you awake?")
    expect(row(page, ticket)).to_contain_text("34m left")


def test_a_server_that_says_nothing_any_more_is_not_called_connected(
        world: World, sit_down: SitDown, servers: StartServer, pages: object, forgive: Forgive) -> None:
    """The connection is open, and there is nobody behind it."""
    forgive(*AWAY)
    ticket = world.ticket()
    server = servers()
    page = sit_down(world.agent, on=server)
    connection = page.get_by_role("status", name="Connection")
    page.clock.install()
    page.reload()
    show(page, "All open")
    expect(row(page, ticket)).to_be_visible()
    expect(connection).to_contain_text("Connected")
    server.pause()
    try:
        page.clock.fast_forward(60_000)  # two pings and five seconds
        expect(connection).not_to_contain_text("Connected")
    finally:
        server.resume()
    page.clock.fast_forward(30_000)
    expect(connection).to_contain_text("Connected")


def choose_order(page: Page, name: str) -> None:
    page.get_by_role("button", name="Sort by").click()
    page.get_by_role("menuitemradio", name=name).click()


def in_order(page: Page, *subjects: str) -> None:
    expect(page.get_by_role("option")).to_have_count(len(subjects))
    for place, subject in enumerate(subjects):
        expect(page.get_by_role("option").nth(place)).to_contain_text(subject)


def test_lists_are_ordered_and_narrowed_and_kept(world: World, sit_down: SitDown) -> None:
    promise(world)
    first, second = world.ticket(subject="First"), world.ticket(subject="Second", tags=("vip",))
    third = world.ticket(subject="Third", agent=world.agent)
    later(world, second, minutes=50)
    with unit_of_work(world.pandar.id):
        Ticket.objects.filter(pk=third.pk).update(priority=4)
    page = sit_down(world.agent)
    show(page, "All open")
    in_order(page, "Third", "Second", "First")
    world.say(world.customer, first, "Hello?")
    in_order(page, "First", "Third", "Second")
    choose_order(page, "Next deadline")
    in_order(page, "Second", "First", "Third")
    choose_order(page, "Priority")
    in_order(page, "Third", "Second", "First")
    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_label("Assignee").select_option("Nobody")
    page.keyboard.press("Escape")
    in_order(page, "Second", "First")
    page.reload()
    in_order(page, "Second", "First")
    page.get_by_role("button", name="Remove the filter Nobody").click()
    in_order(page, "Third", "Second", "First")
    show(page, "vip")
    in_order(page, "Second")


def test_many_are_done_at_once_and_each_refusal_is_said(
        world: World, sit_down: SitDown, accessible: Accessible, forgive: Forgive) -> None:
    forgive("409")
    tickets = [world.ticket(subject=f"Ticket {name}") for name in ("one", "two", "three")]
    page = sit_down(world.agent)
    show(page, "All open")
    in_order(page, "Ticket three", "Ticket two", "Ticket one")
    row(page, tickets[2]).click()
    expect(page.get_by_role("heading", name="Ticket three")).to_be_visible()
    page.keyboard.press("x")
    bar = page.get_by_role("toolbar", name="Marked tickets")
    expect(bar).to_contain_text("1 marked")
    row(page, tickets[0]).click(modifiers=["Shift"])
    expect(bar).to_contain_text("3 marked")
    accessible(page)
    with unit_of_work(world.pandar.id):
        moves.take(actor=world.actor(world.teammate), ticket=tickets[1].pk)
    bar.get_by_role("button", name="Take").click()
    expect(bar).to_contain_text("1 marked")
    expect(page.get_by_text("2 done. 1 not: its row says why")).to_be_visible()
    expect(page.get_by_role("option", checked=True)).to_have_count(1)
    counts(page, mine=2, unassigned=0)
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()
    assert {str(ticket.pk) for ticket in tickets if world.tenant_of(world.agent).fresh(ticket).assignee_id == world.agent.id} == {
        str(tickets[0].pk), str(tickets[2].pk)}


def first_shown(page: Page) -> Any:
    """The subject at the top of the window, and where the list is scrolled to."""
    return page.evaluate("""() => {
      const list = document.querySelector('[role=listbox]'), top = list.getBoundingClientRect().top
      const first = [...list.querySelectorAll('[role=option]')].find((row) => row.getBoundingClientRect().bottom > top + 1)
      return first?.id
    }""")


def test_a_long_list_stays_where_it_is(world: World, sit_down: SitDown) -> None:
    many_open(world, 600)
    page = sit_down(world.agent)
    show(page, "All open")
    choose_order(page, "Newest tickets")
    expect(page.get_by_role("option").first).to_have_attribute("aria-setsize", "600")
    page.evaluate("document.querySelector('[role=listbox]').scrollTop = 88 * 300")
    expect(page.locator("[role=option][aria-posinset='301']")).to_be_visible()
    before = first_shown(page)
    ticket = world.ticket(subject="The newest of all")
    expect(page.get_by_role("option").first).to_have_attribute("aria-setsize", "601")
    page.wait_for_function("(id) => document.getElementById(id)?.getAttribute('aria-posinset') === '302'", arg=before)
    assert first_shown(page) == before, "what one looks at stays, and what came is above"
    page.goto("/tickets/" + str(ticket.pk))
    page.locator("[role=listbox]").focus()
    expect(row(page, ticket)).to_be_visible()
    page.keyboard.press("End")
    expect(page.locator("[role=option][aria-posinset='601']")).to_be_visible()


def test_the_list_is_made_wider_by_keys_and_fills_a_phone(world: World, sit_down: SitDown) -> None:
    ticket = world.ticket(agent=world.agent)
    page = sit_down(world.agent)
    divider = page.get_by_role("separator", name="Width of the list")
    divider.focus()
    page.keyboard.press("ArrowRight")
    expect(divider).to_have_attribute("aria-valuenow", "26")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    row(page, ticket).click()
    expect(page.get_by_role("heading", name=ticket.subject)).to_be_visible()
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.go_back()
    expect(row(page, ticket)).to_be_visible()
