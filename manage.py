#!/usr/bin/env python
"""Django's command line for Pandar Chat; with any Python, once `make run` has made `.venv`."""
import importlib.util
import os
import sys
from pathlib import Path

OWN_PYTHON = Path(__file__).resolve().parent / ".venv" / "bin" / "python"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pandarchat.settings")
    if importlib.util.find_spec("django") is None:
        go_on_in_own_python()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


def go_on_in_own_python() -> None:
    """Another Python has none of our packages; `.venv` has."""
    if not OWN_PYTHON.exists() or Path(sys.executable) == OWN_PYTHON:
        sys.exit("Pandar Chat is not installed yet: `make run` installs and starts it.")
    os.execv(OWN_PYTHON, [str(OWN_PYTHON), *sys.argv])  # noqa: S606 - our own interpreter


if __name__ == "__main__":
    main()
