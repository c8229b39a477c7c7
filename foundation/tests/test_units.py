"""A unit of work is one transaction of one organization, and nothing of it outlives it."""
import logging
from contextlib import nullcontext
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import connection, transaction
from django.test import RequestFactory, override_settings
from rest_framework.response import Response

from accounts.models import Role
from foundation.errors import Conflict
from foundation.http.views import ApiView, Everyone
from foundation.ids import uuid7
from foundation.models import Event
from foundation.postgresql.base import OutsideUnitOfWork
from foundation.units import NestedTenant, by_itself, current_organization, unit_of_work, within_limits
from pandarchat.tests.world import World


def setting() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(current_setting('app.organization', true), '')")
        return str(cursor.fetchone()[0])


def test_an_organization_sees_its_own_rows_alone(world: World) -> None:
    for tenant in (world.pandar, world.acme):
        with unit_of_work(tenant.id):
            assert set(Role.objects.values_list("organization_id", flat=True)) == {tenant.id}
            assert current_organization() == tenant.id


def test_the_setting_ends_with_the_unit(world: World) -> None:
    with unit_of_work(world.pandar.id):
        assert setting() == str(world.pandar.id)
    assert setting() == ""
    with pytest.raises(RuntimeError, match="inside a unit of work"):
        current_organization()


def test_units_follow_each_other_in_an_outer_transaction(world: World) -> None:
    """As tests and commands do: the transaction outlives the unit, and the setting must not."""
    with transaction.atomic():
        with unit_of_work(world.pandar.id):
            assert setting() == str(world.pandar.id)
        assert setting() == ""
        with unit_of_work(world.acme.id):
            assert set(Role.objects.values_list("organization_id", flat=True)) == {world.acme.id}
        assert setting() == ""


def test_a_unit_joins_the_one_of_the_same_organization(world: World) -> None:
    with unit_of_work(world.pandar.id):
        with unit_of_work(world.actor(world.agent)):
            assert setting() == str(world.pandar.id)
        assert setting() == str(world.pandar.id)


def test_the_inner_unit_rolls_back_by_itself(world: World) -> None:
    with unit_of_work(world.pandar.id):
        Event.objects.create(organization_id=world.pandar.id, kind="outer")
        with pytest.raises(ZeroDivisionError), unit_of_work(world.pandar.id):
            Event.objects.create(organization_id=world.pandar.id, kind="inner")
            raise ZeroDivisionError
        assert setting() == str(world.pandar.id)
        assert list(Event.objects.values_list("kind", flat=True)) == ["outer"]


def test_another_organization_inside_a_unit_is_refused(world: World) -> None:
    with unit_of_work(world.pandar.id):
        with pytest.raises(NestedTenant, match=str(world.acme.id)), unit_of_work(world.acme.id):
            pytest.fail("entered")
        assert setting() == str(world.pandar.id)


def test_an_error_rolls_all_of_it_back(world: World) -> None:
    with pytest.raises(ZeroDivisionError), unit_of_work(world.pandar.id):
        Event.objects.create(organization_id=world.pandar.id, kind="gone")
        raise ZeroDivisionError
    with unit_of_work(world.pandar.id):
        assert not Event.objects.exists()
    assert setting() == ""


def test_outside_a_unit_a_query_raises_where_developers_are(world: World) -> None:
    with pytest.raises(OutsideUnitOfWork, match="accounts_role"):
        Role.objects.count()
    with pytest.raises(OutsideUnitOfWork, match="foundation_event"):
        Event.objects.create(organization_id=world.pandar.id, kind="nowhere")
    with pytest.raises(OutsideUnitOfWork):
        Role.objects.filter(id=uuid4()).update(name="nobody")
    with pytest.raises(OutsideUnitOfWork):
        Role.objects.filter(id=uuid4()).delete()


@override_settings(STRICT_TENANCY=False)
def test_outside_a_unit_a_query_is_logged_and_finds_nothing_where_customers_are(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "foundation.tenancy"):
        assert Role.objects.count() == 0
    assert "outside a unit of work" in caplog.text
    caplog.clear()
    with unit_of_work(world.pandar.id):
        assert Role.objects.count() > 0
    assert not caplog.records


class Writes(ApiView):
    """Writes, then ends as it is told."""

    permission_classes = [Everyone]

    def post(self, request: object, how: str) -> Response:
        Event.objects.create(organization_id=current_organization(), kind=how)
        if how == "crash":
            raise ZeroDivisionError
        if how == "refuse":
            raise Conflict("No.")
        return Response({"how": how}, 201)


@pytest.mark.parametrize(("how", "status", "kept"), [("done", 201, ["done"]), ("crash", 500, []), ("refuse", 409, [])])
def test_what_a_failed_request_wrote_is_gone(world: World, how: str, status: int, kept: list[str]) -> None:
    request = RequestFactory().post("/api/v1/writes/", headers={"Authorization": f"Bearer {world.token(world.agent)}"})
    response = Writes.as_view()(request, how=how)
    assert response.status_code == status
    with unit_of_work(world.pandar.id):
        assert list(Event.objects.values_list("kind", flat=True)) == kept


def test_keys_are_version_7_and_ascend() -> None:
    keys = [uuid7() for _ in range(100)]
    assert {(key.version, key.variant) for key in keys} == {(7, keys[0].variant)}
    assert [key.int >> 80 for key in keys] == sorted(key.int >> 80 for key in keys)
    assert len(set(keys)) == 100


TIMES = "SELECT current_setting('statement_timeout'), current_setting('lock_timeout')"
OF_THE_ROLE, OF_A_REQUEST = ("30s", "10s"), ("10s", "5s")


def times() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(TIMES)
        statement, lock = cursor.fetchone()
        return statement, lock


@pytest.mark.usefixtures("committed")
def test_who_is_waited_for_has_limits_and_a_task_those_of_its_role() -> None:
    organization = uuid7()
    with unit_of_work(organization):
        assert times() == OF_THE_ROLE
    with within_limits():
        assert times() == OF_THE_ROLE, "outside of a unit nothing is set, so nothing stays"
        with unit_of_work(organization):
            assert times() == OF_A_REQUEST
        assert times() == OF_THE_ROLE
        assert by_itself(TIMES, ()) == OF_A_REQUEST
        assert times() == OF_THE_ROLE
    with unit_of_work(organization):
        assert times() == by_itself(TIMES, ()) == OF_THE_ROLE


@pytest.mark.usefixtures("committed")
def test_a_request_costs_no_statement_more(django_assert_num_queries: Any) -> None:
    for limits in (nullcontext, within_limits):
        with limits(), django_assert_num_queries(3), unit_of_work(uuid7()):
            pass


@pytest.mark.usefixtures("committed")
def test_a_statement_by_itself_is_a_transaction() -> None:
    with pytest.raises(psycopg.errors.DivisionByZero):
        by_itself("SELECT 1 / %(by)s::integer", {"by": 0})
    assert by_itself("SELECT %s::integer, pg_current_xact_id_if_assigned() IS NULL", (7,)) == (7, True), "and the connection is well"
    assert not connection.in_atomic_block


@pytest.mark.usefixtures("committed")
def test_djangos_connections_prepare_nothing() -> None:
    """A pooler may give each transaction another session; the loop's own lines find out and prepare where they may."""
    for _ in range(10):
        by_itself("SELECT %s::integer", (1,))
        with unit_of_work(uuid7()):
            assert times() == OF_THE_ROLE
    assert by_itself("SELECT count(*) FROM pg_prepared_statements", ()) == (0,)
