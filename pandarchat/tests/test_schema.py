"""openapi.yaml says what the code does, and TypeScript can rely on it."""
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml
from django.core.management import call_command

from foundation.socket.frames import Frame
from foundation.tests.socket_world import Client
from foundation.units import unit_of_work
from pandarchat import socket_schemas
from pandarchat.environment import ROOT
from pandarchat.testing.node import TYPESCRIPT, npm, run
from pandarchat.testing.services import Server
from pandarchat.tests import walk
from pandarchat.tests.world import Answer, Planted
from tickets.actions import moves

COMMITTED = ROOT / "openapi.yaml"
METHODS = ("get", "post", "put", "patch", "delete")
Schema = dict[str, Any]


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The schema of the code as it is; a warning of the generator is a failure."""
    file = tmp_path_factory.mktemp("schema") / "openapi.yaml"
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(file))
    return file.read_text()


@pytest.fixture(scope="module")
def schema(generated: str) -> Schema:
    found: Schema = yaml.safe_load(generated)
    return found


def operations(schema: Schema) -> Iterator[tuple[str, Schema]]:
    for path, methods in schema["paths"].items():
        for method in METHODS:
            if method in methods:
                yield f"{method.upper()} {path}", methods[method]


def check(schema: Schema, wanted: Schema, value: Any) -> None:
    """Raises ValidationError where a value is not what the schema says."""
    jsonschema.Draft202012Validator({**wanted, "components": schema["components"]}).validate(value)


def test_the_committed_schema_is_the_generated_one(generated: str) -> None:
    assert COMMITTED.read_text() == generated, "run `make openapi` and commit the result"


def test_it_is_openapi_3_1_of_every_route(schema: Schema) -> None:
    assert schema["openapi"].startswith("3.1")
    described = {name for name, _ in operations(schema)}
    routes = {f"{method} /{braces(route.path)}" for route in walk.routes()
              if route.path.startswith(walk.API) for method in route.methods}
    assert described == routes


@pytest.mark.parametrize(("name", "required"), [
    ("PATCH /api/v1/tickets/{ticket}/", {"version"}),
    ("PATCH /api/v1/messages/{message}/", {"text"}),
    ("PATCH /api/v1/agents/me/", {"availability"}),
])
def test_what_a_change_cannot_do_without_is_required(schema: Schema, name: str, required: set[str]) -> None:
    """drf-spectacular's own PATCH bodies say that everything may be left out, which the API then refuses."""
    body = dict(operations(schema))[name]["requestBody"]
    wanted = body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    assert body["required"]
    assert set(schema["components"]["schemas"][wanted]["required"]) == required


def test_a_time_of_day_is_not_said_to_have_an_offset(schema: Schema) -> None:
    """`format: time` (RFC 3339) is a time with an offset; a shift's zone stands beside it."""
    shift = schema["components"]["schemas"]["ShiftBrief"]
    check(schema, shift, {"weekday": 0, "starts": "08:00:00", "ends": "17:30", "time_zone": "Europe/Berlin"})
    for wrong in ("8:00", "08:00:00Z", "08:00:00+02:00", ""):
        with pytest.raises(jsonschema.ValidationError):
            check(schema, shift, {"weekday": 0, "starts": wrong, "ends": "17:30:00", "time_zone": "Europe/Berlin"})
    assert "format" not in shift["properties"]["starts"]


def braces(path: str) -> str:
    """A path of the resolver as OpenAPI writes it."""
    return re.sub(r"<\w+:(\w+)>", r"{\1}", path)


