"""Helpers of the acquisition tests: land some bytes, look at the records."""

from collections.abc import Callable
from pathlib import Path

import pytest

from darwin_assets.acquire.expand import expand
from darwin_assets.acquire.records import Record
from darwin_assets.acquire.settings import AcquireSettings

Land = Callable[..., list[Record]]


@pytest.fixture
def land(tmp_path: Path) -> Land:
    """Write a file and expand it; the settings' fields by keyword."""

    def _land(name: str, content: bytes, **limits: object) -> list[Record]:
        path = tmp_path / "landed"
        path.write_bytes(content)
        return list(expand(path, name, AcquireSettings(**limits)))  # type: ignore[arg-type]

    return _land
