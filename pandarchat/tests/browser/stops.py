"""Where the walk over every page stops: each page of the routers, and what of it is only there after somebody did something.

A stop's address is opened in English at a desk; what it `does` is done there, and it is looked at when `shows` is seen. One without an
address is a further step of the one before it. `{ticket}` and the like are things of `furnish`.
"""
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from playwright.sync_api import Page

from accounts.models import AgentProfile, Shift, User
from chat import sending
from chat.tests.pictures import png
from foundation.ids import uuid7
from foundation.units import unit_of_work
from journeys.actions import building
from journeys.graph.format import DATE, GIFT_CARD, IMAGES, MULTIPLE, NUMBER, SINGLE, TEXT
from journeys.models import Journey
from journeys.tests.graphs import ask, end, example, graph, say
from journeys.tests.offering import Customer, draft, offered
from pandarchat.tests.world import PASSWORD, Rows, Tenant, World, plant
from tickets.actions import escalating, moves
from tickets.models import Priority
from tickets.tests.sla_world import later

ARABIC = "لماذا رُفضت بطاقة الهدايا في المتجر ولم يعرف أحد السبب؟"
JAPANESE = "カードが店で使えませんでした。理由を教えていただけますか。"
EMOJI = "🎁🧾💳 ‽"
LONG = "Die Geschenkkarte wurde abgelehnt, und niemand im Laden konnte sagen, woran das liegen mag oder wer es wissen könnte"
UNBROKEN = "https://example.com/" + "0123456789" * 12
NAMES = {
    "agent": "Oluwaseun-Chukwuemeka Adébáyò-Whitmore von und zu Hohenlohe", "teammate": "山田 花子", "manager": "Ngozi",
    "customer": "عبد الرحمن بن محمد الخوارزمي", "other_customer": "👩🏾‍💻",
}
# Words that are the same in every language, as people wrote them or things are called.
WRITTEN = re.compile("|".join([
    *map(re.escape, (LONG[:30], "0123456789", "Es ist vorbei",
                      "Every kind of question", "We look at it", EMOJI, ARABIC, JAPANESE, *NAMES.values())),
    "zanzibarine", "quetzalcoat", r"@\w+\.test", r"example\.com", "vip", "· pandar$", r"\b(single|multiple|number|date|images|card|text)\?",
    "Pandar Chat", "React Flow", "Language · Langue", "unreached!",
    "English|Français", "Africa/Lagos", "Steam", "PDF", "Chromium|Chrome|Linux"]))
WIDE = ("huge", "desk")
Thing = Callable[[Page], object]


@dataclass(frozen=True)
class Stop:
    address: str | None
    shows: str = ""
    does: Thing | None = None
    sizes: tuple[str, ...] = ("huge", "desk", "phone")  # at which it is there
    settles: str | None = None  # the address at which it ends, where that is another


@dataclass
class Furniture:
    """What there is to look at: addresses are filled with `things`."""

    world: World
    rows: Rows
    things: dict[str, Any] = field(default_factory=dict)


def furnish(world: World) -> Furniture:
    """An organization with a row of everything, of people with names of every kind, who wrote in every script."""
    tenant = world.pandar
    rename(tenant)
    rows = plant(world, tenant)
    found = Furniture(world, rows, {
        "agent": world.agent.id, "role": rows.role.pk, "skill": rows.skill.pk, "calendar": rows.calendar.pk, "policy": rows.policy.pk,
        "invitation": rows.invitation_token})
    with unit_of_work(tenant.id):
        AgentProfile.objects.filter(user__in=[world.agent, world.teammate]).update(availability="available", capacity=9)
        Shift.objects.create(organization_id=tenant.id, agent_id=world.teammate.id, weekday=6, starts=time(22), ends=time(4),
                             time_zone="Asia/Tokyo")
    converse(found)
    question(found)
    return found


def rename(tenant: Tenant) -> None:
    with unit_of_work(tenant.id):
        for who, name in NAMES.items():
            person: User = getattr(tenant, who)
            person.name = name
            person.save(update_fields=["name"])


