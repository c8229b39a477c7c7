"""Sessions that have begun: refreshing them, ending them, and the sockets that hang on them."""
import hashlib
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now

from accounts import audit, authority, tokens
from accounts.actions import demanding
from accounts.actions.entering import LONGEST_USER_AGENT, SignedIn, lifetime
from accounts.actions.standing import standing, whom
from accounts.actor import Actor, AnyActor, load
from accounts.models import Session, SessionKind, SocketTicket, User
from foundation import events
from foundation.errors import NotFound, Unauthenticated
from foundation.ids import uuid7
from foundation.units import unit_of_work

SEEN_EVERY = timedelta(minutes=1)
HEARD_AFTER = 1  # seconds, in which the answer arrives that lets the browser stay in which somebody changed their password


def _access(actor: Actor) -> str:
    assert actor.session_id is not None, "only a session has access tokens"  # noqa: S101
    return tokens.access(organization=actor.organization_id, user=actor.id, session=actor.session_id, epoch=actor.epoch)


def _refresh(session: Session) -> str:
    return tokens.issue(tokens.REFRESH, organization=session.organization_id, user=session.user_id, session=session.id,
                        number=session.generation, expires_at=session.expires_at)


def refresh(*, token: str, address: str) -> SignedIn:
    """The next pair of a family. A token that was used before ends the family, whoever holds the newer one: raises InvalidToken."""
    claims = tokens.read(token, tokens.REFRESH)
    with unit_of_work(claims.organization_id):
        renewed = _renew(claims, address)
    if renewed is None:
        raise tokens.session_ended()
    return renewed


def _renew(claims: tokens.Claims, address: str) -> SignedIn | None:
    if claims.session_id is None:
        return None
    session = Session.objects.select_for_update().filter(id=claims.session_id, user_id=claims.user_id, revoked_at=None).first()
    if session is None:
        return None
    actor = load(claims.user_id, session=session.id, address=address)
    if actor is None:
        return None
    if session.generation != claims.number:
        _end(session.id, because="reuse")
        audit.record("refresh_token_reused", actor=actor, target=session)
        return None
    session.generation += 1
    Session.objects.filter(id=session.id).update(generation=session.generation, last_used_at=Now())
    return SignedIn(access=_access(actor), refresh=_refresh(session))


def _end(session: UUID, *, because: str) -> bool:
    ended = Session.objects.filter(id=session, revoked_at=None).update(revoked_at=Now(), revoked_because=because)
    events.control(session_group(session), "revoke", code=4403, reason="This session has ended.")
    return ended > 0


def end(*, session: Session, actor: AnyActor, because: str = "ended_by_staff") -> None:
    """End a session; its sockets close within seconds."""
    _end(session.id, because=because)
    audit.record("session_ended", actor=actor, target=session, after={"user": str(session.user_id)})


def running(actor: Actor) -> QuerySet[Session]:
    """The actor's own sessions that have not ended, the last used first."""
    return Session.objects.filter(user_id=actor.id, revoked_at=None, expires_at__gt=Now()).order_by("-last_used_at", "-id")


def end_own(*, actor: Actor, session: UUID) -> None:
    """End one of the actor's own sessions; raises NotFound for whatever else."""
    found = running(actor).filter(id=session).first()
    if found is None:
        raise NotFound("There is no such session.")
    end(session=found, actor=actor, because="ended_by_owner")


def end_others(*, actor: Actor) -> int:
    """End all of the actor's sessions but the one that they act in; returns how many."""
    others = [session for session in running(actor) if session.id != actor.session_id]
    for session in others:
        end(session=session, actor=actor, because="ended_by_owner")
    return len(others)


def end_browser(*, session: UUID | None) -> bool:
    """A browser's session ends with its cookie; superusers have none. Whether there was one that had not ended."""
    return session is not None and _end(session, because="logout")


