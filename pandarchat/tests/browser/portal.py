"""What the tests of the customers' pages share."""
from typing import Any

from playwright.sync_api import FilePayload, Page, expect

from pandarchat.tests.browser.conftest import PHONE

PORTAL = "/portal/pandar/"
HAND: dict[str, Any] = {"viewport": PHONE, "has_touch": True, "is_mobile": True}


def go_on(page: Page) -> None:
    page.get_by_role("button", name="Go on").click()


def asked(page: Page, question: str) -> None:
    expect(page.get_by_role("heading", name=question)).to_be_visible()


def choose(page: Page, *files: FilePayload) -> None:
    page.locator("input[type=file]:not([capture])").set_input_files(files=files)
