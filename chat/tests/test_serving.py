"""Files are shown to those who may see them, and never as a page."""
import io
import socket
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest
from django.db import connection
from PIL import Image

from accounts.models import User
from chat import sending
from chat.attachments import files, queries
from chat.models import Attachment
from chat.tests import pictures
from foundation.http import content
from foundation.ids import uuid7
from foundation.units import unit_of_work
from pandarchat.services.processes import wait_until
from pandarchat.testing.services import Server
from pandarchat.tests.world import World
from tickets.models import Ticket

STAFF = {"agent", "teammate", "manager", "admin"}


def sent(world: World, ticket: Ticket, person: User, data: bytes, *, internal: bool = False) -> Attachment:
    """A file on a message in a conversation."""
    row = world.upload(person, "a picture", data)
    draft = sending.Draft(conversation=ticket.pk, client_id=uuid7(), text="", internal=internal, attachments=(row.id,))
    sending.send(actor=world.actor(person), draft=draft)
    return row


def url(row: Attachment) -> str:
    return f"attachments/{row.id}/"


def people(world: World) -> dict[str, User | None]:
    home = {name: getattr(world, name) for name in (*STAFF, "customer", "other_customer")}
    foreign = {"stranger": world.acme.agent, "foreign admin": world.acme.admin, "foreign customer": world.acme.customer}
    return {**home, **foreign, "nobody": None}


def who_sees(world: World, row: Attachment) -> set[str]:
    seen = set()
    for name, person in people(world).items():
        statuses = {world.api(person).get(path).status for path in (url(row), f"{url(row)}thumbnail/")}
        assert statuses <= {200} or statuses == {401 if person is None else 404}, (name, statuses)
        seen |= {name} if statuses == {200} else set()
    return seen


def test_those_who_see_the_conversation_see_the_file(world: World) -> None:
    row = sent(world, world.ticket(), world.customer, pictures.jpeg())
    assert who_sees(world, row) == {*STAFF, "customer"}


def test_until_it_is_sent_its_uploader_alone_does(world: World) -> None:
    assert who_sees(world, world.upload(world.customer, content=pictures.jpeg())) == {"customer"}
    assert who_sees(world, world.upload(world.agent, content=pictures.jpeg())) == {"agent"}


def test_customers_never_see_the_file_of_a_note(world: World) -> None:
    row = sent(world, world.ticket(agent=world.agent), world.agent, pictures.jpeg(), internal=True)
    assert who_sees(world, row) == STAFF


def test_if_notes_were_not_told_apart_the_customer_would_see_it(world: World) -> None:
    """The control."""
    row = sent(world, world.ticket(agent=world.agent), world.agent, pictures.jpeg(), internal=True)
    with unit_of_work(world.pandar.id):
        Attachment.objects.filter(id=row.id).update(internal=False)
    assert "customer" in who_sees(world, row)


def test_a_picture_is_shown_and_a_document_saved(world: World) -> None:
    ticket = world.ticket()
    picture, document = (sent(world, ticket, world.customer, data) for data in (pictures.png(), pictures.PDF))
    api = world.api(world.agent)
    shown, small, saved = (api.get(path) for path in (url(picture), f"{url(picture)}thumbnail/", url(document)))
    assert [answer.headers["Content-Type"] for answer in (shown, small, saved)] == ["image/png", "image/webp", "application/pdf"]
    assert [answer.headers["Content-Disposition"] for answer in (shown, small, saved)] == [
        'inline; filename="a picture.png"', 'inline; filename="a picture.png.webp"', 'attachment; filename="a picture.pdf"']
    assert saved.content == pictures.PDF and Image.open(io.BytesIO(shown.content)).size == (64, 48)
    assert api.get(f"{url(document)}thumbnail/").status == 404
    for answer in (shown, small, saved):
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert answer.headers["X-Frame-Options"] == "DENY"


def test_what_is_refused_is_kept_by_nobody(world: World) -> None:
    answer = world.api(world.acme.agent).get(url(world.upload(world.customer)))
    assert (answer.status, answer.headers["Cache-Control"]) == (404, "no-store")


@pytest.mark.parametrize("accept", ["image/avif,image/webp,*/*;q=0.8", "image/png", "text/html", "application/json"])
def test_whatever_a_browser_accepts_it_gets_the_file(world: World, accept: str) -> None:
    row = world.upload(world.customer, content=pictures.png())
    answer = world.api(world.customer).call("GET", url(row), headers={"Accept": accept})
    assert (answer.status, answer.headers["Content-Type"]) == (200, "image/png")
    missing = world.api(world.customer).call("GET", f"attachments/{uuid7()}/", headers={"Accept": accept})
    assert (missing.status, missing.code) == (404, "not_found")


