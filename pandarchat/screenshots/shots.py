"""What README shows: who looks at what, on which screen, and what they do before the picture is taken."""
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from playwright.sync_api import Page


@dataclass(frozen=True)
class Shot:
    """A picture `name`.webp; `show` brings the page to what is to be seen. Sizes in CSS pixels."""

    name: str
    who: str
    show: Callable[[Page], None]
    scheme: Literal["light", "dark"] = "light"
    width: int = 1440
    height: int = 900
    scale: float = 1

    @property
    def phone(self) -> bool:
        return self.width < 600  # noqa: PLR2004


def conversation(subject: str) -> Callable[[Page], None]:
    """A ticket of one's own, as one works on it."""

    def show(page: Page) -> None:
        page.goto("/")
        page.locator("[role=option]").filter(has_text=subject).click()
        page.get_by_role("log").get_by_role("listitem").last.wait_for()

    return show


def at(address: str, seen: str) -> Callable[[Page], None]:
    """An address, until this text is there."""

    def show(page: Page) -> None:
        page.goto(address)
        page.get_by_text(seen).first.wait_for()

    return show


def journey(page: Page) -> None:
    """The demo's journey on its canvas."""
    page.goto("/journeys")
    page.get_by_role("main").get_by_role("link").first.click()
    page.locator(".react-flow__node").first.wait_for()
    page.locator(".react-flow__pane").click()
    page.keyboard.press("f")  # all of it fits


def settings(page: Page) -> None:
    """The demo's policy with the preview of its deadlines."""
    page.goto("/settings/policies")
    page.get_by_role("link", name="Standard").first.click()
    page.get_by_text("Resolution").or_(page.get_by_text("Solution")).first.wait_for()


SHOTS = (
    Shot("inbox", "agent-1", conversation("Payout has not arrived")),
    Shot("inbox-dark", "agent-1", conversation("Payout has not arrived"), scheme="dark"),
    Shot("queue", "manager", at("/queue", "Raise my daily limit")),
    Shot("journey", "admin", journey),
    Shot("settings", "admin", settings),
    Shot("phone", "agent-1", conversation("Payout has not arrived"), width=390, height=844, scale=2),
    Shot("portal", "customer-3", at("/portal/pandar", "Payout has not arrived"), width=390, height=844, scale=2),
)
