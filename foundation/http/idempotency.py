"""`Idempotency-Key`: a write that succeeded once is answered again, not done again.

Only success is remembered, so a refused write leaves its key free. The row is written in the write's own transaction: a second
request with the same key waits for the first one to commit or to roll back.
"""
import hashlib
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db import connection
from django.http import HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.errors import Conflict, Invalid
from foundation.http.rendering import encode

LONGEST = 200
WRITES = {"POST", "PUT", "PATCH", "DELETE"}
CLAIM = """
INSERT INTO foundation_idempotencykey (organization_id, user_id, key, fingerprint) VALUES (%s, %s, %s, %s)
ON CONFLICT (organization_id, user_id, key) DO NOTHING RETURNING id
"""
KEPT = "SELECT fingerprint, status, body FROM foundation_idempotencykey WHERE organization_id = %s AND user_id = %s AND key = %s"
KEEP = "UPDATE foundation_idempotencykey SET status = %s, body = %s WHERE id = %s"


def key_of(request: Request) -> str | None:
    """The request's key, where it has one; raises Invalid for a malformed one."""
    key = request.headers.get("Idempotency-Key")
    if key is None or request.method not in WRITES:
        return None
    if not proper(key):
        raise Invalid(f"Idempotency-Key must have 1 to {LONGEST} printable characters.", code="invalid_idempotency_key")
    return key


def proper(key: str) -> bool:
    """Whether a write can be named so."""
    return 1 <= len(key) <= LONGEST and key.isprintable()


def fingerprint(request: Request) -> bytes:
    """SHA-256 of what is asked for."""
    return fingerprint_of(str(request.method), request.path, request.data)


def fingerprint_of(method: str, path: str, data: Any) -> bytes:
    """The same of a request's parts; `data` is its parsed body."""
    return hashlib.sha256(b"\0".join([method.encode(), path.encode(), encode(data)])).digest()


def answer_once(request: Request, key: str, organization: UUID, user: UUID, work: Callable[[], Any]) -> Any:
    """The answer of `work`, done now or remembered; inside the request's unit of work."""
    asked = fingerprint(request)
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [organization, user, key, asked])
        claimed = cursor.fetchone()
        if claimed is None:
            cursor.execute(KEPT, [organization, user, key])
            return remembered(asked, *cursor.fetchone())
    response = work()
    if response.status_code < 400:  # noqa: PLR2004 - a refusal rolls the claim back with everything else
        with connection.cursor() as cursor:
            cursor.execute(KEEP, [response.status_code, encode(response.data).decode(), claimed[0]])
    return response


def remembered(asked: bytes, kept: Any, status: int, body: str) -> HttpResponse | Response:
    """The first answer again; raises Conflict where something else was asked under the same key."""
    if bytes(kept) != asked:
        raise Conflict("This Idempotency-Key was used for another request.", code="idempotency_key_reused")
    data = f'{{"success":true,"data":{body}}}' if status != 204 else ""  # noqa: PLR2004
    return HttpResponse(data, status=status, content_type="application/json", headers={"Idempotent-Replay": "true"})
