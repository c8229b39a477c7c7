"""What the proxy that is shipped lets through, and what it does not."""
import json
import re
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from django.conf import settings

from accounts.api.views import Login
from foundation.units import unit_of_work
from pandarchat.environment import ROOT
from pandarchat.fast import ROUTES
from pandarchat.services.processes import wait_until
from pandarchat.testing.proxy import Proxy, StartProxy, start_proxy
from pandarchat.testing.services import Server, StartServer, free_port, product_environment, start_web, stopping
from pandarchat.tests.world import PASSWORD, World

LOGIN = "/api/v1/auth/login/"
JSON = {"Content-Type": "application/json"}
MOST = 1024 * 1024  # bytes
SLOW = 30  # bodies at once; five times as many as a process of these tests has threads
TOKEN = "a-token-of-prometheus-alone"
ENVELOPE = {"success", "error", "code", "fields"}


def production() -> dict[str, str]:
    return {"DEBUG": "off", "SECRET_KEY": settings.SECRET_KEY, "BEHIND_TLS_PROXY": "off", "TRUSTED_PROXIES": "1",
            "PANDAR_METRICS_TOKEN": TOKEN}


@pytest.fixture(scope="module")
def web(django_db_setup: None) -> Iterator[int]:
    with stopping() as running:
        yield running(start_web(**production())).port


@pytest.fixture(scope="module")
def proxy(web: int) -> Iterator[Proxy]:
    """One of its two processes is down."""
    with stopping() as running:
        yield up(running(start_proxy([web, free_port()], [free_port(), free_port()])))


def up(proxy: Proxy) -> Proxy:
    """Once it has found its process, and that there is none for what is asked all day: it begins by believing that all are there."""
    wait_until(lambda: httpx.get(f"{proxy.url}/healthz").is_success, 10, "the proxy finds nobody")
    wait_until(lambda: not httpx.get(f"{proxy.url}/api/v1/tickets/").is_server_error, 10, "the proxy asks those who are not there")
    return proxy


def credentials(world: World) -> bytes:
    return json.dumps({"organization": "pandar", "email": world.agent.email, "password": PASSWORD}).encode()


def seen_address(world: World, proxy: Proxy, headers: list[tuple[str, str]]) -> str:
    """From where the product believes that somebody signed in."""
    from accounts.models import Session

    answer = httpx.post(f"{proxy.url}{LOGIN}", content=credentials(world), headers=[*JSON.items(), *headers])
    assert answer.status_code == 200, answer.text
    with unit_of_work(world.pandar.id):
        return Session.objects.latest("created_at").address


FORGED = [
    [("X-Forwarded-For", "192.0.2.9")],
    [("X-Forwarded-For", "192.0.2.8"), ("X-Forwarded-For", "192.0.2.9")],
    [("X_Forwarded_For", "192.0.2.9")],
    [("X-Forwarded_For", "192.0.2.9")],
]


@pytest.mark.parametrize("headers", FORGED)
def test_nobody_says_where_they_come_from(world: World, proxy: Proxy, headers: list[tuple[str, str]]) -> None:
    assert seen_address(world, proxy, headers) == "127.0.0.1"


def without(line: str) -> Callable[[str], str]:
    def changed(text: str) -> str:
        assert line in text
        return text.replace(line, "")

    return changed


def test_what_stands_behind_a_question_mark_is_not_logged(web: int, proxy: Proxy, proxies: StartProxy) -> None:
    as_usual = partial(re.sub, r"log-format .*", "option httplog")
    careless = up(proxies([web, web], [free_port(), free_port()], changed=as_usual))

    def logged(proxy: Proxy) -> bool:
        assert httpx.get(f"{proxy.url}/account/reset/?token=secret-of-a-link").status_code == 200
        wait_until(lambda: "GET /account/reset/" in proxy.log(), 10, "the proxy writes no log")
        return "secret-of-a-link" in proxy.log()

    assert not logged(proxy)
    assert logged(careless), "the control"


