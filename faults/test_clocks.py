"""Beats that are too many, clocks that are wrong, and the nights on which clocks change: the same effects as one beat at the right time."""
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask, PeriodicTasks

from accounts.models import AgentProfile, Shift, User
from chat.models import Entry
from faults.queue import check_history, check_once, until, waiting
from faults.record import Record
from faults.sabotage import clock as sabotage
from faults.without import without
from foundation import heartbeat
from foundation.units import unit_of_work
from pandarchat.schedule import JOBS
from pandarchat.testing.services import Running, StartWorker
from pandarchat.tests.checker import Broken
from pandarchat.tests.world import World
from tickets.actions.assigning import assign_queue
from tickets.models import Ticket

FAULT = "two beats, clock moved by an hour, daylight saving"
EVERY = 2  # seconds
OLD = 5  # tickets resolved more than a week ago
ABANDONED = 4  # tickets of an agent who has been gone for an hour
QUEUED = 6


@pytest.fixture
def hurried(committed: None) -> Iterator[None]:
    """All jobs every two seconds; afterwards as they were."""
    before = list(PeriodicTask.objects.values_list("pk", "interval_id"))
    every, _ = IntervalSchedule.objects.get_or_create(every=EVERY, period=IntervalSchedule.SECONDS)
    PeriodicTask.objects.update(interval=every, last_run_at=None)
    PeriodicTasks.update_changed()
    yield
    for task, interval in before:
        PeriodicTask.objects.filter(pk=task).update(interval_id=interval, last_run_at=None, total_run_count=0)
    every.delete()


def work_to_do(world: World) -> dict[str, list[UUID]]:
    """Something for every job that moves tickets. The teammate is gone; the agent is on duty."""
    with unit_of_work(world.pandar.id):
        AgentProfile.objects.update(capacity=1000)
    old = [world.ticket(agent=world.agent).pk for _ in range(OLD)]
    abandoned = [world.ticket(agent=world.teammate).pk for _ in range(ABANDONED)]
    queued = [world.ticket().pk for _ in range(QUEUED)]
    with unit_of_work(world.pandar.id):
        Ticket.objects.filter(pk__in=old).update(status="resolved", resolved_at=timezone.now() - timedelta(days=8))
        an_hour_ago = timezone.now() - timedelta(hours=1)
        Ticket.objects.filter(pk__in=abandoned).update(assigned_at=an_hour_ago)
        AgentProfile.objects.filter(pk=world.teammate.pk).update(availability="offline", went_offline_at=an_hour_ago)
        AgentProfile.objects.filter(pk=world.agent.pk).update(availability="available", last_seen_at=None)
    return {"old": old, "abandoned": abandoned, "queued": queued}


def check_effects(world: World, work: dict[str, list[UUID]]) -> None:
    """Each effect came, and came once."""
    with unit_of_work(world.pandar.id):
        said: Any = Entry.objects.filter(kind="status").values_list("conversation_id", "data__to")
        moves = Counter(said)
        owners = dict(Ticket.objects.values_list("pk", "assignee_id"))
    expected = Counter({**{(ticket, "closed"): 1 for ticket in work["old"]}, **{(ticket, "queued"): 1 for ticket in work["abandoned"]}})
    if moves != expected:
        raise Broken(f"more or less than once: {(moves - expected) + (expected - moves)}")
    given_back = [ticket for ticket in work["abandoned"] if owners[ticket] != world.agent.pk]
    if given_back:
        raise Broken(f"not given to somebody who is there: {given_back}")
    check_once(world, work["queued"])


def all_done(world: World) -> bool:
    with unit_of_work(world.pandar.id):
        return not waiting(world) and not (
            Ticket.objects.exclude(status__in=["closed", "assigned"]).exists() or Ticket.objects.filter(assignee=world.teammate).exists())


def check_runs_on(worker: Running, *, within: float) -> float:
    """Every job is done again; the seconds that took."""
    said = len(worker.log())

    def again() -> bool:
        lines = [line for line in worker.log()[said:].splitlines() if "succeeded" in line]
        return all(any(job.task in line for line in lines) for job in JOBS)

    return until(again, "every job is done again", within=within)


def test_three_beats_of_which_two_have_the_wrong_time(
    world: World, hurried: None, workers: StartWorker, beats: StartWorker, redis_url: str, record: Record, rounds: int,
) -> None:
    work = work_to_do(world)
    for start in ((), without("clock.ahead"), without("clock.behind")):
        beats(*start)
    begun = time.monotonic()
    for _ in range(2):
        workers()
    until(lambda: all_done(world), "closed, returned, assigned", within=60)
    took = time.monotonic() - begun
    time.sleep(3 * EVERY * rounds)
    check_effects(world, work)
    assert (heartbeat.age("beat") or timedelta.max) < timedelta(seconds=5 * EVERY)
    record(FAULT, beats="right, an hour ahead, an hour behind", workers=2, tickets=sum(map(len, work.values())),
           done_seconds=round(took, 1))


