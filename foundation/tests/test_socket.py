"""Frames, commands, authentication, rights: each sentence of the protocol on a real socket."""
import json
from collections.abc import Iterator

import pytest
from websockets.exceptions import ConnectionClosed

from foundation.tests.socket_world import Client, RedisServer, Server, eventually, named, running_redis, running_server, token


@pytest.fixture(scope="module")
def redis_server() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


@pytest.fixture(scope="module")
def server(redis_server: RedisServer) -> Iterator[Server]:
    with running_server(redis_server.url, authenticate_seconds=1.5, sockets_per_user=3, unauthenticated_per_address=30,
                        revoke_jitter_seconds=0.1) as running:
        yield running


@pytest.fixture(scope="module")
def other(redis_server: RedisServer) -> Iterator[Server]:
    """A second process on the same line."""
    with running_server(redis_server.url, sockets_per_user=3) as running:
        yield running


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """A user of the test's own."""
    return request.node.name


def figures(client: Client) -> dict:
    return client.ask("measure")["figures"]


def test_ready_and_welcome(server: Server, name: str) -> None:
    client = server.login(name)
    assert set(client.ready) == {"type", "ref", "session", "user", "ping_seconds", "expires_at", "now", "history", "protocol"}
    assert client.ready["expires_at"].endswith("Z")
    assert client.ready["now"] < client.ready["expires_at"]
    assert client.wait("welcome")["text"] == f"hello {name}"
    client.close()


def test_commands_in_a_row_are_answered_in_their_order(server: Server, name: str) -> None:
    client = server.open()
    client.send("authenticate", token=token(name))
    refs = [client.send("echo", text=str(number)) for number in range(100)]
    heard = [client.wait("heard")["ref"] for _ in refs]
    assert heard == refs
    client.close()


def test_rooms_reach_members_of_all_processes_but_the_excluded(server: Server, other: Server, name: str) -> None:
    here, there, outside = server.login(name), other.login(name + "2"), other.login(name + "3")
    for client in (here, there):
        assert client.ask("join", room=name)["type"] == "ok"
    here.ask("say", group=f"room:{name}", text="one", exclude=here.ready["session"])
    assert there.wait("said")["text"] == "one"
    here.ask("say", group=f"room:{name}", text="two")
    assert here.wait("said")["text"] == "two"
    assert there.wait("said")["text"] == "two"
    assert outside.is_open()
    assert not [frame for frame in outside.frames if frame["type"] == "said"]
    for client in (here, there, outside):
        client.close()


def test_own_groups_are_joined_by_itself(server: Server, other: Server, name: str) -> None:
    staff, customer, foreign = other.login(name, staff=True), other.login(name + "c"), other.login(name, staff=True, organization="acme")
    speaker = server.login(name + "s")
    speaker.ask("say", group="org:pandar:staff", text="to staff")
    assert staff.wait("said")["text"] == "to staff"
    for deaf in (customer, foreign):
        assert deaf.is_open()
        assert not [frame for frame in deaf.frames if frame["type"] == "said"]
    for client in (staff, customer, foreign, speaker):
        client.close()


# Errors.


@pytest.mark.parametrize(("how", "code"), [("domain", "conflict"), ("database", "unavailable"), ("bug", "internal"),
                                           ("unspeakable", "internal")])
def test_no_failure_of_a_handler_ends_the_socket(server: Server, name: str, how: str, code: str) -> None:
    client = server.login(name)
    answer = client.ask("fail", how=how)
    assert (answer["type"], answer["code"]) == ("error", code)
    if how == "domain":
        assert answer["fields"] == {"version": ["stale"]}
        assert answer["details"] == {"allowed": ["closed"]}
    if how == "database":
        assert answer["retry_after_ms"] > 0
    assert client.is_open()
    client.close()


def test_before_authentication_a_command_is_refused_and_the_socket_lives(server: Server, name: str) -> None:
    client = server.open()
    assert client.ask("echo", text="x")["code"] == "unauthenticated"
    assert client.ask("authenticate", token=token(name))["type"] == "ready"
    assert client.is_open()
    client.close()


