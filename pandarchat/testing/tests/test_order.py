from pathlib import Path

from pandarchat.testing.order import LONGEST, dealt, rank


def test_each_hand_begins_with_its_part_of_the_longest() -> None:
    ranks = {"slow": 1, "slower": 1, "slowest": 0, "b": None, "c": None, "a": None, "d": None}
    assert dealt(list(ranks), 2, ranks.__getitem__) == ["slowest", "slower", "b", "c", "slow", "a", "d"]
    assert dealt(list(ranks), 9, ranks.__getitem__).count("a") == 1, "also where there are more hands than tests"


def test_the_longest_are_files_that_there_are() -> None:
    here = Path(__file__).parents[2] / "tests"
    found = {file.name: file for file in here.rglob("test_*.py")}
    assert [rank(found[name]) for name in LONGEST] == list(range(len(LONGEST)))
    assert rank(found["test_board.py"]) == len(LONGEST)
    assert rank(Path(__file__)) is None
