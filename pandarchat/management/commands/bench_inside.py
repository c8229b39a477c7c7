"""Measures from inside what no client sees."""
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from pandarchat.bench import inside
from pandarchat.bench.guard import check_bench_database


class Command(BaseCommand):
    help = "Assign a queue and check passwords in a bench database; prints one JSON line each. Every assignment adds an organization."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tickets", type=int, default=1000)
        parser.add_argument("--agents", type=int, default=50)
        parser.add_argument("--times", type=int, default=3)

    def handle(self, *args: Any, **options: Any) -> None:
        check_bench_database()
        inside.assignment(20, 5)  # warm-up
        for number in range(1, options["times"] + 1):
            for row in (inside.assignment(options["tickets"], options["agents"]), inside.password()):
                self.stdout.write(json.dumps({"target": "pandar", "round": number, **row}))
