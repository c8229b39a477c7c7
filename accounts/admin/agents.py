"""Agents: availability and capacity by the action, skills and shifts as rows."""
from typing import Any
from zoneinfo import available_timezones

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts.actions import agents, skills
from accounts.admin.base import AuditHistory, OwnedForm
from accounts.models import AgentProfile, AgentSkill, Shift
from accounts.shifts import Hours
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


class AgentProfileAdmin(AuditHistory, TenantAdmin):
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

    def save_formset(self, request: Any, form: Any, formset: Any, change: bool) -> None:
        """All that stands in the rows, by one action, as the API does it."""
        formset.save(commit=False)  # for what Django says of it afterwards
        if not formset.has_changed():
            return
        rows = [each.cleaned_data for each in formset.forms if each.cleaned_data and not each.cleaned_data.get("DELETE")]
        agent = agents.locked(form.instance.pk)
        if formset.model is AgentSkill:
            agents.set_skills(agent=agent, skills={row["skill"].pk for row in rows}, actor=request.actor)
        else:
            hours = [Hours(row["weekday"], row["starts"], row["ends"], row["time_zone"]) for row in rows]
            agents.set_shifts(agent=agent, shifts=hours, actor=request.actor)

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        wanted = {name: form.cleaned_data[name] for name in form.changed_data}
        if wanted:
            agents.change(agent=AgentProfile.objects.get(pk=obj.pk), actor=request.actor, **wanted)


class SkillAdmin(AuditHistory, TenantAdmin):
    form = OwnedForm
    fields = ("name",)
    list_display = ("name",)
    search_fields = ("name",)
    actions = None  # one at a time, because each asks for its categories

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        if change:
            skills.rename(skill=skills.locked(obj.pk), name=obj.name, actor=request.actor)
        else:
            obj.pk = skills.create(name=obj.name, actor=request.actor).pk

    def delete_model(self, request: Any, obj: Any) -> None:
        skills.delete(skill=skills.locked(obj.pk), actor=request.actor)
