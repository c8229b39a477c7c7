"""Tickets are sent to a skill."""
from django.db import migrations, models

from accounts.granting import grant_to_shipped

# As IsolateTenant writes it for a new table: the skill is one of the organization.
SKILL = """
ALTER TABLE tickets_ticket ADD CONSTRAINT tickets_ticket_skill_id_tenant FOREIGN KEY (organization_id, skill_id)
  REFERENCES accounts_skill (organization_id, id) DEFERRABLE INITIALLY DEFERRED
"""
OF_CATEGORY = ["organization", "category", "-priority", "created_at", "conversation"]
GRANTED = {role: ["transfer_ticket"] for role in ("admin", "manager", "agent")}


def grant(apps, schema_editor):
    grant_to_shipped(apps, schema_editor, "tickets", GRANTED)


class Migration(migrations.Migration):
    dependencies = [("tickets", "0011_roles_of_service_levels"), ("accounts", "0002_isolation"),
                    ("auth", "0012_alter_user_first_name_max_length"), ("contenttypes", "0002_remove_content_type_name")]
    operations = [
        migrations.AlterModelOptions("ticket", {"permissions": [
            ("open_ticket", "Can open tickets as a customer"), ("view_queue", "Can see the queue and the agents"),
            ("take_ticket", "Can take tickets from the queue"), ("release_ticket", "Can give tickets back to the queue"),
            ("transfer_ticket", "Can send tickets to those who have a skill"),
            ("move_ticket", "Can change the status of tickets"), ("reassign_ticket", "Can give tickets to another agent"),
            ("close_ticket", "Can close resolved tickets"), ("view_overview", "Can see the figures of the organization"),
        ]}),
        migrations.AddField("ticket", "skill", models.ForeignKey("accounts.skill", models.SET_NULL, null=True, blank=True, db_constraint=False,
                                                                 db_index=False)),
        migrations.RunSQL(SKILL, "ALTER TABLE tickets_ticket DROP CONSTRAINT tickets_ticket_skill_id_tenant"),
        migrations.RemoveIndex("ticket", "ticket_queue_of_category"),
        migrations.AddIndex("ticket", models.Index(fields=OF_CATEGORY, name="ticket_queue_of_category",
                                                   condition=models.Q(status="queued", skill__isnull=True))),
        migrations.AddIndex("ticket", models.Index(
            fields=["organization", "skill", "status", "-priority", "created_at", "conversation"], name="ticket_of_skill",
            condition=models.Q(skill__isnull=False))),
        migrations.RunPython(grant, migrations.RunPython.noop),
    ]
