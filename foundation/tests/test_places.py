"""Places for slow work: so many at once, a few wait, the rest comes again."""
import threading
from contextlib import ExitStack

import pytest

from foundation.errors import Unavailable
from foundation.places import Places


def busy() -> Unavailable:
    return Unavailable("busy")


def test_beyond_the_room_there_is_none_until_somebody_leaves() -> None:
    places = Places(4, 4, busy)
    with ExitStack() as inside:
        for number in range(4):
            inside.enter_context(places.place(number))
        for attempt in (places.expect_room, places.place("x").__enter__):
            with pytest.raises(Unavailable):
                attempt()
    places.expect_room()


def test_one_has_half_of_it() -> None:
    places = Places(4, 4, busy)
    with places.place("one"), places.place("one"):
        with pytest.raises(Unavailable), places.place("one"):
            pytest.fail("a third place")
        with places.place("another"), places.place():
            pass
    with places.place("one"), places.place("one"):
        pass
    assert not places._theirs


def test_an_error_gives_both_back() -> None:
    places = Places(1, 2, busy)
    for _ in range(5):
        with pytest.raises(ZeroDivisionError), places.place("one"):
            raise ZeroDivisionError
    assert not places._theirs and places.room._value == 2


def test_who_waits_gets_to_work() -> None:
    places, order, inside = Places(1, 2, busy), [], threading.Event()

    def second() -> None:
        with places.place("b"):
            order.append("b")

    with places.place("a"):
        thread = threading.Thread(target=second)
        thread.start()
        while places.room._value:
            inside.wait(0.001)
        order.append("a")
    thread.join(10)
    assert order == ["a", "b"]
