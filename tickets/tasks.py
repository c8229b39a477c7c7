from uuid import UUID

from celery import shared_task

from foundation import each, events
from foundation.units import unit_of_work
from tickets import lifecycle
from tickets.actions import assigning, escalating, leftovers


@shared_task
def assign(organization: str, delivery: str) -> None:
    """Somebody asked for an assignment; whoever ran in between has answered for all who had asked."""
    with unit_of_work(UUID(organization)):
        if not events.still_owed(UUID(delivery)):
            return
    assigning.assign_queue(organization=UUID(organization))


@shared_task
def assign_all() -> None:
    each.organization(leftovers.organizations("organizations_with_queue"), assigning.assign_queue)


@shared_task
def requeue_abandoned() -> None:
    each.organization(leftovers.organizations("organizations_with_abandoned_tickets"), leftovers.requeue_abandoned)


@shared_task
def close_resolved() -> None:
    each.organization(leftovers.organizations("organizations_with_tickets_to_close", lifecycle.REOPENS_FOR), leftovers.close_resolved)


@shared_task
def escalate_late() -> None:
    escalating.sweep()
