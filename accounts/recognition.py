"""Callers that this process knows: their token was verified, and who they are was read, at an earlier request.

What is remembered is never believed: it goes along with what the caller wants done, and PostgreSQL does nothing of that unless every
word of it still holds (`act_as` in the migrations). So a request costs one round trip, and nobody acts as who they no longer are.
"""
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import psycopg

from accounts import permissions, presence, tokens
from accounts.actions import agents
from accounts.actor import WHO, Actor, ended, of_row
from foundation import logs
from foundation.batching import Alone, Batcher
from foundation.http.fast import Call
from foundation.postgresql.pipeline import LIMITS, Asked, Rows, lines

ANOTHER_ACTOR = "PA001"
MOST = 20_000
ACT_AS = f"""
SELECT act_as(%(organization)s::uuid, %(user)s::uuid, %(session)s::uuid, %(name)s::text, %(email)s::text, %(epoch)s::integer,
              %(role_id)s::uuid, %(role)s::text, %(staff)s::boolean, %(role_version)s::integer, %(seen_every)s::interval),
       {LIMITS}
"""  # what takes longer keeps a line from all others: it is cut off here, and Django's threads take the time it needs
MEET = f"""
SELECT a.* FROM ROWS FROM (json_to_recordset(%(items)s::json) AS ("user" uuid, session uuid)) WITH ORDINALITY AS x (person, session, place)
LEFT JOIN LATERAL (SELECT {WHO} FROM actor_of(x.person, x.session)) a ON true ORDER BY x.place
"""
# One row for each of some callers: whether they are still who they were, as `act_as` would ask; what it would note of them; the answer.
OF_EACH = """
SELECT a.id IS NOT NULL,
       x.staff AND EXISTS (SELECT FROM accounts_agentprofile g WHERE g.user_id = x.person
                             AND (g.last_seen_at IS NULL OR g.last_seen_at < now() - %(seen_every)s::interval)),
       CASE WHEN a.id IS NOT NULL THEN ({answer}) END
FROM ROWS FROM (json_to_recordset(%(items)s::json) AS (
  "user" uuid, session uuid, name text, email text, epoch integer, role_id uuid, role text, staff boolean, role_version integer,
  about text)) WITH ORDINALITY AS x (person, session, name, email, epoch, role_id, role, staff, role_version, about, place)
LEFT JOIN LATERAL (
  SELECT f.id FROM actor_of(x.person, x.session) f
  WHERE f.organization_id = %(organization)s::uuid AND f.session_id = x.session AND f.name = x.name AND f.email = x.email
    AND f.epoch = x.epoch AND f.role_id = x.role_id AND f.role = x.role AND f.staff = x.staff AND f.role_version = x.role_version) a ON true
ORDER BY x.place
"""
_strangers = Batcher(MEET, "callers")


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
    logs.organization_id.set(str(known.actor.organization_id))
    logs.user_id.set(str(known.actor.id))
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
    try:
        row = await _strangers.row(claims.organization_id, token, whom)
    except Alone as alone:
        if alone.again:
            raise psycopg.OperationalError("who calls could not be read") from alone
        return None
    if row[0] is None or ended(row, session=claims.session_id, epoch=claims.number):
        return None
    granted = permissions.at_hand(row[5], row[8])
    if granted is None:
        return None
    if len(_known) >= MOST:
        _known.clear()
    actor = of_row(row, granted)
    question = {"organization": actor.organization_id, "user": actor.id, "seen_every": agents.SEEN_EVERY, **identity(actor)}
    found = _known[token] = Known(token, actor, claims.expires_at.timestamp(), (ACT_AS, question))
    return found


def identity(actor: Actor) -> dict[str, Any]:
    """What must still be so of a user for them to be this actor."""
    return {"session": actor.session_id, "name": actor.name, "email": actor.email, "epoch": actor.epoch, "role_id": actor.role_id,
            "role": actor.role, "staff": actor.staff, "role_version": actor.role_version}


async def act(known: Known, asked: Sequence[Asked]) -> list[Rows] | None:
    """The rows of each statement, in one unit of work of the caller's; None, and nothing was done, if they are another by now."""
    try:
        (((unseen, *_),), *rows) = await lines().ask(known.question, *asked, of=known.actor.organization_id)
    except psycopg.Error as error:
        if error.sqlstate != ANOTHER_ACTOR:
            raise
        forget_one(known)
        return None
    if unseen:
        presence.noting().add(known.actor.organization_id, known.actor.id)
    return rows


class OfEach:
    """A question whose answer is each caller's own; those who ask at the same moment share its way to PostgreSQL and back.

    `answer` is a subquery about `x.person`, who is `x.staff` or not, and about what they ask it of: `x.about`, a text.
    """

    def __init__(self, answer: str, purpose: str) -> None:
        self._batches = Batcher(OF_EACH.format(answer=answer), purpose, shared=lambda: {"seen_every": agents.SEEN_EVERY})

    async def ask(self, known: Known, about: str) -> tuple[Any] | None:
        """The answer to this caller; None where they are another by now, and where it takes longer than others may be kept waiting."""
        actor = known.actor
        try:
            row = await self._batches.row(actor.organization_id, object(), {"user": actor.id, **identity(actor), "about": about})
        except Alone as alone:
            if alone.again:
                raise psycopg.OperationalError("the question was not answered") from alone
            return None
        same, unseen, answer = row
        if not same:
            forget_one(known)
            return None
        if unseen:
            presence.noting().add(actor.organization_id, actor.id)
        return (answer,)


def forget_one(known: Known) -> None:
    """They are another by now."""
    _known.pop(known.token, None)


def forget() -> None:
    """Know nobody, as a new process does."""
    _known.clear()