def converse(found: Furniture) -> None:
    """A ticket in whose conversation everything happened, and others beside it."""
    world, ticket = found.world, found.rows.ticket
    for text in (ARABIC, UNBROKEN, EMOJI):
        world.say(world.customer, ticket, text)
    world.say(world.teammate, ticket, JAPANESE, internal=True)
    gone = world.say(world.agent, ticket, "regretted")
    assert world.api(world.agent).delete(f"messages/{gone.id}/").status == 200
    picture = world.upload(world.customer, f"{LONG}.png", png())
    sending.send(actor=world.actor(world.customer), draft=sending.Draft(
        conversation=ticket.pk, client_id=uuid7(), text="", attachments=(picture.id,)))
    more = [world.ticket(world.customer, agent=world.agent, subject=subject, text=subject, tags=("vip",))
            for subject in (ARABIC, JAPANESE, EMOJI, LONG, UNBROKEN)]
    later(world, more[0], minutes=90)
    closed = world.ticket(world.customer, agent=world.agent, subject="Es ist vorbei")
    with unit_of_work(world.pandar.id):
        actor = world.actor(world.agent)
        moves.set_status(actor=actor, ticket=closed.pk, to="resolved")
    late = world.ticket(world.other_customer, subject=LONG, priority=Priority.URGENT)
    later(world, late, hours=11)
    escalating.escalate_due(organization=world.pandar.id)
    found.things |= {"ticket": ticket.pk, "closed": closed.pk, "waiting": world.ticket(world.customer).pk, "nothing": uuid7()}


def question(found: Furniture) -> None:
    """A journey with every kind of question, and a customer who stands at each of them; one that cannot be published; one to begin."""
    world, tenant = found.world, found.world.pandar
    options = [{"label": label, "value": label[:20]} for label in (LONG, ARABIC, JAPANESE, EMOJI)]
    kinds: list[tuple[str, str, Any, dict[str, Any]]] = [
        ("single", SINGLE, LONG[:20], {"options": options}), ("multiple", MULTIPLE, [ARABIC[:20]], {"options": options, "required": False}),
        ("number", NUMBER, 25.5, {"validation": {"min": 2.5, "max": 10_000}}),
        ("date", DATE, "2026-03-01", {"validation": {"min": "2026-01-01"}}),
        ("images", IMAGES, [str(world.upload(world.customer, "card.png", png()).id)], {}),
        ("card", GIFT_CARD, {"brand": "Steam", "country": "US", "amount": "50"}, {}),
        ("text", TEXT, ARABIC, {"help": LONG, "validation": {"minLength": 5, "maxLength": 60}})]
    following = [kind for kind, *_ in kinds[1:]] + ["done"]
    whole = offered(tenant, graph(
        *(ask(key, kind, nextNode=to, **more) for (key, kind, _, more), to in zip(kinds, following, strict=True)),
        end("done", "create_ticket", ticket={"subject": "{{text}}"}, message="We look at it.")),
        name="Every kind of question", description=LONG)
    found.things["whole"] = whole.pk
    for number, key in enumerate([key for key, *_ in kinds] + ["done"]):
        customer = Customer(world, whole)
        customer.goes(*((key, value) for key, _, value, _ in kinds[:number]))
        found.things[f"run_{key}"] = customer.run
    short = graph(ask("first", SINGLE, question=ARABIC, nextNode="end"), end())
    found.things["short"] = offered(tenant, short, name=ARABIC, description=JAPANESE).pk
    found.things["broken"] = draft(tenant, graph(ask("q", SINGLE), say("unreached", "q")), name=LONG).pk
    old = offered(tenant, example(), name=EMOJI)
    with unit_of_work(tenant.id):
        building.archive(actor=tenant.actor(tenant.admin), journey=old.pk, version=Journey.objects.get(pk=old.pk).version)


def press(name: str, *, exact: bool = True, nth: int = 0) -> Thing:
    return lambda page: page.get_by_role("button", name=name, exact=exact).nth(nth).click()


def key(keys: str) -> Thing:
    return lambda page: page.keyboard.press(keys)


def both(*things: Thing) -> Thing:
    return lambda page: [thing(page) for thing in things]


def shrink(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 640})


def mark_six(page: Page) -> None:
    page.get_by_role("option").nth(0).click(modifiers=["Control"])
    page.get_by_role("option").nth(5).click(modifiers=["Shift"])


