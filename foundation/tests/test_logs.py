"""Logs say who and what, and never a secret."""
import json
import logging
import re
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpRequest

from foundation import logs
from foundation.http import middleware
from pandarchat.testing.services import Server
from pandarchat.tests.world import PASSWORD, World, new_token

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
VISA = "4111 1111 1111 1111"


@pytest.mark.parametrize(("text", "said"), [
    (f"Authorization: Bearer {TOKEN}", "[token]"),
    (f"the token {TOKEN} came", "the token [token] came"),
    ("Authorization: Basic dXNlcjpwYXNz", "Basic [token]"),
    ('{"password": "hunter2 and more"}', '{"password": "[hidden]"}'),
    ("{'refresh': 'abc.def'}", "{'refresh': '[hidden]'}"),
    (r'{\"password\": \"hunter2\"}', "[hidden]"),
    ("GET /x?token=hunter2&page=2", "token=[hidden]&page=2"),
    ("postgresql://pandar_app:hunter2@db/pandar", "postgresql://pandar_app:[hidden]@db/pandar"),
    ("redis://:hunter2@cache:6379/0", "redis://:[hidden]@"),
    (f"paid with {VISA}.", "paid with [card]."),
    ("paid with 4111111111111111", "[card]"),
    ("paid with 5500-0055-5555-5559", "[card]"),
    ("amex 378282246310005", "[card]"),
    ("GET /x?access=hunter2&refresh=hunter2;sessionid=hunter2", "access=[hidden]&refresh=[hidden];sessionid=[hidden]"),
    ("access_token=hunter2", "access_token=[hidden]"),
    ("'password': 'hunter2 and then the text was cut", "'password': '[hidden]'"),
    ("argon2$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$hunter2+/x was kept", "[hash] was kept"),
    ("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$hunter2", "$[hash]"),
    (f"a cut one: {TOKEN[:30]}", "a cut one: [token]"),
])
def test_secrets_are_taken_out(text: str, said: str) -> None:
    redacted = logs.redact(text)
    assert said in redacted
    for secret in ("hunter2", TOKEN, "abc.def", "dXNlcjpwYXNz", "4111", "5500-0055", "378282246310005"):
        assert secret not in redacted


ADVERSE = [
    "a", "aaaa.", "a://", "a://b:", "a://b", "://:", "eyJ", "-eyJaaaaaaaa", "eyJaaaaaaaa.", "bearer ", "bearer\t\t", "password",
    "password=", "password='", "password=\\\\'", "\\\\", "'", "code = ", "token: \\\"a", "argon2", "argon2$", "argon2id$a", "1", "1 ",
    "1-", "4111 ", " ", "access_", "api_", "=", "\n",
]
SIZE = 4_000  # characters; sixteen times that is what a server takes as a path


def growth(work: Callable[[str], Any], unit: str, size: int = SIZE) -> float:
    """How many times the work for 16 times the text is: 16 where it is in proportion, 256 where it is quadratic."""
    return cost(work, unit, 16 * size) / cost(work, unit, size)


def cost(work: Callable[[str], Any], unit: str, size: int) -> float:
    """This thread's own seconds, the least of three, with a floor under which nothing can be told."""
    text = (unit * size)[:size]
    return max(min(seconds(work, text) for _ in range(3)), 1e-4)


def seconds(work: Callable[[str], Any], text: str) -> float:
    before = time.thread_time()
    work(text)
    return time.thread_time() - before


@pytest.mark.parametrize("unit", ADVERSE)
def test_the_work_grows_with_the_text_and_no_faster(unit: str) -> None:
    assert growth(logs.redact, unit) < 64
    assert len(logs.redact((unit * 1_000_000)[:1_000_000])) <= 2_000_000, "a megabyte is done, too"


def test_a_quadratic_pattern_would_be_seen() -> None:
    quadratic = re.compile(r"(\w+://[^\s:/@]*:)[^\s@/]+@")
    assert growth(lambda text: quadratic.sub("", text), "a", 1_000) > 64


def test_a_very_long_text_is_cut_and_its_secrets_with_it() -> None:
    assert logs.fit("x" * 100_000) == "x" * logs.LONGEST + " [cut, 100000 characters]"
    assert logs.fit("x" * logs.LONGEST) == "x" * logs.LONGEST
    before = "x" * (logs.LONGEST - 25)
    assert "hunter" not in logs.fit(f"{before} redis://:hunter2@cache" + "y" * 100_000)


@pytest.mark.parametrize("text", [
    "order 4111111111111112", "order 1234567890123456", "PAN-1042", "12 tickets in 350 ms", "01a1fc0f-fb6a-735b-9eb2-983e7ecf7cf0",
    "2026-11-21 03:04:28,276", "call +234 803 123 4567", "SELECT password FROM accounts_user", "tokens are refreshed",
])
def test_what_is_no_secret_stays(text: str) -> None:
    assert logs.redact(text) == text


@pytest.mark.parametrize(("number", "valid"), [
    ("4111111111111111", True), ("4111111111111112", False), ("378282246310005", True), ("6011 1111 1111 1117", True),
    ("79927398713", True), ("79927398710", False),
])
def test_the_check_digit_of_iso_7812(number: str, valid: bool) -> None:
    assert logs.passes_luhn(number) is valid


def record(message: str, *args: Any) -> logging.LogRecord:
    return logging.getLogger("test").makeRecord("test", logging.INFO, __file__, 1, message, args, None, extra={"note": "secret=hunter2"})


