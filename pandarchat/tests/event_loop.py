"""Requests to the fast paths, without a server: what comes of them on the event loop, and what is left to Django."""
import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from accounts import presence
from foundation.http.fast import FastPaths
from foundation.postgresql import pipeline
from pandarchat.fast import ROUTES

ITS_OWN = {"X-Request-Id"}


@dataclass
class Heard:
    """What came of a request: an answer, or nothing where it was left to Django."""

    status: int = 0
    headers: Mapping[str, str] | None = None
    body: Any = None
    left: bool = False
    left_as: str = ""  # the name under which Django gets it


def ask(*requests: Any) -> list[Heard]:
    """Requests one after the other, on a loop of their own."""

    async def alone() -> list[Heard]:
        try:
            return [await one(*request) for request in requests]
        finally:
            await presence.noting().done()  # whom it noted, before the tables are emptied
            pipeline.close()

    return asyncio.run(alone())


async def one(method: str, path: str, token: str | None, body: Any = None, query: Mapping[str, Any] | None = None,  # noqa: PLR0917
              headers: Mapping[str, str] | None = None, twice: Sequence[tuple[str, str]] = ()) -> Heard:
    heard = Heard()
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    given = {"host": "testserver", "content-type": "application/json", **({"authorization": f"Bearer {token}"} if token else {}),
             **(headers or {})}
    scope = {"type": "http", "method": method, "path": f"/api/v1/{path}", "query_string": urlencode(query or {}).encode(),
             "client": ("127.0.0.1", 5), "headers": [(name.encode(), value.encode()) for name, value in (*given.items(), *twice) if value]}

    async def receive() -> Any:
        return {"type": "http.request", "body": content, "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            heard.status = message["status"]
            heard.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            heard.body = json.loads(message["body"])

    async def django(scope: Any, receive: Any, send: Any) -> None:
        assert (await receive())["body"] == content
        heard.left = True
        heard.left_as = ",".join(value.decode() for name, value in scope["headers"] if name == b"x-request-id")

    await FastPaths(django, ROUTES)(scope, receive, send)
    return heard


def own(headers: Any) -> dict[str, str]:
    return {name.title(): value for name, value in headers.items() if name.title() not in ITS_OWN}
