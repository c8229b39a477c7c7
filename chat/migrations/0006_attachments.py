"""Files in conversations, and `send_message` that ties them to their message."""
import importlib

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

import foundation.ids
import foundation.models
from foundation.roles import APP
from foundation.tenancy import IsolateTenant, definer_function

batches = importlib.import_module("chat.migrations.0003_batches")
texts = importlib.import_module("chat.migrations.0005_entry_text")


def changed(text: str, *changes: tuple[str, str]) -> str:
    """The text with these parts replaced, each of which stands in it once."""
    for before, after in changes:
        if text.count(before) != 1:
            raise ValueError(f"{before!r} does not stand there once")
        text = text.replace(before, after)
    return text


OF_MESSAGE = """
ALTER TABLE chat_attachment ADD CONSTRAINT chat_attachment_message FOREIGN KEY (organization_id, conversation_id, staff_seq)
  REFERENCES chat_entry (organization_id, conversation_id, staff_seq) DEFERRABLE INITIALLY DEFERRED;
"""
# As before, and p_attachments: uploads of the sender's that were not sent yet. They are locked in one order, described in the entry, and tied
# to it. A message without any pays for two tests of NULL.
SEND = changed(
    batches.SEND,
    ("p_waits boolean,\n", "p_waits boolean,\n  p_attachments uuid[] DEFAULT NULL,\n"),
    ("OUT owed uuid[]\n", "OUT owed uuid[], OUT attached jsonb\n"),
    ("entry := known.id;", "entry := known.id; attached := known.data;"),
    ("  UPDATE chat_conversation SET staff_seq", """  IF p_attachments IS NOT NULL THEN
    SELECT jsonb_build_object('attachments', jsonb_agg(jsonb_build_object(
      'id', a.id, 'name', a.name, 'type', a.media_type, 'size', a.size, 'width', a.width, 'height', a.height, 'thumbnail', a.has_thumbnail)
      ORDER BY array_position(p_attachments, a.id))) INTO attached
    FROM (SELECT * FROM chat_attachment
          WHERE organization_id = p_organization AND id = ANY (p_attachments) AND uploader_id = p_sender AND conversation_id IS NULL AND ready
          ORDER BY id FOR UPDATE) a;
    IF coalesce(jsonb_array_length(nullif(attached -> 'attachments', 'null')), 0) <> cardinality(p_attachments) THEN
      outcome := 'unknown_attachment'; attached := NULL;
      RETURN;
    END IF;
  END IF;
  UPDATE chat_conversation SET staff_seq"""),
    ("client_id, body_hash, text)", "client_id, body_hash, text, data)"),
    ("p_client_id, p_hash, p_text)", "p_client_id, p_hash, p_text, attached)"),
    ("  IF cardinality(p_subscribers) > 0 THEN", """  IF p_attachments IS NOT NULL THEN
    UPDATE chat_attachment SET conversation_id = p_conversation, staff_seq = staff_number, internal = p_internal
    WHERE organization_id = p_organization AND id = ANY (p_attachments);
  END IF;
  IF cardinality(p_subscribers) > 0 THEN"""),
)
SIGNATURE = "send_message(uuid, uuid, uuid, text, boolean, uuid, text, bytea, boolean, boolean, text[], boolean, uuid[])"
# What waits together has no attachments: a message with some goes alone.
SEND_MANY = changed(batches.SEND_MANY, ("SELECT s.* INTO", "SELECT s.outcome, s.entry, s.staff_number, s.public_number, s.stored_at, s.owed INTO"))

# As `wire.attached` makes it. A function of its own, as one with a subquery is not inlined where it is called; it runs for those with some.
ATTACHED = r"""
CREATE FUNCTION attachments_json(data jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $body$
  SELECT coalesce('[' || string_agg(
    '{"id":' || (a -> 'id')::text || ',"name":' || (a -> 'name')::text || ',"type":' || (a -> 'type')::text
    || ',"size":' || (a -> 'size')::text || ',"width":' || (a -> 'width')::text || ',"height":' || (a -> 'height')::text
    || ',"url":"/api/v1/attachments/' || (a ->> 'id') || '/","thumbnail":'
    || CASE WHEN (a -> 'thumbnail')::boolean THEN '"/api/v1/attachments/' || (a ->> 'id') || '/thumbnail/"' ELSE 'null' END || '}',
    ',' ORDER BY n) || ']', '[]')
  FROM jsonb_array_elements(data -> 'attachments') WITH ORDINALITY AS x (a, n)
$body$;
"""
ATTACHED_SIGNATURE = "attachments_json(jsonb)"
JSON = changed(texts.JSON, (
    """|| ',"deleted_at":' ||""",
    """|| CASE WHEN e.data IS NULL THEN ',"attachments":[]' ELSE ',"attachments":' || attachments_json(e.data) END
         || ',"deleted_at":' ||"""))
