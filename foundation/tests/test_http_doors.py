"""What stands before the views: hosts, methods, addresses that are none, and what Django's own pages tell."""
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, RequestFactory, override_settings
from django.views.debug import get_default_exception_reporter_filter
from rest_framework.exceptions import ValidationError

from foundation.http import errors
from foundation.http.validation import plain
from pandarchat.tests.world import World

ENVELOPE = {"success", "error", "code", "fields"}


def strict() -> Client:
    return Client(enforce_csrf_checks=True, raise_request_exception=False)


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("path", ["/healthz", "/admin/", "/api/v1/tickets/", "/nowhere"])
def test_a_wrong_host_learns_nothing(path: str, debug: bool) -> None:
    with override_settings(DEBUG=debug, ALLOWED_HOSTS=["localhost"]):
        response = strict().get(path, headers={"Host": "evil.example"})
    assert (response.status_code, response.json()["code"], set(response.json())) == (400, "unknown_host", ENVELOPE)
    assert settings.SECRET_KEY not in response.content.decode()


def test_djangos_page_shows_no_address_and_no_key() -> None:
    shown = get_default_exception_reporter_filter().get_safe_settings()
    told = str(shown)
    for secret in (settings.SECRET_KEY, settings.DATABASE_OWNER_URL, settings.REDIS_URL, settings.CELERY_BROKER_URL):
        assert str(secret) not in told
    assert shown["HTTP_THREADS"] == settings.HTTP_THREADS, "the negative control: what is no secret is there"
    assert not {"ENV", "ADDRESSES", "DATABASE"} & set(shown)


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1/", "/api/v1/nowhere/", "/api/v1/auth/login", "/api/x"])
def test_an_address_of_the_api_that_is_none_is_404_in_the_envelope(path: str, method: str, debug: bool) -> None:
    with override_settings(DEBUG=debug):
        response: Any = strict().generic(method, path, "{}", content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_read_only(path: str, world: World) -> None:
    response = strict().post(path)
    assert (response.status_code, response.json()["code"], response.headers["Allow"]) == (405, "method_not_allowed", "GET, HEAD")
    assert strict().head(path).status_code == 200


def test_a_failed_csrf_check_is_json_for_the_api_and_a_page_for_browsers() -> None:
    assert errors.csrf_failure(RequestFactory().post("/api/x"), "why").headers["Content-Type"] == "application/json"
    page = strict().post("/admin/login/")
    assert (page.status_code, page.headers["Content-Type"]) == (403, "text/html; charset=utf-8")


def test_answers_of_the_api_are_not_stored(world: World) -> None:
    api = world.api(world.agent)
    for method, path in (("GET", "auth/me/"), ("POST", "auth/socket-ticket/"), ("POST", "auth/login/"), ("GET", "nowhere/")):
        assert api.call(method, path).headers["Cache-Control"] == "no-store", path


def test_a_filter_given_twice_is_refused(world: World) -> None:
    api = world.api(world.agent)
    for query, status in (("status=open&status=closed", 400), ("status=queued", 200)):
        assert api.client.get(f"/api/v1/tickets/?{query}", headers=api.headers).status_code == status


@pytest.mark.parametrize("text", ["a\nb", "a\tb", "\x1b[31m", "\x7f", "\x85", "a\u202eb", "\u202a", "\u2066x\u2069"])
def test_what_moves_other_text_is_not_plain(text: str) -> None:
    with pytest.raises(ValidationError):
        plain(text)


@pytest.mark.parametrize("text", ["Ada Lovelace", "Ṣọlá", "محمد", "李雷 👩‍💻", "O'Brien-Ñ", "\u200fعربي"])
def test_the_names_of_people_are_plain(text: str) -> None:
    plain(text)


def test_a_subject_is_plain(world: World) -> None:
    answer = world.api(world.customer).post("tickets/", {"subject": "paid \u202e 001", "text": "x"})
    assert (answer.status, list(answer.body["fields"])) == (400, ["subject"])