INVALID = [
    ('{"type":"echo","ref":"r"}', "r", "text"),
    ('{"type":"echo","ref":"r","text":5}', "r", "text"),
    ('{"type":"echo","ref":"r","text":"x","extra":1}', "r", "extra"),
    ('{"type":"echo","ref":"r","text":"a\\u0000b"}', "r", "text"),
    ('{"type":"echo","ref":5,"text":"x"}', None, "ref"),
    ('{"type":"echo","ref":"' + "r" * 65 + '","text":"x"}', None, "ref"),
    ('{"type":"wait","ref":"r","seconds":' + "9" * 400 + "}", "r", "seconds"),
    ('{"type":"pong","ref":"r","n":' + "9" * 400 + "}", "r", "n"),
    ('{"type":"order","ref":"r","what":"x","value":{"deep":["a",{"b\\u0000":1}]}}', "r", "value.deep.1"),
]


@pytest.mark.parametrize(("text", "ref", "field"), INVALID)
def test_a_wrong_field_is_named(server: Server, name: str, text: str, ref: str | None, field: str) -> None:
    client = server.login("invalid")
    client.raw(text)
    answer = client.wait("error")
    assert (answer["code"], answer["ref"], list(answer["fields"])) == ("invalid", ref, [field])
    assert client.is_open()
    client.close()


MALFORMED: list[str | bytes] = [
    "", " ", "null", "[]", '"echo"', "5", "{", '{"type":', '{"type":null}', '{"type":5}', '{"type":"nothing"}', '{"type":"Echo"}',
    '{"type":["echo"]}', "[" * 60_000, '{"a":' * 10_000, '{"type":"echo","text":"\\ud800"}', "\ufeff{}", "NaN",
    b"\x00\xff", b'{"type":"echo"}',
    '{"type":"echo","text":"x"}trailing', "\x00", '{"type":"' + "x" * 60_000 + '"}',
]


@pytest.mark.parametrize("data", MALFORMED, ids=range(len(MALFORMED)))
def test_garbage_is_answered_and_the_socket_lives(server: Server, data: str | bytes) -> None:
    client = server.login("garbage")
    client.raw(data)
    assert client.wait("error")["code"] == "malformed"
    assert client.is_open()
    client.close()


def test_five_malformed_in_a_row_close_with_4400_and_four_do_not(server: Server, name: str) -> None:
    client = server.login(name)
    for _ in range(3):
        for _ in range(4):
            client.raw("garbage")
        assert client.is_open(), "a good frame starts the count anew"
    for _ in range(5):
        client.raw("garbage")
    assert client.closed() == 4400
    assert sum(frame["type"] == "error" for frame in client.frames) == 17, "each was answered"


def test_64_kib_is_taken_and_more_is_1009(server: Server, name: str) -> None:
    client, bystander = server.login(name), server.login(name + "b")
    frame = json.dumps({"type": "echo", "ref": "big", "text": ""})
    client.raw(frame[:-2] + "x" * (65536 - len(frame)) + frame[-2:])
    assert client.wait("heard")["ref"] == "big"
    client.raw(frame[:-2] + "x" * (65537 - len(frame)) + frame[-2:])
    assert client.closed() == 1009
    assert bystander.is_open()
    bystander.close()


def test_invalid_utf8_ends_only_its_own_socket(server: Server, name: str) -> None:
    client, bystander = server.login(name), server.login(name + "b")
    client.connection.send(b"\xff\xfe", text=True)
    assert client.closed() == 1007
    assert bystander.is_open()
    bystander.close()


# Authentication.


def test_no_authentication_in_time_closes_with_4401(server: Server) -> None:
    client = server.open()
    assert client.ask("echo", text="x")["code"] == "unauthenticated"
    assert client.closed() == 4401


def test_a_bad_token_is_named_and_closes_with_4401(server: Server) -> None:
    client = server.open()
    assert client.ask("authenticate", token="nonsense")["code"] == "invalid_token"
    assert client.closed() == 4401


def test_expiry_closes_with_4401_unless_authenticated_again(server: Server, name: str) -> None:
    stays, ends = server.login(name, seconds=1.0), server.login(name, seconds=1.4)
    assert stays.ask("authenticate", token=token(name, seconds=600))["type"] == "ready"
    assert ends.closed() == 4401
    assert stays.is_open()
    stays.close()


def test_another_users_token_does_not_take_over_a_socket(server: Server, name: str) -> None:
    client = server.login(name)
    assert client.ask("authenticate", token=token(name + "2"))["code"] == "forbidden"
    assert client.ask("authenticate", token=token(name, organization="acme"))["code"] == "forbidden"
    assert client.ask("authenticate", token="nonsense")["code"] == "invalid_token"
    assert client.is_open(), "and a refused one leaves it as it was"
    client.close()


