"""Who gets which ticket, without a database."""
from collections import Counter
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.assignment import TEXTS, Candidate, Reach, Reason, Waiting, assign, reach, reason, within

ADA, BOB, CLEO = (UUID(int=number) for number in (1, 2, 3))
CARDS, MONEY = UUID(int=100), UUID(int=101)


def agent(key: UUID, **given: object) -> Candidate:
    return Candidate(**{"agent": key, "available": True, "on_shift": True, "load": 0, "capacity": 10, **given})  # type: ignore[arg-type]


def tickets(*waiting: dict[str, UUID]) -> list[Waiting]:
    return [Waiting(ticket=UUID(int=1000 + number), **about) for number, about in enumerate(waiting)]


def given_to(queue: list[Waiting], candidates: list[Candidate], turn: int = 0) -> list[UUID | None]:
    """The agent of each ticket, in the queue's order."""
    got = {a.ticket: a.agent for a in assign(queue, candidates, turn=turn)}
    return [got.get(waiting.ticket) for waiting in queue]


@pytest.mark.parametrize(("queue", "candidates", "wanted"), [
    ([{}], [], [None]),
    ([], [agent(ADA)], []),
    ([{}, {}, {}, {}], [agent(ADA), agent(BOB)], [ADA, BOB, ADA, BOB]),
    ([{}, {}, {}], [agent(ADA, turn=9), agent(BOB, turn=4), agent(CLEO, turn=7)], [BOB, CLEO, ADA]),
    ([{}, {}, {}], [agent(ADA, capacity=1), agent(BOB, capacity=1)], [ADA, BOB, None]),
    ([{}], [agent(ADA, load=10)], [None]),
    ([{}], [agent(ADA, load=12)], [None]),
    ([{}], [agent(ADA, capacity=0)], [None]),
    ([{}], [agent(ADA, available=False)], [None]),
    ([{}], [agent(ADA, on_shift=False)], [None]),
    ([{"skill": CARDS}, {}], [agent(ADA), agent(BOB, skills=frozenset([CARDS]))], [BOB, ADA]),
    ([{"skill": CARDS}, {"skill": CARDS}, {}], [agent(ADA), agent(BOB, skills=frozenset([CARDS]), capacity=1)], [BOB, None, ADA]),
    ([{"skill": MONEY}, {"skill": CARDS}], [agent(ADA, skills=frozenset([CARDS]))], [None, ADA]),
    ([{"preferred": BOB}], [agent(ADA), agent(BOB, turn=99)], [BOB]),
    ([{"preferred": BOB}], [agent(ADA), agent(BOB, available=False)], [ADA]),
    ([{"preferred": BOB}], [agent(ADA), agent(BOB, load=10)], [ADA]),
    ([{"preferred": BOB, "skill": CARDS}], [agent(ADA, skills=frozenset([CARDS])), agent(BOB)], [ADA]),
    ([{"released_by": ADA}], [agent(ADA), agent(BOB, turn=99)], [BOB]),
    ([{"released_by": ADA}, {}], [agent(ADA)], [None, ADA]),
    ([{"released_by": ADA, "preferred": ADA}], [agent(ADA), agent(BOB)], [BOB]),
])
def test_table(queue: list[dict[str, UUID]], candidates: list[Candidate], wanted: list[UUID | None]) -> None:
    assert given_to(tickets(*queue), candidates) == wanted


def test_whoever_was_preferred_goes_to_the_end_of_the_round() -> None:
    assert given_to(tickets({"preferred": BOB}, {}, {}, {}), [agent(ADA), agent(BOB)]) == [BOB, ADA, BOB, ADA]


def test_turns_continue_the_organizations_count() -> None:
    assert [a.turn for a in assign(tickets({}, {}, {}), [agent(ADA), agent(BOB)], turn=41)] == [42, 43, 44]


def test_the_round_goes_on_from_one_run_to_the_next() -> None:
    first = assign(tickets({}, {}), [agent(ADA), agent(BOB), agent(CLEO)], turn=0)
    turns = {a.agent: a.turn for a in first}
    later = [agent(key, turn=turns.get(key, 0)) for key in (ADA, BOB, CLEO)]
    assert given_to(tickets({}, {}), later, turn=2) == [CLEO, ADA]


skills = st.sets(st.sampled_from([CARDS, MONEY])).map(frozenset)
people = st.builds(
    Candidate, agent=st.integers(1, 12).map(lambda number: UUID(int=number)), available=st.booleans(), on_shift=st.booleans(),
    load=st.integers(0, 6), capacity=st.integers(0, 6), turn=st.integers(0, 50), skills=skills)
crews = st.lists(people, max_size=8, unique_by=lambda c: c.agent)
keys = st.none() | st.integers(1, 12).map(lambda number: UUID(int=number))
queues = st.lists(st.tuples(st.sampled_from([None, CARDS, MONEY]), keys, keys), max_size=40).map(
    lambda rows: [Waiting(UUID(int=1000 + n), skill, preferred, released) for n, (skill, preferred, released) in enumerate(rows)])


def able(waiting: Waiting, candidate: Candidate, room: Counter[UUID]) -> bool:
    return (candidate.available and candidate.on_shift and room[candidate.agent] > 0 and candidate.agent != waiting.released_by
            and (waiting.skill is None or waiting.skill in candidate.skills))


