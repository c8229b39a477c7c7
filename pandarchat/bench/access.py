"""Who may talk to the world: sessions and tokens that outlive a run, and the file that names them to the load generator."""
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from accounts import tokens
from accounts.models import Session, User
from chat.models import Conversation
from foundation.models import Delivery
from foundation.units import current_organization, unit_of_work
from pandarchat.bench.filling import organizations
from pandarchat.bench.guard import check_bench_database
from pandarchat.bench.shape import ARCHIVE, MAIN, PASSWORD, QUEUE, Shape
from tickets.models import Status, Ticket

LIFETIME = timedelta(hours=12)
MARK = "bench_world"  # what the sessions of a world say of themselves
CUSTOMERS, LOGINS, CONVERSATIONS = 1_000, 100, 500  # the most that are named
NEW_TICKET = {
    "subject": "My order has not arrived", "category": "order", "priority": "normal",
    "text": "Hello, my order has not arrived yet and the tracking page shows nothing since Monday.",
}
REQUESTS = {
    "list": {"method": "GET", "path": "tickets/?status=in_progress&page=1"},
    "create": {"method": "POST", "path": "tickets/", "body": NEW_TICKET},
    "queue": {"method": "GET", "path": "queue/"},
    "login": {"method": "POST", "path": "auth/login/"},
    "analytics": None,  # the reference reads all tickets there; ours counts the open ones, so the two cannot be compared
}


def world(shape: Shape, *, port: int) -> dict[str, Any]:
    """The world file, with fresh tokens. Raises CommandError for a database that is no bench's."""
    known = organizations()
    named: dict[str, Any] = {"ws": f"ws://127.0.0.1:{port}/ws/v1/", "http": f"http://127.0.0.1:{port}/api/v1/",
                             "tickets": shape.tickets, "requests": REQUESTS}
    with unit_of_work(known[MAIN]):
        Delivery.objects.all().delete()  # what earlier turns left to a worker that does not run
        agents, customers, rooms = users("agent"), users("customer"), chosen_rooms(shape.rooms)
        named["logins"] = [{"organization": MAIN, "email": user.email, "password": PASSWORD} for user in customers[:LOGINS]]
        signed = mint([*agents, *customers[:CUSTOMERS], *User.objects.filter(id__in=[room.customer_id for room in rooms])])
        staff = [signed[user.id] for user in agents]
        named["agents"], named["customers"] = staff, [signed[user.id] for user in customers[:CUSTOMERS]]
        named["rooms"] = [{"ticket": str(room.pk), "tokens": [signed[room.customer_id], staff[2 * n], staff[2 * n + 1]]}
                          for n, room in enumerate(rooms)]
        named["browsers"] = {MAIN: agents[0].email}
    with unit_of_work(known[QUEUE]):
        named["browsers"][QUEUE] = first_agent()
        named["waiting"] = {"tickets": shape.waiting, "agents": list(mint(users("agent")).values())}
    with unit_of_work(known[ARCHIVE]):
        named["browsers"][ARCHIVE] = first_agent()
        named["archive"] = {"entries": shape.entries, "agents": list(mint(users("agent")).values()), "conversations": archive()}
    return named


def first_agent() -> str:
    """Their address; none where the world has no such organization's people."""
    return next((user.email for user in users("agent")), "")


def users(role: str) -> list[User]:
    """The people of a role in the current organization, in the order in which they were made."""
    return list(User.objects.filter(role__slug=role, is_active=True).order_by("id"))


def chosen_rooms(most: int) -> list[Ticket]:
    """Tickets in progress, each of another customer."""
    found: dict[UUID, Ticket] = {}
    for ticket in Ticket.objects.filter(status=Status.IN_PROGRESS).order_by("number")[:20 * most]:
        found.setdefault(ticket.customer_id, ticket)
    return list(found.values())[:most]


def archive() -> list[dict[str, Any]]:
    """Conversations to read, the longest first."""
    rows = Conversation.objects.order_by("-staff_seq", "id").values_list("id", "staff_seq")[:CONVERSATIONS]
    return [{"ticket": str(key), "head": head} for key, head in rows]


def mint(people: Iterable[User]) -> dict[UUID, str]:
    """An access token per user of the current organization, each of a session that lasts as long. Raises CommandError for a
    database that is no bench's: nowhere else is a token good for hours."""
    check_bench_database()
    by_key = {user.id: user for user in people}
    until = datetime.now(UTC) + LIFETIME
    theirs = Session.objects.filter(user_id__in=by_key, user_agent=MARK)
    theirs.update(expires_at=until + LIFETIME, revoked_at=None, revoked_because="")
    known = set(theirs.values_list("user_id", flat=True))
    Session.objects.bulk_create(
        Session(organization_id=current_organization(), user=user, expires_at=until + LIFETIME, user_agent=MARK)
        for user in by_key.values() if user.id not in known)
    return {session.user_id: token(by_key[session.user_id], session) for session in theirs.all()}


def token(user: User, session: Session) -> str:
    return tokens.access(organization=session.organization_id, user=user.id, session=session.id, epoch=user.epoch, lifetime=LIFETIME)