@pytest.mark.parametrize(("origin", "code"), [
    ("http://console.test", None), ("http://localhost:5173", None), ("http://localhost", None), ("same", None), (None, None),
    ("https://evil.test", 4403), ("http://console.test.evil.test", 4403), ("http://localhost:5173.evil.test", 4403),
    ("http://localhost.evil.test", 4403), ("http://localhost:80@evil.test", 4403), ("null", 4403),
    ("https://console.test", 4403), ("http://localhost:x", 4403),
])
def test_only_own_origins_and_none(server: Server, name: str, origin: str | None, code: int | None) -> None:
    client = server.open(origin=f"http://{server.host}" if origin == "same" else origin)
    if code is None:
        assert client.ask("authenticate", token=token("origin"))["type"] == "ready"
        client.close()
    else:
        assert client.closed() == code


def test_the_cookie_counts_with_an_own_origin_only(server: Server, name: str) -> None:
    cookie = {"Cookie": f"user={name}; other=1"}
    inside = server.open(origin="http://console.test", additional_headers=cookie)
    assert inside.wait("ready")["user"] == {"name": name}
    assert inside.is_open()
    without_origin = server.open(additional_headers=cookie)
    assert without_origin.ask("echo", text="x")["code"] == "unauthenticated"
    foreign = server.open(origin="https://evil.test", additional_headers=cookie)
    assert foreign.closed() == 4403
    assert not foreign.frames
    inside.close()
    without_origin.close()


def test_a_user_has_so_many_sockets_over_all_processes(server: Server, other: Server, name: str) -> None:
    clients = [server.login(name), other.login(name), server.login(name)]
    for process in (server, other):
        refused = process.open()
        refused.send("authenticate", token=token(name))
        assert refused.closed() == 4429
    clients.pop().close()

    def fits() -> Client | None:
        client = other.open()
        client.send("authenticate", token=token(name))
        return client if client.wait(lambda frame: True)["type"] == "ready" else None

    def tries() -> Client | None:
        try:
            return fits()
        except ConnectionClosed:
            return None

    clients.append(eventually(tries))
    assert all(client.is_open() for client in clients), "those inside are not concerned"
    for client in clients:
        client.close()


def test_unauthenticated_sockets_of_an_address_are_bounded(redis_server: RedisServer) -> None:
    with running_server(redis_server.url, unauthenticated_per_address=3) as small:
        inside = small.login("inside")
        waiting = [small.open() for _ in range(3)]
        assert all(client.ask("echo", text="x")["code"] == "unauthenticated" for client in waiting)
        assert small.open().closed() == 4429
        assert inside.is_open()
        assert waiting[0].ask("authenticate", token=token("w"))["type"] == "ready"
        assert small.login("next").is_open(), "who is authenticated is no longer counted"
        waiting[1].close()
        eventually(lambda: figures(inside)["sockets"] == 4)
        assert small.login("another").is_open(), "nor who left"


def test_with_limits_off_there_is_no_such_bound(redis_server: RedisServer) -> None:
    with running_server(redis_server.url, unauthenticated_per_address=3, sockets_per_user=3, rate_limits=False) as free:
        assert all(client.is_open() for client in [free.login("one") for _ in range(8)])
        waiting = [free.open() for _ in range(8)]
        assert all(client.ask("echo", text="x")["code"] == "unauthenticated" for client in waiting)


# Rights.


@pytest.mark.parametrize("verb", ["revoke", "access-changed"])
def test_a_revoked_user_is_closed_with_4403_in_every_process(server: Server, other: Server, name: str, verb: str) -> None:
    speaker, bystander = server.login(name + "s"), server.login(name + "b")
    clients = [process.login(name) for process in (server, other)]
    if verb == "access-changed":
        for process in (server, other):
            orders = process.login(name + "o")
            orders.ask("order", what="ended", value={name: 4403})
            orders.close()
    data = {"code": 4403, "reason": "disabled"} if verb == "revoke" else {}
    speaker.ask("hint", group=f"user:pandar:{name}", verb=verb, data=data)
    assert [client.closed() for client in clients] == [4403, 4403]
    assert bystander.is_open()
    for process in (server, other):
        orders = process.login(name + "o")
        orders.ask("order", what="ended", value={})
        orders.close()
    speaker.close()
    bystander.close()


