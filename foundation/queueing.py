"""Handing a task to Redis without ever failing or waiting long: the delivery's row is the record, the queue a hint."""
import logging
from functools import cache
from typing import Any
from uuid import UUID

from celery import current_app
from django.conf import settings
from kombu import Connection
from kombu.exceptions import OperationalError
from kombu.pools import producers

from foundation.redis_clients import Breaker

logger = logging.getLogger(__name__)
SECONDS = 0.5  # the longest wait for a Redis that does not answer
AT_ONCE = 20  # connections of one process
breaker = Breaker("task queue")


@cache
def pool() -> Any:
    """This process's connections for handing tasks over; a worker waits longer on those with which it fetches them."""
    options = {**settings.CELERY_BROKER_TRANSPORT_OPTIONS, "socket_timeout": SECONDS, "socket_connect_timeout": SECONDS}
    return producers[Connection(settings.CELERY_BROKER_URL, transport_options=options, connect_timeout=SECONDS)]


def enqueue(task: str, organization: UUID, delivery: UUID) -> bool:
    """Whether Redis took the task; where it did not, the sweep comes back to the delivery."""
    if not breaker.allows():
        return False
    try:
        with pool().acquire(block=True, timeout=SECONDS) as producer:
            current_app.send_task(task, args=[str(organization), str(delivery)], producer=producer, retry=False, ignore_result=True)
    except (OperationalError, OSError) as error:
        breaker.failed(error)
        return False
    breaker.succeeded()
    return True
