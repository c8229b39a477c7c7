"""Letters that are owed, sent as a worker sends them, and the links in them."""
import re
from typing import Any
from uuid import UUID

from django.core import mail

from accounts.actions import mailing
from foundation.models import Delivery
from foundation.units import unit_of_work

PASSWORD = "correct horse battery"
TASK = "accounts.tasks.send_mail"


def owed(organization: UUID) -> list[UUID]:
    with unit_of_work(organization):
        return list(Delivery.objects.filter(subscriber=TASK).order_by("id").values_list("id", flat=True))


def sent(organization: UUID) -> list[Any]:
    """Send what is owed; the letters, in the order in which they were wanted."""
    mail.outbox.clear()
    for delivery in owed(organization):
        mailing.deliver(organization=organization, delivery=delivery)
    return list(mail.outbox)


def token_in(letter: Any) -> str:
    found = re.search(r"/(?:account/\w+/|portal/[\w-]+/\w+)\?token=([\w-]+)", letter.body)
    assert found, letter.body
    return found[1]
