"""How many tickets each view of the inbox has: one statement, whose every count stops at 10,000."""
from typing import Any

import orjson
from django.db import connection

from accounts.actor import Actor
from tickets.lists import COUNTED_MOST, LATE, NOT_OVER
from tickets.queries import HELD_MOST, UNREAD

TAGS_MOST = 30
OF_ORGANIZATION = "s.organization_id = %(organization)s::uuid"
MINE = f"{OF_ORGANIZATION} AND {NOT_OVER} AND s.assignee_id = %(viewer)s::uuid"
OPEN = f"{OF_ORGANIZATION} AND {NOT_OVER}"
VIEWS = {
    "mine": MINE, "unassigned": f"{OF_ORGANIZATION} AND s.status = 'queued'", "open": OPEN,
    "pending": f"{OF_ORGANIZATION} AND s.status = 'pending'",
    "breached": f"{OF_ORGANIZATION} AND s.sla_warning_at < now() AND {LATE['breached']}",
}
COUNT = "(SELECT count(*) FROM (SELECT 1 FROM tickets_ticket s WHERE {where} LIMIT {most}) counted)"
MINE_UNREAD = f"""
(SELECT count(*) FROM (SELECT s.conversation_id FROM tickets_ticket s WHERE {MINE} LIMIT {HELD_MOST}) t WHERE {UNREAD} > 0)
"""
# Of what is open, as far as it is counted: by the skill that is needed, and by tag, the most frequent ones.
SKILLS = """
(SELECT coalesce(json_agg(json_build_object('id', k.id, 'name', k.name, 'count', c.many) ORDER BY k.name), '[]') FROM (
   SELECT coalesce(o.skill_id, g.skill_id) AS skill, count(*) AS many
   FROM (SELECT s.skill_id, s.category_id FROM tickets_ticket s WHERE {open} LIMIT {most}) o
   LEFT JOIN tickets_category g ON o.skill_id IS NULL AND g.id = o.category_id GROUP BY 1) c JOIN accounts_skill k ON k.id = c.skill)
"""
TAGS = """
(SELECT coalesce(json_agg(json_build_object('name', c.name, 'count', c.many) ORDER BY c.many DESC, c.name), '[]') FROM (
   SELECT g.name, count(*) AS many FROM (SELECT s.conversation_id FROM tickets_ticket s WHERE {open} LIMIT {most}) o
   JOIN tickets_tickettag g ON g.organization_id = %(organization)s::uuid AND g.ticket_id = o.conversation_id
   GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {tags}) c)
"""


def statement(most: int) -> str:
    """What counts each view up to `most` and one more, which says that there are others."""
    views = ", ".join(COUNT.format(where=where, most=most + 1) for where in VIEWS.values())
    skills, tags = SKILLS.format(open=OPEN, most=most), TAGS.format(open=OPEN, most=most, tags=TAGS_MOST)
    return f"SELECT {views}, {MINE_UNREAD}, {skills}::text, {tags}::text"


def counts(actor: Actor) -> dict[str, Any]:
    """Of each view how many tickets it has, of the staff's own how many with something unread, and what is open by skill and by tag."""
    with connection.cursor() as cursor:
        cursor.execute(statement(COUNTED_MOST), {"organization": actor.organization_id, "viewer": actor.id, "staff": True})
        *found, unread, skills, tags = cursor.fetchone()
    views = dict(zip(VIEWS, found, strict=True))
    exact = views["open"] <= COUNTED_MOST
    return {
        **{name: counted(many) for name, many in views.items()}, "unread": counted(unread),
        "skills": [{**skill, "count_exact": exact} for skill in orjson.loads(skills)],
        "tags": [{**tag, "count_exact": exact} for tag in orjson.loads(tags)],
    }


def counted(many: int) -> dict[str, Any]:
    """A count as lists give it."""
    return {"count": min(many, COUNTED_MOST), "count_exact": many <= COUNTED_MOST}
