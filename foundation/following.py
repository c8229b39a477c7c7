"""What follows a commit on the event loop: frames at once, the rest gathered for a moment, so that many facts cost one statement.

Whatever is gathered has its row: a process that ends meanwhile leaves it to the sweep.
"""
import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from foundation import events, logs, queueing
from foundation.async_database import in_thread
from foundation.events import PUSH, Push
from foundation.postgresql.pipeline import lines

logger = logging.getLogger(__name__)
SECONDS = 0.02
PAUSE_SECONDS = 0.25  # between two runs of a task of which one answers for many
FINISH = "SELECT finish_deliveries(%(organization)s::uuid, %(deliveries)s::uuid[])"


class Gathering:
    """One event loop's deliveries: those that are done, and the tasks to enqueue."""

    def __init__(self) -> None:
        self._done: defaultdict[UUID, list[UUID]] = defaultdict(list)
        self._tasks: dict[tuple[str, UUID, UUID | None], UUID] = {}
        self._pausing: dict[tuple[str, UUID], UUID | None] = {}  # with the delivery that waits for the end of the pause
        self._timer: asyncio.TimerHandle | None = None
        self._running: set[asyncio.Task[Any]] = set()

    def add(self, organization: UUID, delivery: UUID, subscriber: str) -> None:
        """A delivery that has been pushed, or a task's."""
        if subscriber == PUSH:
            self._done[organization].append(delivery)
        elif subscriber in events.gathered():
            self._run_once(subscriber, organization, delivery)
        else:
            self._tasks[subscriber, organization, delivery] = delivery
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(SECONDS, self._flush, context=logs.nobodys())

    def _run_once(self, subscriber: str, organization: UUID, delivery: UUID) -> None:
        """Enqueue the task for this delivery and for all that come until it begins; the first at once, the next after a pause."""
        task = subscriber, organization
        if task in self._pausing:
            self._pausing[task] = delivery
            return
        self._pausing[task] = None
        self._tasks[subscriber, organization, None] = delivery
        asyncio.get_running_loop().call_later(PAUSE_SECONDS, self._resume, task)

    def _resume(self, task: tuple[str, UUID]) -> None:
        waiting = self._pausing.pop(task)
        if waiting is not None:
            self.add(task[1], waiting, task[0])

    def _flush(self) -> None:
        done, self._done = self._done, defaultdict(list)
        tasks, self._tasks = self._tasks, {}
        self._timer = None
        if tasks:
            owed = [(task, organization, delivery) for (task, organization, _), delivery in tasks.items()]
            self._begin(in_thread(enqueue, enqueue, owed))  # of all organizations, with turns of its own
        for organization, deliveries in done.items():
            self._begin(lines().ask((FINISH, {"organization": organization, "deliveries": deliveries}), of=organization))

    def _begin(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[Any]") -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.warning("deliveries are left to the sweep: %r", error)


def enqueue(tasks: Iterable[tuple[str, UUID, UUID]]) -> None:
    """Hand tasks over, in a thread."""
    for task, organization, delivery in tasks:
        queueing.enqueue(task, organization, delivery)


_gatherings: WeakKeyDictionary[asyncio.AbstractEventLoop, Gathering] = WeakKeyDictionary()


def send(organization: UUID, owed: Iterable[tuple[UUID, str]], pushes: Iterable[Push]) -> None:
    """`events.send` on an event loop: publish what is pushed now, the rest within moments."""
    loop = asyncio.get_running_loop()
    gathering = _gatherings.get(loop)
    if gathering is None:
        gathering = _gatherings[loop] = Gathering()
    for delivery, subscriber in owed:
        if subscriber == PUSH:
            for push in pushes:
                events.hints().publish(push.group, push.frame)
        gathering.add(organization, delivery, subscriber)
