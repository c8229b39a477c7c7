"""A customer's account: letters that are followed, a second factor, and where one is signed in."""
import re
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import Factor, Organization
from accounts.tests.mail_world import sent
from foundation.units import unit_of_work
from pandarchat.tests.browser.conftest import Accessible, Forgive, SitDown
from pandarchat.tests.browser.portal import HAND, PORTAL
from pandarchat.tests.world import PASSWORD, World

pytestmark = pytest.mark.usefixtures("committed", "redis_url")
NEW = "a lamp in the harbour"
DESK = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def letters(world: World) -> dict[str, list[Any]]:
    """Those that are owed, sent now, by whom they are to."""
    found: dict[str, list[Any]] = {}
    for letter in sent(world.pandar.id):
        found.setdefault(letter.to[0], []).append(letter)
    return found


def link_in(letter: Any) -> str:
    """The address below the site."""
    found = re.search(r"https?://[^/]+(/portal/\S+\?token=\S+)", letter.body)
    assert found, letter.body
    return found[1]


def sign_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def at_home(page: Page) -> None:
    expect(page.get_by_role("heading", name="How can we help?")).to_be_visible()


def test_an_address_is_confirmed_by_the_link_in_a_letter(world: World, sit_down: SitDown, forgive: Forgive, accessible: Accessible) -> None:
    forgive("401", "403", "410")
    with unit_of_work(world.pandar.id):
        Organization.objects.filter(id=world.pandar.id).update(requires_confirmed_email=True)
    page = sit_down(at=f"{PORTAL}register", **HAND)
    page.get_by_label("Your name").fill("Ngozi Eze")
    page.get_by_label("Email address").fill("ngozi@example.com")
    page.get_by_label("Password", exact=True).fill(NEW)
    page.get_by_role("button", name="Make an account").click()
    expect(page.get_by_role("heading", name="One thing is left")).to_be_visible()
    expect(page.get_by_text("We sent an email to ngozi@example.com.")).to_be_visible()
    (first,) = letters(world)["ngozi@example.com"]
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="One thing is left")).to_be_visible()
    page.get_by_role("button", name="Send another email").click()
    expect(page.get_by_text("Another email is on its way.")).to_be_visible()
    accessible(page)
    (other,) = letters(world)["ngozi@example.com"]
    assert link_in(first) != link_in(other)

    page.goto(link_in(other))
    expect(page.get_by_role("heading", name="Confirm your address")).to_be_visible()
    assert "token" not in page.url  # nobody copies it on
    accessible(page)
    page.get_by_role("button", name="This is my address").click()
    expect(page.get_by_text("ngozi@example.com is confirmed.")).to_be_visible()
    page.get_by_role("link", name="To the sign-in").click()
    sign_in(page, "ngozi@example.com", NEW)
    at_home(page)
    page.goto(link_in(other))
    page.get_by_role("button", name="This is my address").click()
    expect(page.get_by_role("alert")).to_contain_text("This link does not work any more.")
    page.goto(f"{PORTAL}confirm")
    expect(page.get_by_role("alert")).to_contain_text("This address lacks the end of its link.")


def test_a_forgotten_password_is_chosen_anew_by_the_link_in_a_letter(
        world: World, sit_down: SitDown, forgive: Forgive, accessible: Accessible) -> None:
    forgive("401", "400", "410", "WebSocket")
    other = sit_down(world.customer, at=PORTAL)
    at_home(other)
    page = sit_down(at=PORTAL, **HAND)
    sign_in(page, world.customer.email, "I do not remember")
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_role("link", name="Forgotten your password?").click()
    expect(page.get_by_label("Email address")).to_have_value(world.customer.email)
    accessible(page)
    page.get_by_role("button", name="Send me an email").click()
    expect(page.get_by_role("status")).to_contain_text(f"an email is on its way to {world.customer.email}")
    (earlier,) = letters(world)[world.customer.email]
    page.get_by_role("button", name="Send another email").click()
    expect(page.get_by_role("status")).to_contain_text("We tried once more.")
    accessible(page)
    (letter,) = letters(world)[world.customer.email]
    assert link_in(letter) != link_in(earlier)
    forgive("429")
    page.route("**/api/v1/auth/password/reset/", lambda route: route.fulfill(
        status=429, json={"success": False, "error": "Too many tries.", "code": "rate_limited", "retry_after_ms": 240_000}))
    page.get_by_role("button", name="Send another email").click()
    expect(page.get_by_role("alert")).to_contain_text("That was too often. Try again in 4")
    page.unroute("**/api/v1/auth/password/reset/")
    page.goto(link_in(letter))
    password = page.get_by_label("Password", exact=True)
    password.fill("password123")
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_text("too common")).to_be_visible()
    accessible(page)
    password.fill(NEW)
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_text("you were signed out everywhere")).to_be_visible()
    expect(other.get_by_role("dialog", name="You were signed out")).to_be_visible()
    page.get_by_role("link", name="To the sign-in").click()
    sign_in(page, world.customer.email, PASSWORD)
    expect(page.get_by_role("alert")).to_be_visible()
    sign_in(page, world.customer.email, NEW)
    at_home(page)
    page.goto(link_in(letter))
    password.fill("another lamp in the harbour")
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_role("alert")).to_contain_text("This link does not work any more.")
    page.get_by_role("link", name="Have another one sent").click()
    expect(page.get_by_role("button", name="Send me an email")).to_be_visible()


