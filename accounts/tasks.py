from datetime import timedelta
from uuid import UUID

from celery import shared_task

from accounts.actions import agents, chaining, mailing
from foundation import each, heartbeat

# While the database, beat or the worker was away nobody could be seen: after that everybody has a whole minute to show up again.
WATCH_GAP = timedelta(seconds=30)


@shared_task
def mark_gone_agents() -> None:
    if heartbeat.steady("watch over agents", gap=WATCH_GAP) > agents.GONE_AFTER:
        each.organization(agents.organizations_with_gone_agents(), agents.mark_gone)


@shared_task
def chain_audit() -> None:
    each.organization(chaining.organizations_with_unchained_audit(), chaining.chain)


@shared_task
def send_mail(organization: str, delivery: str) -> None:
    mailing.deliver(organization=UUID(organization), delivery=UUID(delivery))
