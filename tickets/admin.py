"""Categories and the queue's settings; tickets, to read. `pandarchat/admin_site.py` puts the pages on the site."""
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from accounts.admin.base import Audited, AuditHistory, OwnedForm
from foundation.admin import ReadOnly, TenantAdmin
from foundation.errors import DomainError
from tickets import sla_admin
from tickets.actions import configuring, timing
from tickets.models import Category, QueueSettings, Status, Ticket
from tickets.service_levels import shelf
from tickets.sla.clocks import COLOURS

CIRCLES = {"green": "\N{LARGE GREEN CIRCLE}", "yellow": "\N{LARGE YELLOW CIRCLE}", "red": "\N{LARGE RED CIRCLE}"}


class CategoryForm(OwnedForm):
    class Meta:
        model = Category
        fields = ("name", "slug", "skill", "sla_policy")


class CategoryAdmin(Audited, AuditHistory, TenantAdmin):
    form = CategoryForm
    list_display = ("name", "slug", "skill", "sla_policy")
    list_filter = ("skill", "sla_policy")
    list_select_related = ("skill", "sla_policy")
    search_fields = ("name", "slug")
    actions = None  # one at a time, because each asks for its tickets

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        shelf.forget_after_commit()

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """A category in use is kept; Django's own answer would name every ticket."""
        used = Ticket.objects.filter(category__in=objs)[:1]
        if used:
            return [str(obj) for obj in objs], {}, set(), ["tickets of this category"]
        return [str(obj) for obj in objs], {"categories": len(objs)}, set(), []


class QueueSettingsForm(OwnedForm):
    class Meta:
        model = QueueSettings
        fields = configuring.NAMES

    def clean_number_prefix(self) -> str:
        prefix: str = self.cleaned_data["number_prefix"]
        try:
            configuring.check_prefix(prefix)
        except DomainError as error:
            raise ValidationError(error.fields["number_prefix"]) from None
        return prefix


class QueueSettingsAdmin(AuditHistory, TenantAdmin):
    form = QueueSettingsForm
    list_display = ("label", "number_prefix", "assigns_automatically", "grace_seconds")
    fields = ("number_prefix", "assigns_automatically", "grace_seconds")
    actions = None

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        given = {name: form.cleaned_data[name] for name in (form.changed_data if change else configuring.NAMES)}
        obj.pk = configuring.configure(given=given, actor=request.actor).pk

    @admin.display(description="settings")
    def label(self, settings: QueueSettings) -> str:
        return "The queue"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Until the first ticket made them, or somebody here."""
        return super().has_add_permission(request) and not QueueSettings.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class TicketAdmin(ReadOnly, AuditHistory, TenantAdmin):
    """Every move of a ticket writes an entry and tells people: it is made in the console, through the actions."""

    list_display = ("number", "subject", "status", "service_level", "priority", "category", "customer", "assignee", "updated_at")
    list_filter = ("status", "priority", "channel", "category", "skill", "updated_at")
    list_select_related = ("category", "customer", "assignee")
    search_fields = ("number__exact", "subject")
    search_help_text = "A number or a part of the subject."
    ordering = ("-updated_at",)
    fields = (
        "number", "subject", "status", "priority", "category", "skill", "tag_names", "channel", "customer", "assignee",
        "follow_up_of", "talk", "version",
        ("created_at", "updated_at"), ("queued_at", "assigned_at"), ("first_response_at", "resolved_at", "closed_at"), "sla_due_at",
    )

    @admin.display(description="service level")
    def service_level(self, ticket: Ticket) -> str | None:
        """The worst state of what is owed, as `?sla=` has it."""
        clocks = None if ticket.status in (Status.RESOLVED, Status.CLOSED) else timing.of(ticket)
        state = clocks.state(timezone.now()) if clocks else None
        return None if state is None else f"{CIRCLES[COLOURS[state]]} {state.name.lower()}"

    @admin.display(description="tags")
    def tag_names(self, ticket: Ticket) -> str:
        return ", ".join(tag.name for tag in ticket.tags.all())

    @admin.display(description="conversation")
    def talk(self, ticket: Ticket) -> str:
        return format_html('<a href="{}">Open</a>', reverse("admin:chat_conversation_change", args=[ticket.pk]))


ADMINS: dict[type[Model], type[admin.ModelAdmin]] = {
    Category: CategoryAdmin, QueueSettings: QueueSettingsAdmin, Ticket: TicketAdmin, **sla_admin.ADMINS,
}
