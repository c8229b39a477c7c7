"""`createplatformadmin` makes who can sign in to the platform, and never takes a password from the command line."""
import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts import passwords
from accounts.models import AuditEntry, User
from foundation.ids import PLATFORM
from foundation.units import unit_of_work

pytestmark = pytest.mark.django_db
WHO = {"email": " Root@pandar.test", "name": "Root"}


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What stands on standard input."""
    return lambda line: monkeypatch.setattr("sys.stdin", io.StringIO(line))


def root() -> User | None:
    with unit_of_work(PLATFORM):
        return User.objects.filter(email="root@pandar.test").first()


def test_a_password_from_standard_input(typed: Any) -> None:
    typed("correct horse battery\n")
    call_command("createplatformadmin", **WHO)
    user = root()
    assert user is not None and user.is_superuser and user.organization_id is None
    assert passwords.matches("correct horse battery", user.password)
    with unit_of_work(PLATFORM):
        assert AuditEntry.objects.get(action="superuser_created").target_id == str(user.id)


def test_a_password_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLATFORM_ADMIN_PASSWORD", "correct horse battery")
    call_command("createplatformadmin", **WHO)
    assert root() is not None


@pytest.mark.parametrize(("given", "line", "told"), [
    (WHO, "short\n", "too short"), (WHO, "", "too short"), ({**WHO, "email": "root"}, "correct horse battery\n", "valid email"),
    ({**WHO, "name": ""}, "correct horse battery\n", "Give --name"), ({**WHO, "email": ""}, "correct horse battery\n", "Give --email"),
])
def test_what_is_wrong_is_told_in_a_sentence(given: dict[str, str], line: str, told: str, typed: Any) -> None:
    typed(line)
    with pytest.raises(CommandError, match=told):
        call_command("createplatformadmin", **given)
    assert root() is None


def test_a_known_address(typed: Any) -> None:
    typed("correct horse battery\n")
    call_command("createplatformadmin", **WHO)
    typed("another good phrase\n")
    with pytest.raises(CommandError, match="exists already"):
        call_command("createplatformadmin", **WHO)
    user = root()
    assert user is not None and passwords.matches("correct horse battery", user.password)
