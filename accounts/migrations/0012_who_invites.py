"""Who invites staff in organizations that are there already."""
from django.db import migrations

from accounts.granting import grant_to_shipped

GRANTED = {"admin": ["invite_staff"], "manager": ["invite_staff"]}


def grant(apps, schema_editor):
    grant_to_shipped(apps, schema_editor, "accounts", GRANTED)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0011_mail"), ("auth", "0012_alter_user_first_name_max_length"),
                    ("contenttypes", "0002_remove_content_type_name")]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
