"""What the console does in a real Chromium, by the browser's own clocks: paint, a switch of conversation, frames while something moves.

The server is the one that is measured elsewhere, with the settings of production; the browser shares its cores.
"""
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import httpx
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bench import worlds
from bench.places import ROOT
from bench.services import HOST, PANDAR, Services, call
from bench.tools import Missing
from pandarchat.bench.shape import ARCHIVE, MAIN, PASSWORD, QUEUE
from pandarchat.services import building, node
from pandarchat.services.processes import wait_until

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]
OWN = "bench-console"  # the organization that has an admin, for the journey
LOADS, SWITCHES, SECONDS = 7, 15, 4
ROW, FARTHER = 88, 200  # the height of a ticket in the list, in pixels; a place of it
POINTED = range(400, 600, 50)  # places at which every third is pointed at: none that was prepared as a neighbour
AIM, PRESS = 150, 60  # milliseconds between a mouse's arrival and its press, and of the press
READ = 1_000  # milliseconds for which a conversation is read before one goes on
LATE_FRAME = 50  # milliseconds: three frames in one, which one notices
NODES = 200
STARTS = 60  # seconds
Row = dict[str, Any]

# Milliseconds between the frames while something is turned every frame, for so many seconds.
FRAMES = """async ([selector, pixels, seconds]) => {
  const box = document.querySelector(selector)
  const found = []
  let last = performance.now()
  const end = last + seconds * 1000
  return new Promise((done) => requestAnimationFrame(function frame(now) {
    found.push(now - last)
    last = now
    box.scrollTop += pixels
    now < end ? requestAnimationFrame(frame) : done(found.slice(1))
  }))
}"""
# Milliseconds from a press on a row until the page shows another conversation's newest message, and two frames more: it is painted.
# With `mouse` it waits for a press.
SWITCH = """async ([row, mouse]) => {
  const target = document.getElementById(row)
  const wanted = row.replace('ticket-', '')
  const before = document.querySelector('[role=log]')
  const pressed = new Promise((done) => target.addEventListener('click', () => done(performance.now()), { once: true, capture: true }))
  if (!mouse) target.click()
  const began = await pressed
  await new Promise((done) => {
    const look = () => {
      const now = document.querySelector('[role=log]')
      location.pathname.endsWith(wanted) && now !== before && now?.querySelector('[data-seq]') ? done() : setTimeout(look, 1)
    }
    look()
  })
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
  return performance.now() - began
}"""
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
SCRIPTS = """() => performance.getEntriesByType('resource').filter((one) => /\\.js$/.test(new URL(one.name).pathname))
  .reduce((sum, one) => sum + one.encodedBodySize, 0)"""


def measure(running: Services, tickets: int) -> list[Row]:
    """Rows of the phase `console`. Raises Missing where there is no Chromium or no Node."""
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    tools = node.find()
    if program is None or tools is None:
        raise Missing("The console is measured with Chromium and built with Node 20; one of them is missing.")
    if building.stale(building_folder := ROOT / "console"):
        building.build(building_folder, tools, lambda command, env: quietly(command, env, building_folder))
    with site(running, tickets) as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        people = worlds.browsers(running, tickets)
        rows = [*loading(browser, url, people), *lists(browser, url, people), *conversations(browser, url, people), *canvas(browser, url)]
        browser.close()
    return [{"phase": "console", "target": "pandar", "tickets": tickets, **row} for row in rows]


def quietly(command: Sequence[str], env: Any, folder: Path) -> None:
    subprocess.run(command, env=dict(env), cwd=folder, check=True, capture_output=True)


