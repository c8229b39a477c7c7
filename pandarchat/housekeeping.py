"""Removing what has expired, one organization at a time."""
from datetime import timedelta
from uuid import UUID

from django.contrib.sessions.models import Session as BrowserSession
from django.db import connection
from django.utils import timezone

from accounts.models import Challenge, Link, Session, SocketTicket
from foundation import each
from foundation.ids import PLATFORM
from foundation.models import Counter, Event, IdempotencyKey
from foundation.units import unit_of_work

KEYS_FOR = timedelta(days=1)
EVENTS_FOR = timedelta(days=7)
SESSIONS_FOR = timedelta(days=30)  # after their end, so that a list of devices still explains itself


def run() -> None:
    """Idempotent; each organization in a unit of its own."""
    now = timezone.now()
    Counter.objects.filter(window_start__lt=now - timedelta(days=1)).delete()
    BrowserSession.objects.filter(expire_date__lt=now).delete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT organization_ids()")
        organizations = [row[0] for row in cursor.fetchall()]
    each.organization([*organizations, PLATFORM], clean)


def clean(*, organization: UUID) -> None:
    """Answers to repeated requests after a day, delivered events after a week, used-up tickets and long-ended sessions."""
    now = timezone.now()
    with unit_of_work(organization):
        IdempotencyKey.objects.filter(created_at__lt=now - KEYS_FOR).delete()
        Event.objects.filter(created_at__lt=now - EVENTS_FOR, deliveries=None).delete()
        SocketTicket.objects.filter(expires_at__lt=now).delete()
        Challenge.objects.filter(expires_at__lt=now).delete()
        Link.objects.filter(expires_at__lt=now).delete()
        Session.objects.filter(expires_at__lt=now - SESSIONS_FOR).delete()
