"""Puts a demo organization into the database, through the same actions as everybody else's work.

Whatever was there stays. Loading may be interrupted anywhere and run again: people are found by their address, a ticket by its
customer and subject, how far it got by the number of its entries. It is finished when it has got its place in the past.
"""
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson

from accounts import actor as actors
from accounts import audit
from accounts.actions import agents, people
from accounts.actor import Actor, System
from accounts.models import AgentProfile, AgentSkill, AuditEntry, Organization, Role, Shift, Skill, User
from chat import actions as chat
from chat.models import Conversation, Entry, Kind
from chat.sending import Draft, send
from foundation.errors import Conflict
from foundation.ids import PLATFORM
from foundation.units import current_organization, unit_of_work
from journeys.actions import building
from journeys.models import Journey
from pandarchat.demo.conversations import SCRIPTS, Script, Step
from pandarchat.demo.dating import date_back
from pandarchat.demo.people import CATEGORIES, PROMISES, SKILLS, DemoAgent, DemoOrganization
from pandarchat.environment import ROOT
from tickets.actions import moves, promising
from tickets.actions.opening import NewTicket, open_ticket
from tickets.models import Category, Priority, QueueSettings, SlaPolicy, Status, Ticket

BEGUN, LOADED = "demo_begun", "demo_loaded"  # in the organization's audit trail
FIRST_JOINED, NEXT_JOINED = timedelta(days=720), timedelta(days=23, hours=5)
Tell = Callable[[str], None]


def is_loaded(demo: DemoOrganization) -> bool:
    """Whether this organization was loaded to its end at some time."""
    organization = find_organization(demo)
    return organization is not None and began(organization, LOADED) is not None


def load(demo: DemoOrganization, *, hashed: str, tell: Tell) -> None:
    """Load or complete one organization; `hashed` is everybody's password. Raises Conflict where somebody else's has this name."""
    organization, begun = prepare(demo)
    with unit_of_work(organization.id):
        describe(organization, demo)
        promise(organization, demo)
        logins = add_people(demo, hashed, begun)
        equip_agents(organization, demo, logins)
        cast = {login: found for login, key in logins.items() if (found := actors.load(key)) is not None}
        offer_journey(cast["admin"])
    tell(f"{demo.slug}: {len(cast)} people")
    scripts = [script for script in SCRIPTS if demo.scripts is None or script.name in demo.scripts]
    for number, script in enumerate(scripts, 1):
        perform(Play(organization.id, script, cast, begun))
        if number % 8 == 0 or number == len(scripts):
            tell(f"{demo.slug}: {number} of {len(scripts)} conversations")
    with unit_of_work(organization.id):
        if began(organization, LOADED) is None:
            audit.record(LOADED, actor=System(organization.id), target=organization)


# The organization.


def prepare(demo: DemoOrganization) -> tuple[Organization, datetime]:
    """The organization, and when its loading began."""
    organization = find_organization(demo) or people.create_organization(slug=demo.slug, name=demo.name)
    with unit_of_work(organization.id):
        if began(organization, BEGUN) is None:
            if User.objects.exists():
                raise Conflict(f"An organization named {demo.slug} exists and is not the demo's; it stays as it is.")
            if not Role.objects.exists():  # the first try ended between the organization and its roles
                people.ship_roles(organization=organization)
            audit.record(BEGUN, actor=System(organization.id), target=organization)
        begun = began(organization, BEGUN)
    assert begun is not None, "just recorded"  # noqa: S101
    return organization, begun


def find_organization(demo: DemoOrganization) -> Organization | None:
    with unit_of_work(PLATFORM):
        return Organization.objects.filter(slug=demo.slug).first()


def began(organization: Organization, mark: str) -> datetime | None:
    """When the organization's trail says so."""
    with unit_of_work(organization.id):
        entry = AuditEntry.objects.filter(action=mark).order_by("at").first()
    return entry.at if entry else None


def describe(organization: Organization, demo: DemoOrganization) -> None:
    """How the queue works here, and what tickets may be about."""
    QueueSettings.objects.get_or_create(organization=organization, defaults={"number_prefix": demo.prefix})
    skills = {name: Skill.objects.get_or_create(organization=organization, name=name)[0] for name in SKILLS}
    for category in CATEGORIES:
        needs = skills[category.skill] if category.skill else None
        Category.objects.get_or_create(organization=organization, slug=category.slug, defaults={"name": category.name, "skill": needs})


def promise(organization: Organization, demo: DemoOrganization) -> None:
    """One policy for everything, its resolution in the desk's hours, where there is none yet."""
    if SlaPolicy.objects.exists():
        return
    house = System(organization.id)
    hours = [{"weekday": day, "opens": f"{each.starts:%H:%M}", "closes": f"{each.ends:%H:%M}"}
             for each in demo.desk for day in each.weekdays]
    desk = promising.save_calendar(actor=house, given={
        "name": "Desk", "time_zone": demo.desk[0].time_zone, "country": demo.country, "hours": hours})
    targets = [{"clock": each.clock, "priority": priority.name.lower(), "seconds": 60 * getattr(each, priority.name.lower()),
                "calendar": desk.pk if each.in_hours else None} for each in PROMISES for priority in Priority]
    promising.save_policy(actor=house, given={"name": "Standard", "is_default": True, "further_levels": [60], "targets": targets})


