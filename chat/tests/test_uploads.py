"""Uploading a file, and taking it back before it is sent."""
import socket
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.utils import timezone

from accounts.actor import Actor
from chat.attachments import actions, files, renewing
from chat.attachments.actions import MOST_UNSENT, Upload
from chat.attachments.kinds import KINDS, MOST_BYTES
from chat.models import Attachment
from chat.tests import pictures
from foundation.errors import Conflict, Forbidden, Invalid, Unavailable
from foundation.http.buffering import LARGE_AT_ONCE, LARGE_OF_SENDER
from foundation.models import Delivery, Event
from foundation.units import unit_of_work
from pandarchat.services.processes import wait_until
from pandarchat.testing.services import Server
from pandarchat.tests.world import MULTIPART, PASSWORD, Answer, File, World

PICTURES: dict[str, Callable[[], bytes]] = {
    "image/jpeg": pictures.jpeg, "image/png": pictures.png, "image/webp": lambda: pictures.encoded(pictures.drawing(), "WEBP"),
    "image/gif": lambda: pictures.animated("GIF"), "application/pdf": lambda: pictures.PDF,
}


def rows(world: World) -> list[Attachment]:
    with unit_of_work(world.pandar.id):
        return list(Attachment.objects.order_by("id"))


def kept(row: Attachment) -> set[str]:
    """Which of a row's files are there."""
    return {key for key in files.keys_of(row.organization_id) if key.startswith(row.key)}


@pytest.mark.parametrize("media_type", PICTURES)
def test_a_file_is_kept_and_told_of(world: World, media_type: str) -> None:
    answer = world.api(world.customer).upload(PICTURES[media_type](), "my card.bin")
    (row,) = rows(world)
    picture, url = media_type != "application/pdf", f"/api/v1/attachments/{row.id}/"
    assert answer.status == 201
    assert answer.data == {
        "id": str(row.id), "name": row.name, "type": media_type, "size": row.size, "width": row.width, "height": row.height,
        "url": url, "thumbnail": f"{url}thumbnail/" if picture else None}
    assert row.name.startswith("my card.bin.") and (row.width is not None) == picture
    assert (row.ready, row.uploader_id, row.conversation_id) == (True, world.customer.id, None)
    assert kept(row) == {row.key, *([row.key + files.THUMBNAIL] if picture else [])}
    assert len(files.open_file(row.key).read()) == row.size
    assert timedelta(hours=23) < row.expires_at - timezone.now() < timedelta(hours=25)


def test_its_name_in_the_storage_cannot_be_guessed(world: World) -> None:
    for _ in range(3):
        world.api(world.customer).upload(pictures.PDF)
    keys = [row.key for row in rows(world)]
    assert len(set(keys)) == 3
    for row, key in zip(rows(world), keys, strict=True):
        folder, _, name = key.split("/")
        assert folder == world.pandar.id.hex and len(name) == 48
        assert str(row.id) not in key and row.id.hex not in key


@pytest.mark.parametrize(("content", "code"), [
    (b"", "unsupported_file"), (pictures.SVG, "unsupported_file"), (pictures.archive(), "unsupported_file"),
    (pictures.vast_png(), "too_many_pixels"), (pictures.png()[:60], "unreadable"),
])
def test_what_is_refused_leaves_nothing(world: World, content: bytes, code: str) -> None:
    answer = world.api(world.customer).upload(content, "photo.jpg")
    assert (answer.status, answer.code) == (400, code)
    assert rows(world) == [] and list(files.keys_of(world.pandar.id)) == []


@pytest.mark.parametrize("name", ["../../../etc/passwd", "a\\r\\nX-Evil: 1", "\u202egpj.exe", "x" * 300, "…", "a/b/c.png", "a;b=\\\"c", ""])
def test_no_name_gets_anywhere(world: World, name: str) -> None:
    answer = world.api(world.customer).upload(pictures.PDF, name)
    if not name:  # to a browser and to us: no file was chosen
        assert (answer.status, set(answer.body["fields"])) == (400, {"file"})
        return
    (row,) = rows(world)
    assert answer.status == 201 and row.name.endswith(".pdf") and len(row.name) <= 100
    assert not {"/", "\\", "\n", "\r", "\u202e"} & set(row.name)
    assert row.key.count("/") == 2


END = b"---a-boundary---\r\n"


