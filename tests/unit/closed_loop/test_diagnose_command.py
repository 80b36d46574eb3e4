"""`darwin diagnose` on a folder of outputs, without a lake: files, words, JSON, and errors that say what to do."""

import json
import os

import pytest
from typer.testing import CliRunner

from darwin_assets.cli import app
from darwin_assets.closed_loop.outputs_folder import read_folder
from resources.errors import DarwinError
from resources.raw_store import hash_file

N = 60
QUESTION = "A shop sells {n} pens and gets {n} more. How many pens are there?"


@pytest.fixture
def outputs(home, tmp_path):
    """GSM8K's format: two systems on the same problems, one right where the other is wrong."""

    def write(*systems):
        folder = tmp_path / "runs"
        folder.mkdir()
        lines = [
            {
                "question": QUESTION.format(n=place),
                "ground_truth": f"{place}+{place}=<<{place}+{place}={2 * place}>>{2 * place}\n#### {2 * place}",
                **{
                    name: {"is_correct": right, "solution": f"It is {2 * place if right else 7}."}
                    for name, right in systems
                },
            }
            for place in range(N)
        ]
        (folder / "solutions.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
        return folder

    return write


def darwin(*arguments):
    return CliRunner().invoke(app, ["diagnose", *map(str, arguments)])


@pytest.mark.slow
def test_a_folder_is_told_without_a_lake(outputs, tmp_path, home):
    folder = outputs(("strong", True), ("weak", False))
    found = darwin(folder, "--to", tmp_path / "report", "--json")
    told = json.loads(found.stdout)
    assert [(one["checkpoint"], one["reference"], one["n"], one["verdict"]) for one in told["verdicts"]] == [
        ("weak", "strong", N, "data")
    ]
    assert {"report.md", "report.html", "diagnosis.json", "actions.json", "slices.svg"} <= {
        path.name for path in (tmp_path / "report").iterdir()
    }
    assert not (home / "lake").exists()


@pytest.mark.slow
def test_a_manifest_in_the_folder_counts(outputs, tmp_path):
    folder = outputs(("strong", True), ("weak", False))
    (folder / "manifest.yaml").write_text(
        "source: runs\nlicence: MIT\nkind: evaluation\nreference: weak\n"
        "checkpoints: {strong: {weights: a}, weak: {weights: a}}\n"
    )
    told = darwin(folder, "--to", tmp_path / "report").stdout
    assert "strong in gsm8k: 100.0 against 0.0 of weak on 60 items, better (none)" in told


def test_a_folder_whose_name_is_not_utf8_is_read_as_any_other(outputs):
    folder = outputs(("strong", True), ("weak", False))
    (inner := folder / os.fsdecode(b"caf\xe9")).mkdir()
    (folder / "solutions.jsonl").rename(inner / "solutions.jsonl")
    samples = read_folder(folder).samples
    assert samples["file"].unique().to_list() == ["caf%E9/solutions.jsonl"]
    assert samples["file_sha256"].unique().to_list() == [hash_file(inner / "solutions.jsonl")]


@pytest.mark.slow
def test_one_checkpoint_alone_is_refused(outputs, tmp_path):
    found = darwin(outputs(("alone", True)), "--to", tmp_path / "report")
    assert isinstance(found.exception, DarwinError)
    assert "add the outputs of another one" in str(found.exception)
    assert not (tmp_path / "report").exists()


def test_other_questions_under_the_same_names_are_refused(outputs, tmp_path):
    """The same test set, counted from another line."""
    folder = outputs(("strong", True))
    first, *rest = (folder / "solutions.jsonl").read_text(encoding="utf-8").splitlines()
    shifted = "\n".join([*rest, first]).replace('"strong"', '"weak"')
    (folder / "later.jsonl").write_text(shifted, encoding="utf-8")
    found = darwin(folder, "--to", tmp_path / "report")
    assert isinstance(found.exception, DarwinError)
    assert "60 items are other questions in the files of other checkpoints" in str(found.exception)
    assert not (tmp_path / "report").exists()


def test_a_manifest_that_names_a_checkpoint_without_outputs_is_refused(outputs, tmp_path):
    folder = outputs(("strong", True), ("weak", False))
    (folder / "manifest.yaml").write_text("source: runs\nlicence: MIT\nkind: evaluation\nreference: stronk\n")
    found = darwin(folder, "--to", tmp_path / "report")
    assert isinstance(found.exception, DarwinError)
    assert "stronk" in str(found.exception)


def test_a_key_is_one_also_beside_a_folder_of_that_name(project, tmp_path, monkeypatch):
    """Where a report of it was written, say."""
    key = "2026-01-01.nothing.0001"
    (tmp_path / key).mkdir()
    monkeypatch.chdir(tmp_path)
    assert "evaluation_samples" in str(darwin(key).exception)


@pytest.mark.parametrize(
    ("named", "said"),
    [("no-such-folder", "neither a folder nor the key"), ("2026-01-01.nothing.0001", "2026-01-01.nothing.0001")],
)
def test_what_is_not_there_is_refused(project, tmp_path, named, said):
    found = darwin(named, "--to", tmp_path / "report")
    assert isinstance(found.exception, DarwinError)
    assert said in str(found.exception)
