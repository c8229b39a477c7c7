"""Compares what is kept of attachments with what the database knows: after a restore."""
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from chat.attachments import actions, files


class Command(BaseCommand):
    help = "Count, per organization, files that no row knows and files that are missing. Changes nothing without --remove-strays."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--remove-strays", action="store_true", help="remove the files that no row knows")

    def handle(self, *args: Any, **options: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT organization_ids()")
            organizations = [row[0] for row in cursor.fetchall()]
        for organization in organizations:
            strays, missing = actions.strays(organization=organization)
            if options["remove_strays"]:
                for key in strays:
                    files.remove(key)
            what = "removed, which no row knew" if options["remove_strays"] else "that no row knows"
            self.stdout.write(f"{organization}: {len(strays)} files {what}, {len(missing)} missing")