def begin_browser(*, user: User, address: str, user_agent: str) -> Session:
    """A session of somebody who was verified, for a browser's cookie. Raises Unauthenticated for staff without the second factor that their
    organization demands."""
    if demanding.lacking(user):
        raise Unauthenticated("Your organization demands a second factor. Please sign in again.", code="session_ended")
    expires_at = datetime.now(UTC) + lifetime(SessionKind.BROWSER)
    return Session.objects.create(organization_id=user.tenant, user=user, kind=SessionKind.BROWSER, expires_at=expires_at,
                                  address=address, user_agent=user_agent[:LONGEST_USER_AGENT])


def used_after_commit(*, organization: UUID, session: UUID) -> None:
    """Remember that a browser's session was used, to the minute and once the current unit of work is over, so that nobody waits for it."""
    if Session.objects.filter(id=session, last_used_at__lt=Now() - SEEN_EVERY).exists():
        transaction.on_commit(partial(_used, organization, session), robust=True)


def _used(organization: UUID, session: UUID) -> None:
    with unit_of_work(organization):
        Session.objects.filter(id=session, last_used_at__lt=Now() - SEEN_EVERY).update(last_used_at=Now())


def sign_out(*, actor: Actor) -> None:
    """End the actor's session; its sockets close within seconds."""
    session = Session.objects.filter(id=actor.session_id).first() if actor.session_id else None
    if session is not None:
        _end(session.id, because="logout")
        audit.record("logout", actor=actor, target=session)


def sign_out_everywhere(*, actor: Any, user: User, because: str = "logout_everywhere") -> None:
    """End every session, token, browser session and socket of a user; each socket looks for itself whether it is one of them, as whoever
    signs in at once may have a new one before this is heard of."""
    Session.objects.filter(user=user, revoked_at=None).update(revoked_at=Now(), revoked_because=because)
    User.objects.filter(id=user.id).update(epoch=F("epoch") + 1)
    SocketTicket.objects.filter(user=user).delete()
    events.control(user_group(user.id), "access-changed", after=HEARD_AFTER)
    audit.record(because, actor=actor, target=user)


def end_all(*, user: UUID, actor: AnyActor) -> None:
    """The same by somebody else, such as after the loss of a laptop. Raises NotFound, Forbidden for oneself and for whoever may do more,
    and what `standing` raises."""
    actor = standing(actor, "accounts.delete_session")
    row = whom(user)
    authority.check_not_oneself(actor, row, "sign yourself out here: your own sessions stand with your account")
    authority.check_power_over(actor, row)
    sign_out_everywhere(actor=actor, user=row, because="ended_by_staff")


def socket_ticket(*, actor: Actor) -> str:
    """A single-use ticket with which a browser opens its socket; good for 30 seconds."""
    expires_at = datetime.now(UTC) + tokens.TICKET_LIFETIME
    row = SocketTicket.objects.create(id=uuid7(), organization_id=actor.organization_id, user_id=actor.id, session_id=actor.session_id,
                                      expires_at=expires_at)
    return tokens.issue(tokens.TICKET, organization=actor.organization_id, user=actor.id, session=actor.session_id, id=row.id,
                        expires_at=expires_at)


def use_socket_ticket(claims: tokens.Claims) -> bool:
    """Whether the ticket was still unused; it is used now."""
    if claims.id is None:
        return False
    deleted, _ = SocketTicket.objects.filter(id=claims.id, user_id=claims.user_id).delete()
    return deleted == 1


def user_group(user: UUID) -> str:
    """The sockets of one user."""
    return f"user:{user}"


def browser_signed_out(key: str) -> None:
    """A browser session ended: so do the sockets that it opened."""
    events.control(browser_group(key), "revoke", code=4403, reason="You signed out.")


def browser_group(key: str) -> str:
    """The sockets that a browser session opened; named by a hash, as the key itself opens doors."""
    return f"browser:{hashlib.sha256(key.encode()).hexdigest()}"


def session_group(session: UUID) -> str:
    """The sockets of one session."""
    return f"session:{session}"
