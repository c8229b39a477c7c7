"""The yardstick's copy, and the limits of what is opened."""
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from bench import run, tools
from bench.places import Places
from pandarchat.bench.shape import Shape


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """A yardstick of two files, and an empty installation."""
    source = tmp_path / "yardstick"
    (source / "yard").mkdir(parents=True)
    for name in ("load.py", "yard/http.py"):
        (source / name).write_text(name)
    (source / "yard" / "http.py").chmod(0o444)
    return Places(var=tmp_path / "var", source=source)


def test_without_a_yardstick_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(tools.Missing, match=r"There is no yardstick in .*nowhere: set YARDSTICK"):
        tools.copy(Places(var=tmp_path, source=tmp_path / "nowhere"))


def test_what_changed_is_copied_again_and_what_is_ours_stays(places: Places) -> None:
    tools.copy(places)
    (places.worlds).mkdir()
    (places.worlds / "pandar.json").write_text("ours")
    (places.source / "load.py").write_text("newer")
    tools.copy(places)
    assert (places.yardstick / "load.py").read_text() == "newer"
    assert (places.yardstick / "yard" / "http.py").read_text() == "yard/http.py"
    assert (places.worlds / "pandar.json").read_text() == "ours"


def test_what_is_installed_is_installed_again_only_when_its_list_changes(tmp_path: Path) -> None:
    listed, done = tmp_path / "requirements.txt", []
    listed.write_text("one")
    for text in ("one", "one", "two"):
        listed.write_text(text)
        tools.once(tmp_path / "done", [listed], lambda: done.append(listed.read_text()))
    assert done == ["one", "two"]


def test_too_few_open_files_are_refused_before_anything_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1024, 4096))
    with pytest.raises(tools.Missing, match=r"need 12000 open files, and this login may have 4096"):
        run.raise_limits()


def test_the_last_results_are_kept_beside(tmp_path: Path) -> None:
    results = tmp_path / run.RESULTS
    run.keep_last(results)
    results.write_text("{}\n")
    run.keep_last(results)
    assert [path.read_text() for path in tmp_path.glob("results-*.jsonl")] == ["{}\n"]
    assert not results.exists()


def test_every_world_that_is_measured_is_possible() -> None:
    for extent in (run.Extent(), run.QUICK):
        for tickets in (extent.tickets, *extent.sizes):
            assert Shape(tickets=tickets).problems() == []


def test_a_command_that_measures_is_told_to_stop_where_we_stop(tmp_path: Path) -> None:
    told = tmp_path / "told"
    waits = ("import pathlib, signal, sys, time; told = pathlib.Path(sys.argv[1])\n"
             "signal.signal(signal.SIGTERM, lambda *_: (told.touch(), sys.exit()))\nprint('ready', flush=True); time.sleep(60)")
    with pytest.raises(KeyboardInterrupt), run.started([sys.executable, "-c", waits, told], tmp_path, {}) as process:
        assert process.stdout is not None and process.stdout.readline() == "ready\n"
        raise KeyboardInterrupt
    assert told.exists()
    assert process.returncode == 0


def test_a_failure_is_told_without_folders() -> None:
    error = subprocess.CalledProcessError(1, ["/somewhere/python", Path("manage.py"), "bench_world", "--out", "/somewhere/file"])
    assert run.named(error) == "manage.py bench_world ended with 1"
    assert run.named(OSError(2, "No such file", "/somewhere/file")) == "FileNotFoundError"
