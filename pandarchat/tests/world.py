"""The world of every test: two organizations, and in each everybody who may come by.

    world       people only: `world.agent`, `world.customer`, … of the organization `pandar`; `world.acme` is the other one
    planted     the same, with a row of everything in both; every text of an organization carries its canary
"""
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

import httpx
import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from websockets.sync.client import connect

from accounts import links, tokens
from accounts.actions import agents, chaining, factors, inviting, people
from accounts.actor import Actor, System, load
from accounts.models import (
    AgentProfile,
    AgentSkill,
    Factor,
    Invitation,
    Link,
    Organization,
    Role,
    Session,
    Shift,
    Skill,
    SocketTicket,
    User,
)
from chat import actions as chat
from chat import drafts, sending
from chat.attachments import actions as attachments
from chat.models import Attachment, Entry
from foundation.ids import uuid7
from foundation.models import Delivery, Event, IdempotencyKey
from foundation.tests.socket_world import PATIENCE
from foundation.tests.socket_world import Client as SocketClient
from foundation.units import unit_of_work
from journeys.actions import building, running
from journeys.models import Journey, Run, TicketAnswer
from pandarchat.testing import database, molds
from pandarchat.testing.services import Server
from tickets.actions import moves, opening, promising
from tickets.models import Calendar, Category, QueueSettings, SlaPolicy, Ticket

PASSWORD = "correct horse battery"
USER_AGENT = "test client"
BOUNDARY = "-a-boundary-"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"


@dataclass
class Answer:
    """An answer of the API: status, the JSON where there is one, the text as it came."""

    status: int
    text: str
    headers: Mapping[str, str]
    content: bytes = b""

    @cached_property
    def body(self) -> Any:
        return json.loads(self.text) if self.text else None

    @property
    def data(self) -> Any:
        """What stands in the envelope of a success."""
        assert self.body["success"] is True, self.text
        return self.body["data"]

    @property
    def code(self) -> str:
        """The code of a refusal."""
        assert self.body["success"] is False, self.text
        return str(self.body["code"])


@dataclass(frozen=True)
class File:
    """A body of multipart/form-data with one file; the name is written as it is, whatever is in it."""

    content: bytes
    name: str
    field: str = "file"

    def multipart(self) -> bytes:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{self.field}"; filename="{self.name}"\r\n\r\n'
        return head.encode() + self.content + f"\r\n--{BOUNDARY}--\r\n".encode()


class Api:
    """The API as one person calls it, in this process: paths below /api/v1/, bodies as dicts; `key` is the Idempotency-Key."""

    def __init__(self, token: str | None) -> None:
        self.client = Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str, **query: Any) -> Answer:
        return self.call("GET", path, query=query)

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> Answer:
        return self.call("POST", path, body={} if body is None else body, key=key)

    def patch(self, path: str, body: Any = None, *, key: str | None = None) -> Answer:
        return self.call("PATCH", path, body={} if body is None else body, key=key)

    def delete(self, path: str) -> Answer:
        return self.call("DELETE", path)

    def upload(self, content: bytes, name: str = "file") -> Answer:
        """A file under this name."""
        return self.call("POST", "upload/", body=File(content, name))

    def call(
        self, method: str, path: str, *, body: Any = None, query: Mapping[str, Any] | None = None, key: str | None = None,
        headers: Mapping[str, str] | None = None
    ) -> Answer:
        address = path if path.startswith("/") else f"/api/v1/{path}"
        given = {**self.headers, **({"Idempotency-Key": key} if key is not None else {}), **(headers or {})}
        sent: dict[str, Any] = {"data": "" if body is None else json.dumps(body, default=str), "content_type": "application/json"}
        if isinstance(body, File):
            sent = {"data": body.multipart(), "content_type": MULTIPART}
        response = self.client.generic(method, address, **sent, headers=given, query_params=dict(query or {}))
        content = b"".join(response) if response.streaming else response.content
        return Answer(response.status_code, content.decode(errors="replace"), response.headers, content)


@dataclass
class Tenant:
    """An organization and its people. `canary` is a word that stands in every one of its texts and nowhere else."""

    organization: Organization
    canary: str
    agent: User
    teammate: User
    manager: User
    admin: User
    customer: User
    other_customer: User
    _tokens: dict[UUID, str] = field(default_factory=dict)

    @property
    def id(self) -> UUID:
        return self.organization.id

    @property
    def people(self) -> list[User]:
        return [self.agent, self.teammate, self.manager, self.admin, self.customer, self.other_customer]

    def actor(self, person: User) -> Actor:
        """Somebody as an argument of actions."""
        with unit_of_work(self.id):
            found = load(person.id)
        assert found is not None
        return found

    def session(self, person: User) -> Session:
        """A sign-in."""
        with unit_of_work(self.id):
            return Session.objects.create(organization_id=self.id, user=person, expires_at=datetime.now(UTC) + timedelta(days=1),
                                          user_agent=f"{USER_AGENT} {self.canary}")

    def fresh(self, row: Any) -> Any:
        """A row as the database has it now; None where it is gone."""
        with unit_of_work(self.id):
            return type(row)._base_manager.filter(pk=row.pk).first()


