"""Signs of life of the parts that no request reaches."""
from datetime import timedelta

from django.db import connection
from django.db.models import DurationField, ExpressionWrapper, F
from django.db.models.functions import Now

from foundation.models import Heartbeat


def beat(name: str) -> None:
    """Remember that a part did its work just now."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": Now()})


def age(name: str) -> timedelta | None:
    """How long ago, by the database's clock, a part last did its work; None if never."""
    since = ExpressionWrapper(Now() - F("at"), output_field=DurationField())
    return Heartbeat.objects.filter(name=name).values_list(since, flat=True).first()


STEADY = """
INSERT INTO foundation_heartbeat AS h (name, at, since) VALUES (%(name)s, now(), now())
ON CONFLICT (name) DO UPDATE SET since = CASE WHEN h.at < now() - make_interval(secs => %(gap)s) THEN now() ELSE h.since END, at = now()
RETURNING now() - since
"""


def steady(name: str, *, gap: timedelta) -> timedelta:
    """Beat, and say for how long this heart has been beating without a pause longer than `gap`."""
    with connection.cursor() as cursor:
        cursor.execute(STEADY, {"name": name, "gap": gap.total_seconds()})
        since: timedelta = cursor.fetchone()[0]
    return since
