"""What starts, pauses and stops the clocks of a ticket, and what is said of them when."""
import json
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.sla.agreement import Clocks, Policy, as_json, begin, of_json
from tickets.sla.calendars import Calendar, Hours
from tickets.sla.clocks import Kind, State, Target

FIRST, NEXT, RESOLUTION = Kind
DESK, NIGHT = uuid4(), uuid4()
CALENDARS = {
    DESK: Calendar("UTC", tuple(Hours(day, time(9), time(17)) for day in range(5))),
    NIGHT: Calendar("UTC", tuple(Hours(day, time(22), time(6)) for day in range(7))),
}
LOW, NORMAL, HIGH, URGENT = range(1, 5)
MONDAY = datetime(2026, 6, 1, 9, tzinfo=UTC)


def policy(hours: dict[Kind, dict[int, float]], *, calendar: UUID | None = None, further: tuple[int, ...] = ()) -> Policy:
    return Policy(uuid4(), {(kind, priority): Target(round(many * 3600), calendar) for kind, each in hours.items()
                            for priority, many in each.items()}, further)


def after(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


def opened(given: Policy, priority: int = NORMAL) -> Clocks:
    found = begin(given, priority, CALENDARS, MONDAY)
    assert found
    return found


SIMPLE = policy({FIRST: {NORMAL: 1, HIGH: 0.5}, NEXT: {NORMAL: 2}, RESOLUTION: {NORMAL: 10, HIGH: 5}})
INSTANT = timedelta(microseconds=1)


def test_opening_starts_first_response_and_resolution() -> None:
    clocks = opened(SIMPLE)
    assert set(clocks.clocks) == {FIRST, RESOLUTION}
    assert clocks.clocks[FIRST].moments.due_at == after(1) and clocks.clocks[RESOLUTION].moments.due_at == after(10)
    columns = clocks.columns("queued")
    assert (columns.warning_at, columns.critical_at, columns.due_at, columns.next_at) == (after(0.5), after(0.8), after(1), after(0.5))


def test_nothing_promised_is_no_clock() -> None:
    assert begin(None, NORMAL, CALENDARS, MONDAY) is None
    only_high = opened(policy({RESOLUTION: {HIGH: 5}}))
    assert not only_high.clocks and only_high.columns("queued").next_at is None


@pytest.mark.parametrize(("at", "state"), [
    (after(0.5), State.OK), (after(0.5) + INSTANT, State.WARNING), (after(0.8), State.WARNING), (after(0.8) + INSTANT, State.CRITICAL),
    (after(1), State.CRITICAL), (after(1) + INSTANT, State.BREACHED),
])
def test_a_state_begins_a_moment_after_its_boundary(at: datetime, state: State) -> None:
    assert opened(SIMPLE).clocks[FIRST].state(at) == opened(SIMPLE).state(at) == state


def test_a_reply_stops_what_awaits_a_response_and_nothing_else() -> None:
    clocks = opened(SIMPLE).answered(after(0.9))
    assert clocks.clocks[FIRST].stopped_at == after(0.9) and clocks.clocks[RESOLUTION].running
    assert clocks.clocks[FIRST].state(after(99)) == State.CRITICAL, "as it was when it stopped"
    assert clocks.columns("in_progress").due_at == after(10)


def test_the_next_response_counts_from_the_first_message_that_awaits_it() -> None:
    clocks = opened(SIMPLE)
    assert clocks.asked(after(0.5), Target(7200), CALENDARS) is clocks, "the first response is still owed"
    asked = clocks.answered(after(0.6)).asked(after(3), Target(7200), CALENDARS)
    assert asked.clocks[NEXT].moments.due_at == after(5)
    assert asked.asked(after(4), Target(7200), CALENDARS) is asked, "impatience does not begin it anew"
    answered = asked.answered(after(4.5))
    assert answered.clocks[NEXT].stopped_at == after(4.5) and answered.awaits_question
    assert answered.asked(after(6), Target(7200), CALENDARS).clocks[NEXT].moments.due_at == after(8)


def test_where_no_next_response_is_promised_none_is_owed() -> None:
    clocks = opened(policy({FIRST: {NORMAL: 1}})).answered(after(0.5))
    assert not clocks.awaits_question
    gone = opened(SIMPLE).answered(after(0.5)).asked(after(1), None, CALENDARS)
    assert NEXT not in gone.clocks and not gone.awaits_question, "its target is gone: nobody is asked again"


@pytest.mark.parametrize("status", ["pending", "resolved"])
def test_resolution_pauses_and_goes_on(status: str) -> None:
    clocks = opened(SIMPLE).answered(after(0.5)).follow(status, after(4), CALENDARS)
    assert clocks.clocks[RESOLUTION].paused_at == clocks.paused_at == after(4)
    assert clocks.columns(status).next_at is None
    assert clocks.clocks[RESOLUTION].state(after(500)) == State.OK
    assert clocks.follow(status, after(5), CALENDARS) == clocks, "following twice changes nothing"
    resumed = clocks.follow("in_progress", after(7), CALENDARS)
    assert resumed.pauses == ((after(4), after(7)),) and resumed.clocks[RESOLUTION].moments.due_at == after(13)
    assert resumed.columns("in_progress").next_at == after(8)


def test_resolution_goes_on_in_every_other_status_and_responses_never_pause() -> None:
    for status in ("queued", "assigned", "in_progress", "snoozed"):
        assert opened(SIMPLE).follow(status, after(0.2), CALENDARS) == opened(SIMPLE)
    pending = opened(SIMPLE).follow("pending", after(0.2), CALENDARS)
    assert pending.clocks[FIRST].running and pending.columns("pending").due_at == after(1)


def test_nothing_is_owed_of_what_is_resolved() -> None:
    clocks = opened(SIMPLE).follow("resolved", after(20), CALENDARS)
    assert clocks.clocks[FIRST].stopped_at == after(20)
    assert clocks.columns("resolved").next_at is None and clocks.columns("resolved").due_at is None
    closed = clocks.follow("closed", after(200), CALENDARS)
    assert closed.clocks[RESOLUTION].stopped_at == after(20), "it was resolved then"
    assert closed.columns("closed").due_at is None
    reopened = clocks.follow("queued", after(50), CALENDARS)
    assert reopened.clocks[RESOLUTION].moments.due_at == after(10), "it was late before it was resolved"
    assert reopened.columns("queued").next_at == after(5), "and nobody has said so yet"


def test_a_pause_in_closed_hours_costs_nothing() -> None:
    clocks = opened(policy({RESOLUTION: {NORMAL: 10}}, calendar=DESK))
    assert clocks.clocks[RESOLUTION].moments.due_at == after(24 + 2)
    paused = clocks.follow("pending", after(9), CALENDARS).follow("in_progress", after(20), CALENDARS)
    assert paused.clocks[RESOLUTION].moments.due_at == after(24 + 2)
    paused = clocks.follow("pending", after(7), CALENDARS).follow("in_progress", after(25), CALENDARS)
    assert paused.clocks[RESOLUTION].moments.due_at == after(24 + 4), "an hour on Monday and one on Tuesday"


def test_without_its_calendar_a_pause_takes_as_long_as_it_took() -> None:
    clocks = opened(policy({RESOLUTION: {NORMAL: 10}}, calendar=DESK)).follow("pending", after(6), {})
    assert clocks.follow("in_progress", after(9), {}).clocks[RESOLUTION].moments.due_at == after(24 + 2 + 3)
    assert clocks.follow("in_progress", after(9), {}).clocks[RESOLUTION].moments.warning_at == after(5), "which was past already"


def test_nor_does_a_calendar_that_opens_too_seldom_by_now_keep_a_ticket_from_going_on() -> None:
    clocks = opened(policy({RESOLUTION: {NORMAL: 100}}, calendar=DESK)).follow("pending", after(6), CALENDARS)
    seldom = {DESK: Calendar("UTC", (Hours(0, time(9), time(9, 1)),))}
    due = clocks.clocks[RESOLUTION].moments.due_at
    assert clocks.follow("in_progress", after(9), seldom).clocks[RESOLUTION].moments.due_at == due + timedelta(hours=3)


def fit(clocks: Clocks, given: Policy | None, priority: int, now: datetime, responded_at: datetime | None = None) -> Clocks | None:
    return clocks.fit(given, priority, CALENDARS, now, opened_at=MONDAY, responded_at=responded_at)


def test_another_priority_has_its_targets_from_the_same_start() -> None:
    urgent = fit(opened(SIMPLE), SIMPLE, HIGH, after(0.2))
    assert urgent and urgent.clocks[FIRST].moments.due_at == after(0.5) and urgent.clocks[RESOLUTION].moments.due_at == after(5)
    paused = opened(SIMPLE).follow("pending", after(1), CALENDARS).follow("in_progress", after(3), CALENDARS)
    fitted = fit(paused, SIMPLE, HIGH, after(4))
    assert fitted and fitted.clocks[RESOLUTION].moments.due_at == after(7), "the pause counts for it as well"


def test_a_clock_that_stopped_keeps_what_it_was_measured_by() -> None:
    answered = opened(SIMPLE).answered(after(0.7))
    fitted = fit(answered, SIMPLE, HIGH, after(2), after(0.7))
    assert fitted and fitted.clocks[FIRST] == answered.clocks[FIRST]


def test_targets_that_one_priority_lacks_come_and_go() -> None:
    some = policy({FIRST: {NORMAL: 1}, RESOLUTION: {HIGH: 5}})
    raised = fit(opened(some), some, HIGH, after(2), after(0.5))
    assert raised and set(raised.clocks) == {RESOLUTION} and raised.clocks[RESOLUTION].started_at == MONDAY
    waiting = fit(opened(some).follow("pending", after(1), CALENDARS), some, HIGH, after(2))
    assert waiting and waiting.clocks[RESOLUTION].paused_at == after(1)
    lowered = fit(raised, some, NORMAL, after(3), after(0.5))
    assert lowered and set(lowered.clocks) == {FIRST} and lowered.clocks[FIRST].stopped_at == after(0.5)
    assert fit(raised, None, HIGH, after(3)) is None, "no policy applies any more"


def levels(clocks: Clocks, now: datetime) -> tuple[Clocks, list[tuple[Kind, int]]]:
    advanced, happened = clocks.advance(now)
    return advanced, [(each.clock, each.level) for each in happened]


def test_each_boundary_is_said_once() -> None:
    clocks, said = opened(SIMPLE), []
    for minute in range(11 * 60 + 1):
        clocks, happened = levels(clocks, after(minute / 60))
        said += [(minute, *each) for each in happened]
    assert said == [(31, FIRST, 1), (49, FIRST, 2), (61, FIRST, 3), (301, RESOLUTION, 1), (481, RESOLUTION, 2), (601, RESOLUTION, 3)]
    assert clocks.escalation_level == 2 and clocks.columns("queued").next_at is None


def test_after_an_outage_the_last_warning_is_said_and_every_escalation() -> None:
    assert levels(opened(SIMPLE), after(0.9))[1] == [(FIRST, 2)]
    assert levels(opened(SIMPLE), after(1.5))[1] == [(FIRST, 3)]
    further = policy({FIRST: {NORMAL: 1}}, further=(30, 90))
    advanced, said = levels(opened(further), after(4))
    assert said == [(FIRST, 3), (FIRST, 4), (FIRST, 5)] and advanced.escalation_level == 3
    assert levels(advanced, after(400))[1] == []


def test_further_levels_wait_with_the_ticket() -> None:
    clocks = opened(policy({RESOLUTION: {NORMAL: 1}}, further=(60,)))
    clocks, said = levels(clocks, after(1.5))
    assert said == [(RESOLUTION, 3)]
    clocks = clocks.follow("pending", after(1.5), CALENDARS)
    assert levels(clocks, after(9))[1] == [] and clocks.columns("pending").next_at is None
    clocks = clocks.follow("in_progress", after(11.5), CALENDARS)
    assert clocks.columns("in_progress").next_at == after(12), "half of the hour was over"
    assert levels(clocks, after(12) + INSTANT)[1] == [(RESOLUTION, 4)]


def test_what_was_passed_before_a_pause_is_said_in_it() -> None:
    clocks = opened(SIMPLE).answered(after(0.1)).follow("pending", after(11), CALENDARS)
    assert clocks.columns("pending").next_at == after(5) and clocks.columns("pending").due_at == after(10)
    assert levels(clocks, after(11.1))[1] == [(RESOLUTION, 3)]


def test_who_answered_late_is_not_escalated_for_it() -> None:
    late = opened(SIMPLE).answered(after(1.01))
    assert levels(late, after(1.02))[1] == [] and late.clocks[FIRST].state(after(2)) == State.BREACHED


def test_a_deadline_that_moves_away_warns_again_and_one_that_stays_does_not() -> None:
    clocks, _ = levels(opened(SIMPLE), after(0.9))
    assert clocks.clocks[FIRST].handled == State.CRITICAL
    same = fit(clocks, SIMPLE, NORMAL, after(0.9))
    assert same and same.clocks[FIRST].handled == State.CRITICAL
    later = fit(clocks, policy({FIRST: {NORMAL: 2}}), NORMAL, after(0.9))
    assert later and later.clocks[FIRST].handled == State.OK and levels(later, after(1.01))[1] == [(FIRST, 1)]
    breached, _ = levels(opened(SIMPLE), after(1.1))
    sooner = fit(breached, SIMPLE, HIGH, after(1.2))
    assert sooner and levels(sooner, after(1.3))[1] == [], "a breach is one, however the priority was changed since"


def test_a_level_that_was_said_is_not_said_again_of_another_priority() -> None:
    given = policy({FIRST: {NORMAL: 1, HIGH: 0.5}}, further=(30,))
    late, said = levels(opened(given), after(1.6))
    sooner = fit(late, given, HIGH, after(1.7))
    assert said == [(FIRST, 3), (FIRST, 4)] and sooner and levels(sooner, after(9))[1] == []


@given(st.lists(st.tuples(st.sampled_from(["answer", "ask", "pending", "resolved", "in_progress", "queued", "high", "normal", "sweep"]),
                          st.integers(1, 400)), max_size=12))
def test_whatever_happens_a_row_keeps_it_and_nothing_is_said_twice(acts: list[tuple[str, int]]) -> None:
    """JSON there and back; and per clock and start, each escalation at most once."""
    clocks, now, responded = opened(SIMPLE), MONDAY, None
    said: list[Any] = []
    status = "queued"
    for act, minutes in acts:
        now += timedelta(minutes=minutes)
        if act == "answer":
            clocks, responded = clocks.answered(now), responded or now
        elif act == "ask":
            clocks = clocks.asked(now, SIMPLE.targets[NEXT, NORMAL], CALENDARS)
        elif act in ("high", "normal"):
            fitted = fit(clocks, SIMPLE, HIGH if act == "high" else NORMAL, now, responded)
            assert fitted
            clocks = fitted
        elif act == "sweep":
            before = clocks
            clocks, happened = clocks.advance(now)
            said += [(each.clock, each.level, before.clocks[each.clock].started_at) for each in happened if each.escalates]
            due = clocks.columns(status).next_at
            assert due is None or due >= now, "what is over is over"
        else:
            clocks, status = clocks.follow(act, now, CALENDARS), act
        again = of_json(json.loads(orjson.dumps(as_json(clocks))))
        assert again == clocks
    fits = sum(act in ("high", "normal") for act, _ in acts)
    assert len(said) <= len(set(said)) + fits
    assert clocks.escalation_level == len(said)