def add_people(demo: DemoOrganization, hashed: str, begun: datetime) -> dict[str, UUID]:
    """Everybody by login; the missing ones are made, and have been there since long before the first conversation."""
    wanted = {"admin": (demo.admin, "admin"), "manager": (demo.manager, "manager")}
    wanted |= {f"agent-{number}": (agent.name, "agent") for number, agent in enumerate(demo.agents, 1)}
    wanted |= {f"customer-{number}": (name, "customer") for number, name in enumerate(demo.customers, 1)}
    known = dict(User.objects.values_list("email", "id"))
    logins = {}
    for place, (login, (name, role)) in enumerate(wanted.items()):
        email = demo.address(login)
        logins[login] = known.get(email) or people.create_user(
            email=email, name=name, role=role, hashed=hashed, actor=System(current_organization()), confirmed=True).id
        if email not in known:
            User.objects.filter(id=logins[login]).update(created_at=begun - FIRST_JOINED + place * NEXT_JOINED)
    return logins


def equip_agents(organization: Organization, demo: DemoOrganization, logins: dict[str, UUID]) -> None:
    """Capacity, skills and shifts for agents who have none yet. They begin offline and say themselves when they are there."""
    for number, agent in enumerate(demo.agents, 1):
        profile = AgentProfile.objects.get(user_id=logins[f"agent-{number}"])
        if profile.capacity == AgentProfile._meta.get_field("capacity").default:
            agents.change(agent=profile, actor=System(organization.id), capacity=agent.capacity)
        _teach(organization, profile, agent)


def _teach(organization: Organization, profile: AgentProfile, agent: DemoAgent) -> None:
    for skill in Skill.objects.filter(name__in=agent.skills):
        AgentSkill.objects.get_or_create(organization=organization, agent=profile, skill=skill)
    for hours in agent.hours:
        for weekday in hours.weekdays:
            Shift.objects.get_or_create(organization=organization, agent=profile, weekday=weekday, starts=hours.starts, ends=hours.ends,
                                        time_zone=hours.time_zone)


SELLING = {
    "action": "create_ticket", "message": "Thank you. An agent looks at your card and answers you here.",
    "ticket": {"subject": "Sell a gift card: {{node-4}}", "category": "selling", "priority": "normal", "tags": []},
}


def offer_journey(admin: Actor) -> None:
    """The example of the format, published, where there is no journey yet. Whoever sells a card comes to an agent by a ticket, as long as
    nothing else takes a card in."""
    if not Journey.objects.exists():
        graph = orjson.loads((ROOT / "journeys" / "example.json").read_bytes())
        graph["nodes"]["end-card"] |= SELLING
        made = building.create(actor=admin, name="Get help", description="A few questions, so that the right person answers.", graph=graph)
        building.publish(actor=admin, journey=made.pk, version=made.version, note="As shipped")


# One conversation.


@dataclass(frozen=True)
class Play:
    """A script with its people. `begun`: everything it tells happened before."""

    organization: UUID
    script: Script
    cast: dict[str, Actor]
    begun: datetime

    @property
    def customer(self) -> Actor:
        return self.cast[f"customer-{self.script.customer}"]

    @property
    def opened_at(self) -> datetime:
        return self.begun - timedelta(hours=self.script.hours_ago)

    def client_id(self, index: int) -> UUID:
        """The name of what is said in a step, the same whenever it is said."""
        return uuid5(NAMESPACE_URL, f"demo:{self.organization}/{self.script.name}/{index}")


def perform(play: Play) -> None:
    """Open the ticket and play what happened, from where an interrupted try left it; then give it its place in the past."""
    ticket = find_ticket(play) or open_one(play)
    if ticket.created_at < play.begun:
        return
    for index in range(steps_done(play.script, entries_of(play, ticket.pk)), len(play.script.steps)):
        take_step(play, ticket.pk, index)
    with unit_of_work(play.organization):
        set_priority(play, ticket.pk)
        said_at = {play.client_id(index): at for index, at in times(play)}
        date_back(ticket.pk, opened_at=play.opened_at, said_at=said_at, not_after=play.begun)


def find_ticket(play: Play) -> Ticket | None:
    with unit_of_work(play.organization):
        return Ticket.objects.filter(customer_id=play.customer.id, subject=play.script.subject).order_by("created_at").first()


def open_one(play: Play) -> Ticket:
    script = play.script
    open_ticket(actor=play.customer, new=NewTicket(
        subject=script.subject, text=script.text, category=script.category, tags=tuple(sorted(script.tags)), channel=script.channel))
    found = find_ticket(play)
    assert found is not None, "just opened"  # noqa: S101
    return found


