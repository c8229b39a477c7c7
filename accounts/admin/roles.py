"""Roles and what they may do."""
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts import authority
from accounts.actions import people, roles
from accounts.admin.base import AuditHistory, OwnedForm
from accounts.grantable import offered
from accounts.models import Role
from foundation.admin import TenantAdmin
from foundation.errors import DomainError


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
        if "is_staff" in self.fields and not self.actor.staff:
            self.initial["is_staff"] = False
            self.fields["is_staff"].disabled = True
            self.fields["is_staff"].help_text = "Only staff make roles of staff."

    def prepare(self) -> None:
        self.before = frozenset() if self.instance._state.adding else frozenset(people.permissions_of(self.instance))
        choices = [(subject.label, list(subject.permissions)) for subject in offered(self.before)]
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
            role = Role(is_staff=self.cleaned_data.get("is_staff", self.instance.is_staff))
            authority.check_for_customers(role, chosen - self.before)
            authority.check_role(self.actor, role, chosen - self.before)
        except DomainError as error:
            raise ValidationError(error.message) from None
        return sorted(chosen | set(authority.beyond(self.actor, self.before)))


class RoleAdmin(AuditHistory, TenantAdmin):
    form = RoleForm
    list_display = ("name", "slug", "is_staff", "is_shipped")
    fields = ("name", "slug", "is_staff", "granted")
    actions = None

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        return ("name", "slug", "is_staff") if obj.is_shipped else ("slug", "is_staff")

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        """Roles of staff are for staff to change."""
        return super().has_change_permission(request, obj) and (obj is None or not obj.is_staff or request.actor.staff)

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
        granted = form.cleaned_data["granted"] if "granted" in form.fields else None
        if change:
            roles.change(role=obj.pk, name=None if obj.is_shipped else obj.name, permissions=granted, actor=request.actor)
        else:
            made = roles.create(name=obj.name, slug=obj.slug, staff=obj.is_staff, permissions=granted or (), actor=request.actor)
            obj.__dict__.update(made.__dict__)

    def delete_model(self, request: Any, obj: Any) -> None:
        roles.delete(role=obj.pk, actor=request.actor)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Its permissions go with it; who has it is in the way."""
        return [str(obj) for obj in objs], {"roles": len(objs)}, set(), [why for obj in objs if (why := roles.in_use(obj))]
