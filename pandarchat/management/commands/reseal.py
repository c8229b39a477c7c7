"""Puts what is sealed in the database under the current key."""
from typing import Any

from django.core.management.base import BaseCommand

from accounts.actions import factors
from accounts.models import Organization
from foundation.ids import PLATFORM
from foundation.units import unit_of_work


class Command(BaseCommand):
    help = ("Seal second factors anew with the first of ENCRYPTION_KEYS (or the key made of SECRET_KEY). After it, and once all "
            "processes have the new keys, an older key may be taken away. It may be interrupted and run again while everybody works.")

    def handle(self, *args: Any, **options: Any) -> None:
        with unit_of_work(PLATFORM):
            organizations = [PLATFORM, *Organization.objects.order_by("id").values_list("id", flat=True)]
        total = sum(factors.reseal(organization=organization) for organization in organizations)
        self.stdout.write(f"{total} secrets were under another key.")
