"""What the environment may say, and what an installation makes for itself."""
import os
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
