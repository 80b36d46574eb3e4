"""Manifests of evaluations: their own fields, and none of those of documents."""

from pathlib import Path

import pytest

from darwin_assets.acquire.evaluation_manifest import Checkpoint
from darwin_assets.acquire.manifest import Manifest, ManifestError, read_manifest, write_manifest
from darwin_assets.closed_loop.outputs_folder import read_folder

EVALUATION = """
source: nightly
licence: MIT
kind: evaluation
reference: cot
checkpoints:
  direct: {model: code-davinci-002-direct, weights: davinci}
  cot: {model: code-davinci-002-cot, weights: davinci}
validates: {evaluation: 2026-01-31.nightly.0001, before: a, targeted: b, control: c}
"""


def read(folder: Path, text: str) -> Manifest:
    (folder / "manifest.yaml").write_text(text, encoding="utf-8")
    return read_manifest(folder)


def test_what_is_said_of_checkpoints_is_read_and_written(tmp_path):
    manifest = read(tmp_path, EVALUATION)
    assert manifest.kind == "evaluation"
    assert manifest.evaluation.checkpoints["direct"] == Checkpoint(model="code-davinci-002-direct", weights="davinci")
    assert manifest.evaluation.checkpoint_of("code-davinci-002-cot") == "cot"
    assert manifest.evaluation.checkpoint_of("another") == "another"
    (tmp_path / "copy").mkdir()
    write_manifest(tmp_path / "copy", manifest)
    assert read_manifest(tmp_path / "copy") == manifest


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("source: a\nlicence: MIT\nreference: x\n", "reference: not for kind: documents"),
        ("source: a\nlicence: MIT\nkind: evaluation\ndocument_kind: book\n", "document_kind: not for kind: evaluation"),
        (
            "source: a\nlicence: MIT\nkind: evaluation\noverrides: [{path: x, licence: MIT}]\n",
            "overrides: not for kind",
        ),
        ("source: a\nlicence: MIT\nkind: outputs\n", "kind: Input should be 'documents' or 'evaluation'"),
        (EVALUATION.replace("targeted: b", "targeted: a"), "three checkpoints"),
        (EVALUATION.replace("2026-01-31.nightly.0001", "nightly"), "validates.evaluation"),
        (EVALUATION.replace("control: c", "control: c, mix: last"), "validates.mix"),
        (EVALUATION.replace("002-direct", "002-cot"), "two checkpoints have the same model"),
    ],
)
def test_a_field_of_the_other_kind_and_a_slip_are_refused(tmp_path, text, said):
    with pytest.raises(ManifestError, match=said):
        read(tmp_path, text)


def test_a_validation_may_name_the_mix_by_its_verdict(tmp_path):
    assert read(tmp_path, EVALUATION).evaluation.validates.mix is None
    stated = read(tmp_path, EVALUATION.replace("control: c", f"control: c, mix: {'0f' * 16}"))
    assert stated.evaluation.validates.mix == "0f" * 16


def test_documents_are_the_default(tmp_path):
    assert read(tmp_path, "source: a\nlicence: MIT\n").kind == "documents"


def test_a_folder_of_outputs_with_a_manifest_of_documents_is_refused(tmp_path):
    read(tmp_path, "source: a\nlicence: MIT\n")
    with pytest.raises(ManifestError, match="kind: evaluation"):
        read_folder(tmp_path)
