"""How many go through a journey, where the others stand, and how long each question takes: read of its runs and visits."""
from datetime import datetime
from typing import Any

from django.db import connection

from foundation.units import current_organization
from journeys import queries
from journeys.graph.format import Graph, Node
from journeys.models import Journey

RUNS = """
SELECT count(*), count(r.completed_at),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM r.completed_at - r.started_at)::float8)
FROM journeys_run r JOIN journeys_version v ON v.organization_id = r.organization_id AND v.id = r.version_id
WHERE {these}
"""
ENDS = """
SELECT r.action, count(*) FROM journeys_run r JOIN journeys_version v ON v.organization_id = r.organization_id AND v.id = r.version_id
WHERE {these} AND r.completed_at IS NOT NULL GROUP BY 1 ORDER BY 1
"""
NODES = """
SELECT s.node, count(DISTINCT s.run_id), count(DISTINCT s.run_id) FILTER (WHERE s.answered),
       count(*) FILTER (WHERE s.left_at IS NULL AND r.completed_at IS NULL),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM s.left_at - s.arrived_at)::float8) FILTER (WHERE s.answered)
FROM journeys_run r JOIN journeys_version v ON v.organization_id = r.organization_id AND v.id = r.version_id
JOIN journeys_visit s ON s.organization_id = r.organization_id AND s.run_id = r.id
WHERE {these} GROUP BY 1
"""
THESE = """
r.organization_id = %(organization)s::uuid AND r.journey_id = %(journey)s::uuid
AND (%(number)s::integer IS NULL OR v.number = %(number)s::integer)
AND (%(since)s::timestamptz IS NULL OR r.started_at >= %(since)s::timestamptz)
AND (%(until)s::timestamptz IS NULL OR r.started_at < %(until)s::timestamptz)
"""


def of_journey(
    journey: Journey, *, number: int | None = None, since: datetime | None = None, until: datetime | None = None
) -> dict[str, Any]:
    """Of the runs begun in [since, until): how many came how far, and how long each question took. Times in seconds; a rate of nothing
    is None. `dropped` stand at a question, unfinished."""
    given = {"organization": current_organization(), "journey": journey.id, "number": number, "since": since, "until": until}
    with connection.cursor() as cursor:
        cursor.execute(RUNS.format(these=THESE), given)
        starts, completions, median = cursor.fetchone()
        cursor.execute(ENDS.format(these=THESE), given)
        actions = [{"action": action, "completions": many} for action, many in cursor.fetchall()]
        cursor.execute(NODES.format(these=THESE), given)
        rows = {node: counts for node, *counts in cursor.fetchall()}
    graph = Graph.of(queries.graph_of(journey, number if number is not None else journey.published_number))
    order = [*(key for key, node in graph.nodes.items() if node.asks), *sorted(rows.keys() - graph.nodes.keys())]
    return {"starts": starts, "completions": completions, "completion_rate": rate(completions, starts), "median_seconds": median,
            "actions": actions, "nodes": [node_figures(graph.question(key), key, rows.get(key, [0, 0, 0, None])) for key in order]}


def node_figures(question: Node | None, key: str, counts: list[Any]) -> dict[str, Any]:
    reached, answered, dropped, median = counts
    return {"node": key, "question": question.text if question else None, "reached": reached, "answered": answered, "dropped": dropped,
            "drop_off": rate(dropped, reached), "median_seconds": median}


def rate(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
