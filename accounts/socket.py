"""Who is on a socket, and what agents say about themselves there."""
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session as BrowserSession
from django.db.models.functions import Now

from accounts import browser, tokens
from accounts.actions import agents, sessions
from accounts.actions.people import role_group
from accounts.actor import Actor, load
from accounts.models import AgentProfile, Organization
from accounts.wire import AgentStatusChanged
from foundation import history
from foundation.async_database import in_thread
from foundation.socket.backend import Identity
from foundation.socket.commands import Handler
from foundation.socket.connection import Connection
from foundation.socket.frames import Command, Frame, Ok
from foundation.units import unit_of_work


def of_token(token: str, address: str) -> Identity:
    """The identity behind an access token or a single-use ticket; raises InvalidToken."""
    claims = tokens.read(token, tokens.ACCESS, tokens.TICKET)
    with unit_of_work(claims.organization_id):
        epoch = claims.number if claims.kind == tokens.ACCESS else None
        actor = load(claims.user_id, session=claims.session_id, epoch=epoch, address=address)
        used = claims.kind != tokens.TICKET or sessions.use_socket_ticket(claims)
        if actor is None or not used:
            raise tokens.InvalidToken(
                "This session has ended. Please sign in again.", code="session_ended" if actor is None else "invalid_token"
            )
        if actor.staff:
            agents.seen([actor.id])
        expires_at = claims.expires_at if claims.kind == tokens.ACCESS else datetime.now(UTC) + settings.ACCESS_LIFETIME
        return identity(actor, expires_at)


def of_cookie(cookies: dict[str, str], address: str) -> Identity | None:
    """The identity behind a browser session of this site; None for a missing, ended or platform one."""
    key = cookies.get(settings.SESSION_COOKIE_NAME)
    if not key:
        return None
    known = browser.of(SessionStore(session_key=key))
    if known is None:
        return None
    with unit_of_work(known.organization_id):
        actor = load(known.user_id, session=known.session_id, epoch=known.epoch, address=address)
        return identity(replace(actor, browser_session=key), known.expires_at) if actor else None


def again(known: Identity) -> Identity | None:
    """The same person as the database knows them now, in the history that the socket was told of: whoever changes it is found by the
    next ping. None where the user, the session or the epoch has ended."""
    actor: Actor = known.actor
    if actor.browser_session and not living([actor.browser_session]):
        return None
    with unit_of_work(known.organization_id):
        fresh = load(actor.id, session=actor.session_id, epoch=actor.epoch, address=actor.address)
        if fresh is None:
            return None
        return replace(identity(replace(fresh, browser_session=actor.browser_session), known.expires_at), history=known.history)


def living(keys: Collection[str]) -> set[str]:
    """Those of the browser sessions that have not ended."""
    return set(BrowserSession.objects.filter(session_key__in=keys, expire_date__gt=Now()).values_list("session_key", flat=True))


def identity(actor: Actor, expires_at: datetime) -> Identity:
    """What the socket keeps of an actor, and the groups that it hears by itself."""
    groups = [sessions.user_group(actor.id)]
    if actor.session_id:
        groups.append(sessions.session_group(actor.session_id))
    if actor.browser_session:
        groups.append(sessions.browser_group(actor.browser_session))
    if actor.role_id:
        groups.append(role_group(actor.role_id))
    if actor.staff:
        groups.append(agents.staff_group(actor.organization_id))
    organization = Organization.objects.get(id=actor.organization_id)
    shown = {"id": actor.id, "name": actor.name, "email": actor.email, "role": actor.role, "staff": actor.staff,
             "organization": {"id": organization.id, "slug": organization.slug, "name": organization.name}}
    return Identity(
        organization_id=actor.organization_id,
        user_id=actor.id,
        session_id=actor.session_id,
        name=actor.name,
        staff=actor.staff,
        expires_at=expires_at,
        groups=tuple(groups),
        actor=actor,
        user=shown,
        history=history.current(),
    )


def welcome(known: Identity) -> list[Frame]:
    """What an agent is told first: that the house took them offline while they were gone."""
    if not known.staff:
        return []
    with unit_of_work(known.organization_id):
        agent = AgentProfile.objects.filter(user_id=known.user_id, lost_connection=True).first()
    return [AgentStatusChanged(agent=agent.user_id, availability=agent.availability, lost_connection=True)] if agent else []


def seen(organization: UUID, users: Iterable[UUID]) -> None:
    """These have a live socket."""
    with unit_of_work(organization):
        agents.seen(sorted(users))


def gone(known: Identity) -> None:
    """Their last socket on this server is gone."""
    if known.staff:
        with unit_of_work(known.organization_id):
            agents.left(known.user_id)


class AgentStatus(Command, frozen=True):
    """One's own availability: available, busy, away or offline."""

    status: Literal["available", "busy", "away", "offline"]


async def set_status(connection: Connection, command: AgentStatus) -> Frame:
    await in_thread(connection.me.organization_id, _set_status, connection.me.actor, command.status)
    return Ok(ref=command.ref)


def _set_status(actor: Actor, status: str) -> None:
    with unit_of_work(actor):
        agents.change(agent=agents.locked(actor.id), actor=actor, availability=status)


COMMANDS: list[Any] = [Handler(AgentStatus, set_status)]
