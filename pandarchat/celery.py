"""Celery: every task is idempotent, carries its organization, and may run twice."""
import os

from celery import Celery

from pandarchat.services import readiness  # noqa: F401 (connects its signals)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pandarchat.settings")

app = Celery("pandarchat")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
