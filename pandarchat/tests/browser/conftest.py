"""What browser tests need: the built console on a server of the tests, and people who sit before Debian's Chromium.

    site                 the product with its pages; shared, so tests that harm it start their own with `servers`
    sit_down(person)     a browser of their own, signed in; `.goto("/…")` and Playwright's `Page` from there on
Whatever a page logs as an error, throws, or its policy forbids fails the test, unless `forgive` says that it is expected.
"""
import asyncio
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.test import RequestFactory
from filelock import FileLock
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, expect

from accounts.browser import enter
from accounts.models import User
from foundation.units import unit_of_work
from pandarchat.environment import ROOT
from pandarchat.services import building, node
from pandarchat.testing import start
from pandarchat.testing.services import Server, start_server
from pandarchat.tests.world import World

CONSOLE = ROOT / "console"
CHROMIUM = ("chromium-headless-shell", "chromium", "chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]
PATIENCE = 30_000  # milliseconds in which something must be seen; machines are shared
POLL = 0.1  # seconds
# What a browser says of a server that is not there, or ends amid an answer.
AWAY = ("ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET", "ERR_EMPTY_RESPONSE", "ERR_CONTENT_LENGTH_MISMATCH",
        "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_SOCKET_NOT_CONNECTED", "WebSocket")
DEVICE = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 360, "height": 640}


@pytest.fixture(scope="session", autouse=True)
def synchronous() -> Iterator[None]:
    """Playwright's own loop runs in this thread, which Django takes for one that must not wait for a database."""
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    yield
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


class Loops:
    """Playwright's, which counts as running in this thread from its first test on."""

    playwrights: asyncio.AbstractEventLoop | None = None


@pytest.fixture(autouse=True)
def aside() -> Iterator[None]:
    """Between these tests no loop is running, so that others begin their own."""
    resume()
    yield
    Loops.playwrights = asyncio._get_running_loop()
    asyncio._set_running_loop(None)


def resume() -> None:
    if Loops.playwrights is not None:
        asyncio._set_running_loop(Loops.playwrights)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's program; PANDAR_CHROMIUM goes before what is looked for."""
    found = next(filter(None, map(shutil.which, filter(None, (os.environ.get("PANDAR_CHROMIUM"), *CHROMIUM)))), None)
    if found is None:
        pytest.skip("LOUD: there is no Chromium here (Debian: apt-get install chromium), so nobody tried the console in a browser")
    return found


@pytest.fixture(scope="session")
def pages() -> Path:
    """console/dist, of the sources as they are."""
    tools = node.find()
    if tools is None:
        pytest.skip("LOUD: there is no Node 20 here, so the console cannot be built and nobody tried it in a browser")
    with FileLock(start.State.folder / "console.lock"), FileLock(CONSOLE / node.LOCK):
        if building.stale(CONSOLE):
            building.build(CONSOLE, tools, run)
    return CONSOLE / "dist"


def run(command: Sequence[str], env: Mapping[str, str]) -> None:
    done = subprocess.run(command, cwd=CONSOLE, env=env, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode:
        pytest.fail(done.stdout + done.stderr, pytrace=False)


@pytest.fixture(scope="session")
def site(pages: Path, django_db_setup: None) -> Iterator[Server]:
    """A server that knows the pages, for all tests that do not harm it."""
    running = start_server()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def browser(chromium: str, playwright: Playwright) -> Iterator[Browser]:
    """One Chromium for all; each person has a context, which is a browser of its own."""
    expect.set_options(timeout=PATIENCE)
    launched = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
    yield launched
    resume()
    launched.close()


@dataclass
class Watch:
    """What the pages of a test said that they should not have said."""

    complaints: list[str] = field(default_factory=list)
    forgiven: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        page.on("console", self.heard)
        page.on("pageerror", lambda error: self.complaints.append(f"thrown: {error}"))

    def heard(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")

    def unforgiven(self) -> list[str]:
        return [said for said in self.complaints if not any(text in said for text in self.forgiven)]


@pytest.fixture
def watch() -> Iterator[Watch]:
    watching = Watch()
    yield watching
    assert not watching.unforgiven()


class Forgive(Protocol):
    def __call__(self, *texts: str) -> None: ...


@pytest.fixture
def forgive(watch: Watch) -> Forgive:
    """Errors in which one of these texts stands are expected in this test, such as "401" or "ERR_INTERNET_DISCONNECTED"."""
    return lambda *texts: watch.forgiven.extend(texts)


class SitDown(Protocol):
    def __call__(self, person: User | None = None, *, at: str = ..., on: Server | str | None = ..., **context: Any) -> Page: ...


@pytest.fixture
def sit_down(world: World, site: Server, browser: Browser, watch: Watch) -> Iterator[SitDown]:
    """`sit_down(world.agent, at="/tickets/…")`: a page in a browser of this person's own, signed in; without a person, not.

    `on` is another server than `site`, `viewport`, `locale`, `color_scheme` and the like are Playwright's options of a context.
    """
    contexts: list[BrowserContext] = []

    def seat(person: User | None = None, *, at: str = "/", on: Server | str | None = None, **context: Any) -> Page:
        url = on if isinstance(on, str) else (on or site).url
        made = browser.new_context(base_url=url, **{"viewport": DESKTOP, "locale": "en-GB", "timezone_id": "Africa/Lagos", **context})
        contexts.append(made)
        made.set_default_timeout(PATIENCE)
        made.on("page", watch.over)
        if person is not None:
            sign_in(made, world, person, url, context.get("user_agent", DEVICE))
        page = made.new_page()
        page.goto(at)
        return page

    yield seat
    for context in contexts:
        context.close()


def sign_in(context: BrowserContext, world: World, person: User, url: str, device: str) -> None:
    """What the sign-in page leaves in a browser, without the page and its password."""
    request = RequestFactory().post("/", headers={"User-Agent": device})
    request.session = SessionStore()
    with unit_of_work(world.tenant_of(person).id):
        enter(request, User.objects.get(id=person.id))
    request.session.save()
    held = {settings.SESSION_COOKIE_NAME: request.session.session_key, settings.CSRF_COOKIE_NAME: request.META["CSRF_COOKIE"]}
    context.add_cookies([{"name": name, "value": value, "url": url} for name, value in held.items()])


def until(done: Callable[[], bool], again: Callable[[], object] = lambda: None) -> None:
    """Does it `again` until it is done: for what a page may not have been ready to hear, or a server not yet to tell."""
    ends = time.monotonic() + PATIENCE / 1000
    while not done():
        assert time.monotonic() < ends, "it did not come"
        again()
        time.sleep(POLL)


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    return (CONSOLE / "node_modules" / "axe-core" / "axe.min.js").read_text()


@pytest.fixture
def accessible(axe: str) -> "Accessible":
    """`accessible(page)` fails with what axe finds on the page, by WCAG 2.2 A and AA and its best practices."""
    return Accessible(axe)


@dataclass(frozen=True)
class Accessible:
    axe: str

    def __call__(self, page: Page) -> None:
        found = self.violations(page)
        assert not found, found

    def violations(self, page: Page) -> list[str]:
        """One line for each violation: the rule, where, and why."""
        if not page.evaluate("'axe' in window"):
            page.evaluate(self.axe)
        # React Aria's announcer speaks of a button by its name for seconds after that is gone.
        result = page.evaluate("() => axe.run({ exclude: ['[data-live-announcer]'] }, { resultTypes: ['violations'] })")
        return [f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in result["violations"] for node in rule["nodes"]]