@contextmanager
def site(running: Services, tickets: int) -> Iterator[str]:
    """The address of the measured server, which knows the console's files."""
    values = {**running.pandar(tickets), **worlds.production(running.places), "LOG_LEVEL": "WARNING"}
    call([sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"], values)
    made = subprocess.run([sys.executable, "manage.py", "create_organization", "--slug", OWN, "--name", OWN, "--admin-name", "Admin",
                           "--admin-email", f"admin@{OWN}.test"], cwd=ROOT, env={**os.environ, **values, "PANDAR_ADMIN_PASSWORD": PASSWORD},
                          check=False, capture_output=True, text=True)
    if made.returncode and "already" not in made.stderr:
        raise Missing(made.stderr)
    url = f"http://{HOST}:{running.first_port + PANDAR}"
    server = subprocess.Popen([sys.executable, "-m", "pandarchat.bench.server"], cwd=ROOT, env={**os.environ, **values},
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: answers(url), STARTS, "The measured server does not answer")
        yield url
    finally:
        server.terminate()
        server.wait(STARTS)


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz").is_success
    except httpx.HTTPError:
        return False


def seat(browser: Browser, url: str, organization: str, email: str, **more: Any) -> BrowserContext:
    """A browser of somebody's own, signed in."""
    context = browser.new_context(base_url=url, viewport={"width": 1440, "height": 900}, **more)
    answer = context.request.post("/api/v1/auth/session/", data={"organization": organization, "email": email, "password": PASSWORD})
    if not answer.ok:
        raise Missing(f"Nobody can sign in to {urlsplit(url).netloc}: {answer.text()}")
    return context


def loading(browser: Browser, url: str, people: dict[str, str]) -> Iterator[Row]:
    """The inbox from a typed address: nothing kept (another browser each time), then everything kept."""
    for title, kept in (("first", False), ("again", True)):
        paints, ready, scripts = [], [], 0
        context = seat(browser, url, MAIN, people[MAIN])
        for _ in range(LOADS + kept):
            if not kept:
                context.close()
                context = seat(browser, url, MAIN, people[MAIN])
            page = context.new_page()
            page.goto("/")
            page.locator("[role=option]").first.wait_for()
            ready.append(page.evaluate("performance.now()"))
            paints.append(page.evaluate(PAINT))
            scripts = scripts or page.evaluate(SCRIPTS)
            page.close()
        yield {"measure": f"load.{title}", "paint_ms": round(median(paints[kept:])), "list_ms": round(median(ready[kept:])),
               "scripts_kb": round(scripts / 1024)}
        context.close()


def lists(browser: Browser, url: str, people: dict[str, str]) -> Iterator[Row]:
    """Ten thousand waiting tickets, scrolled."""
    context = seat(browser, url, QUEUE, people[QUEUE])
    page = context.new_page()
    page.goto("/")
    page.get_by_role("button", name="Unassigned").or_(page.get_by_role("link", name="Unassigned")).first.click()
    page.locator("[role=option]").first.wait_for()
    yield {"measure": "scroll.list", **frames(page.evaluate(FRAMES, ["[role=listbox]", 60, SECONDS]))}
    yield {"measure": "switch", **switches(page)}
    context.close()


def switches(page: Page) -> Row:
    """From one ticket of the list to the next without a pause, each for the first time, and once more; then others, each read."""
    rows = rows_at(page, 0)
    new, known = ([page.evaluate(SWITCH, [row, False]) for row in rows] for _ in range(2))
    following = []
    for row in rows_at(page, FARTHER):
        following.append(page.evaluate(SWITCH, [row, False]))
        page.wait_for_timeout(READ)
    pointed = [pointed_at(page, row) for place in POINTED for row in rows_at(page, place)[:7:3]]
    return {"new_ms": round(median(new[1:])), "pointed_ms": round(median(pointed[1:])),
            "following_ms": round(median(following[1:])), "known_ms": round(median(known)),
            "known_worst_ms": round(max(known))}


def pointed_at(page: Page, row: str) -> float:
    """The same by a mouse that comes from beside the list, as a hand does, and presses once it is there."""
    box = page.locator(f"[id='{row}']").bounding_box()
    if box is None:
        raise Missing("A ticket of the list is not drawn")
    page.mouse.move(0, 0)
    page.evaluate(f"(given) => {{ window.switched = ({SWITCH})(given) }}", [row, True])
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_timeout(AIM)
    page.mouse.down()
    page.wait_for_timeout(PRESS)
    page.mouse.up()
    took: float = page.evaluate("window.switched")
    return took


def rows_at(page: Page, place: int) -> list[str]:
    """The tickets from one place of the list on, as many as are drawn."""
    page.evaluate("(top) => { document.querySelector('[role=listbox]').scrollTop = top }", place * ROW)
    page.locator(f"[aria-posinset='{place + 1}']").wait_for()
    after = f"[...document.querySelectorAll('[role=option]')].filter((row) => row.ariaPosInSet > {place}).map((row) => row.id)"
    rows: list[str] = page.evaluate(after)
    return rows[:SWITCHES]


def conversations(browser: Browser, url: str, people: dict[str, str]) -> Iterator[Row]:
    """Upward through a conversation of many entries, as far as one comes in the time."""
    context = seat(browser, url, ARCHIVE, people[ARCHIVE])
    page = context.new_page()
    page.goto(f"/tickets/{people['conversation']}")
    page.locator("[data-seq]").first.wait_for()
    yield {"measure": "scroll.conversation", **frames(page.evaluate(FRAMES, ["[role=log]", -60, SECONDS]))}
    context.close()


def canvas(browser: Browser, url: str) -> Iterator[Row]:
    """A journey of 200 nodes, moved by the mouse."""
    context = seat(browser, url, OWN, f"admin@{OWN}.test")
    page = context.new_page()
    page.goto("/journeys")
    token = next(cookie["value"] for cookie in context.cookies() if cookie["name"] == "csrftoken")
    made = context.request.post("/api/v1/journeys/", data={"name": f"Two hundred {secrets.token_hex(4)}", "graph": graph(NODES)},
                                headers={"X-CSRFToken": token, "Referer": url})
    page.goto(f"/journeys/{made.json()['data']['id']}")
    page.locator(".react-flow__node").first.wait_for()
    box = page.locator(".react-flow__pane").bounding_box()
    assert box is not None  # noqa: S101
    page.evaluate("""() => { window.frames_ = []; let last = performance.now()
      requestAnimationFrame(function frame(now) { window.frames_.push(now - last); last = now; requestAnimationFrame(frame) }) }""")
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    for step in range(120):
        page.mouse.move(box["x"] + box["width"] / 2 + 200 * (step % 20 - 10) / 10, box["y"] + box["height"] / 2 + step)
    page.mouse.up()
    yield {"measure": "pan.canvas", **frames(page.evaluate("window.frames_.slice(1)"))}
    context.close()


def graph(nodes: int) -> dict[str, Any]:
    """A chain of questions."""
    chain: dict[str, Any] = {f"n{place}": {"id": f"n{place}", "type": "question", "questionType": "text", "question": f"Question {place}",
                                           "nextNode": f"n{place + 1}"} for place in range(1, nodes)}
    chain[f"n{nodes}"] = {"id": f"n{nodes}", "type": "end", "action": "create_ticket", "message": "Thank you.", "ticket": {"subject": "x"}}
    return {"startNode": "n1", "nodes": chain}


def frames(found: Sequence[float]) -> Row:
    """How long frames took, and how many one notices."""
    ordered = sorted(found)
    return {"frames": len(found), "p50_ms": round(median(ordered), 1), "p95_ms": round(ordered[int(len(ordered) * 0.95)], 1),
            "longest_ms": round(ordered[-1], 1), "late": sum(frame > LATE_FRAME for frame in found)}