@dataclass
class World:
    """`pandar` is home and `acme` the other organization. The people named here are pandar's."""

    pandar: Tenant
    acme: Tenant

    @property
    def agent(self) -> User:
        return self.pandar.agent

    @property
    def teammate(self) -> User:
        return self.pandar.teammate

    @property
    def manager(self) -> User:
        return self.pandar.manager

    @property
    def admin(self) -> User:
        return self.pandar.admin

    @property
    def customer(self) -> User:
        return self.pandar.customer

    @property
    def other_customer(self) -> User:
        return self.pandar.other_customer

    @property
    def strangers(self) -> list[User]:
        """One of each role of the other organization."""
        return [self.acme.agent, self.acme.manager, self.acme.admin, self.acme.customer]

    def tenant_of(self, person: User) -> Tenant:
        return self.pandar if person.organization_id == self.pandar.id else self.acme

    def actor(self, person: User) -> Actor:
        return self.tenant_of(person).actor(person)

    def token(self, person: User) -> str:
        """An access token of one session per person."""
        tenant = self.tenant_of(person)
        if person.id not in tenant._tokens:
            tenant._tokens[person.id] = new_token(tenant, person)
        return tenant._tokens[person.id]

    def api(self, person: User | None) -> Api:
        """The API as this person, or nobody, calls it."""
        return Api(self.token(person) if person else None)

    def http(self, person: User | None, server: Server) -> httpx.Client:
        """The API of a running server, for what must be another process or many at once."""
        headers = {"Authorization": f"Bearer {self.token(person)}"} if person else {}
        return httpx.Client(base_url=f"{server.url}/api/v1/", headers=headers, timeout=PATIENCE)

    @contextmanager
    def socket(self, person: User, server: Server) -> Iterator[SocketClient]:
        """A socket that said `ready`."""
        client = open_socket(server)
        try:
            client.ready = client.ask("authenticate", token=self.token(person))
            assert client.ready["type"] == "ready", client.ready
            yield client
        finally:
            client.close()
            with suppress(Exception):
                client.connection.close()

    def ticket(self, customer: User | None = None, *, agent: User | None = None, **given: Any) -> Ticket:
        """A ticket of this customer, queued; with an agent, taken by them. `given` are fields of NewTicket."""
        customer = customer or self.customer
        tenant = self.tenant_of(customer)
        new = opening.NewTicket(**{"subject": f"subject {tenant.canary}", "text": f"text {tenant.canary}", **given})
        opened = json.loads(opening.open_ticket(actor=tenant.actor(customer), new=new).body)
        with unit_of_work(tenant.id):
            if agent:
                moves.take(actor=load(agent.id), ticket=UUID(opened["id"]))  # type: ignore[arg-type]
            return Ticket.objects.get(pk=opened["id"])

    def say(self, person: User, ticket: Ticket, text: str | None = None, *, internal: bool = False) -> Entry:
        """A message in a ticket's conversation."""
        tenant = self.tenant_of(person)
        draft = sending.Draft(conversation=ticket.pk, client_id=uuid7(), text=text or f"message {tenant.canary}", internal=internal)
        stored = sending.send(actor=tenant.actor(person), draft=draft)
        with unit_of_work(tenant.id):
            return Entry.objects.get(id=stored.id)

    def upload(self, person: User, name: str = "document", content: bytes | None = None) -> Attachment:
        """A file that waits for its message; a document with the canary in it where none is given."""
        tenant = self.tenant_of(person)
        document = b"%PDF-1.4\n% " + tenant.canary.encode() + b"\nstartxref\n9\n%%EOF\n"
        given = attachments.Upload(name, document if content is None else content)
        return attachments.upload(actor=tenant.actor(person), given=given)

    def available(self, agent: User) -> None:
        """On duty from now on."""
        tenant = self.tenant_of(agent)
        with unit_of_work(tenant.id):
            agents.change(agent=agents.locked(agent.id), actor=load(agent.id), availability="available")  # type: ignore[arg-type]


def new_token(tenant: Tenant, person: User) -> str:
    """An access token of a session of its own."""
    return tokens.access(organization=tenant.id, user=person.id, session=tenant.session(person).id, epoch=tenant.fresh(person).epoch)


