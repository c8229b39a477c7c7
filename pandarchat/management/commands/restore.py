"""Restores a backup beside what is running."""
from pathlib import Path
from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandError, CommandParser

from pandarchat.environment import InvalidSetting, read
from pandarchat.services import backup
from pandarchat.services.processes import ServiceError


class Command(BaseCommand):
    help = "Restore FILE into a new database of the same server; docs/operations.md says how to take it into use."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("database", help="name of the new database")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            backup.restore(backup.address(read()), options["database"], options["file"])
        except (ServiceError, InvalidSetting, OSError, psycopg.Error) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"The database {options['database']} holds the backup.")
