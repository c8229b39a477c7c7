"""Two organizations as Django admin sees them, and clients that are signed in to it."""
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import reverse

from accounts.actions import inviting, people, sessions
from accounts.actor import System
from accounts.browser import EPOCH, FAMILY, TENANT
from accounts.middleware import PICKED
from accounts.models import AgentProfile, AgentSkill, AuditEntry, Organization, Role, Session, Shift, Skill, User
from chat.models import Conversation, Entry, Kind, Revision
from foundation.ids import PLATFORM
from foundation.models import Delivery, Event
from foundation.units import unit_of_work
from journeys.models import Journey, Run, Version
from tickets.models import Calendar, Category, QueueSettings, SlaPolicy, SlaTarget, Ticket, TicketTag

PASSWORD = "correct horse battery"
UNUSABLE = make_password(None)


@dataclass
class Tenant:
    """An organization with an admin, an agent and a customer, and one row of everything; its texts carry `canary`."""

    organization: Organization
    canary: str

    @cached_property
    def rows(self) -> dict[type, Any]:
        """One row of each model."""
        with unit_of_work(self.organization.id):
            return {type(row): row for row in self.make()}

    def make(self) -> Iterator[Any]:
        mine = {"organization_id": self.organization.id}
        yield self.organization
        yield self.agent
        role = Role.objects.create(**mine, slug=f"own-{self.canary}", name=f"role {self.canary}")
        skill = Skill.objects.create(**mine, name=f"skill {self.canary}")
        profile = AgentProfile.objects.get(user=self.agent)
        AgentSkill.objects.create(**mine, agent=profile, skill=skill)
        Shift.objects.create(**mine, agent=profile, weekday=0, starts=time(9), ends=time(17), time_zone="Africa/Lagos")
        yield from (role, skill, profile)
        yield Session.objects.create(**mine, user=self.agent, expires_at=datetime.now(UTC) + timedelta(days=1), user_agent=self.canary)
        yield inviting.invite(email=f"invited@{self.canary}.test", role="agent", actor=System(self.organization.id))
        yield Category.objects.create(**mine, slug=f"category-{self.canary}", name=f"category {self.canary}", skill=skill)
        hours = [{"weekday": 0, "opens": "09:00", "closes": "17:00"}]
        calendar = Calendar.objects.create(**mine, name=f"calendar {self.canary}", hours=hours)
        policy = SlaPolicy.objects.create(**mine, name=f"policy {self.canary}")
        SlaTarget.objects.create(**mine, policy=policy, clock="resolution", priority=2, seconds=3600, calendar=calendar)
        yield from (calendar, policy)
        yield QueueSettings.objects.create(organization=self.organization, number_prefix=self.canary[:3])
        conversation = Conversation.objects.create(**mine, customer=self.customer)
        yield conversation
        yield Entry.objects.create(**mine, conversation=conversation, staff_seq=1, public_seq=1, kind=Kind.MESSAGE, sender=self.customer,
                                   sender_name=f"customer {self.canary}", text=f"text {self.canary}")
        yield Revision.objects.create(**mine, conversation=conversation, target_seq=1, text=f"earlier {self.canary}", changed_by_name="x")
        ticket = Ticket(**mine, conversation=conversation, number=1001, subject=f"subject {self.canary}", customer=self.customer)
        ticket.save(force_insert=True)
        TicketTag.objects.create(**mine, ticket=ticket, name=f"tag {self.canary}")
        yield ticket
        yield from self.make_journey()
        event = Event.objects.create(organization_id=self.organization.id, kind=f"kind.{self.canary}")
        yield event
        yield Delivery.objects.create(organization_id=self.organization.id, event=event, subscriber=f"subscriber.{self.canary}")
        yield AuditEntry.objects.all()[0]

    def make_journey(self) -> Iterator[Any]:
        mine = {"organization_id": self.organization.id}
        graph = {"startNode": "end", "nodes": {"end": {"id": "end", "type": "end", "action": "none", "message": self.canary}}}
        journey = Journey.objects.create(**mine, name=f"journey {self.canary}", draft=graph, state="published", published_number=1)
        version = Version.objects.create(**mine, journey=journey, number=1, graph=graph, note=self.canary, published_by_name="x")
        yield from (journey, version)
        yield Run.objects.create(**mine, journey=journey, version=version, customer=self.customer, answers=[["q", self.canary]], node="q")

    @cached_property
    def admin(self) -> User:
        return self.user("admin")

    @cached_property
    def agent(self) -> User:
        return self.user("agent")

    @cached_property
    def customer(self) -> User:
        return self.user("customer")

    def user(self, role: str, *, name: str = "", hashed: str = UNUSABLE) -> User:
        """Another user in a role."""
        name = name or role
        with unit_of_work(self.organization.id):
            return people.create_user(email=f"{name}@{self.organization.slug}.test", name=f"{name} {self.canary}", role=role, hashed=hashed,
                                      actor=System(self.organization.id))

    def role(self, slug: str, *permissions: str) -> Role:
        """A role of its own."""
        with unit_of_work(self.organization.id):
            role = Role.objects.create(organization=self.organization, slug=slug, name=slug)
            people.set_permissions(role=role, permissions=list(permissions), actor=System(self.organization.id))
            return role

    def actions(self) -> list[str]:
        """What its audit trail says, newest first."""
        with unit_of_work(self.organization.id):
            return list(AuditEntry.objects.values_list("action", flat=True))

    def fresh(self, row: Any) -> Any:
        """A row as the database has it now; None where it is gone."""
        with unit_of_work(self.organization.id):
            return type(row)._base_manager.filter(pk=row.pk).first()


def tenant(slug: str, canary: str) -> Tenant:
    return Tenant(people.create_organization(slug=slug, name=f"Organization {canary}"), canary)


def superuser(hashed: str = UNUSABLE) -> User:
    with unit_of_work(PLATFORM):
        return people.create_superuser(email="root@pandar.test", name="Root", hashed=hashed, actor=System(PLATFORM))


def signed_in(user: User, *, picked: Organization | None = None) -> Client:
    """A browser with the user's session in Django admin; for a superuser, in the organization they picked."""
    client = Client()
    with unit_of_work(user.tenant):
        user = User.objects.get(id=user.id)
        client.force_login(user)
        row = None if user.is_superuser else sessions.begin_browser(user=user, address="", user_agent="")
    session = client.session
    session[TENANT], session[EPOCH] = str(user.tenant), user.epoch
    if row:
        session[FAMILY] = str(row.id)
    if picked:
        session[PICKED] = str(picked.id)
    session.save()
    return client


def page(model: Any, name: str, *args: Any) -> str:
    """The address of a model's page: changelist, add, change, delete, history."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def text(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture
def ours(db: None) -> Tenant:
    return tenant("ours", "ourcanary")


@pytest.fixture
def theirs(db: None) -> Tenant:
    found = tenant("theirs", "theircanary")
    assert found.rows
    return found
