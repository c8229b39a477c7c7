"""The second factor on the administration pages: at a sign-in, one's own, and taking somebody else's who lost it."""
import hashlib
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.admin.widgets import AdminTextInputWidget
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from accounts import audit, browser
from accounts.actions import credentials, factors
from accounts.actor import of_user
from accounts.admin.base import form_page
from accounts.admin.passwords import password_field, tell
from accounts.middleware import rendered
from accounts.models import Challenge, Purpose, SessionKind, User
from foundation.errors import DomainError
from foundation.http import address
from foundation.units import unit_of_work

NEXT = "next"  # in the session: where to go after the sign-in
PENDING = "pending_tenant"  # in the session: where the row of whoever is signing in is


class CodeForm(forms.Form):
    code = forms.CharField(max_length=40, widget=AdminTextInputWidget(attrs={"autocomplete": "one-time-code", "autofocus": True}),
                           help_text="Six digits of your authenticator app, or a recovery code.")


class PasswordForm(forms.Form):
    password = password_field("Your password", "current-password")


class ProofForm(PasswordForm, CodeForm):
    field_order = ("password", "code")


# At a sign-in.


def ask(request: Any, user: User, purpose: str, *, then: str) -> HttpResponse:
    """The password was right: on to the second step, which this browser alone can take. In a unit of the user's own tenant."""
    row = factors.challenge(user=user, purpose=purpose)
    browser.expect(request, row.id)
    request.session[PENDING], request.session[NEXT] = str(user.tenant), then
    return HttpResponseRedirect(reverse("admin:second_step"))


def second_step(site: AdminSite, request: Any) -> HttpResponse:
    """The code that a sign-in goes on with; where a factor has to be set up first, with its QR code."""
    tenant, key = request.session.get(PENDING), browser.expected(request)
    row = pending(tenant, key)
    if row is None:
        messages.error(request, "This sign-in has ended. Please begin again with the password.")
        return HttpResponseRedirect(reverse("admin:login"))
    token, form, enrolment = factors.token_of(row, UUID(tenant)), CodeForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            passed = factors.answer(token=token, code=form.cleaned_data["code"], kind=SessionKind.BROWSER, browser=key,
                                    address=address.of_request(request))
        except DomainError as error:
            tell(form, error)
        else:
            return finish(site, request, passed)
    elif row.purpose == Purpose.ENROL:
        try:
            enrolment = factors.begin_enrolment(token=token, browser=key)
        except DomainError as error:
            messages.error(request, error.message)
    return shown(site, request, form, enrolment, title="Sign in", submit="Sign in", again=row.purpose == Purpose.ENROL)


def pending(tenant: str | None, key: str | None) -> Challenge | None:
    if not tenant or not key:
        return None
    with unit_of_work(UUID(tenant)):
        return Challenge.objects.filter(id=key).first()


def finish(site: AdminSite, request: Any, passed: factors.Passed) -> HttpResponse:
    then = request.session.get(NEXT) or reverse("admin:index")
    with unit_of_work(passed.tenant):
        user = User.objects.select_related("organization", "role").filter(id=passed.user, is_active=True).first()
        if user is None or hashlib.sha256(user.password.encode()).digest() != passed.digest:
            messages.error(request, "This sign-in has ended. Please begin again with the password.")
            return HttpResponseRedirect(reverse("admin:login"))
        browser.enter(request, user)
        actor = of_user(user, user.tenant, address=address.of_request(request))
        audit.record("admin_login", actor=actor, target=user, after={"second_factor": passed.how})
    return codes_page(site, request, passed.codes, then) if passed.codes else HttpResponseRedirect(then)


# One's own.


def own(site: AdminSite, request: Any) -> HttpResponse:
    """Set up, confirm, new recovery codes, disable: what the state allows."""
    user = request.user
    with unit_of_work(user.tenant):
        confirmed = factors.of(user.id) is not None
    if not confirmed:
        return set_up(site, request, user)
    form = ProofForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return change(site, request, user, form)
        except DomainError as error:
            tell(form, error)
    with unit_of_work(user.tenant):
        left = factors.codes_left(user.id)
    buttons = [("codes", "New recovery codes"), ("disable", "Disable the second factor")]
    return page(site, request, title="Second factor", form=form, buttons=buttons,
                note=f"It is set up; {left} recovery codes are left. Changing it takes your password and a code.")