EXPIRED = definer_function(
    "organizations_with_expired_uploads() RETURNS SETOF uuid LANGUAGE sql STABLE",
    "SELECT DISTINCT organization_id FROM chat_attachment WHERE conversation_id IS NULL AND expires_at < now()",
    reads=["chat_attachment"],
)
granted = batches.granted


class Migration(migrations.Migration):
    dependencies = [("chat", "0005_entry_text"), ("accounts", "0002_isolation"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.AddField("revision", "data", models.JSONField(null=True)),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.UUIDField(db_default=foundation.models.UuidV7(), default=foundation.ids.uuid7, editable=False, primary_key=True,
                                        serialize=False)),
                ("staff_seq", models.BigIntegerField(null=True)),
                ("internal", models.BooleanField(db_default=False, default=False)),
                ("key", models.TextField()),
                ("name", models.TextField()),
                ("media_type", models.TextField()),
                ("size", models.BigIntegerField(db_default=0, default=0)),
                ("width", models.IntegerField(null=True)),
                ("height", models.IntegerField(null=True)),
                ("has_thumbnail", models.BooleanField(db_default=False, default=False)),
                ("digest", models.BinaryField(null=True)),
                ("ready", models.BooleanField(db_default=False, default=False)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("expires_at", models.DateTimeField(db_default=models.expressions.RawSQL("now() + interval '1 day'", ()))),
                ("conversation", models.ForeignKey(db_constraint=False, db_index=False, null=True,
                                                   on_delete=django.db.models.deletion.PROTECT, to="chat.conversation")),
                ("organization", models.ForeignKey(db_constraint=False, db_index=False, editable=False,
                                                   on_delete=django.db.models.deletion.PROTECT, to="accounts.organization")),
                ("uploader", models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT,
                                               to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "indexes": [
                    models.Index(condition=Q(("conversation__isnull", False)), fields=["organization", "conversation", "staff_seq"],
                                 name="attachment_of_message"),
                    models.Index(condition=Q(("conversation__isnull", True)), fields=["organization", "uploader"], name="attachment_unsent"),
                    models.Index(condition=Q(("conversation__isnull", True)), fields=["expires_at"], name="attachment_expiring"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=Q(("media_type__in", ("image/jpeg", "image/png", "image/webp", "image/gif", "application/pdf"))), name="attachment_type_known"),
                    models.CheckConstraint(
                        condition=Q(Q(("conversation__isnull", True), ("staff_seq__isnull", True)),
                                    Q(("conversation__isnull", False), ("ready", True), ("staff_seq__isnull", False)), _connector="OR"),
                        name="attachment_sent_whole"),
                ],
            },
        ),
        IsolateTenant("attachment"),
        migrations.RunSQL(OF_MESSAGE, migrations.RunSQL.noop),
        migrations.RunSQL(f"DROP FUNCTION {batches.SIGNATURE}; {SEND} {granted(SIGNATURE)}",
                          f"DROP FUNCTION {SIGNATURE}; {batches.SEND} {granted(batches.SIGNATURE)}"),
        migrations.RunSQL(f"DROP FUNCTION {batches.MANY_SIGNATURE}; {SEND_MANY} {granted(batches.MANY_SIGNATURE)}",
                          f"DROP FUNCTION {batches.MANY_SIGNATURE}; {batches.SEND_MANY} {granted(batches.MANY_SIGNATURE)}"),
        migrations.RunSQL(
            f"{ATTACHED} {granted(ATTACHED_SIGNATURE)} DROP FUNCTION {texts.SIGNATURE}; {JSON} {granted(texts.SIGNATURE)}",
            f"DROP FUNCTION {texts.SIGNATURE}; {texts.JSON} {granted(texts.SIGNATURE)} DROP FUNCTION {ATTACHED_SIGNATURE};"),
        migrations.RunSQL(*EXPIRED),
    ]
