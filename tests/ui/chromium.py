"""Headless Chromium on the Dagster UI, as a person uses it: visit, click, look; what went wrong meanwhile is kept."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, ViewportSize, expect, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)  # fmt: skip
VIEWPORT: ViewportSize = {"width": 1600, "height": 1100}
PATIENCE_MS = 20_000
ARTEFACTS = Path(__file__).parents[2] / "artefacts" / "ui"
WITHIN_THE_PAGE = ("data:", "blob:", "about:")


def find_chromium() -> str:
    """The browser's path. Missing, it fails in CI and is a skip with the reason elsewhere."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        say = pytest.fail if os.environ.get("CI") else pytest.skip
        say(f"no browser: none of {', '.join(NAMES)} is on PATH; Debian's package is `chromium`")
    return str(found)


@dataclass
class Screen:
    """One page of the browser on one UI. `troubles`: console errors, uncaught errors, requests to another host.

    None is tolerated: Dagster's own pages cause none.
    """

    page: Page
    address: str
    troubles: list[str] = field(default_factory=list)
    n_requests: int = 0

    def visit(self, path: str) -> Page:
        """Open a page of the UI. Dagster polls for ever, so a visit ends with the document; wait for what you expect."""
        self.page.goto(self.address + path, wait_until="domcontentloaded")
        return self.page

    def keep(self, name: str) -> None:
        """A screenshot as an artefact of the run."""
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        self.page.wait_for_timeout(500)
        self.page.screenshot(path=ARTEFACTS / f"{name}.png", animations="disabled")

    def resize(self, width: int, height: int) -> None:
        self.page.set_viewport_size({"width": width, "height": height})

    def reset_viewport(self) -> None:
        self.page.set_viewport_size(VIEWPORT)

    def listen(self, context: BrowserContext) -> None:
        context.on("request", lambda request: self._asked(request.url))
        self.page.on("websocket", lambda socket: self._asked(socket.url.replace("ws", "http", 1)))
        context.on("console", self._said)
        context.on("weberror", lambda error: self.troubles.append(f"uncaught: {error.error}"))

    def _asked(self, url: str) -> None:
        self.n_requests += 1
        if not url.startswith((self.address, *WITHIN_THE_PAGE)):
            self.troubles.append(f"request to another host: {url}")

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.troubles.append(f"console error on {message.page and message.page.url}: {message.text}")


@contextmanager
def open_screen(address: str, profile: Path) -> Iterator[Screen]:
    """A browser with a fresh profile; it has ended afterwards."""
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=find_chromium(), headless=True, args=list(ARGUMENTS), viewport=VIEWPORT
        )
        context.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        screen = Screen(context.pages[0], address)
        screen.listen(context)
        # on a new instance Dagster may ask the visitor to subscribe to its newsletter, at any moment
        skip = screen.page.get_by_role("button", name="Skip", exact=True)
        screen.page.add_locator_handler(skip, lambda button: button.click())
        try:
            yield screen
        finally:
            context.close()
