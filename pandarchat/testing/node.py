"""What tests need of npm: the versions that pandarchat/tests/typescript/package-lock.json has, installed once."""
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from filelock import FileLock

from pandarchat.environment import ROOT
from pandarchat.testing import start

TYPESCRIPT = ROOT / "pandarchat/tests/typescript"


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """openapi-typescript, tsc and AsyncAPI's own schemas."""
    if not shutil.which("npm"):
        pytest.skip("LOUD: there is no npm here, so nobody checked that others can read openapi.yaml and asyncapi.yaml")
    with FileLock(start.State.folder / "npm.lock"):
        installed = TYPESCRIPT / "node_modules" / ".package-lock.json"
        if not installed.exists() or installed.stat().st_mtime < (TYPESCRIPT / "package-lock.json").stat().st_mtime:
            npm("ci", "--no-audit", "--no-fund")
            os.utime(installed)
    return TYPESCRIPT / "node_modules"


def npm(*arguments: str, folder: Path = TYPESCRIPT) -> subprocess.CompletedProcess[str]:
    done = run("npm", *arguments, folder=folder)
    if done.returncode:
        pytest.fail(done.stdout + done.stderr, pytrace=False)
    return done


def run(*command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
