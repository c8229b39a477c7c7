"""Bad input gets a clear error in the envelope, and changes nothing: every route, every kind of garbage."""
import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import yaml
from django.db import OperationalError
from django.test import RequestFactory, override_settings
from psycopg_pool import PoolTimeout
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from foundation.errors import DomainError, NotFound, RateLimited
from foundation.http import address, errors
from foundation.http.parsing import DEEPEST, deeper_than
from foundation.http.rendering import encode
from foundation.http.views import ApiView, Everyone
from pandarchat.environment import ROOT
from pandarchat.tests import walk
from pandarchat.tests.world import Planted, World, fingerprint

ENVELOPE = {"success", "error", "code", "fields"}
NUL, SURROGATE = "a\x00b", r'"\ud800"'
DEEP = "[" * 50_000
GARBAGE: list[bytes] = [
    b"null", b"[]", b'"text"', b"{", b"\xff\xfe{}", b'{"text": NaN}', b'{"subject": ' + SURROGATE.encode() + b"}", DEEP.encode(),
    b'{"a": ' + b"[" * 40 + b"]" * 40 + b"}", b'{"version": 1e999}', b'{"version": ' + b"9" * 400 + b"}",
]
VALUES: list[Any] = [
    None, True, -1, 2**63, 1.5, "", " ", NUL, "x" * 20_000, "not-a-uuid", [], ["x"] * 100, {}, {"id": 1}, [[1]], "'; DROP TABLE x; --",
]
QUERIES = ["status", "priority", "assignee", "customer", "category", "tag", "ordering", "page", "cursor", "after", "before", "unknown"]
WRITES = [(route, method) for route in walk.routes() if route.path.startswith(walk.API) for method in route.methods if method != "GET"]
READS = [route for route in walk.routes() if route.path.removeprefix(walk.API) in {"tickets/", "queue/", "tickets/<uuid:ticket>/entries/"}]
# They take no body, or one that ends the session.
BODILESS = {"auth/logout/", "auth/socket-ticket/", "journeys/<uuid:journey>/validate/", "invitations/<uuid:invitation>/resend/"}


def refused(response: Any, about: str) -> None:
    assert 400 <= response.status_code < 500, f"{about} was answered {response.status_code}: {response.content[:300]!r}"
    body = json.loads(response.content)
    assert set(body) >= ENVELOPE, about
    assert body["success"] is False, about
    assert body["error"], about


@override_settings(RATE_LIMITS=False)
def test_garbage_is_refused_and_changes_nothing(planted: Planted) -> None:
    world = planted.world
    before = fingerprint(world.pandar.id)
    for route, method in WRITES:
        name = route.path.removeprefix(walk.API)
        if name in BODILESS or method == "DELETE":
            continue
        api, path = world.api(world.manager), route.address(planted.of_pandar)
        for data in GARBAGE:
            answer = api.client.generic(method, path, data, content_type="application/json", headers=api.headers)
            refused(answer, f"{method} {name} {data[:40]!r}")
    assert fingerprint(world.pandar.id) == before


@cache
def described() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "openapi.yaml").read_text())
    return loaded


def fields_of(route: walk.Route, method: str) -> set[str]:
    """What the route takes in its body, by openapi.yaml."""
    path = re.sub(r"<\w+:(\w+)>", r"{\1}", f"/{route.path}")
    body = described()["paths"][path][method.lower()].get("requestBody", {"content": {}})
    names: set[str] = set()
    for content in body["content"].values():
        schema = content["schema"]
        for part in schema.get("oneOf", [schema]):
            found = described()["components"]["schemas"][part["$ref"].rpartition("/")[2]] if "$ref" in part else part
            names |= set(found.get("properties", {}))
    return names


def bodies(planted: Planted, route: walk.Route, method: str) -> Iterator[dict[str, Any]]:
    """A good body with one wrong value after the other, in every field that there is and in one that there is not."""
    tries = walk.tries(route, method, planted.of_pandar, planted.of_pandar)
    good = tries[0].body if isinstance(tries[0].body, dict) else {}
    for name in sorted({*good, *fields_of(route, method), "unknown"}):
        for value in VALUES:
            yield {**good, name: value}


def area_of(route: walk.Route) -> str:
    """tickets of api/v1/tickets/<uuid:ticket>/; what may end a session stands alone."""
    name = route.path.removeprefix(walk.API)
    return name if name.startswith("auth/") else name.partition("/")[0]


UNSIGNED = ("register", "login")
TRIED = [(route, method) for route, method in WRITES if not any(name in route.path for name in UNSIGNED)]


@override_settings(RATE_LIMITS=False)
@pytest.mark.parametrize("area", dict.fromkeys(area_of(route) for route, _ in TRIED))
def test_no_value_of_a_field_breaks_a_route(planted: Planted, area: str) -> None:
    """Taken or refused, but never an error of ours. What removes a row comes after what names it."""
    for route, method in sorted(TRIED, key=lambda pair: pair[1] == "DELETE"):
        if area_of(route) == area:
            try_values(planted, route, method)


def try_values(planted: Planted, route: walk.Route, method: str) -> None:
    api = planted.world.api(planted.world.customer if route.path == f"{walk.API}tickets/" else planted.world.manager)
    for body in bodies(planted, route, method):
        answer = api.call(method, route.address(planted.of_pandar), body=body)
        about = f"{method} {route.path} {str(body)[:200]} was answered {answer.status}: {answer.text[:300]}"
        assert answer.status < 500, about
        assert answer.status != 401 or route.path.startswith(f"{walk.API}auth/"), about
        if answer.status >= 400:
            assert set(answer.body) >= ENVELOPE, about


