"""How Django's own pages find a session's user. Signing in goes through `accounts.actions.sessions`; permissions are the role's."""
from typing import Any

from accounts.models import User


class RoleBackend:
    """Asked inside the unit of work that the middleware opened."""

    def authenticate(self, request: Any, **credentials: Any) -> None:
        """Never by Django's forms: a user is found by organization and address together."""
        return None

    def get_user(self, user_id: Any) -> User | None:
        return User.objects.select_related("role", "organization").filter(id=user_id, is_active=True).first()
