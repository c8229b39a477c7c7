"""Users: every change is one of the actions that the API calls too."""
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.hashers import make_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse

from accounts import authority
from accounts.actions import credentials, factors, people
from accounts.admin import factors as factor_pages
from accounts.admin.base import AuditHistory, OwnedForm, form_page
from accounts.admin.passwords import NewPassword, replace
from accounts.middleware import own_units
from accounts.models import Role, User
from foundation.admin import TenantAdmin
from foundation.errors import DomainError
from foundation.ids import PLATFORM
from foundation.units import unit_of_work


class UserForm(OwnedForm):
    """`actor` is set by the admin page."""

    actor: Any
    email_confirmed = forms.BooleanField(required=False, label="Email address confirmed")

    class Meta:
        model = User
        fields = ("name", "email", "role", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        confirmed = self.instance.email_confirmed_at is not None
        self.fields["email_confirmed"].initial = confirmed
        self.fields["email_confirmed"].disabled = confirmed
        if "role" in self.fields:
            self.fields["role"].required = True
        if not self.instance._state.adding and self.instance.id == self.actor.id:
            for name in {"role", "is_active"} & set(self.fields):
                self.fields[name].disabled = True
                self.fields[name].help_text = "Somebody else has to change this for you."

    def clean_email(self) -> str:
        email = credentials.normalised(self.cleaned_data["email"])
        if User.objects.filter(email=email).exists():
            raise ValidationError("A user with this address exists already.")
        return email

    def clean_role(self) -> Role | None:
        role: Role | None = self.cleaned_data["role"]
        if role is not None and "role" in self.changed_data:
            try:
                authority.check_role(self.actor, role, people.permissions_of(role))
            except DomainError as error:
                raise ValidationError(error.message) from None
        return role


class UserAdmin(AuditHistory, TenantAdmin):
    """In the platform, where a superuser has picked no organization: the superusers."""

    form = UserForm
    list_display = ("name", "email", "role", "is_active", "created_at")
    list_filter = ("role", "is_active")
    list_select_related = ("role",)
    search_fields = ("name", "email")
    actions = None
    change_form_template = "admin/user_form.html"

    def belongs(self, request: Any) -> bool:
        return True

    def has_add_permission(self, request: Any) -> bool:
        return request.organization != PLATFORM and super().has_add_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """People are disabled, not deleted: what they said and did stays on record."""
        return False

    def get_fields(self, request: Any, obj: Any = None) -> Any:
        if obj is None:
            return ["name", "email", "role", "email_confirmed"]
        if request.organization == PLATFORM:
            return ["name", "email", "is_active", "last_login", "created_at"]
        return ["name", "email", "role", "is_active", "email_confirmed", "last_login", "created_at"]

    def get_readonly_fields(self, request: Any, obj: Any = None) -> tuple[str, ...]:
        return ("email", "last_login", "created_at") if obj else ()

    def get_form(self, request: Any, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.actor = request.actor
        return form

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """A role is chosen here, and changed or deleted on its own page."""
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "role":
            field.widget = field.widget.widget
        return field

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        if change:
            people.change(user=obj.pk, actor=request.actor, **self.wanted(form))
            return
        created = people.create_user(email=obj.email, name=obj.name, role=obj.role.slug, hashed=make_password(None), actor=request.actor,
                                     confirmed=form.cleaned_data["email_confirmed"])
        obj.__dict__.update(created.__dict__)

    @staticmethod
    def wanted(form: Any) -> dict[str, Any]:
        """The form's changes as `people.change` takes them."""
        names = {"name": "name", "role": "role", "is_active": "active", "email_confirmed": "email_confirmed"}
        changed = {names[name]: form.cleaned_data[name] for name in form.changed_data}
        return {**changed, "role": changed["role"].slug} if "role" in changed else changed

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """On to their password: until it is set, nobody can sign in as them."""
        messages.success(request, f"{obj} was added. Now give them a password to begin with.")
        return HttpResponseRedirect(reverse("admin:accounts_user_password", args=[obj.pk]))

    def get_urls(self) -> list[Any]:
        return [path("<path:object_id>/second-factor/", self.admin_site.admin_view(self.second_factor_view),
                     name="accounts_user_second_factor"),
                path("<path:object_id>/password/", self.admin_site.admin_view(self.password_view), name="accounts_user_password"),
                *super().get_urls()]

    def render_change_form(self, request: Any, context: dict[str, Any], add: bool = False, change: bool = False,  # noqa: PLR0917
                           form_url: str = "", obj: Any = None) -> HttpResponse:
        context["has_second_factor"] = obj is not None and obj.id != request.user.id and factors.of(obj.id) is not None
        return super().render_change_form(request, context, add, change, form_url, obj)

    def second_factor_view(self, request: Any, object_id: str) -> HttpResponse:
        """Take it from somebody who lost it."""
        user = self.get_object(request, unquote(object_id))
        if user is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        back = reverse("admin:accounts_user_change", args=[user.pk])
        return factor_pages.reset(self.admin_site, request, user, back)

    @own_units
    def password_view(self, request: Any, object_id: str) -> HttpResponse:
        """Another password for somebody; for oneself there is a page that asks for the old one."""
        with unit_of_work(request.organization):
            user = self.get_object(request, unquote(object_id))
            if user is not None and not self.has_change_permission(request, user):
                raise PermissionDenied
        if user is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        if user.id == request.user.id:
            return HttpResponseRedirect(reverse("admin:password_change"))
        form = NewPassword(request.POST or None)
        if request.method == "POST" and form.is_valid() and replace(form, user, request.actor):
            messages.success(request, f"{user} has a new password and was signed out everywhere.")
            return HttpResponseRedirect(reverse("admin:accounts_user_change", args=[user.pk]))
        return form_page(self.admin_site, request, title=f"Password of {user}", form=form, opts=self.opts, submit="Set password")


