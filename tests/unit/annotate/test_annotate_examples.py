from pathlib import Path

import pytest

from darwin_assets.annotate import examples
from darwin_assets.annotate.taxonomy import Discipline, DocumentType, EducationLevel, EducationScore, Toxicity

LABEL_SETS = {
    "discipline": (Discipline, {"abstain"}),
    "document_type": (DocumentType, {"abstain", "other"}),
    "education_level": (EducationLevel, {"abstain", "indeterminate"}),
    "education_score": (EducationScore, set[str]()),
    "toxicity": (Toxicity, set[str]()),
}
PAGES = Path(__file__).parent


@pytest.mark.parametrize("label_set", LABEL_SETS)
def test_the_example_files_are_the_labels_of_the_enumeration(label_set: str) -> None:
    enumeration, without_examples = LABEL_SETS[label_set]
    files = {path.stem for path in (examples.FOLDER / label_set).iterdir()}
    assert files == {label.value for label in enumeration} - without_examples


@pytest.mark.parametrize("label_set", LABEL_SETS)
def test_every_label_has_at_least_seven_different_passages(label_set: str) -> None:
    for path in (examples.FOLDER / label_set).iterdir():
        found = examples.passages(label_set, path.stem)
        assert len(found) == len(set(found)) >= 7, path.stem


def test_no_passage_has_two_labels_of_one_set() -> None:
    for label_set, (enumeration, _) in LABEL_SETS.items():
        found = [passage for passage, _ in examples.labelled(label_set, enumeration)]
        assert len(found) == len(set(found))


def test_no_test_page_shares_a_line_with_the_passages() -> None:
    trained = {
        line.strip()
        for path in examples.FOLDER.rglob("*.md")
        for line in path.read_text(encoding="utf-8").splitlines()
        if len(line) > 40
    }
    pages = [
        line.strip()
        for path in PAGES.glob("*pages/*.md")
        for line in path.read_text(encoding="utf-8").splitlines()
        if len(line) > 40
    ]
    assert pages
    assert not trained & set(pages)


def test_every_document_type_with_passages_has_an_educational_value() -> None:
    assert set(examples.VALUE_OF_TYPE) == set(DocumentType) - {DocumentType.ABSTAIN, DocumentType.OTHER}


def test_the_hash_follows_every_byte_of_every_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "discipline").mkdir()
    file = tmp_path / "discipline" / "physics.md"
    monkeypatch.setattr(examples, "FOLDER", tmp_path)
    hashes = set()
    for content in ("force", "force ", "mass"):
        file.write_text(content, encoding="utf-8")
        examples.examples_sha256.cache_clear()
        hashes.add(examples.examples_sha256())
    file.rename(tmp_path / "discipline" / "chemistry.md")
    examples.examples_sha256.cache_clear()
    hashes.add(examples.examples_sha256())
    examples.examples_sha256.cache_clear()
    assert len(hashes) == 4
