"""The administration pages: signing in by organization, picking one as a superuser, and every app's pages in one place."""
from typing import Any

from django import forms
from django.contrib import auth, messages
from django.contrib.admin import AdminSite
from django.contrib.admin.widgets import AdminTextInputWidget
from django.contrib.auth.views import LoginView
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST

from accounts import admin as accounts_admin
from accounts import audit, browser
from accounts.actions import credentials, factors, sessions
from accounts.actor import AnyActor, of_user
from accounts.admin import factors as factors_admin
from accounts.admin.base import form_page
from accounts.admin.passwords import OwnPassword, password_field, replace, tell
from accounts.middleware import PICKED, may_enter, own_units, rendered
from accounts.models import AuditEntry, Organization, User
from chat import admin as chat_admin
from foundation import admin as foundation_admin
from foundation.errors import DomainError, Invalid
from foundation.http import address
from foundation.ids import PLATFORM
from foundation.units import unit_of_work
from journeys import admin as journeys_admin
from pandarchat import schedule_admin
from tickets import admin as tickets_admin

RECENT = 10


class SignInForm(forms.Form):
    """Checks the credentials as the API does: counted, audited, and hashed outside a unit of work."""

    organization = forms.CharField(required=False, max_length=50, widget=AdminTextInputWidget(attrs={"autocomplete": "organization"}),
                                   help_text="Empty for the platform's own administrators.")
    email = forms.EmailField(widget=forms.EmailInput(attrs={"autocomplete": "username", "class": "vTextField"}))
    password = password_field("Password", "current-password")

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.user: User | None = None
        self.fields["email" if self.initial.get("organization") else "organization"].widget.attrs["autofocus"] = True

    @sensitive_variables()
    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors:
            return cleaned
        slug = cleaned["organization"].strip().lower()
        try:
            found = credentials.verify(organization=slug, email=cleaned["email"], password=cleaned["password"],
                                    address=address.of_request(self.request))
        except DomainError as error:
            raise ValidationError(error.message, code=error.code) from None
        self.user = admissible(found)
        if self.user is None:
            raise ValidationError("This account may not use the administration pages.", code="forbidden")
        return cleaned

    def get_user(self) -> User | None:
        return self.user


def admissible(user: User) -> User | None:
    """The user as the database knows them now, where they may use these pages."""
    with unit_of_work(user.tenant):
        found = User.objects.select_related("role", "organization").filter(id=user.id).first()
        return found if found is not None and found.is_staff and may_enter(found) else None


class SignIn(LoginView):
    authentication_form = SignInForm  # type: ignore[assignment]
    template_name = "admin/sign_in.html"

    def form_valid(self, form: Any) -> HttpResponse:
        user = form.get_user()
        with unit_of_work(user.tenant):
            if needed := factors.needed(user):
                return factors_admin.ask(self.request, user, needed, then=self.get_success_url())
            browser.enter(self.request, user)
            actor = of_user(user, user.tenant, address=address.of_request(self.request))
            audit.record("admin_login", actor=actor, target=user)
        return HttpResponseRedirect(self.get_success_url())


