"""Every periodic job, on one page. The rows are django-celery-beat's: made here once, by name, and edited in Django admin."""
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models.signals import post_migrate


@dataclass(frozen=True)
class Job:
    name: str
    task: str
    seconds: int


JOBS = [
    Job("Assign the queues", "tickets.tasks.assign_all", 10),
    Job("Repeat lost deliveries", "foundation.tasks.sweep_deliveries", 5),
    Job("Take agents offline who are gone", "accounts.tasks.mark_gone_agents", 10),
    Job("Return tickets of agents who are gone", "tickets.tasks.requeue_abandoned", 15),
    Job("Warn of deadlines, and escalate what is late", "tickets.tasks.escalate_late", 60),
    Job("Close tickets resolved a week ago", "tickets.tasks.close_resolved", 600),
    Job("Remove uploads that were never sent", "chat.tasks.collect_uploads", 900),
    Job("Chain the audit trails", "accounts.tasks.chain_audit", 5),
    Job("Remove what has expired", "pandarchat.tasks.remove_expired", 3600),
]


def register() -> None:
    """After `migrate`, put the jobs into the schedule."""
    post_migrate.connect(synchronise, sender=apps.get_app_config("django_celery_beat"), dispatch_uid="pandarchat.schedule")


def synchronise(sender: Any, **kwargs: Any) -> None:
    """Add the jobs that are not there yet. What an operator changed stays changed."""
    from django_celery_beat.models import IntervalSchedule, PeriodicTask

    for job in JOBS:
        seconds = {"every": job.seconds, "period": IntervalSchedule.SECONDS}
        # Not get_or_create: nothing keeps an operator from making the same interval a second time.
        every = IntervalSchedule.objects.filter(**seconds).first() or IntervalSchedule.objects.create(**seconds)
        PeriodicTask.objects.get_or_create(
            name=job.name, defaults={"task": job.task, "interval": every, "expire_seconds": max(30, 2 * job.seconds)}
        )
