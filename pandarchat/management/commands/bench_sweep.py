"""Measures the sweep of the clocks."""
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from pandarchat.bench import sweeping


class Command(BaseCommand):
    help = ("Escalate late tickets among many that are open, in a bench database of their own; prints one JSON line each. "
            "The open ones are made once.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--open", type=int, default=1_000_000)
        parser.add_argument("--late", type=int, default=500)
        parser.add_argument("--times", type=int, default=3)

    def handle(self, *args: Any, **options: Any) -> None:
        organization = sweeping.ensure(options["open"])
        sweeping.sweep(organization, options["open"], 20, 1)  # warm-up
        for number in range(1, options["times"] + 1):
            row = sweeping.sweep(organization, options["open"], options["late"], number)
            self.stdout.write(json.dumps({"target": "pandar", "round": number, **row}))
