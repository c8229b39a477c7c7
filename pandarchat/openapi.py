"""Adds to the OpenAPI schema what DRF does not know: the error envelope, the entries, and the socket's frames as webhooks.

All of it comes from the structs that parse and encode them, so that the description cannot drift from the wire.
"""
from typing import Any

import msgspec

import accounts.wire
import chat.socket
import chat.wire
import tickets.wire
from chat.wire import Entry
from foundation.socket import frames
from pandarchat.routing import sockets

PREFIX = "#/components/schemas/"
TEMPLATE = PREFIX + "{name}"
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
ACKNOWLEDGED = [chat.wire.MessageStored, frames.Ok]  # both say `ok`
SERVER_FRAMES = [
    frames.Ready, frames.Ok, frames.Error, frames.Ping, frames.Stale, frames.AccessChanged, *accounts.wire.FRAMES,
    *chat.socket.FRAMES, *tickets.wire.FRAMES,
]


def add_frames(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """A postprocessing hook of drf-spectacular."""
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    schemas["Error"] = ERROR
    commands = sockets.table.models
    _, definitions = msgspec.json.schema_components([*Entry.__args__, *commands, *SERVER_FRAMES], ref_template=TEMPLATE)
    schemas |= {renamed(name): described(name, definition) for name, definition in definitions.items()}
    schemas["Entry"] = union("kind", [model.__name__ + "Entry" for model in Entry.__args__], schemas)
    schemas["SocketCommand"] = union("type", [command.__name__ + "Command" for command in commands], schemas)
    schemas["AcknowledgedFrame"] = acknowledged(schemas[renamed("MessageStored")], schemas.pop(renamed("Ok")))
    del schemas[renamed("MessageStored")]
    told_apart = [renamed(frame.__name__) for frame in SERVER_FRAMES if frame not in ACKNOWLEDGED]
    schemas["SocketFrame"] = union("type", [*told_apart, "AcknowledgedFrame"], schemas)
    result["webhooks"] = {"socketCommand": webhook("SocketCommand", "What a client sends on /ws/v1/."),
                          "socketFrame": webhook("SocketFrame", "What the server sends on /ws/v1/.")}
    return result


SUFFIXES = {**{model.__name__: "Entry" for model in Entry.__args__}, **{model.__name__: "Frame" for model in SERVER_FRAMES},
            **{model.__name__: "Command" for model in sockets.table.models}}


def renamed(name: str) -> str:
    """A struct's name in the schema: with what it is, so that none meets a serializer of the same name."""
    return name + SUFFIXES.get(name, "Struct")


def repointed(schema: Any) -> Any:
    """The same schema, referring to the new names; the union of entries by its own."""
    if isinstance(schema, dict):
        if schema.get("discriminator", {}).get("propertyName") == "kind":
            return {"$ref": TEMPLATE.format(name="Entry")}
        return {key: repointed(value) for key, value in schema.items()}
    if isinstance(schema, list):
        return [repointed(item) for item in schema]
    if isinstance(schema, str) and schema.startswith(PREFIX):
        return PREFIX + renamed(schema.removeprefix(PREFIX))
    return schema


def described(name: str, definition: dict[str, Any]) -> dict[str, Any]:
    """A struct's definition under its new name. What the server sends it sends whole: members with a default are always there."""
    found: dict[str, Any] = {**repointed(definition), "title": renamed(name)}
    if SUFFIXES.get(name) in {"Entry", "Frame"}:
        members = {key: {**member} for key, member in found["properties"].items()}
        found["required"] = [key for key, member in members.items() if key in found["required"] or "default" in member]
        for member in members.values():
            member.pop("default", None)
        found["properties"] = members
    return found


def acknowledged(message: dict[str, Any], plain: dict[str, Any]) -> dict[str, Any]:
    """One schema for both frames that say `ok`, since a tag tells one schema."""
    return {**message, "title": "AcknowledgedFrame", "required": plain["required"],
            "description": "A command was done; for `send-message` the message is committed, and has this number."}


def union(tag: str, names: list[str], schemas: dict[str, Any]) -> dict[str, Any]:
    """A union told apart by its tag."""
    mapping = {schemas[name]["properties"][tag]["enum"][0]: TEMPLATE.format(name=name) for name in names}
    return {"oneOf": [{"$ref": ref} for ref in mapping.values()], "discriminator": {"propertyName": tag, "mapping": mapping}}


def webhook(name: str, description: str) -> dict[str, Any]:
    """A frame on the socket, as the nearest thing that OpenAPI has."""
    content = {"application/json": {"schema": {"$ref": TEMPLATE.format(name=name)}}}
    return {"post": {"operationId": name, "description": description, "requestBody": {"required": True, "content": content},
                     "responses": {"200": {"description": "None; answers are frames."}}}}
