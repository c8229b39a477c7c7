"""Makes a platform superuser, who belongs to no organization and uses Django admin only."""
import getpass
import os
import sys
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from accounts import passwords
from accounts.actions import credentials, people
from accounts.actor import System
from foundation.errors import DomainError
from foundation.ids import PLATFORM
from foundation.units import unit_of_work

PASSWORD = "PLATFORM_ADMIN_PASSWORD"  # noqa: S105 - a variable's name


class Command(BaseCommand):
    help = (f"Make a platform superuser. The password comes from {PASSWORD}, from the terminal (not echoed, twice), or from the first "
            "line of standard input; it never stands on the command line.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", default=os.environ.get("PLATFORM_ADMIN_EMAIL", ""))
        parser.add_argument("--name", default=os.environ.get("PLATFORM_ADMIN_NAME", ""))

    def handle(self, *args: Any, **options: Any) -> None:
        email = credentials.normalised(options["email"] or ask("Email"))
        name = (options["name"] or ask("Name")).strip()
        password = os.environ.get(PASSWORD) or ask_password()
        try:
            validate_email(email)
            people.check_password_strength(password, email=email, name=name)
            hashed = passwords.hashed(password)
            with unit_of_work(PLATFORM):
                people.create_superuser(email=email, name=name, hashed=hashed, actor=System(PLATFORM))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        except DomainError as error:
            raise CommandError(" ".join([error.message, *(reason for reasons in error.fields.values() for reason in reasons)])) from None
        self.stdout.write(f"{email} may sign in to the administration pages, with the organization left empty.")


def ask(what: str) -> str:
    if not sys.stdin.isatty():
        raise CommandError(f"Give --{what.lower()}.")
    return input(f"{what}: ").strip()


def ask_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("Password: ")
    if first != getpass.getpass("Password again: "):
        raise CommandError("The two passwords differ.")
    return first
