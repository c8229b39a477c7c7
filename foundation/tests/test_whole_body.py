"""What Django is shown of a request's body, and of the process's environment, under a WSGI server of its own."""
import io
import os
from typing import Any

import orjson
import pytest

from foundation.http.whole_body import WholeBody

MOST = 10


def asked(body: bytes, **environ: Any) -> tuple[str, bytes, dict[str, Any]]:
    """Status, answer, and what the application was shown."""
    shown: dict[str, Any] = {}
    status = ""

    def application(seen: dict[str, Any], start_response: Any) -> list[bytes]:
        shown.update(seen)
        start_response("200 OK", [])
        return [bytes(seen["wsgi.input"].read())]

    def start_response(given: str, headers: Any) -> None:
        nonlocal status
        status = given

    answer = WholeBody(application, most=MOST)({"wsgi.input": io.BytesIO(body), **environ}, start_response)
    return status, b"".join(answer), shown


def test_a_body_is_handed_on_whole() -> None:
    status, answer, shown = asked(b"12345", CONTENT_LENGTH="5")
    assert (status, answer, shown["CONTENT_LENGTH"]) == ("200 OK", b"12345", "5")


def test_a_chunked_body_gets_its_length() -> None:
    status, answer, shown = asked(b"12345", HTTP_TRANSFER_ENCODING="chunked")
    assert (status, answer, shown["CONTENT_LENGTH"]) == ("200 OK", b"12345", "5")
    assert "HTTP_TRANSFER_ENCODING" not in shown


def test_without_a_body_nothing_is_read() -> None:
    status, answer, shown = asked(b"of the next request")
    assert (status, answer, shown["CONTENT_LENGTH"]) == ("200 OK", b"", "0")


@pytest.mark.parametrize("environ", [{"CONTENT_LENGTH": "11"}, {"HTTP_TRANSFER_ENCODING": "chunked"}])
def test_a_large_body_is_413(environ: dict[str, str]) -> None:
    status, answer, shown = asked(b"x" * 11, **environ)
    assert (status[:3], orjson.loads(answer)["code"], shown) == ("413", "too_large", {})
    assert asked(b"x" * 10, **{**environ, **({"CONTENT_LENGTH": "10"} if "CONTENT_LENGTH" in environ else {})})[0] == "200 OK"


def test_a_body_cut_short_is_no_body() -> None:
    status, answer, shown = asked(b'{"a":1}', CONTENT_LENGTH="9")
    assert (status[:3], orjson.loads(answer)["code"], shown) == ("400", "malformed", {})


def test_the_processs_environment_is_no_part_of_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "hush")
    monkeypatch.setenv("HTTP_X_FORWARDED_FOR", "192.0.2.1")
    shown = asked(b"", **{**os.environ, "HTTP_HOST": "localhost"})[2]
    assert shown["HTTP_HOST"] == "localhost"
    assert not {"SECRET_KEY", "HTTP_X_FORWARDED_FOR", "PATH"} & set(shown)


@pytest.mark.parametrize(("path", "size", "status"), [("/large/", 30, "200 OK"), ("/large/", 31, "413 Content Too Large"),
                                                      ("/small/", 11, "413 Content Too Large")])
def test_a_path_may_take_larger_bodies(path: str, size: int, status: str) -> None:
    told: list[str] = []
    application = WholeBody(lambda environ, start: start("200 OK", []) or [], most=MOST, larger={"/large/": 30})
    environ = {"wsgi.input": io.BytesIO(b"x" * size), "CONTENT_LENGTH": str(size), "PATH_INFO": path}
    list(application(environ, lambda given, headers: told.append(given)))
    assert told == [status]
