"""The settings, in a real browser: what admins decide takes effect, nobody gets what is not theirs, and nothing typed is lost."""
import re

import pyotp
import pytest
from playwright.sync_api import Page, expect

from accounts.models import AuditEntry, Invitation, Organization, Role
from foundation.units import unit_of_work
from pandarchat.tests.browser.conftest import Accessible, Forgive, SitDown
from pandarchat.tests.world import PASSWORD, World
from tickets.models import Calendar, SlaPolicy

pytestmark = pytest.mark.usefixtures("committed")


def said(page: Page, text: str) -> None:
    expect(page.get_by_role("alertdialog").or_(page.get_by_role("region", name="Remarks")).get_by_text(text).first).to_be_visible()


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()


def test_an_admin_builds_a_calendar_and_a_policy_and_sees_the_deadlines(
        world: World, sit_down: SitDown, accessible: Accessible) -> None:
    page = sit_down(world.admin, at="/settings/calendars")
    expect(page.get_by_text("There are no calendars yet.")).to_be_visible()
    page.get_by_role("link", name="New calendar").click()
    page.get_by_label("Name").fill("デスク")
    page.get_by_role("group", name="Friday").get_by_text("Friday", exact=True).click()  # closed on Fridays
    page.get_by_label("A ticket is opened at").fill("2026-06-04T16:30")  # a Thursday in Lagos
    preview = page.get_by_role("table")
    row = preview.get_by_role("row", name="1 hour")
    expect(row).to_contain_text("Mon")
    expect(row).to_contain_text("Jun 8")
    accessible(page)
    page.get_by_role("button", name="Make this calendar").click()
    expect(page.get_by_role("heading", name="デスク")).to_be_visible()
    with unit_of_work(world.pandar.id):
        calendar = Calendar.objects.get()
    assert ({each["weekday"] for each in calendar.hours}, calendar.time_zone) == ({0, 1, 2, 3}, "Africa/Lagos")

    page.get_by_role("link", name="SLA policies").click()
    page.get_by_role("link", name="New policy").click()
    page.get_by_label("Name").fill("Gold")
    page.get_by_text("For all other tickets").click()
    page.get_by_label("First answer: counts by").select_option("デスク")
    page.get_by_label("First answer, Normal", exact=True).fill("2")
    page.get_by_label("Solution, Urgent", exact=True).fill("1")
    page.get_by_label("Solution, Urgent: unit").select_option("days")
    page.get_by_label("A ticket is opened at").fill("2026-06-04T16:30")
    deadlines = page.get_by_role("region", name="What would that mean?").get_by_role("table")
    expect(deadlines.get_by_role("row", name="Normal")).to_contain_text("Mon, Jun 8, 10:30")
    expect(deadlines.get_by_role("row", name="Urgent")).to_contain_text("Fri, Jun 5, 04:30")
    accessible(page)
    page.get_by_role("button", name="Make this policy").click()
    expect(page.get_by_role("heading", name="Gold")).to_be_visible()
    with unit_of_work(world.pandar.id):
        policy = SlaPolicy.objects.get()
        assert policy.is_default and {(target.clock, target.seconds, target.calendar_id) for target in policy.targets.all()} == {
            ("first_response", 7200, calendar.pk), ("resolution", 86_400, None)}
    owed = world.api(world.agent).get(f"tickets/{world.ticket().pk}/").data["sla"]
    assert owed["first_response"]["target_seconds"] == 7200, "and a ticket that is opened now has it"


def test_somebody_is_invited(world: World, sit_down: SitDown, forgive: Forgive) -> None:
    forgive("409")
    page = sit_down(world.manager, at="/settings/people")
    page.get_by_role("button", name="Invite").click()
    window = page.get_by_role("dialog", name="Invite")
    expect(window.get_by_label("Role").get_by_role("option")).to_have_text(["Manager", "Agent"])  # and not Admin, nor Customer
    window.get_by_label("Email address").fill(world.agent.email)
    window.get_by_role("button", name="Send invitation").click()
    expect(window.get_by_label("Email address")).to_have_accessible_description("A user with this address exists already.")
    window.get_by_label("Email address").fill("ngozi@example.com")
    window.get_by_label("Name (may be empty)").fill("نغوزي")
    window.get_by_role("button", name="Send invitation").click()
    expect(window).to_be_hidden()
    row = page.get_by_role("list", name="Open invitations").get_by_role("listitem")
    expect(row).to_contain_text("نغوزي")
    row.get_by_role("button", name="Send again").click()
    said(page, "Another email is on its way")
    with unit_of_work(world.pandar.id):
        invitation = Invitation.objects.get()
        assert (invitation.email, invitation.role.slug, invitation.number) == ("ngozi@example.com", "agent", 2)
    row.get_by_role("button", name="Withdraw").click()
    page.get_by_role("dialog").get_by_role("button", name="Withdraw").click()
    expect(row).to_be_hidden()
    with unit_of_work(world.pandar.id):
        assert Invitation.objects.get().withdrawn_at is not None


