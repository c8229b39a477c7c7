"""The base of every API view: one request, one unit of work, one organization."""
from contextlib import nullcontext
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from psycopg.errors import ForeignKeyViolation
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from foundation.errors import Forbidden
from foundation.http import errors, idempotency
from foundation.units import unit_of_work, within_limits


class ApiView(APIView):
    """A view that runs in one unit of work of the caller's organization.

    own_units: the view opens its units itself, because its work is slow (a password hash) or is one statement by itself (a fast
    path); only authentication then runs in a unit of its own.
    own_key: no Idempotency-Key is taken, because the body names the write already (a message's `client_id`), or the answer is a secret
    that must not be kept.
    needs: the permission to call each method, by method name.
    """

    own_units: ClassVar[bool] = False
    own_key: ClassVar[bool] = False
    needs: ClassVar[dict[str, str]] = {}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            self.organization = self.organization_of(request)
            alone = self.own_units or self.organization is None
            with within_limits(), nullcontext() if alone else unit_of_work(self.organization):  # type: ignore[arg-type]
                return super().dispatch(request, *args, **kwargs)
        except errors.OUTAGES:
            errors.logger.exception("The database did not answer")
            return errors.unavailable()
        except Exception as error:
            # Of the commit, Django's or a statement's by itself: what else was going on could not be seen before.
            if isinstance(error, ForeignKeyViolation) or isinstance(error.__cause__, ForeignKeyViolation):
                return errors.crossed()
            errors.logger.exception("%s %s failed", request.method, request.path)
            return errors.server_error(request)

    def organization_of(self, request: HttpRequest) -> UUID | None:
        """The organization that the request's credentials name, by their signature alone."""
        for authenticator in self.authentication_classes:
            if organization := authenticator.organization_of(request):  # type: ignore[attr-defined]
                return organization
        return None

    def perform_authentication(self, request: Request) -> None:
        with unit_of_work(self.organization) if self.own_units and self.organization else nullcontext():
            super().perform_authentication(request)

    @property
    def actor(self) -> Any:
        """Who calls, as the authentication found them."""
        return self.request.user

    def check_permissions(self, request: Request) -> None:
        super().check_permissions(request)
        permission = self.needs.get(str(request.method))
        if permission and not self.actor.may(permission):
            raise Forbidden("You may not do this.")

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        key = None if self.own_units or self.own_key else idempotency.key_of(request)
        if key is not None and request.user is not None:
            self._once(request, key)

    def _once(self, request: Request, key: str) -> None:
        """Let the method's handler run once for this key."""
        name = str(request.method).lower()
        handler = getattr(self, name, self.http_method_not_allowed)
        actor = self.actor

        def once(request: Request, *args: Any, **kwargs: Any) -> Any:
            return idempotency.answer_once(request, key, actor.organization_id, actor.id, lambda: handler(request, *args, **kwargs))

        setattr(self, name, once)


class Everyone(BasePermission):
    """No credentials needed."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return True