def test_a_line_is_json_with_request_organization_and_user() -> None:
    variables = (logs.request_id, "r-1"), (logs.organization_id, "o-1"), (logs.user_id, "u-1")
    marks = [(variable, variable.set(value)) for variable, value in variables]
    try:
        entry = record("signed in with %s", json.dumps({"password": PASSWORD, "detail": json.dumps({"refresh": "abc.def"})}))
        logs.WithContext().filter(entry)
        line = logs.configuration(level="INFO", form="json")["formatters"]["json"]["()"]().format(entry)
    finally:
        for variable, mark in marks:
            variable.reset(mark)
    said = json.loads(line)
    assert {key: said[key] for key in ("request", "organization", "user", "level", "logger")} == {
        "request": "r-1", "organization": "o-1", "user": "u-1", "level": "INFO", "logger": "test"}
    assert PASSWORD not in line
    assert "hunter2" not in line
    assert "abc.def" not in line


def formatted(message: str, **extra: Any) -> dict[str, Any]:
    entry = logging.getLogger("test").makeRecord("test", logging.INFO, __file__, 1, message, (), None, extra=extra)
    line: dict[str, Any] = json.loads(logs.RedactedJson().format(entry))
    return {name: value for name, value in line.items() if name not in {"at", "level", "logger"}}


def test_a_quote_that_a_client_left_open_hides_nothing_but_its_own_text() -> None:
    assert formatted("GET /password='abc", status=404) == {"message": "GET /password='[hidden]'", "status": 404}


def test_what_is_told_beside_the_text_is_redacted_by_name_and_by_value() -> None:
    told = formatted("x", password=["hunter2"], about={"refresh": 7, "seen": ("token=hunter2", None, True)}, url="redis://:hunter2@cache")
    assert told == {"message": "x", "password": "[hidden]", "about": {"refresh": "[hidden]", "seen": ["token=[hidden]", None, True]},
                    "url": "redis://:[hidden]@cache"}


def test_what_was_raised_is_in_the_line_and_its_secrets_are_not() -> None:
    try:
        int("redis://:hunter2@cache")
    except ValueError:
        entry = logging.getLogger("test").makeRecord("test", logging.ERROR, __file__, 1, "it failed", (), sys.exc_info())
    line = logs.RedactedJson().format(entry)
    assert "\n" not in line
    assert "Traceback" in json.loads(line)["exc_info"]
    assert "redis://:[hidden]@cache" in json.loads(line)["exc_info"]


def test_what_others_call_a_request_or_a_user_is_told_like_anything_else() -> None:
    told = formatted("x", request=HttpRequest(), user={"password": "hunter2"})
    assert told == {"message": "x", "request": "<HttpRequest>", "user": {"password": "[hidden]"}}


@pytest.mark.parametrize("value", [10**30, "\udce4", float("nan")])
def test_whatever_is_told_gives_a_line(value: Any) -> None:
    assert formatted("x", told=value)["message"] == "x"


def test_a_request_id_of_the_client_is_no_way_for_a_secret_into_the_log() -> None:
    assert middleware.begin(VISA.replace(" ", "")) == "[card]"
    assert middleware.begin(TOKEN) == "[token]"
    assert middleware.begin("order-4711-a") == "order-4711-a"


def test_a_long_path_is_cut(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "foundation.requests"):
        world.api(None).client.get("/api/v1/" + "a" * 60_000)
    (line,) = [entry.getMessage() for entry in caplog.records if entry.name == "foundation.requests"]
    assert line == "GET /api/v1/" + "a" * (middleware.LONGEST_PATH - 8) + " 404"


def lines_of(server: Server, request: str) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in server.log().splitlines() if line.startswith("{") and request in line]
    assert found, f"no line of {request}"
    return found


def test_a_server_logs_each_request_with_its_people_and_without_their_secrets(world: World, server: Server) -> None:
    with world.http(None, server) as http:
        given = {"organization": "pandar", "email": world.agent.email, "password": PASSWORD}
        signed_in = http.post("auth/login/", json=given, headers={"X-Request-Id": "login-0001"})
        tokens = signed_in.json()["data"]
        http.get("auth/me/", headers={"Authorization": f"Bearer {tokens['access']}", "X-Request-Id": "reads-0001"})
        http.get(f"tickets/?token={tokens['access']}", headers={"X-Request-Id": "query-0001"})
    (line,) = lines_of(server, "reads-0001")
    assert (line["organization"], line["user"]) == (str(world.pandar.id), str(world.agent.id))
    assert line["message"] == "GET /api/v1/auth/me/ 200"
    assert lines_of(server, "query-0001")[0]["message"] == "GET /api/v1/tickets/ 401"
    assert "uvicorn.access" not in server.log(), "it would have the query in it"
    for secret in (PASSWORD, tokens["access"], tokens["refresh"]):
        assert secret not in server.log()


def test_a_request_is_named_in_its_answer(world: World) -> None:
    api = world.api(world.agent)
    given = api.client.get("/api/v1/auth/me/", headers={**api.headers, "X-Request-Id": "mine-0001"})
    assert given.headers["X-Request-Id"] == "mine-0001"
    for unsafe in ("short", "x" * 65, "with space", "line\nbreak"):
        made = api.client.get("/api/v1/auth/me/", headers={**api.headers, "X-Request-Id": unsafe})
        assert len(made.headers["X-Request-Id"]) == 32


def test_context_does_not_leak_into_the_next_request(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.api(world.agent).get("auth/me/")
    assert logs.user_id.get() == str(world.agent.id)
    world.api(None).get("auth/me/")
    assert logs.user_id.get() == ""


def test_an_access_token_names_nobody_in_clear(world: World) -> None:
    assert logs.redact(new_token(world.pandar, world.agent)) == "[token]"
