"""What the environment may say, and what an installation makes for itself."""
import base64
import os
import re
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pandarchat import environment
from pandarchat.environment import ROOT, InvalidSetting, installation_key, read

GOOD_KEY = "0123456789" * 5


def key_of_another_process(var: Path, **values: str) -> subprocess.CompletedProcess[str]:
    """What the settings sign with, in a process of their own."""
    code = "from django.conf import settings; print(settings.SECRET_KEY)"
    kept = {name: value for name, value in os.environ.items() if name not in {"SECRET_KEY", "DEBUG"}}
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
                          env={**kept, "DJANGO_SETTINGS_MODULE": "pandarchat.settings", "PANDAR_VAR": str(var), **values})


def test_an_installation_makes_its_own_key_and_all_its_processes_share_it(tmp_path: Path) -> None:
    first, second, other = (key_of_another_process(tmp_path / name).stdout.strip() for name in ("one", "one", "two"))
    assert len(first) >= environment.SHORTEST_KEY
    assert first == second
    assert first != other
    assert stat.S_IMODE((tmp_path / "one" / "secret-key").stat().st_mode) == 0o600
    assert [file.name for file in (tmp_path / "one").iterdir()] == ["secret-key"]


def test_a_key_that_is_given_goes_before_the_installations_own(tmp_path: Path) -> None:
    assert key_of_another_process(tmp_path / "v", SECRET_KEY=GOOD_KEY).stdout.strip() == GOOD_KEY
    assert not (tmp_path / "v").exists()


def test_many_that_make_it_at_once_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        assert len(set(pool.map(installation_key, [tmp_path / "v"] * 64))) == 1


def test_a_key_that_cannot_be_kept_stops_the_start_with_a_sentence() -> None:
    done = key_of_another_process(Path("/proc/pandar"))
    assert done.returncode == 1
    assert done.stderr.startswith("Pandar Chat does not start: PANDAR_VAR must name a folder")
    assert done.stderr.count("\n") == 1


def test_a_folder_that_may_only_be_read_gives_its_key_and_takes_no_new_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = installation_key(tmp_path)
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write everywhere
    assert installation_key(tmp_path) == key
    (tmp_path / "secret-key").unlink()
    with pytest.raises(InvalidSetting, match="a folder that we may write to"):
        installation_key(tmp_path)


def test_a_damaged_key_is_refused_and_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "secret-key").write_text("half")
    with pytest.raises(InvalidSetting, match=r"secret-key holds no key; remove it"):
        installation_key(tmp_path)
    assert (tmp_path / "secret-key").read_text() == "half"


@pytest.mark.parametrize("debug", ["on", "off"])
@pytest.mark.parametrize("key", ["short", "x" * 49, "abcd" * 20])
def test_a_weak_key_is_refused(debug: str, key: str) -> None:
    with pytest.raises(InvalidSetting, match="at least 50 characters, 5 of them different"):
        read({"DEBUG": debug, "SECRET_KEY": key})


def test_without_debug_a_key_is_required() -> None:
    with pytest.raises(InvalidSetting, match="SECRET_KEY must be set"):
        read({"DEBUG": "off"})
    assert read({"DEBUG": "off", "SECRET_KEY": GOOD_KEY}).secret_key == GOOD_KEY
    assert read({}).secret_key is None


@pytest.mark.parametrize(("values", "proxies"), [
    ({}, 0),
    ({"BEHIND_TLS_PROXY": "on"}, 1),
    ({"DEBUG": "off", "SECRET_KEY": GOOD_KEY}, 1),
    ({"DEBUG": "off", "SECRET_KEY": GOOD_KEY, "BEHIND_TLS_PROXY": "off"}, 0),
    ({"BEHIND_TLS_PROXY": "on", "TRUSTED_PROXIES": "0"}, 0),
    ({"TRUSTED_PROXIES": "2"}, 2),
])
def test_a_proxy_in_front_is_trusted_to_say_who_asks(values: dict[str, str], proxies: int) -> None:
    assert read(values).trusted_proxies == proxies


