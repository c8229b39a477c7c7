"""Shapes of journeys and runs in the API. Questions are named as the format names them."""
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from foundation.http.validation import plain
from journeys.graph.format import ACTIONS, PRIORITIES, QUESTION, QUESTION_TYPES
from journeys.models import Audience, Journey, RunStatus, State, language_tag

LARGEST = 2**31 - 1
MOST_PAGES = 100_000
MOST_STEPS = 500  # of a rehearsal
ANY = "Of the type that the question asks for: `GET journeys/schema/` and docs/journeys.md name them."


@extend_schema_field({"type": "object", "additionalProperties": True, "description": "A graph in the format of `GET journeys/schema/`."})
class GraphField(serializers.DictField):
    """Any object: a draft may have problems."""


class LanguageField(serializers.CharField):
    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=35, allow_blank=True, validators=[language_tag], **options)

    def run_validators(self, value: Any) -> None:
        if value:
            super().run_validators(value)


# What comes in.


class Settings(serializers.Serializer[Any]):
    description = serializers.CharField(max_length=1000, allow_blank=True, required=False)
    position = serializers.IntegerField(min_value=-LARGEST, max_value=LARGEST, required=False, help_text="Lower ones are offered first.")
    audience = serializers.ChoiceField(choices=Audience.choices, required=False)
    language = LanguageField(required=False, help_text="A tag such as `en` or `pt-BR`; empty for readers of any language.")


class NewJourney(Settings):
    name = serializers.CharField(max_length=200, validators=[plain])
    graph = GraphField(required=False)


class ImportedJourney(Settings):
    """An export; or a file of the format itself, which has `startNode` and `nodes`."""

    name = serializers.CharField(max_length=200, validators=[plain], required=False)
    graph = GraphField(required=False)
    startNode = serializers.CharField(required=False)
    nodes = GraphField(required=False)


class JourneyChanges(Settings):
    version = serializers.IntegerField(min_value=1, max_value=LARGEST, help_text="The version that the client saw.")
    name = serializers.CharField(max_length=200, validators=[plain], required=False)
    graph = GraphField(required=False, help_text="The draft.")


class Seen(serializers.Serializer[Any]):
    version = serializers.IntegerField(min_value=1, max_value=LARGEST, help_text="The version that the client saw.")


class MaybeSeen(serializers.Serializer[Any]):
    version = serializers.IntegerField(min_value=1, max_value=LARGEST, required=False)


class Publication(Seen):
    note = serializers.CharField(max_length=500, allow_blank=True, required=False)


class Graph(serializers.Serializer[Any]):
    graph = GraphField()


class JourneysWanted(serializers.Serializer[Any]):
    language = LanguageField(required=False, help_text="Instead of `Accept-Language`.")


class VersionsWanted(serializers.Serializer[Any]):
    page = serializers.IntegerField(min_value=1, max_value=MOST_PAGES, default=1)


class DiffWanted(serializers.Serializer[Any]):
    before = serializers.IntegerField(min_value=1, max_value=LARGEST, required=False, help_text="A version; the published one otherwise.")
    after = serializers.IntegerField(min_value=1, max_value=LARGEST, required=False, help_text="A version; the draft otherwise.")


class FiguresWanted(serializers.Serializer[Any]):
    number = serializers.IntegerField(min_value=1, max_value=LARGEST, required=False, help_text="Of this version alone.")
    since = serializers.DateTimeField(required=False, help_text="Of runs begun at or after this time.")
    until = serializers.DateTimeField(required=False, help_text="Of runs begun before this time.")


@extend_schema_field({"type": ["array", "number", "object", "string"], "items": {}, "additionalProperties": True, "description": ANY})
class ValueField(serializers.JSONField):
    """An answer, whatever its question asks for."""


@extend_schema_field({"type": ["array", "boolean", "number", "object", "string"], "items": {}, "additionalProperties": True})
class MemberField(serializers.JSONField):
    """A member of a node."""


class NewAnswer(serializers.Serializer[Any]):
    node = serializers.CharField(max_length=100)
    value = ValueField(allow_null=True, help_text="null skips a question that is not required.")


