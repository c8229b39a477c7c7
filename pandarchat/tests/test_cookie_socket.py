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