@given(queues, crews)
def test_what_holds_of_every_run(queue: list[Waiting], crew: list[Candidate]) -> None:
    assigned = assign(queue, crew, turn=50)
    by_key = {c.agent: c for c in crew}
    got = {a.ticket: a.agent for a in assigned}
    assert len(got) == len(assigned), "never twice"
    assert [a.turn for a in assigned] == list(range(51, 51 + len(assigned)))
    assert [a.ticket for a in assigned] == [w.ticket for w in queue if w.ticket in got], "in the queue's order"
    room = Counter({c.agent: c.capacity - c.load for c in crew})
    for waiting in queue:
        eligible = {c.agent for c in crew if able(waiting, c, room)}
        agent_of = got.get(waiting.ticket)
        assert (agent_of is None) == (not eligible), "whoever can take it gets it; nobody else does"
        if agent_of is not None:
            assert agent_of in eligible
            if waiting.preferred in eligible:
                assert agent_of == waiting.preferred
            room[agent_of] -= 1
            assert by_key[agent_of].load + Counter(got.values())[agent_of] <= max(by_key[agent_of].capacity, by_key[agent_of].load)


@given(queues, crews)
def test_the_part_within_reach_decides_as_the_whole_queue(queue: list[Waiting], crew: list[Candidate]) -> None:
    part = within(queue, reach(crew))
    assert assign(part, crew, turn=50) == assign(queue, crew, turn=50)
    places = sum(c.free for c in crew if c.on_duty)
    kinds = {reach(crew).kind(waiting) for waiting in queue}
    assert len(part) <= places * len(kinds), "however long the queue is"


def test_a_ticket_less_than_within_reach_would_decide_otherwise() -> None:
    """The negative control: neither the number of a kind can be smaller, nor are there fewer kinds."""
    crew = [agent(ADA, capacity=1, skills=frozenset([CARDS]))]
    queue = tickets({"released_by": ADA}, {}, {"skill": CARDS}, {"skill": MONEY}, {})
    assert within(queue, reach(crew)) == queue[:3]
    assert [a.ticket for a in assign(queue, crew, turn=0)] == [queue[1].ticket]
    mixed = Reach(1, {CARDS: 1}, frozenset())
    assert assign(within(queue, mixed), crew, turn=0) != assign(queue, crew, turn=0)
    two = [agent(ADA, capacity=2)]
    assert assign(within(tickets({}, {}), Reach(1, {}, frozenset([ADA]))), two, turn=0) != assign(tickets({}, {}), two, turn=0)


@given(st.integers(1, 6), st.integers(0, 60), st.lists(st.integers(0, 20), min_size=6, max_size=6))
def test_equal_agents_differ_by_one_at_most(many: int, waiting: int, turns: list[int]) -> None:
    crew = [agent(UUID(int=number + 1), capacity=1000, turn=turns[number]) for number in range(many)]
    counts = Counter({c.agent: 0 for c in crew})
    counts.update(a.agent for a in assign(tickets(*[{}] * waiting), crew, turn=20))
    assert max(counts.values()) - min(counts.values()) <= 1
    assert sum(counts.values()) == waiting


@given(st.integers(1, 5), st.lists(st.integers(0, 7), max_size=12))
def test_and_over_any_number_of_runs(many: int, runs: list[int]) -> None:
    turns, turn, counts, made = dict.fromkeys(range(1, many + 1), 0), 0, Counter(dict.fromkeys(range(1, many + 1), 0)), 0
    for waiting in runs:
        crew = [agent(UUID(int=number), capacity=1000, turn=turns[number]) for number in turns]
        queue = [Waiting(UUID(int=5000 + made + number)) for number in range(waiting)]
        made += waiting
        for a in assign(queue, crew, turn=turn):
            turns[a.agent.int] = turn = a.turn
            counts[a.agent.int] += 1
    assert max(counts.values()) - min(counts.values()) <= 1


@pytest.mark.parametrize(("waiting", "candidates", "wanted"), [
    ({}, [], Reason.NO_AGENTS),
    ({"skill": CARDS}, [agent(ADA)], Reason.NOBODY_WITH_SKILL),
    ({"released_by": ADA}, [agent(ADA)], Reason.ONLY_RELEASER),
    ({"released_by": ADA, "skill": CARDS}, [agent(ADA, skills=frozenset([CARDS])), agent(BOB)], Reason.ONLY_RELEASER),
    ({}, [agent(ADA, available=False, on_shift=False)], Reason.NOBODY_AVAILABLE),
    ({}, [agent(ADA, on_shift=False)], Reason.NOBODY_ON_SHIFT),
    ({}, [agent(ADA, on_shift=False), agent(BOB, available=False)], Reason.NOBODY_ON_SHIFT),
    ({}, [agent(ADA, load=10)], Reason.ALL_AT_CAPACITY),
    ({}, [agent(ADA, load=10), agent(BOB)], Reason.NEXT),
])
def test_the_reason_is_the_first_thing_that_would_have_to_change(
    waiting: dict[str, UUID], candidates: list[Candidate], wanted: Reason
) -> None:
    (one,) = tickets(waiting)
    assert reason(one, candidates) == wanted
    assert reason(one, candidates, paused=True) == Reason.PAUSED
    assert TEXTS[wanted].endswith(".")


@given(queues, crews)
def test_next_is_said_exactly_of_what_could_be_assigned(queue: list[Waiting], crew: list[Candidate]) -> None:
    for waiting in queue:
        assert (reason(waiting, crew) == Reason.NEXT) == bool(assign([waiting], crew, turn=0))
