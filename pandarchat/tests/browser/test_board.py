"""The queue board: a manager gives tickets, and sees what agents do and what runs late."""
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from playwright.sync_api import Page, expect

from accounts.models import AgentProfile, AgentSkill, Skill
from foundation.units import unit_of_work
from pandarchat.testing.services import StartServer
from pandarchat.tests.browser.conftest import AWAY, Forgive, SitDown
from pandarchat.tests.browser.notifying import hide, listen_for_notifications, notified
from pandarchat.tests.world import World
from tickets.actions import escalating, moves
from tickets.models import Category, Ticket
from tickets.tests.sla_world import later, promise

pytestmark = pytest.mark.usefixtures("committed")


def number(ticket: Ticket) -> str:
    return f"-{ticket.number}"


def row(page: Page, ticket: Ticket) -> Any:
    return page.get_by_role("grid", name="Waiting").get_by_role("row").filter(has_text=number(ticket))


def agent_card(page: Page, world: World) -> Any:
    return page.get_by_role("article", name=world.agent.name)


def check_given(page: Page, world: World, ticket: Ticket) -> None:
    """The server has said yes, and the screen was right before it did."""
    expect(page.get_by_text(f"{number(ticket)} is {world.agent.name}’s now.")).to_be_visible()
    assert world.pandar.fresh(ticket).assignee_id == world.agent.id
    expect(row(page, ticket)).to_have_count(0)


def on_duty(world: World, **given: Any) -> None:
    """The agent is there; what waits is given out by nobody but the manager, as no worker runs."""
    with unit_of_work(world.pandar.id):
        AgentProfile.objects.filter(pk=world.agent.id).update(availability="available", last_seen_at=Now(), **given)


def test_a_ticket_dragged_to_an_agent_is_theirs_and_they_are_told_at_once(world: World, sit_down: SitDown) -> None:
    on_duty(world)
    ticket = world.ticket()
    agent = sit_down(world.agent, permissions=["notifications"])
    listen_for_notifications(agent)
    agent.reload()
    agent.get_by_role("button", name="Desktop notifications").click()
    expect(agent.get_by_text("0 of 5", exact=True)).to_be_visible()
    hide(agent)
    manager = sit_down(world.manager, at="/queue")
    expect(row(manager, ticket)).to_contain_text("Is given out next")
    row(manager, ticket).drag_to(agent_card(manager, world))
    check_given(manager, world, ticket)
    expect(agent_card(manager, world)).to_contain_text("1 of 5")
    expect(agent.get_by_role("option").filter(has_text=ticket.subject)).to_be_visible()
    expect(agent.get_by_text("1 of 5", exact=True)).to_be_visible()
    notice = notified(agent)
    assert notice["title"].endswith("is yours now") and number(ticket) in notice["title"]
    agent.evaluate("shown[0].onclick()")
    agent.wait_for_url(f"**/tickets/{ticket.pk}")


def test_several_that_come_at_once_are_told_together_and_lead_to_the_list(world: World, sit_down: SitDown) -> None:
    on_duty(world)
    tickets = [world.ticket(subject=f"Card {place}") for place in range(3)]
    page = sit_down(world.agent, at="/settings/account")
    expect(page.get_by_text("0 of 5", exact=True)).to_be_visible()
    page.evaluate("sessionStorage.setItem('inbox', JSON.stringify({ view: 'resolved' }))")
    for ticket in tickets:
        assert world.api(world.manager).post(f"tickets/{ticket.pk}/reassign/", {"agent": str(world.agent.id)}).status == 200
    expect(page.get_by_text("3 tickets are yours now")).to_be_visible()
    page.get_by_role("button", name="Show mine").click()
    for ticket in tickets:
        expect(page.get_by_role("option").filter(has_text=ticket.subject)).to_be_visible()


