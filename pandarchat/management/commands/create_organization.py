"""Makes an organization with the shipped roles and, where one is named, its first admin."""
import os
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from accounts import passwords
from accounts.actions import credentials, people
from accounts.actor import System
from accounts.management.commands.createplatformadmin import ask_password
from accounts.models import slug_of_organization
from foundation.errors import DomainError
from foundation.units import unit_of_work

PASSWORD = "PANDAR_ADMIN_PASSWORD"  # noqa: S105 - a variable's name


class Command(BaseCommand):
    help = (f"Make an organization and its first admin. The admin's password comes from {PASSWORD}, from the terminal (not echoed, twice), "
            "or from the first line of standard input; it never stands on the command line.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--slug", required=True, help="its name in sign-ins and addresses: lower-case letters, digits, hyphens")
        parser.add_argument("--name", required=True)
        parser.add_argument("--admin-email", default="")
        parser.add_argument("--admin-name", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        slug, name, email, admin = (options[key].strip() for key in ("slug", "name", "admin_email", "admin_name"))
        if bool(email) != bool(admin):
            raise CommandError("Give --admin-email and --admin-name together, or neither.")
        try:
            self.create(slug, name, credentials.normalised(email), admin)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        except DomainError as error:
            raise CommandError(" ".join([error.message, *(reason for reasons in error.fields.values() for reason in reasons)])) from None

    def create(self, slug: str, name: str, email: str, admin: str) -> None:
        """Everything is checked before anything is written."""
        slug_of_organization(slug)
        if not name:
            raise CommandError("Give --name.")
        hashed = hashed_password(email, admin) if email else ""
        organization = people.create_organization(slug=slug, name=name)
        self.stdout.write(f"Organization {slug} is there.")
        if email:
            with unit_of_work(organization.id):
                people.create_user(email=email, name=admin, role="admin", hashed=hashed, actor=System(organization.id), confirmed=True)
            self.stdout.write(f"{email} may sign in as its admin.")


def hashed_password(email: str, name: str) -> str:
    validate_email(email)
    password = os.environ.get(PASSWORD) or ask_password()
    people.check_password_strength(password, email=email, name=name)
    return passwords.hashed(password)
