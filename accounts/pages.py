"""Where mailed links lead: plain pages that do nothing by being looked at, since mail programs look too.

They speak the reader's language.
"""
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.validators import validate_email
from django.forms.utils import pretty_name
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import links
from accounts.actions import inviting, recovering
from accounts.admin.passwords import NewPassword, tell
from accounts.page_texts import FRENCH
from foundation.errors import DomainError
from foundation.http import errors, reader
from foundation.http.address import of_request
from foundation.http.validation import plain
from foundation.units import within_limits

LONGEST = 200
ANOTHER = "another"
ONCE_MORE = "We tried once more. It may take a few minutes."


class Forgotten(forms.Form):
    organization = forms.CharField(max_length=50)
    email = forms.CharField(label="Address", max_length=254, validators=[validate_email])


class Joining(NewPassword):
    name = forms.CharField(label="Your name", max_length=200)
    field_order = ("name", "password", "again")

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        try:
            plain(name)
        except Exception:
            raise forms.ValidationError(words("Control characters are not allowed here.")) from None
        return name


def words(text: str) -> str:
    """One of our own sentences in the reader's language."""
    return reader.said(text, FRENCH)


def in_words(error: DomainError) -> DomainError:
    """By its sentence where that is known, else by its code."""
    message = error.message if reader.language() != reader.FRENCH else FRENCH.get(error.message) or FRENCH.get(error.code, error.message)
    return DomainError(message, code=error.code, fields={name: [words(text) for text in texts] for name, texts in error.fields.items()})


def translate(form: forms.Form) -> None:
    """What it says by itself."""
    for name, field in form.fields.items():
        field.label, field.help_text = words(str(field.label or pretty_name(name))), words(str(field.help_text))
    if isinstance(form, NewPassword):
        form.differ = words(form.differ)


Done = Callable[[str, dict[str, Any], str], str]
Introduced = Callable[[str, str], str]


def page(title: str, form_class: type[forms.Form], submit: str, done: Done, introduce: Introduced = lambda token, address: "", *,
         another: str = "") -> Any:
    """A view with one form: what `done` (token, form's values, address) returns is told instead, what `introduce` returns stands above
    it. `another` is on the button by which the same is asked for once more."""

    def view(request: HttpRequest) -> HttpResponse:
        with reader.speaking_to(request):
            return drawn(request)

    def drawn(request: HttpRequest) -> HttpResponse:
        token = request.GET.get("token", "")[:LONGEST]
        form = form_class(request.POST if request.method == "POST" else None)
        translate(form)
        about, told, status = "", "", 200
        try:
            with within_limits():
                if request.method == "POST" and form.is_valid():
                    told = done(token, form.cleaned_data, of_request(request))
                else:
                    about = introduce(token, of_request(request))
        except links.DeadLink as error:
            told, status = in_words(error).message, error.status
        except DomainError as error:
            tell(form, in_words(error))
            status = error.status
        except errors.OUTAGES:
            errors.logger.exception("The database did not answer")
            return errors.unavailable_page(request)
        context = {"title": words(title), "about": about, "form": form, "submit": words(submit), "told": told,
                   "another": words(another), "once_more": words(ONCE_MORE) if another and ANOTHER in request.POST else "",
                   "language": reader.language()}
        return render(request, "account/page.html", context, status=status)

    guarded = require_http_methods(["GET", "HEAD", "POST"])(view)
    return never_cache(sensitive_post_parameters()(guarded))


def _forgotten(token: str, given: dict[str, Any], address: str) -> str:
    recovering.ask_for_reset(organization=given["organization"], email=given["email"], address=address)
    return words("If there is such an account, an email is on its way to it.")


def _reset(token: str, given: dict[str, Any], address: str) -> str:
    recovering.finish_reset(token=token, password=given["password"], address=address)
    return words("Your password was changed, and you were signed out everywhere. You can sign in with it now.")


def _confirm(token: str, given: dict[str, Any], address: str) -> str:
    return words("{email} is confirmed.").format(email=recovering.confirm(token=token, address=address))


def _invited(token: str, address: str) -> str:
    row = inviting.look(token=token, address=address)
    return words("{organization} invites {email} to join as {role}.").format(
        organization=row.organization.name, email=row.email, role=row.role.name)


def _join(token: str, given: dict[str, Any], address: str) -> str:
    user = inviting.accept(token=token, name=given["name"], password=given["password"], address=address)
    return words("Welcome, {name}. You can sign in as {email} now.").format(name=user.name, email=user.email)


forgotten = page("A new password", Forgotten, "Send me an email", _forgotten, another="Send another email")
reset = page("Choose a new password", NewPassword, "Set password", _reset)
confirm = page("Confirm your address", forms.Form, "This is my address", _confirm)
invitation = page("Join", Joining, "Join", _join, _invited)
