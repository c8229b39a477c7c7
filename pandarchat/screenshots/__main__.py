"""`make screenshots`: starts the product with its demo organizations on a place of its own, and takes the pictures that README shows."""
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from pandarchat.environment import ROOT
from pandarchat.screenshots.shots import SHOTS, Shot
from pandarchat.services.supervisor import say
from pandarchat.services.system import HOST

FOLDER = ROOT / "docs" / "pictures"
ORGANIZATION, PASSWORD = "pandar", "pandar-demo"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--hide-scrollbars"]
QUALITY = 88  # of WebP


def main() -> int:
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        say("There is no Chromium here (Debian: apt-get install chromium); the pictures stay as they are.")
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    with demo() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        for shot in SHOTS:
            size = take(browser, url, shot)
            say(f"docs/pictures/{shot.name}.webp  {size / 1024:.0f} KB")
        browser.close()
    return 0


@contextmanager
def demo() -> Iterator[str]:
    """The address of a product of its own, with fresh demo organizations; it is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="pandar-pictures-"))
    folder.chmod(0o711)  # PostgreSQL's user passes through it
    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"}}
    running = subprocess.Popen([sys.executable, "-m", "pandarchat.services"], cwd=ROOT, stdout=subprocess.PIPE, text=True,
                               env={**kept, "DEBUG": "on", "PANDAR_VAR": str(folder), "PANDAR_PORT": str(port), "DEMO_PASSWORD": PASSWORD})
    try:
        for line in running.stdout or ():
            say(line, end="")
            if line.startswith("Pandar Chat is ready."):
                break
        else:
            raise SystemExit("The product did not start; nothing was changed.")
        yield f"http://{HOST}:{port}"
    finally:
        running.send_signal(signal.SIGTERM)
        running.communicate()
        shutil.rmtree(folder, ignore_errors=True)


def take(browser: Browser, url: str, shot: Shot) -> int:
    """One picture into the folder; its size in bytes."""
    context = browser.new_context(base_url=url, viewport={"width": shot.width, "height": shot.height}, color_scheme=shot.scheme,
                                  locale="en-GB", timezone_id="Africa/Lagos", device_scale_factor=shot.scale, has_touch=shot.phone,
                                  reduced_motion="reduce")
    if shot.who:
        given = {"organization": ORGANIZATION, "email": f"{shot.who}@pandar.test", "password": PASSWORD}
        answer = context.request.post("/api/v1/auth/session/", data=given)
        assert answer.ok, answer.text()  # noqa: S101
    page = context.new_page()
    shot.show(page)
    page.wait_for_load_state("networkidle")
    picture = Image.open(BytesIO(page.screenshot(animations="disabled", caret="hide")))
    context.close()
    file = FOLDER / f"{shot.name}.webp"
    picture.convert("RGB").save(file, "WEBP", quality=QUALITY, method=6)
    return file.stat().st_size


if __name__ == "__main__":
    sys.exit(main())
