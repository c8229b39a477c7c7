"""Policies and calendars; what is saved goes through the actions of the API."""
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.postgres.forms import SimpleArrayField
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest

from accounts.admin.base import Audited, AuditHistory, OwnedForm
from foundation.admin import TenantAdmin
from foundation.errors import DomainError
from tickets.actions import promising
from tickets.models import LONGEST_TARGET, Calendar, SlaPolicy, SlaTarget
from tickets.service_levels import shelf
from tickets.sla.words import Unreadable, read_holidays, read_hours, write_holidays, write_hours


class CalendarForm(OwnedForm):
    opening_hours = forms.CharField(widget=forms.Textarea(attrs={"rows": 7, "cols": 60}),
                                    help_text="Mon-Fri 09:00-12:30, 13:30-18:00: a line for days that are alike. 22:00-06:00 is a night.")
    own_holidays = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 7, "cols": 60}),
                                   help_text="2026-12-24 Christmas Eve — a line each.")

    class Meta:
        model = Calendar
        fields = ("name", "time_zone", "country", "subdivision")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["opening_hours"].initial = write_hours(self.instance.hours or [])
        self.fields["own_holidays"].initial = write_holidays(self.instance.holidays)

    def clean_opening_hours(self) -> list[dict[str, Any]]:
        return _read(read_hours, self.cleaned_data["opening_hours"])

    def clean_own_holidays(self) -> list[dict[str, str]]:
        return _read(read_holidays, self.cleaned_data["own_holidays"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors:
            self.instance.hours, self.instance.holidays = cleaned["opening_hours"], cleaned["own_holidays"]
            wanted = Calendar(pk=self.instance.pk, **self.wanted())
            try:
                promising.check_calendar(wanted)
            except DomainError as error:
                _tell(self, error, {"hours": "opening_hours", "holidays": "own_holidays"})
        return cleaned

    def wanted(self) -> dict[str, Any]:
        """The calendar's fields."""
        own = {name: self.cleaned_data[name] for name in ("name", "time_zone", "country", "subdivision")}
        return {**own, "hours": self.cleaned_data["opening_hours"], "holidays": self.cleaned_data["own_holidays"]}


def _read(read: Any, text: str) -> Any:
    try:
        return read(text)
    except Unreadable as error:
        raise ValidationError(str(error)) from None


def _tell(form: forms.BaseForm, error: DomainError, names: dict[str, str]) -> None:
    for field, reasons in error.fields.items():
        form.add_error(names.get(field, field), reasons)


class CalendarAdmin(AuditHistory, TenantAdmin):
    form = CalendarForm
    list_display = ("name", "time_zone", "country", "subdivision")
    search_fields = ("name",)
    fields = ("name", "time_zone", "opening_hours", "own_holidays", "country", "subdivision")
    actions = None

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        obj.pk = promising.save_calendar(actor=request.actor, given=form.wanted(), key=obj.pk if change else None).pk

    def delete_model(self, request: Any, obj: Any) -> None:
        promising.delete_calendar(actor=request.actor, key=obj.pk)


class PolicyForm(OwnedForm):
    further_levels = SimpleArrayField(forms.IntegerField(min_value=1), required=False, max_length=promising.MOST_LEVELS,
                                      help_text="Minutes after a breach, such as 30,120: each time the ticket is escalated once more.")

    class Meta:
        model = SlaPolicy
        fields = ("name", "is_default", "further_levels")

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() | {"is_default"}  # who becomes the default takes that from the one before

    def clean_further_levels(self) -> list[int]:
        levels: list[int] = self.cleaned_data["further_levels"]
        try:
            promising.check_levels(levels)
        except DomainError as error:
            raise ValidationError(error.fields["further_levels"]) from None
        return levels


class TargetForm(OwnedForm):
    within = forms.DurationField(help_text="8:00:00 is eight hours, 2 00:00:00 two days.")

    class Meta:
        model = SlaTarget
        fields = ("clock", "priority", "calendar")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["within"].initial = timedelta(seconds=self.instance.seconds) if self.instance.seconds else None

    def clean_within(self) -> timedelta:
        within: timedelta = self.cleaned_data["within"]
        if not 1 <= within.total_seconds() <= LONGEST_TARGET or within.microseconds:
            raise ValidationError("Whole seconds, up to 366 days.")
        self.instance.seconds = int(within.total_seconds())
        return within

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                promising.check_target(self.instance.seconds, cleaned["calendar"], field="within")
            except DomainError as error:
                _tell(self, error, {})
        return cleaned


class TargetInline(admin.TabularInline):
    model = SlaTarget
    form = TargetForm
    fields = ("clock", "priority", "within", "calendar")
    extra = 0


class SlaPolicyAdmin(Audited, AuditHistory, TenantAdmin):
    """Which categories have it stands with the categories."""

    form = PolicyForm
    list_display = ("name", "is_default", "further_levels")
    search_fields = ("name",)
    fields = ("name", "is_default", "further_levels")
    inlines = (TargetInline,)
    actions = None

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        obj.pk = promising.save_policy(actor=request.actor, given=form.cleaned_data, key=obj.pk if change else None).pk

    def save_formset(self, request: Any, form: Any, formset: Any, change: bool) -> None:
        super().save_formset(request, form, formset, change)
        shelf.forget_after_commit()

    def delete_model(self, request: Any, obj: Any) -> None:
        promising.delete_policy(actor=request.actor, key=obj.pk)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Its targets go with it, and its categories have the default one; neither is asked for."""
        return [str(obj) for obj in objs], {"SLA policies": len(objs)}, set(), []


ADMINS: dict[type[Model], type[admin.ModelAdmin]] = {Calendar: CalendarAdmin, SlaPolicy: SlaPolicyAdmin}
