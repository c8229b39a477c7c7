"""A picture is made anew of its pixels, so that nothing else of the file that came survives: no place, no camera, no comment, no
profile, and nothing that hides behind the picture. Run as a program, once for each file, with limits; it imports Pillow and nothing of
ours.

    picture.py JPEG|PNG|WEBP|GIF < file > result

The result is four bytes of length, so much JSON, then the bytes of the picture and of its thumbnail:
{"width", "height", "frames", "sizes": [picture, thumbnail]} or {"refused": "unreadable" | "too_many_pixels" | "too_costly"}.
"""
import ctypes
import io
import json
import os
import re
import resource
import struct
import sys
import warnings
from contextlib import suppress
from typing import Any

from PIL import GifImagePlugin, Image, ImageCms, ImageOps, JpegImagePlugin, PngImagePlugin, WebPImagePlugin  # noqa: F401 (they register)

MOST_PIXELS = 40_000_000  # of all frames together; Pillow asks each header for them before it decodes
MOST_FRAMES = 500
MOST_SCANS = 100  # of a JPEG: each goes over all of the picture, and may be a few bytes; encoders make ten or so
MEMORY = 1024**3  # bytes of addresses
PROCESSOR_SECONDS = 10
MOST_RESULT = 20 * 1024**2  # bytes
LARGEST_PROFILE = 512 * 1024  # bytes
THUMBNAIL = (480, 480)
FOLLOWS = 10  # the nice value: requests go first, and on a busy machine this still gets somewhere
NO_NEW_PRIVILEGES = 38  # prctl(2)
LENGTH = struct.Struct("!I")
QUALITY = 90
PLAIN_WEBP: dict[str, Any] = {"method": 2, "exif": b"", "xmp": b"", "icc_profile": b""}
JPEG_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")  # which has a length; pixels have none that looks like it
START_OF_SCAN, END_OF_IMAGE = b"\xda", b"\xd9"
FRAME_MILLISECONDS = (20, 60_000, 100)  # the shortest, the longest, and where nothing is said


class Refused(Exception):
    """The reason as a code."""


def renewed(content: bytes, form: str) -> tuple[dict[str, Any], list[bytes]]:
    """What is told of the picture, and its parts. Raises Refused, MemoryError, or whatever Pillow raises for a broken file."""
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    if form == "JPEG" and scans(content) > MOST_SCANS:
        raise Refused("too_costly")
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            picture = Image.open(io.BytesIO(content), formats=[form])
            frames = getattr(picture, "n_frames", 1) if form in ("GIF", "WEBP") else 1
            expect_moderate(*picture.size, frames)
            made = animation(picture, form, frames) if frames > 1 else still(picture, form, lossless=b"VP8L" in content)
        except (Image.DecompressionBombWarning, Image.DecompressionBombError):
            raise Refused("too_many_pixels") from None
    first, whole = made
    told = {"width": first.width, "height": first.height, "frames": frames}
    small = thumbnail(first)
    if len(whole) + len(small) > MOST_RESULT:
        raise Refused("too_costly")
    return {**told, "sizes": [len(whole), len(small)]}, [whole, small]


def expect_moderate(width: int, height: int, frames: int = 1) -> None:
    """Raises Refused for more than is decoded."""
    if width < 1 or height < 1:
        raise Refused("unreadable")
    if frames > MOST_FRAMES or width * height * frames > MOST_PIXELS:
        raise Refused("too_many_pixels")


def scans(content: bytes) -> int:
    """How many scans a JPEG has, up to its end; counted before anything is decoded."""
    found, place = 0, 2
    while (marker := JPEG_MARKER.search(content, place)) and marker[1] != END_OF_IMAGE:
        found += marker[1] == START_OF_SCAN
        place = marker.end() + int.from_bytes(content[marker.end():marker.end() + 2])
    return found


def still(picture: Any, form: str, *, lossless: bool) -> tuple[Any, bytes]:
    """A picture of one frame: turned as its camera held it, in sRGB, encoded in its own format."""
    picture.load()
    sampling = JpegImagePlugin.get_sampling(picture) if form == "JPEG" else -1
    with suppress(Exception):  # an orientation that cannot be read is none
        ImageOps.exif_transpose(picture, in_place=True)
    picture = plain(picture)
    transparency = picture.info.get("transparency")
    picture.info = {} if transparency is None else {"transparency": transparency}
    if form == "JPEG":
        picture = picture if picture.mode in ("L", "RGB") else picture.convert("RGB")
        picture.info = {}
        return picture, encoded(picture, form, quality=QUALITY, subsampling=sampling)
    if form == "WEBP":
        return picture, encoded(picture, form, quality=QUALITY, lossless=lossless, **PLAIN_WEBP)
    return picture, encoded(picture, form)