def test_ranges_and_validators(world: World) -> None:
    row = sent(world, world.ticket(), world.customer, pictures.PDF)
    api = world.api(world.customer)
    whole = api.get(url(row))
    tag = whole.headers["ETag"]
    part = api.call("GET", url(row), headers={"Range": "bytes=5-9"})
    assert (part.status, part.content, part.headers["Content-Range"]) == (206, pictures.PDF[5:10], f"bytes 5-9/{len(pictures.PDF)}")
    assert api.call("GET", url(row), headers={"Range": "bytes=99999-"}).status == 416
    assert api.call("GET", url(row), headers={"Range": "bytes=5-9", "If-Range": '"other"'}).content == pictures.PDF
    known = api.call("GET", url(row), headers={"If-None-Match": tag})
    assert (known.status, known.content, known.headers["Cache-Control"]) == (304, b"", "private, no-cache")
    assert world.api(world.acme.agent).call("GET", url(row), headers={"If-None-Match": tag}).status == 404, "a tag opens nothing"
    head = api.call("HEAD", url(row))
    assert (head.status, head.content, head.headers["Content-Length"]) == (200, b"", str(len(pictures.PDF)))


def test_it_is_read_outside_of_any_unit_of_work(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    row, seen = world.upload(world.customer), []
    read = content.Window.read

    def watched(self: Any) -> bytes:
        seen.append(connection.in_atomic_block)
        return read(self)

    monkeypatch.setattr(content.Window, "read", watched)
    assert world.api(world.customer).get(url(row)).status == 200
    assert set(seen) == {False}


def test_bytes_that_are_gone_are_not_there(world: World) -> None:
    row = world.upload(world.customer)
    files.remove(row.key)
    assert world.api(world.customer).get(url(row)).status == 404


def test_a_storage_that_is_away_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    row = world.upload(world.customer)

    def away(*_: Any) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(files.Folder, "_open", away)
    answer = world.api(world.customer).get(url(row))
    assert (answer.status, answer.code) == (503, "unavailable")


def test_over_a_server_it_is_the_same(world: World, server: Server) -> None:
    photo = pictures.encoded(Image.effect_noise((900, 900), 90).convert("RGB"), "PNG")
    row = sent(world, world.ticket(), world.customer, photo)
    with unit_of_work(world.pandar.id):
        stored = files.open_file(Attachment.objects.get(id=row.id).key).read()
    assert len(stored) > 4 * content.CHUNK
    with world.http(world.customer, server) as http:
        whole = http.get(url(row))
        assert (whole.status_code, whole.content, whole.headers["Content-Length"]) == (200, stored, str(len(stored)))
        part = http.get(url(row), headers={"Range": "bytes=-200000"})
        assert (part.status_code, part.content) == (206, stored[-200_000:])
        assert http.head(url(row)).headers["Content-Length"] == str(len(stored))
        assert http.get(url(row), headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304
    assert httpx.get(f"{server.url}/api/v1/{url(row)}").status_code == 401


def slow_reader(world: World, server: Server, row: Attachment) -> socket.socket:
    """Asks for a file and takes nothing of it."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", urlsplit(server.url).port))
    head = f"GET /api/v1/{url(row)} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {world.token(world.customer)}\r\n\r\n"
    connection.sendall(head.encode())
    connection.recv(100)
    return connection


def test_slow_readers_hold_no_thread(world: World, server: Server) -> None:
    """Twenty of them, and a server of these tests has six threads."""
    photo = pictures.encoded(Image.effect_noise((1800, 1800), 90), "PNG")
    row = sent(world, world.ticket(), world.customer, photo)
    with ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(slow_reader(world, server, row))
        with world.http(world.agent, server) as http:
            assert http.get(f"tickets/{world.ticket().pk}/").status_code == 200
            assert len(http.get(url(row)).content) > 1_000_000


def test_a_server_without_a_loop_sends_it_too(world: World, webs: Any) -> None:
    web = webs()
    row = sent(world, world.ticket(), world.customer, pictures.PDF)
    with world.http(world.customer, web) as http:
        assert http.get(url(row)).content == pictures.PDF
        assert http.get(url(row), headers={"Range": "bytes=0-4"}).content == b"%PDF-"
        large = pictures.encoded(Image.effect_noise((1300, 1300), 90), "PNG")
        assert len(large) > 1_200_000
        assert http.post("upload/", files={"file": ("a.png", large)}).status_code == 201
        assert http.post("upload/", files={"file": ("a.png", large * 5)}).status_code == 413


def test_no_file_is_left_open(world: World, server: Server) -> None:
    row = sent(world, world.ticket(), world.customer, pictures.PDF)
    with world.http(world.customer, server) as http:
        for _ in range(5):
            http.get(url(row))
            http.get(url(row), headers={"Range": "bytes=99999-"})
            http.head(url(row))

    def open_files() -> list[str]:
        from pathlib import Path

        links = Path(f"/proc/{server.process.pid}/fd").iterdir()
        return [str(link.readlink()) for link in links if link.is_symlink() and "/media/" in str(link.readlink())]

    wait_until(lambda: open_files() == [], 10, "a file is still open")


def test_what_one_sees_begins_at_the_conversation(world: World) -> None:
    mine = sent(world, world.ticket(), world.customer, pictures.PDF)
    theirs = sent(world, world.ticket(world.other_customer), world.other_customer, pictures.PDF)

    def visible(person: User) -> set[UUID]:
        actor = world.actor(person)
        with unit_of_work(actor):
            return set(queries.visible_to(actor).values_list("id", flat=True))

    assert visible(world.customer) == {mine.id} and visible(world.agent) == {mine.id, theirs.id} and visible(world.acme.agent) == set()
