"""A ticket may follow another one that is over."""
from django.db import migrations, models

FOLLOWED = """
ALTER TABLE tickets_ticket ADD CONSTRAINT tickets_ticket_follow_up_of_id_tenant FOREIGN KEY (organization_id, follow_up_of_id)
  REFERENCES tickets_ticket (organization_id, conversation_id) DEFERRABLE INITIALLY DEFERRED
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0012_transfer")]
    operations = [
        migrations.AddField("ticket", "follow_up_of", models.ForeignKey(
            "tickets.ticket", models.PROTECT, null=True, blank=True, db_constraint=False, db_index=False, related_name="follow_ups")),
        migrations.RunSQL(FOLLOWED, "ALTER TABLE tickets_ticket DROP CONSTRAINT tickets_ticket_follow_up_of_id_tenant"),
        migrations.AddIndex("ticket", models.Index(fields=["organization", "follow_up_of"], name="ticket_follow_up",
                                                   condition=models.Q(follow_up_of__isnull=False))),
    ]
