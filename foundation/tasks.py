from uuid import UUID

from celery import shared_task

from foundation import events, heartbeat
from foundation.units import unit_of_work


@shared_task
def sweep_deliveries() -> None:
    heartbeat.beat("beat")
    events.sweep()


@shared_task
def push(organization: str, delivery: str) -> None:
    with unit_of_work(UUID(organization)):
        events.push_again(UUID(organization), UUID(delivery))
