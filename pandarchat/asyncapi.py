"""AsyncAPI 3 for the socket, made of the structs that parse and encode its frames, and the page that shows it."""
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from foundation.socket.frames import PROTOCOL, CloseCode
from pandarchat import socket_schemas
from pandarchat.socket_schemas import PREFIX

ADDRESS = "/ws/v1/"
MESSAGES = "#/components/messages/"
CHANNEL = "#/channels/socket"
INTRODUCTION = (
    "JSON text frames in UTF-8, at most 64 KiB each. Accepted first and authenticated afterwards, by the command authenticate within "
    "five seconds or by the session cookie. A command may carry a ref, and its answer repeats it. What is pushed is a hint: PostgreSQL "
    "holds the facts, every conversation numbers its entries, and a client that sees a gap asks for it."
)
Schema = dict[str, Any]


@cache
def components() -> Schema:
    """The messages of both directions, and all that they are made of."""
    schemas = socket_schemas.schemas()
    named = [*socket_schemas.command_names(), *socket_schemas.frame_names()]
    unions = {"SocketCommand", "SocketFrame"}
    return {
        "messages": {name: message(name, schemas[name]) for name in named},
        "schemas": {name: told_apart(schema) for name, schema in schemas.items() if name not in unions},
    }


def told_apart(schema: Schema) -> Schema:
    """A schema without OpenAPI's discriminator, which is no AsyncAPI: there it is a name alone, and its values are names of schemas. Who
    reads this tells the parts of a union apart by the one value that each allows."""
    return {key: value for key, value in schema.items() if key != "discriminator"}


def message(name: str, schema: Schema) -> Schema:
    """A frame as a message."""
    tag = schema["properties"]["type"]["enum"][0]
    about = {"description": schema["description"]} if schema.get("description") else {}
    return {"name": tag, "title": tag, **about, "contentType": "application/json", "payload": {"$ref": PREFIX + name}}


def document(*, host: str, secure: bool) -> Schema:
    """The whole description, for a server at `host` (name and port)."""
    found = components()
    commands, frames = socket_schemas.command_names(), socket_schemas.frame_names()
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Pandar Chat socket", "version": f"{PROTOCOL}.0.0", "description": INTRODUCTION},
        "defaultContentType": "application/json",
        "servers": {"here": {"host": host, "protocol": "wss" if secure else "ws"}},
        "channels": {"socket": {
            "address": ADDRESS, "description": "One socket for each browser tab or app.",
            "messages": {name: {"$ref": MESSAGES + name} for name in (*commands, *frames)},
        }},
        "operations": {
            "command": operation("receive", "What a client sends. Commands of one socket run one after the other.", commands),
            "frame": operation("send", "What the server sends: answers that repeat the command's `ref`, and hints.", frames),
        },
        "components": found,
    }


def operation(action: str, summary: str, names: Iterable[str]) -> Schema:
    """`receive` or `send`, as the server does it."""
    return {"action": action, "channel": {"$ref": CHANNEL}, "summary": summary,
            "messages": [{"$ref": f"{CHANNEL}/messages/{name}"} for name in names]}


@require_safe
def description(request: HttpRequest) -> HttpResponse:
    """`/api/asyncapi.yaml`."""
    found = document(host=request.get_host(), secure=request.is_secure())
    text = yaml.dump(found, Dumper=Plain, sort_keys=False, allow_unicode=True, width=120)
    return HttpResponse(text, content_type="application/yaml; charset=utf-8")


class Plain(yaml.SafeDumper):
    """Says a thing again where it stands again: not every reader knows YAML's anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


# The page.


@dataclass(frozen=True)
class Member:
    """A member of a frame, in words."""

    name: str
    kind: str
    required: bool
    about: str


@dataclass(frozen=True)
class Shown:
    """A schema as the page shows it; `name` is its type or kind, as it stands on the wire."""

    id: str
    name: str
    about: str
    members: list[Member]
    example: str = ""


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """`/api/socket`: every command and frame with its members and an example."""
    schemas = components()["schemas"]
    named = set(socket_schemas.command_names()) | set(socket_schemas.frame_names())
    others = [name for name in schemas if name not in named and "properties" in schemas[name]]
    return TemplateResponse(request, "socket.html", {
        "introduction": INTRODUCTION, "address": ADDRESS, "closes": list(CloseCode),
        "sections": [
            ("Commands", "What a client sends.", [shown(name, schemas, example=True) for name in socket_schemas.command_names()]),
            ("Frames", "What the server sends.", [shown(name, schemas, example=True) for name in socket_schemas.frame_names()]),
            ("Parts", "What they are made of.", [shown(name, schemas) for name in others]),
        ],
    })


def shown(name: str, schemas: Schema, *, example: bool = False) -> Shown:
    """One of the schemas."""
    schema = schemas[name]
    members = [Member(key, said(member), key in schema.get("required", ()), member.get("description", ""))
               for key, member in schema["properties"].items()]
    tag = next((schema["properties"][key]["enum"][0] for key in ("type", "kind") if "enum" in schema["properties"].get(key, {})), name)
    return Shown(id=name, name=tag, about=schema.get("description", ""), members=members,
                 example=json.dumps(sample(schema, schemas), ensure_ascii=False) if example else "")


def said(schema: Schema) -> str:
    """A type in words: `text, at most 64 characters`, `list of EntryBase`, `number or null`."""
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(PREFIX)
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(said(part) for part in schema["anyOf"]))
    if "enum" in schema:
        return " or ".join(json.dumps(value) for value in schema["enum"])
    if "oneOf" in schema:
        return " or ".join(said(part) for part in schema["oneOf"])
    return ", ".join([kind(schema), *bounds(schema)])


def kind(schema: Schema) -> str:
    """The type alone."""
    match schema.get("type"):
        case "string":
            return str(schema.get("format", "text"))
        case "integer":
            return "whole number"
        case "array":
            return f"list of {said(schema.get('items', {}))}"
        case found:
            return str(found or "anything")


def bounds(schema: Schema) -> Iterator[str]:
    """What a value may not exceed."""
    for key, words in (("minLength", "at least {} characters"), ("maxLength", "at most {} characters"), ("minimum", "from {}"),
                       ("maximum", "to {}"), ("minItems", "at least {}"), ("maxItems", "at most {}")):
        if schema.get(key) and (key, schema[key]) != ("minLength", 1):
            yield words.format(schema[key])


EXAMPLES = {"uuid": "0192f0c1-7a2b-7c3d-8e4f-5a6b7c8d9e0f", "date-time": "2026-01-31T09:30:00Z"}


def sample(schema: Schema, schemas: Schema) -> Any:
    """A value that the schema allows: the members that must be there, and each list with nothing in it that it needs not have."""
    if "$ref" in schema:
        return sample(schemas[str(schema["$ref"]).removeprefix(PREFIX)], schemas)
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return sample(schema[key][0], schemas)
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "object":
        return {key: sample(member, schemas) for key, member in schema.get("properties", {}).items() if key in schema.get("required", ())}
    if schema.get("type") == "string":
        return EXAMPLES.get(schema.get("format", ""), "…".ljust(schema.get("minLength", 1), "…"))
    return {"integer": schema.get("minimum", 1), "number": 1.0, "boolean": True, "array": [], "null": None}.get(schema.get("type", ""), "…")
