"""The manifest of a drop and the files that count as its documents."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from darwin_assets.acquire import manifest as manifests
from darwin_assets.acquire.drop import drop_files, refusal
from darwin_assets.acquire.manifest import Manifest, ManifestError, Override, read_manifest, write_manifest

FULL = Manifest(
    source="open-books",
    licence="cc-by-4.0",
    origin="https://example.org",
    collected_at=datetime(2025, 11, 3, 10, tzinfo=UTC),
    document_kind="book",
    overrides=(
        Override(path="nc/**", licence="CC-BY-NC-SA-4.0"),
        Override(path="**/*.pdf", document_kind="paper", uri="https://example.org/p"),
    ),
)


def test_what_is_written_is_read_back(tmp_path: Path):
    write_manifest(tmp_path, FULL)
    assert read_manifest(tmp_path) == FULL
    (tmp_path / "manifest.yaml").unlink()
    (tmp_path / "manifest.json").write_text(FULL.model_dump_json())
    assert read_manifest(tmp_path) == FULL


def test_the_time_of_collection_has_a_default(tmp_path: Path):
    now = datetime(2025, 1, 2, tzinfo=UTC)
    (tmp_path / "manifest.yaml").write_text("source: a\nlicence: MIT\n")
    assert read_manifest(tmp_path, now).collected_at == now
    assert read_manifest(tmp_path).collected_at is None
    (tmp_path / "manifest.yaml").write_text("source: a\nlicence: MIT\ncollected_at: 2024-05-06\n")
    assert read_manifest(tmp_path, now).collected_at == datetime(2024, 5, 6)


def test_overrides_apply_in_order():
    assert FULL.terms("a.cnxml").model_dump(exclude_none=True) | {"uri": None} == {
        "licence": "CC-BY-4.0",
        "uri": None,
        "document_kind": "book",
    }
    both = FULL.terms("nc/deep/b.pdf")
    assert (both.licence, both.document_kind, both.uri) == (
        "CC-BY-NC-SA-4.0",
        "paper",
        "https://example.org/p",
    )
    assert FULL.terms("c.pdf").document_kind == "paper"


@pytest.mark.parametrize(
    ("pattern", "name", "matches"),
    [
        ("*.pdf", "a.pdf", True),
        ("*.pdf", "d/a.pdf", False),
        ("**/*.pdf", "a.pdf", True),
        ("d/**", "d/e/f.txt", True),
        ("?.md", "a.md", True),
        ("?.md", "ab.md", False),
        ("a+b[1].md", "a+b[1].md", True),
    ],
)
def test_globs(pattern, name, matches):
    assert Override(path=pattern).matches(name) is matches


def test_an_override_that_matches_nothing_is_an_error():
    FULL.check_overrides(["nc/a.txt", "b.pdf"])
    with pytest.raises(ManifestError, match="override 2"):
        FULL.check_overrides(["nc/a.txt"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("licence: MIT", "source: Field required"),
        ("source: a", "licence: Field required"),
        ("source: Upper\nlicence: MIT", "a-z, 0-9"),
        ("source: a\nlicence: CC BY 4.0", "licence: .*SPDX"),
        ("source: a\nlicence: MIT\nlicense: MIT", "license: there is no such field: is licence meant"),
        ("source: a\nlicence: MIT\ndocument_kind: song", "document_kind"),
        ("source: a\nlicence: MIT\noverrides: [{licence: MIT}]", "overrides.0.path: Field required"),
        ("source: [a", "not YAML: line"),
        ("just words", "must hold fields"),
        ("", "must hold fields"),
        ("[" * 5000, "cannot be parsed|not YAML"),
        ("!!python/object/apply:os.getcwd []", "not YAML"),
    ],
)
def test_errors_say_what_to_change(tmp_path: Path, text, message):
    (tmp_path / "manifest.yaml").write_text(text)
    with pytest.raises(ManifestError, match=message):
        read_manifest(tmp_path)


def test_missing_double_and_unreadable_manifests(tmp_path: Path):
    with pytest.raises(ManifestError, match=r"put a manifest\.yaml"):
        read_manifest(tmp_path)
    (tmp_path / "manifest.json").write_bytes(b"\xff{}")
    with pytest.raises(ManifestError, match="UTF-8"):
        read_manifest(tmp_path)
    (tmp_path / "manifest.json").write_text('{"source": "a",\n"licence": }')
    with pytest.raises(ManifestError, match="line 2"):
        read_manifest(tmp_path)
    (tmp_path / "manifest.yml").write_text(json.dumps({"source": "a", "licence": "MIT"}))
    with pytest.raises(ManifestError, match="two manifests"):
        read_manifest(tmp_path)


def test_the_source_grammar_is_that_of_batch_keys():
    from darwin_assets import batches

    assert manifests.SOURCE.pattern == batches.SOURCE.pattern


def test_documents_of_a_drop(tmp_path: Path):
    for name in (
        "manifest.yaml",
        ".done",
        ".git/config",
        "b.txt",
        "a/manifest.yaml",
        "a/.hidden",
        "a/c.txt",
        "a-b.txt",
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "a", target_is_directory=True)
    assert [path.as_posix() for path in drop_files(tmp_path)] == [
        "a-b.txt",
        "a/c.txt",
        "a/manifest.yaml",
        "b.txt",
        "link",
    ]
    assert refusal(tmp_path / "b.txt") is None
    refused = refusal(tmp_path / "link")
    assert refused is not None
    assert refused.rule == "file.special_file"


def test_the_words_on_rights_hold_for_the_drop_and_by_override():
    stated = Manifest(
        source="a",
        licence="LicenseRef-acme",
        attribution="Ada Byron",
        rights_basis="licensed",
        collection={"source_class": "commercial-licence", "contract": "2026-17", "begun": "2026-01-02"},
        overrides=(Override(path="b.md", opt_out="letter of 3 March 2026", rights_basis="tdm-exception"),),
    )
    assert stated.collection is not None
    assert stated.collection.model_dump_json(exclude_none=True) == (
        '{"source_class":"commercial-licence","contract":"2026-17","begun":"2026-01-02"}'
    )
    terms = stated.terms("a.md")
    assert (terms.attribution, terms.rights_basis, terms.opt_out) == ("Ada Byron", "licensed", None)
    terms = stated.terms("b.md")
    assert (terms.attribution, terms.rights_basis, terms.opt_out) == (
        "Ada Byron",
        "tdm-exception",
        "letter of 3 March 2026",
    )


@pytest.mark.parametrize(
    "field",
    ["rights_basis: stolen", 'attribution: "two\\nlines"', "collection: {name: a}", "collection: {source_class: moon}"],
)
def test_words_on_rights_that_do_not_fit(tmp_path: Path, field: str):
    (tmp_path / "manifest.yaml").write_text(f"source: a\nlicence: MIT\n{field}\n")
    with pytest.raises(ManifestError, match=field.partition(":")[0]):
        read_manifest(tmp_path)
