"""Who sees and who changes what is promised, in organizations that are there already."""
from django.db import migrations

from accounts.granting import grant_to_shipped

MODELS = ("slapolicy", "slatarget", "calendar")
VIEW = [f"view_{model}" for model in MODELS]
GRANTED = {"admin": [*VIEW, *(f"{verb}_{model}" for model in MODELS for verb in ("add", "change", "delete"))], "manager": VIEW}


def grant(apps, schema_editor):
    grant_to_shipped(apps, schema_editor, "tickets", GRANTED)


class Migration(migrations.Migration):
    dependencies = [("tickets", "0010_clocks"), ("auth", "0012_alter_user_first_name_max_length"),
                    ("contenttypes", "0002_remove_content_type_name")]
    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
