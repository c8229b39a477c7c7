"""Questions that many ask at once are asked once: who is on duty decides why tickets wait, and is the same for all who look."""
import asyncio
from uuid import UUID

from foundation.postgresql.pipeline import lines
from foundation.units import SET
from tickets import queries

_running: dict[UUID, "asyncio.Future[queries.Duty]"] = {}
_next: dict[UUID, "asyncio.Future[queries.Duty]"] = {}


def duty(organization: UUID) -> "asyncio.Future[queries.Duty]":
    """The organization's agents, read after this call: whoever asks while an answer is being read shares the next one."""
    if organization not in _running:
        return _start(organization)
    if organization not in _next:
        _next[organization] = asyncio.get_running_loop().create_future()
    return asyncio.shield(_next[organization])


def _start(organization: UUID) -> "asyncio.Future[queries.Duty]":
    task = _running[organization] = asyncio.ensure_future(_read(organization))
    task.add_done_callback(lambda done: _done(organization, done))
    return asyncio.shield(task)


def _done(organization: UUID, task: "asyncio.Future[queries.Duty]") -> None:
    del _running[organization]
    task.exception()
    waiting = _next.pop(organization, None)
    if waiting is not None:
        _start(organization).add_done_callback(lambda done: _hand_on(done, waiting))


def _hand_on(done: "asyncio.Future[queries.Duty]", waiting: "asyncio.Future[queries.Duty]") -> None:
    if waiting.done():
        return
    if (error := done.exception()) is not None:
        waiting.set_exception(error)
    else:
        waiting.set_result(done.result())


async def _read(organization: UUID) -> queries.Duty:
    given = {"organization": organization}
    _, agents, paused = await lines().ask((SET, given), (queries.LOAD, given), (queries.PAUSED, given))
    return queries.duty_of(agents, paused)
