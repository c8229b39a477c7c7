"""What a failed command answers."""
import logging
from typing import Any

import psycopg
from django.db import InterfaceError, OperationalError
from msgspec import UNSET

from foundation.errors import DomainError
from foundation.socket.frames import Error

AWAY = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)
RETRY_AFTER_MS = 2000

logger = logging.getLogger("foundation.socket")


def refusal(error: Exception, ref: str | None, *, doing: str) -> Error:
    """The frame for an exception; one that nobody meant is logged with its traceback."""
    if isinstance(error, DomainError):
        return _domain(error, ref)
    if isinstance(error, (*AWAY, TimeoutError)):
        logger.warning("%s: the database is away (%s)", doing, error.__class__.__name__)
        return Error(ref=ref, code="unavailable", message="The service is busy or restarting. Try again soon.",
                     retry_after_ms=RETRY_AFTER_MS)
    logger.error("%s failed", doing, exc_info=error)
    return Error(ref=ref, code="internal", message="Something went wrong on our side.")


def _domain(error: DomainError, ref: str | None) -> Error:
    details: dict[str, Any] = {key: value for key, value in error.extra.items() if key != "retry_after_ms"}
    retry_after_ms = error.retry_after_ms
    if retry_after_ms is None and error.code == "unavailable":
        retry_after_ms = RETRY_AFTER_MS
    return Error(ref=ref, code=error.code, message=error.message, fields=error.fields or UNSET, details=details or UNSET,
                 retry_after_ms=UNSET if retry_after_ms is None else retry_after_ms)
