"""The demo organizations, and an operator's own."""
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts import actor as actors
from accounts import passwords
from accounts.actions import entering
from accounts.actions import people as persons
from accounts.models import AgentProfile, Organization, User
from accounts.shifts import on_shift
from chat.models import Entry
from chat.sending import Draft, send
from foundation.errors import Conflict
from foundation.ids import PLATFORM
from foundation.units import unit_of_work
from journeys import queries as journeys
from journeys.actions import running
from journeys.models import Journey
from journeys.tests.graphs import example
from pandarchat.demo import loading
from pandarchat.demo.conversations import SCRIPTS, Script
from pandarchat.demo.people import ACME, ORGANIZATIONS, PANDAR, DemoOrganization
from tickets import queries
from tickets.models import Status, Ticket

pytestmark = pytest.mark.usefixtures("committed", "redis_url")

SMALL = replace(ACME, scripts=frozenset({
    "steam-region", "payout-thanks", "rate-changed", "google-play-code", "several-cards", "payout-second-day"}))


class Interrupted(Exception):
    """Ctrl-C, in a way that a test can tell from its own."""


def load(demo: DemoOrganization) -> None:
    loading.load(demo, hashed="!", tell=lambda text: None)


def organization(demo: DemoOrganization) -> Organization:
    found = loading.find_organization(demo)
    assert found is not None
    return found


def organizations() -> list[str]:
    with unit_of_work(PLATFORM):
        return list(Organization.objects.values_list("slug", flat=True))


def story_of(demo: DemoOrganization) -> list[Any]:
    """All that was loaded, with times as the distance to its begin."""
    tenant = organization(demo)
    begun = loading.began(tenant, loading.BEGUN)
    assert begun is not None
    found: list[Any] = []
    with unit_of_work(tenant.id):
        for ticket in Ticket.objects.select_related("assignee", "customer", "conversation").order_by("created_at"):
            entries = Entry.objects.filter(conversation_id=ticket.pk).order_by("staff_seq")
            told = [(e.staff_seq, e.public_seq, e.kind, e.sender_name, e.text, e.created_at - begun, bool(e.edited_at), bool(e.deleted_at))
                    for e in entries]
            found.append((ticket.subject, ticket.status, ticket.priority, ticket.assignee and ticket.assignee.name,
                          ticket.created_at - begun, ticket.updated_at - begun, told))
    return found


