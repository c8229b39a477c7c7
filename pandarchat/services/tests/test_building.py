"""The console is built where its sources changed, and never stops the rest."""
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from pandarchat.environment import ROOT
from pandarchat.services import building, node
from pandarchat.services.supervisor import Supervisor

CONSOLE = ROOT / "console"


@pytest.fixture
def console(tmp_path: Path) -> Path:
    """The sources, without what was installed or built."""
    return Path(shutil.copytree(CONSOLE, tmp_path / "console", ignore=shutil.ignore_patterns("node_modules", "dist", ".building")))


class Commands:
    """What would be run; the build leaves a page."""

    def __init__(self, console: Path) -> None:
        self.console = console
        self.run: list[str] = []

    def __call__(self, command: Sequence[str], env: Mapping[str, str]) -> None:
        self.run.append(" ".join(command))
        if command[-2:] == ["run", "build"]:
            (self.console / "dist").mkdir(exist_ok=True)
        if "ci" in command:
            (self.console / "node_modules").mkdir()
            (self.console / "node_modules" / ".package-lock.json").touch()


TOOLS = node.Tools(Path("/nowhere"), ("npm",))


def test_a_build_holds_until_a_source_changes(console: Path) -> None:
    commands = Commands(console)
    assert building.stale(console)
    building.build(console, TOOLS, commands)
    assert not building.stale(console)
    assert commands.run[0].startswith("npm ci")
    assert commands.run[1] == "npm run build"
    (console / "src" / "main.tsx").write_text("// another")
    assert building.stale(console)


def test_packages_are_installed_again_only_where_the_lock_is_newer(console: Path) -> None:
    building.build(console, TOOLS, Commands(console))
    again = Commands(console)
    building.build(console, TOOLS, again)
    assert again.run[0] == "npm run build"


def test_a_new_file_is_a_change(console: Path) -> None:
    before = building.fingerprint(console)
    (console / "src" / "more.ts").write_text("export {}")
    assert building.fingerprint(console) != before


def test_an_unfinished_build_is_none(console: Path) -> None:
    def broken(command: Sequence[str], env: Mapping[str, str]) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        building.build(console, TOOLS, broken)
    assert building.stale(console)


def test_without_node_the_rest_starts_and_a_remark_says_what_is_missing(
        console: Path, open_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(node, "of_the_path", lambda: None)
    monkeypatch.setattr(node, "of_the_package", lambda: None)
    with Supervisor(open_folder) as supervisor:
        building.ensure(supervisor, console)
    assert "There is no Node 20 here, so the console is not built; the API and /admin/ work without it." in capsys.readouterr().out


def test_a_build_that_fails_stops_nothing_and_says_why(
        console: Path, open_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    program = open_folder / "npm"
    program.write_text("#!/bin/sh\necho no such registry >&2; exit 3\n")
    program.chmod(0o755)
    monkeypatch.setattr(node, "find", lambda: node.Tools(open_folder, (str(program),)))
    with Supervisor(open_folder) as supervisor:
        building.ensure(supervisor, console)
    said = capsys.readouterr().out
    assert "The console could not be built" in said
    assert "no such registry" in said
    assert building.stale(console)


def test_the_packages_node_has_an_npm_that_works() -> None:
    tools = node.of_the_package()
    assert tools
    assert node.modern(tools.folder / "node")
    assert Path(tools.npm[1]).is_file()


def test_an_old_node_is_not_taken(open_folder: Path) -> None:
    program = open_folder / "node"
    program.write_text("#!/bin/sh\necho v18.20.0\n")
    program.chmod(0o755)
    assert not node.modern(program)
    program.write_text("#!/bin/sh\necho v20.19.0\n")
    assert node.modern(program)
