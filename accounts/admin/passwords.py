"""Passwords in the administration pages: hashed outside a unit of work, because that is slow on purpose."""
from typing import Any

from django import forms

from accounts import passwords
from accounts.actions import credentials, people
from accounts.actions.standing import standing, whom
from accounts.actor import AnyActor
from accounts.models import User
from foundation.errors import DomainError
from foundation.units import unit_of_work

HELP = "At least 10 characters; not a common word, not made of the name or the address."


def password_field(label: str, autocomplete: str, help_text: str = "") -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete, "class": "vTextField"})
    return forms.CharField(label=label, widget=widget, strip=False, max_length=1000, help_text=help_text)


class NewPassword(forms.Form):
    """A new password, twice."""

    differ = "The two passwords differ."
    password = password_field("New password", "new-password", HELP)
    again = password_field("New password again", "new-password")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "password" in cleaned and "again" in cleaned and cleaned["password"] != cleaned["again"]:
            self.add_error("again", self.differ)
        return cleaned


class OwnPassword(NewPassword):
    """One's own new password, and the old one."""

    old = password_field("Old password", "current-password")
    field_order = ("old", "password", "again")


def replace(form: NewPassword, user: User, actor: AnyActor, *, own: bool = False) -> bool:
    """Give the user the form's password, outside a unit; where it is refused the form says why, and False is returned. `own` says that
    it is their own, and `user` whose old one was checked."""
    password = form.cleaned_data["password"]
    try:
        people.check_password_strength(password, email=user.email, name=user.name)
        hashed = passwords.hashed(password)
        with unit_of_work(user.tenant):
            if own:
                people.set_password(user=credentials.still_own(verified=user, actor=actor), hashed=hashed, actor=actor)
            else:
                actor = standing(actor, people.CHANGES)
                people.set_password(user=whom(user.id), hashed=hashed, actor=actor)
    except DomainError as error:
        tell(form, error)
    return form.is_valid()


def tell(form: forms.Form, error: DomainError) -> None:
    """A refusal as errors of the form: at its fields where it names them, above it otherwise."""
    at_fields = {name: reasons for name, reasons in error.fields.items() if name in form.fields}
    for name, reasons in at_fields.items():
        form.add_error(name, reasons)
    if not at_fields:
        form.add_error(None, error.message)
