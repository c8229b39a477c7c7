"""Rights that end while somebody types: what to do is said, and nothing that was typed is gone."""
import re
from collections.abc import Collection
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.actions import people
from accounts.actor import System
from accounts.models import Role, User
from chat.tests.pictures import png
from foundation.units import unit_of_work
from pandarchat.tests.browser.conftest import PHONE, Accessible, Forgive, SitDown
from pandarchat.tests.browser.test_conversation import at_agent, at_customer, field, kind, paste, said, say, talk, texts
from pandarchat.tests.world import PASSWORD, World
from tickets.models import Ticket
from tickets.tests.test_transferring import skill_of

pytestmark = pytest.mark.usefixtures("committed")


def change_rights(world: World, role: str, *, take: Collection[str] = (), give: Collection[str] = ()) -> None:
    """As an admin does it, for everybody of the role."""
    with unit_of_work(world.pandar.id):
        found = Role.objects.get(slug=role)
        wanted = {*people.permissions_of(found), *give} - set(take)
        people.set_permissions(role=found, permissions=sorted(wanted), actor=System(world.pandar.id))


def change_person(world: World, person: User, **wanted: Any) -> None:
    with unit_of_work(world.pandar.id):
        people.change(user=person.id, actor=world.pandar.actor(world.pandar.admin), **wanted)


def left(page: Page, text: str) -> Locator:
    return page.get_by_role("figure").filter(has_text=text)


def opened(page: Page, ticket: Ticket) -> None:
    expect(talk(page).get_by_role("article")).not_to_have_count(0)
    expect(page.get_by_role("button", name=re.compile("^Change: Priority"))).to_be_visible()


def test_rights_are_taken_while_one_types_and_given_back(
        world: World, sit_down: SitDown, forgive: Forgive, accessible: Accessible) -> None:
    forgive("403")
    skill_of(world, world.teammate, name="Payouts")
    ticket = world.ticket(agent=world.agent)
    page = sit_down(world.agent, at=at_agent(ticket))
    opened(page, ticket)
    field(page).fill("Half of a reply")
    paste(page, png(), "receipt.png")
    expect(page.get_by_role("list", name="Files").get_by_text("receipt.png")).to_be_visible()
    kind(page, "Note").click()
    field(page).fill("Half of a note")
    page.get_by_role("button", name=re.compile("^Change: Subject")).click()
    subject = page.get_by_role("textbox", name="Subject")
    subject.fill("Half of a subject")

    change_rights(world, "agent", take=["chat.write_note", "tickets.change_ticket"])
    expect(page.get_by_role("alert").filter(has_text="You may not write notes any more")).to_contain_text("Half of a note")
    expect(field(page)).to_have_value("Half of a reply")
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_visible()
    expect(page.get_by_role("alert").filter(has_text="You may not change this any more")).to_be_visible()
    expect(subject).to_have_value("Half of a subject")
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    accessible(page)

    change_rights(world, "agent", take=["chat.send_message"])
    expect(page.get_by_text("You may not write here: your rights do not include it.")).to_be_visible()
    for text in ("Half of a reply", "Half of a note", "receipt.png"):
        expect(left(page, text)).to_be_visible()
    with page.expect_download() as taken:
        page.get_by_role("link", name="Save receipt.png on this device").click()
    assert taken.value.path().read_bytes() == png()
    accessible(page)

    change_rights(world, "agent", give=["chat.write_note", "chat.send_message", "tickets.change_ticket"])
    expect(field(page)).to_have_value("Half of a reply")
    subject.press("Enter")
    expect(page.get_by_role("heading", name="Half of a subject")).to_be_visible()
    field(page).press("Control+Enter")
    expect(said(page, "Half of a reply").get_by_role("img", name="receipt.png")).to_be_visible()
    kind(page, "Note").click()
    expect(field(page)).to_have_value("Half of a note")

    page.locator("body").evaluate("() => document.activeElement?.blur()")
    page.keyboard.press("a")
    page.get_by_role("dialog").get_by_role("option").filter(has_text="Payouts").click()
    dialog = page.get_by_role("dialog", name="Transfer to Payouts")
    dialog.get_by_label("Note for whoever takes it").fill("The bank asks for the name.")
    change_rights(world, "agent", take=["tickets.transfer_ticket"])
    dialog.get_by_role("button", name="Transfer").click()
    refused = page.get_by_role("alert").filter(has_text="You may not do this.")
    expect(refused.get_by_text("The bank asks for the name.")).to_be_visible()
    expect(refused.get_by_role("button", name="Copy text")).to_be_visible()
    assert texts(world, ticket)[1:] == ["Half of a reply"]


