"""Journeys: their settings, publishing and archiving through the actions; versions and runs, to read. Drafts are made by the API.
`pandarchat/admin_site.py` puts the pages on the site."""
from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import Model
from django.http import HttpRequest

from accounts.admin.base import AuditHistory, OwnedForm
from foundation.admin import ReadOnly, TenantAdmin
from foundation.errors import DomainError
from journeys.actions import building
from journeys.models import Journey, Run, Version


class JourneyForm(OwnedForm):
    class Meta:
        model = Journey
        fields = building.SETTINGS


class JourneyAdmin(AuditHistory, TenantAdmin):
    form = JourneyForm
    list_display = ("name", "state", "position", "audience", "language", "published_number", "updated_at")
    list_filter = ("state", "audience", "language")
    search_fields = ("name",)
    fields = (*building.SETTINGS, "state", "published_number", "created_at", "updated_at")
    readonly_fields = ("state", "published_number", "created_at", "updated_at")
    actions = ("publish_drafts", "archive", "restore")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return self.belongs(request) and request.user.has_perm("journeys.publish_journey")

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        seen = Journey.objects.values_list("version", flat=True).get(pk=obj.pk)
        building.update(actor=request.actor, journey=obj.pk, version=seen, changes=changes)

    @admin.action(description="Publish the drafts of the selected journeys", permissions=["publish"])
    def publish_drafts(self, request: Any, queryset: Any) -> None:
        def publish(found: Journey) -> None:
            building.publish(actor=request.actor, journey=found.pk, version=found.version)

        self.each(request, queryset, publish, "published")

    @admin.action(description="Archive the selected journeys", permissions=["publish"])
    def archive(self, request: Any, queryset: Any) -> None:
        self.each(request, queryset, lambda found: building.archive(actor=request.actor, journey=found.pk), "archived")

    @admin.action(description="Restore the selected journeys", permissions=["publish"])
    def restore(self, request: Any, queryset: Any) -> None:
        self.each(request, queryset, lambda found: building.restore(actor=request.actor, journey=found.pk), "restored")

    def each(self, request: Any, queryset: Any, act: Callable[[Journey], Any], done: str) -> None:
        """Do it to each, and say of each what came of it."""
        for found in queryset:
            try:
                act(found)
            except DomainError as error:
                messages.error(request, f"{found}: {error.message}")
            else:
                messages.success(request, f"{found} was {done}.")


class VersionAdmin(ReadOnly, AuditHistory, TenantAdmin):
    list_display = ("journey", "number", "published_by_name", "published_at", "note")
    list_filter = ("published_at",)
    list_select_related = ("journey",)
    ordering = ("-published_at",)
    fields = ("journey", "number", "note", "published_by_name", "published_at", "graph")


class RunAdmin(ReadOnly, AuditHistory, TenantAdmin):
    list_display = ("started_at", "journey", "customer", "status", "node", "action", "ticket", "completed_at")
    list_filter = ("status", "action", "started_at")
    list_select_related = ("journey", "customer", "ticket")
    ordering = ("-id",)
    fields = ("journey", "version", "customer", "status", "node", "answers", "action", "submission", "ticket",
              ("started_at", "updated_at", "completed_at"))


ADMINS: dict[type[Model], type[admin.ModelAdmin]] = {Journey: JourneyAdmin, Version: VersionAdmin, Run: RunAdmin}
