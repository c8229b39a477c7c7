"""A walk over every page of the product, with what of it matters besides its first sight.

At each stop the page is opened once. It is looked at in English on a screen of 3840 × 2160, and in French at a desk and on a phone; the
theme changes from stop to stop and from look to look. The language is changed as people change it, in another tab.
"""
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Error, Page, expect

from accounts.models import Organization
from foundation.units import unit_of_work
from pandarchat.testing.services import Server
from pandarchat.tests.browser import addresses, stops
from pandarchat.tests.browser.conftest import DESKTOP, PHONE, Accessible, Forgive, SitDown
from pandarchat.tests.browser.looks import catalogues, look
from pandarchat.tests.browser.stops import Stop
from pandarchat.tests.world import World
from pandarchat.urls import urlpatterns

pytestmark = pytest.mark.usefixtures("committed", "redis_url")
SIZES: dict[str, Any] = {"huge": {"width": 3840, "height": 2160}, "desk": DESKTOP, "phone": PHONE}
PLAIN = "/account/forgotten/"  # a page without scripts
TRIES, MOMENT = 3, 200  # milliseconds
AXED = ("desk", "phone")  # once in each theme; by far the most work of a look
LOOKS = (("huge", "en"), ("desk", "fr"), ("phone", "fr"))
PICTURES = os.environ.get("PANDAR_PICTURES")  # a folder, to look at what the test looks at
COUNT_REQUESTS = """
    window.onTheWay = 0
    const { fetch } = window
    window.fetch = (...given) => { window.onTheWay += 1; return fetch(...given).finally(() => { window.onTheWay -= 1 }) }
"""
SETTLED = """() => !window.onTheWay
    && ![...document.querySelectorAll('[role=status]')].some((part) => /^(Loading|Chargement)…$/.test(part.textContent))"""
DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))"
AREAS = {"inbox": ("agent", stops.INBOX), "board": ("manager", stops.BOARD), "settings": ("admin", stops.SETTINGS),
         "builder": ("admin", stops.BUILDER), "portal": ("customer", stops.PORTAL)}
EVERY_STOP = [*stops.EMPTY, *stops.DOORS, *(stop for _, route in AREAS.values() for stop in route)]
MAILED = [f"/{route.pattern}" for route in urlpatterns if str(route.pattern).startswith("account/")]


@dataclass
class Walk:
    """Somebody before a page, and what they found wrong so far."""

    name: str
    page: Page
    accessible: Accessible
    things: dict[str, Any] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    looks: int = 0

    def __post_init__(self) -> None:
        self.page.add_init_script(COUNT_REQUESTS)
        self.page.emulate_media(reduced_motion="reduce")
        self.other_tab = self.page.context.new_page()
        self.other_tab.goto(PLAIN)
        self.page.bring_to_front()  # a tab behind another is drawn once a second

    def go(self, route: Sequence[Stop]) -> None:
        for number, stop in enumerate(route):
            try:
                self.reach(stop)
            except (AssertionError, Error) as error:  # what comes after it is looked at all the same
                self.wrong.append(f"{self.name} {number:02} {stop.address or stop.shows}: was not reached: {error}")
                continue
            english: set[str] = set()
            for place, (size, language) in enumerate(LOOKS):
                if size in stop.sizes:
                    self.heard(language)
                    where = f"{self.name} {number:02} {stop.address or stop.shows}"
                    english |= self.look(where, size, language, english, dark=(number + place) % 2 == 1)

    def reach(self, stop: Stop) -> None:
        self.page.set_viewport_size(SIZES["desk"])
        self.choose("en")
        if stop.address is not None:
            self.page.goto(stop.address.format(**self.things))
        self.heard("en")
        if stop.does is not None:
            stop.does(self.page)
            self.page.mouse.move(0, 0)  # nobody points at anything
        if stop.shows:
            expect(self.page.get_by_text(stop.shows).locator("visible=true").first).to_be_visible()
        if stop.address is not None:
            ends = (stop.settles or stop.address.partition("?")[0]).format(**self.things)
            self.page.wait_for_url(lambda url: urlsplit(url).path.startswith(ends))

    def choose(self, language: str) -> None:
        """In another tab."""
        self.other_tab.evaluate("language => localStorage.setItem('language', language)", language)

    def heard(self, language: str) -> None:
        self.choose(language)
        self.page.wait_for_function("language => document.documentElement.lang === language", arg=language)

    def look(self, where: str, size: str, language: str, english: set[str], *, dark: bool) -> set[str]:
        """Keeps what is wrong; returns what it says where that is English."""
        self.page.set_viewport_size(SIZES[size])
        self.page.emulate_media(color_scheme="dark" if dark else "light")
        self.page.wait_for_function(SETTLED)
        self.page.evaluate(DRAWN)
        self.looks += 1
        where = f"{where} {size} {language} {'dark' if dark else 'light'}"
        for _ in range(TRIES):  # what goes by itself while a window opens or closes nobody meets
            seen = look(self.page)
            found = [*seen.wrong, *(self.accessible.violations(self.page) if size in AXED else [])]
            if language == "fr":
                found += [f"not in French: {text}" for text in catalogues().left_in_english(seen.texts, english, stops.WRITTEN)]
            if not found:
                break
            self.page.wait_for_timeout(MOMENT)
        self.wrong += [f"{where}: {each}" for each in found]
        if PICTURES:
            self.page.screenshot(path=Path(PICTURES) / f"{re.sub('[/?]', '_', where)}.png")
        return seen.texts if language == "en" else set()

    def check(self) -> None:
        assert self.looks
        assert not self.wrong, "\n".join(self.wrong)


