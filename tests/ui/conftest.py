"""One project, one running UI and one browser for the tests of this folder that look at pages.

They live as long as the test module: Playwright keeps an event loop running in the main thread, which the tests of other
folders could not share.
"""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from tests.drops import DROPS, SMALL_DOCUMENTS, make_drop
from tests.ui.chromium import ARTEFACTS, Screen, find_chromium, open_screen
from tests.ui.dagster_server import Cli, dagster_ui

ELSEWHERE = "http://elsewhere.example/pixel.png"
GOOD = ("preprints/markdown/hardy-weinberg.md", "preprints/markdown/radiocarbon.md")
FOR_THE_CLICK = ("preprints/markdown/diagnostic-tests.md", "preprints/markdown/noncommercial-tides.md")


@dataclass(frozen=True)
class Corpus:
    """The two batches that have landed before the browser starts."""

    shown: str
    """Batch that the browser finds published up to L5: two sound documents, one with a picture, a twin, a short one."""
    waiting: str
    """Batch that has landed and nothing more."""


@pytest.fixture(scope="module")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    find_chromium()
    home = tmp_path_factory.mktemp("ui") / "home"
    home.mkdir()
    (home / "recipe.toml").write_text(SMALL_DOCUMENTS, encoding="utf-8")
    darwin = Cli(home)
    darwin("init")
    return darwin


@pytest.fixture(scope="module")
def corpus(cli: Cli) -> Corpus:
    drops = cli.home.parent
    texts = {
        "a-picture.md": f"![seen]({ELSEWHERE})\n\n" + _text("drug-clearance.md"),
        "twin.md": _text("radiocarbon.md"),
        "too-short.md": "# A note\n\nOne sentence is too little to learn from.\n",
    }
    shown = cli.json("land", str(make_drop(drops / "shown", "shown", GOOD, texts)))["batch"]
    waiting = cli.json("land", str(make_drop(drops / "waiting", "waiting", FOR_THE_CLICK)))["batch"]
    return Corpus(shown, waiting)


@pytest.fixture(scope="module")
def opened(cli: Cli, corpus: Corpus) -> Iterator[Screen]:
    shutil.rmtree(ARTEFACTS, ignore_errors=True)
    with ExitStack() as stack:
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(cli, "run", corpus.shown)
            address = stack.enter_context(dagster_ui(cli))
            running.result()
        yield stack.enter_context(open_screen(address, cli.home.parent / "browser"))


@pytest.fixture
def screen(opened: Screen) -> Iterator[Screen]:
    """The browser; a console error, an uncaught error or a request to another host fails the test that caused it."""
    already = len(opened.troubles)
    yield opened
    opened.reset_viewport()
    assert opened.troubles[already:] == []


def _text(name: str) -> str:
    return (DROPS / "preprints" / "markdown" / name).read_text(encoding="utf-8")
