"""A picture as a customer's phone might make it, without any library: a receipt, and in it what a phone should not have told."""
import struct
import zlib

WIDTH, HEIGHT = 720, 960
WHERE = "6.4541 N, 3.3947 E"  # what is written beside the picture, and must be gone from what others get


def receipt() -> bytes:
    """A PNG of white paper with grey lines."""
    paper, line = b"\0" + b"\xf8" * (3 * WIDTH), b"\0" + b"\xf8" * 180 + b"\x60" * (3 * WIDTH - 360) + b"\xf8" * 180
    rows = b"".join(line if row % 48 > 40 and row > 100 else paper for row in range(HEIGHT))  # noqa: PLR2004
    head = struct.pack("!IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    told = b"Comment\0GPS " + WHERE.encode()
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(_chunk, (b"IHDR", b"tEXt", b"IDAT", b"IEND"), (head, told, zlib.compress(rows), b"")))


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack("!I", len(content)) + kind + content + struct.pack("!I", zlib.crc32(kind + content))