def test_without_another_look_under_the_lock_it_happens_twice(
    world: World, hurried: None, workers: StartWorker, beats: StartWorker, redis_url: str, record: Record,
) -> None:
    """The control."""
    work = work_to_do(world)
    for _ in range(2):
        beats()
    for _ in range(2):
        workers(*without("jobs.recheck"))  # find what both beats have asked for
    with pytest.raises(Broken):
        until(lambda: all_done(world), "closed, returned, assigned", within=40)
        time.sleep(2 * EVERY)
        check_effects(world, work)
    record(FAULT, control="another look under the lock")


@pytest.mark.parametrize("guard", ["", "clock.library_scheduler"])
def test_a_clock_that_is_set_back_under_a_beat(
    world: World, hurried: None, workers: StartWorker, beats: StartWorker, redis_url: str, open_folder: Path, record: Record, guard: str,
) -> None:
    """The machine of beat and worker; the database keeps its time."""
    flag = open_folder / "now"
    worker = workers(*without("clock.set_back"), **{sabotage.SET_BACK: str(flag)})
    beats(*without("clock.set_back", *([guard] if guard else [])), **{sabotage.SET_BACK: str(flag)})
    check_runs_on(worker, within=30)
    work = work_to_do(world)
    flag.touch()
    time.sleep(1)
    if guard:
        with pytest.raises(Broken, match="every job is done"):
            check_runs_on(worker, within=15)
        record(FAULT, control="beat's distrust of its clock")
        return
    took = check_runs_on(worker, within=15)
    until(lambda: all_done(world), "closed, returned, assigned", within=60)
    check_effects(world, work)
    record(FAULT, set_back="one hour, under a running beat and worker", runs_again_seconds=round(took, 1))


# Berlin sets its clocks forward on 29 March 2026 at 01:00 UTC and back on 25 October at 01:00 UTC; both are Sundays.
EARLY, LATE = (clock(0), clock(2, 30)), (clock(2, 30), clock(6))
NIGHTS = {
    # 01:59 is followed by 03:00, so that half past two never comes: the late shift begins when the early one would have half an hour left.
    "forward": (datetime(2026, 3, 29, tzinfo=UTC), {
        "2026-03-28T23:10": "early", "2026-03-29T00:50": "early", "2026-03-29T01:10": "late", "2026-03-29T03:50": "late",
        "2026-03-29T04:10": "nobody"}),
    # 02:59 is followed by 02:00, so that half past two comes twice: the wall clock decides both times.
    "back": (datetime(2026, 10, 25, tzinfo=UTC), {
        "2026-10-24T21:50": "nobody", "2026-10-24T22:10": "early", "2026-10-25T00:20": "early", "2026-10-25T00:40": "late",
        "2026-10-25T01:20": "early", "2026-10-25T01:40": "late", "2026-10-25T04:50": "late", "2026-10-25T05:10": "nobody"}),
}


def on_shift(world: World, agent: User, hours: tuple[clock, clock]) -> None:
    with unit_of_work(world.pandar.id):
        AgentProfile.objects.filter(pk=agent.pk).update(availability="available", capacity=1000)
        Shift.objects.create(organization_id=world.pandar.id, agent_id=agent.pk, weekday=6, starts=hours[0], ends=hours[1],
                             time_zone="Europe/Berlin")


def check_night(world: World, expected: dict[str, str]) -> int:
    """A ticket at each moment goes to whoever is on shift then; returns how many."""
    who = {"early": world.agent.pk, "late": world.teammate.pk, "nobody": None}
    for moment, shift in expected.items():
        with time_machine.travel(datetime.fromisoformat(moment).replace(tzinfo=UTC), tick=True):
            ticket = world.ticket()
            for _ in range(2):
                assign_queue(organization=world.pandar.id)
            found = world.pandar.fresh(ticket)
            if found.assignee_id != who[shift]:
                raise Broken(f"at {moment} {found.assignee_id} got the ticket, not {shift}")
    return len(expected)


@pytest.mark.parametrize("night", NIGHTS)
def test_the_night_on_which_clocks_change(world: World, night: str, record: Record) -> None:
    sunday, expected = NIGHTS[night]
    assert sunday.weekday() == 6
    offsets = {(sunday + timedelta(hours=hour)).astimezone(ZoneInfo("Europe/Berlin")).utcoffset() for hour in (0, 2)}
    assert len(offsets) == 2, "the zone's data know this change"
    on_shift(world, world.agent, EARLY)
    on_shift(world, world.teammate, LATE)
    moments = check_night(world, expected)
    check_history(world)
    record(FAULT, daylight_saving=f"clocks go {night}", moments=moments)


def test_without_the_zone_the_night_is_wrong(world: World, monkeypatch: pytest.MonkeyPatch, record: Record) -> None:
    """The control."""
    from accounts import shifts

    monkeypatch.setattr(shifts, "covers", shifts.covers)  # given back afterwards
    sabotage.zones()
    on_shift(world, world.agent, EARLY)
    on_shift(world, world.teammate, LATE)
    with pytest.raises(Broken, match="got the ticket"):
        check_night(world, NIGHTS["back"][1])
    record(FAULT, control="daylight saving in shifts")
