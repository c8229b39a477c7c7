"""How messages are sent and files uploaded, for `/metrics`."""
import time
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar

from foundation import metrics
from foundation.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, Unavailable


class Answer(Protocol):
    """What sending answers."""

    @property
    def duplicate(self) -> bool: ...


Given = ParamSpec("Given")
Stored = TypeVar("Stored", bound=Answer)
OUTCOMES = ("stored", "duplicate", "conflict", "closed", "not_found", "refused", "failed")
SENDS = metrics.counter("pandar_sends", "Messages by what became of them", ["outcome"])
SECONDS = metrics.histogram("pandar_send_seconds", "Time to store a message and to publish it", ["door"])
UPLOAD_OUTCOMES = ("kept", "refused", "busy", "failed")
UPLOADS = metrics.counter("pandar_uploads", "Files by what became of them", ["outcome"])
UPLOAD_SECONDS = metrics.histogram("pandar_upload_seconds", "Time to make a file anew and to keep it")
UPLOAD = {outcome: UPLOADS.labels(outcome) for outcome in UPLOAD_OUTCOMES}
OUTCOME = {outcome: SENDS.labels(outcome) for outcome in OUTCOMES}
REST, SOCKET = SECONDS.labels("rest"), SECONDS.labels("socket")


def measured(send: Callable[Given, Stored]) -> Callable[Given, Stored]:
    """Counts what comes of a message that REST sends."""
    @wraps(send)
    def run(*args: Given.args, **kwargs: Given.kwargs) -> Stored:
        started = time.perf_counter()
        try:
            return _told(send(*args, **kwargs))
        except Exception as error:
            OUTCOME[outcome_of(error)].inc()
            raise
        finally:
            REST.observe(time.perf_counter() - started)

    return run


def measured_async(send: Callable[Given, Awaitable[Stored]]) -> Callable[Given, Any]:
    """The same for a socket."""
    @wraps(send)
    async def run(*args: Given.args, **kwargs: Given.kwargs) -> Stored:
        started = time.perf_counter()
        try:
            return _told(await send(*args, **kwargs))
        except Exception as error:
            OUTCOME[outcome_of(error)].inc()
            raise
        finally:
            SOCKET.observe(time.perf_counter() - started)

    return run


def uploading(upload: Callable[Given, Any]) -> Callable[Given, Any]:
    """The same for a file."""
    @wraps(upload)
    def run(*args: Given.args, **kwargs: Given.kwargs) -> Any:
        started = time.perf_counter()
        try:
            kept = upload(*args, **kwargs)
        except Exception as error:
            UPLOAD[upload_outcome(error)].inc()
            raise
        finally:
            UPLOAD_SECONDS.observe(time.perf_counter() - started)
        UPLOAD["kept"].inc()
        return kept

    return run


def upload_outcome(error: Exception) -> str:
    """The outcome that a refusal stands for."""
    if isinstance(error, Unavailable):
        return "busy" if error.code == "busy" else "failed"
    return "refused" if isinstance(error, DomainError) else "failed"


def _told(stored: Stored) -> Stored:
    OUTCOME["duplicate" if stored.duplicate else "stored"].inc()
    return stored


def outcome_of(error: Exception) -> str:
    """The outcome that a refusal stands for."""
    if isinstance(error, NotFound):
        return "not_found"
    if isinstance(error, Conflict):
        return "closed" if error.code == "closed" else "conflict"
    return "refused" if isinstance(error, Forbidden | Invalid) else "failed"
