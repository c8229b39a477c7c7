"""Sessions, to end them, and the audit trail, to read it."""
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest

from accounts.actions import sessions
from accounts.admin.base import AuditHistory
from foundation.admin import BoundedPaginator, ReadOnly, TenantAdmin, Where


class SessionAdmin(ReadOnly, AuditHistory, TenantAdmin):
    list_display = ("user", "kind", "created_at", "last_used_at", "expires_at", "revoked_at", "revoked_because", "address")
    list_filter = ("created_at", "revoked_because")
    list_select_related = ("user",)
    search_fields = ("user__name", "user__email", "address")
    fields = ("user", "kind", "created_at", "last_used_at", "expires_at", "revoked_at", "revoked_because", "address", "user_agent",
              "generation")
    actions = ("end_sessions",)

    def has_end_permission(self, request: HttpRequest) -> bool:
        return self.belongs(request) and request.user.has_perm("accounts.delete_session")

    @admin.action(description="End the selected sessions", permissions=["end"])
    def end_sessions(self, request: Any, queryset: Any) -> None:
        running = list(queryset.filter(revoked_at=None))
        for session in running:
            sessions.end(session=session, actor=request.actor)
        messages.success(request, f"{len(running)} sessions were ended.")


class AuditEntryAdmin(ReadOnly, Where):
    """In the platform, where a superuser has picked no organization: what happened there."""

    paginator = BoundedPaginator
    show_full_result_count = False
    list_display = ("at", "action", "actor_name", "target_name", "address")
    list_filter = ("at", "action")
    search_fields = ("actor_name", "target_name", "target_id")
    fields = ("at", "action", "actor_name", "actor_id", "target_type", "target_name", "target_id", "before", "after", "address",
              "request_id")
    actions = None

    def belongs(self, request: Any) -> bool:
        return True
