"""Makes the world that is measured, or renews its tokens."""
import json
import os
import sys
from pathlib import Path
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from pandarchat.bench.access import world
from pandarchat.bench.filling import fill, found_shape
from pandarchat.bench.guard import check_bench_database
from pandarchat.bench.shape import Shape


class Command(BaseCommand):
    help = ("Fill a bench database with the yardstick's shape of data, once, and write the world file for its load generator. "
            "Where the world is there already, only its tokens are renewed. The database's name must say bench, and it must be here.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--out", required=True, type=Path, help="the world file; nobody else may read it")
        parser.add_argument("--tickets", type=int, default=Shape.tickets)
        parser.add_argument("--agents", type=int, default=Shape.agents, help="of each organization")
        parser.add_argument("--customers", type=int, default=Shape.customers, help="of each organization")
        parser.add_argument("--rooms", type=int, default=Shape.rooms)
        parser.add_argument("--waiting", type=int, help="queued tickets of an organization beside (default: tickets / 100)")
        parser.add_argument("--entries", type=int, help="entries of all conversations together (default: 5 x tickets)")
        parser.add_argument("--port", type=int, default=settings.PORT, help="of the server that will be measured")

    def handle(self, *args: Any, **options: Any) -> None:
        check_bench_database()
        given = {name: options[name] for name in ("tickets", "agents", "customers", "rooms")}
        waiting, entries = options["waiting"], options["entries"]
        shape = Shape(**given, waiting=given["tickets"] // 100 if waiting is None else waiting,
                      entries=5 * given["tickets"] if entries is None else entries)
        self.ensure(shape)
        write(options["out"], world(shape, port=options["port"]))
        self.stdout.write(f"Wrote {options['out']}.")

    def ensure(self, shape: Shape) -> None:
        there = found_shape()
        if there is None:
            began = monotonic()
            fill(shape, sys.stderr)
            self.stdout.write(f"Made {shape.tickets:,} tickets in {monotonic() - began:.0f} s.")
        elif there != shape.as_json():
            raise CommandError(f"This database holds a world of another shape: {there}. Give each world a database of its own.")


def write(file: Path, named: dict[str, Any]) -> None:
    """With mode 0600: who reads it may act as anybody in it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with open(file, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as output:
        os.fchmod(output.fileno(), 0o600)
        json.dump(named, output)