def open_all(page: Page) -> None:
    for each in page.get_by_role("button", name="Tickets of").all():
        each.click()


away = key("Escape")


def to(role: Any, name: str) -> Thing:
    return lambda page: page.get_by_role(role, name=name).first.click()


def field_of(name: str, text: str) -> Thing:
    return lambda page: page.get_by_label(name, exact=True).fill(text)


INBOX = [
    Stop("/", LONG),
    Stop(None, "Deadline", press("Filter")),
    Stop(None, "6 marked", both(away, mark_six), sizes=WIDE),
    Stop("/", "Nothing here.", press("Closed", exact=False)),
    Stop("/tickets/{ticket}", "This message was deleted.", press("All open", exact=False)),
    Stop(None, "Copy text", lambda page: page.get_by_role("article").filter(has_text=JAPANESE).last.get_by_role(
        "button", name="More about").click()),
    Stop(None, "Only staff see this", both(away, key("n"))),
    Stop(None, "grinning face", press("Emoji")),
    Stop(None, "100 %", both(away, press("Look at", exact=False))),
    Stop(None, "What would you like to do?", both(away, key("Escape"), key("Control+k"))),
    Stop(None, "Write an internal note", both(away, lambda page: page.locator("body").click(position={"x": 700, "y": 4}), key("?"))),
    Stop(None, "Who takes this?", both(away, key("a"))),
    Stop(None, "Transfer to", both(lambda page: page.keyboard.type("skill"), to("option", "skill"))),
    Stop("/tickets/{ticket}", "opened this", press("What happened"), sizes=WIDE),
    Stop("/tickets/{ticket}", "Needed skill", both(shrink, press("Ticket")), sizes=("phone",)),
    Stop("/tickets/{closed}", "Es ist vorbei"),
    Stop(None, "Sign out", press("Your account")),
    Stop("/tickets/{nothing}", "This is not here, or not yours to see."),
]

BOARD = [
    Stop("/queue", LONG),
    Stop(None, "Nothing open.", open_all),
    Stop(None, "Give to", press("Acts for", exact=False)),
]

SETTINGS = [
    Stop("/settings", "Who may do what."),
    Stop("/settings/account", "This browser"),
    Stop(None, "You will be signed out everywhere else.", press("Change password")),
    Stop("/settings/organization", "Here since"),
    Stop("/settings/people", "Open invitations"),
    Stop(None, "Name (may be empty)", press("Invite")),
    Stop("/settings/people/{agent}", "Sign out everywhere"),
    Stop("/settings/roles", "Take tickets from the queue"),
    Stop("/settings/roles/{role}", "Send messages"),
    Stop("/settings/roles/new", "What you do not hold yourself"),
    Stop("/settings/skills", "skill zanzibarine"),
    Stop("/settings/skills/{skill}", "Who has it"),
    Stop("/settings/shifts", "tickets at once"),
    Stop("/settings/shifts/{agent}", "Add a shift"),
    Stop("/settings/queue", "Minutes of grace"),
    Stop("/settings/calendars", "calendar zanzibarine"),
    Stop("/settings/calendars/{calendar}", "Public holidays of"),
    Stop("/settings/policies", "policy zanzibarine"),
    Stop("/settings/policies/{policy}", "What would that mean?"),
    Stop(None, "Leave without saving?", both(field_of("Name", LONG), to("link", "People"))),
]

BUILDER = [
    Stop("/journeys", "Every kind of question"),
    Stop(None, "Duplicate journey", press("What to do with", exact=False)),
    Stop(None, "Create", both(away, press("New journey"))),
    Stop("/journeys/{whole}", "Must be answered", lambda page: page.get_by_role("treeitem").nth(1).click()),
    Stop(None, "Ask", press("Add a step")),
    Stop(None, "began", both(away, press("Figures"))),
    Stop(None, "Nothing is stored", both(away, press("Preview"))),
    Stop(None, "Customers begin with this", press("Versions")),
    Stop(None, "There is nothing to publish", both(away, press("Publish"))),
    Stop(None, "What changed", both(away, field_of("Question", ARABIC), press("Publish"))),
    Stop(None, "Shown to customers below the name.", both(away, press("More"), to("menuitem", "Settings"))),
    Stop("/journeys/{broken}", "No end can be reached from here.", lambda page: page.get_by_role(
        "group", name="What is shown").get_by_role("button", name="Problems").click()),
    Stop("/journeys/{nothing}", "This journey is not here"),
]

