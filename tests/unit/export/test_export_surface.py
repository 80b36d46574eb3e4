"""Exports as a person asks for them: on the command line and in the UI."""

import json
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from darwin_assets.acquire.manifest import Override
from darwin_assets.export.assets import GATE, _metadata, exports
from darwin_assets.export.request import Exported
from darwin_assets.policy.settings import default_toml
from darwin_assets.project import Project
from resources.export_store import ExportStore
from tests.unit.core.test_cli import Darwin
from tests.unit.export.climbed import climb

SECRET = "jo.berg@uni-turin.it"


@pytest.fixture
def landed(project: Project) -> Project:
    files = {"a.md": f"# A\n\nWrite to {SECRET}.\n", "b.md": "# B\n\nText of b.\n"}
    climb(project, "notes", files, overrides=(Override(path="b.md", licence="CC-BY-NC-4.0"),))
    return project


def ask(project: Project, instance: dg.DagsterInstance, **config: object) -> dg.ExecuteInProcessResult:
    return dg.materialize(
        [exports],
        instance=instance,
        resources=project.resources(),
        run_config={"ops": {"exports": {"config": config}}},
        raise_on_error=False,
    )


def test_init_writes_the_policy_and_leaves_it(project: Project):
    path = project.work.policy_path()
    assert path.read_text(encoding="utf-8") == default_toml()
    path.write_text("[training]\nnon_commercial = 'allow'\n")
    Darwin()("init")
    assert "allow" in path.read_text()


def test_the_command_line(landed: Project, tmp_path: Path):
    darwin = Darwin()
    assert darwin("export", "--name", "a", "--level", "L1") == 3
    assert "licence.non-commercial" in darwin.out
    assert "1 of 2 rows" in " ".join(darwin.err.split())
    refused = darwin.json("export", "--name", "a", "--level", "L1")
    assert [one["reasons"] for one in refused["rows"]] == [["licence.non-commercial"]]
    assert darwin("export", "--name", "a", "--level", "L1", "--allow-partial", "--to", tmp_path / "out") == 0
    assert "left out: 1 rows (licence.non-commercial 1)" in darwin.out
    assert "personal data found: email 1" in darwin.out
    assert SECRET not in darwin.out
    copied = tmp_path / "out" / "a"
    assert json.loads((copied / "manifest.json").read_text())["rows"] == 1
    assert SECRET.encode() not in b"".join(path.read_bytes() for path in copied.iterdir())
    landed.work.policy_path().write_text("[training]\nnon_commercial = 'allow'\n")
    told = darwin.json("export", "--name", "b", "--level", "L1", "--format", "jsonl")
    assert (told["rows"], told["reused"], told["copied_to"]) == (2, False, None)
    assert darwin.json("export", "--name", "b", "--level", "L1", "--format", "jsonl")["reused"]
    assert darwin("export", "--name", "c", "--level", "L1", "--purpose", "fun") == 1
    assert "knows no purpose" in darwin.err


def test_the_ui_says_by_how_much_an_arm_is_short(project: Project):
    manifest = {
        "rows": 3, "chars": 90, "left_out": {"rows": 0}, "personal_data": {"found": {}}, "purpose": "training",
        "policy": {"hash": "0" * 12}, "decontamination": {"said": "no benchmark"}, "mix": {"tokens_missing": 12},
    }  # fmt: skip
    store = ExportStore(project.lake)
    assert _metadata(Exported(manifest, pl.DataFrame(), reused=False), store)["tokens_missing"] == 12
    del manifest["mix"]
    assert "tokens_missing" not in _metadata(Exported(manifest, pl.DataFrame(), reused=False), store)


def test_the_asset_in_the_ui(landed: Project, instance: dg.DagsterInstance):
    listed = ask(landed, instance)
    assert listed.success
    refused = ask(landed, instance, name="a", level="L1")
    assert not refused.success
    check = refused.get_asset_check_evaluations()[0]
    assert (check.check_name, check.passed) == (GATE, False)
    assert [row.data["reasons"] for row in check.metadata["rows"].records] == ["licence.non-commercial"]
    assert ExportStore(landed.lake).names() == []
    done = ask(landed, instance, name="a", level="L1", allow_partial=True)
    assert done.success
    shown = done.asset_materializations_for_node("exports")[0].metadata
    assert shown["dagster/row_count"].value == 1
    assert [row.data["name"] for row in shown["exports"].records] == ["a"]
    assert all(one.passed for one in done.get_asset_check_evaluations())
