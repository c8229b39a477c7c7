"""Conversations, to read: what is said is said through the actions. `pandarchat/admin_site.py` puts the pages on the site."""
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import Truncator

from accounts.admin.base import AuditHistory
from chat.models import Conversation, Entry, Revision
from foundation.admin import ReadOnly, TenantAdmin

BY_CONVERSATION = "conversation__id__exact"


class ConversationAdmin(ReadOnly, AuditHistory, TenantAdmin):
    list_display = ("id", "customer", "staff_seq", "public_seq", "is_closed", "last_entry_at")
    list_filter = ("is_closed", "last_entry_at")
    list_select_related = ("customer",)
    search_fields = ("customer__name", "customer__email")
    ordering = ("-last_entry_at",)
    fields = ("id", "customer", "entries", "staff_seq", "public_seq", "is_closed", "created_at", "last_entry_at")

    @admin.display(description="entries")
    def entries(self, conversation: Conversation) -> str:
        url = reverse("admin:chat_entry_changelist")
        return format_html('<a href="{}?{}={}">Read them</a>', url, BY_CONVERSATION, conversation.pk)


class EntryAdmin(ReadOnly, AuditHistory, TenantAdmin):
    list_display = ("created_at", "staff_seq", "public_seq", "kind", "sender_name", "beginning", "deleted_at")
    list_filter = ("kind", "created_at")
    ordering = ("-id",)
    fields = ("conversation", "staff_seq", "public_seq", "kind", "sender_name", "sender_is_staff", "text", "target_seq", "data",
              "created_at", "edited_at", "deleted_at")

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        return lookup == BY_CONVERSATION or super().lookup_allowed(lookup, value, request)

    @admin.display(description="text")
    def beginning(self, entry: Entry) -> str:
        return Truncator(entry.text).chars(80)


class RevisionAdmin(ReadOnly, AuditHistory, TenantAdmin):
    """What was edited or deleted: for whoever may delete it."""

    list_display = ("at", "conversation", "target_seq", "changed_by_name", "text")
    list_filter = ("at",)
    ordering = ("-id",)
    fields = ("conversation", "target_seq", "text", "data", "changed_by_name", "at")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.belongs(request) and request.user.has_perm("chat.moderate_message")


ADMINS: dict[type[Model], type[admin.ModelAdmin]] = {Conversation: ConversationAdmin, Entry: EntryAdmin, Revision: RevisionAdmin}