def open_socket(server: Server) -> SocketClient:
    """A socket that has said nothing yet."""
    return SocketClient(connect(server.ws_url, compression=None, max_size=None, open_timeout=PATIENCE, ping_interval=None, legacy=True))


def tenant(slug: str, canary: str, hashed: str) -> Tenant:
    """An organization with its people, all of one password."""
    organization = people.create_organization(slug=slug, name=f"Organization {canary}")

    def person(name: str, role: str) -> User:
        house = System(organization.id)
        email = f"{name}@{slug}.test"
        return people.create_user(email=email, name=f"{name} {canary}", role=role, hashed=hashed, actor=house, confirmed=True)

    with unit_of_work(organization.id):
        return Tenant(
            organization=organization, canary=canary, agent=person("agent", "agent"), teammate=person("teammate", "agent"),
            manager=person("manager", "manager"), admin=person("admin", "admin"), customer=person("customer", "customer"),
            other_customer=person("other-customer", "customer"))


@dataclass
class Planted:
    """A world with a row of everything on both sides, by the names of the path's parameters and what else a request may name."""

    world: World
    of_pandar: "Rows"
    of_acme: "Rows"


@dataclass
class Rows:
    """One organization's rows that a request can name."""

    tenant: Tenant
    ticket: Ticket  # held by the agent; its conversation has a message of each side, a note and an edit
    queued: Ticket
    message: Entry  # of the customer
    note: Entry
    category: Category
    role: Role  # of the organization's own
    skill: Skill  # that the category needs
    tag: str
    journey: Journey  # published
    run: Run  # of the customer, before its first answer
    attachment: Attachment  # sent with a message of the customer's
    upload: Attachment  # of the customer, not sent yet
    session: Session  # of the customer
    challenge: str  # of a customer who has a second factor
    invitation: Invitation
    invitation_token: str
    policy: SlaPolicy
    calendar: Calendar

    @property
    def agent(self) -> User:
        return self.tenant.agent


def plant(world: World, tenant: Tenant) -> Rows:
    """A row of everything, through the product's own actions where there is one."""
    canary, mine = tenant.canary, {"organization_id": tenant.id}
    with unit_of_work(tenant.id):
        role = Role.objects.create(**mine, slug=f"own-{canary}", name=f"role {canary}")
        people.set_permissions(role=role, permissions=["chat.send_message"], actor=System(tenant.id))
        skill = Skill.objects.create(**mine, name=f"skill {canary}")
        profile = AgentProfile.objects.get(user=tenant.agent)
        AgentSkill.objects.create(**mine, agent=profile, skill=skill)
        Shift.objects.create(**mine, agent=profile, weekday=0, starts=time(9), ends=time(17), time_zone="Africa/Lagos")
        category = Category.objects.create(**mine, slug=f"category-{canary}", name=f"category {canary}", skill=skill)
        QueueSettings.objects.create(organization=tenant.organization, number_prefix=canary)
        calendar = promising.save_calendar(actor=System(tenant.id), given={
            "name": f"calendar {canary}", "time_zone": "Africa/Lagos",
            "hours": [{"weekday": day, "opens": "09:00", "closes": "17:00"} for day in range(5)],
            "holidays": [{"date": "2030-01-01", "name": f"holiday {canary}"}]})
        policy = promising.save_policy(actor=System(tenant.id), given={
            "name": f"policy {canary}", "is_default": True, "categories": [category.slug], "targets": [
                {"clock": "first_response", "priority": "normal", "seconds": 3600, "calendar": calendar.pk},
                {"clock": "resolution", "priority": "normal", "seconds": 36_000, "calendar": None}]})
    tag = f"tag {canary}"
    queued = world.ticket(tenant.other_customer, category=category.slug, tags=(tag,))
    ticket = world.ticket(tenant.customer, agent=tenant.agent, category=category.slug, tags=(tag,))
    world.say(tenant.agent, ticket)
    note = world.say(tenant.agent, ticket, f"note {canary}", internal=True)
    message = world.say(tenant.customer, ticket)
    customer = tenant.actor(tenant.customer)
    sent, waiting = (world.upload(tenant.customer, f"{name} {canary}") for name in ("sent", "waiting"))
    draft = sending.Draft(conversation=ticket.pk, client_id=uuid7(), text="", attachments=(sent.id,))
    sending.send(actor=customer, draft=draft)
    with unit_of_work(tenant.id):
        chat.edit(actor=customer, message=message.id, text=f"edited {canary}")
        chat.read(actor=customer, conversation=ticket.pk, seq=2)
        drafts.save(actor=tenant.actor(tenant.agent), conversation=ticket.pk, text=f"draft {canary}")
        event = Event.objects.create(**mine, kind=f"kind.{canary}", payload={"text": canary})
        Delivery.objects.create(**mine, event=event, subscriber=f"subscriber.{canary}")
        IdempotencyKey.objects.create(**mine, user_id=tenant.customer.id, key=f"key {canary}", fingerprint=b"", status=200,
                                      body=f'"{canary}"')
        SocketTicket.objects.create(**mine, user=tenant.customer, expires_at=datetime.now(UTC) + timedelta(days=1))
    journey, run = plant_journey(tenant, ticket)
    chaining.chain(organization=tenant.id)
    for person in tenant.people:
        world.token(person)
    return Rows(tenant, tenant.fresh(ticket), queued, message, note, category, role, skill, tag, journey, run, sent, waiting,
                *plant_accounts(tenant), policy, calendar)


