"""The description of the socket: whole, resolvable, and true to what the server decodes and sends."""
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml
from django.test import Client

from foundation.socket.frames import CloseCode, Error
from pandarchat import asyncapi, socket_schemas
from pandarchat.routing import sockets

HERE = asyncapi.document(host="chat.test:8000", secure=False)


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"]
        yield from (found for value in part.values() for found in references(value))
    elif isinstance(part, list):
        yield from (found for value in part for found in references(value))


def resolved(document: Any, reference: str) -> Any:
    found = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def tags(names: list[str]) -> set[str]:
    return {HERE["components"]["messages"][name]["name"] for name in names}


def test_every_reference_leads_somewhere() -> None:
    found = set(references(HERE))
    assert len(found) > 40
    for reference in found:
        assert resolved(HERE, reference)
    with pytest.raises(KeyError):
        resolved(HERE, "#/components/schemas/Nothing")


@pytest.fixture(scope="module")
def official(node_modules: Path) -> Any:
    """AsyncAPI's own schema of its documents; it resolves within itself, and nothing is fetched."""
    schema = json.loads((node_modules / "@asyncapi/specs/schemas" / f"{HERE['asyncapi']}.json").read_text())
    return jsonschema.Draft7Validator(schema)


def test_it_is_what_asyncapi_says_a_document_is(official: Any) -> None:
    official.validate(HERE)


def test_what_openapi_alone_knows_is_none(official: Any) -> None:
    """The control: its discriminator is an object, and AsyncAPI's is a name."""
    entry = socket_schemas.schemas()["Entry"]
    assert isinstance(entry["discriminator"], dict)
    schemas = {**HERE["components"]["schemas"], "Entry": entry}
    assert not official.is_valid({**HERE, "components": {**HERE["components"], "schemas": schemas}})
    assert not official.is_valid({**HERE, "operations": {"command": {**HERE["operations"]["command"], "action": "publish"}}})


def test_every_command_and_every_frame_is_in_it() -> None:
    assert tags(socket_schemas.command_names()) == {model.__struct_config__.tag for model in sockets.table.models}
    assert tags(socket_schemas.frame_names()) == {model.__struct_config__.tag for model in socket_schemas.SERVER_FRAMES}
    operations = HERE["operations"]
    assert len(operations["command"]["messages"]) == len(sockets.table.models)
    assert (operations["command"]["action"], operations["frame"]["action"]) == ("receive", "send")


def test_it_is_served_as_yaml(client: Client) -> None:
    for secure, protocol in ((False, "ws"), (True, "wss")):
        answer = client.get("/api/asyncapi.yaml", secure=secure)
        text = answer.content.decode()
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/yaml; charset=utf-8")
        assert yaml.safe_load(text) == asyncapi.document(host="testserver", secure=secure)
        assert yaml.safe_load(text)["servers"]["here"]["protocol"] == protocol
        assert "&id" not in text
    assert client.post("/api/asyncapi.yaml").status_code == 405


@pytest.mark.parametrize("name", [*socket_schemas.command_names(), *socket_schemas.frame_names()])
def test_every_example_is_one(name: str) -> None:
    schemas = HERE["components"]["schemas"]
    example = asyncapi.sample(schemas[name], schemas)
    schema = {**schemas[name], "components": HERE["components"]}
    jsonschema.Draft202012Validator(schema).validate(example)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate({**example, "type": "nothing"})
    if name in socket_schemas.command_names():
        assert not isinstance(sockets.table.decode(json.dumps(example)), Error)


def test_the_page_shows_all_of_it(client: Client) -> None:
    answer = client.get("/api/socket")
    page = answer.content.decode()
    assert answer.status_code == 200
    for name in (*socket_schemas.command_names(), *socket_schemas.frame_names()):
        assert f'<section id="{name}">' in page
        assert f'href="#{name}"' in page
    for code in CloseCode:
        assert f"<code>{code.value}</code>" in page
    assert "<style" not in page
    assert "style=" not in page
    assert "{'" not in page, "no schema stands there as Python"


@pytest.mark.parametrize(("schema", "words"), [
    ({"type": "string", "maxLength": 64}, "text, at most 64 characters"), ({"type": "string", "format": "uuid"}, "uuid"),
    ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "text or null"), ({"type": "array", "items": {"type": "string"}}, "list of text"),
    ({"enum": ["a", "b"]}, '"a" or "b"'), ({"$ref": "#/components/schemas/Entry"}, "Entry"), ({}, "anything"),
    ({"type": "integer", "minimum": 1, "maximum": 9}, "whole number, from 1, to 9"),
])
def test_types_are_told_in_words(schema: dict[str, Any], words: str) -> None:
    assert asyncapi.said(schema) == words
