"""The schedule's rows are made once; what an operator changed stays changed."""

import pytest
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from pandarchat import celery, schedule

pytestmark = pytest.mark.django_db


def migrate_again() -> None:
    schedule.synchronise(sender=None)


def test_migrating_made_every_job() -> None:
    found = {
        row.name: (row.task, row.interval.every, row.interval.period, row.enabled)
        for row in PeriodicTask.objects.select_related("interval")
        if row.name in {job.name for job in schedule.JOBS}
    }
    assert found == {job.name: (job.task, job.seconds, "seconds", True) for job in schedule.JOBS}


def test_every_job_is_a_task() -> None:
    celery.app.loader.import_default_modules()
    assert {job.task for job in schedule.JOBS} <= set(celery.app.tasks)


def test_a_second_migrate_leaves_an_operators_edits() -> None:
    row = PeriodicTask.objects.get(name="Assign the queues")
    minute = IntervalSchedule.objects.create(every=1, period=IntervalSchedule.MINUTES)
    PeriodicTask.objects.filter(pk=row.pk).update(interval=minute, enabled=False)
    many = PeriodicTask.objects.count()
    migrate_again()
    row.refresh_from_db()
    assert (row.interval, row.enabled, PeriodicTask.objects.count()) == (minute, False, many)


def test_a_missing_job_comes_back() -> None:
    PeriodicTask.objects.filter(name="Assign the queues").delete()
    migrate_again()
    assert PeriodicTask.objects.filter(name="Assign the queues", enabled=True).count() == 1


def test_an_interval_that_an_operator_made_a_second_time_stops_no_migrate() -> None:
    IntervalSchedule.objects.create(every=10, period=IntervalSchedule.SECONDS)
    migrate_again()
    PeriodicTask.objects.filter(name="Assign the queues").delete()
    migrate_again()
    assert PeriodicTask.objects.get(name="Assign the queues").interval.every == 10