def part(of: str, content: bytes = b"y") -> bytes:
    return f"---a-boundary-\r\nContent-Disposition: form-data; {of}\r\n\r\n".encode() + content + b"\r\n"


FILE = part('name="file"; filename="a.pdf"', pictures.PDF)
BODIES: dict[str, tuple[str, bytes]] = {
    "another field": (MULTIPART, part('name="picture"; filename="a.pdf"', pictures.PDF) + END),
    "no file": (MULTIPART, END),
    "two files": (MULTIPART, FILE + FILE + END),
    "a text beside it": (MULTIPART, part('name="x"') + FILE + END),
    "a text for a file": (MULTIPART, part('name="file"') + END),
    "nothing": (MULTIPART, b""),
    "broken off": (MULTIPART, File(pictures.jpeg(), "a").multipart()[:300]),
    "no boundary": ("multipart/form-data", b"x"),
    "a strange boundary": ('multipart/form-data; boundary="\xff"', b"x"),
    "many fields": (MULTIPART, b"".join(part(f'name="{number}"') for number in range(1500)) + FILE + END),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_is_one_file_and_nothing_else(world: World, name: str) -> None:
    kind, content = BODIES[name]
    response = world.api(world.customer).client.generic(
        "POST", "/api/v1/upload/", content, content_type=kind, headers={"Authorization": f"Bearer {world.token(world.customer)}"})
    assert response.status_code == 400, response.content
    assert response.json()["code"] in {"invalid", "malformed", "unreadable", "unsupported_file"}
    assert rows(world) == []


def test_json_is_no_file(world: World) -> None:
    answer = world.api(world.customer).post("upload/", {"file": "x"})
    assert (answer.status, answer.code) == (415, "unsupported_media_type")


def test_a_file_has_its_limit_and_one_byte_more_is_too_much(world: World) -> None:
    api = world.api(world.customer)
    fitting = pictures.PDF.replace(b"trailer", b"%" + b"x" * (MOST_BYTES - len(pictures.PDF) - 2) + b"\ntrailer")
    assert len(fitting) == MOST_BYTES
    assert api.upload(fitting).status == 201
    answer = api.upload(fitting + b"\n")
    assert (answer.status, answer.code) == (413, "too_large")
    assert len(rows(world)) == 1


@pytest.mark.parametrize("megabytes", [6, 9])
def test_six_megabytes_are_refused_by_the_server(world: World, server: Server, megabytes: int) -> None:
    with world.http(world.customer, server) as http:
        answer = http.post("upload/", files={"file": ("a.jpg", pictures.jpeg() + bytes(megabytes * 1024 * 1024))})
        assert (answer.status_code, set(answer.json()), answer.json()["code"]) == (413, {"success", "error", "code", "fields"}, "too_large")
        assert http.post("upload/", files={"file": ("a.jpg", pictures.jpeg())}).status_code == 201


LARGE = pictures.encoded(pictures.drawing(700, 700), "BMP")  # more than other requests may have; which we do not take
HALF_SENT = "POST /api/v1/upload/ HTTP/1.1\r\nHost: localhost\r\n{}Content-Type: {}\r\nContent-Length: 4000000\r\n\r\n--"


def half_sent(server: Server, header: str) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=30)
    connection.sendall(HALF_SENT.format(header, MULTIPART).encode())
    return connection


@pytest.mark.parametrize("header", ["", "Authorization: Bearer x.y.z\r\n", "Cookie: sessionid=abcdefghijklmnopqrstuvwxyz012345\r\n"])
def test_bodies_that_strangers_send_slowly_hold_up_nobody(world: World, server: Server, header: str) -> None:
    with ExitStack() as stack:
        for _ in range(LARGE_AT_ONCE):
            stack.enter_context(half_sent(server, header))
        with world.http(world.customer, server) as http:
            for _ in range(3):
                assert http.post("upload/", files={"file": ("a.jpg", pictures.jpeg())}).status_code == 201


