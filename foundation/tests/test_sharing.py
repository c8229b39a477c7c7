"""One reading for all who ask meanwhile, and none that began before the question."""
import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from foundation.sharing import Questions


def reader(log: list[str]) -> Callable[[], Coroutine[Any, Any, Any]]:
    """Answers how many readings had begun; yields to the others first."""

    async def read() -> int:
        log.append("begun")
        number = len(log)
        await asyncio.sleep(0.01)
        return number

    return read


def test_who_asks_meanwhile_shares_the_next_reading() -> None:
    log: list[str] = []

    async def story() -> list[int]:
        questions, read = Questions(), reader(log)
        first = questions.ask("key", read)
        await asyncio.sleep(0.005)
        later = [questions.ask("key", read) for _ in range(10)]
        return [await first, *(await asyncio.gather(*later))]

    assert asyncio.run(story()) == [1, *[2] * 10], "the later ones began after the first reading had"
    assert len(log) == 2


def test_other_questions_are_read_by_themselves() -> None:
    log: list[str] = []

    async def story() -> None:
        questions, read = Questions(), reader(log)
        await asyncio.gather(*(questions.ask(key, read) for key in "abc"))

    asyncio.run(story())
    assert len(log) == 3


def test_who_gives_up_takes_nothing_from_the_others() -> None:
    async def story() -> list[int]:
        questions, read = Questions(), reader([])
        first, second, third = (questions.ask("key", read) for _ in range(3))
        await asyncio.sleep(0.001)
        first.cancel()
        fourth, fifth = (questions.ask("key", read) for _ in range(2))
        second.cancel()
        fourth.cancel()
        return [await third, await fifth, await questions.ask("key", read)]

    assert asyncio.run(story()) == [1, 2, 3]


def test_who_asks_before_it_begins_shares_it() -> None:
    log: list[str] = []

    async def story() -> list[int]:
        questions, read = Questions(), reader(log)
        answers = [questions.ask("key", read) for _ in range(3)]
        assert log == []
        return list(await asyncio.gather(*answers))

    assert asyncio.run(story()) == [1] * 3
    assert len(log) == 1


def test_an_error_is_everybodys_and_ends_with_its_reading() -> None:
    failing = True

    async def read() -> str:
        await asyncio.sleep(0.001)
        if failing:
            raise ValueError
        return "well"

    async def story() -> str:
        nonlocal failing
        questions = Questions()
        answers = [questions.ask("key", read) for _ in range(3)]
        assert [type(error) for error in await asyncio.gather(*answers, return_exceptions=True)] == [ValueError] * 3
        failing = False
        return str(await questions.ask("key", read))

    assert asyncio.run(story()) == "well"
