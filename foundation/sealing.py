"""Secrets at rest: AES-256-GCM under a key whose name stands before the ciphertext, so that keys can be replaced.

The keys are ENCRYPTION_KEYS, 32 bytes each, the first of which seals; after them, for reading, one that is made of SECRET_KEY and one of
each of SECRET_KEY_FALLBACKS. Without ENCRYPTION_KEYS the one of SECRET_KEY seals. docs/operations.md says how they are replaced.
"""
import hashlib
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

FORMAT = b"\x01"
NAME, NONCE = 8, 12  # bytes


class Unreadable(Exception):
    """The key is not known any more, or this was sealed for something else."""


def seal(secret: bytes, *, purpose: str) -> bytes:
    """The secret under the current key. It opens for the same purpose alone, a text that names whose and what it is."""
    key = keys()[0]
    nonce = os.urandom(NONCE)
    return FORMAT + name(key) + nonce + AESGCM(key).encrypt(nonce, secret, purpose.encode())


def unseal(sealed: bytes, *, purpose: str) -> bytes:
    """The secret; raises Unreadable."""
    named, nonce, text = sealed[1 : 1 + NAME], sealed[1 + NAME : 1 + NAME + NONCE], sealed[1 + NAME + NONCE :]
    key = next((key for key in keys() if name(key) == named), None)
    if sealed[:1] != FORMAT or key is None:
        raise Unreadable("The key that this was sealed with is not known.")
    try:
        return AESGCM(key).decrypt(nonce, text, purpose.encode())
    except InvalidTag:
        raise Unreadable("This was sealed for something else, or changed.") from None


def is_current(sealed: bytes) -> bool:
    """Whether it was sealed with the key that seals now."""
    return sealed[: 1 + NAME] == FORMAT + name(keys()[0])


def keys() -> tuple[bytes, ...]:
    return (*settings.ENCRYPTION_KEYS, *map(derived, (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)))


@lru_cache(maxsize=16)
def derived(secret: str) -> bytes:
    """A key of its own for this use (HKDF, RFC 5869), from which the signing key cannot be found."""
    return HKDF(SHA256(), 32, None, b"pandar sealing 1").derive(secret.encode())


def name(key: bytes) -> bytes:
    """What a key is called in what it sealed."""
    return hashlib.sha256(b"pandar key name " + key).digest()[:NAME]
