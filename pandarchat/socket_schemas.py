"""JSON Schemas of what goes over the socket: of the structs that parse and encode it, so that no description can drift from the wire."""
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
COMMANDS = sockets.table.models
ACKNOWLEDGED = [chat.wire.MessageStored, frames.Ok]  # both say `ok`
SERVER_FRAMES = [
    frames.Ready, frames.Ok, frames.Error, frames.Ping, frames.Stale, frames.AccessChanged, *accounts.wire.FRAMES,
    *chat.socket.FRAMES, *tickets.wire.FRAMES,
]
SUFFIXES = {**{model.__name__: "Entry" for model in Entry.__args__}, **{model.__name__: "Frame" for model in SERVER_FRAMES},
            **{model.__name__: "Command" for model in COMMANDS}}


def schemas() -> dict[str, Any]:
    """Every entry, command and frame by its name, and the unions of each: Entry, SocketCommand, SocketFrame."""
    _, definitions = msgspec.json.schema_components([*Entry.__args__, *COMMANDS, *SERVER_FRAMES], ref_template=TEMPLATE)
    found = {renamed(name): described(name, definition) for name, definition in definitions.items()}
    found["Entry"] = union("kind", [renamed(model.__name__) for model in Entry.__args__], found)
    found["SocketCommand"] = union("type", command_names(), found)
    found["AcknowledgedFrame"] = acknowledged(found.pop(renamed("MessageStored")), found.pop(renamed("Ok")))
    found["SocketFrame"] = union("type", frame_names(), found)
    return found


def command_names() -> list[str]:
    """The schemas of what clients send."""
    return [renamed(command.__name__) for command in COMMANDS]


def frame_names() -> list[str]:
    """The schemas of what the server sends."""
    return [*(renamed(frame.__name__) for frame in SERVER_FRAMES if frame not in ACKNOWLEDGED), "AcknowledgedFrame"]


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
            "description": "A command was done; for `send-message` the message is committed, and has this number; in `ticket`, if it is "
                           "there: a customer's message to a ticket that is over goes into its follow-up."}


def union(tag: str, names: list[str], among: dict[str, Any]) -> dict[str, Any]:
    """A union told apart by its tag."""
    mapping = {among[name]["properties"][tag]["enum"][0]: TEMPLATE.format(name=name) for name in names}
    return {"oneOf": [{"$ref": ref} for ref in mapping.values()], "discriminator": {"propertyName": tag, "mapping": mapping}}
