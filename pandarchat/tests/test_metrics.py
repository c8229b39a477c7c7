"""`/metrics` in every kind of process: what it tells, to whom, and that nobody can make it grow."""
import asyncio
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.test import Client, override_settings
from prometheus_client.parser import text_string_to_metric_families

from foundation import metrics
from foundation.ids import uuid7
from foundation.models import Delivery, Event
from foundation.units import unit_of_work
from pandarchat.services.processes import wait_until
from pandarchat.services.redis import RedisServer
from pandarchat.story.api import Account
from pandarchat.story.client import Client as Outside
from pandarchat.testing import services
from pandarchat.testing.services import StartServer, StartWorker, free_port, product_environment
from pandarchat.tests.world import PASSWORD, Planted, World
from tickets.actions import assigning

TOKEN = "metrics-token-0123456789"
Sample = dict[tuple[str, frozenset[tuple[str, str]]], float]


def samples(text: str) -> Sample:
    """Every number by name and labels; raises where the text is not Prometheus' format."""
    return {(s.name, frozenset(s.labels.items())): s.value for family in text_string_to_metric_families(text) for s in family.samples}


def look(url: str, token: str | None = None) -> Sample:
    answer = httpx.get(f"{url}/metrics", headers={"Authorization": f"Bearer {token}"} if token else {}, timeout=10)
    assert answer.status_code == 200, answer.text
    return samples(answer.text)


def number(found: Sample, name: str, **labels: str) -> float:
    """The sum over all samples of that name with these labels."""
    return sum(value for (known, given), value in found.items() if known == name and labels.items() <= dict(given).items())


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    metrics.forget()
    yield
    metrics.forget()


def test_two_looks_at_a_real_server_show_what_happened_in_between(world: World, servers: StartServer) -> None:
    server = servers(PANDAR_RATE_LIMITS="off")
    ticket = str(world.ticket(agent=world.agent).pk)
    before = look(server.url)

    async def story() -> Sample:
        client = Outside(server.url, Account("pandar", world.agent.email, PASSWORD))
        await client.connect()
        await client.join(ticket)
        message = client.post(ticket, "once")
        await asyncio.wait_for(message.stored, 10)
        await client.api.get("tickets/")
        again = {"client_id": message.client_id, "text": "once"}
        await client.api.post(f"tickets/{ticket}/messages/", again)
        during = await asyncio.to_thread(look, server.url)
        await client.close()
        return during

    during = asyncio.run(story())
    wait_until(lambda: number(look(server.url), "pandar_sockets_open") == 0, 10, "the socket stays open")
    after = look(server.url)

    def grown(name: str, **labels: str) -> float:
        return number(after, name, **labels) - number(before, name, **labels)

    assert number(during, "pandar_sockets_open") == 1
    assert (grown("pandar_sockets_opened_total"), grown("pandar_sockets_closed_total", code="peer")) == (1, 1)
    assert (grown("pandar_sends_total", outcome="stored"), grown("pandar_sends_total", outcome="duplicate")) == (1, 1)
    assert grown("pandar_send_seconds_count", door="socket") == grown("pandar_send_seconds_count", door="rest") == 1
    route = "api/v1/tickets/<uuid:ticket>/messages/"
    routes = {dict(labels)["route"] for name, labels in after if name == "pandar_http_requests_total"}
    assert route in routes, routes
    assert grown("pandar_http_requests_total", route=route, method="POST", status="200") == 1
    assert grown("pandar_http_request_seconds_count", route=route, method="POST") == 1
    assert number(after, "pandar_hintline_healthy") == number(after, "pandar_database_up") == 1
    assert grown("pandar_hintline_hints_total", state="published") >= 1
    assert number(after, "pandar_pool_connections", pool="http") >= 1
    assert number(during, "pandar_pool_connections", pool="messages", state="idle") == 1
    assert number(during, "pandar_pool_connections_max", pool="fast") == 3
    assert number(after, "pandar_pool_connections_max", pool="http") == 6
    assert {("pandar_queue_tickets", frozenset()), ("pandar_deliveries_waiting", frozenset())} <= set(after)
    assert number(after, "process_resident_memory_bytes") > 1e7


