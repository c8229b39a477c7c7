"""Adds to the OpenAPI schema what DRF does not know: the error envelope, the entries, and the socket's frames as webhooks.

All of it comes from the structs that parse and encode them, so that the description cannot drift from the wire.
"""
from typing import Any

import msgspec

import accounts.socket
import chat.socket
from chat.wire import Entry
from foundation.socket import frames
from pandarchat.routing import sockets

TEMPLATE = "#/components/schemas/{name}"
ERROR = {
    "type": "object", "required": ["success", "error", "code", "fields"],
    "properties": {
        "success": {"type": "boolean", "const": False}, "error": {"type": "string", "description": "For people."},
        "code": {"type": "string", "description": "For programs."},
        "fields": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
        "retry_after_ms": {"type": "integer"},
        "allowed": {"type": "array", "items": {"type": "string"}, "description": "Moves that are allowed instead."},
        "current": {"description": "The current state, where an older one was meant."},
    },
}
SERVER_FRAMES = [
    frames.Ready, frames.Ok, frames.Error, frames.Ping, frames.Stale, frames.AccessChanged, accounts.socket.AgentStatusChanged, *chat.socket.FRAMES,
]


def add_frames(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """A postprocessing hook of drf-spectacular."""
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    schemas["Error"] = ERROR
    commands = sockets.table.models
    _, definitions = msgspec.json.schema_components([*Entry.__args__, *commands, *SERVER_FRAMES], ref_template=TEMPLATE)
    named = {renamed(name): definition for name, definition in definitions.items()}
    schemas |= {name: repointed(literal(definition)) for name, definition in named.items()}
    schemas["Entry"] = union("kind", [model.__name__ + "Entry" for model in Entry.__args__], schemas)
    schemas["SocketCommand"] = union("type", [command.__name__ + "Command" for command in commands], schemas)
    schemas["SocketFrame"] = {"anyOf": [{"$ref": TEMPLATE.format(name=frame.__name__ + "Frame")} for frame in SERVER_FRAMES]}
    result["webhooks"] = {"socketCommand": webhook("SocketCommand", "What a client sends on /ws/v1/."),
                          "socketFrame": webhook("SocketFrame", "What the server sends on /ws/v1/.")}
    return result


SUFFIXES = {**{model.__name__: "Entry" for model in Entry.__args__}, **{model.__name__: "Frame" for model in SERVER_FRAMES},
            **{model.__name__: "Command" for model in sockets.table.models}}


def renamed(name: str) -> str:
    """A struct's name in the schema: with what it is, so that none meets a serializer of the same name."""
    return name + SUFFIXES.get(name, "Struct")


def repointed(schema: Any) -> Any:
    """The same schema, referring to the new names."""
    if isinstance(schema, dict):
        return {key: TEMPLATE.format(name=renamed(value.rsplit("/", 1)[-1])) if key == "$ref" else repointed(value) for key, value in schema.items()}
    return [repointed(item) for item in schema] if isinstance(schema, list) else schema


def literal(schema: dict[str, Any]) -> dict[str, Any]:
    """Tags as constants, and members with a default as always there, because the server always sends them."""
    if "required" in schema and "title" in schema:
        schema = {**schema, "title": renamed(schema["title"])}
    return schema


def union(tag: str, names: list[str], schemas: dict[str, Any]) -> dict[str, Any]:
    """A union told apart by its tag."""
    mapping = {schemas[name]["properties"][tag]["enum"][0]: TEMPLATE.format(name=name) for name in names}
    return {"oneOf": [{"$ref": TEMPLATE.format(name=name)} for name in names], "discriminator": {"propertyName": tag, "mapping": mapping}}


def webhook(name: str, description: str) -> dict[str, Any]:
    """A frame on the socket, as the nearest thing that OpenAPI has."""
    content = {"application/json": {"schema": {"$ref": TEMPLATE.format(name=name)}}}
    return {"post": {"operationId": name, "description": description, "requestBody": {"required": True, "content": content},
                     "responses": {"200": {"description": "None; answers are frames."}}}}