def test_the_fields_of_a_route_are_known() -> None:
    """The control."""
    known = {f"{method} {route.path.removeprefix(walk.API)}": fields_of(route, method) for route, method in TRIED}
    assert known["PATCH tickets/<uuid:ticket>/"] >= {"version", "subject", "tags", "priority", "category"}
    assert known["DELETE users/<uuid:user>/sessions/"] == set()
    assert sum(map(bool, known.values())) > 40


def test_no_query_breaks_a_list(planted: Planted) -> None:
    api = planted.world.api(planted.world.agent)
    for route in READS:
        for name in QUERIES:
            for value in ("", NUL, "x" * 3000, "-1", "1e9", "99999999999999999999", "%", "not-a-uuid", "\ud7ff", "me' OR 1=1"):
                answer = api.call("GET", route.address(planted.of_pandar), query={name: value})
                assert answer.status < 500, f"{route.path} {name}={value[:30]!r}: {answer.text[:300]}"
                if answer.status >= 400:
                    assert set(answer.body) >= ENVELOPE


def test_a_body_beyond_a_megabyte_is_refused(world: World) -> None:
    answer = world.api(world.customer).post("tickets/", {"subject": "x", "text": "x" * (1024 * 1024)})
    assert (answer.status, answer.code) == (413, "too_large")


def test_another_media_type_is_refused(world: World) -> None:
    api = world.api(world.customer)
    response = api.client.post("/api/v1/tickets/", {"subject": "x", "text": "x"}, headers=api.headers)
    assert (response.status_code, response.json()["code"]) == (415, "unsupported_media_type")


def test_wrong_fields_are_named(world: World) -> None:
    answer = world.api(world.customer).post("tickets/", {"subject": "x" * 201, "tags": ["ok", "y" * 51]})
    assert (answer.status, answer.code) == (400, "invalid")
    assert set(answer.body["fields"]) >= {"subject", "text"}
    assert any(name.startswith("tags") for name in answer.body["fields"])


def test_what_does_not_exist_is_told_in_the_envelope(world: World) -> None:
    api = world.api(world.agent)
    for path in ("nowhere/", "tickets/not-a-uuid/", "/api/v2/", "tickets"):
        answer = api.get(path)
        assert (answer.status, answer.code) == (404, "not_found"), path
    assert api.call("PUT", "queue/").code == "method_not_allowed"


@pytest.mark.parametrize("header", [
    "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", "Bearer not.a.token", "Bearer \xff", "Bearer " + "x" * 5000, "x",
])
def test_a_bad_authorization_is_401_with_a_challenge(world: World, header: str) -> None:
    response = world.api(None).client.get("/api/v1/auth/me/", headers={"Authorization": header})
    assert (response.status_code, response.json()["success"]) == (401, False)
    assert response.headers["WWW-Authenticate"] == "Bearer"


class Failing(ApiView):
    """Ends with the given error."""

    authentication_classes = []
    permission_classes = [Everyone]
    own_units = True
    error: Any = None

    def organization_of(self, request: Any) -> None:
        return None

    def get(self, request: Any) -> Response:
        raise self.error


@pytest.mark.parametrize(("error", "status", "code"), [
    (OperationalError("secret address"), 503, "unavailable"), (PoolTimeout("secret address"), 503, "unavailable"),
    (ZeroDivisionError("secret address"), 500, "internal"), (NotFound("Gone."), 404, "not_found"),
    (RateLimited("Slowly.", retry_after_ms=1500), 429, "rate_limited"), (DomainError("No.", code="own"), 400, "own"),
])
def test_every_error_has_its_status_and_tells_no_inner_thing(error: Exception, status: int, code: str) -> None:
    response = Failing.as_view(error=error)(RequestFactory().get("/api/v1/failing/"))
    if hasattr(response, "render"):
        response.render()
    body = json.loads(response.content)
    assert (response.status_code, body["code"], set(body) >= ENVELOPE) == (status, code, True)
    assert "secret address" not in response.content.decode()
    if status in (429, 503):
        assert response.headers["Retry-After"] == "2"


def test_nested_validation_errors_are_flattened_by_dotted_names() -> None:
    detail = ValidationError({"a": {"b": ["wrong"]}, "c": ["one", "two"], "d": [{"e": ["deep"]}]}).detail
    assert errors.flatten(detail) == {"a.b": ["wrong"], "c": ["one", "two"], "d.e": ["deep"]}
    assert errors.flatten(ValidationError("alone").detail) == {"input": ["alone"]}


def test_depth_is_counted_without_recursion() -> None:
    value: Any = 1
    for _ in range(DEEPEST - 1):
        value = [value]
    assert not deeper_than(value, DEEPEST)
    assert deeper_than([[value]], DEEPEST)


@pytest.mark.parametrize(("proxies", "header", "seen"), [
    (0, "9.9.9.9", "1.1.1.1"), (1, "9.9.9.9", "9.9.9.9"), (1, "6.6.6.6, 9.9.9.9", "9.9.9.9"), (2, "6.6.6.6, 9.9.9.9, 8.8.8.8", "9.9.9.9"),
    (2, "9.9.9.9", "9.9.9.9"), (1, "", "1.1.1.1"),
])
def test_only_trusted_proxies_are_believed(proxies: int, header: str, seen: str) -> None:
    with override_settings(TRUSTED_PROXIES=proxies):
        assert address.forwarded(header, "1.1.1.1") == seen


def test_answers_are_json_whatever_is_in_them() -> None:
    assert encode({1: object}).startswith(b'{"1":')
