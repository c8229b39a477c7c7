"""Callers that this process knows: their token was verified, and who they are was read, at an earlier request.

What is remembered is never believed: it goes along with what the caller wants done, and PostgreSQL does nothing of that unless every
word of it still holds (`act_as` in the migrations). So a request costs one round trip, and nobody acts as who they no longer are.
"""
import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

import psycopg

from accounts import permissions, tokens
from accounts.actions import agents
from accounts.actor import LOAD, Actor, ended, of_row
from foundation import logs
from foundation.async_database import in_thread
from foundation.http.fast import Call
from foundation.postgresql.pipeline import LIMITS, OPENED, Asked, Rows, lines

ANOTHER_ACTOR = "PA001"
MOST = 20_000
ACT_AS = f"""
SELECT act_as(%(organization)s::uuid, %(user)s::uuid, %(session)s::uuid, %(name)s::text, %(email)s::text, %(epoch)s::integer,
              %(role_id)s::uuid, %(role)s::text, %(staff)s::boolean, %(role_version)s::integer, %(seen_every)s::interval),
       {LIMITS}
"""  # what takes longer keeps a line from all others: it is cut off here, and Django's threads take the time it needs
_tasks: dict[UUID, asyncio.Task[None]] = {}


@dataclass(frozen=True, slots=True)
class Known:
    """A caller as of their last request."""

    token: str
    actor: Actor
    ends_at: float  # the token, in seconds since 1970
    question: Asked


_known: dict[str, Known] = {}


async def recognise(call: Call) -> Known | None:
    """Whoever calls, as this process knows them or as the database does; None for whoever is to be refused, and for the first of a role."""
    scheme, _, token = call.headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    known = _known.get(token)
    if known is None or known.ends_at <= time.time():
        known = await meet(token) if scheme.lower() == "bearer" else None
    if known is None or scheme.lower() != "bearer":
        return None
    if known.actor.address != (address := call.address):
        known = _known[token] = replace(known, actor=replace(known.actor, address=address))
    return known


async def meet(token: str) -> Known | None:
    """Somebody for the first time: the token is verified, and the user read."""
    try:
        claims = tokens.read(token, tokens.ACCESS)
    except tokens.InvalidToken:
        return None
    whom = {"user": claims.user_id, "session": claims.session_id}
    _, rows = await lines().ask((OPENED, {"organization": claims.organization_id}), (LOAD, whom))
    row = rows[0] if rows else None
    if row is None or ended(row, session=claims.session_id, epoch=claims.number):
        return None
    granted = permissions.at_hand(row[5], row[8])
    if granted is None:
        return None
    if len(_known) >= MOST:
        _known.clear()
    actor = of_row(row, granted)
    found = _known[token] = Known(token, actor, claims.expires_at.timestamp(), (ACT_AS, question(actor)))
    return found


def question(actor: Actor) -> dict[str, Any]:
    """Whether they are still this actor."""
    return {"organization": actor.organization_id, "user": actor.id, "session": actor.session_id, "name": actor.name, "email": actor.email,
            "epoch": actor.epoch, "role_id": actor.role_id, "role": actor.role, "staff": actor.staff, "role_version": actor.role_version,
            "seen_every": agents.SEEN_EVERY}


async def act(known: Known, asked: Sequence[Asked]) -> list[Rows] | None:
    """The rows of each statement, in one unit of work of the caller's; None, and nothing was done, if they are another by now."""
    actor = known.actor
    logs.organization_id.set(str(actor.organization_id))
    logs.user_id.set(str(actor.id))
    try:
        (((unseen, *_),), *rows) = await lines().ask(known.question, *asked)
    except psycopg.Error as error:
        if error.sqlstate != ANOTHER_ACTOR:
            raise
        _known.pop(known.token, None)
        return None
    if unseen:
        note(actor)
    return rows


def note(actor: Actor) -> None:
    """Remember that an agent was here, beside the answer; once at a time, however much they ask meanwhile."""
    if actor.id not in _tasks:
        task = _tasks[actor.id] = asyncio.ensure_future(in_thread(agents.seen_now, actor.organization_id, actor.id))
        task.add_done_callback(partial(noted, actor.id))


def noted(agent: UUID, task: "asyncio.Task[None]") -> None:
    """What failed there is tried at the next request."""
    _tasks.pop(agent, None)
    if not task.cancelled():
        task.exception()


def forget() -> None:
    """Know nobody, as a new process does."""
    _known.clear()
