"""A stranger from another organization tries every route and method: they see nothing, and change nothing."""
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby

import pytest
from django.db import connection

from foundation.ids import PLATFORM
from pandarchat.testing import database
from pandarchat.tests import walk
from pandarchat.tests.walk import API, PUBLIC, Leak, Route, Walker
from pandarchat.tests.world import Answer, Planted, fingerprint

STRANGERS = ["agent", "manager", "admin", "customer"]
TELLING = [f"{API}tickets/", f"{API}tickets/<uuid:ticket>/", f"{API}tickets/<uuid:ticket>/entries/", f"{API}queue/", f"{API}agents/",
           f"{API}journeys/", f"{API}journeys/<uuid:journey>/", f"{API}runs/<uuid:run>/", f"{API}tickets/<uuid:ticket>/answers/"]


def stranger(planted: Planted, role: str, **how: bool) -> Walker:
    """Somebody of acme, looking for what is pandar's."""
    return Walker(planted, getattr(planted.world.acme, role), planted.of_pandar, planted.of_acme, **how)


def walk_all(walker: Walker) -> list[tuple[str, list[Answer]]]:
    """Every route, the session's end last; after each area of them, pandar's and the platform's rows are what they were."""
    pandar = walker.theirs.tenant.id
    before, seen = (fingerprint(pandar), fingerprint(PLATFORM)), []
    for area, routes in groupby(sorted(walk.routes(), key=lambda route: (walk.last(route), area_of(route))), key=area_of):
        paths = [(route.path, walker.walk(route)) for route in routes]
        assert (fingerprint(pandar), fingerprint(PLATFORM)) == before, f"{area}: {paths}"
        seen += paths
    return seen


def area_of(route: Route) -> str:
    """api/v1/tickets of api/v1/tickets/<uuid:ticket>/."""
    return "/".join(route.path.split("/")[:3])


def route_of(path: str) -> Route:
    return next(route for route in walk.routes() if route.path == path)


@contextmanager
def unprotected(*tables: str) -> Iterator[None]:
    """These tables without row-level security."""
    with database.owner(connection.settings_dict["NAME"]) as session:
        try:
            for table in tables:
                session.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
            yield
        finally:
            for table in tables:
                session.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def test_no_route_is_forgotten() -> None:
    assert walk.missing() == []
    assert len(walk.routes()) > 20


def test_a_new_route_without_an_example_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "routes", lambda: [Route(f"{API}vault/<uuid:code>/", ("GET",))])
    assert walk.missing() == [f"{API}vault/<uuid:code>/: code", f"GET {API}vault/<uuid:code>/"]


@pytest.mark.parametrize("role", STRANGERS)
def test_a_stranger_sees_and_changes_nothing(planted: Planted, role: str) -> None:
    walk_all(stranger(planted, role))


@pytest.mark.parametrize("role", STRANGERS)
def test_row_level_security_holds_alone(planted: Planted, role: str) -> None:
    with walk.without_filters() as stripper:
        walk_all(stranger(planted, role, answered_only=True))
    assert stripper.taken > 50


def test_nobody_is_let_in(planted: Planted) -> None:
    for path, answers in walk_all(Walker(planted, None, planted.of_pandar, planted.of_acme)):
        if path not in PUBLIC:
            assert {answer.status for answer in answers} == {401}, path


@pytest.mark.parametrize("path", TELLING)
def test_the_walk_would_notice(planted: Planted, path: str) -> None:
    """An insider sees what strangers must not."""
    with pytest.raises(Leak):
        Walker(planted, planted.world.agent, planted.of_pandar, planted.of_acme).walk(route_of(path))


@pytest.mark.parametrize("path", TELLING)
def test_without_row_level_security_and_filters_the_walk_fails(planted: Planted, path: str) -> None:
    tables = ("tickets_ticket", "tickets_category", "tickets_queuesettings", "chat_conversation", "chat_entry", "accounts_user",
              "accounts_agentprofile", "accounts_rolepermission", "accounts_skill", "accounts_agentskill", "journeys_journey",
              "journeys_version", "journeys_run", "journeys_ticketanswer")
    with unprotected(*tables), walk.without_filters(), pytest.raises(Leak):
        stranger(planted, "agent").walk(route_of(path))


def test_a_change_would_be_noticed(planted: Planted, monkeypatch: pytest.MonkeyPatch) -> None:
    """An insider's, whom the walk's other checks are told to overlook."""
    insider = Walker(planted, planted.world.manager, planted.of_pandar, planted.of_acme)
    moving = route_of(f"{API}tickets/<uuid:ticket>/status/")
    monkeypatch.setattr(Walker, "check", lambda *args: None)
    monkeypatch.setattr(walk, "routes", lambda: [moving])
    with pytest.raises(AssertionError, match="/status/"):
        walk_all(insider)


def test_the_stripper_strips_conditions_and_leaves_assignments() -> None:
    stripper = walk.Stripper()
    sql = ('UPDATE "t" SET "organization_id" = %s WHERE "t"."organization_id" = %s AND s.customer_id = %(viewer)s '
           "AND g.organization_id = t.organization_id")
    assert stripper.strip(sql) == (
        'UPDATE "t" SET "organization_id" = %s WHERE ("t"."organization_id" = %s OR true) AND (s.customer_id = %(viewer)s OR true) '
        "AND (g.organization_id = t.organization_id OR true)")
    assert stripper.taken == 3
