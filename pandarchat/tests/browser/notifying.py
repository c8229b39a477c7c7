"""A browser's notifications, as a test sees them: a headless one shows none and is always looked at."""
import time
from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Page

from pandarchat.tests.browser.conftest import PATIENCE

SHOWN = """
window.shown = []
window.away = false
window.tried = 0
const request = navigator.locks.request.bind(navigator.locks)
navigator.locks.request = (name, ...rest) => {
  const asked = request(name, ...rest)
  if (name.startsWith('pandar notice')) tried += 1
  return asked
}
window.Notification = class {
  static permission = 'granted'
  static requestPermission = async () => Notification.permission
  constructor(title, options) { this.title = title; Object.assign(this, options); shown.push(this) }
  close() { this.closed = true }
}
Object.defineProperty(document, 'visibilityState', { get: () => (away ? 'hidden' : 'visible') })
document.hasFocus = () => !away
"""
NOTICES = "shown.map(({ title, body }) => ({ title, body }))"


def listen_for_notifications(page: Page, permission: str = "granted") -> None:
    """From the page's next document on."""
    page.add_init_script(SHOWN.replace("'granted'", f"'{permission}'"))


def hide(page: Page, away: bool = True) -> None:
    """The tab is in the background, or looked at again."""
    page.evaluate("hidden => { away = hidden; document.dispatchEvent(new Event('visibilitychange')) }", away)


def all_shown(pages: Sequence[Page]) -> list[Any]:
    """What the tabs of one browser showed, once each has tried; waits for the first."""
    for page in pages:
        page.wait_for_function("() => tried > 0")
    ends = time.monotonic() + PATIENCE / 1000
    while not (shown := [notice for page in pages for notice in page.evaluate(NOTICES)]):
        assert time.monotonic() < ends, "no tab showed anything"
    return shown


def notified(page: Page) -> Any:
    """The only notification that was shown; waits for it."""
    page.wait_for_function("() => shown.length > 0")
    (notice,) = page.evaluate(NOTICES)
    return notice
