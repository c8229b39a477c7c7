"""Clocks that are wrong, and the guard of beat's schedule against one that is set."""
import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

HOUR = timedelta(hours=1)
SET_BACK = "FAULTS_CLOCK_SET_BACK"  # names a file; the clock is set back when it is there


def ahead() -> None:
    """This process's clock is an hour ahead."""
    moved(HOUR)


def behind() -> None:
    """This process's clock is an hour behind."""
    moved(-HOUR)


def set_back() -> None:
    """This process's clock is set back by an hour when the file is there."""
    flag = Path(os.environ[SET_BACK])

    def wait() -> None:
        while not flag.exists():
            time.sleep(0.05)
        moved(-HOUR)

    threading.Thread(target=wait, daemon=True).start()


def moved(by: timedelta) -> None:
    time_machine.travel(datetime.now(UTC) + by, tick=True).start()


def library_scheduler() -> None:
    """Beat believes its clock."""
    from django_celery_beat.schedulers import DatabaseScheduler, ModelEntry

    from pandarchat import beat

    beat.Scheduler.tick = DatabaseScheduler.tick  # type: ignore[method-assign]
    beat.Entry.is_due = ModelEntry.is_due  # type: ignore[method-assign]


def zones() -> None:
    """Shifts are read in the offset that their zone has in January, whatever the date: no daylight saving."""
    from accounts import shifts

    covers = shifts.covers

    def in_winter(shift: shifts.Hours, now: datetime) -> bool:
        winter = now.replace(month=1, day=15).astimezone(shifts.ZoneInfo(shift.time_zone)).utcoffset() or timedelta()
        return covers(shifts.Hours(shift.weekday, shift.starts, shift.ends, "UTC"), now + winter)

    shifts.covers = in_winter
