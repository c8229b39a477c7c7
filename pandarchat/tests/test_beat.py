"""Beat's schedule under a clock that is set."""
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django_celery_beat.models import PeriodicTask

from pandarchat.beat import Entry, Scheduler
from pandarchat.celery import app
from pandarchat.schedule import JOBS

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.django_db
def test_a_job_that_ran_in_the_future_runs_one_interval_from_now() -> None:
    task = PeriodicTask.objects.get(name=JOBS[0].name)
    task.last_run_at = NOON + timedelta(hours=1)
    entry = Entry(task, app=app)
    with time_machine.travel(NOON, tick=False):
        assert entry.is_due().next == pytest.approx(JOBS[0].seconds, abs=1)
    with time_machine.travel(NOON + timedelta(seconds=JOBS[0].seconds + 1), tick=False):
        assert entry.is_due().is_due


@pytest.mark.parametrize(("by", "ordered_again"), [(timedelta(hours=-1), True), (timedelta(hours=1), True), (timedelta(0), False)])
def test_a_jump_puts_the_jobs_into_their_order_again(committed: None, redis_url: str, by: timedelta, ordered_again: bool) -> None:
    scheduler = Scheduler(app=app, lazy=True)
    scheduler.tick()
    before = scheduler._heap
    with time_machine.travel(datetime.now(UTC) + by, tick=True):
        scheduler.tick()
    assert (scheduler._heap is not before) == ordered_again
