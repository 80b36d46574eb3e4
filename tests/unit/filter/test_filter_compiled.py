"""Where the compiled form of the kernels is kept."""

import os
import stat
import tempfile
from pathlib import Path

import pytest

from darwin_assets.filter.kernels import compiled


@pytest.fixture
def nowhere(tmp_path: Path) -> Path:
    """A folder that nobody can make, not even root."""
    (tmp_path / "file").write_text("")
    return tmp_path / "file" / "below"


def test_the_cache_lies_below_the_folder_that_is_named(tmp_path, monkeypatch):
    named = tmp_path / "volume" / "cache"
    monkeypatch.setattr(compiled.config, "CACHE_DIR", str(named))
    folder = Path(compiled._cache_folder())
    assert folder.parent == named
    assert folder.is_dir()


def test_a_folder_that_cannot_be_written_is_replaced_by_one_of_the_user(tmp_path, nowhere, monkeypatch):
    monkeypatch.setattr(compiled.config, "CACHE_DIR", str(tmp_path))
    digest = Path(compiled._cache_folder()).name
    monkeypatch.setattr(compiled.config, "CACHE_DIR", str(nowhere))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert compiled._cache_folder() == str(tmp_path / "home" / ".cache" / "darwin-assets" / digest)


def test_without_a_home_the_cache_is_private_to_the_user(tmp_path, nowhere, monkeypatch):
    monkeypatch.setattr(compiled.config, "CACHE_DIR", str(nowhere))
    monkeypatch.setenv("HOME", str(nowhere))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    private = Path(compiled._cache_folder()).parent
    assert private == tmp_path / f"darwin-kernels-{os.getuid()}"
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    assert Path(compiled._cache_folder()).parent == private
    private.chmod(0o777)
    assert Path(compiled._cache_folder()).parent != private, "another user may have put code there"
