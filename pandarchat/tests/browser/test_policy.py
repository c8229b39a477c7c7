"""The policy without inline scripts and styles holds on every page: a page that breaks it says so, and `watch` fails its test."""
import re

import pytest
from playwright.sync_api import Page, expect

from foundation.http.policy import POLICY
from pandarchat.tests.browser.conftest import SitDown
from pandarchat.tests.world import World

pytestmark = pytest.mark.usefixtures("committed")
ADMIN = ["", "accounts/user/", "accounts/user/add/", "accounts/role/", "accounts/auditentry/", "tickets/ticket/", "chat/conversation/",
         "second-factor/"]


def test_the_policy_says_nothing_of_inline() -> None:
    assert "unsafe" not in POLICY
    assert "default-src 'none'" in POLICY


@pytest.mark.parametrize("address", ["/account/forgotten/", "/api/docs", "/api/socket"])
def test_pages_for_everybody(sit_down: SitDown, address: str) -> None:
    page = sit_down(at=address)
    expect(page.locator("h1, h2").first).to_be_visible()
    assert styled(page)


def test_the_administration_pages(world: World, sit_down: SitDown) -> None:
    page = sit_down(world.admin, at="/admin/")
    for address in ADMIN:
        answer = page.goto(f"/admin/{address}")
        assert answer is not None and answer.ok, address
        assert answer.headers["content-security-policy"] == POLICY
        expect(page.locator("#header, #site-name").first).to_be_visible()
    assert styled(page)


def styled(page: Page) -> bool:
    """Whether a style sheet of ours was applied: browsers' own margin of a page is 8 pixels."""
    return bool(re.fullmatch("0px", page.evaluate("getComputedStyle(document.body).margin")))
