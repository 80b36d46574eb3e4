"""Fixtures that every suite shares: a project of its own in a temporary folder, with a real lake and a real instance."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from darwin_assets.project import Project, dagster_instance, initialize, open_project
from resources.workplace import Workplace

# a helper's failed assert then shows its values as a test's does
pytest.register_assert_rewrite("tests.drops", "tests.faults", "tests.published", "tests.ui", "tests.unit")
SHARED_DATA = Path(__file__).parent.parent.parent / "shared" / "data"
LAKES = {"project", "lake_of_reports", "evaluated", "closed"}
"""Fixtures that hold a lake; making one takes seconds."""


def pytest_collection_modifyitems(items: list[pytest.Function]) -> None:
    for item in items:
        if not LAKES.isdisjoint(item.fixturenames):
            item.add_marker("lake")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    if not SHARED_DATA.is_dir():
        if os.environ.get("CI"):
            pytest.fail("CI runs with the real documents of ../shared/data beside the project")
        pytest.skip("the real documents of ../shared/data are not here")
    return SHARED_DATA


def _forget_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("DARWIN_") or name == "DAGSTER_HOME"]:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def empty_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a lake that holds nothing; its fifty tables are made once, and copied."""
    home = tmp_path_factory.mktemp("empty") / "home"
    with pytest.MonkeyPatch.context() as monkeypatch:
        _forget_environment(monkeypatch)
        initialize(open_project(Workplace(home=str(home))))
    return home


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project home of its own; nothing of the caller's environment reaches it."""
    _forget_environment(monkeypatch)
    monkeypatch.setenv("DARWIN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DAGSTER_DISABLE_TELEMETRY", "1")
    return tmp_path / "home"


@pytest.fixture
def project(home: Path, empty_home: Path) -> Project:
    shutil.copytree(empty_home, home, dirs_exist_ok=True)
    return open_project()


@pytest.fixture
def instance(project: Project) -> Iterator[dg.DagsterInstance]:
    with dagster_instance(project) as opened:
        yield opened
