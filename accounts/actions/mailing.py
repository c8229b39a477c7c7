"""Mail: wanted in the unit of work of the fact, written in another, and sent outside of any."""
import logging
import smtplib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.mail import EmailMultiAlternatives
from django.db.models.functions import Now
from django.utils import timezone

from accounts import letters
from foundation import events
from foundation.http import reader
from foundation.models import Delivery
from foundation.throttle import Throttle
from foundation.units import unit_of_work

logger = logging.getLogger(__name__)
WANTED = "mail.wanted"
TO_ONE = Throttle("mail-account", most=5, window=timedelta(hours=1))  # letters of a kind that anybody can have sent to somebody
TAKES = timedelta(minutes=1)  # longer than a mail server is waited for
FOR_GOOD = 500  # a mail server's replies from here on are final
KEPT_FOR = timedelta(days=1)  # what could not be sent by then is not news


def want(letter: str, **payload: Any) -> None:
    """A letter of `accounts.letters`, with whatever it needs to know, in the language of whoever makes this request: nearly always whom it
    is for."""
    events.emit(WANTED, {"letter": letter, "language": reader.wanted(), **payload})


def deliver(*, organization: UUID, delivery: UUID) -> None:
    """Write and send one letter, where it is still owed. A mail server that is away raises, and the sweep comes back; one that refuses the
    address for good is believed."""
    with unit_of_work(organization):
        owed = Delivery.objects.select_related("event").filter(id=delivery).first()
        if owed is None:
            return
        Delivery.objects.filter(id=delivery).update(next_attempt_at=Now() + TAKES)  # nobody else sends it meanwhile
        late = owed.event.created_at < timezone.now() - KEPT_FOR
        letter = None if late else letters.write(delivery, owed.event.payload)
    if late:
        logger.warning("a letter could not be sent for a day: delivery %s", delivery)
    if letter is not None:
        send(letter, delivery)
    events.finish(organization, [delivery])


def send(letter: letters.Letter, delivery: UUID) -> None:
    headers: Mapping[str, str] = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
    message = EmailMultiAlternatives(letter.subject, letter.text, to=[letter.to], headers=dict(headers))
    message.attach_alternative(letter.html, "text/html")
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        if any(code < FOR_GOOD for code, _ in error.recipients.values()):
            raise
        logger.warning("the mail server refuses the address of delivery %s", delivery)
