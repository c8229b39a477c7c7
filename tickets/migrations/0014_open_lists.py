"""What is open is listed in each order by an index of its own, so that lists cost the same however much is over."""
from django.db import migrations, models
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

NOT_OVER = models.Q(status__in=["queued", "assigned", "in_progress", "pending"])


class Migration(migrations.Migration):
    dependencies = [("tickets", "0013_follow_up")]
    operations = [
        migrations.AddIndex("ticket", models.Index(fields=["organization", "-updated_at", "-conversation"], name="ticket_open_by_update",
                                                   condition=NOT_OVER)),
        migrations.AddIndex("ticket", models.Index(fields=["organization", "created_at", "conversation"], name="ticket_open_by_creation",
                                                   condition=NOT_OVER)),
        migrations.AddIndex("ticket", models.Index(fields=["organization", "-priority", "-conversation"], name="ticket_open_by_priority",
                                                   condition=NOT_OVER)),
        migrations.AddIndex("ticket", models.Index("organization", Coalesce("sla_due_at", RawSQL("'infinity'::timestamptz", ())), "conversation",
                                                   name="ticket_open_by_deadline", condition=NOT_OVER)),
    ]
