"""Migrations are the owner's alone."""
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from pandarchat.management.commands.migrate import as_owner


def current_user() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return str(cursor.fetchone()[0])


def test_only_inside_the_command_are_we_the_owner(committed: None) -> None:
    assert current_user() == "pandar_app"
    with as_owner(connection, str(settings.DATABASE_OWNER_URL)):
        assert current_user() == "pandar_owner"
    assert current_user() == "pandar_app"


def test_a_failure_gives_the_app_role_back(committed: None) -> None:
    with pytest.raises(RuntimeError), as_owner(connection, str(settings.DATABASE_OWNER_URL)):
        raise RuntimeError
    assert current_user() == "pandar_app"


def test_without_the_owners_address_it_says_so(settings: object) -> None:
    settings.DATABASE_OWNER_URL = None  # type: ignore[attr-defined]
    with pytest.raises(CommandError, match="set DATABASE_OWNER_URL"):
        call_command("migrate")


def test_the_owners_address_brings_its_own_options(committed: None) -> None:
    before = connection.settings_dict["OPTIONS"]
    address = f"{settings.DATABASE_OWNER_URL}?application_name=moving&connect_timeout=7"
    with as_owner(connection, address), connection.cursor() as cursor:
        assert connection.settings_dict["OPTIONS"] == {"application_name": "moving", "connect_timeout": 7, "pool": before["pool"]}
        cursor.execute("SHOW application_name")
        assert cursor.fetchone() == ("moving",)
    assert connection.settings_dict["OPTIONS"] == before


def test_options_of_the_apps_address_are_not_the_owners(committed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", {**connection.settings_dict["OPTIONS"], "application_name": "serving"})
    with as_owner(connection, str(settings.DATABASE_OWNER_URL)):
        assert "application_name" not in connection.settings_dict["OPTIONS"]
    assert connection.settings_dict["OPTIONS"]["application_name"] == "serving"


@pytest.mark.django_db
def test_not_inside_a_transaction() -> None:
    with pytest.raises(CommandError, match="inside a transaction"), as_owner(connection, str(settings.DATABASE_OWNER_URL)):
        pass