def factor(page: Page) -> Locator:
    return page.locator("section", has=page.get_by_role("heading", name="Second factor"))


def keep(page: Page) -> list[str]:
    """The recovery codes, which are said to be kept."""
    window = page.get_by_role("dialog", name="Second factor")
    expect(window.get_by_role("code")).to_have_count(10)
    found = window.get_by_role("code").all_inner_texts()
    window.get_by_text("I have kept them").click()
    window.get_by_role("button", name="Go on").click()
    expect(window).to_be_hidden()
    return found


def test_a_second_factor_is_set_up_asked_for_and_switched_off(
        world: World, sit_down: SitDown, forgive: Forgive, accessible: Accessible) -> None:
    forgive("400", "401")
    page = sit_down(world.customer, at=f"{PORTAL}account", **HAND)
    factor(page).get_by_role("button", name="Set up").click()
    window = page.get_by_role("dialog", name="Set up a second factor")
    window.get_by_label("Your password").fill("not mine")
    window.get_by_role("button", name="Continue").click()
    expect(window.get_by_text("This is not your password.")).to_be_visible()
    window.get_by_label("Your password").fill(PASSWORD)
    window.get_by_role("button", name="Continue").click()
    picture = window.get_by_role("img", name="QR code")
    expect(picture).to_be_visible()
    assert picture.evaluate("picture => picture.naturalWidth") > 0
    expect(window.get_by_role("link", name="Open it with the key")).to_have_attribute("href", re.compile("^otpauth://totp/"))
    accessible(page)
    app = pyotp.TOTP(window.get_by_role("code").inner_text())
    window.get_by_label("Code").fill("000000" if app.now() != "000000" else "111111")
    window.get_by_role("button", name="Confirm").click()
    expect(window.get_by_text("This code is not right, or was used before.")).to_be_visible()
    with unit_of_work(world.pandar.id):
        assert Factor.objects.get().confirmed_at is None
    window.get_by_label("Code").fill(f"{app.now()[:3]} {app.now()[3:]}")
    window.get_by_role("button", name="Confirm").click()
    codes = keep(page)
    expect(page.get_by_text("The second factor is on.")).to_be_visible()
    expect(factor(page).get_by_text("10 recovery codes left")).to_be_visible()
    accessible(page)

    page.get_by_role("button", name="Sign out", exact=True).click()
    sign_in(page, world.customer.email, PASSWORD)
    page.get_by_label("Code").fill("2222-2222-2222-2222")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("This code is not right, or was used before.")).to_be_visible()
    accessible(page)
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Confirm").click()
    expect(factor(page).get_by_text("9 recovery codes left")).to_be_visible()

    factor(page).get_by_role("button", name="New recovery codes").click()
    prove(page, "New recovery codes", "New recovery codes", codes[1])
    fresh = keep(page)
    assert not set(codes) & set(fresh)
    expect(factor(page).get_by_text("10 recovery codes left")).to_be_visible()
    factor(page).get_by_role("button", name="Switch off").click()
    prove(page, "Switch off the second factor", "Switch off", codes[2])
    expect(page.get_by_text("This code is not right, or was used before.")).to_be_visible()  # the earlier ones are void
    prove(page, "Switch off the second factor", "Switch off", fresh[0])
    expect(factor(page).get_by_role("button", name="Set up")).to_be_visible()
    told = " ".join(letter.subject for letter in letters(world)[world.customer.email])
    assert "Your second factor" in told and "is gone" in told


def prove(page: Page, title: str, act: str, code: str) -> None:
    window = page.get_by_role("dialog", name=title)
    window.get_by_label("Your password").fill(PASSWORD)
    window.get_by_label("Code").fill(code)
    window.get_by_role("button", name=act).click()