def entries_of(play: Play, ticket: UUID) -> int:
    with unit_of_work(play.organization):
        return Conversation.objects.get(pk=ticket).staff_seq


def steps_done(script: Script, entries: int) -> int:
    """How many steps left this many entries; most leave one, a message that moves the ticket two, reading none."""
    status, count, done = str(Status.QUEUED), 1, 0
    for number, step in enumerate(script.steps, 1):
        moved = MOVED_BY_WORDS.get((step.verb, status))
        count += 0 if step.verb in ("reads", "is read") else 2 if moved else 1
        if count > entries:
            break
        status = moved or MOVED_BY_ACTS.get(step.verb) or (step.text if step.verb in ("moves", "closes") else status)
        done = number
    return done


MOVED_BY_WORDS = {
    ("answers", "assigned"): str(Status.IN_PROGRESS), ("says", "pending"): str(Status.IN_PROGRESS),
    ("says", "resolved"): str(Status.QUEUED)}
MOVED_BY_ACTS = {"takes": str(Status.ASSIGNED), "is given": str(Status.ASSIGNED), "releases": str(Status.QUEUED)}


def times(play: Play) -> list[tuple[int, datetime]]:
    """When each step happened, by its index."""
    at, found = play.opened_at, []
    for index, step in enumerate(play.script.steps):
        at += timedelta(minutes=step.after)
        found.append((index, min(at, play.begun - timedelta(seconds=30))))
    return found


def set_priority(play: Play, ticket: UUID) -> None:
    """What a customer asks for is ignored; the manager sets it."""
    row = Ticket.objects.get(pk=ticket)
    if Priority(row.priority).name.lower() != play.script.priority:
        moves.update(actor=play.cast["manager"], ticket=ticket, version=row.version, changes={"priority": play.script.priority})


def take_step(play: Play, ticket: UUID, index: int) -> None:
    """One step, as whoever does it; nothing where the ticket is there already."""
    step = play.script.steps[index]
    if step.verb in ("says", "answers", "notes"):
        speaker = play.customer if step.verb == "says" else agent_of(play, ticket)
        send(actor=speaker, draft=Draft(ticket, play.client_id(index), step.text, internal=step.verb == "notes"))
        return
    with unit_of_work(play.organization):
        DOINGS[step.verb](play, Ticket.objects.get(pk=ticket), step)


def agent_of(play: Play, ticket: UUID) -> Actor:
    """Whose ticket it is, and was when it is over."""
    with unit_of_work(play.organization):
        return _assignee(play, Ticket.objects.get(pk=ticket))


def _assignee(play: Play, ticket: Ticket) -> Actor:
    return next(actor for actor in play.cast.values() if actor.id == ticket.assignee_id)


def _take(play: Play, ticket: Ticket, step: Step) -> None:
    if ticket.status == Status.QUEUED:
        moves.take(actor=play.cast[step.text], ticket=ticket.pk)


def _give(play: Play, ticket: Ticket, step: Step) -> None:
    agent = play.cast[step.text].id
    if ticket.assignee_id != agent:
        moves.reassign(actor=play.cast["manager"], ticket=ticket.pk, agent=agent)


def _release(play: Play, ticket: Ticket, step: Step) -> None:
    if ticket.status != Status.QUEUED:
        moves.release(actor=_assignee(play, ticket), ticket=ticket.pk)


def _move(play: Play, ticket: Ticket, step: Step) -> None:
    if ticket.status not in (step.text, Status.CLOSED):
        moves.set_status(actor=_assignee(play, ticket), ticket=ticket.pk, to=step.text)


def _close(play: Play, ticket: Ticket, step: Step) -> None:
    if ticket.status != Status.CLOSED:
        moves.set_status(actor=play.cast["manager"], ticket=ticket.pk, to=step.text)


def _last_message(play: Play, ticket: Ticket) -> tuple[Entry, Actor]:
    entry = Entry.objects.filter(conversation_id=ticket.pk, kind=Kind.MESSAGE).latest("staff_seq")
    return entry, next(actor for actor in play.cast.values() if actor.id == entry.sender_id)


def _correct(play: Play, ticket: Ticket, step: Step) -> None:
    entry, writer = _last_message(play, ticket)
    chat.edit(actor=writer, message=entry.id, text=step.text)


def _retract(play: Play, ticket: Ticket, step: Step) -> None:
    entry, writer = _last_message(play, ticket)
    chat.delete(actor=writer, message=entry.id)


def _read(play: Play, ticket: Ticket, step: Step) -> None:
    chat.read(actor=play.customer, conversation=ticket.pk, seq=ticket.conversation.public_seq)


def _read_by_agent(play: Play, ticket: Ticket, step: Step) -> None:
    chat.read(actor=_assignee(play, ticket), conversation=ticket.pk, seq=ticket.conversation.staff_seq)


DOINGS: dict[str, Callable[[Play, Ticket, Step], None]] = {
    "takes": _take, "is given": _give, "releases": _release, "moves": _move, "closes": _close, "corrects": _correct, "retracts": _retract,
    "reads": _read, "is read": _read_by_agent,
}
