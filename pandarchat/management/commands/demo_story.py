"""Plays the main job once against a running server, from outside, and prints what each person saw."""
import asyncio
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from pandarchat.story.play import play
from pandarchat.story.promise import SECONDS
from pandarchat.story.report import Report


class Command(BaseCommand):
    help = "Play a customer, four agents and a manager over HTTP and WebSocket. Exits with 1 where anything is missing."
    requires_system_checks: list[str] = []  # an outside client needs no database

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", default=f"http://127.0.0.1:{settings.PORT}", help="of the running server")
        parser.add_argument("--organization", default="pandar")
        parser.add_argument("--stranger", default="", help="the organization of the stranger (acme, or pandar for acme)")
        parser.add_argument("--promise", type=float, default=SECONDS,
                            help="seconds of a deadline that is missed, and waited for; 0 leaves that out (default: %(default)g)")
        parser.add_argument("--password", default=settings.DEMO_PASSWORD, help="of the demo's people")

    def handle(self, *args: Any, **options: Any) -> None:
        organization = options["organization"]
        stranger = options["stranger"] or ("acme" if organization != "acme" else "pandar")
        report = Report(self.tell)
        self.tell(f"The story of one ticket at {options['url']}, organization {organization}.")
        asyncio.run(play(options["url"], organization, stranger, options["password"], report, promise=options["promise"]))
        if report.missing:
            raise CommandError("\n".join([f"{len(report.missing)} missing:", *(f"  - {what}" for what in report.missing)]))
        self.tell(f"\nNothing is missing: {report.expectations} expectations were met.")

    def tell(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