def test_sessions_are_seen_and_ended_elsewhere(world: World, sit_down: SitDown, forgive: Forgive) -> None:
    """Whoever is signed out there stays on their page, and is in again with their password."""
    forgive("401", "WebSocket")
    phone = sit_down(world.customer, at=PORTAL, **HAND)
    desk = sit_down(world.customer, at=f"{PORTAL}new", user_agent=DESK)
    desk.get_by_label("Your message").fill("Half a letter")
    phone.get_by_role("link", name="Account").click()
    rows = phone.locator("section", has=phone.get_by_role("heading", name="Where you are signed in")).get_by_role("listitem")
    expect(rows).to_have_count(2)
    expect(rows.filter(has_text="this device")).to_have_count(1)
    elsewhere = rows.filter(has_text="Firefox")
    expect(elsewhere).to_contain_text("Linux")
    elsewhere.get_by_role("button", name="Sign out there").click()
    expect(phone.get_by_text("Signed out there.")).to_be_visible()
    expect(rows).to_have_count(1)
    expect(phone.get_by_text("You are signed in nowhere else.")).to_be_visible()
    window = desk.get_by_role("dialog", name="You were signed out")
    expect(window).to_contain_text("sign in again to go on")
    expect(window).not_to_contain_text("administrator")  # a customer has none
    expect(window.get_by_label("Organization")).to_have_count(0)  # nor does a customer know what that is
    with desk.expect_popup() as opening:
        window.get_by_role("link", name="Forgotten your password?").click()
    expect(opening.value.get_by_role("button", name="Send me an email")).to_be_visible()
    opening.value.close()
    window.get_by_label("Password", exact=True).fill(PASSWORD)
    window.get_by_role("button", name="Sign in", exact=True).click()
    expect(window).to_be_hidden()
    expect(desk.get_by_label("Your message")).to_have_value("Half a letter")
    desk.get_by_role("link", name="Account").click()
    desk.get_by_role("button", name="Sign out everywhere else").click()
    expect(desk.get_by_text("You are signed out everywhere else.")).to_be_visible()
    expect(phone.get_by_role("dialog", name="You were signed out")).to_be_visible()


def test_a_customer_changes_their_name_and_staff_see_it(world: World, sit_down: SitDown, forgive: Forgive, accessible: Accessible) -> None:
    forgive("400")
    ticket, before = world.ticket(world.customer), world.customer.name
    page = sit_down(world.customer, at=f"{PORTAL}account", **HAND)
    page.get_by_role("button", name="Change your name").click()
    name = page.get_by_role("textbox", name="Your name")
    expect(name).to_have_value(before)
    name.fill("   ")
    page.get_by_role("button", name="Change your name").click()
    expect(page.get_by_text("This field may not be blank.")).to_be_visible()
    name.fill(" Zoë Ẹlẹ́gbẹ́ ")
    accessible(page)
    page.get_by_role("button", name="Change your name").click()
    expect(page.get_by_text("Your name was changed.")).to_be_visible()
    expect(name).to_be_hidden()
    expect(page.get_by_role("main").get_by_text("Zoë Ẹlẹ́gbẹ́", exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_role("main").get_by_text("Zoë Ẹlẹ́gbẹ́", exact=True)).to_be_visible()
    seen = world.api(world.manager)
    assert seen.get(f"tickets/{ticket.pk}/").data["customer"]["name"] == "Zoë Ẹlẹ́gbẹ́"
    assert seen.get(f"tickets/{ticket.pk}/entries/", after="0").data["entries"][0]["sender"]["name"] == before


def test_another_password_leaves_this_browser_alone(world: World, sit_down: SitDown, forgive: Forgive) -> None:
    forgive("WebSocket")
    page, other = sit_down(world.customer, at=f"{PORTAL}account", **HAND), sit_down(world.customer, at=PORTAL)
    page.get_by_role("button", name="Change your password").click()
    page.get_by_label("Your password now").fill(PASSWORD)
    page.get_by_label("New password").fill("a lamp in the harbour")
    page.get_by_role("button", name="Change your password").click()
    expect(page.get_by_text("you were signed out everywhere else")).to_be_visible()
    forgive("401")
    expect(other.get_by_role("dialog")).to_be_visible()
    ticket = world.ticket(world.customer)
    page.get_by_role("link", name="Messages").click()
    page.get_by_role("link", name=ticket.subject).click()
    expect(page.get_by_text("Nobody is here at the moment.")).to_be_visible()
