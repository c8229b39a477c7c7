"""Ranges and validators of files, and how they travel."""
import asyncio
import io
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from foundation.http import content
from foundation.http.content import CHUNK, SLOT, About, Slot, Streams, Window, wanted

ABOUT = About("image/png", "a picture.png", "abc", download=False)
BODY = bytes(range(256)) * 4
SIZE = len(BODY)


@pytest.mark.parametrize(("header", "expected"), [
    ("bytes=0-0", (0, 0)), ("bytes=0-", (0, SIZE - 1)), ("bytes=10-19", (10, 19)), ("bytes=10-99999", (10, SIZE - 1)),
    ("bytes=-5", (SIZE - 5, SIZE - 1)), ("bytes=-99999", (0, SIZE - 1)), (f"bytes={SIZE - 1}-", (SIZE - 1, SIZE - 1)),
    (f"bytes={SIZE}-", ()), ("bytes=99999-100000", ()), ("bytes=-0", ()),
    ("", None), ("bytes=", None), ("bytes=-", None), ("bytes=5-2", None), ("bytes=a-b", None), ("bytes=0-1,3-4", None), ("items=0-1", None),
    ("bytes=0--1", None), ("bytes=" + "9" * 30 + "-", None), ("bytes=\u0661-", None),
])
def test_one_range_is_understood(header: str, expected: Any) -> None:
    assert wanted(header, SIZE) == expected


def test_of_nothing_there_is_no_part() -> None:
    assert wanted("bytes=0-", 0) == () == wanted("bytes=-3", 0)


@given(st.integers(0, 50), st.one_of(st.none(), st.integers(0, 60)), st.one_of(st.none(), st.integers(0, 60)))
def test_a_range_lies_within(size: int, first: int | None, last: int | None) -> None:
    found = wanted(f"bytes={'' if first is None else first}-{'' if last is None else last}", size)
    if found:
        assert 0 <= found[0] <= found[1] < size
        whole = bytes(range(size))
        expected = whole[-last:] if first is None and last else whole[first: None if last is None else last + 1]
        assert whole[found[0]: found[1] + 1] == expected


def asked(**headers: str) -> Any:
    request = RequestFactory().get("/", headers={name.replace("_", "-"): value for name, value in headers.items()})
    return content.answer(request, ABOUT, lambda: io.BytesIO(BODY))


def body(response: Any) -> bytes:
    return b"".join(response) if response.streaming else response.content


def test_the_whole() -> None:
    response = asked()
    assert (response.status_code, body(response)) == (200, BODY)
    assert dict(response.items()) == {
        "Content-Type": "image/png", "Content-Length": str(SIZE), "ETag": '"abc"', "Cache-Control": "private, no-cache",
        "Accept-Ranges": "bytes", "Vary": "Authorization, Cookie", "Content-Disposition": 'inline; filename="a picture.png"',
        "Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin"}


@pytest.mark.parametrize(("header", "part"), [("bytes=0-9", BODY[:10]), ("bytes=1000-", BODY[1000:]), ("bytes=-7", BODY[-7:])])
def test_a_part(header: str, part: bytes) -> None:
    response = asked(Range=header)
    first = BODY.rindex(part) if header.endswith(("-", "7")) else 0
    assert (response.status_code, body(response)) == (206, part)
    assert response.headers["Content-Range"] == f"bytes {first}-{first + len(part) - 1}/{SIZE}"
    assert response.headers["Content-Length"] == str(len(part))


def test_behind_the_end() -> None:
    response = asked(Range=f"bytes={SIZE}-")
    assert (response.status_code, response.headers["Content-Range"], body(response)) == (416, f"bytes */{SIZE}", b"")


@pytest.mark.parametrize(("tag", "status"), [('"abc"', 206), ('"old"', 200), ('W/"abc"', 200), ("Sat, 21 Nov 2026 10:00:00 GMT", 200)])
def test_a_part_of_what_it_was(tag: str, status: int) -> None:
    assert asked(Range="bytes=0-9", If_Range=tag).status_code == status