INVALID = [
    ("DATABASE_URL", "postgresql://[::1/x"),
    ("DATABASE_URL", "postgresql://u:hush@h/x?foo=bar"),
    ("DATABASE_URL", "postgresql://u:hush@h:port/x"),
    ("DATABASE_URL", "postgresql://u:hush@h:65536/x"),
    ("DATABASE_URL", "postgresql://u:hu%zzsh@h/x"),
    ("DATABASE_URL", "postgresql://u:hush@h"),
    ("DATABASE_URL", "postgresql:x"),
    ("DATABASE_URL", "postgresql://u:hush@h/x?connect_timeout=soon"),
    ("DATABASE_URL", "postgresql://u:hush@h/x?dbname=y"),
    ("DATABASE_OWNER_URL", "postgresql://u:hush@h/x?foo=bar"),
    ("REDIS_URL", "redis://:hush@h:abc/0"),
    ("REDIS_URL", "redis://:hush@h:65536/0"),
    ("REDIS_URL", "redis://[::1/0"),
    ("PANDAR_HOST", "everywhere"),
    ("DRAIN_SECONDS", "301"),
    ("REDIS_URL", "redis://:hush@h/first"),
    ("REDIS_URL", "redis://:hush@h/0?db=first"),
    ("REDIS_URL", "redis://:hush@h/0?foo=bar"),
    ("REDIS_URL", "http://h/0"),
    ("ALLOWED_HOSTS", "http://x/"),
    ("ALLOWED_HOSTS", "x:8000"),
    ("ALLOWED_HOSTS", "x y"),
    ("ALLOWED_HOSTS", ","),
    ("ALLOWED_ORIGINS", "https://*.x:y:z"),
    ("ALLOWED_ORIGINS", "http://*"),
    ("ALLOWED_ORIGINS", "https://x:65536"),
    ("ALLOWED_ORIGINS", "https://x/path"),
    ("ALLOWED_ORIGINS", "https://[::1"),
    ("ALLOWED_ORIGINS", " , "),
    ("PANDAR_PORT", "٨٠٠٠"),
    ("PANDAR_PORT", "0"),
    ("PANDAR_PORT", "65536"),
    ("PANDAR_VAR", "README.md"),
    ("PANDAR_VAR", "README.md/below"),
    ("DEBUG", "perhaps"),
    ("LOG_LEVEL", "loud"),
    ("PANDAR_MEDIA", "README.md"),
    ("MEDIA_S3_BUCKET", "Not A Bucket"),
    ("MEDIA_S3_ENDPOINT", "minio:9000"),
    ("MEDIA_S3_ACCESS_KEY", "hush"),
    ("PICTURE_WORKERS", "0"),
]


@pytest.mark.parametrize(("name", "value"), INVALID)
def test_an_invalid_setting_is_one_sentence_without_a_password(name: str, value: str) -> None:
    with pytest.raises(InvalidSetting) as caught:
        read({name: value})
    assert re.fullmatch(rf"{name} [^\n]+\.", str(caught.value))
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(("name", "value"), [*(INVALID[i] for i in (1, 10, 17, 21, 27)), ("PANDAR_VAR", "/proc/pandar")])
def test_every_process_of_the_product_says_that_sentence_and_ends(tmp_path: Path, name: str, value: str) -> None:
    """As `manage.py`, Celery and uvicorn read them; `make run` has a test beside its own."""
    done = key_of_another_process(tmp_path / "v", **{name: value})
    assert done.returncode == 1
    assert done.stderr.startswith(f"Pandar Chat does not start: {name} ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(("name", "value"), [
    ("DATABASE_URL", "postgresql://u:p%40@h:5432/x?sslmode=require&connect_timeout=5"),
    ("DATABASE_URL", "postgres://u@%2FVar%2Frun/x"),
    ("DATABASE_URL", "postgresql:///x?host=/var/run/postgresql"),
    ("DATABASE_URL", "postgresql://u@[::1]:5432/x"),
    ("REDIS_URL", "redis://:p%40@h:6379/3"),
    ("REDIS_URL", "redis://h"),
    ("REDIS_URL", "rediss://[::1]:6379/?db=2&ssl_cert_reqs=none"),
    ("REDIS_URL", "unix:///run/redis.sock?db=2"),
    ("ALLOWED_HOSTS", "chat.example.com, .example.org,[::1],10.0.0.1,*"),
    ("ALLOWED_ORIGINS", "https://chat.example.com,http://localhost:*, https://[::1]:8443,http://[::1]:*"),
    ("PANDAR_PORT", "65535"),
    ("MEDIA_S3_BUCKET", "a.bucket-1"),
    ("MEDIA_S3_ENDPOINT", "http://minio:9000"),
])
def test_what_is_valid_is_taken(name: str, value: str) -> None:
    """Negative control of the sentences above."""
    read({name: value})