def test_a_permission_that_is_given_takes_effect_at_once(world: World, sit_down: SitDown, accessible: Accessible) -> None:
    agents = sit_down(world.agent, at="/settings")
    places = agents.get_by_role("navigation", name="Settings").get_by_role("link")
    expect(places).to_have_text(["Settings", "Your account"])
    page = sit_down(world.admin, at="/settings/roles")
    table = page.get_by_role("region", name="Who may do what")
    expect(table.get_by_role("row", name="Take tickets from the queue").get_by_role("cell")).to_have_text(["No", "No", "Yes", "No"])
    accessible(page)
    table.get_by_role("link", name="Agent").click()
    page.get_by_role("group", name="Skills").get_by_text("See", exact=True).click()
    accessible(page)
    save(page)
    expect(agents.get_by_role("navigation", name="Settings").get_by_role("link", name="Skills")).to_be_visible()
    agents.get_by_role("navigation", name="Settings").get_by_role("link", name="Skills").click()
    expect(agents.get_by_text("There are no skills yet.")).to_be_visible()
    expect(agents.get_by_role("link", name="New skill")).to_be_hidden()
    with unit_of_work(world.pandar.id):
        assert AuditEntry.objects.filter(action="role_permissions_changed").exists()


def test_somebody_gets_another_role_and_is_switched_off(world: World, sit_down: SitDown, accessible: Accessible) -> None:
    page = sit_down(world.admin, at="/settings/people")
    page.get_by_label("Name or address").fill("teammate")
    expect(page.get_by_role("list", name="People").get_by_role("listitem")).to_have_count(1)
    page.get_by_role("link", name=world.teammate.name).click()
    expect(page.get_by_role("heading", name=world.teammate.name, level=1)).to_be_visible()  # the list has a field of that name too
    page.get_by_label("Role").select_option("Manager")
    accessible(page)
    save(page)
    window = page.get_by_role("dialog", name=re.compile("Manager"))
    expect(window).to_contain_text("signed out everywhere")
    window.get_by_role("button", name="Change the role").click()
    said(page, "Saved.")
    page.get_by_text("Can sign in").click()
    save(page)
    page.get_by_role("dialog").get_by_role("button", name="Switch off").click()
    expect(page.get_by_text("Not saved yet")).to_be_hidden()
    after = world.pandar.fresh(world.teammate)
    assert (after.is_active, after.epoch > world.teammate.epoch) == (False, True)
    page.goto(f"/settings/people/{world.admin.id}")
    expect(page.get_by_label("Role")).to_be_disabled()  # oneself
    expect(page.get_by_text("Somebody else has to change this for you.")).to_be_visible()


def test_managers_look_and_agents_do_not(world: World, sit_down: SitDown) -> None:
    with unit_of_work(world.pandar.id):
        role = Role.objects.get(slug="agent")
    page = sit_down(world.manager, at=f"/settings/roles/{role.id}")
    expect(page.get_by_text("You can see this and not change it.")).to_be_visible()
    expect(page.get_by_role("checkbox", name="Take tickets from the queue")).to_be_disabled()
    expect(page.get_by_role("navigation", name="Settings").get_by_role("link", name="Organization")).to_be_hidden()
    page.goto("/settings/organization")
    expect(page).to_have_url(re.compile("/settings$"))
    agents = sit_down(world.agent, at="/settings/people")
    expect(agents).to_have_url(re.compile("/settings$"))
    expect(agents.get_by_role("link", name="Administration")).to_have_count(0)


def test_a_time_zone_is_typed_letter_by_letter(world: World, sit_down: SitDown, forgive: Forgive) -> None:
    forgive("400")
    page = sit_down(world.admin, at="/settings/calendars/new")
    zone = page.get_by_label("Time zone")
    zone.fill("Africa/Lagos")
    expect(page.get_by_role("table").last).to_be_visible()
    zone.fill("Africa/Lago")
    expect(zone).to_have_value("Africa/Lago")
    expect(page.get_by_role("table").last).to_have_count(0)  # the server's answer says why
    zone.fill("Africa/Lagos")
    expect(page.get_by_role("table").last).to_be_visible()


def test_the_administration_pages_open_without_another_sign_in(world: World, sit_down: SitDown) -> None:
    page = sit_down(world.admin, at="/settings")
    page.get_by_role("navigation", name="Settings").get_by_role("link", name="Administration").click()
    expect(page.get_by_role("heading", name="Administration")).to_be_visible()
    expect(page.get_by_text(world.admin.name).first).to_be_visible()
    page.goto(f"/settings/people/{world.agent.id}")
    page.get_by_role("link", name="History").click()
    expect(page.get_by_role("heading", name=re.compile("^History of"))).to_be_visible()
    page.goto("/settings/account")
    change_password(page, "a lamp in the harbour")
    page.goto("/admin/")
    expect(page.get_by_role("heading", name="Administration")).to_be_visible()  # with the new password's session too


