"""What refers to a row of its organization needs no key to the organization itself, which every write would lock."""
from django.db import migrations

from foundation.tenancy import drop_implied_keys


class Migration(migrations.Migration):
    dependencies = [("chat", "0003_batches")]
    operations = [drop_implied_keys("chat_conversation", "chat_entry", "chat_revision", "chat_readmark")]
