"""Shapes of tickets in the API: the contract that the fast answers are held equal to."""
from typing import Any

import orjson
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import Availability, Skill, User
from chat.models import LONGEST_TEXT, MOST_ATTACHMENTS
from foundation.http.validation import KeyField, plain
from tickets.assignment import Reason
from tickets.lifecycle import HELD
from tickets.lists import LATE, OPEN, ORDERINGS
from tickets.models import Category, Channel, Priority, Status, Ticket

PRIORITIES = [priority.name.lower() for priority in Priority]


class CategoryBrief(serializers.ModelSerializer[Category]):
    class Meta:
        model = Category
        fields = ["slug", "name"]


class CustomerBrief(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ["id", "name", "email"]


class AssigneeBrief(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ["id", "name"]


class Clock(serializers.Serializer[Any]):
    """One clock. It is in warning after `warning_at`, critical after `critical_at` and breached after `due_at`; at those moments themselves
    not yet. What counts is now or, where it has stopped or pauses, then."""

    target_seconds = serializers.IntegerField()
    calendar = serializers.UUIDField(allow_null=True, help_text="Whose open time counts; null for all time.")
    started_at = serializers.DateTimeField()
    warning_at = serializers.DateTimeField(help_text="Until then at least half is left (green); after it less (yellow).")
    critical_at = serializers.DateTimeField(help_text="After it less than a fifth is left (red).")
    due_at = serializers.DateTimeField(help_text="After it the clock is breached (red).")
    stopped_at = serializers.DateTimeField(allow_null=True)
    handled = serializers.IntegerField(help_text="How many of its boundaries have been told: warning, critical, breach, further levels.")


@extend_schema_field({"type": "array", "items": {"type": "array", "items": {"type": "string", "format": "date-time"}, "minItems": 2,
                                                 "maxItems": 2}})
class Pauses(serializers.ListField):
    """When the resolution clock did not run: from, to."""


class Sla(serializers.Serializer[Any]):
    """The clocks of a ticket, for the staff. `paused_at`: since when the resolution clock waits for the customer, or counts as over."""

    policy = serializers.UUIDField()
    escalation_level = serializers.IntegerField(help_text="How often it was escalated.")
    further_levels = serializers.ListField(child=serializers.IntegerField(), help_text="Minutes after a breach.")
    next_response_promised = serializers.BooleanField()
    paused_at = serializers.DateTimeField(allow_null=True)
    pauses = Pauses()
    first_response = Clock(allow_null=True)
    next_response = Clock(allow_null=True)
    resolution = Clock(allow_null=True)


class TicketRow(serializers.ModelSerializer[Ticket]):
    """A ticket as lists show it; `tags` and `sla` are for the staff. Context: `prefix`, `staff` and `viewer`."""

    id = serializers.UUIDField(source="pk")
    number = serializers.SerializerMethodField()
    priority = serializers.SerializerMethodField()
    category = CategoryBrief(allow_null=True)
    tags = serializers.SerializerMethodField()
    customer = CustomerBrief()
    assignee = AssigneeBrief(allow_null=True)
    sla = serializers.SerializerMethodField()
    head = serializers.SerializerMethodField()
    unread = serializers.SerializerMethodField()

    class Meta:
        model = Ticket
        fields = [
            "id",
            "number",
            "subject",
            "status",
            "priority",
            "category",
            "tags",
            "channel",
            "customer",
            "assignee",
            "version",
            "created_at",
            "updated_at",
            "queued_at",
            "assigned_at",
            "first_response_at",
            "resolved_at",
            "closed_at",
            "sla",
            "head",
            "unread",
        ]
        read_only_fields = fields

    def get_number(self, ticket: Ticket) -> str:
        return f"{self.context['prefix']}-{ticket.number}"

    def get_priority(self, ticket: Ticket) -> str:
        return Priority(ticket.priority).name.lower()

    def get_tags(self, ticket: Ticket) -> list[str]:
        return sorted(tag.name for tag in ticket.tags.all()) if self.context["staff"] else []

    @extend_schema_field(Sla(allow_null=True))
    def get_sla(self, ticket: Ticket) -> Any:
        return orjson.loads(ticket.clocks) if self.context["staff"] and ticket.clocks else None

    def get_head(self, ticket: Ticket) -> int:
        return ticket.conversation.staff_seq if self.context["staff"] else ticket.conversation.public_seq

    def get_unread(self, ticket: Ticket) -> int:
        conversation, viewer = ticket.conversation, self.context["viewer"]
        mark = conversation.readmark_set.filter(user_id=viewer).first()
        unread = conversation.entry_set.filter(kind="message", staff_seq__gt=mark.staff_seq if mark else 0).exclude(sender_id=viewer)
        if not self.context["staff"]:
            unread = unread.filter(public_seq__isnull=False)
        return min(100, unread.count())


class LastSaid(serializers.Serializer[Any]):
    """What was said last; `text` is its beginning, `seq` its number as the viewer counts."""

    seq = serializers.IntegerField()
    at = serializers.DateTimeField()
    sender = serializers.CharField()
    staff = serializers.BooleanField()
    internal = serializers.BooleanField()
    deleted = serializers.BooleanField()
    attachments = serializers.IntegerField()
    text = serializers.CharField()


class ListedTicket(TicketRow):
    """A ticket in a list; `last`, where that was asked for, is null where nothing was said yet."""

    last = LastSaid(allow_null=True, required=False)

    class Meta(TicketRow.Meta):
        fields = [*TicketRow.Meta.fields, "last"]
        read_only_fields = TicketRow.Meta.fields


class SkillBrief(serializers.ModelSerializer[Skill]):
    class Meta:
        model = Skill
        fields = ["id", "name"]


class RelatedTicket(serializers.Serializer[Any]):
    """A ticket as others refer to it."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    subject = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.choices)


class PlaceInQueue(serializers.Serializer[Any]):
    """How a ticket waits, for its customer too."""

    position = serializers.IntegerField(help_text="1 is next. In the order in which tickets are assigned.")
    exact = serializers.BooleanField(help_text="Whether it is that place, or one behind it: beyond 100 nobody counts.")
    since = serializers.DateTimeField()
    attended = serializers.BooleanField(help_text="Whether anybody who could take it is at work now, with or without room for it.")


class TicketDetail(TicketRow):
    """A ticket with what the viewer may do with it now; `skill` is what an agent needs to be assigned it, for the staff."""

    skill = SkillBrief(allow_null=True)
    follow_up_of = RelatedTicket(allow_null=True, help_text="The ticket that was over when its customer wrote again.")
    follow_ups = RelatedTicket(many=True)
    waiting = PlaceInQueue(allow_null=True, help_text="null where it does not wait in the queue.")
    allowed_statuses = serializers.ListField(child=serializers.ChoiceField(choices=Status.choices))
    allowed_actions = serializers.ListField(child=serializers.ChoiceField(choices=["take", "release", "transfer", "reassign", "change"]))
    writing = serializers.ChoiceField(choices=["here", "follow_up", "closed", "forbidden"],
                                      help_text="Where the viewer's next message goes.")

    class Meta(TicketRow.Meta):
        fields = [*TicketRow.Meta.fields, "skill", "follow_up_of", "follow_ups", "waiting", "allowed_statuses", "allowed_actions",
                  "writing"]
        read_only_fields = fields


class Tag(serializers.CharField):
    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=50, **options)


class NewTicket(serializers.Serializer[Any]):
    """`priority` is accepted from a customer and ignored. `attachments` are uploads for the first message, which may then be blank."""

    subject = serializers.CharField(max_length=200, validators=[plain])
    text = serializers.CharField(max_length=LONGEST_TEXT, trim_whitespace=False, allow_blank=True)
    attachments = serializers.ListField(child=KeyField(), max_length=MOST_ATTACHMENTS, required=False)
    category = serializers.CharField(max_length=50, required=False, allow_null=True)
    tags = serializers.ListField(child=Tag(), max_length=20, required=False)
    channel = serializers.ChoiceField(choices=Channel.choices, required=False)
    priority = serializers.CharField(max_length=20, required=False)


class TicketChanges(serializers.Serializer[Any]):
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1, help_text="The version that the client saw.")
    subject = serializers.CharField(max_length=200, required=False, validators=[plain])
    priority = serializers.ChoiceField(choices=PRIORITIES, required=False)
    category = serializers.CharField(max_length=50, required=False, allow_null=True)
    tags = serializers.ListField(child=Tag(), max_length=20, required=False)


class Versioned(serializers.Serializer[Any]):
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1, required=False)


class Reassignment(Versioned):
    agent = KeyField()
    requires_skill = serializers.BooleanField(default=False, help_text="Refuse, with `lacks_skill`, an agent without the skill that the "
                                              "ticket needs.")


class Transfer(Versioned):
    skill = KeyField(allow_null=True, help_text="Null: what its category needs.")
    note = serializers.CharField(max_length=LONGEST_TEXT, trim_whitespace=False, allow_blank=True, default="", help_text="For the staff.")


class StatusWanted(Versioned):
    status = serializers.ChoiceField(choices=Status.choices)


class TicketsWanted(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=[*Status.choices, (OPEN, "Open")], required=False, help_text="`open`: neither resolved nor "
                                     "closed.")
    priority = serializers.ChoiceField(choices=PRIORITIES, required=False)
    assignee = serializers.CharField(required=False, help_text="`me`, `none`, a user's id, or for staff `offline`: what agents who are "
                                     "gone still hold.")
    customer = serializers.UUIDField(required=False)
    category = serializers.CharField(max_length=50, required=False)
    tag = Tag(required=False)
    sla = serializers.ChoiceField(choices=list(LATE), required=False, help_text="By the worst of its clocks; for staff.")
    skill = KeyField(required=False, help_text="What an agent needs: the one that it was sent to, else its category's.")
    last = serializers.BooleanField(default=False, help_text="With what was said last.")
    ordering = serializers.ChoiceField(choices=list(ORDERINGS), default="-updated_at", help_text=(
        "For staff: `sla_due_at`, the deadline that comes next, and `-last_entry_at`, when something was last said or done, of the 10,000 "
        "that changed last."))
    page = serializers.IntegerField(min_value=1, max_value=400, default=1, help_text="Farther only by `cursor`.")
    cursor = serializers.CharField(max_length=500, required=False)

    def validate_assignee(self, value: str) -> str:
        return value if value in ("me", "none", "offline") else str(serializers.UUIDField().run_validation(value))


class Counted(serializers.Serializer[Any]):
    """Where `count_exact` is false there are more."""

    count = serializers.IntegerField()
    count_exact = serializers.BooleanField()


class SkillCounted(Counted):
    id = serializers.UUIDField()
    name = serializers.CharField()


class TagCounted(Counted):
    name = serializers.CharField()


class ViewCounts(serializers.Serializer[Any]):
    """How many tickets each view has. `unread`: of `mine`, those with something unread; `skills` and `tags` (the most frequent ones) are of
    what is open."""

    mine = Counted()
    unassigned = Counted()
    open = Counted()
    pending = Counted()
    breached = Counted()
    unread = Counted()
    skills = SkillCounted(many=True)
    tags = TagCounted(many=True)


class QueueWanted(serializers.Serializer[Any]):
    page = serializers.IntegerField(min_value=1, max_value=400, default=1)


class WhyItWaits(serializers.Serializer[Any]):
    reason = serializers.ChoiceField(choices=[(r.value, r.value) for r in Reason])
    reason_text = serializers.CharField()


class QueueItem(WhyItWaits):
    position = serializers.IntegerField()
    waiting_since = serializers.DateTimeField()
    skill = serializers.UUIDField(allow_null=True, help_text="That an agent needs to be assigned it; `GET skills/` has its name.")
    ticket = TicketRow()


class Transferred(WhyItWaits, TicketDetail):
    """The ticket in the queue, and why it waits there; `nobody_with_skill` where nobody has what it was sent to."""

    class Meta(TicketDetail.Meta):
        fields = [*TicketDetail.Meta.fields, "reason", "reason_text"]
        read_only_fields = fields


class Knowing(serializers.Serializer[Any]):
    """Somebody who has a skill."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class SkillRow(SkillBrief):
    """A topic, with who knows it and how many of them are available now. `allowed`: rename, agents, delete."""

    agents = serializers.IntegerField(help_text="How many.")
    available = serializers.IntegerField()
    people = Knowing(many=True)
    version = serializers.CharField()
    allowed = serializers.ListField(child=serializers.CharField())

    class Meta(SkillBrief.Meta):
        fields = [*SkillBrief.Meta.fields, "agents", "available", "people", "version", "allowed"]


@extend_schema_field({"type": "string", "pattern": r"^\d{2}:\d{2}(:\d{2})?$"})
class WallTime(serializers.TimeField):
    """A time of day in the zone that stands beside it; `format: time` would promise an offset."""


class ShiftBrief(serializers.Serializer[Any]):
    weekday = serializers.IntegerField(help_text="Monday is 0.")
    starts = WallTime()
    ends = WallTime()
    time_zone = serializers.CharField()


class Agent(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    availability = serializers.ChoiceField(choices=Availability.choices)
    capacity = serializers.IntegerField()
    load = serializers.IntegerField(help_text="Open tickets: assigned and in progress.")
    unanswered = serializers.IntegerField(help_text="Tickets that they hold and have not answered yet: these go back into the queue when "
                                          "they have been offline for `grace_seconds`.")
    grace_seconds = serializers.IntegerField()
    offline_since = serializers.DateTimeField(allow_null=True)
    on_shift = serializers.BooleanField(help_text="Inside a shift; without any shift, always.")
    shift_until = serializers.DateTimeField(allow_null=True, help_text="When the current shift is over; null outside of one, and for one "
                                            "that does not end.")
    shift_next = serializers.DateTimeField(allow_null=True, help_text="When the next one begins after it.")
    lost_connection = serializers.BooleanField(help_text="Went offline by itself.")
    last_seen_at = serializers.DateTimeField(allow_null=True)
    skills = serializers.ListField(child=serializers.CharField())
    shifts = ShiftBrief(many=True)
    version = serializers.CharField(help_text="Of capacity, skills and shifts.")
    allowed = serializers.ListField(child=serializers.CharField(), help_text="availability, capacity, skills, shifts.")


class Held(serializers.Serializer[Any]):
    """A ticket of one's own that is not over, as it is announced."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    subject = serializers.CharField()
    customer = serializers.CharField(help_text="Their name.")
    status = serializers.ChoiceField(choices=[status.value for status in HELD])
    head = serializers.IntegerField()
    unread = serializers.IntegerField(help_text="100 for more, too.")


class MyAvailability(serializers.Serializer[Any]):
    availability = serializers.ChoiceField(choices=Availability.choices)