def test_figures_of_the_whole_installation(world: World) -> None:
    def told() -> Sample:
        metrics.forget()
        return samples(metrics.exposition().decode())

    quiet = told()
    assert (number(quiet, "pandar_queue_tickets"), number(quiet, "pandar_queue_oldest_seconds")) == (0, 0)
    for customer in (world.customer, world.acme.customer):
        world.ticket(customer)
    busy = told()
    assert number(busy, "pandar_queue_tickets") == 2
    assert 0 < number(busy, "pandar_queue_oldest_seconds") < 60
    for organization in (world.pandar.id, world.acme.id):
        with unit_of_work(organization):
            event = Event.objects.create(organization_id=organization, kind="test")
            Delivery.objects.create(organization_id=organization, event=event, subscriber="x", id=uuid7())
    owed = told()
    assert number(owed, "pandar_deliveries_waiting") - number(busy, "pandar_deliveries_waiting") == 2
    assert 0 < number(owed, "pandar_deliveries_oldest_seconds") < 60
    assert ("pandar_beat_age_seconds", frozenset()) not in owed
    before = number(told(), "pandar_assignment_tickets_total")
    world.available(world.agent)
    given = assigning.assign_queue(organization=world.pandar.id)
    done = told()
    assert given == number(done, "pandar_assignment_tickets_total") - before == 1
    assert number(done, "pandar_queue_tickets") == 1


