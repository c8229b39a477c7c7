"""Tokens that are good for hours exist for a bench database on this machine alone."""
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Organization
from foundation.ids import PLATFORM
from foundation.units import unit_of_work
from pandarchat.bench import access, guard


@pytest.mark.usefixtures("committed")
def test_no_token_and_no_world_in_any_other_database(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="is no bench database"):
        call_command("bench_world", out=tmp_path / "pandar.json", stdout=StringIO())
    with pytest.raises(CommandError, match="is no bench database"):
        access.mint([])
    with unit_of_work(PLATFORM):
        assert not Organization.objects.exists()
    assert not (tmp_path / "pandar.json").exists()


@pytest.mark.parametrize(("host", "near"), [
    ("", True), ("/run/postgresql", True), ("localhost", True), ("127.0.0.1", True), ("::1", True),
    ("10.0.0.5", False), ("db.example.com", False), ("localhost.example.com", False), ("192.0.2.1", False)])
def test_what_counts_as_this_machine(host: str, near: bool) -> None:
    assert guard.on_this_machine(host) is near
