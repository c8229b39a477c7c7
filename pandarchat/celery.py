"""Celery: every task is idempotent, carries its organization, and may run twice."""
import os
from typing import Any, cast

from celery import Celery
from celery.signals import beat_init, worker_init, worker_ready

from pandarchat.services import readiness  # noqa: F401 (connects its signals)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pandarchat.settings")

app = Celery("pandarchat")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
def serve_metrics(**kwargs: Any) -> None:
    """Where a port is given: what this worker's processes count."""
    from django.conf import settings

    from pandarchat import worker_metrics

    if settings.METRICS_PORT:
        worker_metrics.serve(settings.METRICS_PORT)


@worker_init.connect
def count_tasks(**kwargs: Any) -> None:
    """Before the worker forks, so that its children count too."""
    from pandarchat import worker_metrics

    worker_metrics.connect()


@worker_init.connect
@beat_init.connect
def refuse_unsafe_role(**kwargs: Any) -> None:
    """Worker and beat serve under the same condition as the web."""
    from django.db import connection

    from foundation import roles

    roles.refuse_unsafe_role()
    connection.close()
    cast(Any, connection).close_pool()  # its threads would not survive the worker's fork
