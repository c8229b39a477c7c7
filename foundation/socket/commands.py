"""The table of commands: which frame is which, and who answers it."""
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Union

import msgspec

from foundation.socket.frames import Authenticate, Command, Error, Frame, Pong

if TYPE_CHECKING:
    from foundation.socket.connection import Connection

Run = Callable[["Connection", Any], Awaitable[Frame | None]]


@dataclass(frozen=True)
class Handler:
    """`run(connection, command)` returns the answer, or None where there is none. It may raise DomainError."""

    model: type[Command]
    run: Run


class Envelope(msgspec.Struct):
    """As much of a frame as an error needs to name it."""

    type: Any = None
    ref: Any = None


class CommandTable:
    """Decodes without ever raising. `models` lists every command for the documentation."""

    def __init__(self, handlers: Iterable[Handler]) -> None:
        self._handlers = {handler.model: handler for handler in handlers}
        self.models: tuple[type[Command], ...] = (Authenticate, Pong, *self._handlers)
        self._decoder = msgspec.json.Decoder(Union[self.models])  # noqa: UP007 - made from a list
        self._types = {model.__struct_config__.tag for model in self.models}
        self._envelope = msgspec.json.Decoder(Envelope)

    def run_of(self, command: Command) -> Run:
        return self._handlers[type(command)].run

    def decode(self, text: str) -> Command | Error:
        """The command, or the error to answer: `malformed` (no known frame at all) or `invalid` (with the field)."""
        try:
            command = self._decoder.decode(text)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            return self._explain(text, str(error))
        if "\\u0000" in text and (path := _null_character(msgspec.to_builtins(command))):
            return _invalid(command.ref, path, "Null characters are not allowed.")
        return command

    def _explain(self, text: str, reason: str) -> Error:
        try:
            envelope = self._envelope.decode(text)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return Error(code="malformed", message="Each frame is one JSON object in UTF-8.")
        ref = envelope.ref if isinstance(envelope.ref, str) and len(envelope.ref) <= 64 else None  # noqa: PLR2004
        if not isinstance(envelope.type, str) or envelope.type not in self._types:
            return Error(ref=ref, code="malformed", message="`type` names no command.")
        return _invalid(ref, _field(reason), reason.split(" - at ", maxsplit=1)[0])


def _invalid(ref: str | None, path: str, reason: str) -> Error:
    return Error(ref=ref, code="invalid", message=f"{path}: {reason}" if path else reason, fields={path or "frame": [reason]})


def _field(reason: str) -> str:
    """The field that msgspec's message speaks of: at `$.text`, or (missing, unknown) by its name."""
    path = re.search(r" - at `\$\.?([^`]*)`$", reason)
    named = re.search(r"field `([^`]{1,64})`", reason)
    parts = [part for part in (path.group(1) if path else "", named.group(1) if named else "") if part]
    return ".".join(parts)


def _null_character(value: Any, path: str = "") -> str:
    """Where a string holds NUL, which PostgreSQL cannot store; empty if nowhere."""
    if isinstance(value, str):
        return (path or "frame") if "\x00" in value else ""
    if isinstance(value, dict):
        items: Iterable[tuple[Any, Any]] = value.items()
    elif isinstance(value, (list, tuple)):
        items = enumerate(value)
    else:
        return ""
    for key, item in items:
        if isinstance(key, str) and "\x00" in key:
            return path or "frame"
        if found := _null_character(item, f"{path}.{key}" if path else str(key)):
            return found
    return ""