def set_up(site: AdminSite, request: Any, user: User) -> HttpResponse:
    if "code" in request.POST:
        return confirm(site, request, user)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            verified = check_password(request, user, form.cleaned_data["password"])
            with unit_of_work(user.tenant):
                enrolment = factors.enrol(user=credentials.still_own(verified=verified, actor=at_home(request)))
        except DomainError as error:
            tell(form, error)
        else:
            return shown(site, request, CodeForm(), enrolment, title="Second factor", submit="Confirm", again=False)
    return page(site, request, title="Second factor", form=form, buttons=[("begin", "Set up")],
                note="An authenticator app on your phone gives a code for each sign-in.")


def confirm(site: AdminSite, request: Any, user: User) -> HttpResponse:
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            factors.count(user.tenant, user.id)
            with unit_of_work(user.tenant):
                mine = credentials.still_own(verified=user, actor=at_home(request))
                codes = factors.confirm(user=mine, code=form.cleaned_data["code"], actor=at_home(request))
        except DomainError as error:
            tell(form, error)
        else:
            if codes is not None:
                return codes_page(site, request, codes, reverse("admin:index"))
            form.add_error("code", "This code is not right. Wait for the next one.")
    return page(site, request, title="Second factor", form=form, buttons=[("confirm", "Confirm")], note="")


def change(site: AdminSite, request: Any, user: User, form: ProofForm) -> HttpResponse:
    verified = check_password(request, user, form.cleaned_data["password"])
    factors.prove(user=verified, code=form.cleaned_data["code"], address=address.of_request(request))
    with unit_of_work(user.tenant):
        if "disable" in request.POST:
            factors.disable(verified=verified, actor=at_home(request))
            messages.success(request, "You sign in without a second factor from now on.")
            return HttpResponseRedirect(reverse("admin:index"))
        codes = factors.renew_codes(verified=verified, actor=at_home(request))
    return codes_page(site, request, codes, reverse("admin:index"))


def at_home(request: Any) -> Any:
    """The signed-in user at home, wherever they act."""
    return of_user(request.user, request.user.tenant, address=address.of_request(request))


def check_password(request: Any, user: User, password: str) -> User:
    slug = user.organization.slug if user.organization else credentials.PLATFORM_SLUG
    return credentials.check_own(organization=slug, email=user.email, password=password, address=address.of_request(request),
                                 epoch=user.epoch)


# Somebody else's.


def reset(site: AdminSite, request: Any, user: User, back: str) -> HttpResponse:
    """Asked once more, and done; in the open unit."""
    form = forms.Form(request.POST or None)
    if request.method == "POST":
        factors.reset(user=user.id, actor=request.actor)
        messages.success(request, f"{user} has no second factor any more and was signed out everywhere.")
        return HttpResponseRedirect(back)
    return form_page(site, request, title=f"Take the second factor from {user}", form=form, submit="Take it and sign them out everywhere")


# Pages.


def shown(site: AdminSite, request: Any, form: forms.Form, enrolment: factors.Enrolment | None, **context: Any) -> HttpResponse:
    """A form for a code, with the QR code of what was begun."""
    picture = enrolment.picture if enrolment else None
    context |= {"form": form, "qr": picture, "secret": enrolment.secret if enrolment else None, "buttons": [("go", context["submit"])]}
    return page(site, request, **context)


def codes_page(site: AdminSite, request: Any, codes: list[str], then: str) -> HttpResponse:
    return page(site, request, title="Recovery codes", codes=codes, then=then,
                note="Keep these where your phone is not. Each works once, and they are shown this once.")


def page(site: AdminSite, request: Any, **context: Any) -> HttpResponse:
    with unit_of_work(request.organization):
        return rendered(TemplateResponse(request, "admin/second_factor.html", {**site.each_context(request), **context},
                                         headers={"Cache-Control": "no-store"}))
