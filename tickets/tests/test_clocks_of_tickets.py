"""What starts, pauses and stops the clocks of real tickets; the rules themselves are tested in tickets/sla."""
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection

from accounts.tests.parallel import at_once
from chat.models import Conversation
from foundation.units import unit_of_work
from pandarchat.testing.loops import in_loop
from tickets import service_levels
from tickets.actions import opening
from tickets.actions.assigning import assign_queue
from tickets.models import Ticket
from tickets.tests.sla_world import category, later, minutes_left, promise, sla
from tickets.tests.test_opening_together import known


def become(world: Any, ticket: Ticket, status: str) -> None:
    assert world.api(world.agent).post(f"tickets/{ticket.pk}/status/", {"status": status}).status == 200


def wakes(world: Any, ticket: Ticket) -> tuple[bool, bool]:
    with unit_of_work(world.pandar.id):
        row = Conversation.objects.get(pk=ticket.pk)
        return row.customer_wakes, row.staff_wakes


def test_without_a_policy_there_are_no_clocks(world: Any) -> None:
    ticket = world.ticket(agent=world.agent)
    assert sla(world, ticket) is None and ticket.sla_next_at is None
    world.say(world.agent, ticket)
    become(world, ticket, "pending")
    assert sla(world, ticket) is None


def test_opening_starts_first_response_and_resolution(world: Any) -> None:
    policy = promise(world)
    ticket = world.ticket()
    shown = sla(world, ticket)
    assert (shown["policy"], shown["escalation_level"], shown["next_response"]) == (str(policy.pk), 0, None)
    assert [minutes_left(shown["first_response"], name) for name in ("warning_at", "critical_at", "due_at")] == [30, 48, 60]
    assert minutes_left(shown["resolution"]) == 600
    assert abs(datetime.fromisoformat(shown["resolution"]["started_at"]) - ticket.created_at) < timedelta(seconds=5)
    assert ticket.sla_next_at == ticket.sla_warning_at == datetime.fromisoformat(shown["first_response"]["warning_at"])
    assert wakes(world, ticket) == (False, True), "no flag says that the customer's next message does more"


def test_both_doors_start_the_same_clocks(world: Any) -> None:
    promise(world)
    customer = known(world, world.customer)

    async def story() -> Any:
        return await opening.open_from_loop(known=customer, new=opening.NewTicket("a", "b"), key=None, fingerprint=None)

    assert in_loop(story) is not None
    by_django = world.ticket()
    with unit_of_work(world.pandar.id):
        by_loop = Ticket.objects.exclude(pk=by_django.pk).get()
    shown = [sla(world, ticket) for ticket in (by_loop, by_django)]
    assert [minutes_left(each["first_response"]) for each in shown] == [60, 60] and by_loop.sla_next_at < by_django.sla_next_at


def test_customers_see_no_clocks(world: Any) -> None:
    promise(world)
    opened = world.api(world.customer).post("tickets/", {"subject": "a", "text": "b"}).data
    assert opened["sla"] is None and world.api(world.customer).get(f"tickets/{opened['id']}/").data["sla"] is None
    assert world.api(world.customer).get("tickets/").data[0]["sla"] is None
    assert world.api(world.agent).get("tickets/").data[0]["sla"]["resolution"]["target_seconds"] == 36_000


def test_a_category_may_have_a_policy_of_its_own(world: Any) -> None:
    promise(world)
    cards = promise(world, {"resolution": {"normal": 10}}, name="Cards", is_default=False)
    category(world, "cards", cards)
    category(world, "other")
    plain, own = world.ticket(category="other"), world.ticket(category="cards")
    assert sla(world, own)["first_response"] is None and minutes_left(sla(world, own)["resolution"]) == 10
    assert minutes_left(sla(world, plain)["resolution"]) == 600


