"""Beat's schedule, which goes on when somebody sets the clock."""
import time
from datetime import datetime
from typing import Any

from django_celery_beat.schedulers import DatabaseScheduler, ModelEntry

JUMP = 1.0  # seconds by which a clock must move at once to have been set


class Entry(ModelEntry):
    """A job that last ran in the future runs one interval from now, and not when that future has come."""

    last_run_at: datetime

    def is_due(self) -> Any:
        self.last_run_at = min(self.last_run_at, self._default_now())
        return super().is_due()


class Scheduler(DatabaseScheduler):
    """After a jump all jobs are put into their order again: times of before would let one of them starve the others."""

    Entry = Entry

    def __init__(self, *given: Any, **options: Any) -> None:
        self._ahead = self._ahead_now()
        super().__init__(*given, **options)

    @staticmethod
    def _ahead_now() -> float:
        """How far the wall clock is before the one that nobody sets."""
        return time.time() - time.monotonic()

    def tick(self, *given: Any, **options: Any) -> Any:
        ahead = self._ahead_now()
        if abs(ahead - self._ahead) > JUMP:
            self._heap = None
        self._ahead = ahead
        return super().tick(*given, **options)
