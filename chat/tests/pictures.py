"""Files by construction: ordinary ones, and those that somebody means harm with."""
import io
import struct
import zipfile
import zlib
from typing import Any

from PIL import Image, ImageCms

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
PNG_HEAD = 8 + 25  # bytes: signature and IHDR
GPS, MAKE, ORIENTATION = 0x8825, 0x010F, 0x0112
SECRET = "cameraofsomebody"
PLACE = "52 31 12"


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    output = io.BytesIO()
    image.save(output, form, **options)
    return output.getvalue()


def drawing(width: int = 64, height: int = 48) -> Image.Image:
    """Red, green and blue stripes from left to right, and black above: which side is up can be seen."""
    image = Image.new("RGB", (width, height), "red")
    image.paste("lime", (width // 3, 0, 2 * width // 3, height))
    image.paste("blue", (2 * width // 3, 0, width, height))
    image.paste("black", (0, 0, width, height // 4))
    return image


def jpeg(**options: Any) -> bytes:
    return encoded(drawing(), "JPEG", quality=95, subsampling=0, **options)


def png(**options: Any) -> bytes:
    return encoded(drawing(), "PNG", **options)


def animated(form: str, frames: int = 3, size: tuple[int, int] = (40, 30), **options: Any) -> bytes:
    first, *others = (Image.new("RGB", size, (number * 7 % 256, 40, 255 - number * 7 % 256)) for number in range(frames))
    return encoded(first, form, save_all=True, append_images=others, duration=120, loop=0, **options)


def of_two_pictures() -> bytes:
    """A JPEG with another one behind it, as cameras with two lenses make."""
    return encoded(drawing(), "MPO", save_all=True, append_images=[drawing(32, 32)])


def telling(form: str) -> bytes:
    """A picture that tells where it was taken, with what and by whom, and is held sideways."""
    exif = Image.Exif()
    exif[MAKE], exif[ORIENTATION] = SECRET, 6
    exif.get_ifd(GPS).update({1: "N", 2: (52.0, 31.0, 12.0), 29: SECRET})
    xmp = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{SECRET}</x:xmpmeta>".encode()
    options: dict[str, Any] = {"exif": exif.tobytes(), "icc_profile": swapped_profile()}
    if form == "JPEG":
        options |= {"comment": SECRET.encode(), "xmp": xmp}
    if form == "WEBP":
        options |= {"xmp": xmp, "lossless": True}
    content = encoded(drawing(), form, **options)
    if form == "PNG":
        content = with_chunk(content, b"tEXt", b"Comment\0" + SECRET.encode())
        content = with_chunk(content, b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp)
    return content


def swapped_profile() -> bytes:
    """A colour profile that no camera has: the name in it is found again where it survives."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"sRGB built-in", SECRET[:13].encode()).replace(
        "sRGB built-in".encode("utf-16-be"), SECRET[:13].encode("utf-16-be"))


def chunk(kind: bytes, content: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack("!I", len(content)) + kind + content + struct.pack("!I", zlib.crc32(kind + content))


def with_chunk(content: bytes, kind: bytes, inside: bytes) -> bytes:
    return content[:PNG_HEAD] + chunk(kind, inside) + content[PNG_HEAD:]


def vast_png(side: int = 50_000) -> bytes:
    """A few bytes that say they are 2,500 megapixels."""
    head = chunk(b"IHDR", struct.pack("!IIBBBBB", side, side, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 1_000)) + chunk(b"IEND", b"")


def vast_jpeg(side: int = 50_000) -> bytes:
    content = jpeg()
    place = content.index(b"\xff\xc0") + 5
    return content[:place] + struct.pack("!HH", side, side) + content[place + 4:]


def vast_gif(side: int = 50_000) -> bytes:
    content = encoded(drawing(), "GIF")
    return content[:6] + struct.pack("<HH", side, side) + content[10:]


def vast_webp() -> bytes:
    """The largest canvas that a header can say: 16,777,216 by 16,777,216."""
    content = encoded(drawing(), "WEBP", exif=b"Exif\0\0" + bytes(20))
    assert content[12:16] == b"VP8X"
    return content[:24] + b"\xff" * 6 + content[30:]


def growing_gif(side: int, frames: int = 3) -> bytes:
    """A picture of one pixel, with frames that lie far beyond it."""
    content = encoded(Image.new("P", (1, 1)), "GIF")
    frame = encoded(drawing(side, side).quantize(8), "GIF")
    start = frame.index(b"\x2c\0\0\0\0")
    colours = frame[13:13 + 3 * 2 ** ((frame[10] & 7) + 1)]
    told = frame[start:start + 9] + bytes([0x80 | (frame[10] & 7)])
    return content[:-1] + (told + colours + frame[start + 10:-1]) * frames + b";"


def many_scans(scans: int, side: int = 64) -> bytes:
    """A progressive JPEG whose last scan, some hundred bytes for however many pixels, is there so many times."""
    content = encoded(Image.new("L", (side, side), 128), "JPEG", quality=5, progressive=True)
    first, end = content.rindex(b"\xff\xc4", 0, content.rindex(b"\xff\xda")), content.rindex(b"\xff\xd9")
    return content[:first] + content[first:end] * (scans - content.count(b"\xff\xda") + 1) + content[end:]


def text_bomb(many: int = 1) -> bytes:
    """A text of 500 MB in a file of half a megabyte."""
    text = zlib.compressobj(9)
    packed = b"".join(text.compress(b"A" * 1_000_000) for _ in range(500)) + text.flush()
    content = png()
    for _ in range(many):
        content = with_chunk(content, b"zTXt", b"Comment\0\0" + packed)
    return content


def many_texts() -> bytes:
    """Texts that are each allowed, and 300 MB together."""
    texts = b"".join(chunk(b"zTXt", b"%d\0\0" % number + zlib.compress(b"A" * 1_000_000, 9)) for number in range(300))
    content = png()
    return content[:PNG_HEAD] + texts + content[PNG_HEAD:]


def archive() -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as file:
        file.writestr("index.html", "<script>alert(1)</script>")
    return output.getvalue()


SCRIPT = b"<html><script>alert(document.domain)</script></html>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><rect width="9" height="9"/></svg>'


def gif_and_script() -> bytes:
    """A GIF that a browser also runs as a script: its width is the beginning of a comment, and the script stands behind the picture."""
    content = encoded(Image.new("P", (0x2A2F, 1)), "GIF")
    assert content[6:8] == b"/*"
    return content + b"*/=1;alert(1);"