def test_the_first_reply_stops_the_first_response_and_a_note_does_not(world: Any) -> None:
    promise(world)
    ticket = world.ticket(agent=world.agent)
    world.say(world.agent, ticket, internal=True)
    assert sla(world, ticket)["first_response"]["stopped_at"] is None
    world.say(world.agent, ticket)
    shown = sla(world, ticket)
    assert shown["first_response"]["stopped_at"] and not shown["resolution"]["stopped_at"]
    fresh = world.pandar.fresh(ticket)
    assert fresh.sla_due_at == datetime.fromisoformat(shown["resolution"]["due_at"])


def test_messages_in_turns_start_and_stop_the_next_response(world: Any) -> None:
    promise(world)
    ticket = world.ticket(agent=world.agent)
    world.say(world.customer, ticket)
    assert sla(world, ticket)["next_response"] is None, "the first response is owed already"
    world.say(world.agent, ticket)
    assert wakes(world, ticket) == (True, False)
    world.say(world.customer, ticket)
    first = sla(world, ticket)["next_response"]
    assert minutes_left(first) == 120 and first["stopped_at"] is None
    assert wakes(world, ticket) == (False, True), "a second message starts nothing: it takes the short way"
    version = world.pandar.fresh(ticket).version
    world.say(world.customer, ticket)
    assert (sla(world, ticket)["next_response"], world.pandar.fresh(ticket).version) == (first, version)
    world.say(world.agent, ticket)
    assert sla(world, ticket)["next_response"]["stopped_at"] and wakes(world, ticket) == (True, False)
    world.say(world.agent, ticket)
    world.say(world.customer, ticket)
    assert sla(world, ticket)["next_response"]["started_at"] > first["started_at"]


def test_the_next_response_is_owed_once_there_was_a_first(world: Any) -> None:
    promise(world, {"next_response": {"normal": 60}, "resolution": {"normal": 600}})
    ticket = world.ticket(agent=world.agent)
    become(world, ticket, "pending")
    become(world, ticket, "in_progress")
    world.say(world.customer, ticket)
    assert sla(world, ticket)["next_response"] is None and wakes(world, ticket)[0] is False
    world.say(world.agent, ticket)
    world.say(world.customer, ticket)
    assert minutes_left(sla(world, ticket)["next_response"]) == 60


def test_where_no_next_response_is_promised_messages_take_the_short_way(world: Any) -> None:
    promise(world, {"first_response": {"normal": 60}})
    ticket = world.ticket(agent=world.agent)
    world.say(world.agent, ticket)
    assert wakes(world, ticket) == (False, False)


def test_assignment_by_the_queue_remembers_who_starts_a_clock(world: Any) -> None:
    promise(world)
    ticket = world.ticket(agent=world.agent)
    world.say(world.agent, ticket)
    world.api(world.agent).post(f"tickets/{ticket.pk}/release/")
    world.available(world.teammate)
    assert assign_queue(organization=world.pandar.id) == 1
    assert wakes(world, ticket)[0]
    world.say(world.customer, ticket)
    assert sla(world, ticket)["next_response"]


@pytest.mark.parametrize("status", ["pending", "resolved"])
def test_resolution_pauses_until_the_customer_answers(world: Any, status: str) -> None:
    promise(world)
    ticket = world.ticket(agent=world.agent)
    world.say(world.agent, ticket)
    become(world, ticket, status)
    assert sla(world, ticket)["paused_at"] and world.pandar.fresh(ticket).sla_next_at is None
    later(world, ticket, hours=2)
    world.say(world.customer, ticket)
    shown = sla(world, ticket)
    assert shown["paused_at"] is None and len(shown["pauses"]) == 1
    assert minutes_left(shown["resolution"]) == pytest.approx(720, abs=1)
    assert minutes_left(shown["next_response"]) == 120


