"""Shapes of what the settings change about agents, skills and the queue."""
from typing import Any

from rest_framework import serializers

from accounts.api.settings_serializers import Keys, Seen
from accounts.models import Availability
from accounts.shifts import Hours
from foundation.http.validation import plain
from tickets.api.serializers import ShiftBrief

SKILL = 100
MOST_KEYS = 1000


class NewSkill(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=SKILL, validators=[plain])
    agents = Keys(max_length=MOST_KEYS, default=list, help_text="Who has it.")


class SkillChanges(Seen):
    name = serializers.CharField(max_length=SKILL, validators=[plain], required=False)
    agents = Keys(max_length=MOST_KEYS, required=False, help_text="All who have it from now on.")


class NewShift(ShiftBrief):
    """Working hours on a weekday; where `ends` is not after `starts`, they end on the next day."""

    weekday = serializers.IntegerField(min_value=0, max_value=6, help_text="Monday is 0.")
    time_zone = serializers.CharField(max_length=64, help_text="An IANA name, such as Africa/Lagos.")


class AgentChanges(Seen):
    availability = serializers.ChoiceField(choices=Availability.choices, required=False)
    capacity = serializers.IntegerField(min_value=0, max_value=1000, required=False, help_text="Most open tickets at once.")
    skills = Keys(max_length=MOST_KEYS, required=False, help_text="All that they know from now on.")
    shifts = NewShift(many=True, required=False, help_text="When they work from now on; none is always.")

    def validate_shifts(self, value: list[dict[str, Any]]) -> list[Hours]:
        return [Hours(**each) for each in value]


class QueueSettings(serializers.Serializer[Any]):
    """`allowed`: change."""

    number_prefix = serializers.CharField(help_text="Before a ticket's number, as in PAN-1042.")
    next_number = serializers.IntegerField(help_text="About: numbers are taken in blocks.")
    assigns_automatically = serializers.BooleanField()
    grace_seconds = serializers.IntegerField(help_text="How long an agent who went offline keeps tickets that await a first response.")
    version = serializers.CharField()
    allowed = serializers.ListField(child=serializers.CharField())


class QueueSettingsChanges(Seen):
    number_prefix = serializers.CharField(max_length=10, required=False)
    assigns_automatically = serializers.BooleanField(required=False)
    grace_seconds = serializers.IntegerField(min_value=0, max_value=86_400, required=False)


class CategoryRow(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name = serializers.CharField()
    skill = serializers.CharField(allow_null=True, help_text="The name of what it needs.")
    policy = serializers.UUIDField(allow_null=True, help_text="The policy of its own; otherwise the default one counts.")
