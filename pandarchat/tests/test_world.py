"""The world that other tests stand on is what it says."""
from datetime import datetime
from uuid import UUID

import pytest
from django.db import connection

from accounts.models import User
from foundation.units import unit_of_work
from pandarchat.testing import database, molds
from pandarchat.testing.services import Server
from pandarchat.tests.world import Planted, World, fingerprint, new_world, tenant_tables


def test_people_can_call_the_api(world: World) -> None:
    for person in (*world.pandar.people, *world.acme.people):
        me = world.api(person).get("auth/me/").data
        assert (me["email"], me["organization"]["id"]) == (person.email, str(person.organization_id))
    assert world.api(None).get("auth/me/").status == 401


def test_a_ticket_is_opened_taken_and_answered(world: World) -> None:
    ticket = world.ticket(agent=world.agent)
    world.say(world.agent, ticket, "Hello")
    assert (ticket.assignee_id, world.pandar.fresh(ticket).status) == (world.agent.id, "in_progress")


def test_a_world_from_the_mold_is_what_the_actions_make(committed: None, password_hash: str) -> None:
    made = molds.take(new_world(password_hash))
    if made is None:
        pytest.skip("a server that others gave: every world is made by the actions")
    database.clean()
    laid = molds.take(made.lay())
    assert laid is not None
    assert shape(laid) == shape(made)
    assert not set(laid.ids()) & set(made.ids())
    assert set(vars(laid.thing.agent)) == set(vars(made.thing.agent))
    with unit_of_work(laid.thing.pandar.id):
        User.objects.filter(id=laid.thing.agent.id).update(name="Somebody else")
    changed = molds.take(laid.thing)
    assert changed is not None
    assert shape(changed) != shape(made)


def shape(mold: molds.Mold) -> dict[str, list[str | int]]:
    """The rows with the place of an id among all instead of the id, without times."""
    places = {each: place for place, each in enumerate(mold.ids())}
    return {name: [places[piece] if isinstance(piece, UUID) else "a time" if isinstance(piece, datetime) else piece for piece in pieces]
            for name, pieces in mold.rows.items()}


def test_a_socket_is_ready(world: World, server: Server) -> None:
    with world.socket(world.agent, server) as socket:
        assert socket.ready["user"]["id"] == str(world.agent.id)


def test_every_table_has_rows_of_both_organizations_and_their_canary(planted: Planted) -> None:
    textless = {"accounts_auditchain", "accounts_challenge", "accounts_factor", "accounts_recoverycode", "accounts_rolepermission",
                "accounts_agentprofile", "accounts_agentskill", "accounts_shift", "accounts_socketticket",
                "chat_conversation", "chat_readmark", "journeys_run", "journeys_visit", "tickets_slatarget"}
    unused = {"django_admin_log"}
    for tenant in (planted.world.pandar, planted.world.acme):
        with unit_of_work(tenant.id), connection.cursor() as cursor:
            for table in set(tenant_tables()) - unused:
                cursor.execute(f"SELECT count(*) > 0, coalesce(bool_or(t::text LIKE %s), false) FROM {table} t", [f"%{tenant.canary}%"])
                filled, carries = cursor.fetchone()
                assert filled, table
                assert carries or table in textless, table


def test_the_fingerprint_notices_a_change_of_one_organization(planted: Planted) -> None:
    world = planted.world
    before = {tenant.id: fingerprint(tenant.id) for tenant in (world.pandar, world.acme)}
    world.say(world.agent, planted.of_pandar.ticket)
    assert fingerprint(world.acme.id) == before[world.acme.id]
    assert fingerprint(world.pandar.id) != before[world.pandar.id]
