"""Where the bytes of attachments are: a folder, or a bucket that speaks S3, by setting."""
import os
import secrets
from collections.abc import Iterator
from typing import IO, Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage, storages

from foundation.errors import Unavailable

ALIAS = "attachments"
THUMBNAIL = ".thumbnail"


class Folder(FileSystemStorage):
    """Files that are on the disk, and not only on their way there, once they are saved."""

    def _save(self, name: str, content: Any) -> str:
        saved = super()._save(name, content)  # type: ignore[misc]
        path = self.path(saved)
        synchronize(path)
        while path != self.location:
            path = os.path.dirname(path)
            synchronize(path)
        return str(saved)


def synchronize(path: str) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def storage() -> Storage:
    return storages[ALIAS]


def new_key(organization: UUID) -> str:
    """A name that nobody can guess, below its organization's."""
    name = secrets.token_hex(24)
    return f"{organization.hex}/{name[:2]}/{name}"


def put(key: str, content: bytes) -> None:
    """Keep the bytes under a name that is new; raises Unavailable."""
    try:
        storage().save(key, ContentFile(content))
    except failures() as error:
        raise away() from error


def open_file(key: str) -> IO[bytes]:
    """The bytes, to read and to seek in; raises FileNotFoundError or Unavailable."""
    try:
        file = storage().open(key)
        file.seek(0)  # a bucket's file is fetched here and not later
    except FileNotFoundError:
        raise
    except failures() as error:
        raise away() from error
    return file


def remove(key: str) -> None:
    """Idempotent; raises whatever the storage raises, for a task that is repeated."""
    storage().delete(key)


def keys_of(organization: UUID) -> Iterator[str]:
    """Every name that is kept for an organization."""
    yield from _below(organization.hex)


def _below(folder: str) -> Iterator[str]:
    try:
        folders, files = storage().listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}/{name}" for name in files)
    for name in folders:
        yield from _below(f"{folder}/{name}")


def failures() -> tuple[type[Exception], ...]:
    """What a storage raises that is away, full or misconfigured."""
    if isinstance(storage(), FileSystemStorage):
        return (OSError,)
    from botocore.exceptions import BotoCoreError, ClientError

    return (OSError, BotoCoreError, ClientError)


def away() -> Unavailable:
    return Unavailable("Files cannot be stored or read at this moment. Please try again.", retry_after_ms=5000)
