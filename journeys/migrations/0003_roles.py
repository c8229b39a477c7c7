"""Who builds journeys, looks at them and goes through them, in organizations that are there already."""
from django.db import migrations

from accounts.granting import grant_to_shipped

LOOK = ["view_journey"]
GRANTED = {
    "admin": [*LOOK, "view_version", "view_run", "view_figures", "publish_journey", "add_journey", "change_journey", "delete_journey"],
    "manager": [*LOOK, "view_version", "view_run", "view_figures"],
    "agent": LOOK,
    "customer": ["run_journey"],
}


def grant(apps, schema_editor):
    grant_to_shipped(apps, schema_editor, "journeys", GRANTED)


class Migration(migrations.Migration):
    dependencies = [("journeys", "0002_isolation"), ("auth", "0012_alter_user_first_name_max_length"),
                    ("contenttypes", "0002_remove_content_type_name")]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