class Step(serializers.Serializer[Any]):
    """An answer, or a step back."""

    node = serializers.CharField(max_length=100, required=False)
    value = ValueField(allow_null=True, default=None, help_text="null skips a question that is not required.")
    back = serializers.BooleanField(default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs["back"] and "node" not in attrs:
            raise serializers.ValidationError({"node": ["This field is required."]})
        return attrs


class Rehearsal(serializers.Serializer[Any]):
    graph = GraphField()
    name = serializers.CharField(max_length=200, validators=[plain], default="Journey", help_text="Of the journey.")
    steps = serializers.ListField(child=Step(), max_length=MOST_STEPS, default=list)


# What goes out.


class JourneyRow(serializers.ModelSerializer[Journey]):
    state = serializers.ChoiceField(choices=State.choices)
    published_number = serializers.IntegerField(allow_null=True, help_text="The version that customers begin with.")

    class Meta:
        model = Journey
        fields = ["id", "name", "description", "state", "position", "audience", "language", "version", "published_number", "created_at",
                  "updated_at"]
        read_only_fields = fields


class JourneyDetail(JourneyRow):
    draft = GraphField()
    has_changes = serializers.BooleanField(help_text="Whether the draft differs from what is published.")

    class Meta(JourneyRow.Meta):
        fields = [*JourneyRow.Meta.fields, "draft", "has_changes"]
        read_only_fields = fields


class Problem(serializers.Serializer[Any]):
    node = serializers.CharField(allow_null=True, help_text="null where it is the whole graph's.")
    code = serializers.CharField()
    message = serializers.CharField()
    member = serializers.CharField(help_text="Where in the node, as `options.0.label`.")
    level = serializers.ChoiceField(choices=["error", "warning"], help_text="Errors keep a journey from being published.")


class Checked(serializers.Serializer[Any]):
    valid = serializers.BooleanField(help_text="Whether it could be published.")
    problems = Problem(many=True)


class Exported(serializers.Serializer[Any]):
    name = serializers.CharField()
    description = serializers.CharField()
    audience = serializers.ChoiceField(choices=Audience.choices)
    language = serializers.CharField()
    graph = GraphField()


class Publisher(serializers.Serializer[Any]):
    id = serializers.UUIDField(allow_null=True)
    name = serializers.CharField()


class VersionRow(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    note = serializers.CharField()
    published_at = serializers.DateTimeField()
    published_by = Publisher()
    is_current = serializers.BooleanField(help_text="Whether it is the one that customers begin with.")


class VersionDetail(VersionRow):
    graph = GraphField()


class Change(serializers.Serializer[Any]):
    """Of a member, or of where it starts; what was not there is null."""

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), "from": MemberField(allow_null=True), "to": MemberField(allow_null=True)}


class MemberChange(Change):
    member = serializers.CharField()


class NodeChange(serializers.Serializer[Any]):
    node = serializers.CharField()
    members = MemberChange(many=True)


class Difference(serializers.Serializer[Any]):
    start = Change(allow_null=True)
    added = serializers.ListField(child=serializers.CharField())
    removed = serializers.ListField(child=serializers.CharField())
    changed = NodeChange(many=True)


class ActionFigures(serializers.Serializer[Any]):
    action = serializers.ChoiceField(choices=ACTIONS)
    completions = serializers.IntegerField()


class NodeFigures(serializers.Serializer[Any]):
    node = serializers.CharField()
    question = serializers.CharField(allow_null=True, help_text="null where this version does not ask it.")
    reached = serializers.IntegerField(help_text="Runs that came here.")
    answered = serializers.IntegerField(help_text="Runs that went on from here.")
    dropped = serializers.IntegerField(help_text="Runs that stand here, unfinished.")
    drop_off = serializers.FloatField(allow_null=True, help_text="dropped / reached.")
    median_seconds = serializers.FloatField(allow_null=True, help_text="From coming here to answering.")


