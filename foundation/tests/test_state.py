"""The state machine's helper: a table of moves, and one way to make one."""
from dataclasses import dataclass, field
from typing import Any

import pytest

from foundation.errors import Conflict
from foundation.state import Machine, Move, refusal


@dataclass
class Door:
    status: str = "closed"
    log: list[Any] = field(default_factory=list)


DOORS: Machine[Door] = Machine((
    Move("closed", "open", "push"), Move("open", "closed", "pull"), Move("closed", "locked", "turn_key"),
    Move("locked", "closed", "turn_key"), Move("closed", "broken", "kick"), Move("closed", "open", "kick"),
))


def move(door: Door, to: str, *acts: str) -> Door:
    return DOORS.move(
        door, to, acts=acts, change=lambda thing: thing.log.append(("change", thing.status)),
        entry=lambda thing, source: thing.log.append(("entry", source, thing.status)),
        event=lambda thing, source: thing.log.append(("event", source, thing.status)))


def test_a_move_changes_the_thing_then_tells_the_entry_then_the_event() -> None:
    door = move(Door(), "open", "push")
    assert (door.status, door.log) == ("open", [("change", "open"), ("entry", "closed", "open"), ("event", "closed", "open")])


@pytest.mark.parametrize(("source", "to", "acts", "allowed"), [
    ("closed", "locked", ("push",), ["open"]),
    ("open", "open", ("pull",), ["closed"]),
    ("locked", "open", ("push", "turn_key"), ["closed"]),
    ("broken", "open", ("push", "kick"), []),
    ("closed", "open", (), []),
])
def test_any_other_move_is_refused_and_changes_nothing(source: str, to: str, acts: tuple[str, ...], allowed: list[str]) -> None:
    door = Door(source)
    with pytest.raises(Conflict) as refused:
        move(door, to, *acts)
    assert (refused.value.code, refused.value.status, refused.value.extra) == ("move_refused", 409, {"allowed": allowed, "state": source})
    assert door == Door(source)


def test_several_acts_allow_what_each_of_them_allows() -> None:
    assert DOORS.allowed("closed", "push", "kick", "turn_key") == ["broken", "locked", "open"]


def test_an_act_is_not_another() -> None:
    assert DOORS.allowed("closed", "pull") == []


def test_a_refusal_is_a_sentence() -> None:
    assert refusal("in_progress", "closed", ["on_hold"]) == "A move from in progress to closed is not allowed. Allowed from here: on hold."
    assert refusal("closed", "open", []).endswith("Allowed from here: nothing.")