def test_an_underscore_does_not_pass_for_a_hyphen(world: World, web: int, proxy: Proxy, proxies: StartProxy) -> None:
    careless = up(proxies([web, web], [free_port(), free_port()], changed=without("http-request del-header _ -m sub")))
    token = world.token(world.customer)

    def replayed(proxy: Proxy) -> bool:
        headers = {"Authorization": f"Bearer {token}", "Idempotency_Key": uuid4().hex}
        new = {"subject": "Card", "text": "Not paid"}
        answers = [httpx.post(f"{proxy.url}/api/v1/tickets/", json=new, headers=headers) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [201, 201]
        return "Idempotent-Replay" in answers[1].headers

    assert not replayed(proxy)
    assert replayed(careless), "the control"


def test_a_load_balancer_in_front_is_believed(world: World, webs: StartServer, proxies: StartProxy) -> None:
    web = webs(**{**production(), "TRUSTED_PROXIES": "2"})
    proxy = up(proxies([web.port, free_port()], [free_port(), free_port()], PROXY_BEHIND_PROXY="on"))
    assert seen_address(world, proxy, [("X-Forwarded-For", "198.51.100.7, 192.0.2.9")]) == "192.0.2.9"


def test_a_request_has_one_name_everywhere(proxy: Proxy) -> None:
    given = httpx.get(f"{proxy.url}/healthz", headers={"X-Request-Id": "mine-12345678"}).headers["X-Request-Id"]
    made = httpx.get(f"{proxy.url}/healthz").headers["X-Request-Id"]
    assert (given, len(made)) == ("mine-12345678", 36)
    wait_until(lambda: given in proxy.log() and made in proxy.log(), 5, "the proxy's log lacks the name")


@pytest.mark.parametrize("path", ["/metrics", "/%6Detrics"])
def test_metrics_stay_inside(proxy: Proxy, web: int, path: str) -> None:
    def asked(port: int) -> tuple[int, bytes]:
        connection = HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("GET", path, headers={"Authorization": f"Bearer {TOKEN}"})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, body

    status, body = asked(proxy.port)
    assert (status, json.loads(body)["code"]) == (404, "not_found")
    assert asked(web)[0] == 200, "who is inside asks the process itself"


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_has_its_limit(world: World, proxy: Proxy, chunked: bool) -> None:
    def sent(size: int) -> httpx.Response:
        body = b"x" * size
        content: Any = iter([body[:1000], body[1000:]]) if chunked else body
        return httpx.post(f"{proxy.url}{LOGIN}", content=content, headers=JSON, timeout=20)

    refused, taken = sent(MOST + 1), sent(MOST)
    assert (refused.status_code, refused.json()["code"], set(refused.json())) == (413, "too_large", ENVELOPE)
    assert (taken.status_code, taken.json()["code"]) == (400, "malformed"), "the product saw it, and it is no JSON"


def test_a_chunked_body_arrives(world: World, proxy: Proxy) -> None:
    assert httpx.post(f"{proxy.url}{LOGIN}", content=iter([credentials(world)]), headers=JSON).status_code == 200


@pytest.fixture
def half_sent() -> Iterator[Callable[[int], list[socket.socket]]]:
    """Bodies of which most never comes, `half_sent(port)`."""
    with ExitStack() as stack:
        def begin(port: int) -> list[socket.socket]:
            opened = [stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30)) for _ in range(SLOW)]
            for connection in opened:
                connection.sendall(f"POST {LOGIN} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                                   f"Content-Length: {MOST}\r\n\r\n".encode() + b"x" * 100_000)
            return opened

        yield begin


def test_slow_bodies_hold_no_thread_and_end(
    world: World, web: int, proxies: StartProxy, half_sent: Callable[[int], list[socket.socket]],
) -> None:
    def sooner(text: str) -> str:
        assert "wait-for-body time 10s" in text
        return text.replace("wait-for-body time 10s", "wait-for-body time 3s")

    proxy = up(proxies([web, free_port()], [free_port(), free_port()], changed=sooner))
    slow = half_sent(proxy.port)
    answer = httpx.post(f"{proxy.url}{LOGIN}", content=credentials(world), headers=JSON, timeout=5)
    assert answer.status_code == 200
    told = slow[0].recv(65536)
    assert told.startswith(b"HTTP/1.1 408")
    assert json.loads(told.partition(b"\r\n\r\n")[2])["code"] == "timeout"


def test_without_the_proxy_slow_bodies_hold_every_thread(world: World, web: int, half_sent: Callable[[int], list[socket.socket]]) -> None:
    """The control: so granian is never to be reached from outside."""
    half_sent(web)
    time.sleep(0.5)
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(f"http://127.0.0.1:{web}/healthz", timeout=2)


def test_with_nobody_behind_it_the_answer_is_still_ours(proxies: StartProxy) -> None:
    proxy = proxies([free_port(), free_port()], [free_port(), free_port()])
    answer = httpx.get(f"{proxy.url}/api/v1/tickets/")
    assert (answer.status_code, answer.json()["code"], set(answer.json())) == (503, "unavailable", ENVELOPE)
    assert answer.headers["Retry-After"] == "1"
    assert httpx.get(f"{proxy.url}/ws/v1/").status_code == 503
    assert httpx.get(f"{proxy.url}/proxyz").status_code == 200, "the proxy itself is well"


def answered_by(world: World, proxy: Proxy, **processes: Server) -> dict[str, set[str]]:
    """By which process each of some requests was answered: those of the fast routes, and others at the same addresses."""
    ticket, token = str(world.ticket(agent=world.agent).pk), world.token(world.customer)
    agent, new = world.token(world.agent), {"subject": "Card", "text": "Not paid."}
    routes = [(route.method, re.sub(r"\(.*?\)", ticket, route.pattern)) for route in ROUTES if route.view is not Login]
    routes += [("POST", "/api/v1/upload/"), *(("GET", f"/api/v1/attachments/{ticket}/{which}") for which in ("", "thumbnail/"))]
    others = [("HEAD", "/api/v1/tickets/"), ("GET", f"/api/v1/tickets/{ticket}/"), ("POST", f"/api/v1/tickets/{ticket}/take/"),
              ("PUT", "/api/v1/tickets/"), ("GET", "/api/v1/tickets/nonsense/entries/"), ("GET", "/healthz"),
              ("POST", LOGIN)]  # its passwords are checked beside granian, not beside the sockets
    names = {uuid4().hex: f"{method} {path}" for method, path in (*routes, *others)}
    for name, request in names.items():
        method, path = request.split()
        httpx.request(method, f"{proxy.url}{path}", json=new if method == "POST" else None,
                      headers={"X-Request-Id": name, "Authorization": f"Bearer {token if method == 'POST' else agent}"})
    found: dict[str, set[str]] = {"routes": set(), "others": set()}
    for number, name in enumerate(names):
        wait_until(lambda name=name: any(name in process.log() for process in processes.values()), 5,  # type: ignore[misc]
                   f"nobody answered {names[name]}")
        found["routes" if number < len(routes) else "others"] |= {kind for kind, process in processes.items() if name in process.log()}
    return found


def test_what_is_asked_all_day_goes_to_the_event_loop(
    world: World, webs: StartServer, servers: StartServer, proxies: StartProxy,
) -> None:
    web, socket = webs(**production()), servers(**production())
    ports = [web.port, free_port()], [socket.port, free_port()]
    proxy = up(proxies(*ports))
    assert answered_by(world, proxy, web=web, socket=socket) == {"routes": {"socket"}, "others": {"web"}}
    plain = up(proxies(*ports, changed=lambda text: re.sub(r".*use_backend fast .*\n", "", text)))
    assert answered_by(world, plain, web=web, socket=socket) == {"routes": {"web"}, "others": {"web"}}, "the control"
    socket.kill()
    wait_until(lambda: "fast/socket-1 is DOWN" in proxy.log(), 10, "the proxy does not notice")
    assert answered_by(world, proxy, web=web) == {"routes": {"web"}, "others": {"web"}}, "slower, and as well"


def test_files_pass_and_slow_ones_hold_no_thread(
    world: World, web: int, servers: StartServer, proxies: StartProxy
) -> None:
    """Larger than the proxy's buffer; and thirty that never end, where a process of these tests has six threads. Those of strangers take no
    place; of the own ones there are a few."""
    socket_process = servers(**production())
    proxy = up(proxies([web, free_port()], [socket_process.port, free_port()]))
    headers = {"Authorization": f"Bearer {world.token(world.customer)}"}
    whole = b"%PDF-1.4\n%" + b"x" * 3_000_000 + b"\nstartxref\n9\n%%EOF"

    def sent(content: bytes) -> httpx.Response:
        return httpx.post(f"{proxy.url}/api/v1/upload/", files={"file": ("a.pdf", content)}, headers=headers, timeout=30)

    kept = sent(whole)
    assert (kept.status_code, kept.json()["data"]["size"]) == (201, len(whole))
    assert httpx.get(f"{proxy.url}{kept.json()['data']['url']}", headers=headers).content == whole
    refused = sent(whole * 2)
    assert (refused.status_code, refused.json()["code"], set(refused.json())) == (413, "too_large", ENVELOPE)
    mine = f"Authorization: {headers['Authorization']}\r\n"
    for header, answer in (("", (201, None)), (mine, (503, "busy"))):
        with ExitStack() as stack:
            for _ in range(SLOW):
                slow = stack.enter_context(socket.create_connection(("127.0.0.1", proxy.port), timeout=30))
                head = f"POST /api/v1/upload/ HTTP/1.1\r\nHost: localhost\r\n{header}Content-Length: 4000000\r\n\r\n"
                slow.sendall(head.encode() + b"x" * 50_000)
            assert httpx.get(f"{proxy.url}/api/v1/tickets/", headers=headers, timeout=5).status_code == 200
            told = sent(whole)
            assert (told.status_code, told.json().get("code")) == answer


def test_each_process_tells_its_own_health_and_metrics(webs: StartServer, servers: StartServer) -> None:
    for process in (webs(**production()), servers(**production())):
        for path in ("/healthz", "/readyz", "/metrics"):
            assert httpx.get(f"{process.url}{path}", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_files_are_served_as_collected(webs: StartServer, proxies: StartProxy, open_folder: Path) -> None:
    values = {**production(), "PANDAR_VAR": str(open_folder)}
    subprocess.run([sys.executable, "manage.py", "collectstatic", "--noinput"], cwd=ROOT, check=True, capture_output=True,
                   env=product_environment(**values))
    proxy = up(proxies([webs(**values).port, free_port()], [free_port(), free_port()]))
    answer = httpx.get(f"{proxy.url}/static/admin/css/base.css")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, 'text/css; charset="utf-8"')
    assert httpx.get(f"{proxy.url}/admin/login/").status_code == 200


def test_https_ends_at_the_proxy(webs: StartServer, proxies: StartProxy, open_folder: Path) -> None:
    web = webs(**{**production(), "BEHIND_TLS_PROXY": "on"})
    certificate = self_signed(open_folder)
    proxy = up(proxies([web.port, free_port()], [free_port(), free_port()], PROXY_CERTIFICATE=str(certificate)))
    known = ssl.create_default_context(cafile=str(certificate))
    path, forged = f"/admin/login/?{uuid4().hex}", {"X-Forwarded-Proto": "https", "X_Forwarded_Proto": "https"}
    plain = httpx.get(f"http://localhost:{proxy.port}{path}", headers=forged)
    assert (plain.status_code, plain.headers["Location"]) == (301, f"https://localhost:{proxy.port}{path}")
    secure = httpx.get(f"https://localhost:{proxy.secure_port}{path}", verify=known)
    assert secure.status_code == 200
    assert "max-age=31536000" in secure.headers["Strict-Transport-Security"]


def self_signed(folder: Path) -> Path:
    """A certificate for localhost and its key, in one file."""
    key, certificate, both = folder / "key.pem", folder / "certificate.pem", folder / "both.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate], check=True, capture_output=True)
    both.write_text(certificate.read_text() + key.read_text())
    return both
