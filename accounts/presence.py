"""Agents whose requests were answered on the event loop are noted beside the answers: together, once for each organization at a time.

In threads, one by one, they kept the loop from its work: two hundred agents who had paused for ten seconds were a second of Python.
"""
import asyncio
import logging
from uuid import UUID
from weakref import WeakKeyDictionary

from accounts.actions.agents import SEEN, seen_by
from foundation import logs
from foundation.postgresql.pipeline import OPENED, lines

logger = logging.getLogger(__name__)


class Noting:
    """One event loop's."""

    def __init__(self) -> None:
        self._unnoted: dict[UUID, set[UUID]] = {}
        self._tasks: dict[UUID, asyncio.Task[None]] = {}

    def add(self, organization: UUID, agent: UUID) -> None:
        """Note them as soon as those before them are."""
        self._unnoted.setdefault(organization, set()).add(agent)
        if organization not in self._tasks:
            self._tasks[organization] = asyncio.get_running_loop().create_task(self._note(organization), context=logs.nobodys())

    async def _note(self, organization: UUID) -> None:
        logs.organization_id.set(str(organization))
        try:
            while agents := self._unnoted.pop(organization, None):
                await lines().ask((OPENED, {"organization": organization}), (SEEN, seen_by(agents)), of=organization)
        except Exception as error:  # whoever was not noted is with the next request
            logger.warning("agents were not noted as present: %r", error)
        finally:
            del self._tasks[organization]

    async def done(self) -> None:
        """When nobody is being noted any more."""
        await asyncio.gather(*self._tasks.values())


_notings: WeakKeyDictionary[asyncio.AbstractEventLoop, Noting] = WeakKeyDictionary()


def noting() -> Noting:
    """This loop's."""
    loop = asyncio.get_running_loop()
    if loop not in _notings:
        _notings[loop] = Noting()
    return _notings[loop]
