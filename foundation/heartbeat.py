"""Signs of life of the parts that no request reaches."""
from datetime import timedelta

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