class JourneyFigures(serializers.Serializer[Any]):
    starts = serializers.IntegerField()
    completions = serializers.IntegerField()
    completion_rate = serializers.FloatField(allow_null=True)
    median_seconds = serializers.FloatField(allow_null=True, help_text="From beginning to completing.")
    actions = ActionFigures(many=True)
    nodes = NodeFigures(many=True)


class JourneyBrief(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class OptionShown(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]
    value = serializers.CharField()


class NodeShown(serializers.Serializer[Any]):
    """A question that is to be drawn."""

    id = serializers.CharField()
    type = serializers.ChoiceField(choices=[QUESTION])
    questionType = serializers.ChoiceField(choices=QUESTION_TYPES)
    question = serializers.CharField()
    help = serializers.CharField()
    required = serializers.BooleanField()  # type: ignore[assignment]
    options = OptionShown(many=True)
    validation = GraphField(help_text="min, max, minLength, maxLength, pattern, maxFiles, as far as they are set.")
    answer = ValueField(allow_null=True, help_text="What was answered before one went back.")


class AnswerShown(serializers.Serializer[Any]):
    node = serializers.CharField()
    question = serializers.CharField()
    questionType = serializers.ChoiceField(choices=QUESTION_TYPES)
    value = ValueField(allow_null=True)
    text = serializers.CharField(help_text="For people.")


class AnswerChecked(serializers.Serializer[Any]):
    valid = serializers.BooleanField()
    problem = serializers.CharField(allow_null=True, help_text="Why it is no answer, for people.")


class TicketBrief(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.CharField()


class Submission(serializers.Serializer[Any]):
    brand = serializers.CharField()
    country = serializers.CharField(help_text="ISO 3166, two letters.")
    amount = serializers.CharField(help_text="A decimal.")


class TicketDescribed(serializers.Serializer[Any]):
    subject = serializers.CharField()
    text = serializers.CharField(help_text="Its first message.")
    category = serializers.CharField(allow_null=True, help_text="A slug.")
    priority = serializers.ChoiceField(choices=PRIORITIES)
    tags = serializers.ListField(child=serializers.CharField())


class Outcome(serializers.Serializer[Any]):
    node = serializers.CharField()
    action = serializers.ChoiceField(choices=ACTIONS)
    message = serializers.CharField()
    ticket = TicketDescribed(allow_null=True, help_text="That would be opened.")
    submission = Submission(allow_null=True, help_text="The card that would be sold.")


class Rehearsed(serializers.Serializer[Any]):
    taken = serializers.IntegerField(help_text="How many of the steps could be taken.")
    refused = serializers.CharField(allow_null=True, help_text="Why the next one could not.")
    refused_at = serializers.CharField(help_text="Which field of a gift card is to blame; empty otherwise.")
    progress = serializers.FloatField(help_text="0 to 1, of the longest way that is left.")
    can_go_back = serializers.BooleanField()
    path = serializers.ListField(child=serializers.CharField(), help_text="All nodes on the way here.")
    node = NodeShown(allow_null=True)
    messages = serializers.ListField(child=serializers.CharField(), help_text="To show before the question.")
    answers = AnswerShown(many=True)
    end = Outcome(allow_null=True, help_text="null while it is on its way, and where the graph leads nowhere.")


class RunShown(serializers.Serializer[Any]):
    """A run: `node` is what is asked next; a completed one has `action` and what came of it."""

    id = serializers.UUIDField()
    journey = JourneyBrief()
    version = serializers.IntegerField(help_text="The version that it began with.")
    status = serializers.ChoiceField(choices=RunStatus.choices)
    progress = serializers.FloatField(help_text="0 to 1, of the longest way that is left.")
    can_go_back = serializers.BooleanField()
    node = NodeShown(allow_null=True)
    messages = serializers.ListField(child=serializers.CharField(), help_text="To show before the question.")
    answers = AnswerShown(many=True)
    action = serializers.ChoiceField(choices=ACTIONS, allow_null=True)
    submission = Submission(allow_null=True, help_text="The card to sell.")
    ticket = TicketBrief(allow_null=True)
    message = serializers.CharField(allow_null=True, help_text="The closing message.")
    started_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    completed_at = serializers.DateTimeField(allow_null=True)