EMPTY = [
    Stop("/", "Nothing here."),
    Stop("/queue", "Nobody waits."),
    Stop("/journeys", "No journey yet"),
    Stop("/settings/skills", "There are no skills yet."),
    Stop("/settings/calendars", "There are no calendars yet."),
    Stop("/settings/calendars/new", "Make this calendar"),
    Stop("/settings/policies", "Nothing is promised yet."),
    Stop("/settings/policies/new", "What would that mean?"),
    Stop("/portal", "The short name of the company", settles="/portal"),
    Stop("/portal/acme", "You are signed in as staff"),
]

DOORS = [
    Stop("/sign-in", "Forgotten your password?"),
    Stop(None, "", both(lambda page: sign_in(page, "wrong"), lambda page: page.get_by_role("alert").wait_for())),
    Stop("/portal", "The short name of the company"),
    Stop("/portal/pandar/sign-in", "Make an account"),
    Stop(None, "", both(field_of("Email address", "somebody@example.com"), field_of("Password", "wrong"), press("Sign in"),
                        lambda page: page.get_by_role("alert").wait_for())),
    Stop("/portal/pandar/register", "Already have an account?"),
    Stop(None, "", both(field_of("Your name", ARABIC), field_of("Email address", "a@example.com"), field_of("Password", "0123456789"),
                        press("Make an account"), lambda page: page.get_by_text("common").wait_for())),
    Stop("/portal/pandar/forgotten", "We send you an email"),
    Stop(None, "Its link works for an hour.", both(field_of("Email address", "somebody@example.com"), press("Send me an email"))),
    Stop("/portal/pandar/reset?token=none", "Choose a new password", settles="/portal/pandar/reset"),
    Stop(None, "This link does not work any more.", both(field_of("Password", "a lamp in the harbour"), press("Set password"))),
    Stop("/portal/pandar/confirm?token=none", "You are about to confirm", settles="/portal/pandar/confirm"),
    Stop("/portal/pandar/confirm", "This address lacks the end of its link."),
    Stop("/sign-in", "Cannot scan it?", lambda page: sign_in(page, PASSWORD)),
]


def sign_in(page: Page, password: str) -> None:
    page.get_by_label("Organization").fill("pandar")
    page.get_by_label("Email address").fill("agent@pandar.test")
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


PORTAL = [
    Stop("/portal/pandar", "Go on where you were", settles="/portal/pandar"),
    Stop("/portal/pandar/new", "Your message"),
    Stop(None, "Please write a few words here.", press("Send")),
    Stop("/portal/pandar/journeys/{short}", ARABIC, settles="/portal/pandar/runs/"),
    Stop(None, "Please choose one.", press("Go on")),
    *[Stop("/portal/pandar/runs/{run_" + kind + "}", f"{kind}?") for kind in ("single", "multiple", "number", "date", "images", "card")],
    Stop("/portal/pandar/runs/{run_text}", "Too long by", lambda page: page.get_by_role("textbox").fill(UNBROKEN)),
    Stop("/portal/pandar/runs/{run_done}", "We look at it."),
    Stop("/portal/pandar/runs/{nothing}", "This is not here any more."),
    Stop("/portal/pandar/journeys/{nothing}", "This is not offered any more."),
    Stop("/portal/pandar/tickets", LONG),
    Stop("/portal/pandar/tickets/{ticket}", "sent zanzibarine"),
    Stop("/portal/pandar/tickets/{waiting}", "Nobody is here at the moment."),
    Stop("/portal/pandar/tickets/{nothing}", "This conversation is not here"),
    Stop("/portal/pandar/account", "this device"),
    Stop(None, "Your password now", press("Change your password")),
    Stop(None, "New address", press("Change your address")),
    Stop("/portal/pandar/nowhere", "There is no such page."),
    Stop("/portal/acme", "You are signed in elsewhere"),
]
