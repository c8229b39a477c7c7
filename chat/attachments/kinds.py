"""What may be attached, told by content alone, and what it is called."""
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from foundation.errors import DomainError

MOST_BYTES = 5 * 1024 * 1024
LONGEST_NAME = 100  # characters
PDF_HEAD = re.compile(rb"%PDF-(1\.[0-7]|2\.0)[\r\n %]")
PDF_TAIL = re.compile(rb"startxref\s+\d+\s+%%EOF[\s\0]*\Z")
TAIL = 1024  # bytes in which a PDF has its end


class Unsuitable(DomainError):
    """The file is none that can be attached; `code` says why."""

    code = "unsupported_file"


@dataclass(frozen=True)
class Kind:
    """`form` is Pillow's name of a picture's format; None for what is kept as it came."""

    media_type: str
    form: str | None
    endings: tuple[str, ...]
    fits: Callable[[bytes], bool]


def beginning(*signatures: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(signatures)


def _is_webp(content: bytes) -> bool:
    return content[:4] == b"RIFF" and content[8:12] == b"WEBP"


def _is_pdf(content: bytes) -> bool:
    """From its first byte to its last: what is something else before or behind is no PDF here."""
    return PDF_HEAD.match(content) is not None and PDF_TAIL.search(content[-TAIL:]) is not None


KINDS = (
    Kind("image/jpeg", "JPEG", (".jpg", ".jpeg"), beginning(b"\xff\xd8\xff")),
    Kind("image/png", "PNG", (".png",), beginning(b"\x89PNG\r\n\x1a\n")),
    Kind("image/webp", "WEBP", (".webp",), _is_webp),
    Kind("image/gif", "GIF", (".gif",), beginning(b"GIF87a", b"GIF89a")),
    Kind("application/pdf", None, (".pdf",), _is_pdf),
)
MEDIA_TYPES = tuple(kind.media_type for kind in KINDS)
PICTURES = tuple(kind.media_type for kind in KINDS if kind.form)


def kind_of(content: bytes) -> Kind:
    """The kind of a file by its content; raises Unsuitable."""
    for kind in KINDS:
        if kind.fits(content):
            return kind
    raise Unsuitable("Only JPEG, PNG, WebP and GIF pictures and PDF documents can be attached; the content decides, not the name.")


def safe_name(given: str, kind: Kind) -> str:
    """A file's name without folders, control and format characters, at most LONGEST_NAME long, with an ending of its kind."""
    bare = unicodedata.normalize("NFC", given).replace("\\", "/").rpartition("/")[2]
    kept = "".join(" " if character.isspace() else character for character in bare if _shows(character))
    name = re.sub(r'[<>:"|?*]', "_", " ".join(kept.split()))
    ending = next((known for known in kind.endings if name.lower().endswith(known)), None)
    stem = (name[: -len(ending)] if ending else name).strip(". ") or "file"
    ending = ending or kind.endings[0]
    return stem[: LONGEST_NAME - len(ending)].rstrip(". ") + ending


def _shows(character: str) -> bool:
    return character.isspace() or unicodedata.category(character)[0] != "C"