def test_by_keyboard_too(world: World, sit_down: SitDown) -> None:
    on_duty(world)
    first, *_, ticket = [world.ticket() for _ in range(60)]
    page = sit_down(world.manager, at="/queue")
    expect(row(page, first)).to_be_visible()
    row(page, first).focus()
    page.keyboard.press("End")  # far below what is drawn, and two pages of the API further
    expect(row(page, ticket)).to_be_in_viewport()
    assert page.get_by_role("grid", name="Waiting").get_by_role("row").count() < 40
    grip = row(page, ticket).get_by_role("button", name="Drag")
    grip.focus()
    page.keyboard.press("Enter")
    target = page.get_by_role("button", name=f"Give to {world.agent.name}")
    expect(page.get_by_role("button", name="Give to").and_(page.locator(":focus"))).to_have_count(1)
    while not target.evaluate("target => target === document.activeElement"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    check_given(page, world, ticket)
    expect(agent_card(page, world)).to_contain_text("1 of 5")


def test_what_is_refused_says_so_on_its_card_and_may_be_insisted_on(world: World, sit_down: SitDown, forgive: Forgive) -> None:
    forgive("409")
    on_duty(world, capacity=0)
    with unit_of_work(world.pandar.id):
        skill = Skill.objects.create(organization_id=world.pandar.id, name="Refunds")
        Category.objects.create(organization_id=world.pandar.id, slug="refunds", name="Money back", skill=skill)
        AgentSkill.objects.create(organization_id=world.pandar.id, agent_id=world.teammate.id, skill=skill)
    plain, skilled = world.ticket(), world.ticket(category="refunds")
    page = sit_down(world.manager, at="/queue")
    expect(row(page, skilled)).to_contain_text("Nobody who knows Refunds is available")
    row(page, plain).drag_to(agent_card(page, world))
    expect(row(page, plain).get_by_role("alert")).to_contain_text(f"{world.agent.name} is full: 0 of 0.")
    with unit_of_work(world.pandar.id):
        AgentProfile.objects.filter(pk=world.agent.id).update(capacity=5)
    row(page, skilled).drag_to(agent_card(page, world))
    refused = row(page, skilled).get_by_role("alert")
    expect(refused).to_contain_text(f"{world.agent.name} does not know Refunds.")
    assert world.pandar.fresh(skilled).assignee_id is None
    refused.get_by_role("button", name="Give it anyway").click()
    check_given(page, world, skilled)
    row(page, plain).get_by_role("button", name="Try again").click()
    check_given(page, world, plain)


def test_a_menu_does_the_same_and_what_somebody_else_took_meanwhile_is_told(world: World, sit_down: SitDown, forgive: Forgive) -> None:
    forgive("409")
    on_duty(world)
    ticket = world.ticket()
    page = sit_down(world.manager, at="/queue")
    expect(row(page, ticket)).to_be_visible()
    page.route("**/reassign/", lambda route: (world.api(world.teammate).post(f"tickets/{ticket.pk}/take/"), route.continue_()))
    row(page, ticket).get_by_role("button", name="Acts").click()
    page.get_by_role("menuitem", name="Give to").press("ArrowRight")
    page.get_by_role("menuitem", name=world.agent.name).click()
    expect(page.get_by_role("alertdialog").filter(has_text="does not wait any more")).to_contain_text(world.teammate.name)
    expect(row(page, ticket)).to_have_count(0)


def test_what_an_agent_holds_is_moved_to_another(world: World, sit_down: SitDown) -> None:
    on_duty(world)
    ticket = world.ticket(agent=world.teammate)
    page = sit_down(world.manager, at="/queue")
    theirs = page.get_by_role("article", name=world.teammate.name)
    theirs.get_by_role("button", name="Tickets of").click()
    theirs.get_by_role("row").filter(has_text=number(ticket)).drag_to(page.get_by_role("article", name=world.agent.name))
    check_given(page, world, ticket)
    expect(theirs).to_contain_text("0 of 5")
    expect(agent_card(page, world)).to_contain_text("1 of 5")


def test_the_board_follows_agents_and_agents_what_is_changed_for_them(world: World, sit_down: SitDown) -> None:
    world.ticket(agent=world.agent)
    manager = sit_down(world.manager, at="/queue")
    agent = sit_down(world.agent)
    card = agent_card(manager, world)
    agent.get_by_role("radio", name="Available").click()
    expect(card.get_by_role("button", name="Status of")).to_contain_text("Available")
    card.get_by_role("button", name="Status of").click()
    manager.get_by_role("menuitemradio", name="Away").click()
    expect(agent.get_by_role("radio", name="Away")).to_be_checked()
    expect(agent.get_by_text("Your status is now Away: it was changed for you.")).to_be_visible()
    agent.get_by_role("radio", name="Offline").click()
    expect(agent.get_by_role("dialog")).to_contain_text("One of your tickets has had no answer yet")
    agent.get_by_role("dialog").get_by_role("button", name="Go offline").click()
    expect(card).to_contain_text("1 unanswered ticket goes back at")


def test_what_runs_late_comes_in_by_itself(world: World, sit_down: SitDown) -> None:
    promise(world)
    ticket = world.ticket()
    page = sit_down(world.manager, at="/queue")
    late = page.get_by_role("region", name="Overdue")
    expect(late).to_contain_text("Nothing is overdue.")
    later(world, ticket, minutes=60, seconds=5)
    assert escalating.escalate_due(organization=world.pandar.id) == 1
    expect(late.get_by_role("listitem")).to_contain_text("just now")
    expect(late.get_by_role("status")).to_contain_text(number(ticket))
    expect(late.get_by_role("link")).to_have_attribute("href", f"/tickets/{ticket.pk}")
    old = later(world, world.ticket(), hours=4)  # nobody looked: it is told now, and says since when
    assert escalating.escalate_due(organization=world.pandar.id) == 1
    expect(late.get_by_role("listitem").filter(has_text=number(old))).to_contain_text("3h over")


@pytest.mark.usefixtures("pages")
def test_wrong_clocks_and_a_restart_leave_the_board_right(world: World, sit_down: SitDown, servers: StartServer, forgive: Forgive) -> None:
    forgive(*AWAY, "503")
    promise(world)
    on_duty(world)
    late, soon = world.ticket(subject="Late"), world.ticket(subject="Soon")
    later(world, late, minutes=70)
    later(world, soon, minutes=25)
    server = servers()
    boards = [sit_down(world.manager, at="/queue", on=server) for _ in range(2)]
    for page, hours in zip(boards, (-1, 1), strict=True):
        page.clock.install(time=datetime.now(UTC) + timedelta(hours=hours))
        page.reload()
        expect(overdue(page)).to_have_count(1)
        expect(overdue(page)).to_contain_text("10m")
    server.stop()
    for page in boards:
        expect(page.get_by_role("status", name="Connection")).not_to_contain_text("Connected")
    later(world, soon, minutes=40)
    assert escalating.escalate_due(organization=world.pandar.id) == 2
    held = world.ticket(subject="Opened meanwhile", agent=world.teammate)
    with unit_of_work(world.pandar.id):
        moves.take(actor=world.actor(world.teammate), ticket=late.pk)
        AgentProfile.objects.filter(pk=world.agent.id).update(availability="away")
    for page in boards:
        expect(row(page, late)).to_be_visible()  # what one had is not taken away
    servers(PANDAR_PORT=str(server.port))
    for page in boards:
        expect(row(page, late)).to_have_count(0)
        expect(overdue(page)).to_have_count(2)
        expect(overdue(page).filter(has_text="Soon")).to_contain_text("5m")
        expect(page.get_by_role("article", name=world.teammate.name)).to_contain_text("2 of 5")
        expect(agent_card(page, world).get_by_role("button", name="Status of")).to_contain_text("Away")
        expect(row(page, held)).to_have_count(0)
        expect(page.get_by_role("status", name="Connection")).to_contain_text("Connected")


def overdue(page: Page) -> Any:
    return page.get_by_role("region", name="Overdue").get_by_role("listitem")



def test_an_agent_has_no_board(world: World, sit_down: SitDown) -> None:
    page = sit_down(world.agent, at="/queue")
    page.wait_for_url("**/")
    expect(page.get_by_role("link", name="Queue")).to_have_count(0)