@pytest.mark.parametrize("area", AREAS)
def test_every_page_fits_and_is_in_the_readers_language(
        world: World, sit_down: SitDown, forgive: Forgive, accessible: Accessible, area: str) -> None:
    forgive("400", "403", "404", "409")
    who, route = AREAS[area]
    things = stops.furnish(world).things
    walk = Walk(area, sit_down(getattr(world, who), at=PLAIN, locale="fr-FR"), accessible, things)
    walk.go(route)
    walk.check()


def test_pages_on_which_nothing_is_yet(world: World, sit_down: SitDown, accessible: Accessible) -> None:
    walk = Walk("empty", sit_down(world.acme.admin, at=PLAIN, locale="fr-FR"), accessible)
    walk.go(stops.EMPTY)
    walk.check()


def test_pages_before_the_sign_in(world: World, sit_down: SitDown, forgive: Forgive, accessible: Accessible) -> None:
    forgive("400", "401", "404", "410")
    with unit_of_work(world.pandar.id):
        Organization.objects.filter(id=world.pandar.id).update(requires_second_factor=True)
    walk = Walk("doors", sit_down(at=PLAIN, locale="fr-FR"), accessible)
    walk.go(stops.DOORS)
    walk.check()


def test_pages_that_django_draws(world: World, site: Server, sit_down: SitDown, forgive: Forgive, accessible: Accessible) -> None:
    """What was chosen in the console counts there too."""
    forgive("403", "404", "410")
    walk = Walk("django", sit_down(at=PLAIN, locale="fr-FR"), accessible)
    for number, address in enumerate(MAILED):
        english: set[str] = set()
        for place, (size, language) in enumerate(LOOKS):
            walk.page.context.add_cookies([{"name": "language", "value": language, "url": site.url}])
            walk.page.goto(address)
            assert walk.page.evaluate("document.documentElement.lang") == language
            english |= walk.look(f"django {address}", size, language, english, dark=(number + place) % 2 == 1)
    walk.check()


def test_no_page_is_left_out() -> None:
    routes = addresses.read()
    assert routes >= {"/", "/queue", "/tickets/:ticket", "/settings/people/:id", "/portal/:organization/tickets/:ticket"}, "they are read"
    walked = {stop.address for stop in EVERY_STOP if stop.address}
    assert addresses.left_out(routes, walked) == set()
    assert addresses.left_out({*routes, "/reports/:id"}, walked) == {"/reports/:id"}, "the control"


def test_the_look_finds_what_is_wrong(sit_down: SitDown, forgive: Forgive, accessible: Accessible) -> None:
    """The control of the eyes."""
    forgive("401")
    walk = Walk("control", sit_down(at="/sign-in"), accessible)
    expect(walk.page.get_by_role("button", name="Sign in")).to_be_visible()
    walk.page.evaluate("""() => {
        const far = document.createElement('button')
        far.textContent = 'Save'
        Object.assign(far.style, { position: 'absolute', left: '-200px', top: '10px' })
        const long = document.createElement('p')
        long.textContent = 'shell.line.ready door.which '.repeat(1) + 'Nobody translated this. '.repeat(100)
        Object.assign(long.style, { position: 'absolute', left: '0', top: '0', whiteSpace: 'nowrap' })
        const hidden = document.createElement('div')
        Object.assign(hidden.style, { position: 'absolute', left: '0', top: '50px', width: '40px', height: '20px', overflow: 'hidden' })
        hidden.innerHTML = '<a href="/">Pandar Chat Pandar Chat</a><span>door.which</span>'
        document.body.append(far, long, hidden)
    }""")
    seen = look(walk.page)
    for part in ("the page scrolls sideways", "“Save” is beside the window", "is longer than 1200 pixels", "is cut off"):
        assert any(part in each for each in seen.wrong), part
    left = catalogues().left_in_english(seen.texts, seen.texts, stops.WRITTEN)
    assert {"Email address", "door.which"} <= set(left)
    assert any(text.startswith("shell.line.ready") for text in left)
