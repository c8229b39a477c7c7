"""Errors of the domain: what every door (REST, socket, admin, command) translates for its people."""
from collections.abc import Mapping
from typing import Any


class DomainError(Exception):
    """A refusal that changed nothing. `message` is for people, `code` for programs."""

    code = "error"
    status = 400

    def __init__(self, message: str, *, code: str | None = None, fields: Mapping[str, list[str]] | None = None, **extra: Any) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.fields = dict(fields or {})
        self.extra = extra

    @property
    def retry_after_ms(self) -> int | None:
        """Milliseconds after which another try makes sense, where there is such a time."""
        return self.extra.get("retry_after_ms")


class Invalid(DomainError):
    """The input is wrong; `fields` says where."""

    code = "invalid"


class Unauthenticated(DomainError):
    code = "unauthenticated"
    status = 401


class Forbidden(DomainError):
    """The actor sees it, and may not do it."""

    code = "forbidden"
    status = 403


class NotFound(DomainError):
    """It is not there, or not for this actor: the two are told alike."""

    code = "not_found"
    status = 404


class Conflict(DomainError):
    """The state does not allow it; `extra` carries the current state or the allowed moves."""

    code = "conflict"
    status = 409


class RateLimited(DomainError):
    code = "rate_limited"
    status = 429


class Unavailable(DomainError):
    """A service behind is away or busy; nothing was changed and another try may work."""

    code = "unavailable"
    status = 503
