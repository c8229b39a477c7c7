"""Celery: every task is idempotent, carries its organization, and may run twice."""
import os
from typing import Any, cast

from celery import Celery
from celery.signals import beat_init, worker_init

from pandarchat.services import readiness  # noqa: F401 (connects its signals)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pandarchat.settings")

app = Celery("pandarchat")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
@beat_init.connect
def refuse_unsafe_role(**kwargs: Any) -> None:
    """Worker and beat serve under the same condition as the web."""
    from django.db import connection

    from foundation import roles

    roles.refuse_unsafe_role()
    connection.close()
    cast(Any, connection).close_pool()  # its threads would not survive the worker's fork
