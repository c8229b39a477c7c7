"""A small service that speaks S3: it keeps objects of one bucket in memory, and answers those alone who sign their requests with its key by
AWS Signature Version 4, as Amazon describes it; the check is written from that description and shares nothing with who signs."""
import hashlib
import hmac
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit
from xml.sax.saxutils import escape

KEY, SECRET, REGION, BUCKET = "AKIAEXAMPLE", "a/secret+of-a-test", "eu-test-1", "attachments"
SKEW = timedelta(minutes=15)


class Store(ThreadingHTTPServer):
    """`objects` by key; `asked` is every request, as method and path; `broken` makes it answer 500."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.objects: dict[str, tuple[bytes, str]] = {}
        self.asked: list[str] = []
        self.refused: list[str] = []
        self.broken = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def running() -> Iterator[Store]:
    with Store() as store:
        thread = threading.Thread(target=store.serve_forever, daemon=True)
        thread.start()
        try:
            yield store
        finally:
            store.shutdown()
            thread.join()


def signature(
    *, method: str, path: str, query: str, headers: dict[str, str], signed: list[str], payload: str, scope: str, moment: str
) -> str:
    """The signature that such a request must have, by the four tasks of the documentation."""
    pairs = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in parse_qsl(query, keep_blank_values=True))
    canonical = "\n".join([
        method, path, "&".join(f"{name}={value}" for name, value in pairs),
        "".join(f"{name}:{' '.join(headers.get(name, '').split())}\n" for name in signed), ";".join(signed), payload])
    to_sign = "\n".join(["AWS4-HMAC-SHA256", moment, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{SECRET}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Store

    def log_message(self, *_: Any) -> None:
        """Nothing."""

    def handle_one(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append(f"{self.command} {self.path}")
        parts = urlsplit(self.path)
        if self.server.broken:
            self.answer(500, error("InternalError"))
        elif reason := self.unsigned(parts.path, parts.query, body):
            self.server.refused.append(reason)
            self.answer(403, error(reason))
        elif not parts.path.startswith(f"/{BUCKET}"):
            self.answer(404, error("NoSuchBucket"))
        else:
            self.act(parts.path.removeprefix(f"/{BUCKET}").lstrip("/"), dict(parse_qsl(parts.query, keep_blank_values=True)), body)

    do_GET = do_HEAD = do_PUT = do_DELETE = do_POST = handle_one

    def unsigned(self, path: str, query: str, body: bytes) -> str:
        """Why the request is not to be believed, empty where it is."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        scheme, _, rest = headers.get("authorization", "").partition(" ")
        given = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
        if scheme != "AWS4-HMAC-SHA256" or set(given) != {"Credential", "SignedHeaders", "Signature"}:
            return "AccessDenied"
        who, _, scope = given["Credential"].partition("/")
        moment, payload, signed = headers.get("x-amz-date", ""), headers.get("x-amz-content-sha256", ""), given["SignedHeaders"].split(";")
        if who != KEY or scope != f"{moment[:8]}/{REGION}/s3/aws4_request":
            return "InvalidAccessKeyId"
        if abs(datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) - datetime.now(UTC)) > SKEW:
            return "RequestTimeTooSkewed"
        if payload != hashlib.sha256(body).hexdigest() or not {"host", "x-amz-date", "x-amz-content-sha256"} <= set(signed):
            return "XAmzContentSHA256Mismatch"
        right = signature(method=self.command, path=path, query=query, headers=headers, signed=signed, payload=payload, scope=scope,
                          moment=moment)
        return "" if hmac.compare_digest(right, given["Signature"]) else "SignatureDoesNotMatch"

    def act(self, key: str, query: dict[str, str], body: bytes) -> None:
        objects = self.server.objects
        if self.command == "PUT":
            objects[key] = (body, self.headers.get("Content-Type", ""))
            self.answer(200, headers={"ETag": tag(body)})
        elif self.command == "DELETE":
            objects.pop(key, None)
            self.answer(204)
        elif not key:
            self.answer(200, listing(objects, query.get("prefix", ""), query.get("delimiter", "")))
        elif key not in objects:
            self.answer(404, error("NoSuchKey"))
        else:
            content, kind = objects[key]
            self.answer(200, content, {"ETag": tag(content), "Content-Type": kind, "Last-Modified": "Sat, 21 Nov 2026 10:00:00 GMT"})

    def answer(self, status: int, content: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {"Content-Type": "application/xml"}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def tag(content: bytes) -> str:
    return f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'


def error(code: str) -> bytes:
    return f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>{code}</Message></Error>'.encode()


def listing(objects: dict[str, tuple[bytes, str]], prefix: str, delimiter: str) -> bytes:
    """ListObjects, with folders where a delimiter makes some."""
    keys, folders = [], set()
    for key in sorted(key for key in objects if key.startswith(prefix)):
        head, found, _ = key.removeprefix(prefix).partition(delimiter) if delimiter else (key, "", "")
        if found:
            folders.add(prefix + head + delimiter)
        else:
            keys.append(key)
    contents = "".join(f"<Contents><Key>{escape(key)}</Key><Size>{len(objects[key][0])}</Size></Contents>" for key in keys)
    prefixes = "".join(f"<CommonPrefixes><Prefix>{escape(folder)}</Prefix></CommonPrefixes>" for folder in sorted(folders))
    return (f'<?xml version="1.0"?><ListBucketResult><Name>{BUCKET}</Name><IsTruncated>false</IsTruncated>'
            f"{contents}{prefixes}</ListBucketResult>").encode()