def test_who_loses_the_ticket_and_is_disabled_while_typing_keeps_it_and_goes_on_where_they_are_let_in_again(
        world: World, sit_down: SitDown, forgive: Forgive) -> None:
    forgive("401", "403", "404", "WebSocket")  # who is not an agent any more may be asked for once
    ticket = world.ticket(agent=world.agent)
    page = sit_down(world.agent, at=at_agent(ticket))
    opened(page, ticket)
    field(page).fill("Half of an answer")
    world.available(world.teammate)
    given = world.api(world.manager).post(f"tickets/{ticket.pk}/reassign/", {"agent": str(world.teammate.id)})
    assert given.status == 200, given.text
    expect(talk(page).get_by_text(f"{world.manager.name} gave this to {world.teammate.name}")).to_be_visible()
    expect(page.get_by_role("option").filter(has_text=ticket.subject)).to_have_count(0)  # it is none of theirs any more
    expect(field(page)).to_have_value("Half of an answer")
    change_person(world, world.agent, active=False)
    asked = page.get_by_role("dialog", name="You were signed out")
    asked.get_by_label("Password", exact=True).fill(PASSWORD)
    asked.get_by_role("button", name="Sign in", exact=True).click()
    expect(asked.get_by_role("alert")).not_to_be_empty()
    expect(asked.get_by_text("If you are not let in any more, ask an administrator.")).to_be_visible()
    asked.get_by_role("button", name="Close").click()
    expect(field(page)).to_have_value("Half of an answer")
    expect(page.get_by_text("Signed out. What you typed is still here.")).to_be_visible()
    field(page).press_sequentially(", and more")

    change_person(world, world.agent, active=True, role="manager")
    page.get_by_role("contentinfo").get_by_role("button", name="Sign in").click()
    asked.get_by_label("Password", exact=True).fill(PASSWORD)
    asked.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("link", name="Queue")).to_be_visible()  # who they are now
    expect(page.get_by_role("radio", name="Available")).to_have_count(0)
    expect(field(page)).to_have_value("Half of an answer, and more")
    field(page).press("Control+Enter")
    expect(said(page, "Half of an answer, and more")).to_have_count(1)
    expect(page.get_by_text("Sending…")).to_have_count(0)
    assert texts(world, ticket)[1:] == ["Half of an answer, and more"]


def test_a_customer_who_may_not_write_any_more_is_told_so_too(
        world: World, sit_down: SitDown, forgive: Forgive, accessible: Accessible) -> None:
    forgive("403")  # of a draft that was about to be saved
    ticket = world.ticket(agent=world.agent)
    page = sit_down(world.customer, at=at_customer(ticket), viewport=PHONE)
    expect(talk(page).get_by_role("article")).not_to_have_count(0)
    field(page).fill("I wanted to")
    change_rights(world, "customer", take=["chat.send_message"])
    expect(page.get_by_text("You may not write here")).to_be_visible()
    expect(left(page, "I wanted to")).to_be_visible()
    accessible(page)
    change_rights(world, "customer", give=["chat.send_message"])
    expect(field(page)).to_have_value("I wanted to")
    say(page, "I wanted to say it")
    expect(said(page, "I wanted to say it")).to_have_count(1)
