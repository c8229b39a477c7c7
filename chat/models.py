"""Conversations, their numbered entries with what is attached, and who has read how far."""
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Owned, User, tenant_key
from chat.attachments.kinds import MEDIA_TYPES

LONGEST_TEXT = 10_000  # characters
MOST_ATTACHMENTS = 10  # of a message


class Conversation(Owned):
    """One conversation of a customer with the staff.

    Two counters number its entries, one for staff and one for what is public, so that an internal note is no gap to the customer.
    The row is the lock that orders the entries.
    """

    customer = tenant_key(User, db_index=False)
    staff_seq = models.BigIntegerField(default=0, db_default=0, editable=False)
    public_seq = models.BigIntegerField(default=0, db_default=0, editable=False)
    # What a message must do besides being stored is known to whoever opened the conversation; chat only knows that it must ask.
    customer_wakes = models.BooleanField(default=False, db_default=False, editable=False)
    staff_wakes = models.BooleanField(default=False, db_default=False, editable=False)
    is_closed = models.BooleanField(default=False, db_default=False, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    last_entry_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [models.Index(fields=["organization", "customer"], name="conversation_customer")]  # none that a message changes: HOT

    def __str__(self) -> str:
        return str(self.id)


class Kind(models.TextChoices):
    MESSAGE = "message"
    EDIT = "edit"
    DELETION = "deletion"
    ASSIGNMENT = "assignment"
    STATUS = "status"
    CHANGE = "change"


class Entry(Owned):
    """One numbered thing that was said or happened. Internal entries have no public number."""

    conversation = tenant_key(Conversation, db_index=False)
    staff_seq = models.BigIntegerField()
    public_seq = models.BigIntegerField(null=True)
    kind = models.TextField(choices=Kind.choices)
    sender = tenant_key(User, null=True, db_index=False)
    sender_name = models.TextField(blank=True, default="", db_default="")
    sender_is_staff = models.BooleanField(default=True, db_default=True)
    client_id = models.UUIDField(null=True)
    body_hash = models.BinaryField(null=True)  # SHA-256 of what was first sent, which an edit in between does not change
    text = models.TextField(blank=True, default="", db_default="")
    target_seq = models.BigIntegerField(null=True)  # staff_seq of the entry that is edited or deleted
    data = models.JSONField(null=True)  # of a message: {"attachments": […]} where it has any, as `wire.Attachment` is made of it
    created_at = models.DateTimeField(db_default=Now())
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "entries"
        permissions = [
            ("send_message", "Can send messages"),
            ("write_note", "Can write internal notes"),
            ("edit_message", "Can edit and delete own messages"),
            ("moderate_message", "Can delete anybody's messages"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["organization", "conversation", "staff_seq"], name="entry_staff_seq_once"),
            models.UniqueConstraint(fields=["organization", "conversation", "public_seq"], name="entry_public_seq_once",
                                    condition=Q(public_seq__isnull=False)),
            models.UniqueConstraint(fields=["organization", "sender", "client_id"], name="entry_client_id_once",
                                    condition=Q(client_id__isnull=False)),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="entry_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.staff_seq}"


class Revision(Owned):
    """What a message said before it was edited or deleted. Append-only: visible and on record."""

    conversation = tenant_key(Conversation)
    target_seq = models.BigIntegerField()  # staff_seq of the message
    text = models.TextField()
    data = models.JSONField(null=True)  # what was attached, as the entry had it; the bytes are gone
    changed_by_name = models.TextField()
    changed_by_id = models.UUIDField(null=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.target_seq} until {self.at}"


class Attachment(Owned):
    """A file that was uploaded, and once it was sent the message that it belongs to.

    The row is there before the bytes are: `key` names them in the storage, so that no crash leaves bytes that nobody knows of; `ready` says
    that they are there. Until it is sent only its uploader sees it, and past `expires_at` it is removed.
    """

    uploader = tenant_key(User, db_index=False)
    conversation = tenant_key(Conversation, null=True, db_index=False)
    staff_seq = models.BigIntegerField(null=True)  # of the message
    internal = models.BooleanField(default=False, db_default=False)  # of a note, which customers never see
    key = models.TextField()
    name = models.TextField()
    media_type = models.TextField()
    size = models.BigIntegerField(default=0, db_default=0)  # bytes
    width = models.IntegerField(null=True)  # pixels
    height = models.IntegerField(null=True)
    has_thumbnail = models.BooleanField(default=False, db_default=False)
    digest = models.BinaryField(null=True)  # SHA-256 of what is kept
    ready = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(db_default=models.expressions.RawSQL("now() + interval '1 day'", ()))

    class Meta:
        indexes = [
            models.Index(fields=["organization", "conversation", "staff_seq"], name="attachment_of_message",
                         condition=Q(conversation__isnull=False)),
            models.Index(fields=["organization", "uploader"], name="attachment_unsent", condition=Q(conversation__isnull=True)),
            models.Index(fields=["expires_at"], name="attachment_expiring", condition=Q(conversation__isnull=True)),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(media_type__in=MEDIA_TYPES), name="attachment_type_known"),
            models.CheckConstraint(condition=Q(conversation__isnull=True, staff_seq__isnull=True)
                                   | Q(conversation__isnull=False, staff_seq__isnull=False, ready=True), name="attachment_sent_whole"),
        ]

    def __str__(self) -> str:
        return self.name


class Draft(Owned):
    """What somebody typed and did not send yet: of one ticket one reply and one note. Nobody else ever sees it.

    `saved_at` is its version: whoever saves says which one they saw, so that no tab writes over what another one has.
    """

    conversation = tenant_key(Conversation, models.CASCADE, db_index=False)
    user = tenant_key(User, models.CASCADE, db_index=False)
    internal = models.BooleanField(default=False, db_default=False)  # of a note
    text = models.TextField()
    saved_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "user", "conversation", "internal"], name="draft_once")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.conversation_id}"


class ReadMark(Owned):
    """How far somebody has read; both numbers, because a reader's place is shown to the others in theirs."""

    conversation = tenant_key(Conversation, models.CASCADE, db_index=False)
    user = tenant_key(User, models.CASCADE, db_index=False)
    staff_seq = models.BigIntegerField()
    public_seq = models.BigIntegerField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "conversation", "user"], name="read_mark_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.staff_seq}"
