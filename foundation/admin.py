"""What the administration pages of every app share; events and deliveries, for operators."""
from functools import cached_property
from typing import Any

from django.contrib import admin
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.paginator import Paginator
from django.db.models import Model, TextField
from django.http import HttpRequest

from foundation.ids import PLATFORM
from foundation.models import Delivery, Event

MOST_COUNTED = 10_000


class BoundedPaginator(Paginator):
    """Counts no farther than 10,000 rows: beyond, one filters."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows[:MOST_COUNTED].count())


class Quiet(admin.ModelAdmin):
    """Leaves no entry in Django's own log: the audit trail says who did what, and keeps it. Texts are one line each."""

    formfield_overrides = {TextField: {"widget": AdminTextInputWidget}}

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        return None

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        return None

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        return None


class Where(Quiet):
    """Pages that exist only where `belongs` says so, whatever permissions the user has."""

    def belongs(self, request: Any) -> bool:
        raise NotImplementedError

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.belongs(request) and super().has_module_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.belongs(request) and super().has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.belongs(request) and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.belongs(request) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.belongs(request) and super().has_delete_permission(request, obj)


class TenantAdmin(Where):
    """Pages of an organization's rows: there for its staff, and for a superuser who has picked it."""

    paginator = BoundedPaginator
    show_full_result_count = False
    list_per_page = 50

    def belongs(self, request: Any) -> bool:
        return request.organization != PLATFORM


class PlatformAdmin(Where):
    """Pages of what belongs to no organization: for superusers who have picked none."""

    def belongs(self, request: Any) -> bool:
        return request.user.is_superuser and request.organization == PLATFORM


class ReadOnly(admin.ModelAdmin):
    """Nobody adds, changes or deletes here."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class EventAdmin(ReadOnly, TenantAdmin):
    list_display = ("created_at", "kind", "id")
    list_filter = ("created_at",)
    search_fields = ("kind",)
    ordering = ("-id",)


class DeliveryAdmin(ReadOnly, TenantAdmin):
    list_display = ("next_attempt_at", "subscriber", "event", "attempts")
    list_select_related = ("event",)
    search_fields = ("subscriber",)
    ordering = ("next_attempt_at",)


ADMINS: dict[type[Model], type[admin.ModelAdmin]] = {Event: EventAdmin, Delivery: DeliveryAdmin}
