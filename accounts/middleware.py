"""Who is at Django admin, and the unit of work around each of its pages."""
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import auth, messages
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage import default_storage
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from accounts import actor, browser
from accounts.models import Organization
from foundation import logs
from foundation.errors import DomainError
from foundation.http import address, errors
from foundation.ids import PLATFORM
from foundation.units import unit_of_work, within_limits

PICKED = "picked_organization"  # in a superuser's session: where they act
MOST_OFFERED = 200
IN_USE = "The database refused this: it exists already, is in use, or refers to something that is gone. Nothing was changed."

View = Callable[..., HttpResponse]


def own_units(view: Any) -> Any:
    """Marks an admin view that opens its units itself, because a part of it is slow or belongs to another organization."""
    view.own_units = True
    return view


class AdminUnitOfWork(AuthenticationMiddleware):
    """Runs each view of Django admin, its template included, in one unit of work of the organization that the user acts in.

    Sets on requests to admin: `user` (anonymous for whoever may not be there), `actor`, `organization` (a uuid; PLATFORM for a superuser
    who has picked none), `picked` (the organization that a superuser picked, or None) and `offered` (what they can pick). Everywhere else
    `user` is anonymous and no unit is opened: the API knows its callers by their tokens.

    The view runs in `process_view`, so that its exceptions pass through the unit and roll it back before Django makes responses of them.
    """

    def process_request(self, request: HttpRequest) -> None:
        request.user = AnonymousUser()

    def process_view(self, request: Any, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]) -> HttpResponse | None:
        if "admin" not in request.resolver_match.app_names:
            return None
        try:
            with within_limits():
                return self._page(request, view, args, kwargs)
        except errors.OUTAGES:
            errors.logger.exception("The database did not answer")
            return errors.unavailable_page(request)

    def _page(self, request: Any, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]) -> HttpResponse:
        recognise(request)
        try:
            if getattr(view, "own_units", False):
                return view(request, *args, **kwargs)
            with unit_of_work(request.organization):
                return rendered(view(request, *args, **kwargs))
        except (DomainError, IntegrityError) as error:
            if request.method != "POST":
                raise
            return refusal(request, error)


def rendered(response: Any) -> HttpResponse:
    """The response with its template rendered, while the unit is open."""
    if callable(getattr(response, "render", None)):
        response.render()
    found: HttpResponse = response
    return found


def refusal(request: Any, error: DomainError | IntegrityError) -> HttpResponse:
    """Back to the page, with the reason in the place of whatever success the view had announced before the commit failed."""
    request._messages = default_storage(request)
    messages.error(request, error.message if isinstance(error, DomainError) else IN_USE)
    return HttpResponseRedirect(request.get_full_path())


def recognise(request: Any) -> None:
    """Find the session's user in a short unit of their own tenant, and where they act."""
    request.user, request.actor, request.organization = AnonymousUser(), None, PLATFORM
    request.picked, request.offered = None, []
    if browser.TENANT not in request.session:
        return
    with unit_of_work(UUID(request.session[browser.TENANT])):
        user = auth.get_user(request)
        if user.is_authenticated and user.is_staff and may_enter(user) and browser.lives(request.session, user):
            admit(request, user)


def may_enter(user: Any) -> bool:
    """Whether their organization, where they have one, is active."""
    return user.is_superuser or user.organization.is_active


def admit(request: Any, user: Any) -> None:
    """Let them in, inside the unit of their own tenant."""
    if user.is_superuser:
        request.picked = Organization.objects.filter(id=request.session.get(PICKED)).first()
        request.offered = list(Organization.objects.values("slug", "name")[:MOST_OFFERED])
        request.organization = request.picked.id if request.picked else PLATFORM
    else:
        request.organization = user.organization_id
    request.user = user
    request.actor = actor.of_user(user, request.organization, address=address.of_request(request))
    logs.organization_id.set(str(request.organization))
    logs.user_id.set(str(user.id))