def test_one_who_sends_slowly_holds_up_nobody_else(world: World, server: Server) -> None:
    mine = f"Authorization: Bearer {world.token(world.customer)}\r\n"
    with ExitStack() as stack:
        for _ in range(LARGE_OF_SENDER):
            stack.enter_context(half_sent(server, mine))
        with world.http(world.customer, server) as http, world.http(world.other_customer, server) as others:
            wait_until(lambda: http.post("upload/", files={"file": ("a.jpg", b"x")}).status_code == 503, 10, "there is still room")
            assert others.post("upload/", files={"file": ("a.jpg", pictures.jpeg())}).status_code == 201


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer x.y.z"}, {"Authorization": "Basic eA=="}, {"Cookie": "sessionid=x"}])
def test_strangers_hear_that_they_are(world: World, server: Server, header: dict[str, str]) -> None:
    answer = httpx.post(f"{server.url}/api/v1/upload/", files={"file": ("a.jpg", LARGE)}, headers=header)
    assert len(LARGE) > 1024 * 1024
    assert (answer.status_code, answer.json()["success"]) == (401, False)


def test_a_browsers_cookie_names_its_sender(world: World, server: Server) -> None:
    with httpx.Client(base_url=f"{server.url}/api/v1/", timeout=30) as browser:
        given = {"organization": "pandar", "email": world.customer.email, "password": PASSWORD}
        assert browser.post("auth/session/", json=given).status_code == 200
        for content, status in ((LARGE, 400), (pictures.jpeg(), 201)):
            token = {"X-CSRFToken": browser.cookies["csrftoken"]}
            assert browser.post("upload/", files={"file": ("a.jpg", content)}, headers=token).status_code == status
        assert browser.post("upload/", files={"file": ("a.jpg", LARGE)}).json()["code"] == "csrf_failed"


def test_a_form_without_the_header_is_no_token(world: World) -> None:
    """A page of another site can send a form, and not the header."""
    browser = Client(enforce_csrf_checks=True)
    given = {"organization": "pandar", "email": world.customer.email, "password": PASSWORD}
    assert browser.post("/api/v1/auth/session/", given, content_type="application/json").status_code == 200
    token = browser.cookies["csrftoken"].value
    file = SimpleUploadedFile("a.pdf", pictures.PDF)
    assert browser.post("/api/v1/upload/", {"file": file, "csrfmiddlewaretoken": token}).json()["code"] == "csrf_failed"
    file.seek(0)
    assert browser.post("/api/v1/upload/", {"file": file}, headers={"X-CSRFToken": token}).status_code == 201
    assert len(rows(world)) == 1


