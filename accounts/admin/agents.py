"""Agents: availability and capacity by the action, skills and shifts as rows."""
from typing import Any
from zoneinfo import available_timezones

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts.actions import agents
from accounts.admin.base import Audited, AuditHistory, OwnedForm
from accounts.models import AgentProfile, AgentSkill, Shift
from foundation.admin import TenantAdmin


class ShiftForm(OwnedForm):
    class Meta:
        model = Shift
        fields = ("weekday", "starts", "ends", "time_zone")

    def clean_time_zone(self) -> str:
        name: str = self.cleaned_data["time_zone"]
        if name not in available_timezones():
            raise ValidationError("There is no such time zone. Use an IANA name, such as Africa/Lagos or Europe/Berlin.")
        return name


class ShiftInline(admin.TabularInline):
    model = Shift
    form = ShiftForm
    formfield_overrides = TenantAdmin.formfield_overrides
    extra = 0


class SkillInline(admin.TabularInline):
    model = AgentSkill
    form = OwnedForm
    fields = ("skill",)
    extra = 0
    verbose_name = "skill"
    verbose_name_plural = "skills"


class AgentProfileAdmin(Audited, AuditHistory, TenantAdmin):
    """Whoever's role receives tickets has a profile, and only they: none is added or deleted here."""

    list_display = ("user", "availability", "capacity", "last_seen_at", "lost_connection")
    list_filter = ("availability", "skills")
    list_select_related = ("user",)
    search_fields = ("user__name", "user__email")
    fields = ("user", "availability", "capacity", "last_seen_at", "went_offline_at", "lost_connection")
    readonly_fields = ("user", "last_seen_at", "went_offline_at", "lost_connection")
    inlines = (SkillInline, ShiftInline)
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).order_by("user__name", "user_id")

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        wanted = {name: form.cleaned_data[name] for name in form.changed_data}
        if wanted:
            agents.change(agent=AgentProfile.objects.get(pk=obj.pk), actor=request.actor, **wanted)

    def save_related(self, request: Any, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if any(formset.has_changed() for formset in formsets):
            agents.announce(AgentProfile.objects.get(pk=form.instance.pk))


class SkillAdmin(Audited, AuditHistory, TenantAdmin):
    form = OwnedForm
    fields = ("name",)
    list_display = ("name",)
    search_fields = ("name",)
