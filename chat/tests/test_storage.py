"""Where bytes are kept: a folder, or a bucket that speaks S3."""
import io
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.core.files.storage import storages

from chat.attachments import actions, files
from chat.attachments.bucket import SPOOLED, Bucket
from chat.models import Attachment
from chat.tests import object_store, pictures
from chat.tests.object_store import BUCKET, KEY, REGION, SECRET, Store
from chat.tests.test_uploads import do_what_is_owed
from foundation.errors import Unavailable
from foundation.ids import uuid7
from foundation.units import unit_of_work
from pandarchat.tests.world import World


@pytest.fixture
def store() -> Iterator[Store]:
    with object_store.running() as running:
        yield running


@pytest.fixture
def bucket(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """The product's storage is a bucket of this service."""
    use(monkeypatch, Bucket(bucket_name=BUCKET, endpoint_url=store.url, region_name=REGION, keys=(KEY, SECRET)))
    return store


def use(monkeypatch: pytest.MonkeyPatch, storage: Any) -> None:
    monkeypatch.setattr(files, "storage", lambda: storage)


def kept(path: Path) -> Any:
    return stat.S_IMODE(path.stat().st_mode)


def test_files_are_the_products_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = files.Folder(location=tmp_path / "media", file_permissions_mode=0o600, directory_permissions_mode=0o700)
    use(monkeypatch, folder)
    organization = uuid7()
    key = files.new_key(organization)
    files.put(key, b"content")
    assert (kept(tmp_path / "media" / key), kept((tmp_path / "media" / key).parent)) == (0o600, 0o700)
    assert files.open_file(key).read() == b"content"
    assert list(files.keys_of(organization)) == [key] and list(files.keys_of(uuid7())) == []
    files.remove(key)
    files.remove(key)
    with pytest.raises(FileNotFoundError):
        files.open_file(key)


def test_a_file_is_on_the_disk_once_it_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its content and the folders that it is found by, up to the first."""
    synchronized: list[str] = []
    use(monkeypatch, files.Folder(location=tmp_path))
    monkeypatch.setattr(os, "fsync", lambda handle: synchronized.append(os.readlink(f"/proc/self/fd/{handle}")))
    key = files.new_key(uuid7())
    files.put(key, b"content")
    assert synchronized == [str(tmp_path / key), *(str(parent) for parent in (tmp_path / key).parents if parent.is_relative_to(tmp_path))]


def test_the_products_own_folder_is_not_served(world: World) -> None:
    folder = storages[files.ALIAS]
    assert isinstance(folder, files.Folder)
    world.upload(world.customer)
    (key,) = files.keys_of(world.pandar.id)
    for path in (f"/media/{key}", f"/{key}", f"/static/{key}", f"/static/../media/{key}"):
        assert world.api(world.customer).get(path).status == 404


def test_a_bucket_keeps_files_by_signed_requests(bucket: Store) -> None:
    organization, content = uuid7(), pictures.encoded(pictures.drawing(900, 900), "BMP")
    keys = [files.new_key(organization) for _ in range(3)]
    for key in keys:
        files.put(key, content)
    assert bucket.objects == dict.fromkeys(keys, (content, "application/octet-stream"))
    file = files.open_file(keys[0])
    file.seek(-10, io.SEEK_END)
    assert file.read() == content[-10:]
    assert sorted(files.keys_of(organization)) == sorted(keys) and list(files.keys_of(uuid7())) == []
    files.remove(keys[0])
    files.remove(keys[0])
    assert set(bucket.objects) == set(keys[1:]) and bucket.refused == []
    with pytest.raises(FileNotFoundError):
        files.open_file(keys[0])


def test_nobody_gets_in_without_the_key(bucket: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the service does check what it is sent."""
    files.put("a/b/c", b"x")
    assert httpx.get(f"{bucket.url}/{BUCKET}/a/b/c").status_code == 403
    use(monkeypatch, Bucket(bucket_name=BUCKET, endpoint_url=bucket.url, region_name=REGION, keys=(KEY, "another")))
    with pytest.raises(Unavailable):
        files.put("a/b/d", b"x")
    with pytest.raises(Unavailable):
        files.open_file("a/b/c")
    assert set(bucket.objects) == {"a/b/c"} and set(bucket.refused) == {"AccessDenied", "SignatureDoesNotMatch"}


def test_a_bucket_that_is_away_is_told(bucket: Store, world: World) -> None:
    bucket.broken = True
    answer = world.api(world.customer).upload(pictures.PDF)
    assert (answer.status, answer.code) == (503, "unavailable")
    with unit_of_work(world.pandar.id):
        assert not Attachment.objects.exists()
    assert 1 < len(bucket.asked) < 10, "it was tried again, and not for ever"


def test_a_large_file_waits_on_the_disk(bucket: Store) -> None:
    for key, size in (("a/b/small", SPOOLED // 2), ("a/b/large", 4 * SPOOLED)):
        files.put(key, bytes(size))
        spool: Any = files.open_file(key).file  # type: ignore[attr-defined]
        assert spool._rolled == (size > SPOOLED)


def test_the_product_uses_a_bucket_as_it_does_a_folder(bucket: Store, world: World) -> None:
    api = world.api(world.customer)
    told = api.upload(pictures.jpeg(), "card.jpg").data
    assert len(bucket.objects) == 2
    shown = api.get(told["url"])
    part = api.call("GET", told["url"], headers={"Range": "bytes=0-2"})
    assert (shown.status, len(shown.content), part.status, part.content) == (200, told["size"], 206, b"\xff\xd8\xff")
    assert api.get(told["thumbnail"]).headers["Content-Type"] == "image/webp"
    assert world.api(world.agent).get(told["url"]).status == 404
    assert api.delete(f"upload/{told['id']}/").status == 200
    do_what_is_owed(world)
    assert bucket.objects == {}


def test_without_keys_of_its_own_it_uses_the_machines(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    use(monkeypatch, Bucket(bucket_name=BUCKET, endpoint_url=store.url, region_name=REGION))
    files.put("a/b/c", b"x")
    assert set(store.objects) == {"a/b/c"}


def test_nothing_in_a_bucket_has_an_address(bucket: Store) -> None:
    with pytest.raises(NotImplementedError):
        files.storage().url("a/b/c")


@pytest.mark.parametrize("where", ["folder", "bucket"])
def test_after_a_restore_one_sees_what_does_not_fit(where: str, world: World, request: pytest.FixtureRequest) -> None:
    if where == "bucket":
        request.getfixturevalue("bucket")
    row = world.upload(world.customer, content=pictures.png())
    assert actions.strays(organization=world.pandar.id) == ([], [])
    stray = files.new_key(world.pandar.id)
    files.put(stray, b"newer than the backup")
    with unit_of_work(world.pandar.id):
        key = Attachment.objects.get(id=row.id).key
    files.remove(key + files.THUMBNAIL)
    assert actions.strays(organization=world.pandar.id) == ([stray], [key + files.THUMBNAIL])
    assert actions.strays(organization=world.acme.id) == ([], [])