def test_large_bodies_are_for_uploads_alone(world: World, server: Server) -> None:
    with world.http(world.customer, server) as http:
        answer = http.post("tickets/", content=b" " * 2_000_000, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_thirty_in_a_minute_and_no_more(world: World, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST_UNSENT", 100)
    api = world.api(world.customer)
    assert [api.upload(pictures.PDF).status for _ in range(31)] == [201] * 30 + [429]
    assert world.api(world.agent).upload(pictures.PDF).status == 201


def upload(actor: Actor) -> Attachment:
    return actions.upload(actor=actor, given=Upload("a.pdf", pictures.PDF))


def test_so_many_wait_to_be_sent_however_many_come_at_once(world: World) -> None:
    actor = world.actor(world.customer)

    def one(number: int) -> str:
        try:
            upload(actor)
        except Conflict as refused:
            return refused.code
        finally:
            connections.close_all()
        return "kept"

    with ThreadPoolExecutor(8) as pool:
        assert Counter(pool.map(one, range(MOST_UNSENT + 15))) == {"kept": MOST_UNSENT, "too_many_uploads": 15}
    assert len(rows(world)) == MOST_UNSENT
    upload(world.actor(world.other_customer))


def test_what_is_held_for_later_does_not_count(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The images of journeys that somebody left: they are kept for weeks, and nobody could remove them."""
    monkeypatch.setattr(actions, "MOST_UNSENT", 2)
    actor = world.actor(world.customer)
    held = [upload(actor).id for _ in range(2)]
    with pytest.raises(Conflict):
        upload(actor)
    with unit_of_work(actor):
        actions.hold(actor=actor, attachments=held, until=timezone.now() + timedelta(days=30))
    for _ in range(2):
        upload(actor)
    with pytest.raises(Conflict):
        upload(actor)


def test_who_may_not_send_does_not_upload(world: World) -> None:
    customer = world.actor(world.customer)
    with pytest.raises(Forbidden):
        upload(Actor(**{**customer.__dict__, "permissions": frozenset()}))
    assert world.api(None).upload(pictures.PDF).status == 401


def test_slow_work_is_done_outside_of_any_unit_of_work(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import connection

    seen = []
    for module, name in ((renewing, "run"), (files, "put")):
        work = getattr(module, name)

        def watched(*args: Any, work: Any = work) -> Any:
            seen.append(connection.in_atomic_block)
            return work(*args)

        monkeypatch.setattr(module, name, watched)
    assert world.api(world.customer).upload(pictures.jpeg()).status == 201
    assert seen == [False, False, False]


def test_a_storage_that_is_away_leaves_no_row(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.Folder, "_save", full)
    answer = world.api(world.customer).upload(pictures.jpeg())
    assert (answer.status, answer.code) == (503, "unavailable")
    assert rows(world) == []


def test_whoever_finds_no_place_comes_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from foundation.places import Places

    few, inside, go_on = Places(1, 4, renewing.busy), threading.Semaphore(0), threading.Event()
    monkeypatch.setattr(renewing, "places", lambda: few)

    def slow(*_: Any) -> renewing.Made:
        inside.release()
        go_on.wait(20)
        return renewing.Made(b"x")

    monkeypatch.setattr(renewing, "renewed", slow)
    customer, other = world.actor(world.customer), world.actor(world.other_customer)

    def one(actor: Actor) -> None:
        renewing.made(b"", KINDS[0], whose=(actor.id,))

    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(one, customer) for _ in range(2)]
        assert inside.acquire(timeout=20)
        while few.theirs[(customer.id,)] < 2:
            threading.Event().wait(0.005)
        with pytest.raises(Unavailable):
            one(customer)
        others = pool.submit(one, other)
        go_on.set()
        for done in (*waiting, others):
            done.result(20)
    one(customer)


def test_one_takes_back_what_was_not_sent(world: World) -> None:
    api = world.api(world.customer)
    url = api.upload(pictures.jpeg()).data["url"]
    (row,) = rows(world)
    for stranger in (world.agent, world.other_customer, world.acme.customer, world.manager):
        assert world.api(stranger).delete(f"upload/{row.id}/").status == 404
    assert api.delete(f"upload/{row.id}/").data == {"id": str(row.id)}
    assert rows(world) == [] and api.get(url).status == 404
    assert api.delete(f"upload/{row.id}/").status == 404


def test_of_two_who_take_it_back_at_once_one_finds_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other request commits between this one's look and its lock."""
    api, get = world.api(world.customer), actions.queries.get
    attachment = api.upload(pictures.PDF).data["id"]

    def other() -> int:
        try:
            return int(api.delete(f"upload/{attachment}/").status)
        finally:
            connections.close_all()

    def overtaken(*given: Any) -> Attachment:
        found = get(*given)
        monkeypatch.undo()
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(other).result(20) == 200
        return found

    monkeypatch.setattr(actions.queries, "get", overtaken)
    assert api.delete(f"upload/{attachment}/").status == 404
    assert len(removed(world)) == 1


def removed(world: World) -> list[Delivery]:
    with unit_of_work(world.pandar.id):
        return list(Delivery.objects.filter(event__kind=actions.REMOVED))


def do_what_is_owed(world: World) -> None:
    for delivery in removed(world):
        actions.remove_bytes(organization=world.pandar.id, delivery=delivery.id)


def test_the_bytes_go_after_the_row_and_surely(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that dies in between, twice, and a storage that is away: the delivery is still owed."""
    api = world.api(world.customer)
    api.upload(pictures.jpeg())
    (row,) = rows(world)
    api.delete(f"upload/{row.id}/")
    assert len(kept(row)) == 2, "not before the commit, and not in the request"
    with monkeypatch.context() as patch:
        patch.setattr(files.Folder, "delete", lambda *_: (_ for _ in ()).throw(OSError("away")))
        with pytest.raises(OSError, match="away"):
            do_what_is_owed(world)
    assert len(removed(world)) == 1 and len(kept(row)) == 2
    (delivery,) = removed(world)
    do_what_is_owed(world)
    assert removed(world) == [] and kept(row) == set()
    actions.remove_bytes(organization=world.pandar.id, delivery=delivery.id)


def expire(world: World) -> None:
    with unit_of_work(world.pandar.id):
        Attachment.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


def test_what_is_never_sent_is_collected(world: World) -> None:
    actor = world.actor(world.customer)
    old, held, theirs = upload(actor), upload(actor), upload(world.actor(world.acme.customer))
    expire(world)
    with unit_of_work(actor):
        actions.hold(actor=actor, attachments=[held.id], until=timezone.now() + timedelta(days=30))
    assert list(actions.organizations_with_expired()) == [world.pandar.id]
    actions.collect(organization=world.pandar.id)
    do_what_is_owed(world)
    assert [row.id for row in rows(world)] == [held.id] and kept(old) == set() and kept(held)
    assert kept(theirs)
    assert list(actions.organizations_with_expired()) == []


def test_what_a_crash_left_half_uploaded_is_collected(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bytes are there, and the process died before it could say so: a row knows them all the same."""
    actor = world.actor(world.customer)

    def dies(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(actions, "_finish", dies)
        upload(actor)
    (row,) = rows(world)
    assert not row.ready and kept(row)
    assert world.api(world.customer).get(f"attachments/{row.id}/").status == 404
    expire(world)
    actions.collect(organization=world.pandar.id)
    do_what_is_owed(world)
    assert rows(world) == [] and list(files.keys_of(world.pandar.id)) == []


def test_without_the_row_before_it_bytes_would_be_left(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the same death, the row written with the bytes' end."""
    monkeypatch.setattr(actions, "_reserve", lambda actor, name, kind: Attachment(key=files.new_key(actor.organization_id)))
    monkeypatch.setattr(actions, "_finish", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        upload(world.actor(world.customer))
    expire(world)
    actions.collect(organization=world.pandar.id)
    do_what_is_owed(world)
    assert list(files.keys_of(world.pandar.id)) != []
    assert actions.strays(organization=world.pandar.id)[0] != []


def test_holding_is_for_ones_own_pictures(world: World) -> None:
    customer, other = world.actor(world.customer), world.actor(world.other_customer)
    document = upload(customer)
    picture = actions.upload(actor=customer, given=Upload("a.png", pictures.png()))
    until = timezone.now() + timedelta(days=7)
    with unit_of_work(customer):
        actions.hold(actor=customer, attachments=[picture.id], until=until, pictures_only=True)
        for actor, wanted in ((customer, [document.id]), (customer, [picture.id, document.id]), (other, [picture.id])):
            with pytest.raises(Invalid):
                actions.hold(actor=actor, attachments=wanted, until=until, pictures_only=True)
    assert {row.id: row.expires_at == until for row in rows(world)} == {document.id: False, picture.id: True}


def test_events_keep_no_names_of_people(world: World) -> None:
    api = world.api(world.customer)
    attachment = api.upload(pictures.PDF, "my secret name.pdf").data["id"]
    api.delete(f"upload/{attachment}/")
    with unit_of_work(world.pandar.id):
        assert "secret" not in str(list(Event.objects.values_list("payload", flat=True)))


def test_a_worker_removes_bytes_and_beat_finds_what_expired(world: World, workers: Any) -> None:
    workers()
    api, patience = world.api(world.customer), 30.0
    api.upload(pictures.jpeg())
    (row,) = rows(world)
    assert isinstance(api.delete(f"upload/{row.id}/"), Answer)
    from chat.tasks import collect_uploads

    wait_until(lambda: kept(row) == set() and removed(world) == [], patience, "the bytes are still there")
    upload(world.actor(world.customer))
    expire(world)
    collect_uploads.delay()
    wait_until(lambda: list(files.keys_of(world.pandar.id)) == [], patience, "what expired is still there")


def test_many_at_once_are_answered_while_others_are(world: World, server: Server) -> None:
    """Pictures that wait for a process hold no more than their part of the threads."""
    photo = pictures.encoded(pictures.drawing(2500, 2000), "PNG")
    people = [world.http(person, server) for person in (world.customer, world.agent, world.teammate, world.manager)]

    def one(number: int) -> int:
        with world.http(None, server) as http:
            http.headers = people[number % 4].headers
            return http.post("upload/", files={"file": ("a.png", photo)}).status_code

    with ThreadPoolExecutor(12) as pool:
        sent = [pool.submit(one, number) for number in range(12)]
        assert httpx.get(f"{server.url}/healthz", timeout=10).status_code == 200
        statuses = Counter(done.result(60) for done in sent)
    assert set(statuses) <= {201, 503} and statuses[201] >= 1