def test_a_storm_of_looks_asks_the_database_once(committed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[metrics.Figures] = []
    row = metrics._Cached._row

    def counted(self: metrics._Cached, figures: metrics.Figures) -> tuple[Any, ...]:
        asked.append(figures)
        return row(self, figures)

    monkeypatch.setattr(metrics._Cached, "_row", counted)
    monkeypatch.setattr(metrics, "KEPT_SECONDS", 3600.0)
    for _ in range(20):
        metrics.exposition()
    assert len(asked) == len(metrics._cached.asked)


def test_without_its_database_it_still_tells_what_the_process_knows(committed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "parameters", lambda: {"host": "127.0.0.1", "port": free_port(), "user": "x", "dbname": "x"})
    found = samples(metrics.exposition().decode())
    assert (number(found, "pandar_database_up"), ("pandar_queue_tickets", frozenset()) in found) == (0, False)
    assert ("pandar_hintline_healthy", frozenset()) in found


def test_a_lost_redis_is_seen(servers: StartServer, own_redis: RedisServer) -> None:
    server = servers(REDIS_URL=own_redis.url)
    wait_until(lambda: number(look(server.url), "pandar_hintline_healthy") == 1, 20, "the line is not up")
    own_redis.kill()
    wait_until(lambda: number(look(server.url), "pandar_hintline_healthy") == 0, 30, "the loss is not seen")
    wait_until(lambda: number(look(server.url), "pandar_hintline_events_total", event="canaries_missed") >= 1, 15, "no canary was missed")


def test_made_up_paths_and_methods_make_no_series(servers: StartServer) -> None:
    server = servers()
    words = random.Random(1)

    def strange() -> tuple[str, str]:
        word = f"{words.getrandbits(64):x}"
        return words.choice(["GET", "POST", "PURGE", word.upper()]), words.choice(
            [f"/{word}", f"/api/{word}", f"/api/v1/tickets/{uuid7()}/"])

    def storm(times: int) -> None:
        with httpx.Client(base_url=server.url) as client:
            for _ in range(times):
                method, path = strange()
                client.request(method, path)

    storm(60)
    look(server.url)
    before = look(server.url)
    storm(120)
    after = look(server.url)
    assert set(after) == set(before)
    assert number(after, "pandar_http_requests_total") - number(before, "pandar_http_requests_total") > 60  # not all methods parse
    assert number(after, "pandar_http_requests_total", method="other") > 0


def test_counting_by_path_would_grow() -> None:
    """The control: under its path a request would be a new series, which the comparison above sees."""
    from foundation.http.metrics import REQUESTS

    def series() -> int:
        return len(samples(metrics.exposition().decode()))

    before = series()
    REQUESTS.labels(f"/made-up/{uuid7()}", "GET", 404).inc()
    assert series() > before


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1"])
def test_this_machine_may_look(committed: None, peer: str) -> None:
    assert Client(REMOTE_ADDR=peer).get("/metrics").status_code == 200


@pytest.mark.parametrize("meta", [
    {"REMOTE_ADDR": "10.0.0.7"}, {"REMOTE_ADDR": ""}, {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1"},
    {"REMOTE_ADDR": "127.0.0.1", "HTTP_FORWARDED": "for=127.0.0.1"}, {"REMOTE_ADDR": "127.0.0.1", "HTTP_VIA": "1.1 proxy"},
    {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_REAL_IP": "127.0.0.1"}, {"REMOTE_ADDR": "10.0.0.7", "HTTP_AUTHORIZATION": "Bearer "},
])
def test_nobody_else_may_without_a_token(committed: None, meta: dict[str, str]) -> None:
    answer = Client().get("/metrics", **meta)  # type: ignore[arg-type]  # into the request's META
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_behind_a_proxy_this_machine_is_nobody(committed: None) -> None:
    with override_settings(TRUSTED_PROXIES=1):
        assert Client(REMOTE_ADDR="127.0.0.1").get("/metrics").status_code == 403


@pytest.mark.parametrize(("given", "status"), [
    (f"Bearer {TOKEN}", 200), (f"Bearer {TOKEN}x", 401), (f"bearer {TOKEN}", 401), (TOKEN, 401), ("Bearer ", 401), ("", 401),
    ("Bearer é", 401),
])
@pytest.mark.parametrize("peer", ["127.0.0.1", "10.0.0.7"])
def test_with_a_token_its_bearer_may_and_nobody_else(committed: None, given: str, status: int, peer: str) -> None:
    with override_settings(METRICS_TOKEN=TOKEN, TRUSTED_PROXIES=1):
        answer = Client(REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR="1.2.3.4").get("/metrics", headers={"Authorization": given})
    assert answer.status_code == status


def test_no_label_carries_what_people_say(planted: Planted, servers: StartServer) -> None:
    server = servers()
    for rows in (planted.of_pandar, planted.of_acme):
        for path in ("tickets/", f"tickets/{rows.ticket.pk}/", f"tickets/?tag={rows.tag}", "auth/me/"):
            httpx.get(f"{server.url}/api/v1/{path}", headers={"Authorization": f"Bearer {planted.world.token(rows.tenant.agent)}"})
    text = httpx.get(f"{server.url}/metrics").text
    for rows in (planted.of_pandar, planted.of_acme):
        assert rows.tenant.canary not in text
        assert str(rows.tenant.id)[:8] not in text


def test_a_worker_tells_on_a_port_of_its_own_what_its_children_did(world: World, workers: StartWorker, tmp_path: Path) -> None:
    port = free_port()
    workers(PANDAR_METRICS_PORT=str(port), PROMETHEUS_MULTIPROC_DIR=str(tmp_path), PANDAR_METRICS_TOKEN=TOKEN)
    url = f"http://127.0.0.1:{port}"
    world.available(world.agent)
    world.ticket()

    def given() -> bool:
        return number(look(url, TOKEN), "pandar_assignment_tickets_total") == 1

    wait_until(given, 20, "the assignment is not told")
    found = look(url, TOKEN)
    assert number(found, "pandar_assignment_runs_total") == number(found, "pandar_assignment_seconds_count") >= 1
    assert number(found, "pandar_tasks_total", task="tickets.tasks.assign", state="success") >= 1
    assert number(found, "pandar_task_seconds_count", task="tickets.tasks.assign") >= 1
    assert httpx.get(f"{url}/metrics").status_code == 401
    assert httpx.get(f"{url}/other", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 404


def test_granian_with_two_processes_tells_the_counters_of_both(world: World, tmp_path: Path) -> None:
    """HTTP alone: no line of its own, no sockets, and every look answers for both processes."""
    port = free_port()
    values = product_environment(PROMETHEUS_MULTIPROC_DIR=str(tmp_path))
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "2", "--port", str(port), "pandarchat.wsgi:application"]
    process = services.start.State.processes.start("server-granian", command, env=values)
    url = f"http://127.0.0.1:{port}"
    try:
        services.wait_for(process, lambda: answers(url))
        for _ in range(40):
            assert httpx.get(f"{url}/healthz").status_code == 200  # a connection each: the kernel chooses the process
        for _ in range(4):
            found = look(url)
            assert number(found, "pandar_http_requests_total", route="healthz") >= 40
            assert number(found, "pandar_sockets_open") == 0
            assert {("pandar_queue_tickets", frozenset()), ("pandar_deliveries_waiting", frozenset())} <= set(found)
        assert len(list(tmp_path.glob("counter_*.db"))) >= 2
    finally:
        services.start.State.processes.stop(process)


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz").status_code == 200
    except httpx.HTTPError:
        return False


@pytest.mark.parametrize(("given", "sentence"), [
    ({"PANDAR_METRICS_TOKEN": "short"}, "PANDAR_METRICS_TOKEN must have at least 20 characters"),
    ({"PANDAR_METRICS_PORT": "9100"}, "PANDAR_METRICS_PORT needs PROMETHEUS_MULTIPROC_DIR"),
    ({"PROMETHEUS_MULTIPROC_DIR": "/nowhere"}, "PROMETHEUS_MULTIPROC_DIR must name a folder that exists"),
])
def test_a_wrong_setting_is_one_sentence(given: dict[str, str], sentence: str) -> None:
    command = [sys.executable, "manage.py", "check"]
    done = subprocess.run(command, env=product_environment(**given), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"Pandar Chat does not start: {sentence}")
    assert done.stderr.count("\n") == 1