def test_loaddemo_makes_two_believable_organizations(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    hashes: list[str] = []
    make = passwords.make_password

    def counted(password: str) -> str:
        hashes.append(password)
        return make(password)

    monkeypatch.setattr(passwords, "make_password", counted)
    settings.DEBUG = True
    out = StringIO()
    call_command("loaddemo", stdout=out)
    assert hashes == [settings.DEMO_PASSWORD]
    assert "pandar: 26 people" in out.getvalue()
    for demo in ORGANIZATIONS:
        tenant = organization(demo)
        logins = ["admin", "manager", *(f"agent-{n}" for n in range(1, 5)), *(f"customer-{n}" for n in range(1, 21))]
        with unit_of_work(tenant.id):
            assert set(User.objects.values_list("email", flat=True)) == {f"{login}@{demo.slug}.test" for login in logins}
            check_conversations(tenant, demo)
            check_agents()
            check_journey(demo)
        signed_in = entering.sign_in(organization=demo.slug, email=f"agent-1@{demo.slug}.test", password=settings.DEMO_PASSWORD, address="",
                                     user_agent="")
        assert signed_in.access
    with unit_of_work(organization(PANDAR).id):
        assert set(Ticket.objects.values_list("status", flat=True)) == set(Status.values)


def check_conversations(tenant: Organization, demo: DemoOrganization) -> None:
    begun = loading.began(tenant, loading.BEGUN)
    assert begun is not None
    assert Ticket.objects.count() == len(SCRIPTS if demo.scripts is None else demo.scripts)
    for ticket in Ticket.objects.select_related("conversation"):
        entries = list(Entry.objects.filter(conversation_id=ticket.pk).order_by("staff_seq"))
        assert [e.staff_seq for e in entries] == list(range(1, ticket.conversation.staff_seq + 1))
        assert [e.public_seq for e in entries if e.public_seq] == list(range(1, ticket.conversation.public_seq + 1))
        assert [e.created_at for e in entries] == sorted(e.created_at for e in entries)
        assert ticket.created_at <= entries[0].created_at
        assert ticket.created_at <= ticket.updated_at < begun
        there = dict(User.objects.values_list("id", "created_at"))
        assert all(there[e.sender_id] < e.created_at for e in entries if e.sender_id), "nobody speaks before they are there"
        assert ticket.customer and ticket.customer.created_at < ticket.created_at
    assert queries.prefix() == demo.prefix


def check_journey(demo: DemoOrganization) -> None:
    """The shared example of the format is offered without a warning; whoever sells a card by it is in the queue, as they were promised."""
    journey, shared = Journey.objects.get(), example()
    promise = shared["nodes"].pop("end-card")
    assert promise["action"] == "sell_gift_card", "what nobody takes up yet"
    assert (journey.state, {**journey.draft["nodes"], "end-card": None}) == ("published", {**shared["nodes"], "end-card": None})
    assert journeys.problems(journey.draft) == []
    customer = actors.load(User.objects.get(email=demo.address("customer-1")).id)
    assert customer is not None
    assert journeys.listed(customer) == [journey]
    run = running.start(actor=customer, journey=journey.pk)
    running.answer(actor=customer, run=run.pk, node="node-1", value="sell_gift_card")
    done = running.answer(actor=customer, run=run.pk, node="node-4", value={"brand": "Steam", "country": "US", "amount": "50"})
    ticket = Ticket.objects.select_related("category").get(pk=done.ticket_id)
    assert (ticket.subject, ticket.category.slug, ticket.status) == ("Sell a gift card: Steam US 50", "selling", "queued")
    assert "Steam US 50" in Entry.objects.get(conversation_id=ticket.pk).text


def check_agents() -> None:
    agents = list(AgentProfile.objects.prefetch_related("shifts"))
    assert {agent.availability for agent in agents} == {"offline"}
    assert sum(on_shift([], agent.user.created_at) and not agent.shifts.exists() for agent in agents) >= 2
    assert any(agent.shifts.exists() for agent in agents)
    assert AgentProfile.objects.filter(skills__isnull=False).exists()


def interrupt_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first time that a step was done, the loading ends there; and once between playing and dating."""
    seen: set[object] = set()

    def interrupting(real: Callable[..., Any], key: Callable[..., object]) -> Callable[..., Any]:
        def act(*args: Any, **kwargs: Any) -> None:
            known = key(*args)
            if real is date_back and known not in seen:
                seen.add(known)
                raise Interrupted
            real(*args, **kwargs)
            if known not in seen:
                seen.add(known)
                raise Interrupted
        return act

    date_back = loading.date_back
    monkeypatch.setattr(loading, "take_step", interrupting(loading.take_step, lambda play, ticket, index: (play.script.name, index)))
    monkeypatch.setattr(loading, "date_back", interrupting(date_back, lambda ticket: ticket))


def load_with_patience(demo: DemoOrganization) -> int:
    for tries in range(200):
        try:
            load(demo)
        except Interrupted:
            continue
        return tries
    raise AssertionError("it never ends")


def test_a_load_interrupted_at_every_step_ends_as_one_that_was_not(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, pieces = replace(SMALL, slug="whole"), replace(SMALL, slug="pieces")
    load(whole)
    interrupt_every_step(monkeypatch)
    assert load_with_patience(pieces) > 30
    assert story_of(pieces) == story_of(whole)


def test_an_interrupted_load_that_forgot_how_far_it_was_does_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    interrupt_every_step(monkeypatch)
    monkeypatch.setattr(loading, "steps_done", lambda script, entries: 0)
    with pytest.raises(Conflict, match="not allowed"):
        load_with_patience(SMALL)


def test_steps_are_counted_by_the_entries_they_leave() -> None:
    script = next(script for script in SCRIPTS if script.name == "payout-thanks")
    # takes 2, answers 3 and 4 (in progress), resolved 5, says 6 and 7 (queued), takes 8, answers 9 and 10, says 11, reads, resolved 12
    assert [loading.steps_done(script, entries) for entries in range(1, 13)] == [0, 1, 1, 2, 3, 3, 4, 5, 5, 6, 8, 9]
    assert loading.steps_done(Script("none", 1, 1, "", ""), 1) == 0


def test_loading_again_leaves_alone_what_somebody_went_on_with() -> None:
    load(SMALL)
    tenant = organization(SMALL)
    with unit_of_work(tenant.id):
        ticket = Ticket.objects.get(status=Status.RESOLVED)
        customer = actors.load(ticket.customer_id)
        assert customer is not None
    send(actor=customer, draft=Draft(ticket.pk, ticket.pk, "One more question."))
    before = story_of(SMALL)
    load(SMALL)
    assert story_of(SMALL) == before
    assert (ticket.subject, Status.QUEUED) in [(subject, status) for subject, status, *_ in before]


def test_once_leaves_alone_what_was_loaded(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.DEBUG = True
    monkeypatch.setattr("pandarchat.management.commands.loaddemo.ORGANIZATIONS", (SMALL,))
    call_command("loaddemo", "--once", stdout=StringIO())
    with unit_of_work(organization(SMALL).id):
        User.objects.filter(email="customer-20@acme.test").update(email="moved@acme.test")
    out = StringIO()
    call_command("loaddemo", "--once", stdout=out)
    assert "there already" in out.getvalue()
    with unit_of_work(organization(SMALL).id):
        assert User.objects.count() == 26
    call_command("loaddemo", stdout=StringIO())  # without it, what is missing is made again
    with unit_of_work(organization(SMALL).id):
        assert User.objects.count() == 27


def test_the_demo_is_refused_while_debug_is_off(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.DEBUG = False
    monkeypatch.setattr("pandarchat.management.commands.loaddemo.ORGANIZATIONS", (replace(SMALL, scripts=frozenset()),))
    with pytest.raises(CommandError, match="not loaded while DEBUG is off"):
        call_command("loaddemo", stdout=StringIO())
    assert organizations() == []
    call_command("loaddemo", "--force", stdout=StringIO())
    assert organizations() == [SMALL.slug]


def test_somebody_elses_organization_of_this_name_gets_no_demo_people(settings: Any) -> None:
    settings.DEBUG = True
    tenant = persons.create_organization(slug="pandar", name="A real one")
    with unit_of_work(tenant.id):
        persons.create_user(email="boss@example.test", name="Boss", role="admin", hashed="!", actor=actors.System(tenant.id))
    with pytest.raises(CommandError, match="not the demo's"):
        call_command("loaddemo", stdout=StringIO())
    with unit_of_work(tenant.id):
        assert User.objects.count() == 1


def test_an_operator_makes_an_organization_with_its_admin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PANDAR_ADMIN_PASSWORD", "a long enough sentence")
    call_command("create_organization", "--slug", "shop", "--name", "The Shop", "--admin-email", "Boss@shop.test", "--admin-name", "Bo",
                 stdout=StringIO())
    signed_in = entering.sign_in(organization="shop", email="boss@shop.test", password="a long enough sentence", address="", user_agent="")
    assert signed_in.me and signed_in.me["name"] == "Bo"
    with pytest.raises(CommandError, match="exists already"):
        call_command("create_organization", "--slug", "shop", "--name", "Again", stdout=StringIO())


@pytest.mark.parametrize(("options", "reason"), [
    (("--slug", "No Slug", "--name", "x"), "lower-case"),
    (("--slug", "shop", "--name", "x", "--admin-email", "boss@shop.test"), "together"),
    (("--slug", "shop", "--name", "x", "--admin-email", "nobody", "--admin-name", "Bo"), "valid email"),
    (("--slug", "shop", "--name", "x", "--admin-email", "boss@shop.test", "--admin-name", "Bo"), "too weak"),
])
def test_a_refused_organization_leaves_nothing(options: tuple[str, ...], reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PANDAR_ADMIN_PASSWORD", "12345")
    with pytest.raises(CommandError, match=reason):
        call_command("create_organization", *options, stdout=StringIO())
    assert organizations() == []