def encoded(picture: Any, form: str, **options: Any) -> bytes:
    """Raises Refused: whoever could be decoded and cannot be encoded needs more than there is."""
    output = io.BytesIO()
    try:
        picture.save(output, form, **options)
    except (OSError, ValueError):
        raise Refused("too_costly") from None
    return output.getvalue()


def plain(picture: Any) -> Any:
    """In sRGB and eight bits."""
    if picture.mode.startswith(("I", "F")):  # sixteen bits of grey
        return picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    profile = picture.info.get("icc_profile")
    if profile and len(profile) <= LARGEST_PROFILE:
        with suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError, KeyError):
            return in_srgb(picture, profile)
    return picture.convert("RGB") if picture.mode in ("CMYK", "YCbCr", "LAB", "HSV") else picture


def in_srgb(picture: Any, profile: bytes) -> Any:
    """The colours that the profile means; Pillow's errors where it is none for such a picture."""
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    if picture.mode in ("RGB", "RGBA") and ImageCms.getProfileDescription(source).startswith("sRGB"):
        return picture
    if picture.mode == "P":
        picture = picture.convert("RGBA" if "transparency" in picture.info else "RGB")
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    return ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode=mode)


def animation(picture: Any, form: str, frames: int) -> tuple[Any, bytes]:
    """All frames, each for its time. A frame of a GIF may lie beyond the picture, which Pillow lets grow by it: browsers do not, and what
    is decoded counts."""
    loop, canvas, pixels = picture.info.get("loop"), picture.size, 0
    kept, times = [], []
    for number in range(frames):
        picture.seek(number)
        pixels += picture.width * picture.height
        expect_moderate(pixels, 1)
        frame = picture.convert("RGBA").crop((0, 0, *canvas))
        times.append(milliseconds(picture.info.get("duration")))
        frame.info = {}
        kept.append(frame)
    options: dict[str, Any] = {} if loop is None else {"loop": min(int(loop), 65_535)}
    options |= {"disposal": 2} if form == "GIF" else {"quality": QUALITY, **PLAIN_WEBP}
    return kept[0], encoded(kept[0], form, save_all=True, append_images=kept[1:], duration=times, **options)


def milliseconds(given: Any) -> int:
    shortest, longest, usual = FRAME_MILLISECONDS
    return min(longest, max(shortest, int(given))) if isinstance(given, (int, float)) and given > 0 else usual


def thumbnail(picture: Any) -> bytes:
    """A small WebP of it; the picture itself becomes small."""
    if picture.mode not in ("RGB", "RGBA"):
        clear = picture.mode in ("LA", "PA") or "transparency" in picture.info
        picture = picture.convert("RGBA" if clear else "RGB")
    picture.thumbnail(THUMBNAIL, reducing_gap=2.0)
    picture.info = {}
    return encoded(picture, "WEBP", quality=80, **PLAIN_WEBP)


def told(content: bytes, form: str) -> tuple[dict[str, Any], list[bytes]]:
    """The same, every failure a refusal."""
    try:
        return renewed(content, form)
    except Refused as refused:
        return {"refused": str(refused)}, []
    except MemoryError:
        return {"refused": "too_costly"}, []
    except Exception:
        return {"refused": "unreadable"}, []


def limit() -> None:
    """Bounds that this process cannot lift again."""
    os.nice(FOLLOWS)
    with suppress(AttributeError, OSError):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
        ctypes.CDLL(None).prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    bounds = [("RLIMIT_CORE", 0), ("RLIMIT_NPROC", 0), ("RLIMIT_NOFILE", 32), ("RLIMIT_FSIZE", MOST_RESULT + 65_536),
              ("RLIMIT_CPU", PROCESSOR_SECONDS), ("RLIMIT_AS", MEMORY)]
    for name, most in bounds:
        with suppress(AttributeError, ValueError, OSError):  # not every system has them all
            resource.setrlimit(getattr(resource, name), (most, most))


def main(form: str) -> None:
    limit()
    about, parts = told(sys.stdin.buffer.read(), form)
    head = json.dumps(about).encode()
    sys.stdout.buffer.write(b"".join([LENGTH.pack(len(head)), head, *parts]))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(sys.argv[1])
