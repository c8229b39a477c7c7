"""Roles and what they may do."""
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.module_loading import import_string
from django.utils.text import capfirst

from accounts import authority
from accounts.actions import people
from accounts.admin.base import Audited, AuditHistory, OwnedForm
from accounts.models import Role
from foundation.admin import TenantAdmin
from foundation.errors import DomainError

BUILT_IN = ("add_", "change_", "delete_", "view_")


class Checkboxes(forms.CheckboxSelectMultiple):
    """Checkboxes of which some cannot be moved: what the actor does not hold they can neither give nor take."""

    fixed: frozenset[str] = frozenset()

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if value in self.fixed:
            option["attrs"] |= {"disabled": True, "title": "You do not hold this permission yourself."}
        return option


class RoleForm(OwnedForm):
    """`actor` is set by the admin page."""

    actor: Any
    granted = forms.MultipleChoiceField(required=False, label="May", widget=Checkboxes)

    class Meta:
        model = Role
        fields = ("name", "slug", "is_staff")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "granted" in self.fields:
            self.prepare()

    def prepare(self) -> None:
        self.before = frozenset() if self.instance._state.adding else frozenset(people.permissions_of(self.instance))
        choices = offered(self.before)
        names = [name for _, group in choices for name, _ in group]
        field = self.fields["granted"]
        field.choices, field.initial = choices, sorted(self.before)  # type: ignore[attr-defined]
        field.widget.fixed = frozenset(authority.beyond(self.actor, names))
        if getattr(self.actor, "role_id", None) == self.instance.id:
            field.disabled = True
            field.help_text = "This is your own role: somebody else has to change what it may do."

    def clean_granted(self) -> list[str]:
        """What was ticked, and what was granted before and is not the actor's to take."""
        chosen = set(self.cleaned_data["granted"])
        try:
            authority.check_grant(self.actor, chosen - self.before)
        except DomainError as error:
            raise ValidationError(error.message) from None
        return sorted(chosen | set(authority.beyond(self.actor, self.before)))


def offered(held: Iterable[str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """(subject, [(permission, label)]) of what a role can be given: what our apps define, what a shipped role holds, what it has now."""
    shipped = {name for role in import_string(settings.SHIPPED_ROLES).values() for name in role.permissions} | set(held)
    rows = [(subject(p), f"{p.content_type.app_label}.{p.codename}", capfirst(p.name.removeprefix("Can ")))
            for p in Permission.objects.select_related("content_type") if is_ours(p)]
    chosen = sorted(row for row in rows if row[1] in shipped or not row[1].partition(".")[2].startswith(BUILT_IN))
    return [(group, [(name, label) for _, name, label in members]) for group, members in groupby(chosen, key=lambda row: row[0])]


def is_ours(permission: Permission) -> bool:
    """Whether one of our apps defines it; those of libraries are for superusers."""
    model = permission.content_type.model_class()
    return model is not None and permission.content_type.app_label in our_apps()


def our_apps() -> frozenset[str]:
    return frozenset(name.partition(".")[0] for role in import_string(settings.SHIPPED_ROLES).values() for name in role.permissions)


def subject(permission: Permission) -> str:
    model = permission.content_type.model_class()
    return capfirst(str(model._meta.verbose_name_plural)) if model else ""


class RoleAdmin(Audited, AuditHistory, TenantAdmin):
    form = RoleForm
    list_display = ("name", "slug", "is_staff", "is_shipped")
    fields = ("name", "slug", "is_staff", "granted")
    actions = None

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        return ("name", "slug", "is_staff") if obj.is_shipped else ("slug", "is_staff")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Whoever only looks sees the permissions as text."""
        if obj and not self.has_change_permission(request, obj):
            return ("name", "slug", "is_staff", "may")
        return self.fields

    def may(self, role: Role) -> str:
        return ", ".join(sorted(people.permissions_of(role)))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.is_shipped)

    def get_form(self, request: Any, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.actor = request.actor
        return form

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        granted = form.cleaned_data.get("granted", [])
        if "granted" in form.fields and set(granted) != form.before:
            people.set_permissions(role=obj, permissions=granted, actor=request.actor)
