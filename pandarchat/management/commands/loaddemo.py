"""Loads the demo organizations."""
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import passwords
from foundation.errors import DomainError
from pandarchat.demo import loading
from pandarchat.demo.people import ORGANIZATIONS


class Command(BaseCommand):
    help = "Load the demo organizations, or what is missing of them. The password of all is DEMO_PASSWORD."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="leave organizations alone that were loaded before")
        parser.add_argument("--force", action="store_true", help="load although DEBUG is off")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG and not options["force"]:
            raise CommandError("The demo's password is public, so it is not loaded while DEBUG is off; --force loads it all the same.")
        wanted = [demo for demo in ORGANIZATIONS if not (options["once"] and loading.is_loaded(demo))]
        if not wanted:
            self.stdout.write("The demo organizations are there already.")
            return
        began = monotonic()
        hashed = passwords.hashed(settings.DEMO_PASSWORD)  # once: it is slow on purpose
        try:
            for demo in wanted:
                loading.load(demo, hashed=hashed, tell=self.tell)
        except DomainError as error:
            raise CommandError(error.message) from None
        self.stdout.write(f"Loaded {' and '.join(demo.slug for demo in wanted)} in {monotonic() - began:.1f} s.")

    def tell(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
