"""Secrets at rest: unreadable without the key, for another purpose, or changed; and readable while keys are replaced."""
from typing import Any

import pytest

from foundation import sealing

ONE, OTHER = b"1" * 32, b"2" * 32


def test_what_was_sealed_opens_for_its_purpose_alone(settings: Any) -> None:
    sealed = sealing.seal(b"secret", purpose="mine")
    assert sealing.unseal(sealed, purpose="mine") == b"secret"
    with pytest.raises(sealing.Unreadable, match="something else"):
        sealing.unseal(sealed, purpose="yours")


def test_it_is_never_the_same_twice_and_shows_nothing() -> None:
    seals = {sealing.seal(b"secret", purpose="x") for _ in range(100)}
    assert len(seals) == 100
    assert not any(b"secret" in sealed for sealed in seals)


@pytest.mark.parametrize("at", [0, 1, 8, 9, 20, 21, -1])
def test_a_changed_byte_is_noticed(at: int) -> None:
    sealed = bytearray(sealing.seal(b"secret", purpose="x"))
    sealed[at] ^= 1
    with pytest.raises(sealing.Unreadable):
        sealing.unseal(bytes(sealed), purpose="x")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + b"x" * 8])
def test_what_was_never_sealed_is_unreadable(sealed: bytes) -> None:
    with pytest.raises(sealing.Unreadable):
        sealing.unseal(sealed, purpose="x")


def test_keys_are_replaced_one_after_the_other(settings: Any) -> None:
    settings.ENCRYPTION_KEYS = [ONE]
    sealed = sealing.seal(b"secret", purpose="x")
    settings.ENCRYPTION_KEYS = [OTHER, ONE]
    assert sealing.unseal(sealed, purpose="x") == b"secret" and not sealing.is_current(sealed)
    renewed = sealing.seal(b"secret", purpose="x")
    settings.ENCRYPTION_KEYS = [OTHER]
    assert sealing.is_current(renewed) and sealing.unseal(renewed, purpose="x") == b"secret"
    with pytest.raises(sealing.Unreadable, match="not known"):
        sealing.unseal(sealed, purpose="x")


def test_without_keys_one_is_made_of_the_secret_key_and_its_fallbacks(settings: Any) -> None:
    settings.ENCRYPTION_KEYS, settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = [], "first", []
    sealed = sealing.seal(b"secret", purpose="x")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "second", ["first"]
    assert sealing.unseal(sealed, purpose="x") == b"secret" and not sealing.is_current(sealed)
    settings.ENCRYPTION_KEYS = [ONE]
    assert sealing.unseal(sealed, purpose="x") == b"secret", "which goes on being read"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(sealing.Unreadable):
        sealing.unseal(sealed, purpose="x")