def test_after_a_pause_the_calendar_counts_as_it_is_by_then(world: Any) -> None:
    api, tomorrow = world.api(world.admin), datetime.now(UTC).date() + timedelta(days=1)
    always = [{"weekday": day, "opens": "00:00", "closes": "00:00"} for day in range(7)]
    desk = api.post("sla/calendars/", {"name": "Desk", "time_zone": "UTC", "hours": always}).data
    promise(world, {"resolution": {"normal": 6000}}, calendar=UUID(desk["id"]))
    ticket = world.ticket(agent=world.agent)
    before = sla(world, ticket)["resolution"]
    become(world, ticket, "pending")
    assert api.patch(f"sla/calendars/{desk['id']}/", {"holidays": [{"date": str(tomorrow)}]}).status == 200
    assert sla(world, ticket)["resolution"] == before, "what runs stays"
    world.say(world.customer, ticket)
    shown = sla(world, ticket)
    ((begins, ends),) = [[datetime.fromisoformat(moment) for moment in pause] for pause in shown["pauses"]]
    moved = datetime.fromisoformat(shown["resolution"]["due_at"]) - datetime.fromisoformat(before["due_at"])
    assert moved == timedelta(days=1) + (ends - begins)


def test_a_closed_ticket_owes_nothing(world: Any) -> None:
    promise(world)
    ticket = world.ticket(agent=world.agent)
    become(world, ticket, "resolved")
    resolved = sla(world, ticket)
    assert resolved["first_response"]["stopped_at"] and resolved["resolution"]["stopped_at"] is None
    assert world.api(world.manager).post(f"tickets/{ticket.pk}/status/", {"status": "closed"}).status == 200
    assert sla(world, ticket)["resolution"]["stopped_at"] == resolved["paused_at"]
    fresh = world.pandar.fresh(ticket)
    assert (fresh.sla_warning_at, fresh.sla_due_at, fresh.sla_next_at) == (None, None, None) and wakes(world, ticket) == (False, False)


def change(world: Any, ticket: Ticket, **changes: Any) -> None:
    version = world.pandar.fresh(ticket).version
    assert world.api(world.agent).patch(f"tickets/{ticket.pk}/", {"version": version, **changes}).status == 200


def test_another_priority_by_hand_counts_from_the_same_start(world: Any) -> None:
    promise(world)
    ticket = world.ticket(agent=world.agent)
    before = sla(world, ticket)
    later(world, ticket, minutes=20)
    change(world, ticket, priority="urgent")
    shown = sla(world, ticket)
    assert minutes_left(shown["first_response"]) == 15 and minutes_left(shown["resolution"]) == 150
    assert shown["first_response"]["started_at"] < before["first_response"]["started_at"]
    assert world.pandar.fresh(ticket).sla_due_at == datetime.fromisoformat(shown["first_response"]["due_at"]), "and is late at once"


def test_another_category_by_hand_has_its_policy(world: Any) -> None:
    promise(world)
    category(world, "cards", promise(world, {"resolution": {"normal": 10}}, name="Cards", is_default=False))
    ticket = world.ticket()
    change(world, ticket, category="cards")
    assert minutes_left(sla(world, ticket)["resolution"]) == 10 and sla(world, ticket)["first_response"] is None
    change(world, ticket, category=None)
    assert minutes_left(sla(world, ticket)["first_response"]) == 60
    change(world, ticket, tags=["a"])
    assert minutes_left(sla(world, ticket)["first_response"]) == 60


def test_a_ticket_of_which_nothing_was_promised_has_what_is_promised_once_it_is_changed(world: Any) -> None:
    ticket, waiting = world.ticket(), world.ticket(agent=world.agent)
    world.say(world.agent, waiting)
    become(world, waiting, "pending")
    change(world, ticket, priority="high")
    assert sla(world, ticket) is None, "nothing is promised to anybody"
    category(world, "cards", promise(world, name="Cards", is_default=False))
    for each in (ticket, waiting):
        change(world, each, category="cards", priority="normal")
    shown, fresh = sla(world, ticket), world.pandar.fresh(ticket)
    assert [datetime.fromisoformat(shown[kind]["started_at"]) for kind in ("first_response", "resolution")] == [ticket.created_at] * 2
    assert minutes_left(shown["first_response"]) == 60 and fresh.sla_due_at == datetime.fromisoformat(shown["first_response"]["due_at"])
    assert sla(world, waiting)["first_response"]["stopped_at"] and world.pandar.fresh(waiting).sla_next_at is None, "it waits"
    before = sla(world, waiting)["paused_at"]
    change(world, waiting, priority="high")
    assert sla(world, waiting)["paused_at"] == before
    change(world, ticket, category=None)
    assert sla(world, ticket) is None and world.pandar.fresh(ticket).sla_next_at is None


