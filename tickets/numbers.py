"""Ticket numbers, taken from the organization's counter in blocks, so that opening a ticket waits for no other. Gaps are allowed."""
import threading
from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

BLOCK = 20


@dataclass
class Block:
    next: int
    end: int
    prefix: str


class Numbers:
    """This process's blocks. A number that was handed out is never handed out again, by anyone."""

    def __init__(self) -> None:
        self._locks: defaultdict[UUID, threading.Lock] = defaultdict(threading.Lock)
        self._blocks: dict[UUID, Block] = {}

    def take(self, organization: UUID) -> tuple[int, str]:
        """The next number and the organization's prefix. Call it outside a unit of work: a block is a commit of its own."""
        with self._locks[organization]:
            block = self._blocks.get(organization)
            if block is None or block.next >= block.end:
                block = self._blocks[organization] = self._fetch(organization)
            number = block.next
            block.next += 1
            return number, block.prefix

    @staticmethod
    def _fetch(organization: UUID) -> Block:
        with connection.cursor() as cursor:
            cursor.execute("SELECT first, prefix FROM take_ticket_numbers(%s, %s)", [organization, BLOCK])
            first, prefix = cursor.fetchone()
        return Block(first, first + BLOCK, prefix)

    def forget(self) -> None:
        """Drop the blocks, as a new process would."""
        self._blocks.clear()


numbers = Numbers()