class PandarAdminSite(AdminSite):
    site_title = "Pandar Chat"
    site_header = "Pandar Chat"
    index_title = "Administration"
    site_url = None
    password_change_done_template = None

    def has_permission(self, request: HttpRequest) -> bool:
        """The middleware admits or does not."""
        return bool(request.user.is_authenticated)

    def each_context(self, request: Any) -> dict[str, Any]:
        return {**super().each_context(request), "log_entries": None, "picked": request.picked, "offered": request.offered,
                "acting": request.picked or getattr(request.user, "organization", None)}

    def get_log_entries(self, request: HttpRequest) -> Any:
        return None

    def get_urls(self) -> list[Any]:
        return [path("login/second-step/", self.second_step, name="second_step"),
                path("second-factor/", self.admin_view(self.second_factor), name="second_factor"),
                path("organization/", self.admin_view(self.pick_organization), name="pick_organization"), *super().get_urls()]

    def index(self, request: Any, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """With what was done last, from the audit trail."""
        recent = AuditEntry.objects.all()[:RECENT] if request.user.has_perm("accounts.view_auditentry") else None
        return super().index(request, {**(extra_context or {}), "recent": recent})

    @own_units
    def login(self, request: Any, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The name of the organization, an address and a password; without a name the platform's superusers."""
        home = reverse("admin:index")
        if request.method == "GET" and self.has_permission(request):
            return HttpResponseRedirect(home)
        with unit_of_work(request.organization):
            context = self.each_context(request)
        return rendered(SignIn.as_view(next_page=home, extra_context={**context, "title": "Sign in", **(extra_context or {})})(request))

    @method_decorator(sensitive_post_parameters())
    @own_units
    def second_step(self, request: Any) -> HttpResponse:
        return factors_admin.second_step(self, request)

    @own_units
    def second_factor(self, request: Any) -> HttpResponse:
        return factors_admin.own(self, request)

    @own_units
    def logout(self, request: Any, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.method == "POST":
            with unit_of_work(request.user.tenant):
                audit.record("admin_logout", actor=own_actor(request), target=request.user)
                sessions.end_browser(session=request.session.get(browser.FAMILY))
            key = request.session.session_key
            auth.logout(request)
            sessions.browser_signed_out(key)
        return HttpResponseRedirect(reverse("admin:login"))

    @method_decorator(require_POST)
    @own_units
    def pick_organization(self, request: Any) -> HttpResponse:
        """A superuser enters an organization by its slug, or leaves it with an empty one. Its own trail says that they did."""
        if not request.user.is_superuser:
            raise PermissionDenied
        slug = request.POST.get("organization", "").strip().lower()
        with unit_of_work(PLATFORM):
            chosen = Organization.objects.filter(slug=slug).first() if slug else None
        if slug and chosen is None:
            messages.error(request, f"There is no organization named {slug}.")
        else:
            self.enter(request, chosen)
        return HttpResponseRedirect(reverse("admin:index"))

    def enter(self, request: Any, chosen: Organization | None) -> None:
        request.session.pop(PICKED, None)
        if chosen is not None:
            request.session[PICKED] = str(chosen.id)
            with unit_of_work(chosen.id):
                actor = of_user(request.user, chosen.id, address=address.of_request(request))
                audit.record("platform_admin_entered", actor=actor, target=chosen)

    @own_units
    def password_change(self, request: Any, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """One's own password: the old one is checked as at a sign-in, the new one ends every other session."""
        form = OwnPassword(request.POST or None)
        if request.method == "POST" and form.is_valid() and self.replace_own(request, form):
            messages.success(request, "Your password was changed, and you were signed out everywhere else.")
            return HttpResponseRedirect(reverse("admin:index"))
        return form_page(self, request, title="Change your password", form=form, submit="Change password")

    def replace_own(self, request: Any, form: OwnPassword) -> bool:
        user = request.user
        slug = user.organization.slug if user.organization else credentials.PLATFORM_SLUG
        try:
            verified = credentials.check_own(organization=slug, email=user.email, password=form.cleaned_data["old"],
                                             address=address.of_request(request), epoch=user.epoch)
        except Invalid as wrong:
            form.add_error("old", wrong.message)
            return False
        except DomainError as error:
            tell(form, error)
            return False
        if not replace(form, verified, own_actor(request), own=True):
            return False
        with unit_of_work(user.tenant):
            browser.renew(request, User.objects.get(id=user.id))
        return True


def own_actor(request: Any) -> AnyActor:
    """The signed-in user at home, wherever they act."""
    actor: AnyActor = request.actor
    return actor if actor.organization_id == request.user.tenant else of_user(request.user, PLATFORM, address=actor.address)


site = PandarAdminSite()
for module in (accounts_admin, chat_admin, tickets_admin, journeys_admin, foundation_admin, schedule_admin):
    for model, page in module.ADMINS.items():
        site.register(model, page)
