"""Shapes of conversations in the API. What comes out is described by the same structs that encode it (`chat/wire.py`)."""
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from chat.models import LONGEST_TEXT, MOST_ATTACHMENTS
from foundation.http.validation import KeyField

ENTRY = {"$ref": "#/components/schemas/Entry"}
ATTACHMENT = {"$ref": "#/components/schemas/AttachmentStruct"}


@extend_schema_field(ENTRY)
class EntryField(serializers.Field[Any, Any, Any, Any]):
    """An entry, told apart by `kind`."""


class NewMessage(serializers.Serializer[Any]):
    """A message says something, or has attachments: uploads of the sender's that were not sent yet."""

    client_id = KeyField()
    text = serializers.CharField(max_length=LONGEST_TEXT, trim_whitespace=False, allow_blank=True, default="")
    internal = serializers.BooleanField(default=False)
    attachments = serializers.ListField(child=KeyField(), max_length=MOST_ATTACHMENTS, required=False)


class NewUpload(serializers.Serializer[Any]):
    file = serializers.FileField(help_text="JPEG, PNG, WebP, GIF or PDF, by its content, up to 5 MB.")


class Discarded(serializers.Serializer[Any]):
    id = serializers.UUIDField()


class MessagePlace(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.CharField()


class MessageStored(serializers.Serializer[Any]):
    """`ticket` where the message went to a follow-up instead; `seq` counts there then."""

    id = serializers.UUIDField()
    seq = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    duplicate = serializers.BooleanField()
    ticket = MessagePlace(required=False)


class Draft(serializers.Serializer[Any]):
    """What one typed and did not send; `saved_at` is its version."""

    text = serializers.CharField()
    saved_at = serializers.DateTimeField()


class DraftsOfTicket(serializers.Serializer[Any]):
    reply = Draft(allow_null=True)
    note = Draft(allow_null=True)


class DraftBrief(serializers.Serializer[Any]):
    """A draft as the list of tickets shows it: the beginning of its text."""

    ticket = serializers.UUIDField()
    internal = serializers.BooleanField()
    text = serializers.CharField()
    saved_at = serializers.DateTimeField()


class NewDraft(serializers.Serializer[Any]):
    """Blank: the draft is gone."""

    text = serializers.CharField(max_length=LONGEST_TEXT, trim_whitespace=False, allow_blank=True)
    internal = serializers.BooleanField(default=False)
    seen = serializers.DateTimeField(allow_null=True, default=None, help_text="`saved_at` of the draft that this one follows; null: there "
                                     "was none.")
    tab = serializers.CharField(max_length=64, allow_blank=True, default="", help_text="Repeated in `draft-changed`, by which a client "
                                "knows its own.")


class DraftWanted(serializers.Serializer[Any]):
    internal = serializers.BooleanField(default=False)
    tab = serializers.CharField(max_length=64, allow_blank=True, default="")


class DraftSaved(serializers.Serializer[Any]):
    """`saved_at` is null where the draft is gone."""

    saved_at = serializers.DateTimeField(allow_null=True)


class MessageActions(serializers.Serializer[Any]):
    """What the caller may do with the message now."""

    allowed_actions = serializers.ListField(child=serializers.ChoiceField(choices=["edit", "delete"]))

    def get_fields(self) -> dict[str, Any]:
        return {"message": EntryField(), **super().get_fields()}


class Limits(serializers.Serializer[Any]):
    """What a message may hold."""

    message_characters = serializers.IntegerField()
    attachments = serializers.IntegerField(help_text="Of a message.")
    file_bytes = serializers.IntegerField()
    file_types = serializers.ListField(child=serializers.CharField(), help_text="Media types.")
    picture_pixels = serializers.IntegerField(help_text="Of a picture, all of its frames together.")


class EditedText(serializers.Serializer[Any]):
    """Blank only where the message has attachments."""

    text = serializers.CharField(max_length=LONGEST_TEXT, trim_whitespace=False, allow_blank=True)


class ReadTo(serializers.Serializer[Any]):
    seq = serializers.IntegerField(min_value=0, max_value=2**53)


class PersonBrief(serializers.Serializer[Any]):
    id = serializers.UUIDField(allow_null=True)
    name = serializers.CharField()
    staff = serializers.BooleanField()


class Reading(serializers.Serializer[Any]):
    user = PersonBrief()
    seq = serializers.IntegerField()


class EntryPage(serializers.Serializer[Any]):
    """`from` … `to` are the viewer's own numbers; `more` where others follow (or, reading backwards, precede)."""

    to = serializers.IntegerField()
    head = serializers.IntegerField()
    more = serializers.BooleanField()
    entries = serializers.ListField(child=EntryField())
    reads = Reading(many=True)

    def get_fields(self) -> dict[str, Any]:
        return {"from": serializers.IntegerField(), **super().get_fields()}


class HistoryPage(serializers.Serializer[Any]):
    """The newest first; `more` where there are older ones."""

    entries = serializers.ListField(child=EntryField())
    more = serializers.BooleanField()


class HistoryWanted(serializers.Serializer[Any]):
    before = serializers.IntegerField(min_value=1, max_value=2**53, required=False, help_text="The number of the last one held.")


class EntriesWanted(serializers.Serializer[Any]):
    after = serializers.IntegerField(min_value=0, max_value=2**53, required=False, help_text="The last number held; 0 for all.")
    before = serializers.IntegerField(min_value=1, max_value=2**53, required=False, help_text="For reading backwards from here.")

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if len(given) > 1:
            raise serializers.ValidationError("Give either `after` or `before`.")
        return given
