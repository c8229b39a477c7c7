"""What the staff see of a customer, and of the words that are in use."""
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Max, QuerySet

from accounts.actor import AnyActor
from accounts.models import Session, User
from foundation.errors import NotFound
from foundation.units import current_organization

COUNTED_MOST = 1_000
TAGS_MOST = 50
COUNT = """
SELECT count(*), count(*) FILTER (WHERE status NOT IN ('resolved', 'closed'))
FROM (SELECT status FROM tickets_ticket WHERE organization_id = %s AND customer_id = %s ORDER BY updated_at DESC LIMIT %s) counted
"""
# Each name once, by a jump in the index from one to the next, however many tickets have it.
TAGS = """
WITH RECURSIVE known (name, place) AS (
  (SELECT name, 1 FROM tickets_tickettag WHERE organization_id = %(organization)s ORDER BY name LIMIT 1)
  UNION ALL
  SELECT (SELECT g.name FROM tickets_tickettag g WHERE g.organization_id = %(organization)s AND g.name > k.name ORDER BY g.name LIMIT 1),
         k.place + 1
  FROM known k WHERE k.name IS NOT NULL AND k.place < %(looked_at)s)
SELECT name FROM known WHERE strpos(lower(name), lower(%(search)s)) > 0 LIMIT %(most)s
"""
TAGS_LOOKED_AT = 2_000


def visible_to(actor: AnyActor) -> QuerySet[User]:
    """Whoever sees the queue sees the customers of their organization; nobody else sees any."""
    customers = User.objects.filter(organization_id=actor.organization_id, role__is_staff=False)
    return customers if actor.staff and actor.may("tickets.view_queue") else customers.none()


def customer(actor: AnyActor, key: UUID) -> dict[str, Any]:
    """One of them, with how many tickets they have; raises NotFound."""
    found = visible_to(actor).filter(pk=key).first()
    if found is None:
        raise NotFound("There is no such customer.")
    seen = Session.objects.filter(user=found).aggregate(last=Max("last_used_at"))["last"]
    return {"id": found.id, "name": found.name, "email": found.email, "email_confirmed": found.email_confirmed_at is not None,
            "active": found.is_active, "since": found.created_at, "last_seen_at": seen, "tickets": _counted(key)}


def _counted(key: UUID) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [current_organization(), key, COUNTED_MOST + 1])
        count, still_open = cursor.fetchone()
    return {"count": min(count, COUNTED_MOST), "count_exact": count <= COUNTED_MOST, "open": min(still_open, COUNTED_MOST)}


def tags(search: str = "") -> list[str]:
    """Tags in use in whose name this stands, by name; of very many the first ones."""
    given: dict[str, Any] = {"organization": current_organization(), "search": search, "looked_at": TAGS_LOOKED_AT, "most": TAGS_MOST}
    with connection.cursor() as cursor:
        cursor.execute(TAGS, given)
        return [name for (name,) in cursor.fetchall()]