def plant_journey(tenant: Tenant, ticket: Ticket) -> tuple[Journey, Run]:
    """A journey of one question, a run that stands at it, and what a ticket was told by another."""
    said = f"journey {tenant.canary}"
    graph = {"startNode": "ask", "nodes": {
        "ask": {"id": "ask", "type": "question", "questionType": "text", "question": said, "nextNode": "end"},
        "end": {"id": "end", "type": "end", "action": "create_ticket", "message": said, "ticket": {"subject": said}}}}
    with unit_of_work(tenant.id):
        admin = tenant.actor(tenant.admin)
        journey = building.create(actor=admin, name=said, graph=graph)
        building.publish(actor=admin, journey=journey.pk, version=journey.version, note=said)
        run = running.start(actor=tenant.actor(tenant.customer), journey=journey.pk)
        TicketAnswer.objects.create(organization_id=tenant.id, ticket=ticket, run=run, position=1, node="ask", question=said,
                                    question_type="text", value=said, text=said)
        return Journey.objects.get(pk=journey.pk), run


def plant_accounts(tenant: Tenant) -> tuple[Session, str, Invitation, str]:
    """A session of the customer, the challenge of somebody who has a second factor, and an invitation with what its link says."""
    canary = tenant.canary
    with unit_of_work(tenant.id):
        secured = people.create_user(email=f"secured@{canary}.test", name=f"secured {canary}", role="customer", hashed="!",
                                     actor=System(tenant.id), confirmed=True)
        factors.enrol(user=secured)  # whose secret nobody needs
        Factor.objects.update(confirmed_at=Now())
        factors.renew_codes(verified=secured, actor=System(tenant.id))
        challenge = factors.token_of(factors.challenge(user=secured, purpose="prove"), tenant.id)
        invitation = inviting.invite(email=f"invited@{canary}.test", name=f"invited {canary}", role="agent", actor=System(tenant.id))
        Link.objects.create(organization_id=tenant.id, user=secured, purpose="reset", email=secured.email, address=secured.email, epoch=1,
                            hash=b"", expires_at=datetime.now(UTC) + timedelta(days=1))
    return tenant.session(tenant.customer), challenge, invitation, links.secret("invitation", tenant.id, invitation.id)[0]


def tenant_tables() -> list[str]:
    """Every table with an organization, by the catalog."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id' "
                       "AND NOT a.attisdropped WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace ORDER BY 1")
        return [name for (name,) in cursor.fetchall()]


def fingerprint(organization: UUID) -> dict[str, str]:
    """A checksum of an organization's rows in each of its tables, and of the organization itself."""
    names = [*tenant_tables(), "accounts_organization"]
    sums = "count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '')"
    parts = " UNION ALL ".join(f"SELECT '{name}', {sums} FROM {name} t" for name in names)
    with unit_of_work(organization), connection.cursor() as cursor:
        cursor.execute(parts)
        return dict(cursor.fetchall())


@pytest.fixture(scope="session")
def password_hash() -> str:
    """The hash of PASSWORD, made once."""
    return make_password(PASSWORD)


class Usual:
    """The world as this process made it first."""

    mold: molds.Mold | None = None


@pytest.fixture
def world(committed: None, password_hash: str) -> World:
    if Usual.mold:
        laid: World = Usual.mold.lay()
        return laid
    alone = not molds.rows_in(database.Keeper.open())
    made = new_world(password_hash)
    Usual.mold = molds.take(made) if alone else None
    return made


def new_world(hashed: str) -> World:
    """Both organizations, in whatever database this process uses."""
    return World(pandar=tenant("pandar", "zanzibarine", hashed), acme=tenant("acme", "quetzalcoat", hashed))


@pytest.fixture
def planted(world: World) -> Planted:
    return Planted(world, plant(world, world.pandar), plant(world, world.acme))
