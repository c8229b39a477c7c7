"""Organizations: a superuser makes them, their staff change what is theirs."""
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html

from accounts.actions import organizations, people
from accounts.admin.base import AuditHistory, form_page
from accounts.admin.passwords import tell
from accounts.middleware import own_units
from accounts.models import Organization, slug_of_organization
from foundation.admin import Where
from foundation.errors import DomainError
from foundation.ids import PLATFORM


class NewOrganization(forms.Form):
    name = forms.CharField(max_length=200, widget=AdminTextInputWidget)
    slug = forms.CharField(max_length=50, validators=[slug_of_organization], widget=AdminTextInputWidget,
                           help_text="What its people type when they sign in. It cannot be changed later.")
    requires_confirmed_email = forms.BooleanField(required=False, label="Nobody signs in before their address is confirmed")


class OrganizationAdmin(AuditHistory, Where):
    list_display = ("name", "slug", "is_active", "requires_confirmed_email", "requires_second_factor", "enter")
    list_filter = ("is_active",)
    search_fields = ("name", "slug")
    fields = ("name", "slug", "requires_confirmed_email", "requires_second_factor", "is_active", "created_at")
    actions = None

    def belongs(self, request: Any) -> bool:
        """Everywhere: row-level security shows all of them to the platform, and their own to the others."""
        return True

    def has_add_permission(self, request: Any) -> bool:
        return request.user.is_superuser and request.organization == PLATFORM

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: Any, obj: Any = None) -> tuple[str, ...]:
        """Whose staff has to have a second factor is decided where the staff is."""
        outside = ("requires_second_factor",) if request.organization == PLATFORM else ()
        return ("slug", "created_at", *outside, *(() if request.user.is_superuser else ("is_active",)))

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        organizations.change(organization=obj.pk, given={name: form.cleaned_data[name] for name in form.changed_data}, actor=request.actor)

    def get_list_display(self, request: Any) -> tuple[str, ...]:
        return self.list_display if request.user.is_superuser else self.list_display[:-1]

    @admin.display(description="")
    def enter(self, organization: Organization) -> str:
        """A button within the list's own form, which is a POST and carries the token."""
        return format_html('<button type="submit" class="button" formaction="{}" name="organization" value="{}">Act here</button>',
                           reverse("admin:pick_organization"), organization.slug)

    @own_units
    def add_view(self, request: Any, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Two organizations are written to, the platform's and the new one's own, so the action opens the units."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = NewOrganization(request.POST or None)
        if request.method == "POST" and form.is_valid() and (created := self.create(request, form)):
            messages.success(request, f"{created.name} was made, with the roles that every organization begins with.")
            return HttpResponseRedirect(reverse("admin:accounts_organization_changelist"))
        return form_page(self.admin_site, request, title="Add organization", form=form, opts=self.opts, submit="Save")

    def create(self, request: Any, form: NewOrganization) -> Organization | None:
        try:
            return people.create_organization(**form.cleaned_data, actor=request.actor)
        except DomainError as error:
            tell(form, error)
            return None