def test_a_lost_room_is_left_at_once(server: Server, name: str) -> None:
    client = server.login(name)
    client.ask("join", room=name)
    client.ask("join", room=name + "2")
    client.ask("order", what="hidden", value=[name])
    client.ask("hint", group=f"user:pandar:{name}", verb="access-changed")
    assert client.wait("access-changed")["left"] == [str(named(name))]
    client.ask("say", group=f"room:{name}", text="secret")
    client.ask("say", group=f"room:{name}2", text="open")
    assert client.wait("said")["text"] == "open"
    client.ask("order", what="hidden", value=[])
    client.close()


def test_a_leave_hint_takes_a_room_away(server: Server, name: str) -> None:
    client = server.login(name)
    client.ask("join", room=name)
    client.ask("hint", group=f"user:pandar:{name}", verb="leave", data={"room": str(named(name))})
    client.ask("say", group=f"room:{name}", text="secret")
    assert client.is_open()
    assert not [frame for frame in client.frames if frame["type"] == "said"]
    client.close()


def test_a_right_lost_while_joining_is_not_joined(server: Server, name: str) -> None:
    client, manager = server.login(name), server.login(name + "m")
    joined = client.send("join", room=name, slow=2)
    client.wait("heard")
    manager.ask("order", what="hidden", value=[name])
    manager.ask("hint", group=f"user:pandar:{name}", verb="access-changed")
    assert client.wait(lambda frame: frame.get("ref") == joined)["type"] == "ok"
    eventually(lambda: str(named(name)) in client.wait("access-changed")["left"])
    manager.ask("say", group=f"room:{name}", text="secret")
    assert client.is_open()
    assert not [frame for frame in client.frames if frame["type"] == "said"]
    manager.ask("order", what="hidden", value=[])
    client.close()
    manager.close()


# Company.


def test_a_slow_handler_delays_its_own_socket_only(server: Server, name: str) -> None:
    slow, quick = server.login(name), server.login(name + "2")
    ref = slow.send("wait", seconds=2)
    behind = slow.send("echo", text="after")
    for _ in range(20):
        assert quick.is_open()
    assert not [frame for frame in slow.frames if frame.get("ref") == ref]
    order = [slow.wait(lambda frame: frame.get("ref") in (ref, behind))["ref"] for _ in range(2)]
    assert order == [ref, behind]
    slow.close()
    quick.close()


def test_who_is_gone_leaves_nothing_behind(redis_server: RedisServer) -> None:
    with running_server(redis_server.url, authenticate_seconds=60) as fresh:
        watcher = fresh.login("watcher")
        before = figures(watcher)
        for number in range(30):
            client = fresh.login(f"guest{number}")
            client.ask("join", room=f"room{number}")
            if number % 3 == 0:
                client.send("wait", seconds=0.3)
            if number % 2:
                client.connection.close()
            else:
                client.close()
        cut = fresh.open()
        cut.close()
        eventually(lambda: figures(watcher)["sockets"] == 1 and len(figures(watcher)["gone"]) == 30)
        after = figures(watcher)
        assert after["groups"] == before["groups"]
        eventually(lambda: figures(watcher)["tasks"] <= before["tasks"], "no task is left")
        with redis_server.client() as client_of_redis:
            left = client_of_redis.keys("pandar:sockets:*")
            assert len([key for key in left if b"guest" in key]) == 0
        assert sorted(after["gone"]) == sorted(f"guest{number}" for number in range(30))


def test_gone_is_told_once_for_the_last_socket(server: Server, name: str) -> None:
    watcher, first, second = server.login("watcher"), server.login(name), server.login(name)
    first.close()
    second_open = second.is_open()
    assert second_open
    assert name not in figures(watcher)["gone"]
    second.close()
    eventually(lambda: figures(watcher)["gone"].count(name) == 1)
    watcher.close()


def test_a_stopping_server_closes_with_1012(redis_server: RedisServer) -> None:
    with running_server(redis_server.url) as leaving:
        clients = [leaving.login(f"user{number}") for number in range(3)]
        leaving.process.terminate()
        assert [client.closed() for client in clients] == [1012] * 3
        assert leaving.process.wait(15) is not None
        assert "Traceback" not in leaving.log()
