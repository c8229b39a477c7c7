"""One decision reads of the queue only what it can decide: the first of each category, and what was given back."""
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0004_ticket_text")]
    operations = [
        migrations.AddIndex("ticket", models.Index(
            fields=["organization", "category", "-priority", "created_at", "conversation"], name="ticket_queue_of_category",
            condition=models.Q(status="queued"))),
        migrations.AddIndex("ticket", models.Index(
            fields=["organization", "released_by"], name="ticket_given_back", condition=models.Q(status="queued", released_by__isnull=False))),
    ]
