"""Questions that many ask at once are asked once, and nobody gets an answer older than their question.

For what looks the same to all who may see it: whoever may not must be refused by something else before they see an answer.
"""
import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from foundation import logs
from foundation.postgresql.pipeline import OPENED, Asked, lines, statement

Answer = asyncio.Future[Any]
Read = Callable[[], Coroutine[Any, Any, Any]]


class Questions:
    """One event loop's. A reading begins a moment after it was asked for: who asks in that moment shares it, who asks while the same is
    being read shares the one that begins next."""

    def __init__(self) -> None:
        self._running: set[Hashable] = set()
        self._next: dict[Hashable, Answer] = {}  # not begun yet

    def ask(self, key: Hashable, read: Read) -> Answer:
        """What `read` finds when it begins after this call."""
        if key not in self._next:
            self._next[key] = asyncio.get_running_loop().create_future()
            if key not in self._running:
                self._start(key, read)
        return asyncio.shield(self._next[key])

    def _start(self, key: Hashable, read: Read) -> None:
        self._running.add(key)
        task = asyncio.get_running_loop().create_task(self._read(key, read), context=logs.nobodys())
        task.add_done_callback(lambda _: self._done(key, read))

    async def _read(self, key: Hashable, read: Read) -> None:
        answer = self._next.pop(key)
        answer.add_done_callback(looked_at)
        try:
            found = await read()
        except asyncio.CancelledError:
            answer.cancel()
            raise
        except Exception as error:
            answer.set_exception(error)
        else:
            answer.set_result(found)

    def _done(self, key: Hashable, read: Read) -> None:
        self._running.discard(key)
        if key in self._next:
            self._start(key, read)


def looked_at(answer: Answer) -> None:
    """An error that nobody waits for any more is no news."""
    if not answer.cancelled():
        answer.exception()


_questions: WeakKeyDictionary[asyncio.AbstractEventLoop, Questions] = WeakKeyDictionary()


def ask(organization: UUID, *asked: Asked, make: Callable[..., Any]) -> Answer:
    """What `make` makes of the rows of each statement, in one unit of work of the organization; read after this call, once for all who
    ask the same."""
    loop = asyncio.get_running_loop()
    questions = _questions.get(loop)
    if questions is None:
        questions = _questions[loop] = Questions()

    async def read() -> Any:
        logs.organization_id.set(str(organization))
        _, *rows = await lines().ask((OPENED, {"organization": organization}), *asked, of=organization)
        return make(*rows)

    answer = questions.ask((organization, make, *(part for one in asked for part in named(one))), read)
    answer.add_done_callback(looked_at)
    return answer


def named(asked: Asked) -> tuple[Any, ...]:
    """A statement with those of its values that it reads."""
    template, values = asked
    return (template, *(values[name] for name in statement(template).names))
