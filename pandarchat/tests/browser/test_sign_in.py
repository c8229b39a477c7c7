"""Signing in, in a real browser."""
import re

import pyotp
import pytest
from django.db.models.functions import Now
from playwright.sync_api import Page, expect

from accounts.actions import factors
from accounts.models import Factor, Organization, User
from accounts.tests.mail_world import sent, token_in
from foundation.units import unit_of_work
from pandarchat.tests.browser.conftest import Accessible, Forgive, SitDown
from pandarchat.tests.world import PASSWORD, World

pytestmark = pytest.mark.usefixtures("committed")
NEW = "a lamp in the harbour"


def fill(page: Page, email: str, password: str = PASSWORD) -> None:
    page.get_by_label("Organization").fill("pandar")
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def secured(world: World) -> str:
    """The secret of the agent's authenticator app."""
    with unit_of_work(world.pandar.id):
        secret = factors.enrol(user=User.objects.select_related("organization").get(id=world.agent.id)).secret
        Factor.objects.update(confirmed_at=Now())
    return secret


def test_somebody_signs_in_and_comes_where_they_wanted_to_go(world: World, sit_down: SitDown, forgive: Forgive) -> None:
    forgive("401")
    ticket = world.ticket()
    page = sit_down(at=f"/tickets/{ticket.pk}")
    fill(page, world.agent.email)
    expect(page.get_by_role("heading", name=ticket.subject)).to_be_visible()
    assert page.url.endswith(f"/tickets/{ticket.pk}")


def test_a_wrong_password_says_so_and_keeps_what_was_typed(world: World, sit_down: SitDown, forgive: Forgive) -> None:
    forgive("401")
    page = sit_down(at="/sign-in")
    fill(page, world.agent.email, "something else")
    expect(page.get_by_role("alert")).to_contain_text("password")
    expect(page.get_by_label("Email address")).to_have_value(world.agent.email)


def test_staff_choose_a_forgotten_password_anew_by_the_link_in_a_letter(
        world: World, sit_down: SitDown, forgive: Forgive, accessible: Accessible) -> None:
    """On pages without scripts, which tell nobody the address that they were opened by."""
    forgive("401")
    page = sit_down(at="/sign-in")
    page.get_by_role("link", name="Forgotten your password?").click()
    page.get_by_label("Organization").fill("pandar")
    page.get_by_label("Address").fill(world.agent.email)
    page.get_by_role("button", name="Send me an email").click()
    expect(page.get_by_role("status")).to_contain_text("an email is on its way")
    accessible(page)
    page.get_by_role("button", name="Send another email").click()
    expect(page.get_by_role("status")).to_contain_text("We tried once more.")
    _, letter = sent(world.pandar.id)
    referrers: list[str] = []
    page.on("request", lambda request: referrers.append(request.all_headers().get("referer", "")))
    page.goto(f"/account/reset/?token={token_in(letter)}")
    page.get_by_label("New password:", exact=True).fill(NEW)
    page.get_by_label("New password again").fill(NEW)
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_role("status")).to_have_text(re.compile(r"^\s*Your password was changed.* with it now\.\s*$"))
    assert any(referrers) and not any("token" in referrer for referrer in referrers)
    page.goto("/sign-in")
    fill(page, world.agent.email, NEW)
    expect(page.get_by_role("button", name="Your account")).to_be_visible()


def test_an_invitation_is_accepted_by_the_link_in_a_letter(world: World, sit_down: SitDown, forgive: Forgive) -> None:
    forgive("401")
    assert world.api(world.admin).post("invitations/", {"email": "new@pandar.test", "role": "agent"}).status == 201
    page = sit_down(at=f"/account/invitation/?token={token_in(sent(world.pandar.id)[-1])}")
    page.get_by_label("Your name").fill("Zainab Bello")
    page.get_by_label("New password:", exact=True).fill(NEW)
    page.get_by_label("New password again").fill(NEW)
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("status")).not_to_contain_text("once more")
    page.goto("/sign-in")
    fill(page, "new@pandar.test", NEW)
    expect(page.get_by_role("button", name="Your account")).to_be_visible()


def test_the_check_for_accessibility_finds_what_is_wrong(sit_down: SitDown, forgive: Forgive, accessible: Accessible) -> None:
    """The control."""
    forgive("401")
    page = sit_down(at="/sign-in")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    page.evaluate("document.querySelectorAll('label').forEach(label => label.remove())")
    assert any(found.startswith("label:") for found in accessible.violations(page))


def test_a_page_that_does_what_its_policy_forbids_fails_its_test(sit_down: SitDown, forgive: Forgive) -> None:
    """The control of the policy, and of the watch over it."""
    forgive("401", "Content Security Policy")
    page = sit_down(at="/sign-in")
    page.evaluate("""() => {
        const style = document.createElement('style')
        style.textContent = 'body { color: red }'
        document.head.append(style)
    }""")
    assert page.evaluate("getComputedStyle(document.body).color") != "rgb(255, 0, 0)"


def test_a_second_factor_is_asked_for_and_a_wrong_code_changes_nothing(world: World, sit_down: SitDown, forgive: Forgive) -> None:
    forgive("401", "400")
    secret = secured(world)
    page = sit_down(at="/sign-in")
    fill(page, world.agent.email)
    code = page.get_by_label("Code")
    code.fill("000000" if pyotp.TOTP(secret).now() != "000000" else "111111")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("alert")).not_to_be_empty()
    code.fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("navigation", name="Pandar Chat")).to_be_visible()


def test_where_it_is_demanded_the_app_is_set_up_and_recovery_codes_are_kept_before_one_goes_on(
        world: World, sit_down: SitDown, forgive: Forgive, accessible: Accessible) -> None:
    forgive("401")
    with unit_of_work(world.pandar.id):
        Organization.objects.filter(id=world.pandar.id).update(requires_second_factor=True)
    page = sit_down(at="/sign-in")
    fill(page, world.agent.email)
    expect(page.get_by_alt_text("QR code")).to_be_visible()
    assert page.get_by_alt_text("QR code").evaluate("picture => picture.naturalWidth") > 0
    accessible(page)
    page.get_by_label("Code", exact=True).fill(pyotp.TOTP(page.locator("code").inner_text()).now())
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    expect(page.get_by_role("button", name="Go on")).to_be_disabled()
    page.get_by_text("I have kept them").click()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("navigation", name="Pandar Chat")).to_be_visible()
