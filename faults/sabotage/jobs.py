"""Guards of periodic jobs and of the assignment, taken away; and, below, a worker that is slow enough to be killed at any point."""
import time
from typing import Any

PAUSE = 0.03  # seconds


def recheck() -> None:
    """What nobody does by hand is done to a ticket as it was listed, without looking at it again under its lock."""
    from tickets.actions import leftovers
    from tickets.models import Ticket

    def unlocked(actor: Any, ticket: Any) -> Any:
        found = Ticket.objects.select_related("assignee", "customer", "category").get(pk=ticket)
        time.sleep(1.0)  # longer than the jobs are apart
        return found

    leftovers.locked = unlocked


def late_acknowledgement() -> None:
    """A task is acknowledged when it begins, so that who dies with it takes it along."""
    from pandarchat.celery import app

    app.conf.task_acks_late = app.conf.task_reject_on_worker_lost = False


def periodic_assignment() -> None:
    """Nobody looks after queues that no event asked for."""
    from tickets import tasks

    organizations = tasks.leftovers.organizations
    tasks.leftovers.organizations = (
        lambda function, *given: [] if function == "organizations_with_queue" else organizations(function, *given))


def assignment_locks() -> None:
    """Whoever assigns does not wait for others who do, and decides on rows that nobody holds."""
    from tickets import queries
    from tickets.actions import assigning, moves

    assigning.lock_assignment = moves.lock_assignment = lambda organization: None
    queries.LOCK_QUEUED = cut(queries.LOCK_QUEUED, "FOR UPDATE OF c")
    queries.lock_agents = set  # type: ignore[assignment]
    assigning.GIVE = cut(assigning.GIVE, "FOR UPDATE OF c", "AND t.status || '' = 'queued'")
    slow_statements()


def cut(sql: str, *guards: str) -> str:
    """A statement without these of its words, which must be there: else nothing would be taken away."""
    for guard in guards:
        if guard not in sql:
            raise LookupError(f"{guard!r} is not in the statement any more")
        sql = sql.replace(guard, "")
    return sql


# What is done to a process, whatever its guards.

def slow_statements() -> None:
    """Every statement and every frame takes a moment longer."""
    from django.db.backends.signals import connection_created

    from foundation.layer import HintLayer

    def linger(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        time.sleep(PAUSE)
        return execute(sql, params, many, context)

    def opened(connection: Any, **rest: Any) -> None:
        if linger not in connection.execute_wrappers:
            connection.execute_wrappers.append(linger)

    connection_created.connect(opened, weak=False)
    publish = HintLayer.publish

    def late(self: Any, *given: Any, **options: Any) -> None:
        time.sleep(PAUSE)
        publish(self, *given, **options)

    HintLayer.publish = late  # type: ignore[method-assign]