@pytest.mark.parametrize(("header", "status"), [
    ('"abc"', 304), ('W/"abc"', 304), ('"x", "abc"', 304), ("*", 304), ('"abcd"', 200), ("", 200)])
def test_what_is_known_is_not_sent_again(header: str, status: int) -> None:
    response = asked(If_None_Match=header)
    assert response.status_code == status and response.headers["ETag"] == '"abc"'
    if status == 304:
        assert body(response) == b"" and "Content-Type" not in response.headers


def test_a_head_has_no_body() -> None:
    file = io.BytesIO(BODY)
    response = content.answer(RequestFactory().head("/"), ABOUT, lambda: file)
    assert (response.status_code, response.headers["Content-Length"], file.closed) == (200, str(SIZE), True)


@pytest.mark.parametrize("header", ["bytes=0-9", f"bytes={SIZE}-"])
def test_a_head_has_no_range(header: str) -> None:
    """RFC 9110, 14.2: ranges are GET's alone."""
    response = content.answer(RequestFactory().head("/", headers={"Range": header}), ABOUT, lambda: io.BytesIO(BODY))
    assert (response.status_code, response.headers["Content-Length"]) == (200, str(SIZE))
    assert "Content-Range" not in response.headers


@pytest.mark.parametrize(("name", "expected"), [
    ('say "hi".png', 'attachment; filename="say \\"hi\\".png"'), ("Ünïcode.png", "attachment; filename*=utf-8''%C3%9Cn%C3%AFcode.png"),
])
def test_names_are_quoted(name: str, expected: str) -> None:
    about = About("application/pdf", name, "abc", download=True)
    response = content.answer(RequestFactory().get("/"), about, lambda: io.BytesIO(BODY))
    assert response.headers["Content-Disposition"] == expected


class File(io.BytesIO):
    """Remembers how much was asked for at once."""

    def __init__(self, size: int) -> None:
        super().__init__(b"x" * size)
        self.most = 0

    def read(self, size: int | None = -1) -> bytes:
        self.most = max(self.most, size or 0)
        return super().read(size)


def through(file: File, send: Any) -> None:
    """As a server with an event loop answers: what the view leaves in the slot, sent from there."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        request = RequestFactory().get("/")
        request.META["asgi.scope"] = scope
        response = content.answer(request, ABOUT, lambda: file)
        assert isinstance(response, HttpResponse) and response.content == b""
        await send({"type": "http.response.start", "status": response.status_code, "headers": []})
        await send({"type": "http.response.body", "body": b"", "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    asyncio.run(Streams(application)({"type": "http"}, receive, send))


def test_the_loop_sends_what_the_view_left() -> None:
    file, said = File(3 * CHUNK + 5), []

    async def send(message: Any) -> None:
        said.append(message)

    through(file, send)
    bodies = [message for message in said if message["type"] == "http.response.body"]
    assert b"".join(message["body"] for message in bodies) == b"x" * (3 * CHUNK + 5)
    assert [message["more_body"] for message in bodies] == [True] * 4 + [False]
    assert (file.closed, file.most) == (True, CHUNK)


def test_a_client_that_takes_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "STALLED", 0.05)
    file = File(10)

    async def send(message: Any) -> None:
        if message.get("body"):
            await asyncio.sleep(60)

    with pytest.raises(TimeoutError):
        through(file, send)
    assert file.closed


def test_other_answers_pass_as_they_are() -> None:
    said: list[Any] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        assert isinstance(scope[SLOT], Slot)
        for message in ({"type": "http.response.start"}, {"type": "http.response.body", "body": b"a", "more_body": True}):
            await send(message)

    async def send(message: Any) -> None:
        said.append(message)

    asyncio.run(Streams(application)({}, None, send))  # type: ignore[arg-type]
    assert [message.get("body") for message in said] == [None, b"a"]


def test_a_window_ends_where_it_ends() -> None:
    assert b"".join(Window(io.BytesIO(BODY), 3, 7)) == BODY[3:10]