def test_keys_on_their_way_in_or_out_are_whole_keys() -> None:
    assert read({"SECRET_KEY_FALLBACKS": ""}).secret_key_fallbacks == ()
    assert read({"SECRET_KEY_FALLBACKS": f"{GOOD_KEY}, {GOOD_KEY}x"}).secret_key_fallbacks == (GOOD_KEY, f"{GOOD_KEY}x")
    with pytest.raises(InvalidSetting, match=r"^SECRET_KEY_FALLBACKS must list whole keys") as refused:
        read({"SECRET_KEY_FALLBACKS": f"{GOOD_KEY},short"})
    assert "short" not in str(refused.value).replace("SHORTEST", "")


def test_a_mail_server_is_an_address() -> None:
    assert read({}).mail_server is None
    server = read({"EMAIL_URL": "smtp+starttls://us%40er:p%3Ass@mail.example.com"}).mail_server
    assert server == environment.MailServer("mail.example.com", 587, "us@er", "p:ss", "starttls")
    assert "p:ss" not in repr(server)
    found = {text: read({"EMAIL_URL": text}).mail_server for text in ("smtps://mail.example.com", "smtp://mail.example.com:2525")}
    assert [(server.port, server.security) for server in found.values() if server] == [(465, "tls"), (2525, "none")]


@pytest.mark.parametrize("text", ["mail.example.com", "http://mail.example.com", "smtp://", "smtp://h/path", "smtp://h?x=y", "smtp://h:x"])
def test_what_is_no_mail_server_is_refused(text: str) -> None:
    with pytest.raises(InvalidSetting, match="EMAIL_URL"):
        read({"EMAIL_URL": text})


@pytest.mark.parametrize(("values", "url"), [
    ({}, "http://localhost:8000"), ({"PANDAR_PORT": "9001"}, "http://localhost:9001"),
    ({"DEBUG": "off", "SECRET_KEY": GOOD_KEY, "ALLOWED_HOSTS": "chat.example.com,x.example.com"}, "https://chat.example.com"),
    ({"PUBLIC_URL": "https://a.example.com/"}, "https://a.example.com"),
])
def test_links_begin_with_the_sites_address(values: dict[str, str], url: str) -> None:
    assert read(values).public_url == url


@pytest.mark.parametrize(("name", "text"), [("PUBLIC_URL", "chat.example.com"), ("PUBLIC_URL", "https://x/path"), ("MAIL_FROM", "nobody"),
                                            ("MAIL_FROM", "a\nb <a@b>"), ("MAIL_FROM", "<a@b> <c@d>")])
def test_an_address_that_is_none_is_refused(name: str, text: str) -> None:
    with pytest.raises(InvalidSetting, match=name):
        read({name: text})


def test_encryption_keys_are_32_bytes_each() -> None:
    one, other = (base64.b64encode(bytes([number]) * 32).decode() for number in (251, 254))
    assert read({"ENCRYPTION_KEYS": f"{one}, {other}"}).encryption_keys == (b"\xfb" * 32, b"\xfe" * 32)
    assert read({"ENCRYPTION_KEYS": one.replace("+", "-").replace("/", "_").rstrip("=")}).encryption_keys == (b"\xfb" * 32,)
    for wrong in ("short", f"{one},x", "ä" * 44, one[:-8]):
        with pytest.raises(InvalidSetting, match="ENCRYPTION_KEYS"):
            read({"ENCRYPTION_KEYS": wrong})


@pytest.mark.parametrize(("arguments", "loads"), [
    (["manage.py", "runserver"], True), (["uvicorn"], False), (["manage.py", "migrate"], False)])
def test_twisted_is_loaded_for_djangos_own_server_alone(tmp_path: Path, arguments: list[str], loads: bool) -> None:
    """It would cost every other process a third of its start."""
    code = f"import sys; sys.argv = {arguments}; import django; django.setup(); print('twisted' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
                          env={**os.environ, "DJANGO_SETTINGS_MODULE": "pandarchat.settings", "PANDAR_VAR": str(tmp_path)})
    assert done.stdout.strip() == str(loads)
