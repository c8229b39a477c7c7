"""The periodic jobs' pages: of the platform, and with an audit entry for each change."""
from typing import Any

from django.contrib import admin, messages
from django.db.models import Model
from django.http import HttpRequest
from django_celery_beat import admin as beat
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule

from accounts.admin.base import Audited, AuditHistory
from foundation.admin import PlatformAdmin


class PeriodicTaskAdmin(Audited, AuditHistory, PlatformAdmin, beat.PeriodicTaskAdmin):
    actions = ("enable", "disable")
    list_filter = ("enabled", "one_off")
    date_hierarchy = None

    @admin.action(description="Enable the selected jobs", permissions=["change"])
    def enable(self, request: HttpRequest, queryset: Any) -> None:
        self.switch(request, queryset, on=True)

    @admin.action(description="Disable the selected jobs", permissions=["change"])
    def disable(self, request: HttpRequest, queryset: Any) -> None:
        self.switch(request, queryset, on=False)

    def switch(self, request: HttpRequest, queryset: Any, *, on: bool) -> None:
        for job in queryset.exclude(enabled=on):
            job.enabled = on
            self.save_audited(request, job, change=True)
        messages.success(request, "Done. The scheduler follows within seconds.")


class ClockedScheduleAdmin(Audited, AuditHistory, PlatformAdmin, beat.ClockedScheduleAdmin):
    pass


class CrontabScheduleAdmin(Audited, AuditHistory, PlatformAdmin, beat.CrontabScheduleAdmin):
    pass


class IntervalScheduleAdmin(Audited, AuditHistory, PlatformAdmin, beat.IntervalScheduleAdmin):
    pass


class SolarScheduleAdmin(Audited, AuditHistory, PlatformAdmin, beat.SolarScheduleAdmin):
    pass


ADMINS: dict[type[Model], type[admin.ModelAdmin]] = {
    PeriodicTask: PeriodicTaskAdmin, IntervalSchedule: IntervalScheduleAdmin, CrontabSchedule: CrontabScheduleAdmin,
    ClockedSchedule: ClockedScheduleAdmin, SolarSchedule: SolarScheduleAdmin,
}
