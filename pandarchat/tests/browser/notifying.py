"""A browser's notifications, as a test sees them: a headless one shows none and is always looked at."""
from typing import Any

from playwright.sync_api import Page

SHOWN = """
window.shown = []
window.away = false
window.Notification = class {
  static permission = 'granted'
  static requestPermission = async () => Notification.permission
  constructor(title, options) { this.title = title; Object.assign(this, options); shown.push(this) }
  close() { this.closed = true }
}
Object.defineProperty(document, 'visibilityState', { get: () => (away ? 'hidden' : 'visible') })
document.hasFocus = () => !away
"""


def listen_for_notifications(page: Page, permission: str = "granted") -> None:
    """From the page's next document on."""
    page.add_init_script(SHOWN.replace("'granted'", f"'{permission}'"))


def hide(page: Page, away: bool = True) -> None:
    """The tab is in the background, or looked at again."""
    page.evaluate("hidden => { away = hidden; document.dispatchEvent(new Event('visibilitychange')) }", away)


def notified(page: Page) -> Any:
    """The only notification that was shown; waits for it."""
    page.wait_for_function("() => shown.length > 0")
    (notice,) = page.evaluate("shown.map(({ title, body, tag }) => ({ title, body, tag }))")
    return notice
