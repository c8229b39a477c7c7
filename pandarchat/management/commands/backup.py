"""Writes a backup of the running installation."""
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from pandarchat.environment import InvalidSetting, read
from pandarchat.services import backup
from pandarchat.services.processes import ServiceError


class Command(BaseCommand):
    help = "Back the database up into FILE while it is in use. DATABASE_BACKUP_URL names a role that bypasses row-level security."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        try:
            backup.dump(backup.address(read()), file)
        except (ServiceError, InvalidSetting, OSError) as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{file} holds the database, {file.stat().st_size} bytes. Keep SECRET_KEY elsewhere: it is not in it.")
