"""`manage.py verify_audit`: what it says, what it returns, and that a kept head finds what the database itself cannot tell."""
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.actions import chaining
from accounts.models import Organization
from foundation.ids import PLATFORM
from foundation.units import unit_of_work
from pandarchat.testing.database import owner
from pandarchat.tests.world import World


@pytest.fixture
def chained(world: World) -> World:
    for organization in (world.pandar.id, world.acme.id, PLATFORM):
        chaining.chain(organization=organization)
    return world


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("verify_audit", *arguments, stdout=out)
    return out.getvalue()


def tamper(world: World, sql: str) -> None:
    with owner(connection.settings_dict["NAME"]) as session:
        session.execute("SELECT set_config('app.organization', %s, false)", [str(world.pandar.id)])
        session.execute(sql.encode())


def test_it_prints_the_head_of_every_chain(chained: World) -> None:
    lines = [line.split() for line in run().splitlines()]
    assert [name for name, _, _ in lines] == ["(platform)", "acme", "pandar"]
    assert all(len(digest) == 64 for _, _, digest in lines)
    assert run("--organization", "acme").split() == lines[1]
    assert run("--organization", "(platform)").split() == lines[0]


def test_a_closed_organizations_chain_is_verified_too(chained: World) -> None:
    with unit_of_work(PLATFORM):
        Organization.objects.filter(slug="pandar").update(is_active=False)
    tamper(chained, "UPDATE accounts_auditentry SET action = 'x' WHERE position = 2")
    with pytest.raises(CommandError, match="pandar, position 2"):
        run()


def test_a_broken_chain_is_named_and_the_others_are_verified(chained: World) -> None:
    tamper(chained, "UPDATE accounts_auditentry SET action = 'x' WHERE position = 2")
    out = io.StringIO()
    with pytest.raises(CommandError, match=r"Broken: pandar, position 2: entry \S+ \(x, .* UTC\) is not what was chained\.") as caught:
        call_command("verify_audit", stdout=out)
    assert caught.value.returncode == 1
    assert [line.split()[0] for line in out.getvalue().splitlines()] == ["(platform)", "acme"]
    run("--organization", "acme")


def test_with_kept_heads_a_cut_end_is_found(chained: World, tmp_path: Path) -> None:
    kept = tmp_path / "heads"
    kept.write_text(run())
    run("--heads", str(kept))
    tamper(chained, "DELETE FROM accounts_auditentry WHERE position > 3")
    tamper(chained, "UPDATE accounts_auditchain c SET position = 3, hash = e.hash FROM accounts_auditentry e "
                    "WHERE e.position = 3 AND e.organization_id = c.organization_id")
    run()
    with pytest.raises(CommandError, match="pandar, position 4: it is missing, and so is what followed"):
        run("--heads", str(kept))


def test_a_chain_that_is_gone_is_missed(chained: World, tmp_path: Path) -> None:
    kept = tmp_path / "heads"
    kept.write_text(f"{run()}vanished 3 {'0' * 64}\n")
    with pytest.raises(CommandError, match="vanished"):
        run("--heads", str(kept))


@pytest.mark.parametrize("line", ["pandar 3", "pandar x 00", "pandar 3 zz"])
def test_heads_that_are_none_are_refused(chained: World, tmp_path: Path, line: str) -> None:
    kept = tmp_path / "heads"
    kept.write_text(line)
    with pytest.raises(CommandError, match="lines of name, position and hash"):
        run("--heads", str(kept))


def test_an_organization_that_is_none_is_refused(chained: World, capsys: Any) -> None:
    with pytest.raises(CommandError, match="no organization named nowhere"):
        run("--organization", "nowhere")
