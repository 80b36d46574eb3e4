"""`darwin loss-mask` as a person and a program use it."""

import json
import sys
from pathlib import Path

import polars as pl
import pytest

from darwin_assets import cli

END = 2
DOCUMENT = [5, 6, END]


def ended(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["darwin", "loss-mask", *map(str, arguments)])
    with pytest.raises(SystemExit) as found:
        cli.main()
    return int(found.value.code or 0)


def written(path: Path, labels: list[int]) -> Path:
    pl.DataFrame({"input_ids": [DOCUMENT], "labels": [labels]}).write_parquet(path)
    return path


def test_it_says_what_is_learnt_and_its_exit_code_whether_that_is_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clean = written(tmp_path / "clean.parquet", DOCUMENT)
    planted = written(tmp_path / "planted.parquet", [5, 6, -100])
    assert ended(monkeypatch, clean, "--end-token", END) == 0
    assert "0 ends are not learnt (0.00%)" in capsys.readouterr().out
    assert ended(monkeypatch, clean, planted, "--end-token", END, "--json") == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["n_ends"], found["n_not_learnt"], found["share_not_learnt"]) == (2, 1, 0.5)


def test_a_file_that_is_no_shard_is_an_error_that_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pl.DataFrame({"text": ["a"]}).write_parquet(tmp_path / "text.parquet")
    assert ended(monkeypatch, tmp_path / "text.parquet", "--end-token", END) == 1
    assert "a shard has input_ids and labels" in capsys.readouterr().err
