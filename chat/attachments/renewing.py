"""A picture is made anew in a process of its own (`picture.py`): what a hostile file does there, it does to that process alone.

Each file has its own process: bounds of memory and processor time count for this file, and whatever took a process over learns nothing of
the next file. It is given no setting, no key, no database, and no descriptor but the file and where the result goes.
"""
import json
import logging
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from django.conf import settings

from chat.attachments import picture
from chat.attachments.kinds import Kind, Unsuitable
from foundation.errors import Unavailable
from foundation.places import Places

logger = logging.getLogger(__name__)
PROGRAM = Path(picture.__file__)
PATIENCE = 40.0  # seconds by the clock for one file, of which it may use PROCESSOR_SECONDS
WAITING_PER_WORKER = 5
CUT_OFF = {-signal.SIGKILL, -signal.SIGXCPU, -signal.SIGXFSZ}
WORDS = {
    "unreadable": "The picture cannot be read: it is damaged, or not what it says it is.",
    "too_many_pixels": "The picture is too large: at most 40 megapixels, all frames of an animation together.",
    "too_costly": "The picture takes too long to process. Please send a smaller one.",
}


@dataclass(frozen=True)
class Made:
    """What is kept of a file. Sizes of pictures are in pixels; a document has none, and no thumbnail."""

    content: bytes
    thumbnail: bytes = b""
    width: int | None = None
    height: int | None = None


def made(content: bytes, kind: Kind, *, whose: tuple[UUID, ...]) -> Made:
    """What is kept of a file of this kind; of a document all of it. `whose` it is: organization and user. Slow: call it outside a unit of
    work. Raises Unsuitable, or Unavailable where too many wait."""
    if kind.form is None:
        return Made(content)
    with places().place(*whose):
        return renewed(content, kind.form)


@cache
def places() -> Places:
    """At most half of the threads that answer may wait for pictures, half of these are one organization's, and half of those one user's:
    the others are for others."""
    workers = settings.PICTURE_WORKERS
    room = min(workers * (1 + WAITING_PER_WORKER), settings.HTTP_THREADS // 2)
    return Places(workers, max(workers, room), busy)


def busy() -> Unavailable:
    return Unavailable("Too many pictures are being processed at this moment. Please try again.", code="busy", retry_after_ms=2000)


def renewed(content: bytes, form: str) -> Made:
    """The picture anew, by a process; raises Unsuitable or Unavailable."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as result:
        given.write(content)
        given.seek(0)
        ended = run(form, given, result)
        if ended in CUT_OFF:
            raise Unsuitable(WORDS["too_costly"], code="too_costly")
        if ended < 0:  # the library fell over it
            raise Unsuitable(WORDS["unreadable"], code="unreadable")
        if ended:
            logger.error("a picture process ended with %s", ended)
            raise Unavailable("Pictures cannot be processed at this moment. Please try again later.", retry_after_ms=30_000)
        result.seek(0)
        return read(result)


def run(form: str, given: IO[bytes], result: IO[bytes]) -> int:
    """How the program ended; raises Unavailable where the machine did not get to it in time."""
    command = [sys.executable, "-I", str(PROGRAM), form]
    with subprocess.Popen(command, stdin=given, stdout=result, stderr=subprocess.DEVNULL, env={}, cwd="/") as process:
        try:
            return process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise busy() from None
        finally:
            process.kill()


def read(result: IO[bytes]) -> Made:
    """The program's result; raises Unsuitable for its refusal."""
    (length,) = picture.LENGTH.unpack(result.read(picture.LENGTH.size))
    about: dict[str, Any] = json.loads(result.read(length))
    if reason := about.get("refused"):
        raise Unsuitable(WORDS[reason], code=reason)
    content, thumbnail = (result.read(size) for size in about["sizes"])
    return Made(content, thumbnail, about["width"], about["height"])
