from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_chain_what_is_there")]
    operations = [
        migrations.AddField("session", "kind", models.TextField(choices=[("tokens", "Tokens"), ("browser", "Browser")], db_default="tokens",
                                                                default="tokens")),
        migrations.AddConstraint("session", models.CheckConstraint(condition=models.Q(("kind__in", ["tokens", "browser"])),
                                                                   name="session_kind_known")),
    ]
