"""A body is read whole, and its length made true, before Django sees it: what a WSGI server of its own leaves to the application."""
import io
import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson

from foundation.http.errors import body as error_body

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


class WholeBody:
    """WSGI around WSGI. `most`: bytes of the largest body, `larger` the same for paths that take more; a larger one is answered 413, one
    that was cut short 400.

    Django takes a body without Content-Length (a chunked one) for an empty one, and granian shows a body whose sender went away as a
    shorter one. granian also puts the process's whole environment, secrets included, among the request's headers.
    """

    def __init__(self, application: Application, *, most: int, larger: Mapping[str, int] | None = None) -> None:
        self.application = application
        self.most = most
        self.larger = larger or {}
        self.inherited = dict(os.environ)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        announced = environ.get("CONTENT_LENGTH")
        length = int(announced) if announced else None
        most = self.larger.get(environ.get("PATH_INFO", ""), self.most)
        if length is not None and length > most:
            return too_large(start_response, most)
        content = environ["wsgi.input"].read(most + 1 if length is None else length) if self.has_body(environ, length) else b""
        if len(content) > most:
            return too_large(start_response, most)
        if length is not None and len(content) < length:
            return refuse(start_response, "400 Bad Request", "malformed", "The request's body was cut short.")
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        own = {name: value for name, value in environ.items() if value is None or self.inherited.get(name) != value}
        return self.application({**own, "CONTENT_LENGTH": str(len(content)), "wsgi.input": io.BytesIO(content)}, start_response)

    def has_body(self, environ: Environ, length: int | None) -> bool:
        return bool(length) or "HTTP_TRANSFER_ENCODING" in environ


def too_large(start_response: Callable[..., Any], most: int) -> list[bytes]:
    return refuse(start_response, "413 Content Too Large", "too_large", f"The request is larger than {most // 1024} kB.")


def refuse(start_response: Callable[..., Any], status: str, code: str, message: str) -> list[bytes]:
    """An error in the envelope."""
    content = orjson.dumps(error_body(message, code))
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(content))), ("Cache-Control", "no-store")])
    return [content]
