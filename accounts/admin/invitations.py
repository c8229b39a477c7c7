"""Invitations of staff: sent, sent again and withdrawn by the actions that the API calls too."""
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminEmailInputWidget
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts.actions import inviting
from accounts.admin.base import AuditHistory
from accounts.models import Invitation, Role
from foundation.admin import TenantAdmin


class InvitationForm(forms.ModelForm):
    class Meta:
        model = Invitation
        fields = ("email", "name", "role")
        widgets = {"email": AdminEmailInputWidget}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "role" in self.fields:
            self.fields["role"].queryset = Role.objects.filter(is_staff=True)  # type: ignore[attr-defined]


class InvitationAdmin(AuditHistory, TenantAdmin):
    form = InvitationForm
    list_display = ("email", "name", "role", "created_at", "expires_at", "accepted_at", "withdrawn_at", "number")
    list_filter = ("created_at",)
    list_select_related = ("role",)
    search_fields = ("email", "name")
    fields = ("email", "name", "role", "invited_by", "created_at", "expires_at", "accepted_at", "withdrawn_at", "number")
    actions = ("send_again", "withdraw")

    def may_invite(self, request: Any) -> bool:
        return self.belongs(request) and request.user.has_perm(inviting.INVITES)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.may_invite(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_invite(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may_invite(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_invite_permission(self, request: HttpRequest) -> bool:
        return self.may_invite(request)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj else ("email", "name", "role")

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """A role is chosen here, and changed on its own page."""
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "role":
            field.widget = field.widget.widget
        return field

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        row = inviting.invite(email=obj.email, name=obj.name, role=obj.role.slug, actor=request.actor)
        obj.__dict__.update(row.__dict__)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        messages.success(request, f"An email is on its way to {obj.email}.")
        return HttpResponseRedirect(reverse("admin:accounts_invitation_changelist"))

    @admin.action(description="Send the selected invitations again", permissions=["invite"])
    def send_again(self, request: Any, queryset: Any) -> None:
        rows = list(queryset.filter(accepted_at=None, withdrawn_at=None))
        for row in rows:
            inviting.resend(invitation=row.id, actor=request.actor)
        messages.success(request, f"{len(rows)} emails are on their way.")

    @admin.action(description="Withdraw the selected invitations", permissions=["invite"])
    def withdraw(self, request: Any, queryset: Any) -> None:
        rows = list(queryset.filter(accepted_at=None, withdrawn_at=None))
        for row in rows:
            inviting.withdraw(invitation=row.id, actor=request.actor)
        messages.success(request, f"{len(rows)} invitations were withdrawn.")