def change_password(page: Page, new: str) -> None:
    page.get_by_role("button", name="Change password").click()
    window = page.get_by_role("dialog", name="Another password")
    window.get_by_label("Your password").fill(PASSWORD)
    window.get_by_label("New password", exact=True).fill(new)
    window.get_by_label("New password again").fill(new)
    window.get_by_role("button", name="Change password").click()
    expect(window).to_be_hidden()


def test_ones_own_password_and_sessions(world: World, sit_down: SitDown, forgive: Forgive) -> None:
    forgive("400", "401")
    page, other = sit_down(world.agent, at="/settings/account"), sit_down(world.agent, at="/settings/account")
    sessions = page.get_by_role("list", name="Where you are signed in").get_by_role("listitem")
    page.reload()
    expect(sessions).to_have_count(2)
    page.get_by_role("button", name="Change password").click()
    window = page.get_by_role("dialog", name="Another password")
    window.get_by_label("Your password").fill("not mine")
    window.get_by_label("New password", exact=True).fill("short")
    window.get_by_label("New password again").fill("short")
    window.get_by_role("button", name="Change password").click()
    expect(window.get_by_text("This is not your password.")).to_be_visible()
    page.keyboard.press("Escape")
    change_password(page, "a lamp in the harbour")
    expect(sessions).to_have_count(1)
    expect(page.get_by_text("This browser", exact=True)).to_be_visible()
    expect(page.get_by_text("Connected", exact=True)).to_be_visible()  # its line began anew
    expect(other.get_by_role("dialog")).to_be_visible()  # where one signs in again


def test_ones_own_second_factor(world: World, sit_down: SitDown, accessible: Accessible) -> None:
    page = sit_down(world.agent, at="/settings/account")
    page.get_by_role("button", name="Set up").click()
    window = page.get_by_role("dialog", name="Set up")
    window.get_by_label("Your password").fill(PASSWORD)
    window.get_by_role("button", name="Continue").click()
    expect(window.get_by_role("img", name="QR code")).to_be_visible()
    accessible(page)
    secret = window.get_by_role("code").inner_text()
    window.get_by_label("Code").fill(pyotp.TOTP(secret).now())
    window.get_by_role("button", name="Confirm").click()
    codes = page.get_by_role("dialog", name="Second factor")
    expect(codes.get_by_role("code")).to_have_count(10)
    codes.get_by_text("I have kept them").click()
    codes.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("10 recovery codes left")).to_be_visible()


def test_what_is_not_saved_is_asked_for_and_who_was_faster_is_shown(world: World, sit_down: SitDown, forgive: Forgive) -> None:
    forgive("409")
    page = sit_down(world.admin, at="/settings/organization")
    page.get_by_label("Name").fill("Mine")
    page.get_by_role("link", name="People").click()
    window = page.get_by_role("dialog", name="Leave without saving?")
    window.get_by_role("button", name="Keep editing").click()
    expect(page.get_by_label("Name")).to_have_value("Mine")
    assert world.api(world.admin).patch("organization/", {"name": "Theirs", "requires_confirmed_email": False}).status == 200
    save(page)
    conflict = page.get_by_role("alert")
    expect(conflict).to_contain_text("Somebody else changed this meanwhile.")
    expect(conflict.get_by_role("row", name="Name")).to_contain_text("Theirs")
    conflict.get_by_role("button", name="Save mine").click()
    said(page, "Saved.")
    with unit_of_work(world.pandar.id):
        assert Organization.objects.get().name == "Mine"
    page.get_by_label("Name").fill("Never")
    page.get_by_role("link", name="People").click()
    window.get_by_role("button", name="Leave without saving").click()
    expect(page.get_by_role("heading", name="People")).to_be_visible()
    page.get_by_role("navigation", name="Settings").get_by_role("link", name="Organization").click()
    expect(page.get_by_label("Name")).to_have_value("Mine")


def test_a_demand_for_a_second_factor_begins_with_ones_own(world: World, sit_down: SitDown, forgive: Forgive) -> None:
    forgive("409")
    page = sit_down(world.admin, at="/settings/organization")
    page.get_by_text("Staff need a second factor").click()
    save(page)
    page.get_by_role("dialog").get_by_role("button", name="Demand it").click()
    expect(page.get_by_role("alert")).to_contain_text("Set up your own second factor first")
    with unit_of_work(world.pandar.id):
        assert not Organization.objects.get().requires_second_factor


def test_what_the_server_refuses_stands_at_its_field(world: World, sit_down: SitDown, forgive: Forgive) -> None:
    forgive("400", "503", "Failed to load resource")
    page = sit_down(world.admin, at="/settings/queue")
    prefix = page.get_by_label("Letters before ticket numbers")
    prefix.fill("A B")
    save(page)
    expect(page.get_by_text("Up to ten letters and digits.")).to_be_visible()
    expect(prefix).to_have_value("A B")
    prefix.fill("HILFE")
    page.route("**/api/v1/queue/settings/", lambda route: route.abort())
    save(page)
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    expect(prefix).to_have_value("HILFE")
    page.unroute("**/api/v1/queue/settings/")
    save(page)
    said(page, "Saved.")
