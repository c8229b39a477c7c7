"""Calendars, what policies promise, and the clocks of tickets."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import foundation.ids
import foundation.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_lost_often'),
        ('chat', '0005_entry_text'),
        ('tickets', '0008_opened_with_priority'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Calendar',
            fields=[
                ('id', models.UUIDField(db_default=foundation.models.UuidV7(), default=foundation.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.TextField()),
                ('time_zone', models.TextField(default='UTC', help_text='An IANA name, such as Africa/Lagos.')),
                ('hours', models.JSONField()),
                ('holidays', models.JSONField(blank=True, default=list)),
                ('country', models.TextField(blank=True, default='', help_text='ISO 3166-1, such as NG: its public holidays are closed.')),
                ('subdivision', models.TextField(blank=True, default='', help_text='A part of the country with holidays of its own, by ISO 3166-2.')),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='SlaPolicy',
            fields=[
                ('id', models.UUIDField(db_default=foundation.models.UuidV7(), default=foundation.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.TextField()),
                ('is_default', models.BooleanField(default=False, help_text='For tickets whose category has no policy.')),
                ('further_levels', django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), blank=True, default=list, help_text='So many minutes after a breach a ticket is escalated once more, each time.', size=None)),
            ],
            options={
                'verbose_name': 'SLA policy',
                'verbose_name_plural': 'SLA policies',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='SlaTarget',
            fields=[
                ('id', models.UUIDField(db_default=foundation.models.UuidV7(), default=foundation.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('clock', models.TextField(choices=[('first_response', 'First response'), ('next_response', 'Next response'), ('resolution', 'Resolution')])),
                ('priority', models.SmallIntegerField(choices=[(1, 'Low'), (2, 'Normal'), (3, 'High'), (4, 'Urgent')])),
                ('seconds', models.IntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(31622400)])),
            ],
            options={
                'verbose_name': 'SLA target',
                'ordering': ['clock', '-priority'],
            },
        ),
        migrations.AddField(
            model_name='ticket',
            name='clocks',
            field=models.TextField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='ticket',
            name='customer_starts_clock',
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddField(
            model_name='ticket',
            name='sla_critical_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='ticket',
            name='sla_due_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='ticket',
            name='sla_next_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='ticket',
            name='sla_warning_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('sla_next_at__isnull', False)), fields=['sla_next_at'], include=('organization',), name='ticket_sla_due'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('sla_warning_at__isnull', False)), fields=['organization', 'sla_warning_at'], name='ticket_sla_late'),
        ),
        migrations.AddField(
            model_name='calendar',
            name='organization',
            field=models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, to='accounts.organization'),
        ),
        migrations.AddField(
            model_name='slapolicy',
            name='organization',
            field=models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, to='accounts.organization'),
        ),
        migrations.AddField(
            model_name='category',
            name='sla_policy',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='categories', to='tickets.slapolicy', verbose_name='SLA policy'),
        ),
        migrations.AddField(
            model_name='slatarget',
            name='calendar',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='tickets.calendar'),
        ),
        migrations.AddField(
            model_name='slatarget',
            name='organization',
            field=models.ForeignKey(db_constraint=False, db_index=False, editable=False, on_delete=django.db.models.deletion.PROTECT, to='accounts.organization'),
        ),
        migrations.AddField(
            model_name='slatarget',
            name='policy',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='targets', to='tickets.slapolicy'),
        ),
        migrations.AddConstraint(
            model_name='calendar',
            constraint=models.UniqueConstraint(fields=('organization', 'name'), name='calendar_once'),
        ),
        migrations.AddConstraint(
            model_name='calendar',
            constraint=models.CheckConstraint(condition=models.Q(('hours', []), _negated=True), name='calendar_opens'),
        ),
        migrations.AddConstraint(
            model_name='slapolicy',
            constraint=models.UniqueConstraint(fields=('organization', 'name'), name='sla_policy_once'),
        ),
        migrations.AddConstraint(
            model_name='slapolicy',
            constraint=models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('organization',), name='sla_policy_one_default'),
        ),
        migrations.AddConstraint(
            model_name='slatarget',
            constraint=models.UniqueConstraint(fields=('organization', 'policy', 'clock', 'priority'), name='sla_target_once'),
        ),
        migrations.AddConstraint(
            model_name='slatarget',
            constraint=models.CheckConstraint(condition=models.Q(('clock__in', ['first_response', 'next_response', 'resolution'])), name='sla_target_clock_known'),
        ),
        migrations.AddConstraint(
            model_name='slatarget',
            constraint=models.CheckConstraint(condition=models.Q(('priority__in', [1, 2, 3, 4])), name='sla_target_priority_known'),
        ),
        migrations.AddConstraint(
            model_name='slatarget',
            constraint=models.CheckConstraint(condition=models.Q(('seconds__gte', 1), ('seconds__lte', 31622400)), name='sla_target_seconds_sane'),
        ),
    ]
