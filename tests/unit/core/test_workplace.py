"""Where a project finds its things."""

import pytest

from resources.errors import DarwinError
from resources.workplace import Workplace


def test_benchmarks_are_registered_below_the_home_unless_said_otherwise(tmp_path, monkeypatch):
    work = Workplace(home=str(tmp_path))
    monkeypatch.delenv("DARWIN_BENCHMARKS", raising=False)
    assert work.benchmarks_path() == tmp_path / "benchmarks" / "benchmarks.toml"
    manifest = tmp_path / "mine.toml"
    manifest.write_text("", encoding="utf-8")
    monkeypatch.setenv("DARWIN_BENCHMARKS", str(manifest))
    assert work.benchmarks_path() == manifest


def test_a_manifest_that_is_named_and_missing_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setenv("DARWIN_BENCHMARKS", str(tmp_path / "mistyped.toml"))
    with pytest.raises(DarwinError, match="which is no file"):
        Workplace(home=str(tmp_path)).benchmarks_path()


def test_a_lake_named_as_a_file_is_a_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("DARWIN_LAKE", (tmp_path / "lake").as_uri())
    assert Workplace(home=str(tmp_path)).lake_uri() == str(tmp_path / "lake")
