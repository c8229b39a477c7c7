"""What tests need of npm: the versions that pandarchat/tests/typescript/package-lock.json has, installed once."""
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from filelock import FileLock

from pandarchat.environment import ROOT
from pandarchat.services import node
from pandarchat.testing import start

TYPESCRIPT = ROOT / "pandarchat/tests/typescript"


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """openapi-typescript, tsc and AsyncAPI's own schemas."""
    tools = node.find()
    if tools is None:
        pytest.skip("LOUD: there is no Node 20 here, so nobody checked that others can read openapi.yaml and asyncapi.yaml")
    with FileLock(start.State.folder / "npm.lock"):
        node.install(TYPESCRIPT, tools, installing)
    return TYPESCRIPT / "node_modules"


def installing(command: Sequence[str], env: Mapping[str, str]) -> None:
    done(subprocess.run(command, cwd=TYPESCRIPT, env=dict(env), capture_output=True, text=True, timeout=300, check=False))


def npm(*arguments: str, folder: Path = TYPESCRIPT) -> subprocess.CompletedProcess[str]:
    return done(run("npm", *arguments, folder=folder))


def done(command: subprocess.CompletedProcess[str]) -> subprocess.CompletedProcess[str]:
    if command.returncode:
        pytest.fail(command.stdout + command.stderr, pytrace=False)
    return command


def run(program: str, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """`npm` is the one that there is."""
    tools = node.find()
    command = [*(tools.npm if tools and program == "npm" else [program]), *arguments]
    env = tools.environment() if tools else None
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=300, check=False)