def test_every_answer_stands_in_the_envelope(schema: Schema) -> None:
    for name, operation in operations(schema):
        assert operation["responses"]["default"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Error"}, name
        for status, response in operation["responses"].items():
            for media_type, content in response.get("content", {}).items() if status != "default" else ():
                envelope = content["schema"]
                if media_type != "application/json":
                    assert envelope == {"type": "string", "format": "binary"} and "/attachments/" in name, (name, status)
                    continue
                assert envelope["properties"]["success"] == {"type": "boolean", "const": True}, (name, status)
                assert {"success", "data"} <= set(envelope["required"]), (name, status)


def test_no_success_is_promised_without_a_body(schema: Schema) -> None:
    """Every success is an envelope; a 204 is what the generator says of a deletion whose answer nobody named."""
    assert [name for name, operation in operations(schema) if "204" in operation["responses"]] == []


KEYLESS = ("/messages/", "/draft/", "/upload/", "/auth/socket-ticket/", "/auth/factor/", "/auth/factor/confirm/", "/auth/factor/disable/",
           "/auth/factor/recovery-codes/", "/auth/email/", "/auth/password/",
           "/check/", "/sla/preview/")  # named by client_id; versioned; harmless twice; secrets, which are not kept


def test_every_write_takes_an_idempotency_key_and_no_other_request_does(schema: Schema) -> None:
    for name, operation in operations(schema):
        takes = any(parameter["name"] == "Idempotency-Key" for parameter in operation.get("parameters", []))
        writes = not name.startswith("GET") and name.partition("/")[2] not in walk.PUBLIC and not name.endswith(KEYLESS)
        assert takes == writes, name


@pytest.mark.parametrize(("union", "tag"), [("Entry", "kind"), ("SocketCommand", "type"), ("SocketFrame", "type")])
def test_unions_are_told_apart_by_their_tag(schema: Schema, union: str, tag: str) -> None:
    components = schema["components"]["schemas"]
    discriminator = components[union]["discriminator"]
    assert discriminator["propertyName"] == tag
    assert {item["$ref"] for item in components[union]["oneOf"]} == set(discriminator["mapping"].values())
    for value, reference in discriminator["mapping"].items():
        member = components[reference.rpartition("/")[2]]
        assert (member["properties"][tag]["enum"], tag in member["required"]) == ([value], True)


def test_every_reference_leads_somewhere(generated: str, schema: Schema) -> None:
    named = set(re.findall(r"#/components/schemas/(\w+)", generated))
    assert named - set(schema["components"]["schemas"]) == set()


def test_every_frame_is_described(schema: Schema) -> None:
    """Whatever a socket can hear is a `Frame`, and stands in the union."""
    described = set(schema["components"]["schemas"]["SocketFrame"]["discriminator"]["mapping"])
    own = {frame.__struct_config__.tag for frame in Frame.__subclasses__() if "tests" not in frame.__module__}
    assert own == described


def contract(schema: Schema, route: walk.Route, method: str, answer: Answer) -> None:
    """The answer is what the schema says of this route, method and status."""
    operation = schema["paths"][f"/{braces(route.path)}"][method.lower()]
    said = operation["responses"].get(str(answer.status), operation["responses"]["default"])
    if answer.headers["Content-Type"] in said["content"].keys() - {"application/json"}:
        return
    check(schema, said["content"]["application/json"]["schema"], answer.body)


def test_answers_are_what_the_schema_says(planted: Planted, schema: Schema) -> None:
    """The walk's own examples as an insider: successes and refusals alike."""
    world, statuses = planted.world, set()
    for person in (world.agent, world.manager, world.admin, world.customer):
        api = world.api(person)
        for route in sorted(walk.routes(), key=walk.last):
            for method in route.methods if route.path.startswith(walk.API) else ():
                for attempt in walk.tries(route, method, planted.of_pandar, planted.of_pandar):
                    answer = api.call(method, route.address(attempt.rows), body=attempt.body, query=attempt.query)
                    statuses.add(answer.status)
                    contract(schema, route, method, answer)
    assert {200, 201, 400, 403, 409} <= statuses


def test_an_answer_that_is_not_what_the_schema_says_is_noticed(planted: Planted, schema: Schema) -> None:
    route = next(route for route in walk.routes() if route.path == f"{walk.API}tickets/")
    answer = planted.world.api(planted.world.agent).get("tickets/")
    contract(schema, route, "GET", answer)
    del answer.body["data"][0]["version"]
    with pytest.raises(jsonschema.ValidationError, match="version"):
        contract(schema, route, "GET", answer)


def frames_of(client: Client, until: str) -> list[dict[str, Any]]:
    last = client.wait(until)
    kept = [*client.frames, last]
    client.frames.clear()
    return kept


def test_frames_are_what_the_schema_says(planted: Planted, server: Server, schema: Schema) -> None:
    """Everything that a busy agent's socket hears, and nothing in it that is not described."""
    world, ticket = planted.world, planted.of_pandar.ticket
    seen: dict[str, dict[str, Any]] = {}
    with world.socket(world.agent, server) as socket:
        room = str(ticket.pk)
        heard = [socket.ready, socket.ask("join-ticket-room", ticket=room), socket.ask("read", ticket=room, seq=1),
                 socket.ask("send-message", ticket=room, client_id=room, text="Hello"), socket.ask("typing", ticket="x"),
                 socket.ask("join-ticket-room", ticket=room, after=10**6)]
        world.say(world.customer, ticket)
        opened = world.ticket(world.customer)
        teammate = world.actor(world.teammate)
        world.available(world.teammate)
        with unit_of_work(teammate):
            moves.take(actor=teammate, ticket=opened.pk)
        with unit_of_work(teammate):
            moves.release(actor=teammate, ticket=opened.pk)
        heard += frames_of(socket, "queue-updated")
    for frame in heard:
        seen[frame["type"]] = frame
        check(schema, {"$ref": "#/components/schemas/SocketFrame"}, frame)
        name = schema["components"]["schemas"]["SocketFrame"]["discriminator"]["mapping"][frame["type"]].rpartition("/")[2]
        assert set(frame) <= set(schema["components"]["schemas"][name]["properties"]), frame
    assert {"ready", "batch", "ok", "error", "reset", "entry", "new-ticket", "ticket-assigned", "queue-updated", "ticket-updated",
            "agent-status-changed"} <= set(seen)


def test_the_schema_names_every_command_and_frame() -> None:
    assert len({model.__struct_config__.tag for model in socket_schemas.SERVER_FRAMES}) == len(socket_schemas.SERVER_FRAMES) - 1


@pytest.fixture
def project(node_modules: Path, tmp_path: Path) -> Path:
    """The TypeScript project in a folder of the test's own."""
    for name in ("package.json", "tsconfig.json", "narrowing.ts"):
        shutil.copy(TYPESCRIPT / name, tmp_path / name)
    (tmp_path / "node_modules").symlink_to(node_modules)
    (tmp_path / "generated").mkdir()
    return tmp_path


def compiled(project: Path, schema: str) -> CompletedProcess[str]:
    """Types from this schema, and the code that needs them, by `tsc --strict`."""
    (project / "openapi.yaml").write_text(schema)
    typed = npm("run", "-s", "types", "--", "openapi.yaml", "-o", "generated/api.d.ts", folder=project)
    assert "⚠" not in typed.stdout + typed.stderr, typed.stdout + typed.stderr
    return run("npm", "run", "-s", "check", folder=project)


def test_typescript_tells_the_unions_apart(project: Path) -> None:
    done = compiled(project, COMMITTED.read_text())
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("broken", ["kind", "envelope"])
def test_typescript_notices_a_broken_schema(project: Path, broken: str) -> None:
    schema = yaml.safe_load(COMMITTED.read_text())
    if broken == "kind":
        schema["components"]["schemas"]["Entry"] = {"type": "object", "properties": {"kind": {"type": "string"}}}
    else:
        tickets = schema["paths"]["/api/v1/tickets/"]["get"]["responses"]["200"]["content"]["application/json"]
        tickets["schema"] = tickets["schema"]["properties"]["data"]
    done = compiled(project, json.dumps(schema))
    assert done.returncode != 0
    assert "narrowing.ts" in done.stdout
