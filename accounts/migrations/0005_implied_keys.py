"""What refers to a row of its organization needs no key to the organization itself, which every write would lock."""
from django.db import migrations

from foundation.tenancy import drop_implied_keys


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_act_as")]
    operations = [drop_implied_keys(
        "accounts_rolepermission", "accounts_agentprofile", "accounts_agentskill", "accounts_shift", "accounts_session", "accounts_socketticket",
        "foundation_delivery",
    )]
