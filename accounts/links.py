"""The secret in a mailed link. It is made of the row's key and the signing key, so that whoever sends the mail can make it and the database
need not hold it: there is its hash alone."""
import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings

from foundation.errors import DomainError

MAC = 32  # bytes
SIZE = 16 + 16 + MAC


class DeadLink(DomainError):
    """One answer for a link that was used, is too old, is of another time or was never one."""

    code = "dead_link"
    status = 410

    def __init__(self) -> None:
        super().__init__("This link does not work any more. Please ask for a new one.")


@dataclass(frozen=True)
class Named:
    """What a link names; `hash` is what the row must hold."""

    organization_id: UUID
    id: UUID
    hash: bytes


def secret(purpose: str, organization: UUID, id: UUID, number: int = 1) -> tuple[str, bytes]:
    """(the text for the link, the hash for the row) of a row's number-th link."""
    mac = _mac(settings.SECRET_KEY, purpose, organization, id, number)
    text = base64.urlsafe_b64encode(organization.bytes + id.bytes + mac).rstrip(b"=").decode()
    return text, hashlib.sha256(mac).digest()


def read(text: str) -> Named:
    """What the text of a link names; raises DeadLink for what is none."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise DeadLink from None
    if len(raw) != SIZE or not text.isascii():
        raise DeadLink
    return Named(UUID(bytes=raw[:16]), UUID(bytes=raw[16:32]), hashlib.sha256(raw[32:]).digest())


def fits(named: Named, row: Any) -> bool:
    """Whether the link is this row's."""
    return hmac.compare_digest(named.hash, bytes(row.hash))


def _mac(key: str, purpose: str, organization: UUID, id: UUID, number: int) -> bytes:
    return hmac.new(key.encode(), f"pandar link\0{purpose}\0{organization}\0{id}\0{number}".encode(), hashlib.sha256).digest()
