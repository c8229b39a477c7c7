"""Whoever locks, locks in one order: no request waits for an assignment that waits for it."""
import threading
from typing import Any

from django.db import connections

from accounts.actions import agents
from accounts.models import AgentProfile
from accounts.tests.parallel import PATIENCE, at_once
from chat import actions as chat
from foundation.tests.socket_world import eventually
from foundation.units import unit_of_work
from tickets import tasks
from tickets.actions.assigning import assign_queue
from tickets.actions.moves import lock_assignment
from tickets.models import Ticket


def waiting_backends() -> int:
    """Sessions of this database that wait for a lock."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND (database IS NULL OR database = "
                       "(SELECT oid FROM pg_database WHERE datname = current_database()))")
        return int(cursor.fetchone()[0])


def long_ago(world: Any) -> None:
    with unit_of_work(world.pandar.id):
        AgentProfile.objects.update(last_seen_at=None)


def test_a_request_that_waits_for_the_assignment_holds_no_agent(world: Any) -> None:
    world.available(world.agent)
    ticket, waiting = world.ticket(), world.ticket()
    world.token(world.agent)
    long_ago(world)
    answers: list[Any] = []

    def take() -> None:
        answers.append(world.api(world.agent).post(f"tickets/{ticket.pk}/take/"))
        connections.close_all()

    thread = threading.Thread(target=take, daemon=True)
    with unit_of_work(world.pandar.id):
        lock_assignment(world.pandar.id)
        thread.start()
        eventually(waiting_backends, "the request waits for the lock")
        AgentProfile.objects.filter(user=world.agent).update(turn=7)  # as the assignment does
    thread.join(PATIENCE)
    assert answers[0].status == 200, answers[0].text
    assert world.pandar.fresh(waiting).status == "queued"


def test_it_is_seen_all_the_same(world: Any) -> None:
    long_ago(world)
    world.api(world.agent).get("queue/")
    with unit_of_work(world.pandar.id):
        seen = AgentProfile.objects.exclude(last_seen_at=None)
        assert [profile.pk for profile in seen] == [world.agent.id]


def test_being_seen_does_not_wait_for_an_assignment(world: Any) -> None:
    long_ago(world)
    with unit_of_work(world.pandar.id):
        AgentProfile.objects.filter(user=world.agent).update(turn=3)

        def see() -> bool:
            with unit_of_work(world.pandar.id):
                agents.seen([world.agent.id, world.teammate.id])
            return True

        assert at_once([see]) == [True]
        seen = set(AgentProfile.objects.exclude(last_seen_at=None).values_list("pk", flat=True))
    assert seen == {world.teammate.id}


def test_the_lock_is_one_organizations(world: Any) -> None:
    world.available(world.acme.agent)
    ticket = world.ticket(world.acme.customer)
    with unit_of_work(world.pandar.id):
        lock_assignment(world.pandar.id)
        assert at_once([lambda: assign_queue(organization=world.acme.id)]) == [1]
    with unit_of_work(world.acme.id):
        assert Ticket.objects.get(pk=ticket.pk).status == "assigned"


def test_an_agent_who_went_away_while_the_assignment_waited_gets_nothing(world: Any) -> None:
    """What was decided on agents as they were is decided again once they are locked."""
    world.available(world.agent)
    ticket = world.ticket()
    done: list[int] = []

    def run() -> None:
        done.append(assign_queue(organization=world.pandar.id))
        connections.close_all()

    thread = threading.Thread(target=run, daemon=True)
    with unit_of_work(world.pandar.id):
        chat.lock(ticket.pk)
        thread.start()
        eventually(waiting_backends, "the assignment waits for the conversation")
        AgentProfile.objects.filter(user=world.agent).update(availability="away")
    thread.join(PATIENCE)
    assert done == [0]
    assert world.pandar.fresh(ticket).status == "queued"


def test_one_organizations_lock_holds_up_nobody_else(world: Any) -> None:
    world.available(world.agent)
    world.available(world.acme.agent)
    theirs, ours = world.ticket(world.acme.customer), world.ticket()
    with unit_of_work(world.pandar.id):
        lock_assignment(world.pandar.id)
        at_once([tasks.assign_all])
    assert world.acme.fresh(theirs).status == "assigned"
    assert world.pandar.fresh(ours).status == "queued"
    tasks.assign_all()
    assert world.pandar.fresh(ours).status == "assigned"
