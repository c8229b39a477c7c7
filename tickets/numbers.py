"""Ticket numbers, taken from the organization's counter in blocks, so that opening a ticket waits for no other. Gaps are allowed."""
import asyncio
import threading
from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from foundation import logs
from foundation.postgresql.pipeline import OPENED, lines

BLOCK = 20
TAKE = "SELECT first, prefix FROM take_ticket_numbers(%(organization)s::uuid, %(many)s::integer)"


@dataclass
class Block:
    next: int
    end: int
    prefix: str

    def take(self) -> tuple[int, str]:
        """The next number, and the organization's prefix."""
        self.next += 1
        return self.next - 1, self.prefix


class Numbers:
    """This process's blocks. A number that was handed out is never handed out again, by anyone."""

    def __init__(self) -> None:
        self._locks: defaultdict[UUID, threading.Lock] = defaultdict(threading.Lock)
        self._blocks: dict[UUID, Block] = {}
        self._of_loop: dict[UUID, Block] = {}
        self._filling: dict[UUID, asyncio.Future[None]] = {}

    def take(self, organization: UUID) -> tuple[int, str]:
        """The next number and the organization's prefix. Call it outside a unit of work: a block is a commit of its own."""
        with self._locks[organization]:
            block = self._blocks.get(organization)
            if block is None or block.next >= block.end:
                block = self._blocks[organization] = self._fetch(organization)
            return block.take()

    def take_within(self, organization: UUID, many: int = 1) -> tuple[int, str]:
        """The last of the next `many` numbers, inside a unit of work: if that is rolled back, so is the counter, which it holds until
        then. For what must come to be together with something else, or not at all."""
        block = self._fetch(organization, many)
        return block.end - 1, block.prefix

    async def take_on_loop(self, organization: UUID) -> tuple[int, str]:
        """The same on an event loop, from blocks of its own: a lock that threads hold while they wait for a connection is not for it."""
        while (block := self._of_loop.get(organization)) is None or block.next >= block.end:
            if organization not in self._filling:
                self._filling[organization] = asyncio.get_running_loop().create_task(self._fill(organization), context=logs.nobodys())
            await asyncio.shield(self._filling[organization])
        return block.take()

    async def _fill(self, organization: UUID) -> None:
        logs.organization_id.set(str(organization))
        try:
            given = {"organization": organization, "many": BLOCK}
            _, ((first, prefix),) = await lines().ask((OPENED, given), (TAKE, given), of=organization)
            self._of_loop[organization] = Block(first, first + BLOCK, prefix)
        finally:
            del self._filling[organization]

    @staticmethod
    def _fetch(organization: UUID, many: int = BLOCK) -> Block:
        with connection.cursor() as cursor:
            cursor.execute(TAKE, {"organization": organization, "many": many})
            first, prefix = cursor.fetchone()
        return Block(first, first + many, prefix)

    def drop(self, organization: UUID) -> None:
        """Take no more from this organization's block: some of its numbers may be somebody else's."""
        with self._locks[organization]:
            self._blocks.pop(organization, None)

    def drop_on_loop(self, organization: UUID) -> None:
        """The same of the event loop's block."""
        self._of_loop.pop(organization, None)

    def forget(self) -> None:
        """Drop the blocks, as a new process would."""
        self._blocks.clear()
        self._of_loop.clear()


numbers = Numbers()
