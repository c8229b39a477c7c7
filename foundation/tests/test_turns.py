"""Places that organizations share: nobody fills them, nobody is forgotten, and none is lost."""
import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.turns import Turns


def play(story: Callable[[], Any]) -> Any:
    async def alone() -> Any:
        async with asyncio.timeout(5):
            return await story()

    return asyncio.run(alone())


async def settled() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


def test_the_last_place_is_for_whoever_holds_none() -> None:
    turns = Turns(3)
    assert [turns.take_now(whose) for whose in "aaabb"] == [True, True, False, True, False]
    turns.give_back("a")
    assert [turns.take_now(whose) for whose in "abc"] == [False, False, True]


def test_one_place_is_for_everybody_in_turn() -> None:
    turns = Turns(1)
    assert [turns.take_now(whose) for whose in "ab"] == [True, False]
    turns.give_back("a")
    assert turns.take_now("b")


def test_the_next_is_who_holds_the_fewest_and_waits_the_longest() -> None:
    async def story() -> str:
        turns, served = Turns(3), ""

        async def ask(whose: str) -> None:
            nonlocal served
            await turns.take(whose)
            served += whose

        for whose in "aab":
            await turns.take(whose)
        waiting = [asyncio.ensure_future(ask(whose)) for whose in "aaadc"]
        await settled()
        assert (turns.waiting, served) == (5, "")
        for whose in "abdcaa":
            turns.give_back(whose)
            await settled()
        await asyncio.gather(*waiting)
        return served

    assert play(story) == "dcaaa"


def test_who_is_cancelled_while_being_served_passes_the_place_on() -> None:
    async def story() -> bool:
        turns = Turns(1)
        await turns.take("a")
        first, second = (asyncio.ensure_future(turns.take(whose)) for whose in "bc")
        await settled()
        turns.give_back("a")
        first.cancel()
        await second
        return first.cancelled()

    assert play(story)


@given(most=st.integers(1, 5), steps=st.lists(st.tuples(st.sampled_from(["take", "done", "leave"]), st.integers(0, 30)), max_size=80))
def test_places_are_neither_lost_nor_doubled(most: int, steps: list[tuple[str, int]]) -> None:
    async def story() -> None:
        turns, holding, waiting = Turns(most), list[int](), list[tuple[int, asyncio.Task[None]]]()
        for what, number in steps:
            if what == "take":
                waiting.append((number % 4, asyncio.ensure_future(turns.take(number % 4))))
            elif what == "done" and holding:
                turns.give_back(holding.pop(number % len(holding)))
            elif what == "leave" and waiting:
                waiting[number % len(waiting)][1].cancel()
            await settled()
            holding += [whose for whose, task in waiting if task.done() and not task.cancelled()]
            waiting = [(whose, task) for whose, task in waiting if not task.done()]
            assert (turns._held, turns._free, turns.waiting) == (Counter(holding), most - len(holding), len(waiting))
            assert all(most == 1 or count < most for count in Counter(holding).values()), "nobody has all"
            assert not any(turns._may(whose) for whose, _ in waiting), "nobody waits for a place that they may have"
        while holding:
            turns.give_back(holding.pop())
            await settled()
            holding += [whose for whose, task in waiting if task.done()]
            waiting = [(whose, task) for whose, task in waiting if not task.done()]
        assert (turns._free, turns.waiting) == (most, 0)

    asyncio.run(story())


@pytest.mark.parametrize("most", [2, 8])
def test_whoever_comes_finds_a_place_beside_one_that_is_greedy(most: int) -> None:
    turns = Turns(most)
    assert sum(turns.take_now("greedy") for _ in range(100)) == most - 1
    assert turns.take_now("other")
