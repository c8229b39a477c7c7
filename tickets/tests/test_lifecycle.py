"""The table of the rules, written down a second time, against the one that the product runs."""
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.errors import Conflict
from tickets import lifecycle
from tickets.lifecycle import MACHINE
from tickets.models import Status

HELD = ("assigned", "in_progress", "pending")
TABLE = {
    ("queued", "assign"): {"assigned"}, ("queued", "take"): {"assigned"}, ("queued", "reassign"): {"assigned"},
    ("assigned", "reply"): {"in_progress"}, ("assigned", "agent"): {"in_progress", "pending", "resolved"},
    ("in_progress", "agent"): {"pending", "resolved"},
    ("pending", "agent"): {"in_progress", "resolved"}, ("pending", "customer_reply"): {"in_progress"},
    **{(status, act): {"queued"} for status in HELD for act in ("release", "transfer", "gone")},
    ("queued", "transfer"): {"queued"},
    **{(status, "reassign"): {"assigned"} for status in HELD},
    ("resolved", "customer_reply"): {"queued"}, ("resolved", "week"): {"closed"}, ("resolved", "manager"): {"closed"},
}
ACTS = ("assign", "take", "reassign", "release", "transfer", "gone", "reply", "customer_reply", "agent", "manager", "week")


def move(thing: Any, to: str, act: str) -> list[str]:
    done: list[str] = []
    MACHINE.move(thing, to, acts=[act], change=lambda t: done.append("change"), entry=lambda t, source: done.append(f"entry from {source}"),
                 event=lambda t, source: done.append("event"))
    return done


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("source", Status.values)
def test_each_pair_leads_where_the_table_says(source: str, act: str) -> None:
    wanted = TABLE.get((source, act), set())
    assert set(MACHINE.allowed(source, act)) == wanted
    for to in Status.values:
        thing = SimpleNamespace(status=source)
        if to in wanted:
            assert move(thing, to, act) == ["change", f"entry from {source}", "event"]
            assert thing.status == to
        else:
            with pytest.raises(Conflict) as refused:
                move(thing, to, act)
            assert (refused.value.extra["allowed"], refused.value.extra["state"], thing.status) == (sorted(wanted), source, source)


def test_every_act_of_the_product_is_in_the_table() -> None:
    assert {m.by for m in lifecycle.moves()} == set(ACTS)
    assert {(m.source, m.by) for m in lifecycle.moves()} == set(TABLE)


def test_closed_is_the_end() -> None:
    assert MACHINE.allowed("closed", *ACTS) == []


@given(st.lists(st.tuples(st.sampled_from(ACTS), st.sampled_from(Status.values)), max_size=60))
def test_no_walk_leaves_the_table(walk: list[tuple[str, str]]) -> None:
    thing = SimpleNamespace(status="queued")
    for act, to in walk:
        before = thing.status
        try:
            move(thing, to, act)
        except Conflict:
            assert thing.status == before
        else:
            assert to in TABLE[before, act]
        assert thing.status in Status.values
