"""Handing a task to Redis without ever failing or waiting long: the delivery's row is the record, the queue a hint."""
import logging
import time
from uuid import UUID

from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)
REST_SECONDS = 2  # after a failure, how long Redis is not asked again


class _Breaker:
    closed_until = 0.0  # monotonic seconds


def enqueue(task: str, organization: UUID, delivery: UUID) -> bool:
    """Whether Redis took the task; where it did not, the sweep comes back to the delivery."""
    if time.monotonic() < _Breaker.closed_until:
        return False
    try:
        current_app.send_task(task, args=[str(organization), str(delivery)], retry=False, ignore_result=True)
    except (OperationalError, OSError) as error:
        _Breaker.closed_until = time.monotonic() + REST_SECONDS
        logger.warning("The task queue is away (%s); deliveries wait in the database.", error)
        return False
    return True
