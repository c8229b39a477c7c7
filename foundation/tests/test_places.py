"""Places for slow work: so many at once, a few wait, the rest comes again."""
import threading
import time
from contextlib import ExitStack

import pytest

from foundation import places as module
from foundation.errors import Unavailable
from foundation.places import Places, Waiting


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
    assert not places.theirs and not places._turns and not places.here


def test_an_error_gives_both_back() -> None:
    places = Places(1, 2, busy)
    for _ in range(5):
        with pytest.raises(ZeroDivisionError), places.place("one"):
            raise ZeroDivisionError
    assert not places.here
    with places.place("a"), pytest.raises(Unavailable), places.place("a"):
        pytest.fail("more than half of it")


def test_who_waits_gets_to_work() -> None:
    places, order, inside = Places(1, 2, busy), [], threading.Event()

    def second() -> None:
        with places.place("b"):
            order.append("b")

    with places.place("a"):
        thread = threading.Thread(target=second)
        thread.start()
        while places.here < places.room:
            inside.wait(0.001)
        order.append("a")
    thread.join(10)
    assert order == ["a", "b"]


def test_of_whoever_belongs_to_another_each_has_half_of_theirs() -> None:
    places = Places(8, 8, busy)
    with ExitStack() as inside:
        for person in ("one", "one", "two", "two"):
            inside.enter_context(places.place("house", person))
        with pytest.raises(Unavailable), places.place("house", "three"):
            pytest.fail("a fifth place of a house")
        with places.place("another", "one"), places.place("another", "one"):
            with pytest.raises(Unavailable), places.place("another", "one"):
                pytest.fail("a third place of a person")
            with places.place("another", "two"):
                pass
    assert not places.theirs and not places._turns and not places.here


def in_turn(arrivals: str, *, later: dict[int, str] | None = None) -> str:
    """The order in which these get to work, one after the other, where all of them come while the first works; `later` come when so many
    have worked. The big letters are houses of their own, the small ones people of one."""
    places, order, step = Places(1, 20, busy), [], threading.Semaphore(0)
    threads: list[threading.Thread] = []

    def work(whose: str) -> None:
        with places.place(*([whose] if whose.isupper() else ["house", whose])):
            order.append(whose)
            step.acquire()

    def come(whose: str) -> None:
        here = places.here
        threads.append(threading.Thread(target=work, args=(whose,)))
        threads[-1].start()
        while places.here == here or not order:
            time.sleep(0.001)

    for whose in arrivals:
        come(whose)
    for number in range(1, len(arrivals) + len(later or {}) + 1):
        while len(order) < number:
            time.sleep(0.001)
        if later and number in later:
            come(later[number])
        step.release()
    for thread in threads:
        thread.join(10)
    return "".join(order)


def test_who_has_much_to_do_keeps_nobody_waiting_for_all_of_it() -> None:
    assert in_turn("AAAAB") == "ABAAA"
    assert in_turn("AAABBBC") == "ABCABAB"
    assert in_turn("aaaab") == "abaaa", "nor anybody of their own house"
    assert in_turn("aaabB") == "aBbaa"


def test_newcomers_do_not_starve_whoever_waits() -> None:
    """A comes first and has two more to do; a newcomer before each turn is not always the next."""
    order = in_turn("AAA", later={1: "B", 2: "C", 3: "D", 4: "E", 5: "F"})
    assert order.index("A", 1) < order.index("D")
    assert order.rindex("A") < order.index("F")


def test_in_the_order_of_their_coming_where_nobody_is_counted() -> None:
    places, order = Places(1, 9, busy), list[int]()
    with places.place():
        threads = []
        for number in range(5):
            threads.append(threading.Thread(target=lambda number=number: enter(places, order, number)))
            threads[-1].start()
            while places.here < number + 2:
                time.sleep(0.001)
    for thread in threads:
        thread.join(10)
    assert order == [0, 1, 2, 3, 4]


def enter(places: Places, order: list[int], number: int) -> None:
    with places.place():
        order.append(number)


def test_who_is_interrupted_while_waiting_leaves_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    places = Places(1, 2, busy)

    class Interrupted(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            raise KeyboardInterrupt

    with places.place("a"):
        with pytest.raises(KeyboardInterrupt), monkeypatch.context() as patch:
            patch.setattr(module, "Waiting", lambda whose: Waiting(whose, Interrupted()))
            places.place("b").__enter__()
        assert places.here == 1 and not places._line
    with places.place("b"):
        pass
    assert places._idle == 1