def test_what_runs_keeps_its_deadlines_when_its_policy_changes(world: Any) -> None:
    policy = promise(world)
    running, before = world.ticket(agent=world.agent), None
    before = sla(world, running)
    answer = world.api(world.admin).patch(f"sla/policies/{policy.pk}/", {"targets": [
        {"clock": "resolution", "priority": "normal", "seconds": 300}, {"clock": "resolution", "priority": "high", "seconds": 360}]})
    assert answer.status == 200
    assert sla(world, running) == before
    new = sla(world, world.ticket())
    assert minutes_left(new["resolution"]) == 5 and new["first_response"] is None
    change(world, running, priority="high")
    assert minutes_left(sla(world, running)["resolution"]) == 6, "but who changes the ticket has what is promised now"


def test_a_policy_that_is_deleted_leaves_its_clocks_running(world: Any) -> None:
    policy = promise(world)
    ticket = world.ticket(agent=world.agent)
    assert world.api(world.admin).delete(f"sla/policies/{policy.pk}/").status == 200
    world.say(world.agent, ticket)
    become(world, ticket, "pending")
    world.say(world.customer, ticket)
    shown = sla(world, ticket)
    assert len(shown["pauses"]) == 1 and shown["next_response"] is None and sla(world, world.ticket()) is None
    assert wakes(world, ticket)[0] is False, "nobody is asked again for what is promised no more"


def test_another_process_hears_of_a_policy_within_seconds(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    world.ticket()
    kept = dict(service_levels.shelf._kept)
    promise(world)
    service_levels.shelf._kept.update(kept)
    for one in service_levels.shelf._kept.values():
        one.until = float("inf")
    assert sla(world, world.ticket()) is None, "as long as it keeps what it knew"
    for one in service_levels.shelf._kept.values():
        one.until = 0
    assert sla(world, world.ticket()) is not None


def test_an_unchanged_calendar_keeps_the_days_that_it_computed(world: Any) -> None:
    with unit_of_work(world.pandar.id):
        from accounts.actor import System
        from tickets.actions import promising

        calendar = promising.save_calendar(actor=System(world.pandar.id), given={
            "name": "Desk", "time_zone": "Europe/Berlin", "hours": [{"weekday": 0, "opens": "09:00", "closes": "17:00"}]})
    promise(world, calendar=calendar.pk)
    first = service_levels.shelf.of(world.pandar.id)
    service_levels.shelf.forget(world.pandar.id)
    assert service_levels.shelf.of(world.pandar.id) is first
    promise(world, {}, name="Other", is_default=False)
    second = service_levels.shelf.of(world.pandar.id)
    assert second is not first and second.calendars[calendar.pk] is first.calendars[calendar.pk]


def test_a_reply_and_a_question_at_once_leave_true_clocks(world: Any) -> None:
    promise(world)
    ticket = world.ticket(agent=world.agent)
    world.say(world.agent, ticket)
    for person in (world.agent, world.customer):
        world.token(person)
    say = {person: lambda person=person: world.api(person).post(f"tickets/{ticket.pk}/messages/", {"client_id": str(uuid4()), "text": "x"})
           for person in (world.agent, world.customer)}
    answers = at_once([say[world.agent], say[world.customer]] * 4)
    assert {answer.status for answer in answers} == {201}
    with unit_of_work(world.pandar.id), connection.cursor() as cursor:
        cursor.execute("SELECT sender_is_staff FROM chat_entry WHERE conversation_id = %s AND kind = 'message' "
                       "ORDER BY staff_seq DESC LIMIT 1", [ticket.pk])
        (staff_last,) = cursor.fetchone()
    owed = sla(world, ticket)["next_response"]
    assert staff_last == (owed is None or owed["stopped_at"] is not None)
