"""Starts a part of the product with a guard taken away: `python -m faults.without delivery.ping_heads+delivery.sweep uvicorn …`.

The words name functions in `faults/sabotage/`; they run once Django is set up and before the part starts. Children that Celery
forks inherit what they did.
"""
import os
import runpy
import sys
from importlib import import_module


def without(*guards: str) -> tuple[str, str]:
    """The launcher for the fixtures `servers`, `workers` and `beats`: `servers(*without("delivery.sweep"), REDIS_URL=…)`."""
    return "faults.without", "+".join(guards)


def main() -> None:
    guards, module = sys.argv[1:3]
    os.environ["DJANGO_SETTINGS_MODULE"] = "pandarchat.settings"
    import django

    django.setup()
    for guard in guards.split("+"):
        file, function = guard.split(".")
        getattr(import_module(f"faults.sabotage.{file}"), function)()
    sys.argv = sys.argv[2:]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
