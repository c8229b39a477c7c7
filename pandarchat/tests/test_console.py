"""The page that the browser turns into all others."""
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from pandarchat import console

INDEX = '<!doctype html><script type="module" src="/static/console/assets/x.js"></script>'

PORTAL = INDEX.replace("x.js", "portal.js")


@pytest.fixture
def built(tmp_path: Path, settings: Any) -> Path:
    settings.CONSOLE = tmp_path
    (tmp_path / "index.html").write_text(INDEX)
    (tmp_path / "portal.html").write_text(PORTAL)
    return tmp_path


@pytest.mark.parametrize("address", ["/", "/sign-in", "/tickets/01a1fc06-8961-7207-922c-5b991967345f", "/queue", "/settings/users",
                                     "/journeys"])
def test_every_address_of_a_page_is_the_page(built: Path, address: str) -> None:
    answer = Client().get(address)
    assert answer.status_code == 200
    assert answer.content.decode() == INDEX
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("address", ["/portal", "/portal/", "/portal/pandar/tickets"])
def test_customers_have_a_page_of_their_own(built: Path, address: str) -> None:
    assert Client().get(address).content.decode() == PORTAL


def test_the_policy_allows_nothing_inline_and_nobody_elses_files(built: Path) -> None:
    policy = Client().get("/").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "http" not in policy


@pytest.mark.parametrize("address", ["/nothing", "/ticketsx", "/portals", "/sign-in/x"])
def test_other_addresses_are_not(built: Path, address: str) -> None:
    assert Client().get(address).status_code == 404


def test_a_page_is_only_read(built: Path) -> None:
    assert Client().post("/").status_code == 405


def test_where_nothing_was_built_a_sentence_says_so(tmp_path: Path, settings: Any) -> None:
    settings.CONSOLE = tmp_path / "none"
    answer = Client().get("/")
    assert answer.status_code == 503
    assert answer.content.decode() == console.MISSING
