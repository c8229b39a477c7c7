"""Shapes of policies, calendars and previews in the API."""
from datetime import datetime, time
from typing import Any

from rest_framework import serializers

from accounts.api.settings_serializers import Seen
from foundation.http.validation import KeyField, plain
from tickets.api.serializers import PRIORITIES, Clock, WallTime
from tickets.models import LONGEST_TARGET
from tickets.sla.clocks import Kind

KINDS = [kind.value for kind in Kind]
NAME = 100
MOST_TARGETS = 24


class Minute(WallTime):
    """A time of day to the minute, kept as text."""

    def to_internal_value(self, value: Any) -> str:  # type: ignore[override]
        clock: time = super().to_internal_value(value)
        if clock.second or clock.microsecond:
            self.fail("invalid", format="HH:MM")
        return f"{clock:%H:%M}"

    def to_representation(self, value: Any) -> str:
        return str(value)


class Changes(serializers.Serializer[Any]):
    """The same fields, of which any may be left out; what is given is whole, as `partial` would not have it of nested ones."""

    def get_fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().get_fields()
        for each in fields.values():
            each.required = False
        return fields


class OpeningHours(serializers.Serializer[Any]):
    """Open on a weekday. Where `closes` is not after `opens`, it is on the next day: 00:00 to 00:00 is all day."""

    weekday = serializers.IntegerField(min_value=0, max_value=6, help_text="Monday is 0.")
    opens = Minute()
    closes = Minute()


class OwnHoliday(serializers.Serializer[Any]):
    """A day, from midnight to midnight of the calendar's zone, on which it does not open."""

    date = serializers.DateField()
    name = serializers.CharField(max_length=NAME, validators=[plain], allow_blank=True, default="")

    def to_internal_value(self, data: Any) -> Any:
        found = super().to_internal_value(data)
        return {**found, "date": found["date"].isoformat()}


class CalendarFields(serializers.Serializer[Any]):
    """When an organization works."""

    name = serializers.CharField(max_length=NAME, validators=[plain])
    time_zone = serializers.CharField(max_length=64, help_text="An IANA name, such as Africa/Lagos.")
    hours = OpeningHours(many=True)
    holidays = OwnHoliday(many=True, required=False)
    country = serializers.CharField(max_length=2, allow_blank=True, required=False, help_text="ISO 3166-1: its public holidays are closed.")
    subdivision = serializers.CharField(max_length=10, allow_blank=True, required=False, help_text="ISO 3166-2, without the country.")

    def validate_hours(self, value: list[Any]) -> list[dict[str, Any]]:
        return [dict(each) for each in value]

    def validate_holidays(self, value: list[Any]) -> list[dict[str, Any]]:
        return sorted((dict(each) for each in value), key=lambda each: each["date"])


class CalendarChanges(Changes, CalendarFields, Seen):
    pass


class Calendar(CalendarFields):
    """`allowed`: change, delete."""

    id = serializers.UUIDField()
    policies = serializers.ListField(child=serializers.CharField(), help_text="The names of those that count by it.")
    version = serializers.CharField()
    allowed = serializers.ListField(child=serializers.CharField())


class TargetFields(serializers.Serializer[Any]):
    """One promise: within so many seconds of a calendar's open time or, without one, day and night."""

    clock = serializers.ChoiceField(choices=KINDS)
    priority = serializers.ChoiceField(choices=PRIORITIES)
    seconds = serializers.IntegerField(min_value=1, max_value=LONGEST_TARGET)
    calendar = KeyField(allow_null=True, default=None)


class PolicyFields(serializers.Serializer[Any]):
    """What is promised of the tickets of some categories, or, as the default, of all that have no policy of their own."""

    name = serializers.CharField(max_length=NAME, validators=[plain])
    is_default = serializers.BooleanField(required=False)
    further_levels = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=10_080), max_length=5, required=False,
                                           help_text="So many minutes after a breach it is escalated once more, each time.")
    categories = serializers.ListField(child=serializers.CharField(max_length=50), max_length=500, required=False,
                                       help_text="Slugs; a category has one policy, the last one that named it.")
    targets = TargetFields(many=True, required=False)


class PolicyChanges(Changes, PolicyFields, Seen):
    pass


class Policy(PolicyFields):
    """`allowed`: change, delete."""

    id = serializers.UUIDField()
    version = serializers.CharField()
    allowed = serializers.ListField(child=serializers.CharField())


class Start(serializers.DateTimeField):
    """A moment that calendars know."""

    def to_internal_value(self, value: Any) -> datetime:
        found: datetime = super().to_internal_value(value)
        if not 2000 <= found.year <= 2100:  # noqa: PLR2004 (what calendars know)
            raise serializers.ValidationError("Between 2000 and 2100.")
        return found


class PreviewWanted(serializers.Serializer[Any]):
    start = Start(required=False, help_text="Now, if it is not given.")
    priority = serializers.ChoiceField(choices=PRIORITIES, default="normal")
    policy = serializers.UUIDField(required=False, help_text="Otherwise that of the category, or the default one.")
    category = serializers.CharField(max_length=50, required=False)


class Preview(serializers.Serializer[Any]):
    """The clocks that a ticket would have, each as if it began at `start`; null where nothing is promised."""

    policy = serializers.UUIDField(allow_null=True)
    start = serializers.DateTimeField()
    first_response = Clock(allow_null=True)
    next_response = Clock(allow_null=True)
    resolution = Clock(allow_null=True)


class UnsavedCalendar(CalendarFields):
    name = serializers.CharField(max_length=NAME, validators=[plain], default="This calendar")


class Unsaved(serializers.Serializer[Any]):
    """Targets that nobody saved, and a calendar that nobody saved: where it is given, all of them count by it."""

    start = Start(required=False, help_text="Now, if it is not given.")
    calendar = UnsavedCalendar(required=False)
    targets = TargetFields(many=True)

    def validate_targets(self, value: list[Any]) -> list[Any]:
        if len(value) > MOST_TARGETS:
            raise serializers.ValidationError(f"At most {MOST_TARGETS}.")
        return value


class UnsavedMoments(serializers.Serializer[Any]):
    """When a clock would change its colour, as if it began at `start`; null where its calendar never gets there."""

    clock = serializers.ChoiceField(choices=KINDS)
    priority = serializers.ChoiceField(choices=PRIORITIES)
    warning_at = serializers.DateTimeField(allow_null=True)
    critical_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)


class UnsavedPreview(serializers.Serializer[Any]):
    start = serializers.DateTimeField()
    targets = UnsavedMoments(many=True)
