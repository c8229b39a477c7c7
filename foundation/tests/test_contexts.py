"""What is done for many names nobody's request in the logs, though it was somebody's that started it."""
import asyncio
from collections.abc import Callable, Coroutine, Iterator
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from foundation import batching, following, logs, sharing
from foundation.sharing import Questions
from tickets import numbers

ORGANIZATION = UUID(int=7)
Seen = list[tuple[str, str, str]]


def served() -> tuple[str, str, str]:
    """Whom a line of the log would name."""
    return logs.request_id.get(), logs.organization_id.get(), logs.user_id.get()


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    """Whom each statement would name; PostgreSQL answers as a block of numbers and as a batch are answered."""
    found: Seen = []

    async def ask(*asked: Any, **of: Any) -> Any:
        found.append(served())
        return [], [(1, "PAN")]

    def lines(*given: Any) -> Any:
        return SimpleNamespace(ask=ask)

    for module in (following, numbers, sharing):
        monkeypatch.setattr(module, "lines", lines)
    monkeypatch.setattr(batching.pipeline, "lines", lines)

    async def in_thread(of: Any, work: Any, *given: Any) -> None:
        found.append(served())

    monkeypatch.setattr(following, "in_thread", in_thread)
    return found


@pytest.fixture
def request_of_somebody() -> Iterator[tuple[str, str, str]]:
    mine = "request", "their organization", "user"
    tokens = [(variable, variable.set(value)) for (_, variable), value in zip(logs.CONTEXT, mine, strict=True)]
    yield mine
    for variable, token in tokens:
        variable.reset(token)


async def share() -> None:
    questions = Questions()

    async def read() -> None:
        await sharing.lines().ask(of=ORGANIZATION)

    first = questions.ask("key", read)
    await asyncio.sleep(0)
    await asyncio.gather(first, questions.ask("key", read))


async def follow() -> None:
    gathering = following.Gathering()
    gathering.add(ORGANIZATION, UUID(int=1), following.PUSH)
    gathering.add(ORGANIZATION, UUID(int=2), "a.task")
    await asyncio.sleep(3 * following.SECONDS)


async def number() -> None:
    await numbers.Numbers().take_on_loop(ORGANIZATION)


async def batch() -> None:
    await batching.Batcher("SELECT", "a test").row(ORGANIZATION, "key", {})


async def ask_for_an_organization() -> None:
    await sharing.ask(ORGANIZATION, ("SELECT 1", {}), make=lambda *rows: None)


@pytest.mark.parametrize(("work", "organization", "times"), [
    (share, "", 2), (follow, "", 2), (number, str(ORGANIZATION), 1), (batch, str(ORGANIZATION), 1),
    (ask_for_an_organization, str(ORGANIZATION), 1),
])
def test_work_for_many_names_nobodys_request(
    seen: Seen, request_of_somebody: tuple[str, str, str], work: Callable[[], Coroutine[Any, Any, None]], organization: str, times: int,
) -> None:
    async def story() -> tuple[str, str, str]:
        await work()
        return served()

    assert asyncio.run(story()) == request_of_somebody, "whoever asked goes on as they are"
    assert seen == [("", organization, "")] * times


def test_a_task_by_itself_inherits_who_is_served(request_of_somebody: tuple[str, str, str]) -> None:
    """The control: without a context of its own it would name them."""
    async def story() -> tuple[str, str, str]:
        async def look() -> tuple[str, str, str]:
            return served()

        return await asyncio.create_task(look())

    assert asyncio.run(story()) == request_of_somebody
