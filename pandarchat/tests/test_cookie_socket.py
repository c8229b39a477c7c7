"""A socket that a browser's session opened, and its end with that session."""
from collections.abc import Iterator

import httpx
import pytest
from django.contrib.sessions.models import Session
from websockets.sync.client import connect
from websockets.typing import Origin

from accounts import socket
from foundation.tests.socket_world import PATIENCE, Client
from pandarchat.testing.services import Server
from pandarchat.tests.world import PASSWORD, World


@pytest.fixture
def browser(world: World, server: Server) -> Iterator[httpx.Client]:
    """The admin's browser, signed in to the administration pages."""
    with httpx.Client(base_url=server.url, timeout=PATIENCE, follow_redirects=False) as client:
        client.get("/admin/login/").raise_for_status()
        given = {"organization": "pandar", "email": world.admin.email, "password": PASSWORD}
        assert post(client, "/admin/login/", given).status_code == 302
        yield client


def post(client: httpx.Client, path: str, given: dict[str, str] | None = None) -> httpx.Response:
    token = client.cookies["csrftoken"]
    return client.post(path, data={**(given or {}), "csrfmiddlewaretoken": token}, headers={"Origin": str(client.base_url).rstrip("/")})


def opened(server: Server, browser: httpx.Client, *, origin: str | None) -> Client:
    headers = {"Cookie": f"sessionid={browser.cookies['sessionid']}"}
    return Client(connect(server.ws_url, compression=None, max_size=None, open_timeout=PATIENCE, ping_interval=None, legacy=True,
                          origin=Origin(origin) if origin else None, additional_headers=headers))


def test_the_session_cookie_opens_a_socket_of_this_site(world: World, server: Server, browser: httpx.Client) -> None:
    client = opened(server, browser, origin=server.url)
    assert client.wait("ready")["user"]["id"] == str(world.admin.id)
    client.close()


def test_without_an_origin_the_cookie_opens_nothing(server: Server, browser: httpx.Client) -> None:
    client = opened(server, browser, origin=None)
    assert client.ask("leave-ticket-room", ticket="01a1fc06-8961-7207-922c-5b991967345f")["code"] == "unauthenticated"
    client.close()


def test_signing_out_closes_the_socket(server: Server, browser: httpx.Client) -> None:
    client = opened(server, browser, origin=server.url)
    client.wait("ready")
    assert post(browser, "/admin/logout/").status_code == 302
    assert client.closed(5) == 4403


def test_a_session_that_ended_unseen_is_noticed_by_the_next_check(server: Server, browser: httpx.Client) -> None:
    key = browser.cookies["sessionid"]
    client = opened(server, browser, origin=server.url)
    client.wait("ready")
    assert socket.living([key]) == {key}
    Session.objects.filter(session_key=key).delete()
    assert client.closed(40) == 4403


def test_the_cookie_of_the_api_opens_a_socket_and_its_revocation_closes_it(world: World, server: Server) -> None:
    with httpx.Client(base_url=server.url, timeout=PATIENCE) as one:
        given = {"organization": "pandar", "email": world.agent.email, "password": PASSWORD}
        assert one.post("/api/v1/auth/session/", json=given).status_code == 200
        client, other = opened(server, one, origin=server.url), opened(server, one, origin="https://evil.example")
        assert client.wait("ready")["user"]["id"] == str(world.agent.id)
        assert other.closed(5), "another site's page gets no socket by it"
        with world.http(world.agent, server) as api:
            (shown,) = (row for row in api.get("auth/sessions/").json()["data"] if row["kind"] == "browser")
            assert api.delete(f"auth/sessions/{shown['id']}/").status_code == 200
        assert client.closed(5) == 4403
        assert one.get("/api/v1/auth/me/").status_code == 401


def test_the_fast_door_leaves_cookies_to_django(world: World, server: Server) -> None:
    """And Django demands the CSRF token."""
    with httpx.Client(base_url=f"{server.url}/api/v1/", timeout=PATIENCE) as one:
        assert one.post("auth/session/", json={"organization": "pandar", "email": world.customer.email, "password": PASSWORD}).is_success
        new, token = {"subject": "by cookie", "text": "x"}, {"X-CSRFToken": one.cookies["csrftoken"]}
        assert one.get("tickets/").json()["count"] == 0
        assert one.post("tickets/", json=new).json()["code"] == "csrf_failed"
        assert one.get("tickets/").json()["count"] == 0
        assert one.post("tickets/", json=new, headers=token).status_code == 201
        assert one.get("tickets/").json()["count"] == 1
