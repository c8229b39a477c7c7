"""How long a heart has been beating without a pause."""
from datetime import timedelta

import pytest
from django.db.models import F

from foundation import heartbeat
from foundation.models import Heartbeat

pytestmark = pytest.mark.django_db
GAP = timedelta(seconds=30)


def back(seconds: int) -> None:
    """As if it had all happened earlier."""
    moved = timedelta(seconds=seconds)
    Heartbeat.objects.update(at=F("at") - moved, since=F("since") - moved)


def test_it_begins_with_nothing_and_grows_with_each_beat() -> None:
    assert heartbeat.steady("heart", gap=GAP) == timedelta(0)
    back(20)
    assert timedelta(seconds=20) <= heartbeat.steady("heart", gap=GAP) < timedelta(seconds=40)
    back(20)
    assert heartbeat.steady("heart", gap=GAP) >= timedelta(seconds=40)


def test_after_a_pause_it_begins_anew() -> None:
    heartbeat.steady("heart", gap=GAP)
    back(31)
    assert heartbeat.steady("heart", gap=GAP) < timedelta(seconds=10)


def test_hearts_are_their_own() -> None:
    heartbeat.steady("one", gap=GAP)
    back(20)
    assert heartbeat.steady("other", gap=GAP) == timedelta(0)
    assert heartbeat.age("never") is None
